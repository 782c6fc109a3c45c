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
#include "player/player.hpp"
#include "player/watcher.hpp"
#include "store/current_roll.hpp"

namespace pianola::device {

/// Records a definition on the keys: first its trigger, which the host does not see, then what the
/// host sees. Saves it in the place of the definition that the trigger has, else at the end.
class DefinitionRecorder final : public player::Watcher {
 public:
  /// How long macros and keys that wait may go on after the leader, in ms.
  static constexpr Time kPatience = 1000;

  /// How long a recording waits for the next key, in ms.
  static constexpr Time kIdleTime = 60'000;

  /// All are the caller's and outlive the recorder; `text` holds the definition while it is made.
  /// `player` is asked what its layout and leader are, and whether macros still type.
  DefinitionRecorder(const player::Player& player, store::CurrentRoll& roll, edit::Editor& editor,
                     std::span<char> text);

  /// The next chord is the trigger.
  void begin();
  /// Forgets what was recorded, if anything. What is being saved already will be saved.
  void cancel();

  // Watcher. The leader ends the recording; before there is a trigger it cancels it.
  bool take_key(const engine::KeyEvent& event) override;
  void sent(const hid::Report& report) override;

  /// Something is being recorded or saved.
  [[nodiscard]] bool active() const { return state_ != State::idle; }
  [[nodiscard]] bool saving() const { return state_ == State::saving; }
  /// After each step of the player: saves what was recorded, a piece at a time. Returns what came
  /// of it, also if the drive has taken the editor from it; Notice::none: nothing yet.
  Notice step();
  /// When to call step() if nothing else happens.
  [[nodiscard]] Next next() const;

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
  void set_trigger(hid::Modifiers mods, hid::Usage key);
  void find_place();
  bool take_trigger(const engine::KeyEvent& event);
  Notice look_on();
  Notice begin_to_save();
  Notice save();

  const player::Player& player_;
  store::CurrentRoll& roll_;
  edit::Editor& editor_;
  KeyWatch watch_;
  StrokeWriter strokes_;
  hid::Report shown_;  ///< What the host saw last, while its reports are noted.
  edit::EditedText source_;
  NoDiagnostics diagnostics_;
  Time key_at_ = 0;  ///< When the last key changed, or the recording began.
  Time ending_at_ = 0;
  hid::Usage key_{};               ///< The trigger's key.
  hid::Modifiers mods_ = 0;        ///< The trigger's modifiers.
  hid::Usage lone_ = hid::kNoKey;  ///< A modifier that may become the trigger.
  State state_ = State::idle;
  hid::Usage asked_ = hid::kNoKey;  ///< The key that must be pressed once more.
  Notice notice_ = Notice::none;    ///< What step() is to tell.
};

}  // namespace pianola::device
