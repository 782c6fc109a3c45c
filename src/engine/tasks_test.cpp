#include "engine/tasks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/time.hpp"

namespace pianola::engine {
namespace {

struct TasksTest : ::testing::Test {
  static constexpr std::size_t kCount = 100;
  std::vector<Task> pool{kCount};
  std::vector<TaskIndex> heap = std::vector<TaskIndex>(kCount);
  Tasks tasks{pool, heap};

  TaskIndex sleeper(Time deadline, Wakes wakes = kWakeTime) {
    const TaskIndex task = tasks.take();
    tasks[task].deadline = deadline;
    tasks.sleep(task, wakes);
    return task;
  }
};

TEST_F(TasksTest, StartedTasksRunInThisRoundAndYieldedOnesInTheNext) {
  const TaskIndex a = tasks.take();
  const TaskIndex b = tasks.take();
  const TaskIndex c = tasks.take();
  tasks.start(a);
  tasks.start(b);
  EXPECT_EQ(tasks.next(), a);
  tasks.yield(a);
  tasks.start(c);
  EXPECT_EQ(tasks.next(), b);
  EXPECT_EQ(tasks.next(), c);
  EXPECT_EQ(tasks.next(), kNoTask);
  EXPECT_TRUE(tasks.turn());
  EXPECT_EQ(tasks.next(), a);
  EXPECT_FALSE(tasks.turn());
}

TEST_F(TasksTest, AHandleMeansOneTaskOnly) {
  const TaskIndex first = tasks.take();
  const Handle handle = tasks.handle(first);
  EXPECT_EQ(tasks.find(handle), first);
  tasks.release(first);
  EXPECT_EQ(tasks.find(handle), kNoTask);
  TaskIndex again = kNoTask;
  do {
    again = tasks.take();
  } while (again != first);
  EXPECT_EQ(tasks.find(handle), kNoTask) << "a stale handle finds a stranger";
  EXPECT_EQ(tasks.find(Handle{}), kNoTask);
}

TEST_F(TasksTest, ThePoolEnds) {
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_NE(tasks.take(), kNoTask);
  EXPECT_EQ(tasks.take(), kNoTask);
  tasks.release(5);
  EXPECT_EQ(tasks.take(), 5U);
}

TEST_F(TasksTest, WhoSleepsOnWakesInItsTurn) {
  std::mt19937 random(1);
  for (std::size_t i = 0; i < kCount; ++i) sleeper(random() % 50);
  for (int i = 0; i < 1000; ++i) {
    const Time first = tasks[tasks.first_deadline()].deadline;
    const auto before = [&](const Task& task) { return earlier(task.deadline, first); };
    ASSERT_TRUE(std::ranges::none_of(pool, before)) << "after " << i;
    tasks.sleep_on(first + random() % 100);
  }
}

TEST_F(TasksTest, ReleasingASleeperLeaksNothing) {
  for (int i = 0; i < 1000; ++i) {
    const TaskIndex task = sleeper(static_cast<Time>(i), kWakeTime | kWakeRelease);
    ASSERT_NE(task, kNoTask);
    tasks.release(task);
  }
  EXPECT_EQ(tasks.count(), 0U);
  EXPECT_FALSE(tasks.any_deadline());
  tasks.wake_released(0);
  EXPECT_FALSE(tasks.any_ready());
}

TEST_F(TasksTest, ReleasingAReadyTaskKeepsTheOthersInOrder) {
  std::vector<TaskIndex> made;
  for (int i = 0; i < 4; ++i) {
    made.push_back(tasks.take());
    tasks.start(made.back());
  }
  tasks.release(made[3]);
  tasks.release(made[1]);
  const TaskIndex late = tasks.take();
  tasks.start(late);
  EXPECT_EQ(tasks.next(), made[0]);
  EXPECT_EQ(tasks.next(), made[2]);
  EXPECT_EQ(tasks.next(), late);
  EXPECT_EQ(tasks.next(), kNoTask);
}

TEST_F(TasksTest, OnlyThoseOfThePressWake) {
  const TaskIndex a = sleeper(0, kWakeRelease);
  const TaskIndex b = sleeper(1000, kWakeRelease | kWakeTime);
  const TaskIndex c = sleeper(1000, kWakeTime);
  tasks[a].press = 1;
  tasks[b].press = 2;
  tasks[c].press = 2;
  tasks.wake_released(2);
  EXPECT_TRUE(tasks.turn());
  EXPECT_EQ(tasks.next(), b);
  EXPECT_EQ(tasks.next(), kNoTask);
  EXPECT_EQ(tasks.first_deadline(), c);
  tasks.release(c);
  EXPECT_FALSE(tasks.any_deadline()) << "what woke by its key is still in the heap";
}

TEST_F(TasksTest, DeadlinesComeInOrderAcrossTheWrap) {
  std::mt19937 random{3};
  for (int round = 0; round < 200; ++round) {
    const Time start = 0xFFFFFFFFU - 500;
    std::vector<std::pair<Time, TaskIndex>> model;
    for (std::size_t i = 0; i < kCount; ++i) {
      const Time after = static_cast<Time>(random() % 1000);
      model.emplace_back(after, sleeper(start + after));
    }
    for (int i = 0; i < 30; ++i) {
      const std::size_t gone = random() % model.size();
      tasks.release(model[gone].second);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    std::ranges::sort(model);
    for (const auto& [after, task] : model) {
      EXPECT_FALSE(tasks.due(start + after - 1));
      ASSERT_TRUE(tasks.due(start + after));
      ASSERT_EQ(tasks.first_deadline(), task);
      tasks.wake(task, kWakeTime);
    }
    ASSERT_FALSE(tasks.any_deadline());
    ASSERT_TRUE(tasks.turn());
    while (tasks.next() != kNoTask) {
    }
    for (const auto& [after, task] : model) tasks.release(task);
    ASSERT_EQ(tasks.count(), 0U);
  }
}

}  // namespace
}  // namespace pianola::engine
