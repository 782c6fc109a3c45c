#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "device/key_watch.hpp"
#include "device/notice.hpp"
#include "device/stroke_writer.hpp"
#include "edit/edited_text.hpp"
#include "edit/editor.hpp"
#include "engine/key_event.hpp"
#include "store/current_roll.hpp"

namespace pianola::device {

/// Records a definition on the keys: first its trigger, which the host does not see, then what the
/// host sees. Saves it in the place of the definition that the trigger has, else at the end.
class DefinitionRecorder {
 public:
  /// How long macros and keys that wait may go on after the leader, in ms.
  static constexpr Time kPatience = 1000;

  /// All are the caller's and outlive the recorder; `text` holds the definition while it is made.
  DefinitionRecorder(store::CurrentRoll& roll, edit::Editor& editor, std::span<char> text);

  /// The next chord is the trigger.
  void begin();
  /// Forgets what was recorded. Not while it is saved.
  void cancel() { state_ = State::idle; }

  /// A key's turn has come (engine::DeviceCommands::take_key). `leader` is the key that is the
  /// leader, see KeyWatch; `busy`: macros run that may type more. Returns whether it is taken:
  /// nobody else is to see it. The leader ends the recording; before there is a trigger it cancels
  /// it.
  bool key(const engine::KeyEvent& event, hid::Usage leader, const hid::Layout& layout, bool busy,
           Time now);
  /// The host sees `after` instead of `before`.
  void report(const hid::Report& before, const hid::Report& after, const hid::Layout& layout,
              bool caps_lock) {
    if (state_ == State::keys || state_ == State::ending) {
      strokes_.note(before, after, layout, caps_lock);
    }
  }
  /// Something is being recorded or saved.
  [[nodiscard]] bool active() const { return state_ != State::idle; }
  [[nodiscard]] bool saving() const { return state_ == State::saving; }
  /// All keys were pressed, and end() may be called at `now`; `idle`: nobody types any more.
  [[nodiscard]] bool complete(Time now, bool idle) const {
    return ended() && (idle || reached(now, ending_at_ + kPatience));
  }
  /// When to ask complete() again.
  [[nodiscard]] Next next() const { return ended() ? Next::time(ending_at_ + kPatience) : Next{}; }
  /// Begins to save what was recorded. Returns what came of it; Notice::none: step() will tell.
  Notice end(const hid::Layout& layout);
  /// Does a piece of the saving. Returns what came of it, also if the drive has taken the editor
  /// from it; Notice::none: call again.
  Notice step();

 private:
  enum class State : std::uint8_t {
    idle,
    trigger,   ///< Waits for the trigger.
    keys,      ///< Notes what the host sees.
    ending,    ///< Notes what the host sees until macros have typed all.
    complete,  ///< Notes nothing more.
    saving,
  };
  /// What finding the errors of the whole text says; nobody reads it.
  class NoDiagnostics final : public lang::DiagnosticSink {
   public:
    void report(const lang::Diagnostic&) override {}
  };

  [[nodiscard]] bool ended() const { return state_ == State::ending || state_ == State::complete; }
  void set_trigger(hid::Modifiers mods, hid::Usage key, const hid::Layout& layout);
  void find_place();

  store::CurrentRoll& roll_;
  edit::Editor& editor_;
  KeyWatch watch_;
  StrokeWriter strokes_;
  edit::EditedText source_;
  NoDiagnostics diagnostics_;
  Time ending_at_ = 0;
  hid::Usage key_{};               ///< The trigger's key.
  hid::Modifiers mods_ = 0;        ///< The trigger's modifiers.
  hid::Usage lone_ = hid::kNoKey;  ///< A modifier that may become the trigger.
  State state_ = State::idle;
};

}  // namespace pianola::device
