#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "engine/key_event.hpp"
#include "engine/task.hpp"

namespace pianola::engine {

/// What happens to a task.
enum class TaskEvent : std::uint8_t {
  started,  ///< It exists, and is ready in this round.
  floor,    ///< It has the floor.
  yielded,  ///< It gave the floor up and is ready in the next round.
  slept,    ///< It gave the floor up until one of `why`.
  woke,     ///< Because of `why`; it is ready in the next round.
  ended,    ///< By itself.
  failed,   ///< By an error, its own or that of a macro that it called.
  stopped,  ///< By another task, its trigger or a cancel.
};

struct Choice;

/// Is told what tasks do and what keys mean, for whoever wants to look on. Must not call the
/// engine.
class Observer {
 public:
  virtual void task_event(TaskIndex index, const Task& task, TaskEvent event, Wakes why) = 0;
  /// It is decided what the press of a key means: `choice`. `partner` is the other key if it is one
  /// of two that mean something together.
  virtual void key_pressed(const KeyEvent& /*event*/, const Choice& /*choice*/,
                           hid::Usage /*partner*/) {}
  /// Other layers are on: now those of `layers`, one bit each, in the order of the roll's index.
  virtual void layers_changed(std::uint32_t /*layers*/) {}
  /// Caps word is on from the time `at` on, or goes on with a key of that time, or ends now. That
  /// its time is over is told with the next key only.
  virtual void caps_word_changed(bool /*on*/, Time /*at*/) {}

 protected:
  ~Observer() = default;
};

}  // namespace pianola::engine
