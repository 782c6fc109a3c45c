// What the keys do once it is known what they mean.

#include <algorithm>

#include "base/fnv.hpp"
#include "engine/keyboard.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/words.hpp"

namespace pianola::engine {

using hid::Usage;

namespace {

constexpr bool is_shift(Usage key) { return key == hid::kLeftShift || key == hid::kRightShift; }

}  // namespace

bool Keyboard::handle(const KeyEvent& event, const Choice& choice) {
  if (choice.before) {
    typed_.clear();
    if (core_.tasks.observer() != nullptr) tell(event, choice);
    const lang::IndexEntry& entry = choice.found.entry;
    const auto error = start_again(choice.found, {0, event.time, false, true, choice.capitals});
    if (error) core_.errors.error({*error, entry.record, entry.code});
    return false;
  }
  core_.take_event();
  // What a key's own options say holds until the next one.
  if (event.down) core_.mixer.set_pace(core_.settings.pace);
  core_.mixer.separate();
  if (core_.passes > 0 && event.down) {
    --core_.passes;
    core_.passed = true;
  }
  core_.signal(kWakeKey);
  if (core_.device != nullptr && core_.device->take_key(event)) return take(event);
  switch (choice.kind) {
    case Choice::Kind::undecided:
      return false;
    case Choice::Kind::release:
      return release(event);
    case Choice::Kind::used_up:
      // The second key of two was dealt with together with the first.
      if (core_.mixer.holds().contains(key_owner(event.usage))) return false;
      count_press();
      suppress(event.usage);
      return false;
    default:
      press(event, choice);
      return false;
  }
}

/// The device took the key. Returns whether tasks woke.
bool Keyboard::take(const KeyEvent& event) {
  bool woke = false;
  if (event.down) {
    suppress(event.usage);
  } else {
    woke = release(event);
  }
  leader_ = Leader::none;
  sequence_left_ = 0;
  return woke;
}

void Keyboard::suppress(Usage key) {
  if (!core_.mixer.change_unseen().add(key_owner(key), hid::kNoKey, false, 0)) {
    core_.input.forget_press();
  }
}

void Keyboard::forget() {
  leader_ = Leader::none;
  sequence_left_ = 0;
  dance_ = 0;
  last_ = hid::kNoKey;
  core_.last_key = {};
  typed_once_ = false;
  typed_.clear();
}

/// Returns whether tasks woke.
bool Keyboard::release(const KeyEvent& event) {
  const Owner owner = key_owner(event.usage);
  const std::uint32_t number = core_.mixer.holds().press_of(owner);
  if (sticky_) stick(owner, event.time);
  const Owner partner = number != 0 ? core_.mixer.holds().partner(owner) : owner;
  const bool unseen = partner == owner && core_.mixer.holds().only_known(owner);
  Holds& holds = unseen ? core_.mixer.change_unseen() : core_.mixer.change();
  const bool slow = partner != owner && holds.ends_slowly(owner);
  if (partner != owner && !slow) {
    // What the keys hold together, the first of them holds.
    if (sticky_) stick(partner, event.time);
    holds.end_press(number);
  }
  slow ? holds.give(owner, partner) : holds.remove_all(owner);
  if (leader_ == Leader::both_down && !holds.contains(key_owner(hid::kLeftShift)) &&
      !holds.contains(key_owner(hid::kRightShift))) {
    leader_ = Leader::armed;
    leader_at_ = event.time;
  }
  return number != 0 && !slow && core_.tasks.wake_released(number);
}

bool Keyboard::let_up_early() {
  const Holds& holds = core_.mixer.holds();
  for (std::size_t i = 0; i < core_.input.size(); ++i) {
    const KeyEvent event = core_.input.at(i);
    // A press in the queue sends nothing yet, so this is the release of one before it.
    if (event.down) continue;
    const Owner owner = holds.sender(key_owner(event.usage));
    if (!holds.only_sends(owner) || (holds.ends_slowly(owner) && !all_releases_wait(owner)))
      continue;
    core_.mixer.separate();
    core_.mixer.change().silence(owner);
    return true;
  }
  return false;
}

/// Whether the releases of all keys that are down together with `owner` are in the queue.
bool Keyboard::all_releases_wait(Owner owner) const {
  const Holds& holds = core_.mixer.holds();
  const std::uint32_t press = holds.press_of(owner);
  return std::ranges::all_of(holds.all(), [&](const Hold& hold) {
    return !hold.started(press) ||
           core_.input.has_release(usage_of_owner(hold.owner), core_.input.size());
  });
}

/// Gives the press that is handled a number.
void Keyboard::count_press() {
  if (++core_.presses == 0) ++core_.presses;
}

void Keyboard::press(const KeyEvent& event, const Choice& choice) {
  const Usage key = event.usage;
  count_press();
  last_ = key;
  last_at_ = event.time;
  last_doubled_ = choice.doubled;
  last_held_ = choice.kind == Choice::Kind::held;
  dance_ = choice.taps;
  deed_ = Deed::sent;
  if (core_.tasks.observer() != nullptr) tell(event, choice);
  switch (choice.kind) {
    case Choice::Kind::pass:
    case Choice::Kind::shifted:
      pass(key, choice.kind == Choice::Kind::shifted ? hid::kLShift
                : choice.mods != 0                   ? layer_mods_with({0, key}, choice)
                                                     : hid::Modifiers{0});
      break;
    case Choice::Kind::begun:
    case Choice::Kind::leader:
      press_after_leader(choice, key);
      break;
    default:
      press_bound(event, choice);
      break;
  }
  const bool begun = choice.kind == Choice::Kind::begun;
  if (!begun && (sticky_ || core_.oneshots)) end_others(choice, key);
  follow_leader(event);
  // A key too many is as if it were not there.
  if (!core_.mixer.holds().contains(key_owner(key))) core_.input.forget_press();
}

/// Tells the observer, which there is, what the key means.
void Keyboard::tell(const KeyEvent& event, const Choice& choice) const {
  // The front of the queue is gone.
  const bool together = choice.kind == Choice::Kind::together;
  const Usage last = together ? core_.input.at(next_press(choice.more)).usage : hid::kNoKey;
  Observer& observer = *core_.tasks.observer();
  observer.key_pressed(event, choice, last);
}

/// The number in the queue of the press number `count` >= 1 that waits, or of the last one.
std::size_t Keyboard::next_press(unsigned count) const {
  std::size_t place = 0;
  while (place + 1 < core_.input.size() && (!core_.input.at(place).down || --count > 0)) ++place;
  return place;
}

/// The key goes to the host, with the modifiers `mods`.
void Keyboard::pass(Usage key, hid::Modifiers mods) {
  Chord chord{mods, key};
  auto all = static_cast<hid::Modifiers>(core_.mixer.held_modifiers().all | mods);
  core_.note_sent(key, all);
  if (core_.caps_word != CapsWord::off) send_in_caps_word(chord, all);
  note_typing(chord.key, all);
  note_key(typed_, chord.key, all);
  make_way(key, chord.key);
  core_.mixer.change().add_chord(key_owner(key), chord.mods, chord.key, true, 0);
}

/// The key `key` is about to send `sent`. A plain key ends what others' chords and triggers do to
/// modifiers, and goes down even if it is down already.
void Keyboard::make_way(Usage key, Usage sent) {
  if (!hid::is_plain_key(sent)) return;
  core_.mixer.change().stop_hiding();
  end_chords(key_owner(key));
  core_.mixer.press_anew(key_owner(key), sent);
}

/// Others' chords end before `owner` puts a plain key down.
void Keyboard::end_chords(Owner owner) {
  // All at once: the mixer sends it in parts.
  while (!core_.mixer.end_chords(owner, core_.mixer.pace().safe())) {
  }
}

/// Both Shift keys together, and let go, are the leader, unless it is a key of its own, or nothing
/// could come after it.
void Keyboard::follow_leader(const KeyEvent& event) {
  const Usage key = event.usage;
  if (!has(lang::TriggerKind::leader) && core_.device == nullptr) return;
  // Modifiers go with the key after it, unless it is over: then they may be the next leader.
  const bool over = event.time - leader_at_ > core_.settings.leader_time;
  if (is_modifier(key) && leader_ == Leader::armed && !over) return;
  const Usage other = key == hid::kLeftShift ? hid::kRightShift : hid::kLeftShift;
  const bool both = is_shift(key) && core_.mixer.holds().contains(key_owner(other));
  if (key == core_.settings.leader) {
    leader_ = Leader::armed;
    leader_at_ = event.time;
  } else {
    leader_ = both && core_.settings.leader == hid::kNoKey ? Leader::both_down : Leader::none;
    if (leader_ == Leader::none || !(sticky_ || core_.oneshots)) return;
    core_.mixer.change().unstick();
    core_.end_oneshots();
  }
}

/// A key that starts nothing: of a sequence, of a dance, or after the leader. The device may have
/// something for one that comes alone.
void Keyboard::press_after_leader(const Choice& choice, Usage key) {
  if (choice.kind == Choice::Kind::leader) core_.set_caps_word(false);
  core_.mixer.change().add(key_owner(key), hid::kNoKey, false, 0);
  const bool goes_on = sequence_left_ != 0;
  if (choice.taps == 0) {
    sequence_ = choice.kind == Choice::Kind::begun ? choice.found.position : kNoSequence;
    sequence_left_ = choice.more;
  }
  const bool alone = choice.kind == Choice::Kind::leader && choice.more == 0 && !goes_on;
  if (!alone || key == core_.settings.leader || core_.device == nullptr) return;
  core_.request = {Request::Kind::leader, key};
}

// ---- Bindings and remaps -----------------------------------------------------------------------

void Keyboard::press_bound(const KeyEvent& event, const Choice& choice) {
  const lang::IndexEntry& entry = choice.found.entry;
  if (const auto error = trigger(event, choice)) {
    core_.errors.error({*error, entry.record, entry.code});
  }
  // Modifiers only go with the keys of a sequence.
  if (!is_modifier(event.usage) || choice.more != 0) sequence_left_ = 0;
  // What the trigger sends is there already.
  Holds& holds = core_.mixer.change_unseen();
  const bool together = choice.kind == Choice::Kind::together;
  const bool slow = together && options_of(entry).slow;
  if (together || !holds.contains(key_owner(event.usage))) {
    holds.add(key_owner(event.usage), hid::kNoKey, slow, core_.presses);
  }
  if (!together) return;
  for (unsigned i = 1; i <= choice.more; ++i) {
    const std::size_t next = next_press(i);
    core_.input.consume(next);
    holds.add(key_owner(core_.input.at(next).usage), hid::kNoKey, slow, core_.presses);
  }
}

/// Does what the trigger of `choice` stands for.
std::optional<ErrorCode> Keyboard::trigger(const KeyEvent& event, const Choice& choice) {
  const Found& found = choice.found;
  core_.reader.seek(found.entry.record, found.entry.code);
  if (core_.reader.peek() != static_cast<std::uint8_t>(lang::Opcode::bind)) {
    const auto error = remap_bound(event, choice);
    // Here, where no more is on the stack.
    return deed_ == Deed::repeats ? repeat_binding(event) : error;
  }
  typed_.clear();
  const bool text = key_kind(found.entry.key) == lang::TriggerKind::text;
  note_bound(event, text ? LastKey::kNothing : found.position);
  return start_again(found, {core_.presses, event.time, choice.doubled, false, choice.capitals});
}

/// Does what the remap of `choice` says, before which the reader stands.
std::optional<ErrorCode> Keyboard::remap_bound(const KeyEvent& event, const Choice& choice) {
  const lang::IndexEntry& entry = choice.found.entry;
  lang::Instruction instruction;
  if (!read_instruction(core_.reader, instruction)) return ErrorCode::code;
  if (instruction.opcode == lang::Opcode::remap_none) return std::nullopt;
  KeyOptions options(core_.settings);
  const std::uint32_t next = instruction.end;
  if (const auto error = options.read(core_.reader, entry)) return error;
  core_.reader.seek(entry.record, next);
  if (options.pace != core_.settings.pace) {
    core_.mixer.set_pace(options.pace);
    core_.mixer.separate();
  }
  if (choice.kind == Choice::Kind::held) {
    return remap_held(event, choice, options);
  }
  return remap_tapped(event, choice, options, instruction);
}

/// Does what the remap's declaring `instruction` says.
std::optional<ErrorCode> Keyboard::remap_tapped(const KeyEvent& event, const Choice& choice,
                                                const KeyOptions& options,
                                                const lang::Instruction& instruction) {
  std::optional<ErrorCode> error;
  switch (instruction.opcode) {
    case lang::Opcode::remap:
    case lang::Opcode::once:
      error =
          remap(event.usage, choice, options.layout, instruction.value[1], instruction.value[2]);
      break;
    case lang::Opcode::once_layer:
      error = remap_layer(event.usage, choice.found, instruction);
      break;
    case lang::Opcode::to_layer:
      return remap_layer(event.usage, choice.found, instruction);
    case lang::Opcode::remap_toggle:
      return toggle(options.layout, instruction.value[1], instruction.value[2]);
    case lang::Opcode::remap_toggle_layer:
      return toggle_layer(choice.found, instruction);
    default:
      return do_by_itself(event, choice, instruction.opcode);
  }
  if (!error && instruction.opcode != lang::Opcode::remap) {
    may_stick(event.usage, options, event.time);
  }
  return error;
}

/// Does what the `opcode` of a remap says that takes no chord and no layer.
std::optional<ErrorCode> Keyboard::do_by_itself(const KeyEvent& event, const Choice& choice,
                                                lang::Opcode opcode) {
  switch (opcode) {
    case lang::Opcode::remap_caps:
    case lang::Opcode::hold_caps:
      core_.set_caps_word(!core_.caps_word_at(event.time), choice.at);
      return std::nullopt;
    case lang::Opcode::remap_repeat:
    case lang::Opcode::hold_repeat:
      return repeat(event, choice);
    default:
      return ErrorCode::code;
  }
}

/// While `key` is down, it sends the chord of `mods` and `to`.
std::optional<ErrorCode> Keyboard::remap(Usage key, const Choice& choice, std::uint8_t layout,
                                         std::uint32_t mods, std::uint32_t to) {
  if (!is_valid_key(lang::KeyRef::from_raw(to))) return ErrorCode::code;
  const auto chord = target(mods, to, layout);
  if (!chord) return ErrorCode::key;
  core_.note_sent(chord->key, mods_with(*chord, choice));
  return send(key, choice, *chord);
}

/// While `key` is down, it sends `chord`, or what that is in caps word, with the modifiers of
/// layers, and the modifiers that its trigger named are hidden.
std::optional<ErrorCode> Keyboard::send(Usage key, const Choice& choice, Chord chord) {
  hid::Modifiers seen = mods_with(chord, choice);
  if (core_.caps_word != CapsWord::off) send_in_caps_word(chord, seen);
  note_typing(chord.key, seen);
  note_key(typed_, chord.key, seen);
  make_way(key, chord.key);
  const bool loose = !hid::is_modifier(chord.key);
  const hid::Modifiers hides = named_modifiers(lang::key_mods(choice.found.entry.key));
  const auto all = static_cast<hid::Modifiers>(chord.mods | layer_mods_with(chord, choice));
  const bool room = core_.mixer.change().add_chord(key_owner(key), all, chord.key, loose, hides);
  return room ? std::nullopt : std::optional{ErrorCode::keys};
}

/// While `key` is down, the layer that `instruction` of `found` names is on.
std::optional<ErrorCode> Keyboard::remap_layer(Usage key, const Found& found,
                                               const lang::Instruction& instruction) {
  const Usage layer = named_layer(found, instruction);
  if (layer == hid::kNoKey) return ErrorCode::code;
  const bool room = core_.mixer.change().add(key_owner(key), layer, false, 0);
  return room ? std::nullopt : std::optional{ErrorCode::keys};
}

/// The usage of the layer that `instruction` of `found` names; kNoKey if there is none.
Usage Keyboard::named_layer(const Found& found, const lang::Instruction& instruction) {
  core_.reader.seek(found.entry.record, instruction.payload);
  std::uint32_t name = kFnvStart;
  for (std::uint32_t i = 0; i < instruction.payload_size; ++i) {
    name = fnv_step(name, core_.reader.byte());
  }
  return core_.layer_usage(name);
}

/// The device keeps the layer that `instruction` of `found` names on, or no longer does, as by the
/// statement `layer toggle`.
std::optional<ErrorCode> Keyboard::toggle_layer(const Found& found,
                                                const lang::Instruction& instruction) {
  const Usage layer = named_layer(found, instruction);
  if (layer == hid::kNoKey) return ErrorCode::code;
  Holds& holds = core_.mixer.change();
  if (holds.contains(kDevice, layer)) {
    holds.remove(kDevice, layer);
    return std::nullopt;
  }
  return holds.add(kDevice, layer, false, 0) ? std::nullopt : std::optional{ErrorCode::keys};
}

/// The device holds the chord of `mods` and `to`, or lets it go, as by the statement `toggle`.
std::optional<ErrorCode> Keyboard::toggle(std::uint8_t layout, std::uint32_t mods,
                                          std::uint32_t to) {
  if (!is_valid_key(lang::KeyRef::from_raw(to))) return ErrorCode::code;
  const auto chord = target(mods, to, layout);
  if (!chord) return ErrorCode::key;
  if (core_.mixer.holds().contains(kDevice, chord->key)) {
    Holds& holds = core_.mixer.change();
    holds.remove(kDevice, chord->key);
    holds.remove_modifiers(kDevice, chord->mods);
    return std::nullopt;
  }
  const unsigned held = core_.mixer.held_modifiers().all;
  if (chord->key != hid::kRightAlt) core_.set_caps_word(false);
  note_key(typed_, chord->key, static_cast<hid::Modifiers>(held | chord->mods));
  if (hid::is_plain_key(chord->key)) end_chords(kDevice);
  const bool own = hid::is_modifier(chord->key);
  const bool room = core_.mixer.change().add_chord(kDevice, chord->mods, chord->key, false,
                                                   own ? Hold::kOwn : 0U);
  return room ? std::nullopt : std::optional{ErrorCode::keys};
}

/// The instruction after the remap that the reader has just read says what it does when held, from
/// the time `choice.at` on.
std::optional<ErrorCode> Keyboard::remap_held(const KeyEvent& event, const Choice& choice,
                                              const KeyOptions& options) {
  const Usage key = event.usage;
  lang::Instruction instruction;
  if (!read_instruction(core_.reader, instruction)) return ErrorCode::code;
  std::optional<ErrorCode> error;
  switch (instruction.opcode) {
    case lang::Opcode::remap_hold:
    case lang::Opcode::hold_once:
      error = remap(key, choice, options.layout, instruction.value[0], instruction.value[1]);
      break;
    case lang::Opcode::remap_layer:
    case lang::Opcode::hold_once_layer:
      error = remap_layer(key, choice.found, instruction);
      break;
    case lang::Opcode::hold_toggle:
      return toggle(options.layout, instruction.value[0], instruction.value[1]);
    case lang::Opcode::hold_toggle_layer:
      return toggle_layer(choice.found, instruction);
    default:
      return do_by_itself(event, choice, instruction.opcode);
  }
  const bool once = instruction.opcode == lang::Opcode::hold_once ||
                    instruction.opcode == lang::Opcode::hold_once_layer;
  if (once && !error) may_stick(key, options, choice.at);
  return error;
}

// ---- Starting macros ---------------------------------------------------------------------------

/// The trigger of a binding came: starts its macro, unless it runs and wants something else.
std::optional<ErrorCode> Keyboard::start_again(const Found& found, const Activation& activation) {
  KeyOptions options(core_.settings);
  if (const auto error = options.read(core_.reader, found.entry)) return error;
  const bool stop = options.again == Again::stop || options.again == Again::restart;
  const bool once = options.again == Again::stop || options.again == Again::ignore;
  if (core_.tasks.count() != 0 && runs(found, stop) && once) return std::nullopt;
  return start(found, options, activation);
}

std::optional<ErrorCode> Keyboard::start(const Found& found, const KeyOptions& options,
                                         const Activation& activation) {
  TaskIndex index = kNoTask;
  if (const auto error = core_.make_task(found, index)) return error;
  Task& task = core_.tasks[index];
  task.pace = options.pace;
  task.layout = options.layout;
  task.press = activation.press != 0 ? activation.press : core_.presses;
  task.keyless = activation.press == 0;
  task.pressed_at = activation.time;
  task.doubled = activation.doubled ? 1U : 0U;
  task.capitals = activation.capitals;
  if (core_.caps_word != CapsWord::off && !task.keyless) end_caps_word();
  if (activation.keeps) {
    task.lingers = Lingers::yes;
    ++core_.deferring;
  }
  const lang::TriggerKind kind = key_kind(found.entry.key);
  const bool has_mods = kind != lang::TriggerKind::text && kind != lang::TriggerKind::event;
  task.hides = has_mods ? named_modifiers(lang::key_mods(found.entry.key)) : hid::Modifiers{0};
  core_.signal(kWakeTask);
  core_.tasks.start(index);
  deed_ = Deed::started;
  return std::nullopt;
}

void Keyboard::start_event(lang::Event event, std::uint32_t layer) {
  const lang::IndexKey key =
      trigger_key(0, lang::TriggerKind::event, {}, layer, static_cast<std::uint16_t>(event));
  Found found;
  if (!has(lang::TriggerKind::event) || !find_entry(*core_.roll, key, found)) return;
  if (const auto error = start_again(found, {0, core_.now, false, false, Capitals::as_they_are})) {
    core_.errors.error({*error, found.entry.record, found.entry.code});
  }
}

/// Whether a task runs what `found` is bound to; `stop`: stops all that do. Keys together stand in
/// the index once for each key.
bool Keyboard::runs(const Found& found, bool stop) {
  bool any = false;
  for (std::size_t i = 0; i < core_.tasks.capacity() && core_.tasks.count() != 0; ++i) {
    const auto index = static_cast<TaskIndex>(i);
    const Task& task = core_.tasks[index];
    if (task.is() == TaskState::free || task.record != found.entry.record) continue;
    lang::IndexEntry entry;
    if (!core_.roll->index_entry(task.entry, entry) || entry.body != found.entry.body) continue;
    any = true;
    if (stop) core_.stop_task(index);
  }
  return any;
}

}  // namespace pianola::engine
