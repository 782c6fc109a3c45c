#include "engine/core.hpp"

#include <cassert>

namespace pianola::engine {

namespace {

constexpr std::uint32_t kMaxPosition = 0xFFFFFF;

bool is_runnable(const Found& found) {
  const lang::IndexEntry& entry = found.entry;
  return found.position <= kMaxPosition && entry.record <= kMaxPosition &&
         entry.body <= lang::kMaxCode && entry.frame <= lang::kMaxSlots;
}

}  // namespace

Core::Core(const StorageView& storage, lang::Roll& source, ReportSink& sink, ErrorSink& error_sink,
           KeyTaker* key_taker)
    : roll(&source),
      errors(error_sink),
      reader(source, storage.window),
      stack(storage.stack),
      tasks(storage.tasks, storage.heap),
      slots(storage.slots),
      recorder(storage.recordings, error_sink, signals),
      mixer(storage.holds, sink, recorder),
      typist(mixer),
      input(storage.events, mixer.holds()),
      globals(storage.globals),
      device(key_taker) {
  assert(stack.size() == lang::kMaxStack);
}

std::optional<ErrorCode> Core::make_task(const Found& found, TaskIndex& out) {
  if (!is_runnable(found)) return ErrorCode::code;
  const TaskIndex index = tasks.take();
  if (index == kNoTask) return ErrorCode::tasks;
  const std::optional<std::uint16_t> frame = slots.take(found.entry.frame);
  if (!frame) {
    tasks.release(index);
    return ErrorCode::slots;
  }
  Task& task = tasks[index];
  task.pc = found.entry.body & 0xFFFFFFU;
  task.entry = found.position & 0xFFFFFFU;
  task.record = found.entry.record & 0xFFFFFFU;
  task.frame = *frame;
  task.slots = found.entry.frame;
  task.pace = settings.pace;
  task.layout = settings.layout;
  out = index;
  return std::nullopt;
}

void Core::take_floor(TaskIndex index) {
  floor.task = index;
  floor.depth = 0;
  floor.labels = Floor::kUnknown;
  floor.timed = false;
}

void Core::end_task(TaskIndex index, TaskEvent how) {
  Task& task = tasks[index];
  const TaskIndex caller = tasks.find(task.parent);
  if (caller != kNoTask) {
    tasks[caller].typed += task.typed;
  } else if (oneshots) {
    spend_oneshots(index, true);
  }
  if (task.scopes != 0) leave_scopes(index, 0);
  stop_lingering(task);
  forget_known(task);
  signal(kWakeTask);
  slots.release(task.frame, task.slots);
  if (mixer.holds().contains(task_owner(index))) mixer.change().remove_all(task_owner(index));
  if (floor.task == index) floor.task = kNoTask;
  tasks.release(index, how);
}

void Core::stop_task(TaskIndex index) {
  // What it called waits for nobody else: a chain that ends at the task that runs or sleeps.
  for (TaskIndex last = index;;) {
    TaskIndex child = kNoTask;
    for (std::size_t i = 0; i < tasks.capacity() && child == kNoTask; ++i) {
      const auto other = static_cast<TaskIndex>(i);
      const bool used = tasks[other].is() != TaskState::free;
      if (used && tasks.find(tasks[other].parent) == last) child = other;
    }
    if (child != kNoTask) {
      last = child;
      continue;
    }
    const TaskIndex caller = tasks.find(tasks[last].parent);
    if (floor.task == last) {
      typist.reset();
      floor.text.stop();
    }
    end_task(last, TaskEvent::stopped);
    if (last == index) {
      if (caller != kNoTask) tasks.wake(caller, kWakeChild);
      return;
    }
    last = caller;
  }
}

// ---- Scopes ------------------------------------------------------------------------------------

bool Core::keep_keys(TaskIndex index, Scope kind) {
  Task& task = tasks[index];
  if (task.scopes == lang::kMaxScopes) return false;
  task.set_scope(task.scopes++, kind);
  ++deferring;
  // It goes on keeping back what lingers.
  if (kind == Scope::matches) stop_lingering(task);
  return true;
}

std::optional<ErrorCode> Core::hide(TaskIndex index, hid::Modifiers mods) {
  Task& task = tasks[index];
  if (task.scopes == lang::kMaxScopes) return ErrorCode::scopes;
  const bool room = mixer.change().add(task_owner(index), veil_usage(task.scopes), false, mods);
  if (!room) return ErrorCode::keys;
  task.set_scope(task.scopes++, Scope::hides);
  return std::nullopt;
}

hid::Modifiers Core::hides(TaskIndex index) {
  unsigned mods = tasks[index].hides;
  for (const Hold& hold : mixer.holds().all()) {
    if (!is_veil(hold.usage())) continue;
    for (TaskIndex i = index; i != kNoTask; i = tasks.find(tasks[i].parent)) {
      if (task_owner(i) == hold.owner) mods |= hold.hides();
    }
  }
  return static_cast<hid::Modifiers>(mods);
}

void Core::leave_scopes(TaskIndex index, unsigned depth) {
  Task& task = tasks[index];
  while (task.scopes > depth) {
    const Scope kind = task.scope(--task.scopes);
    task.set_scope(task.scopes, Scope::over);
    switch (kind) {
      case Scope::over:
        break;
      case Scope::hides:
        mixer.change().remove(task_owner(index), veil_usage(task.scopes));
        break;
      case Scope::defers:
        stop_keeping(task);
        break;
      case Scope::matches:
        stop_lingering(task);
        task.lingers = Lingers::yes;  // in place of the scope
        break;
    }
  }
}

void Core::let_keys_go(TaskIndex index) {
  for (; index != kNoTask; index = tasks.find(tasks[index].parent)) {
    Task& task = tasks[index];
    stop_lingering(task);
    for (unsigned i = 0; i < task.scopes; ++i) {
      if (task.scope(i) != Scope::matches) continue;
      task.set_scope(i, Scope::over);
      stop_keeping(task);
    }
  }
}

void Core::end_round(TaskIndex index) {
  Task& task = tasks[index];
  if (task.lingers == Lingers::yes) {
    task.lingers = Lingers::once_round;
  } else {
    stop_lingering(task);
  }
}

void Core::stop_lingering(Task& task) {
  if (task.lingers == Lingers::no) return;
  task.lingers = Lingers::no;
  stop_keeping(task);
}

/// For one reason less, key events are kept back for `task`. It goes on knowing of those that were.
void Core::stop_keeping(Task& task) {
  if (!task.keeps_keys() && !input.empty()) {
    if (task.known == 0) ++knowing;
    task.known = static_cast<std::uint8_t>(input.size());
  }
  if (--deferring != 0) return;
  passes = 0;
  passed = false;
}

void Core::forget_known(Task& task) {
  if (task.known == 0) return;
  task.known = 0;
  --knowing;
}

/// One of the events is gone that tasks know of.
void Core::forget_event() {
  for (std::size_t i = 0; i < tasks.capacity() && knowing != 0; ++i) {
    Task& task = tasks[static_cast<TaskIndex>(i)];
    if (task.known == 1) --knowing;
    if (task.known != 0) --task.known;
  }
}

// ---- One-shots ---------------------------------------------------------------------------------

void Core::begin_oneshot() {
  mixer.begin_oneshot();
  oneshot_press = presses;
  oneshots = true;
  oneshots_spent = false;
}

void Core::end_oneshots() {
  mixer.change().remove_all(kOneshot);
  oneshots_spent = false;
}

void Core::end_late_oneshots(Time time) {
  if (!oneshot_timed || !earlier(oneshot_end, time)) return;
  oneshot_timed = false;
  mixer.change().remove_timed();
}

void Core::spend_oneshots(TaskIndex index, bool typed) {
  const Task& task = tasks[index];
  const bool later = static_cast<std::int32_t>(task.press - oneshot_press) > 0;
  if (!oneshots || task.keyless || !later) return;
  if (typed) {
    end_oneshots();
  } else {
    mixer.change().remove_oneshot_layers();
  }
}

// ---- Caps word, the last key -------------------------------------------------------------------

bool Core::caps_word_at(Time at) const {
  return caps_word == CapsWord::on && (settings.caps_word == 0 || !earlier(caps_end, at));
}

void Core::set_caps_word(bool on, Time at) {
  Observer* const observer = tasks.observer();
  const bool was_on = caps_word == CapsWord::on;
  if (observer != nullptr && (on || was_on)) observer->caps_word_changed(on, at);
  caps_word = on ? CapsWord::on : CapsWord::off;
  caps_end = at + settings.caps_word;
}

// ---- Layers, errors, the roll ------------------------------------------------------------------

hid::Usage Core::layer_usage(std::uint32_t name) {
  const lang::IndexKey key = name_key(lang::IndexSpace::layer, name);
  const std::uint32_t position = roll->lower_bound(key);
  lang::IndexEntry entry;
  const std::uint32_t number = position - layer_position;
  const bool found = roll->index_entry(position, entry) && entry.key == key;
  return found && number < lang::kMaxLayers ? layer_usage_of(number) : hid::kNoKey;
}

hid::Modifiers Core::find_layer_modifiers(std::uint32_t scope) {
  unsigned mods = 0;
  for (const Hold& hold : mixer.holds().all()) {
    if (!is_layer(hold.usage()) || (oneshots_spent && hold.owner == kOneshot)) continue;
    lang::IndexEntry entry;
    const std::uint32_t position = layer_position + layer_number(hold.usage());
    if (roll->index_entry(position, entry) && entry.key.low != scope) mods |= entry.frame;
  }
  return static_cast<hid::Modifiers>(mods);
}

void Core::fail_floor(const Error& error) {
  errors.error(error);
  typist.reset();
  floor.text.stop();
  for (TaskIndex index = floor.task; index != kNoTask;) {
    const TaskIndex caller = tasks.find(tasks[index].parent);
    end_task(index, TaskEvent::failed);
    index = caller;
  }
}

void Core::cut_off(ErrorCode why) {
  for (std::size_t i = 0; i < tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    if (tasks[index].is() == TaskState::free) continue;
    TaskIndex root = index;
    while (tasks.find(tasks[root].parent) != kNoTask) root = tasks.find(tasks[root].parent);
    if (root != index) tasks[root].typed += tasks[index].typed;
  }
  for (std::size_t i = 0; i < tasks.capacity(); ++i) {
    const Task& task = tasks[static_cast<TaskIndex>(i)];
    if (task.is() == TaskState::free || tasks.find(task.parent) != kNoTask) continue;
    errors.error({.code = why, .record = task.record, .offset = task.pc, .typed = task.typed});
  }
  end_all_tasks();
}

void Core::end_all_tasks() {
  typist.reset();
  floor.text.stop();
  recorder.end();
  for (std::size_t i = 0; i < tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    if (tasks[index].is() != TaskState::free) end_task(index, TaskEvent::stopped);
  }
  mixer.change().remove_all(kDevice);
  end_oneshots();
  mixer.change().remove_all(kLocked);
  oneshots = false;
  set_caps_word(false);
}

void Core::load(lang::Roll& source) {
  roll = &source;
  reader.read(source);
  settings = load_settings(source, reader);
  layer_position = source.lower_bound(name_key(lang::IndexSpace::layer, 0));
  mixer.set_neutral(settings.neutral);
  mixer.set_pace(settings.pace);
  if (!globals.load(source, reader)) {
    errors.error({ErrorCode::globals, reader.record(), reader.offset()});
  }
}

}  // namespace pianola::engine
