#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "engine/bindings.hpp"
#include "engine/errors.hpp"
#include "engine/globals.hpp"
#include "engine/host_state.hpp"
#include "engine/input_queue.hpp"
#include "engine/key_taker.hpp"
#include "engine/last_key.hpp"
#include "engine/mixer.hpp"
#include "engine/recorder.hpp"
#include "engine/request.hpp"
#include "engine/settings.hpp"
#include "engine/slots.hpp"
#include "engine/storage.hpp"
#include "engine/tasks.hpp"
#include "engine/text_source.hpp"
#include "engine/typist.hpp"
#include "lang/code/code_reader.hpp"

namespace pianola::engine {

/// Deepest nesting of calls, the binding included.
inline constexpr unsigned kMaxDepth = 16;

/// What belongs to the task that runs, and only while it runs. Its program counter is the reader's
/// place, or `pc` while it types.
struct Floor {
  TaskIndex task = kNoTask;
  std::uint8_t depth = 0;  ///< Of the evaluation stack.
  std::uint32_t pc = 0;    ///< Where it goes on when the text is typed.
  Manner manner;           ///< Of the text.
  TextSource text;
  std::uint8_t nested = 0;  ///< How many texts wait for one that stands in them.
  std::array<Value, lang::kMaxTextDepth> waiting{};  ///< Where they go on.
  /// Where its code has its labels, as lang::IndexEntry::labels; kUnknown until a jump needs it.
  std::uint32_t labels = kUnknown;
  Time timer = 0;  ///< If `timed`: the earliest time that its condition depends on.
  bool timed = false;
  std::uint16_t to_play = 0;  ///< How many changes and times the recording has that it plays.

  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
};

/// Whether letters are typed as capitals.
enum class CapsWord : std::uint8_t {
  off,
  on,     ///< Unless its time is over.
  ended,  ///< By the last key, which started a macro.
};

/// The parts of an engine, and what the scheduler, the input and the instructions all do with them.
/// The reader belongs to the task that has the floor, else to anybody.
struct Core {
  Core(const StorageView& storage, lang::Roll& source, ReportSink& sink, ErrorSink& error_sink,
       KeyTaker* key_taker);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Makes a task that will run `found`, for `parent` or for a key. It is in no list yet. On error
  /// nothing changed.
  std::optional<ErrorCode> make_task(const Found& found, TaskIndex& out);

  /// Gives the floor to the task of this round that is next. Only if there is one.
  void give_floor() {
    const TaskIndex task = tasks.next();
    read(task);
    take_floor(task);
  }
  /// The reader goes to where `task` goes on.
  void read(TaskIndex task) { reader.seek(tasks[task].record, tasks[task].pc); }
  /// Gives the floor to `task`, which is in neither round; the reader stands where it goes on.
  void take_floor(TaskIndex task);

  /// Ends a task: what it has is free again, and the keys that it holds go up. `how`: ended, failed
  /// or stopped.
  void end_task(TaskIndex task, TaskEvent how);

  /// Ends a task for somebody else's reason, and what it called; its caller goes on.
  void stop_task(TaskIndex task);

  /// Something changed that tasks may wait for. They wake when the floor is free.
  void signal(Wakes what) { signals = static_cast<Wakes>(signals | what); }

  /// A task enters a scope that keeps key events back. False if it is in too many.
  bool keep_keys(TaskIndex task, Scope kind);
  /// A task enters a scope that hides the modifiers `mods`, but for those that it holds itself.
  std::optional<ErrorCode> hide(TaskIndex task, hid::Modifiers mods);
  /// The modifiers that a task's trigger hides, and the scopes that it and its callers are in.
  [[nodiscard]] hid::Modifiers hides(TaskIndex task);
  /// A task leaves scopes until it is in `depth` of them. Key events that a `match next` kept back
  /// stay back until let_keys_go(), the end of a second round or that of the task.
  void leave_scopes(TaskIndex task, unsigned depth);
  /// A task waits, while `deferring`: no `match next` of it or its callers keeps key events back
  /// any more.
  void let_keys_go(TaskIndex task);
  /// A task comes to the end of a loop's round, while `deferring`.
  void end_round(TaskIndex task);

  /// The next key event is gone from the queue.
  void take_event() {
    input.pop();
    if (knowing != 0) forget_event();
  }

  /// The usage that stands for the layer called `name` (lang::name_hash) among the holds: whoever
  /// holds it keeps the layer on, the device with kDevice. hid::kNoKey if there is no such layer.
  [[nodiscard]] hid::Usage layer_usage(std::uint32_t name);

