#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/bindings.hpp"
#include "engine/errors.hpp"
#include "engine/globals.hpp"
#include "engine/input_queue.hpp"
#include "engine/mixer.hpp"
#include "engine/settings.hpp"
#include "engine/slots.hpp"
#include "engine/storage.hpp"
#include "engine/tasks.hpp"
#include "engine/text_source.hpp"
#include "engine/typist.hpp"
#include "lang/code_reader.hpp"

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
};

/// The parts of an engine, and what the scheduler, the input and the instructions all do with them.
/// The reader belongs to the task that has the floor, else to anybody.
struct Core {
  Core(const StorageView& storage, lang::Roll& source, ReportSink& sink, ErrorSink& error_sink);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Makes a task that will run `found`, for `parent` or for a key. It is in no list yet. On error
  /// nothing changed.
  std::optional<ErrorCode> make_task(const Found& found, TaskIndex& out);

  /// Takes the floor and goes on with the task of this round that is next. False if there is none.
  bool give_floor();

  /// Ends a task: what it has is free again, and the keys that it holds go up.
  void end_task(TaskIndex task);

  /// The task that has the floor failed: tells the error, then ends the task and its callers.
  void fail_floor(const Error& error);

  /// Ends all tasks and forgets what was being typed; the device holds nothing any more.
  void end_all_tasks();

  /// Reads the roll's settings and globals. Only while no task exists.
  void load();

  lang::Roll& roll;
  ErrorSink& errors;
  lang::CodeReader reader;
  std::span<Value> stack;
  Tasks tasks;
  Slots slots;
  Mixer mixer;
  Typist typist;
  InputQueue input;
  Globals globals;
  Settings settings;
  Floor floor;
  Time now = 0;
  std::uint8_t leds = 0;  ///< As the host's LED report has them (HID 1.11, appendix B.1).
};

/// The bit of Caps Lock in an LED report (HID 1.11, appendix B.1).
inline constexpr std::uint8_t kCapsLockLed = 0x02;

}  // namespace pianola::engine
