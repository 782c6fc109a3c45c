#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/globals.hpp"
#include "engine/holds.hpp"
#include "engine/input_queue.hpp"
#include "engine/task.hpp"
#include "engine/value.hpp"
#include "lang/opcode.hpp"

namespace pianola::engine {

/// All memory that an engine uses besides itself; what a port gives it.
struct StorageView {
  std::span<Task> tasks;
  std::span<TaskIndex> heap;  ///< As many as tasks.
  std::span<Value> slots;
  std::span<Value> stack;  ///< lang::kMaxStack.
  std::span<Hold> holds;
  std::span<QueuedKey> events;
  std::span<Global> globals;
  std::span<std::uint8_t> window;
};

/// How much an engine can do at once. The numbers of a small device are the default.
struct Capacities {
  std::size_t tasks = 16;
  std::size_t slots = 48;    ///< Locals of all tasks; at least lang::kMaxSlots to run every macro.
  std::size_t holds = 24;    ///< Keys held, counted once for each owner; see Holds.
  std::size_t events = 24;   ///< Key events that wait; an event takes 6 bytes.
  std::size_t globals = 32;
  std::size_t window = 64;   ///< Bytes of code read at once, 32 to 128.
};

/// The storage of one engine.
template <Capacities kSizes = Capacities{}>
class Storage {
 public:
  /// For one engine, which must not outlive it.
  StorageView view() {
    return {tasks_, heap_, slots_, stack_, holds_, events_, globals_, window_};
  }

 private:
  static_assert(kSizes.tasks > 0 && kSizes.tasks < static_cast<std::size_t>(kDevice));
  static_assert(kSizes.events >= 4 && kSizes.holds >= 4 && kSizes.window >= 1);

  std::array<Task, kSizes.tasks> tasks_{};
  std::array<TaskIndex, kSizes.tasks> heap_{};
  std::array<Value, kSizes.slots> slots_{};
  std::array<Value, lang::kMaxStack> stack_{};
  std::array<Hold, kSizes.holds> holds_{};
  std::array<QueuedKey, kSizes.events> events_{};
  std::array<Global, kSizes.globals> globals_{};
  std::array<std::uint8_t, kSizes.window> window_{};
};

}  // namespace pianola::engine
