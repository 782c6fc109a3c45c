#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace pianola::test {

/// Looks into an engine and checks that its parts agree.
struct EngineProbe {
  static engine::Core& core(engine::Engine& engine) { return engine.core_; }

  /// What is wrong between two steps; empty if nothing is.
  static std::string wrong(engine::Engine& engine) {
    engine::Core& core = engine.core_;
    std::string wrong = wrong_lists(core.tasks);
    std::size_t slots = 0;
    unsigned deferring = 0;
    unsigned knowing = 0;
    unsigned hiding = 0;
    for (engine::TaskIndex i = 0; i < core.tasks.capacity(); ++i) {
      const engine::Task& task = core.tasks[i];
      const std::string name = "task " + std::to_string(i) + ' ';
      if (task.is() == engine::TaskState::free) {
        if (core.mixer.holds().contains(engine::task_owner(i)))
          wrong += name + "is gone but holds\n";
        continue;
      }
      slots += task.slots;
      for (unsigned scope = 0; scope < task.scopes; ++scope) {
        deferring += task.scope(scope) >= engine::Scope::defers ? 1U : 0U;
        hiding += task.scope(scope) == engine::Scope::hides ? 1U : 0U;
      }
      if (task.scope_kinds >> 2 * task.scopes != 0) wrong += name + "is in scopes it has left\n";
      deferring += task.lingers != engine::Lingers::no ? 1U : 0U;
      knowing += task.known != 0 ? 1U : 0U;
      if (task.known > core.input.size()) wrong += name + "knows of events that are gone\n";
      if (waits_for_child(task) && !has_child(core, i)) wrong += name + "waits for no child\n";
      if (task.is() == engine::TaskState::floor && core.floor.task != i) {
        wrong += name + "has no floor\n";
      }
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < core.slots.size(); ++i) {
      used += core.slots[i].kind() != engine::Value::Kind::free ? 1 : 0;
    }
    if (used != slots) wrong += "slots leak\n";
    if (deferring != core.deferring) wrong += "keys are kept back for nobody\n";
    if (knowing != core.knowing) wrong += "events are known to nobody\n";
    if (hiding != veils(core)) wrong += "modifiers are hidden for nobody\n";
    return wrong;
  }

  /// What is left when all tasks are gone and all keys are up; empty if nothing is.
  static std::string left(engine::Engine& engine) {
    const engine::Core& core = engine.core_;
    std::string left;
    if (!core.mixer.holds().empty()) left += "something is held\n";
    if (!engine.shown().empty()) left += "the host sees keys down\n";
    if (core.deferring != 0 || veils(core) != 0) left += "scopes are open\n";
    if (!core.mixer.typed_key().idle()) left += "a stroke goes on\n";
    if (core.floor.task != engine::kNoTask) left += "somebody has the floor\n";
    return left;
  }

  /// Whether a task is asleep without a deadline that will come.
  static bool sleeps_for_ever(const engine::Task& task) {
    return task.is() == engine::TaskState::asleep && (task.wakes & engine::kWakeTime) == 0;
  }

 private:
  /// How many scopes hide modifiers.
  static unsigned veils(const engine::Core& core) {
    return static_cast<unsigned>(std::ranges::count_if(
        core.mixer.holds().all(),
        [](const engine::Hold& hold) { return engine::is_veil(hold.usage()); }));
  }
  static bool waits_for_child(const engine::Task& task) {
    return task.is() == engine::TaskState::asleep && (task.wakes & engine::kWakeChild) != 0;
  }
  static bool has_child(engine::Core& core, engine::TaskIndex parent) {
    for (engine::TaskIndex i = 0; i < core.tasks.capacity(); ++i) {
      const engine::Task& task = core.tasks[i];
      if (task.is() != engine::TaskState::free && core.tasks.find(task.parent) == parent)
        return true;
    }
    return false;
  }

  static std::string wrong_lists(engine::Tasks& tasks) {
    std::string wrong;
    std::multiset<engine::TaskIndex> ready;
    std::multiset<engine::TaskIndex> listeners;
    std::multiset<engine::TaskIndex> free;
    walk(tasks, tasks.this_, ready);
    walk(tasks, tasks.next_, ready);
    walk(tasks, tasks.listeners_, listeners);
    walk(tasks, tasks.free_, free);
    std::size_t used = 0;
    for (engine::TaskIndex i = 0; i < tasks.capacity(); ++i) {
      const engine::Task& task = tasks[i];
      const auto is = task.is();
      const bool asleep = is == engine::TaskState::asleep;
      const std::string name = "task " + std::to_string(i) + ' ';
      used += is != engine::TaskState::free ? 1 : 0;
      const bool listens =
          asleep && (task.wakes & ~unsigned{engine::kWakeTime | engine::kWakeChild}) != 0;
      if (ready.count(i) != (is == engine::TaskState::ready ? 1U : 0U)) wrong += name + "ready?\n";
      if (listeners.count(i) != (listens ? 1U : 0U)) wrong += name + "listens?\n";
      if (free.count(i) != (is == engine::TaskState::free ? 1U : 0U)) wrong += name + "free?\n";
      const bool timed = asleep && (task.wakes & engine::kWakeTime) != 0;
      if (timed != (task.place != engine::Task::kNoPlace)) wrong += name + "has a deadline?\n";
    }
    if (used != tasks.count()) wrong += "tasks leak\n";
    return wrong;
  }
  template <typename List>
  static void walk(engine::Tasks& tasks, const List& list, std::multiset<engine::TaskIndex>& out) {
    for (engine::TaskIndex i = list.head; i != engine::kNoTask && out.size() <= tasks.capacity();
         i = tasks[i].next) {
      out.insert(i);
    }
  }
};

}  // namespace pianola::test
