// The instructions that press keys and type text.

#include <array>

#include "engine/vm.hpp"

namespace pianola::engine {

using hid::Modifiers;
using hid::Usage;

namespace {

/// What Hold::info says of the modifiers of `chord`: whether they are keys of their own.
constexpr std::uint32_t own_of(const Chord& chord) {
  return hid::is_modifier(chord.key) ? Hold::kOwn : 0;
}

}  // namespace

// ---- Chords ------------------------------------------------------------------------------------

/// The operands of an instruction with a chord; nothing if the task's layout lacks the key.
std::optional<Chord> Vm::chord(const Operands& operands) {
  const auto mods = static_cast<Modifiers>(operands.value[0]);
  const auto ref = lang::KeyRef::from_raw(operands.value[1]);
  if (ref.is_character()) return resolve(mods, ref, hid::layouts()[task().layout]);
  const auto key = static_cast<Usage>(ref.value());
  return Chord{static_cast<Modifiers>(mods & ~hid::modifier_bit(key)), key};
}

/// Lets the typed key up, if it must be up before `key` can go down. False: not yet.
bool Vm::clear_way(Usage key) {
  const Usage typed = core_.mixer.typed_key().key;
  return typed == hid::kNoKey || (typed != key && !is_safe()) || flush();
}

/// `chord` with the modifiers of the layers that are on, unless the task's trigger hides them or is
/// of the layer itself.
Chord Vm::with_layers(Chord chord) {
  if (!core_.layers_modify || hid::is_modifier(chord.key)) return chord;
  TaskIndex root = core_.floor.task;
  for (TaskIndex i = root; i != kNoTask; i = core_.tasks.find(core_.tasks[i].parent)) root = i;
  lang::IndexEntry entry;
  const bool found = core_.roll->index_entry(core_.tasks[root].entry, entry);
  const unsigned mods = core_.layer_modifiers(found ? entry.key.scope : 0);
  chord.mods = static_cast<Modifiers>(chord.mods | (mods & ~core_.hides(core_.floor.task)));
  return chord;
}

Vm::Flow Vm::tap(const Chord& plain) {
  drop_raw();
  core_.spend_oneshots(core_.floor.task, false);
  const Chord chord = with_layers(plain);
  const Manner manner{Mask::keys, task().hides, task().pace, core_.settings.tap};
  if (!core_.typist.strike(chord, manner)) return Flow::repeat;
  ++task().typed;
  return Flow::next;
}

/// `owner` holds `chord` from the next report on; `info` is as Hold's.
Vm::Flow Vm::put_down(const Chord& chord, Owner owner, std::uint32_t info) {
  if (!clear_way(chord.key)) return Flow::repeat;
  if (hid::is_plain_key(chord.key)) {
    if (!core_.mixer.end_chords(owner, is_safe())) return Flow::repeat;
    if ((info & Hold::kChord) != 0) core_.mixer.press_anew(owner, chord.key);
  }
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
  const Holds& holds = core_.mixer.holds();
  const bool separate = is_safe() && (chord.mods & ~holds.modifiers(owner)) != 0;
  const Usage key = separate ? hid::kNoKey : chord.key;
  const bool room = core_.mixer.change().add_chord(owner, chord.mods, key, false, info);
  if (!room) return fail(ErrorCode::keys);
  return separate && chord.key != hid::kNoKey ? Flow::repeat : Flow::next;
}

/// `owner` does not hold `chord` any more.
Vm::Flow Vm::let_up(const Chord& chord, Owner owner) {
  if (is_safe() && !clear_way(hid::kNoKey)) return Flow::repeat;
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
  const bool separate =
      is_safe() && chord.mods != 0 && core_.mixer.holds().contains(owner, chord.key);
  core_.mixer.change().remove(owner, chord.key);
  if (separate) return Flow::repeat;
  core_.mixer.change().remove_modifiers(owner, chord.mods);
  return Flow::next;
}

Vm::Flow Vm::on_tap(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  return keys ? tap(*keys) : fail(ErrorCode::key);
}

Vm::Flow Vm::on_press(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  return keys ? put_down(*keys, owner(), task().hides) : fail(ErrorCode::key);
}

Vm::Flow Vm::on_release(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  if (!keys) return fail(ErrorCode::key);
  for (const Owner other : {kOneshot, kLocked}) {
    if (!core_.oneshots) break;
    core_.mixer.change().remove(other, keys->key);
    core_.mixer.change().remove_modifiers(other, keys->mods);
  }
  return let_up(*keys, owner());
}

Vm::Flow Vm::on_release_all(const Operands&) {
  if (!clear_way(hid::kNoKey)) return Flow::repeat;
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
  core_.mixer.change().remove_all(owner());
  core_.end_oneshots();
  core_.mixer.change().remove_all(kLocked);
  core_.oneshots = false;
  return Flow::next;
}

Vm::Flow Vm::on_hold(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  if (!keys) return fail(ErrorCode::key);
  Task& self = task();
  if (self.resumed == 0) {
    // Released already: a tap that the host sees, and nothing to wait for.
    if (!trigger_held()) return tap(*keys);
    const bool plain = hid::is_plain_key(keys->key);
    const std::uint32_t kind = plain ? Hold::kChord : own_of(*keys);
    const Chord all = plain ? with_layers(*keys) : *keys;
    const Flow flow = put_down(all, owner(), core_.hides(core_.floor.task) | kind);
    if (flow != Flow::next) return flow;
    self.resumed = 1;
    return Flow::repeat;
  }
  if (trigger_held()) return wait(start_, kWakeRelease);
  // Those of layers, which may be off by now.
  const Modifiers others = core_.mixer.holds().chord_modifiers(owner());
  const auto mods = static_cast<Modifiers>(keys->mods | others);
  const Flow flow = let_up({mods, keys->key}, owner());
  if (flow == Flow::next) self.resumed = 0;
  return flow;
}

Vm::Flow Vm::on_toggle(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  if (!keys) return fail(ErrorCode::key);
  Task& self = task();
  if (self.resumed == 0) self.resumed = core_.mixer.holds().contains(kDevice, keys->key) ? 2 : 1;
  const Flow flow =
      self.resumed == 2 ? let_up(*keys, kDevice) : put_down(*keys, kDevice, own_of(*keys));
  if (flow == Flow::next) self.resumed = 0;
  return flow;
}

Vm::Flow Vm::on_oneshot(const Operands& operands) {
  const std::optional<Chord> keys = chord(operands);
  if (!keys) return fail(ErrorCode::key);
  core_.begin_oneshot();
  return put_down(*keys, kOneshot, own_of(*keys));
}

Vm::Flow Vm::on_raw(const Operands& operands) {
  std::array<std::uint8_t, lang::kMaxRawKeys> keys{};
  const std::span<std::uint8_t> used = std::span{keys}.first(operands.value[1]);
  core_.reader.bytes(used);
  if (core_.reader.failed()) return fail(ErrorCode::code);
  for (const std::uint8_t key : used) {
    const Usage usage = hid::keyboard_usage(key);
    if (!clear_way(usage)) return Flow::repeat;
    const bool plain = hid::is_plain_key(usage);
    if (plain && !core_.mixer.end_chords(owner(), is_safe())) return Flow::repeat;
  }
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
  Holds& holds = core_.mixer.change();
  const Modifiers hides = task().hides;
  holds.remove_all(owner());
  task().raw = 1;
  const auto mods = static_cast<Modifiers>(operands.value[0]);
  bool room = holds.add_chord(owner(), mods, hid::kNoKey, true, hides);
  for (const std::uint8_t key : used) {
    room = room && (key == 0 || holds.add(owner(), hid::keyboard_usage(key), true, hides));
  }
  return room ? Flow::next : fail(ErrorCode::keys);
}

// ---- Text --------------------------------------------------------------------------------------

/// The modifiers that the task and its callers hold, but for raw reports.
Modifiers Vm::pressed_modifiers() {
  unsigned mods = 0;
  for (const Hold& hold : core_.mixer.holds().all()) {
    const Modifiers bit = hid::modifier_bit(hold.usage());
    if (bit == 0 || !is_task(hold.owner) || hold.loose()) continue;
    for (TaskIndex i = core_.floor.task; i != kNoTask;
         i = core_.tasks.find(core_.tasks[i].parent)) {
      if (task_owner(i) == hold.owner) mods |= bit;
    }
  }
  return static_cast<Modifiers>(mods);
}

/// The floor's text was set: the task goes on after the instruction when it is typed.
Vm::Flow Vm::start_typing() {
  core_.spend_oneshots(core_.floor.task, true);
  core_.floor.nested = 0;
  core_.floor.manner = {Mask::text, pressed_modifiers(), task().pace, core_.settings.tap};
  return Flow::next;
}

Vm::Flow Vm::on_text(const Operands& operands) {
  lang::CodeReader& reader = core_.reader;
  core_.floor.pc = reader.offset();
  reader.seek(reader.record(), operands.payload);
  return core_.floor.text.start_piece(reader) ? start_typing() : fail(ErrorCode::code);
}

Vm::Flow Vm::on_erase(const Operands& operands) {
  if (operands.value[0] > lang::kMaxAbbreviation) return fail(ErrorCode::code);
  core_.floor.pc = core_.reader.offset();
  core_.floor.text.start_erasing(operands.value[0]);
  return start_typing();
}

/// The floor's text becomes the number or the text that `value` is. False if it is neither.
bool Vm::start_value(Value value) {
  if (value.is_integer()) {
    core_.floor.text.start_number(value.number());
    return true;
  }
  core_.reader.seek(value.record(), value.offset());
  return core_.floor.text.start_text(core_.reader);
}

Vm::Flow Vm::on_type(const Operands&) {
  core_.floor.pc = core_.reader.offset();
  const Value value = pop();
  if (!value.is_integer() && value.kind() != Value::Kind::text) return fail(ErrorCode::unset);
  return start_value(value) ? start_typing() : fail(ErrorCode::code);
}

/// Behind the opcode of TEXTOF: the text waits for the end of what is named.
Vm::Flow Vm::start_named() {
  Floor& floor = core_.floor;
  Operands operands;
  std::uint32_t name = 0;
  const bool good =
      read_name(name, operands) && !core_.reader.failed() && floor.nested < floor.waiting.size();
  if (!good) return fail(ErrorCode::code);
  const std::optional<Value> value = value_of(name);
  if (!value) return fail(ErrorCode::variable);
  floor.waiting[floor.nested++] = Value::text(core_.reader.record(), core_.reader.offset());
  return start_value(*value) ? Flow::next : fail(ErrorCode::code);
}

}  // namespace pianola::engine
