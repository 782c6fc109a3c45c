#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "engine/deadlines.hpp"
#include "engine/observer.hpp"
#include "engine/task.hpp"

namespace pianola::test {
struct EngineProbe;
}

namespace pianola::engine {

/// The pool of tasks and the order in which they run.
///
/// Ready tasks stand in two queues, first in first out: this round and the next. What is started
/// joins the end of this round; what yielded or woke joins the next. A sleeping task is in neither
/// and costs nothing: it stands in the heap of deadlines if it has one, and in the list of those
/// that listen if a key can wake it.
class Tasks {
 public:
  /// Both are the caller's and of the same size, fewer than kLocked's number of tasks.
  Tasks(std::span<Task> pool, std::span<TaskIndex> heap);

  /// Takes a task that is in no list yet, all its fields but the generation as new; kNoTask if all
  /// are in use.
  TaskIndex take();

  /// Gives a task back, whatever it does at the time, because of `how` (ended, failed or stopped).
  void release(TaskIndex task, TaskEvent how = TaskEvent::ended);

  Task& operator[](TaskIndex task) { return pool_[task]; }
  const Task& operator[](TaskIndex task) const { return pool_[task]; }
  [[nodiscard]] std::size_t capacity() const { return pool_.size(); }
  /// How many are in use.
  [[nodiscard]] std::size_t count() const { return count_; }

  [[nodiscard]] Handle handle(TaskIndex task) const { return {task, pool_[task].generation}; }
  /// The task that `handle` meant; kNoTask if it is no more.
  [[nodiscard]] TaskIndex find(Handle handle) const;

  /// Lets a new task join this round.
  void start(TaskIndex task);
  /// The task that has the floor yields: it joins the next round.
  void yield(TaskIndex task);
  /// The task that has the floor sleeps until one of `wakes` (with its deadline set, if kWakeTime).
  void sleep(TaskIndex task, Wakes wakes);
  /// A sleeping task wakes because of `why`: it joins the next round.
  void wake(TaskIndex task, Wakes why);
  /// The task with the earliest deadline wakes and has the floor at once; returns it. Only if
  /// nobody is in either round: as if it had been the only one in the next.
  TaskIndex wake_for_floor();
  /// The task with the earliest deadline, which was to wake it alone, sleeps on until `deadline`,
  /// which is later. Nobody is told.
  void sleep_on(Time deadline) {
    pool_[deadlines_.first()].deadline = deadline;
    deadlines_.first_changed();
  }
  /// Wakes those that wait for the release of `press`. Returns whether there were any.
  bool wake_released(std::uint32_t press);
  /// Wakes those that wait for any of `what`, none of which is kWakeTime or kWakeChild. Returns
  /// whether there were any.
  bool signal(Wakes what);
  /// Whether somebody waits for what signal() tells.
  [[nodiscard]] bool anybody_listens() const { return listeners_.head != kNoTask; }

  /// Who is told what happens; null: nobody.
  void observe(Observer* observer) { observer_ = observer; }
  [[nodiscard]] Observer* observer() const { return observer_; }
  void tell(TaskIndex task, TaskEvent event, Wakes why = 0) {
    if (observer_ != nullptr) observer_->task_event(task, pool_[task], event, why);
  }

  /// Whether this round has a task.
  [[nodiscard]] bool any_in_round() const { return this_.head != kNoTask; }
  /// The next task of this round, which then has the floor; kNoTask if the round is over.
  TaskIndex next();
  /// The next round begins, behind what is left of this one. False if nobody is in either.
  bool turn();
  /// Whether a task is ready, in this round or the next.
  [[nodiscard]] bool any_ready() const { return this_.head != kNoTask || next_.head != kNoTask; }

  /// Whether a task has a deadline.
  [[nodiscard]] bool any_deadline() const { return !deadlines_.empty(); }
  /// The task with the earliest deadline. Only if any_deadline().
  [[nodiscard]] TaskIndex first_deadline() const { return deadlines_.first(); }
  /// Whether a deadline has come.
  [[nodiscard]] bool due(Time now) const {
    return any_deadline() && reached(now, pool_[first_deadline()].deadline);
  }

 private:
  friend struct test::EngineProbe;  // looks inside, for tests

  struct List {
    TaskIndex head = kNoTask;
    TaskIndex tail = kNoTask;
  };

  /// What a task listens for; its deadline and its child find it by themselves.
  static constexpr Wakes kListens = static_cast<Wakes>(~unsigned{kWakeTime | kWakeChild});

  void append(List& list, TaskIndex task);
  void join_next(TaskIndex task);
  void stop_sleeping(TaskIndex task);
  bool remove(List& list, TaskIndex task);
  void become(TaskIndex task, TaskState state) {
    pool_[task].state = static_cast<std::uint32_t>(state) & 3U;
  }

  std::span<Task> pool_;
  Deadlines deadlines_;
  List this_;
  List next_;
  List listeners_;  ///< Asleep, and something besides time and a child can wake them.
  List free_;
  Observer* observer_ = nullptr;
  std::uint16_t count_ = 0;
};

// As Deadlines: here to be inlined.

inline void Tasks::append(List& list, TaskIndex task) {
  pool_[task].next = kNoTask;
  if (list.head == kNoTask) {
    list.head = task;
  } else {
    pool_[list.tail].next = task;
  }
  list.tail = task;
}

inline void Tasks::sleep(TaskIndex task, Wakes wakes) {
  become(task, TaskState::asleep);
  pool_[task].wakes = wakes;
  if ((wakes & kWakeTime) != 0) deadlines_.add(task);
  if ((wakes & kListens) != 0) append(listeners_, task);
  tell(task, TaskEvent::slept, wakes);
}

inline void Tasks::stop_sleeping(TaskIndex task) {
  deadlines_.remove(task);
  if ((pool_[task].wakes & kListens) != 0) remove(listeners_, task);
}

inline TaskIndex Tasks::wake_for_floor() {
  const TaskIndex task = deadlines_.first();
  stop_sleeping(task);
  become(task, TaskState::floor);
  tell(task, TaskEvent::woke, kWakeTime);
  tell(task, TaskEvent::floor);
  return task;
}

inline TaskIndex Tasks::next() {
  const TaskIndex task = this_.head;
  if (task == kNoTask) return kNoTask;
  this_.head = pool_[task].next;
  become(task, TaskState::floor);
  tell(task, TaskEvent::floor);
  return task;
}

}  // namespace pianola::engine
