#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/holds.hpp"
#include "engine/input_queue.hpp"
#include "engine/task.hpp"
#include "engine/value.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::engine {

/// All memory that an engine uses besides itself; what a port gives it.
struct StorageView {
  std::span<Task> tasks;
  std::span<TaskIndex> heap;  ///< As many as tasks.
  std::span<Value> slots;
  std::span<Value> stack;  ///< lang::kMaxStack.
  std::span<Hold> holds;
  std::span<QueuedKey> events;
  std::span<std::int32_t> globals;
  std::span<std::uint16_t> recordings;
  std::span<std::uint8_t> window;
};

/// How much an engine can do at once. The default is for a small device: 2 KB with the engine.
struct Capacities {
  std::size_t tasks = 16;   ///< 44 + 2 bytes each.
  std::size_t slots = 32;   ///< Locals of all tasks, 6 bytes; lang::kMaxSlots to run every macro.
  std::size_t holds = 16;   ///< Keys held, counted once for each owner, 8 bytes; see Holds.
  std::size_t events = 16;  ///< Key events that wait, 6 bytes.
  std::size_t globals = lang::kMaxGlobals;  ///< 4 bytes.
  std::size_t recordings = 64;              ///< Key changes recorded, 2 bytes; see Recorder.
  std::size_t window = 64;                  ///< Bytes of code read at once, 32 to 128.
};

/// The storage of one engine.
template <Capacities Sizes = Capacities{}>
class Storage {
 public:
  /// For one engine, which must not outlive it.
  StorageView view() {
    return {tasks_, heap_, slots_, stack_, holds_, events_, globals_, recordings_, window_};
  }

 private:
  static_assert(Sizes.tasks > 0 && Sizes.tasks < static_cast<std::size_t>(kDevice));
  static_assert(Sizes.events >= 4 && Sizes.events <= 64 && Sizes.holds >= 4 && Sizes.window >= 1);

  std::array<Task, Sizes.tasks> tasks_{};
  std::array<TaskIndex, Sizes.tasks> heap_{};
  std::array<Value, Sizes.slots> slots_{};
  std::array<Value, lang::kMaxStack> stack_{};
  std::array<Hold, Sizes.holds> holds_{};
  std::array<QueuedKey, Sizes.events> events_{};
  std::array<std::int32_t, Sizes.globals> globals_{};
  std::array<std::uint16_t, Sizes.recordings> recordings_{};
  std::array<std::uint8_t, Sizes.window> window_{};
};

}  // namespace pianola::engine
