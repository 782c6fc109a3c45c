#include "engine/engine.hpp"

#include <bit>

#include "engine/vm.hpp"

namespace pianola::engine {

using hid::Usage;

// ---- Scheduling --------------------------------------------------------------------------------

/// The round is over and the host has all: lets the next thing happen. False if there is nothing.
inline bool Engine::go_on() {
  Tasks& tasks = core_.tasks;
  const bool due = tasks.due(core_.now);
  if (!core_.input.empty()) {
    const KeyEvent event = core_.input.front();
    if (!due || !earlier(tasks[tasks.first_deadline()].deadline, event.time)) {
      core_.input.pop();
      if (handle(event)) tasks.turn();
      return true;
    }
  }
  if (due) tasks.wake(tasks.first_deadline());
  return tasks.turn();
}

/// When to go on while the host, or a report that must stand, keeps the floor waiting.
inline Next Engine::waiting_next() const {
  const Mixer& mixer = core_.mixer;
  if (!mixer.waiting()) return Next::time(core_.typist.ready_at());
  const bool late = reached(core_.now, mixer.host_deadline());
  if (mixer.refused()) return Next::time(core_.now + (late ? Mixer::kHostTimeout : 1));
  if (late || core_.tasks.count() == 0) return {};
  return Next::time(mixer.host_deadline());
}

inline Next Engine::sleeping_next() {
  if (!core_.tasks.any_deadline()) return {};
  return Next::time(core_.tasks[core_.tasks.first_deadline()].deadline);
}

inline void Engine::check_roll() {
  const std::uint32_t epoch = core_.roll.epoch();
  if (loaded_ && epoch == epoch_) return;
  if (loaded_) cancel_all();
  core_.load();
  epoch_ = epoch;
  loaded_ = true;
}

/// A host that takes no report sleeps or is gone: macros must not go on when it comes back.
inline void Engine::check_host() {
  const Mixer& mixer = core_.mixer;
  if (core_.tasks.count() != 0 && mixer.waiting() && reached(core_.now, mixer.host_deadline())) {
    core_.end_all_tasks();
  }
}

Next Engine::step(Time now) {
  core_.now = now;
  check_roll();
  check_host();
  Vm vm{core_};
  unsigned budget = kQuota;
  while (budget > 0) {
    if (core_.floor.task != kNoTask) {
      const Vm::Stop stop = vm.run(budget);
      if (stop == Vm::Stop::waiting) return waiting_next();
    } else if (!core_.give_floor()) {
      if (!core_.mixer.settle(now)) return waiting_next();
      if (!go_on()) return sleeping_next();
      --budget;
    }
  }
  return Next::time(now);
}

/// `key` is down and means nothing.
void Engine::suppress(Usage key) {
  if (!core_.mixer.change().add(key_owner(key), hid::kNoKey, false, 0)) {
    core_.input.forget_press();
  }
}

void Engine::cancel_all() {
  core_.end_all_tasks();
  Holds& holds = core_.mixer.change();
  while (!core_.input.empty()) {
    const KeyEvent event = core_.input.front();
    core_.input.pop();
    if (!event.down) {
      holds.remove_all(key_owner(event.usage));
    } else {
      suppress(event.usage);
    }
  }
  for (unsigned lost = core_.input.claim_lost(); lost != 0; lost &= lost - 1) {
    suppress(hid::modifier_usage(static_cast<unsigned>(std::countr_zero(lost))));
  }
  holds.suppress_all();
}

void Engine::disconnected() {
  cancel_all();
  core_.mixer.forget_host();
}

void Engine::reload() {
  cancel_all();
  loaded_ = false;
}

// ---- Keys --------------------------------------------------------------------------------------

void Engine::key(const KeyEvent& event) {
  const auto usage = static_cast<std::uint32_t>(event.usage);
  if (event.usage == hid::kNoKey || !is_valid_usage(usage)) return;
  const bool cancel = event.down && event.usage == hid::kEscape && !core_.input.down(event.usage) &&
                      core_.input.down(hid::kLeftShift) && core_.input.down(hid::kRightShift);
  core_.input.push(event);
  if (cancel) cancel_all();
}

/// Returns whether tasks woke.
bool Engine::handle(const KeyEvent& event) {
  if (event.down) {
    press(event.usage);
    return false;
  }
  const Owner owner = key_owner(event.usage);
  const std::uint32_t number = core_.mixer.holds().press_of(owner);
  core_.mixer.change().remove_all(owner);
  return number != 0 && core_.tasks.wake_released(number);
}

void Engine::press(Usage key) {
  Holds& holds = core_.mixer.change();
  holds.stop_hiding();
  Found found;
  if (find_binding(core_.roll, key, holds.keyboard_modifiers(), found)) {
    press_bound(key, found);
  } else {
    holds.add(key_owner(key), key, false, 0);
  }
  // A key too many is as if it were not there.
  if (!holds.contains(key_owner(key))) core_.input.forget_press();
}

void Engine::press_bound(Usage key, const Found& found) {
  const lang::IndexEntry& entry = found.entry;
  core_.reader.seek(entry.record, entry.code);
  lang::Instruction instruction;
  const bool good = read_instruction(core_.reader, instruction);
  std::optional<ErrorCode> error;
  std::uint32_t number = 0;
  if (good && instruction.opcode == lang::Opcode::bind) {
    number = ++presses_ != 0 ? presses_ : ++presses_;
    if (!runs(found.position)) error = start(found, number);
  } else if (good && instruction.opcode == lang::Opcode::remap) {
    error = remap(key, entry, instruction);
  } else if (!good || instruction.opcode != lang::Opcode::remap_none) {
    error = ErrorCode::code;
  }
  if (error) core_.errors.error({*error, entry.record, entry.code});
  Holds& holds = core_.mixer.change();
  if (!holds.contains(key_owner(key))) holds.add(key_owner(key), hid::kNoKey, false, number);
}

/// Whether a task runs the index's entry number `position`.
bool Engine::runs(std::uint32_t position) {
  for (std::size_t i = 0; i < core_.tasks.capacity(); ++i) {
    const Task& task = core_.tasks[static_cast<TaskIndex>(i)];
    if (task.is() != TaskState::free && task.entry == position) return true;
  }
  return false;
}

std::optional<ErrorCode> Engine::start(const Found& found, std::uint32_t press) {
  TaskIndex index = kNoTask;
  if (const auto error = core_.make_task(found, index)) return error;
  Task& task = core_.tasks[index];
  task.press = press;
  task.hides = named_modifiers(lang::key_mods(found.entry.key));
  core_.tasks.start(index);
  return std::nullopt;
}

/// While `key` is down, it sends the chord of `instruction`, and the modifiers that its trigger
/// named are hidden.
std::optional<ErrorCode> Engine::remap(Usage key, const lang::IndexEntry& entry,
                                       const lang::Instruction& instruction) {
  const auto mods = static_cast<hid::Modifiers>(instruction.value[1]);
  const auto to = lang::KeyRef::from_raw(instruction.value[2]);
  if (!is_valid_key(to)) return ErrorCode::code;
  const auto chord = resolve(mods, to, hid::layouts()[core_.settings.layout]);
  if (!chord) return ErrorCode::key;
  const bool loose = !hid::is_modifier(chord->key);
  const hid::Modifiers hides = named_modifiers(lang::key_mods(entry.key));
  const bool room =
      core_.mixer.change().add_chord(key_owner(key), chord->mods, chord->key, loose, hides);
  return room ? std::nullopt : std::optional{ErrorCode::keys};
}

}  // namespace pianola::engine
