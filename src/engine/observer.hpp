#pragma once

#include <cstdint>

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

/// Is told what tasks do, for whoever wants to look on. Must not call the engine.
class Observer {
 public:
  virtual void task_event(TaskIndex index, const Task& task, TaskEvent event, Wakes why) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace pianola::engine