  /// The modifiers of the layers that are on, but for those of the layer `scope` (lang::name_hash;
  /// 0 is none): what is found there is not affected by them.
  [[nodiscard]] hid::Modifiers layer_modifiers(std::uint32_t scope) {
    return layers_modify ? find_layer_modifiers(scope) : hid::Modifiers{0};
  }

  /// A one-shot is made by the keys that were pressed so far: it ends with a later one.
  void begin_oneshot();
  /// All one-shots end, but for those that stay.
  void end_oneshots();
  /// Those whose time was over before `time` end.
  void end_late_oneshots(Time time);
  /// Whether a one-shot ends at `oneshot_end` if nothing ends it before.
  [[nodiscard]] bool oneshots_end() const {
    return oneshot_timed && !mixer.oneshots_used() && mixer.holds().contains(kOneshot);
  }
  /// A task taps (`typed`: types, or is over): if a key started it after the one-shots were made,
  /// that key ends them. Those that are keys end by the tap itself.
  void spend_oneshots(TaskIndex task, bool typed);

  /// Whether caps word is on for a key that is pressed at the time `at`.
  [[nodiscard]] bool caps_word_at(Time at) const;
  /// Caps word is on or off from the time `at` on, and begins its time anew.
  void set_caps_word(bool on, Time at = 0);

  /// A key sends `key`, which the host sees with the modifiers `mods`.
  void note_sent(hid::Usage key, hid::Modifiers mods) {
    if (hid::is_modifier(key)) return;
    last_key.key = key;
    last_key.what = mods;
    ++pressed;
  }

  /// The task that has the floor failed: tells the error, then ends the task and its callers.
  void fail_floor(const Error& error);

  /// end_all_tasks() because of the host, which is told of all macros that run.
  void cut_off(ErrorCode why);

  /// Ends all tasks and the recording that is being made, and forgets what was being typed; the
  /// device holds nothing any more.
  void end_all_tasks();

  /// Takes `source` for the roll, and reads its settings and globals. Only while no task exists.
  void load(lang::Roll& source);

  lang::Roll* roll;
  ErrorSink& errors;
  lang::CodeReader reader;
  std::span<Value> stack;
  Tasks tasks;
  Slots slots;
  Recorder recorder;
  Mixer mixer;
  Typist typist;
  InputQueue input;
  Globals globals;
  Settings settings;
  Floor floor;
  KeyTaker* device;  ///< Who takes requests and may take keys; null: nobody.
  Request request;   ///< See Engine::take_request().
  HostState host = HostState::awake;
  Time now = 0;
  std::uint32_t presses = 0;         ///< Keys that were pressed; the number of the last, never 0.
  std::uint32_t random = 1;          ///< State of the generator, never 0.
  std::uint32_t layer_position = 0;  ///< Of the first layer in the roll's index.
  std::uint16_t deferring = 0;       ///< Scopes of all tasks that keep key events back, and tasks
                                     ///< for which they linger.
  std::uint16_t knowing = 0;         ///< Tasks with Task::known.
  std::uint16_t passes = 0;          ///< Presses that are let through, whoever keeps events back.
  bool passed = false;               ///< The last press was let through, not kept back.
  Wakes signals = 0;                 ///< See signal().
  std::uint32_t oneshot_press = 0;   ///< `presses` when the last one-shot was made.
  Time oneshot_end = 0;              ///< Of those with a time, if `oneshot_timed`.
  bool oneshots = false;             ///< There may be some, those that stay included.
  bool oneshot_timed = false;        ///< There may be some with a time.
  bool oneshots_spent = false;       ///< A key started a macro that will end them.
  CapsWord caps_word = CapsWord::off;
  Time caps_end = 0;             ///< When it is, if there is one.
  std::uint32_t last_press = 0;  ///< The press of `last_key`, if that started a macro.
  LastKey last_key;
  LastKey before_last;         ///< The one before it, if that started a macro.
  std::uint16_t pressed = 0;   ///< How many keys there were that LastKey tells of. Wraps.
  bool has_layers = false;     ///< The roll has layers.
  bool layers_modify = false;  ///< The roll has layers with modifiers.
  std::uint8_t leds = 0;       ///< As the host's LED report has them (HID 1.11, appendix B.1).

 private:
  hid::Modifiers find_layer_modifiers(std::uint32_t scope);
  void stop_keeping(Task& task);
  void stop_lingering(Task& task);
  void forget_known(Task& task);
  void forget_event();
};

/// The bit of Caps Lock in an LED report (HID 1.11, appendix B.1).
inline constexpr std::uint8_t kCapsLockLed = 0x02;

}  // namespace pianola::engine
