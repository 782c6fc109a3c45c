#include "engine/vm.hpp"

#include <algorithm>

#include "base/capitals.hpp"
#include "base/fnv.hpp"
#include "engine/arithmetic.hpp"

namespace pianola::engine {

using lang::Opcode;
using lang::OperandKind;

// ---- Running -----------------------------------------------------------------------------------

constexpr Vm::Kind Vm::kind_of(Opcode opcode) {
  // The group "Keys" of the table but for text, which waits before each character.
  if (opcode >= Opcode::tap && opcode <= Opcode::raw) return Kind::types;
  if (opcode == Opcode::repeat_key) return Kind::types;
  if (opcode == Opcode::wait) return Kind::waits;
  switch (opcode) {
    case Opcode::repeat:
    case Opcode::back:
    case Opcode::push:
    case Opcode::load:
    case Opcode::let:
    case Opcode::store:
    case Opcode::counter:
    case Opcode::branch:
    case Opcode::while_true:
    case Opcode::and_then:
    case Opcode::or_else:
    case Opcode::truth:
    case Opcode::invert:
      return Kind::computes;
    default:
      return is_binary(opcode) ? Kind::computes : Kind::plain;
  }
}

/// How many operands `opcode` has, if they are up to two numbers and it leaves the evaluation stack
/// as it is; kOthers if it is another one.
constexpr unsigned Vm::numbers_of(Opcode opcode) {
  const lang::Operands& kinds = lang::operands_of(opcode);
  unsigned count = 0;
  for (const OperandKind kind : kinds) {
    if (kind == OperandKind::none) break;
    const bool number =
        kind == OperandKind::number || kind == OperandKind::label || kind == OperandKind::distance;
    count = number && count < kOthers ? count + 1 : kOthers;
  }
  const lang::StackEffect effect = lang::effect_of(opcode);
  return effect.pops == 0 && effect.pushes == 0 ? count : kOthers;
}

/// kind_of() the instruction `code`, and above that numbers_of() it.
inline unsigned Vm::traits(std::uint8_t code) {
  static constexpr auto kTraits = [] {
    std::array<std::uint8_t, lang::kOpcodeCount> traits{};
    for (std::size_t i = 0; i < traits.size(); ++i) {
      const auto opcode = static_cast<Opcode>(i);
      traits[i] = static_cast<std::uint8_t>(static_cast<unsigned>(kind_of(opcode)) |
                                            numbers_of(opcode) << kKindBits);
    }
    return traits;
  }();
  return code < kTraits.size() ? kTraits[code] : kOthers << kKindBits;
}

inline Vm::Kind Vm::kind(std::uint8_t code) {
  return static_cast<Kind>(traits(code) & ((1U << kKindBits) - 1));
}

/// Whether no task, key or deadline waits for the floor.
bool Vm::nobody_waits() {
  return !core_.tasks.any_ready() && core_.input.empty() && !core_.tasks.due(core_.now);
}

Vm::Flow Vm::fail(ErrorCode code) {
  core_.fail_floor({code, core_.reader.record(), start_});
  return Flow::yielded;
}

bool Vm::read_sized(std::uint32_t most, std::uint32_t& value, Operands& operands) {
  value = core_.reader.byte();
  operands.payload = core_.reader.offset();
  return value <= most;
}

bool Vm::read_name(std::uint32_t& value, Operands& operands) {
  std::uint32_t size = 0;
  if (!read_sized(lang::kMaxName, size, operands) || size == 0) return false;
  value = kFnvStart;
  for (; size > 0; --size) value = fnv_step(value, core_.reader.byte());
  return true;
}

bool Vm::read_text(Operands& operands) {
  lang::TextPlace text;
  operands.payload = core_.reader.offset();
  return read_text_place(core_.reader, text);
}

inline bool Vm::read(OperandKind kind, std::uint32_t& value, Operands& operands) {
  lang::CodeReader& reader = core_.reader;
  switch (kind) {
    case OperandKind::none:
      return true;
    case OperandKind::number:
    case OperandKind::label:
    case OperandKind::distance:
      value = reader.number();
      return true;
    case OperandKind::integer:
      value = static_cast<std::uint32_t>(reader.integer());
      return true;
    case OperandKind::slot:
      value = reader.byte();
      return value < task().slots;
    case OperandKind::mods:
      value = reader.byte();
      return true;
    case OperandKind::key:
      value = reader.number();
      return is_valid_key(lang::KeyRef::from_raw(value));
    case OperandKind::name:
      return read_name(value, operands);
    case OperandKind::text:
      return read_text(operands);
    case OperandKind::keys:
      return read_sized(lang::kMaxRawKeys, value, operands);
    case OperandKind::labels:
      return read_sized(0xFF, value, operands);
    case OperandKind::pattern:
    case OperandKind::trigger:
      return false;
  }
  return false;
}

/// Reads the operands of the instruction `code`. False if it is none, or the evaluation stack is
/// not as it needs.
bool Vm::decode(std::uint8_t code, Operands& operands) {
  static_assert(std::ranges::all_of(lang::kStackEffects, [](lang::StackEffect effect) {
    return effect.pushes <= effect.pops + 1;
  }));
  if (code >= lang::kOpcodeCount) return false;
  const lang::StackEffect effect = lang::kStackEffects[code];
  const bool full = core_.floor.depth == lang::kMaxStack;
  if (core_.floor.depth < effect.pops || (effect.pushes > effect.pops && full)) return false;
  std::uint32_t* value = operands.value.data();
  for (const OperandKind kind : lang::kOperands[code]) {
    if (kind == OperandKind::none) break;
    if (!read(kind, *value++, operands)) return false;
  }
  return !core_.reader.failed();
}

inline Vm::Flow Vm::execute(std::uint8_t code) {
  Operands operands;
  const unsigned count = traits(code) >> kKindBits;
  bool good = false;
  if (count == kOthers) {
    good = decode(code, operands);
  } else {
    if (count > 0) operands.value[0] = core_.reader.number();
    if (count > 1) operands.value[1] = core_.reader.number();
    good = !core_.reader.failed();
  }
  if (!good) return fail(ErrorCode::code);
  switch (static_cast<Opcode>(code)) {
#define PIANOLA_X(symbol, ...)                       \
  case Opcode::symbol:                               \
    if constexpr (!lang::declares(Opcode::symbol)) { \
      return on_##symbol(operands);                  \
    }                                                \
    break;
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
  }
  return fail(ErrorCode::code);
}

/// Executes the next instruction by its handler.
inline Vm::Flow Vm::one() {
  lang::CodeReader& reader = core_.reader;
  start_ = reader.offset();
  const Flow flow = execute(reader.byte());
  if (flow == Flow::repeat) reader.seek(reader.record(), start_);
  return flow;
}

/// A text is over: the one goes on in which it stands, or the task.
inline Vm::Flow Vm::end_typing() {
  Floor& floor = core_.floor;
  if (floor.nested > 0) {
    const Value outer = floor.waiting[--floor.nested];
    core_.reader.seek(outer.record(), outer.offset());
    floor.text.go_on();
  } else {
    core_.reader.seek(task().record, floor.pc);
  }
  return Flow::next;
}

/// Types a character that takes but one report. False if it is for type().
inline bool Vm::type_at_once() {
  Floor& floor = core_.floor;
  if (core_.typist.busy() || (core_.leds & kCapsLockLed) != 0) return false;
  if (task().capitals != Capitals::as_they_are) return false;
  const std::uint8_t character = floor.text.next_ascii(core_.reader);
  const hid::Stroke stroke = hid::layouts()[task().layout].ascii_stroke(character);
  if (stroke.usage == 0 || !core_.typist.strike_at_once(stroke, floor.manner)) return false;
  floor.text.next_ascii_taken(core_.reader);
  ++task().typed;
  drop_raw();
  return true;
}

/// What is typed for `character` while the task makes capitals.
char32_t Vm::capital(char32_t character) {
  const char32_t changed = to_capital(character);
  const bool first = task().capitals == Capitals::first;
  const bool is_letter =
      changed != character || character > 0x7F || (character >= 'A' && character <= 'Z');
  if (first && is_letter) task().capitals = Capitals::as_they_are;
  return changed;
}

/// Types by one report, or finds that a character needs none, or that the text is over.
inline Vm::Flow Vm::type() {
  Typist& typist = core_.typist;
  if (!typist.busy()) {
    char32_t character = 0;
    start_ = core_.reader.in_source() ? core_.floor.text.after() : core_.reader.offset();
    const TextSource::Result result = core_.floor.text.next(core_.reader, character);
    if (result == TextSource::Result::piece) return Flow::next;
    if (result == TextSource::Result::end) return end_typing();
    if (result == TextSource::Result::named) return start_named();
    if (result == TextSource::Result::bad) return fail(ErrorCode::text);
    if (task().capitals != Capitals::as_they_are) character = capital(character);
    const bool caps_lock = (core_.leds & kCapsLockLed) != 0;
    const hid::Layout& layout = hid::layouts()[task().layout];
    typist.begin(character, layout, caps_lock, core_.settings.unicode);
    if (!typist.busy()) return Flow::next;
    ++task().typed;
  }
  drop_raw();
  typist.go_on(core_.floor.manner);
  return Flow::next;
}

/// Executes a TAP that takes but one report, where it lies in the reader's window. False if it is
/// for its handler.
inline bool Vm::tap_at_once() {
  constexpr std::size_t kSize = 3;  // opcode, modifiers, a key below 40 hex
  Task& self = task();
  const std::uint8_t* const code = core_.reader.bytes_ahead(kSize);
  if (code == nullptr || code[2] >= 0x80 || self.raw != 0 || core_.oneshots) return false;
  if (core_.layers_modify) return false;
  const auto key = lang::KeyRef::from_raw(code[2]);
  const hid::Usage usage = static_cast<hid::Usage>(key.value());
  if (key.is_character() || usage == hid::kNoKey || usage == hid::kCapsLock) return false;
  const Manner manner{Mask::keys, self.hides, self.pace, core_.settings.tap};
  const hid::Stroke stroke{code[1], static_cast<std::uint8_t>(key.value())};
  if (!core_.typist.strike_at_once(stroke, manner)) return false;
  core_.reader.move(kSize);
  ++self.typed;
  return true;
}

/// The bytes of the window from the instruction on where the reader stands, three at least, if it
/// may put the task to sleep, or let it yield, by itself: nothing is to be let up, told or checked.
/// Else null.
inline const std::uint8_t* Vm::leaving() const {
  const Mixer& mixer = core_.mixer;
  const bool free = core_.deferring == 0 && mixer.quiet() && mixer.typed_key().idle();
  return free ? core_.reader.bytes_ahead(3) : nullptr;
}

/// The time of the WAIT at the beginning of `code`, and how long that is. 0 if it is for its
/// handler.
inline std::uint32_t Vm::short_time(const std::uint8_t* code, std::uint32_t& size) {
  const std::uint32_t first = code[1];
  size = first < 0x80 ? 2 : 3;
  if (first < 0x80) return first;
  return code[2] < 0x80 ? (first & 0x7FU) | std::uint32_t{code[2]} << 7 : 0;
}

/// Executes a WAIT where it lies in the reader's window, if the host has all and nothing is to be
/// let up. False if it is for its handler.
inline bool Vm::wait_at_once() {
  const std::uint8_t* const code = leaving();
  if (core_.floor.depth != 0 || code == nullptr) return false;
  std::uint32_t size = 0;
  const std::uint32_t duration = short_time(code, size);
  if (duration == 0) return false;
  Task& self = task();
  self.deadline = core_.now + duration;
  self.pc = (core_.reader.offset() + size) & 0xFFFFFFU;
  core_.tasks.sleep(core_.floor.task, kWakeTime);
  core_.floor.task = kNoTask;
  return true;
}

bool Vm::sleep_on(TaskIndex index) {
  if (core_.reader.peek() != static_cast<std::uint8_t>(Opcode::wait)) return false;
  Tasks& tasks = core_.tasks;
  Task& sleeper = tasks[index];
  const std::uint8_t* const code = leaving();
  if (sleeper.wakes != kWakeTime || tasks.observer() != nullptr || code == nullptr) return false;
  std::uint32_t size = 0;
  const std::uint32_t duration = short_time(code, size);
  if (duration == 0) return false;
  sleeper.pc = (sleeper.pc + size) & 0xFFFFFFU;
  tasks.sleep_on(core_.now + duration);
  return true;
}

/// Executes a BACK where it lies in the reader's window, while others wait for the floor, if the
/// host has all and nothing is to be let up. False if it is for its handler.
inline bool Vm::yield_at_once() {
  const std::uint8_t* const code = leaving();
  if (core_.floor.depth != 0 || code == nullptr) return false;
  const std::uint32_t distance = code[1];
  const std::uint32_t at = core_.reader.offset();
  if (distance >= 0x80 || distance > at) return false;
  task().pc = (at - distance) & 0xFFFFFFU;
  core_.tasks.yield(core_.floor.task);
  core_.floor.task = kNoTask;
  return true;
}

Vm::Stop Vm::run(unsigned& budget) {
  self_ = &core_.tasks[core_.floor.task];
  while (budget > 0) {
    if (core_.floor.text.active()) {
      if (!ready()) return Stop::waiting;
      --budget;
      if (type_at_once()) {
        if (budget > 0 && core_.mixer.send_struck(core_.now)) return Stop::waiting;
      } else if (type() == Flow::yielded) {
        return Stop::yielded;
      }
      continue;
    }
    const std::uint8_t code = core_.reader.peek();
    const Kind how = kind(code);
    if (how == Kind::computes) {
      const unsigned before = budget;
      const bool alone = nobody_waits();
      if (!alone && code == static_cast<std::uint8_t>(Opcode::back) && yield_at_once()) {
        --budget;
        return Stop::yielded;
      }
      compute(budget, alone);
      if (budget != before) continue;  // what follows may have to wait for the host
    } else if (how == Kind::types && !ready()) {
      return Stop::waiting;
    }
    --budget;
    if (how == Kind::waits && wait_at_once()) return Stop::yielded;
    if (code == static_cast<std::uint8_t>(Opcode::tap) && tap_at_once()) {
      const bool waits = budget > 0 && kind(core_.reader.peek()) == Kind::types;
      if (waits && core_.mixer.send_struck(core_.now)) return Stop::waiting;
      continue;
    }
    const Flow flow = one();
    if (flow == Flow::next) continue;
    if (flow == Flow::yielded) return Stop::yielded;
    if (flow == Flow::asks) return Stop::asks;
    if (!ready()) return Stop::waiting;
  }
  return Stop::budget;
}

}  // namespace pianola::engine
