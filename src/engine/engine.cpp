#include "engine/engine.hpp"

#include <bit>

#include "engine/vm.hpp"

namespace pianola::engine {

namespace {

/// How often a host is asked again that refused a report for Engine::kHostTimeout, in ms.
constexpr Time kRetryTime = 100;

}  // namespace

// ---- Scheduling --------------------------------------------------------------------------------

/// Whether the next key event, if there is one, is not kept back. Of events that are, `send next`
/// lets a press through, and the releases before it and after it up to the next press.
inline bool Engine::keys_pass() const {
  if (core_.deferring == 0 || core_.passes > 0) return true;
  return core_.passed && !core_.input.front().down;
}

/// The next key event may be handled.
inline bool Engine::keys_wait() const { return !core_.input.empty() && keys_pass(); }

/// Does what the first key event means. Returns whether tasks woke.
inline bool Engine::handle(const KeyEvent& event, const Choice& choice) {
  if (choice.kind != Choice::Kind::cancel) return keyboard_.handle(event, choice);
  cancel_all();
  return true;
}

/// Whether the task whose time has come wakes before the next key event, whatever that means: no
/// key is decided before it changed, and none that waits behind it could be let up early.
inline bool Engine::wakes_first() const {
  if (core_.deferring != 0 || core_.oneshot_timed) return false;
  const KeyEvent event = core_.input.front();
  if (event.down && core_.input.size() > 1) return false;
  return earlier(core_.tasks[core_.tasks.first_deadline()].deadline, event.time);
}

/// Handles the next key event, unless it is kept back, is undecided, or a task wakes before it.
/// False if nothing happened.
inline bool Engine::handle_key(bool due) {
  if (!keys_pass()) return keyboard_.let_up_early();
  const KeyEvent event = core_.input.front();
  core_.end_late_oneshots(event.time);
  Tasks& tasks = core_.tasks;
  const Choice choice = keyboard_.look(event);
  undecided_ = choice.kind == Choice::Kind::undecided;
  decided_at_ = choice.at;
  if (undecided_) return keyboard_.let_up_early();
  if (due && earlier(tasks[tasks.first_deadline()].deadline, choice.at)) return false;
  const bool woke = handle(event, choice);
  if (tell_changes() || woke) tasks.turn();
  return true;
}

/// Nobody waits that was pressed before the one-shots' time is over: ends them then. False if they
/// do not end now.
bool Engine::end_oneshots() {
  if (!core_.input.empty() || !reached(core_.now, core_.oneshot_end)) return false;
  core_.end_late_oneshots(core_.now + 1);
  return true;
}

/// The round is over and the host has all: lets the next thing happen. False if there is nothing.
inline bool Engine::go_on() {
  Tasks& tasks = core_.tasks;
  const bool due = tasks.due(core_.now);
  undecided_ = false;
  if (!core_.input.empty() && !(due && wakes_first()) && handle_key(due)) return true;
  if (core_.oneshot_timed && end_oneshots()) return true;
  if (due) tasks.wake(tasks.first_deadline(), kWakeTime);
  return tasks.turn();
}

/// While nobody has the floor: whether nothing but a deadline can be what happens next. Nobody is
/// ready, no key waits, the host has all, and nothing changed.
inline bool Engine::only_sleepers() const {
  // What fails most often comes first.
  if (!core_.mixer.quiet() || !core_.input.empty()) return false;
  if (core_.tasks.any_ready() || core_.oneshot_timed) return false;
  return !changed();
}

/// Whether something happened that tell_changes() tells.
inline bool Engine::changed() const {
  return (core_.signals | events_ | (core_.leds ^ leds_)) != 0 || layers_differ();
}

/// Somebody holds something else than when tasks were told last, and it may be a layer.
inline bool Engine::layers_differ() const {
  return core_.has_layers && core_.mixer.holds().changes() != holds_changes_;
}

/// Tells what changed since the last time to the tasks that wait for it, and starts what `on …` has
/// for it. Only while nobody has the floor. Returns whether tasks woke.
inline bool Engine::tell_changes() {
  if (layers_differ()) layers_changed();
  if (core_.leds != leds_) leds_changed();
  if (events_ != 0) start_events();
  const Wakes changed = core_.signals;
  core_.signals = 0;
  return core_.tasks.anybody_listens() && core_.tasks.signal(changed);
}

void Engine::start_events() {
  for (; events_ != 0; events_ &= static_cast<std::uint8_t>(events_ - 1)) {
    keyboard_.start_event(static_cast<lang::Event>(std::countr_zero(events_)));
  }
}

/// Somebody holds something else than before: perhaps a layer.
void Engine::layers_changed() {
  const Holds& holds = core_.mixer.holds();
  holds_changes_ = holds.changes();
  const std::uint32_t layers = holds.layers();
  std::uint32_t news = layers & ~layers_;
  if (layers != layers_) {
    core_.signal(kWakeLayer);
    if (Observer* const observer = core_.tasks.observer()) observer->layers_changed(layers);
  }
  layers_ = layers;
  for (; news != 0; news &= news - 1) {
    const auto number = static_cast<std::uint32_t>(std::countr_zero(news));
    lang::IndexEntry entry;
    if (!core_.roll->index_entry(core_.layer_position + number, entry)) continue;
    keyboard_.start_event(lang::Event::layer, entry.key.low);
  }
}

void Engine::leds_changed() {
  const unsigned changed = core_.leds ^ leds_;
  leds_ = core_.leds;
  core_.signal(kWakeLed);
  if ((changed & kCapsLockLed) != 0) keyboard_.start_event(lang::Event::capslock);
}

/// With `busy = mix`: handles the key events whose time has come while a task types.
inline void Engine::mix_keys() {
  const lang::CodeReader::Place place = core_.reader.place();
  while (keys_wait() && core_.floor.task != kNoTask && core_.mixer.settle(core_.now)) {
    const KeyEvent event = core_.input.front();
    const Choice choice = keyboard_.look(event);
    if (choice.kind == Choice::Kind::undecided) break;
    handle(event, choice);
    if (core_.request.kind != Request::Kind::none) break;
  }
  core_.reader.go_to(place);
}

/// When to go on while the host, or a report that must stand, keeps the floor waiting.
inline Next Engine::waiting_next() const {
  const Mixer& mixer = core_.mixer;
  if (!mixer.waiting()) {
    return Next::time(mixer.parted() ? mixer.next_part_at() : core_.typist.ready_at());
  }
  if (mixer.refused()) return Next::time(core_.now + (host_is_late(core_.now) ? kRetryTime : 1));
  if (core_.host == HostState::awake || core_.tasks.count() == 0) return {};
  if (host_is_late(core_.now)) return {};
  return Next::time(mixer.waiting_since() + kHostTimeout);
}

inline Next Engine::sleeping_next() {
  const bool timed = undecided_ || core_.oneshot_timed;
  const Next decided = timed ? next_decision() : Next{};
  if (!core_.tasks.any_deadline()) return decided;
  const Next deadline = Next::time(core_.tasks[core_.tasks.first_deadline()].deadline);
  return timed ? sooner(decided, deadline) : deadline;
}

/// When it is known what the first key event means, or without one when the one-shots end.
Next Engine::next_decision() const {
  if (undecided_) return Next::time(decided_at_);
  // While keys wait, one-shots that one of them may use do not end.
  return core_.input.empty() && core_.oneshots_end() ? Next::time(core_.oneshot_end) : Next{};
}

void Engine::play(lang::Roll& roll) {
  if (loaded_) cancel_all();
  core_.load(roll);
  keyboard_.load();
  loaded_ = true;
  event(lang::Event::start);
}

/// A report has waited for the host for so long that it is worth telling.
inline bool Engine::host_is_late(Time now) const {
  const Mixer& mixer = core_.mixer;
  return mixer.waiting() && reached(now, mixer.waiting_since() + kHostTimeout);
}

/// Macros must not go on when a host comes back that was asleep or gone.
inline void Engine::check_host() {
  if (core_.host == HostState::awake || core_.tasks.count() == 0) return;
  if (!host_is_late(core_.now)) return;
  core_.cut_off(core_.host == HostState::asleep ? ErrorCode::asleep : ErrorCode::gone);
}

[[gnu::noinline]] Next Engine::step(Time now) {
  core_.now = now;
  if (!loaded_) play(*core_.roll);
  check_host();
  Tasks& tasks = core_.tasks;
  Vm vm{core_};
  unsigned budget = kQuota;
  while (budget > 0) {
    if (core_.floor.task != kNoTask) {
      // It goes on.
    } else if (only_sleepers()) {
      // What mostly happens: the order of the rounds comes to giving the floor to the next of them.
      undecided_ = false;
      if (!tasks.any_deadline()) return {};
      const TaskIndex next = tasks.first_deadline();
      if (!reached(now, tasks[next].deadline)) return Next::time(tasks[next].deadline);
      floors_ = 1;
      core_.read(next);
      if (budget > 1 && vm.sleep_on(next)) {
        budget -= 2;
        continue;
      }
      core_.take_floor(tasks.wake_for_floor());
      --budget;
    } else {
      if (changed()) tell_changes();
      // A round to which macros are added for ever must not keep the keys and the deadlines
      // waiting.
      if (!tasks.any_in_round() || floors_ > 2 * tasks.capacity()) {
        if (!core_.mixer.settle(now)) return waiting_next();
        if (!go_on()) return sleeping_next();
        if (core_.request.kind != Request::Kind::none) return Next::time(now);
        floors_ = 0;
        --budget;
        continue;
      }
      core_.give_floor();
      ++floors_;
    }
    if (core_.settings.mix && keys_wait()) {
      mix_keys();
      if (core_.request.kind != Request::Kind::none) return Next::time(now);
      if (core_.floor.task == kNoTask) continue;
    }
    const Vm::Stop stop = vm.run(budget);
    if (stop == Vm::Stop::waiting) return waiting_next();
    if (stop == Vm::Stop::asks) return Next::time(now);
  }
  return Next::time(now);
}

void Engine::cancel_all() {
  core_.end_all_tasks();
  keyboard_.forget();
  Holds& holds = core_.mixer.change();
  while (!core_.input.empty()) {
    const KeyEvent event = core_.input.front();
    core_.take_event();
    if (!event.down) {
      holds.remove_all(key_owner(event.usage));
    } else {
      keyboard_.suppress(event.usage);
    }
  }
  for (unsigned lost = core_.input.claim_lost(); lost != 0; lost &= lost - 1) {
    keyboard_.suppress(hid::modifier_usage(static_cast<unsigned>(std::countr_zero(lost))));
  }
  holds.suppress_all();
}

void Engine::disconnected() {
  host(HostState::gone);
  core_.cut_off(ErrorCode::gone);
  cancel_all();
  core_.mixer.forget_host();
}

// ---- Input -------------------------------------------------------------------------------------

void Engine::key(const KeyEvent& event) {
  const auto usage = static_cast<std::uint32_t>(event.usage);
  const bool macro = page(event.usage) == hid::Page::macro && id(event.usage) < hid::kMacroKeys;
  if (event.usage == hid::kNoKey || (!macro && !is_valid_usage(usage))) return;
  const bool escape = event.down && event.usage == hid::kEscape && !core_.input.down(event.usage);
  const bool cancel = escape && keyboard_.both_shifts(event.time);
  const std::uint32_t lost = core_.input.lost_taps();
  core_.input.push(event);
  if (host_is_late(event.time)) lost_by_host_ += core_.input.lost_taps() - lost;
  // Who keeps the events back may look at them.
  if (core_.deferring != 0) core_.signal(kWakeKey | kWakeRelease);
  if (cancel) cancel_all();
}

}  // namespace pianola::engine
