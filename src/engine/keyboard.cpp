// What the keys mean.

#include "engine/keyboard.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/fnv.hpp"
#include "base/time.hpp"
#include "lang/code/code_reader.hpp"

namespace pianola::engine {

using hid::Usage;
using lang::TriggerKind;

namespace {

/// The last usage before those of locks, arrows and the keypad (HID Usage Tables, "Keyboard/Keypad
/// Page").
constexpr std::uint32_t kLastMainKey = 0x38;

constexpr unsigned kShifts = hid::kLShift | hid::kRShift;

constexpr Time later(Time a, Time b) { return earlier(a, b) ? b : a; }

constexpr std::uint32_t number(Usage key) { return static_cast<std::uint32_t>(key); }

/// The modifiers that the trigger of `choice` names.
unsigned hidden_by(const Choice& choice) {
  const bool bound = choice.kind == Choice::Kind::found || choice.kind == Choice::Kind::held;
  return bound ? named_modifiers(lang::key_mods(choice.found.entry.key)) : 0U;
}

/// The case of what replaces the abbreviation that was typed as `text`: that of its ASCII letters.
Capitals capitals_of(std::string_view text) {
  std::size_t letters = 0;
  bool first = false;
  bool all = true;
  for (const char c : text) {
    if (!is_letter(c)) continue;
    const bool capital = c == to_upper(c);
    if (letters++ == 0) first = capital;
    all = all && capital;
  }
  return all && letters > 1 ? Capitals::all : first ? Capitals::first : Capitals::as_they_are;
}

}  // namespace

// ---- What there is -----------------------------------------------------------------------------

void Keyboard::load() {
  kinds_ = 0;
  lengths_ = 0;
  bound_.clear();
  core_.has_layers = false;
  core_.layers_modify = false;
  folds_ = false;
  lang::Roll& roll = *core_.roll;
  // Outside layers, then in them; between these stand all names.
  note_triggers(0, roll.lower_bound(name_key(lang::IndexSpace::macro, 0)));
  lang::IndexEntry entry;
  const std::uint32_t space = name_key(lang::IndexSpace::layer, 0).high;
  for (std::uint32_t i = core_.layer_position; roll.index_entry(i, entry); ++i) {
    if (entry.key.scope != 0 || entry.key.high != space) break;
    core_.has_layers = true;
    if (entry.frame != 0) core_.layers_modify = true;
  }
  if (core_.has_layers) note_triggers(roll.lower_bound({1, 0, 0}), roll.index_size());
}

/// Notes the triggers that stand in the index from `position` to before `end`.
void Keyboard::note_triggers(std::uint32_t position, std::uint32_t end) {
  lang::IndexEntry entry;
  for (; position < end && core_.roll->index_entry(position, entry); ++position) {
    const TriggerKind kind = key_kind(entry.key);
    const auto number = static_cast<unsigned>(kind);
    if (number >= kOpen) continue;
    kinds_ |= 1U << number;
    if (kind == TriggerKind::text) {
      note_length(entry);
    } else if (kind != TriggerKind::event) {
      if (key_mods(entry.key).more) kinds_ |= 1U << (kOpen + number);
      // Of several keys this is one, and each has an entry or is looked up only after it.
      const bool several =
          kind == TriggerKind::together || (entry.key.high & lang::kManyInIndex) != 0;
      bound_.add(several ? key_second(entry.key) : entry.key.low >> 16);
    }
  }
}

/// Notes how long the abbreviation `entry` is.
void Keyboard::note_length(const lang::IndexEntry& entry) {
  core_.reader.seek(entry.record, entry.code);
  lang::Instruction found;
  if (!read_instruction(core_.reader, found)) return;
  folds_ = folds_ || has_any_case(core_.reader, entry);
  if (found.payload_size <= lang::kMaxAbbreviation) lengths_ |= 1U << found.payload_size;
}

/// The options of the trigger `entry`, which outlives them. Those that make no sense are left out.
KeyOptions Keyboard::options_of(const lang::IndexEntry& entry) {
  KeyOptions options(core_.settings);
  options.read(core_.reader, entry);
  return options;
}

/// The scopes in which keys are looked up: the layers that are on, the latest first, then that
/// outside layers. `lookup` starts as before_scopes().
void Keyboard::go_on(Lookup& lookup) {
  const auto holds = core_.mixer.holds().all();
  while (lookup.place > 1) {
    const Usage usage = holds[--lookup.place - 1].usage();
    if (!is_layer(usage)) continue;
    if (core_.oneshots_spent && holds[lookup.place - 1].owner == kOneshot) continue;
    lang::IndexEntry entry;
    if (!core_.roll->index_entry(core_.layer_position + layer_number(usage), entry)) continue;
    lookup.scope = entry.key.low;
    lookup.mods = core_.layer_modifiers(lookup.scope);
    return;
  }
  lookup = {0, 0, core_.layer_modifiers(0)};
}

/// The modifiers that triggers go by in the layer of `lookup`.
HeldModifiers Keyboard::held_modifiers(const Lookup& lookup) const {
  HeldModifiers mods = core_.mixer.held_modifiers();
  if (lookup.mods != 0) {
    mods.fingers = static_cast<hid::Modifiers>(mods.fingers | lookup.mods);
    mods.all = static_cast<hid::Modifiers>(mods.all | lookup.mods);
  }
  return mods;
}

bool Keyboard::find(TriggerKind kind, const Lookup& lookup, Usage key, Found& out,
                    std::uint16_t second) {
  const std::uint32_t usage = kind == TriggerKind::vial ? id(key) : number(key);
  if (!has(kind) || !bound_.may_have(usage)) return false;
  const lang::IndexKey none = trigger_key(lookup.scope, kind, {}, usage, second);
  const HeldModifiers mods = held_modifiers(lookup);
  const bool open = mods.all != 0 && has_open(kind);
  return open ? find_open_binding(*core_.roll, none, mods, out)
              : find_binding(*core_.roll, none, mods, out);
}

// ---- Looking -----------------------------------------------------------------------------------

Choice Keyboard::look(const KeyEvent& event) {
  Choice choice;
  choice.at = event.time;
  if (!event.down) {
    choice.kind = Choice::Kind::release;
  } else if (core_.input.consumed(0)) {
    choice.kind = Choice::Kind::used_up;
  } else {
    look_at_press(event, choice);
  }
  return choice;
}

void Keyboard::look_at_press(const KeyEvent& event, Choice& choice) {
  if (event.usage == hid::kEscape &&
      (core_.mixer.holds().keyboard_modifiers() & kShifts) == kShifts) {
    choice.kind = Choice::Kind::cancel;
    return;
  }
  choice.doubled = is_double(event, core_.settings.double_tap);
  const bool leads = leader_ == Leader::armed || sequence_left_ != 0;
  if ((leads || event.usage == core_.settings.leader) && look_for_leader(event, choice)) return;
  if (!may_be_bound(event.usage)) {
    choice.mods = core_.layer_modifiers(0);
    look_at_free_key(event, choice);
    return;
  }
  for (Lookup lookup = before_scopes(); next_scope(lookup);) {
    choice.mods = lookup.mods;
    const bool fits =
        (has(TriggerKind::together) && look_for_together(event, lookup, choice)) ||
        (has(TriggerKind::dance) &&
         look_for_dance(event, lookup, look_after_tap(event, lookup, choice), choice)) ||
        look_for_keys(event, lookup, choice);
    if (!fits) continue;
    const bool together = choice.kind == Choice::Kind::together;
    if (together || choice.kind == Choice::Kind::found) look_for_remapped_text(choice);
    return;
  }
  look_at_free_key(event, choice);
}

/// After the leader: what the key starts, if anything. Modifiers only go with it.
bool Keyboard::look_for_leader(const KeyEvent& event, Choice& choice) {
  const bool is_leader = event.usage == core_.settings.leader;
  if (!is_leader && is_modifier(event.usage)) return false;
  choice.kind = Choice::Kind::leader;
  if (sequence_left_ != 0) return look_for_sequence(choice);
  const bool armed =
      leader_ == Leader::armed && event.time - leader_at_ <= core_.settings.leader_time;
  if (!is_leader && !armed) return false;
  std::uint8_t begun = 0;
  for (Lookup lookup = before_scopes(); !is_leader && next_scope(lookup);) {
    Several several;
    several.keys = find(TriggerKind::leader, lookup, event.usage, several.best) ? 1 : 0;
    several.at = choice.at;
    look_at_several(event, TriggerKind::leader, lookup, several);
    choice.at = several.at;
    begun = std::max(begun, several.begun);
    if (several.open > several.keys) {
      choice.kind = Choice::Kind::undecided;
    } else if (several.keys != 0) {
      choice.kind = several.keys > 1 ? Choice::Kind::begun : Choice::Kind::found;
      choice.more = static_cast<std::uint8_t>(several.keys - 1);
      choice.found = several.best;
      choice.mods = lookup.mods;
    } else {
      continue;
    }
    return true;
  }
  // They are part of what came to nothing.
  choice.more = begun;
  return true;
}

/// One of the keys of a sequence that is decided: the last one starts what it is bound to.
bool Keyboard::look_for_sequence(Choice& choice) {
  choice.more = static_cast<std::uint8_t>(sequence_left_ - 1);
  if (sequence_ == kNoSequence) return true;
  choice.kind = choice.more != 0 ? Choice::Kind::begun : Choice::Kind::found;
  choice.found.position = sequence_;
  if (!core_.roll->index_entry(sequence_, choice.found.entry)) choice.kind = Choice::Kind::leader;
  return true;
}

/// Whether the key itself starts something there, or may yet.
bool Keyboard::look_for_keys(const KeyEvent& event, const Lookup& lookup, Choice& choice) {
  const Usage key = event.usage;
  choice.kind = Choice::Kind::found;
  if (page(key) == hid::Page::macro) return find(TriggerKind::vial, lookup, key, choice.found);
  if (look_for_double(event, lookup, choice)) return true;
  const bool has_press = find(TriggerKind::press, lookup, key, choice.found);
  const Jobs jobs = has_press ? jobs_of(choice.found) : Jobs::none;
  const bool dual = jobs == Jobs::two || jobs == Jobs::two_held_once;
  if (!dual && !has(TriggerKind::tap) && !has(TriggerKind::hold)) return has_press;
  KeyOptions options(core_.settings);
  const bool has_tap = has_options(TriggerKind::tap, lookup, key, options);
  const bool has_hold = has_options(TriggerKind::hold, lookup, key, options);
  if (!has_tap && !has_hold && !dual) return has_press;
  if (has_press) options.read(core_.reader, choice.found.entry);
  // A macro that a hold starts does not wait for another key.
  options.retro = options.retro && !has_hold;
  Time at = event.time;
  choice.kind = held_or_tapped(event, options, jobs == Jobs::two_held_once, at);
  choice.at = later(choice.at, at);
  if (choice.kind == Choice::Kind::undecided) return true;
  const bool held = choice.kind == Choice::Kind::held;
  if (!held || has_hold || !dual) choice.kind = Choice::Kind::found;
  // Found anew: both at once would take stack while the key is looked at.
  if (held && has_hold) find(TriggerKind::hold, lookup, key, choice.found);
  if (!held && has_tap) find(TriggerKind::tap, lookup, key, choice.found);
  // What it lacks here another scope may have.
  return has_press || (held ? has_hold : has_tap);
}

/// Whether there is a trigger of `kind`; `options` gets what it has of them.
bool Keyboard::has_options(TriggerKind kind, const Lookup& lookup, Usage key, KeyOptions& options) {
  Found found;
  if (!find(kind, lookup, key, found)) return false;
  options.read(core_.reader, found.entry);
  return true;
}

/// Whether the key starts something as the second press of a double tap.
bool Keyboard::look_for_double(const KeyEvent& event, const Lookup& lookup, Choice& choice) {
  if (!has(TriggerKind::double_tap) || event.usage != last_) return false;
  if (!find(TriggerKind::double_tap, lookup, event.usage, choice.found)) return false;
  const KeyOptions options = options_of(choice.found.entry);
  choice.doubled = is_double(event, options.double_tap);
  return choice.doubled;
}

/// What `found` does as a remap; `none` if it is another thing.
Keyboard::Jobs Keyboard::jobs_of(const Found& found) {
  core_.reader.seek(found.entry.record, found.entry.code);
  if (core_.reader.peek() == static_cast<std::uint8_t>(lang::Opcode::bind)) return Jobs::none;
  lang::Instruction instruction;
  if (!read_instruction(core_.reader, instruction)) return Jobs::none;
  switch (instruction.opcode) {
    case lang::Opcode::remap:
    case lang::Opcode::once:
    case lang::Opcode::once_layer:
    case lang::Opcode::to_layer:
    case lang::Opcode::remap_toggle:
    case lang::Opcode::remap_toggle_layer:
    case lang::Opcode::remap_caps:
    case lang::Opcode::remap_repeat:
      break;
    default:
      return Jobs::none;
  }
  if (core_.reader.at_end() || !read_instruction(core_.reader, instruction)) return Jobs::one;
  switch (instruction.opcode) {
    case lang::Opcode::remap_hold:
    case lang::Opcode::remap_layer:
    case lang::Opcode::hold_toggle:
    case lang::Opcode::hold_toggle_layer:
    case lang::Opcode::hold_caps:
    case lang::Opcode::hold_repeat:
      return Jobs::two;
    case lang::Opcode::hold_once:
    case lang::Opcode::hold_once_layer:
      return Jobs::two_held_once;
    default:
      return Jobs::one;
  }
}

/// Finds what the press of `key` does in the layers that are on.
bool Keyboard::find_press(Usage key, Found& out) {
  for (Lookup lookup = before_scopes(); next_scope(lookup);) {
    if (find(TriggerKind::press, lookup, key, out)) return true;
  }
  return false;
}

/// The modifiers that `key` would be as keys of its own; `held`: after the `hold` time, else at
/// once and not as a one-shot.
hid::Modifiers Keyboard::modifiers_of(Usage key, bool held) {
  Found found;
  if (!find_press(key, found)) return hid::modifier_bit(key);
  const Jobs jobs = jobs_of(found);
  const bool dual = jobs == Jobs::two || jobs == Jobs::two_held_once;
  return dual && !held ? hid::Modifiers{0} : modifiers_sent(found, dual, held);
}

/// Likewise what the remap `found` sends, when held if it is `dual`; none if it is another thing.
hid::Modifiers Keyboard::modifiers_sent(const Found& found, bool dual, bool held) {
  core_.reader.seek(found.entry.record, found.entry.code);
  lang::Instruction instruction;
  if (!read_instruction(core_.reader, instruction)) return 0;
  const bool once = instruction.opcode == lang::Opcode::once;
  if (instruction.opcode != lang::Opcode::remap && !(once && held)) return 0;
  std::size_t mods = 1;  // which operand has the modifiers; the key is the next
  if (dual) {
    read_instruction(core_.reader, instruction);
    if (instruction.opcode != lang::Opcode::remap_hold &&
        instruction.opcode != lang::Opcode::hold_once) {
      return 0;
    }
    mods = 0;
  }
  const auto chord =
      target(instruction.value[mods], instruction.value[mods + 1], core_.settings.layout);
  if (!chord || !is_modifier(chord->key)) return 0;
  return static_cast<hid::Modifiers>(chord->mods | hid::modifier_bit(chord->key));
}

bool Keyboard::both_shifts(Time now) {
  const InputQueue& input = core_.input;
  unsigned down = 0;
  for (const Usage shift : {hid::kLeftShift, hid::kRightShift}) {
    if (input.down(shift)) down |= hid::modifier_bit(shift);
  }
  for (const Hold& hold : core_.mixer.holds().all()) {
    const bool key = is_key(hold.owner) && hold.counts();
    if (key && input.down(usage_of_owner(hold.owner))) down |= hid::modifier_bit(hold.usage());
  }
  // The task that has the floor goes on reading where it was.
  const lang::CodeReader::Place place = core_.reader.place();
  for (std::size_t i = 0; i < input.size() && (down & kShifts) != kShifts; ++i) {
    const KeyEvent event = input.at(i);
    const bool pressed = core_.settings.dual == Dual::press;
    const bool held = pressed || now - event.time >= core_.settings.hold;
    if (event.down && input.down(event.usage)) down |= modifiers_of(event.usage, held);
  }
  core_.reader.go_to(place);
  return (down & kShifts) == kShifts;
}

// ---- Keys that nothing takes -------------------------------------------------------------------

void Keyboard::look_at_free_key(const KeyEvent& event, Choice& choice) {
  choice.kind = Choice::Kind::pass;
  const bool text = has(TriggerKind::text) && look_for_sent_text({0, event.usage}, choice);
  if (text) choice.kind = Choice::Kind::found;
  if (text || !has_autoshift(event.usage, choice.mods)) return;
  const Time limit = event.time + core_.settings.autoshift;
  for (std::size_t i = 1; i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    if (!earlier(next.time, limit)) break;
    if (!next.down && next.usage != event.usage) continue;
    choice.at = later(choice.at, next.time);
    return;
  }
  choice.at = later(choice.at, limit);
  choice.kind = reached(core_.now, limit) ? Choice::Kind::shifted : Choice::Kind::undecided;
}

/// Whether `key` alone types a letter, a digit or a mark, and is to type another when it is held;
/// `mods` are those of layers.
bool Keyboard::has_autoshift(Usage key, hid::Modifiers mods) const {
  if (core_.settings.autoshift == 0 || number(key) > kLastMainKey) return false;
  if ((core_.mixer.held_modifiers().all | mods) != 0) return false;
  const auto usage = static_cast<std::uint8_t>(key);
  return hid::layouts()[core_.settings.layout].decode({0, usage}) > U' ';
}

/// Whether what the remap `choice.found` sends completes an abbreviation.
void Keyboard::look_for_remapped_text(Choice& choice) {
  if (!has(TriggerKind::text)) return;
  const auto chord = remapped(choice.found.entry);
  if (chord) look_for_sent_text(*chord, choice);
}

/// Whether `chord`, which `choice` sends, completes an abbreviation.
bool Keyboard::look_for_sent_text(Chord chord, Choice& choice) {
  hid::Modifiers seen = mods_with(chord, choice);
  if (core_.caps_word_at(core_.input.front().time)) capitalize(chord, seen);
  return look_for_text(chord.key, seen, choice);
}

/// The chord that the remap `entry` sends; nothing if it is another thing. Never inlined: its frame
/// is gone when a text is looked for.
[[gnu::noinline]] std::optional<Chord> Keyboard::remapped(const lang::IndexEntry& entry) {
  core_.reader.seek(entry.record, entry.code);
  lang::Instruction instruction;
  if (!read_instruction(core_.reader, instruction)) return std::nullopt;
  if (instruction.opcode == lang::Opcode::remap_repeat && !core_.last_key.started()) {
    return Chord{core_.last_key.mods(), core_.last_key.key};
  }
  const bool sends =
      instruction.opcode == lang::Opcode::remap || instruction.opcode == lang::Opcode::once;
  if (!sends) return std::nullopt;
  return target(instruction.value[1], instruction.value[2], options_of(entry).layout);
}

/// The chord that a remap's operands name; nothing if the layout lacks it.
std::optional<Chord> Keyboard::target(std::uint32_t mods, std::uint32_t key,
                                      std::uint8_t layout_number) const {
  const auto ref = lang::KeyRef::from_raw(key);
  if (!is_valid_key(ref)) return std::nullopt;
  const hid::Layout layout = hid::layouts()[layout_number];
  return resolve(static_cast<hid::Modifiers>(mods), ref, layout);
}

/// The modifiers of layers that go with `chord`, which `choice` sends: none with a modifier.
hid::Modifiers Keyboard::layer_mods_with(const Chord& chord, const Choice& choice) {
  if (choice.mods == 0 || is_modifier(chord.key)) return 0;
  return static_cast<hid::Modifiers>(choice.mods & ~hidden_by(choice));
}

/// The modifiers that the host sees with `chord`, which `choice` sends.
hid::Modifiers Keyboard::mods_with(const Chord& chord, const Choice& choice) const {
  const unsigned held = core_.mixer.held_modifiers().all & ~hidden_by(choice);
  return static_cast<hid::Modifiers>(held | chord.mods | layer_mods_with(chord, choice));
}

/// `typed` goes on with a key that the host sees. Returns whether that is text.
bool Keyboard::note_key(TypedText& typed, Usage key, hid::Modifiers mods) const {
  if (!has(TriggerKind::text) || page(key) != hid::Page::keyboard || is_modifier(key)) return false;
  const hid::Stroke stroke{mods, static_cast<std::uint8_t>(key)};
  const bool caps_lock = (core_.leds & kCapsLockLed) != 0;
  return typed.type(stroke, hid::layouts()[core_.settings.layout], caps_lock);
}

/// Whether the key completes an abbreviation.
bool Keyboard::look_for_text(Usage key, hid::Modifiers mods, Choice& choice) {
  TypedText typed = typed_;
  if (!note_key(typed, key, mods)) return false;
  const bool ends = typed.ends_word();
  for (Lookup lookup = before_scopes(); next_scope(lookup);) {
    for (std::size_t size = lang::kMaxAbbreviation; size > 0; --size) {
      if ((lengths_ >> size & 1U) == 0) continue;
      for (const bool before : {false, true}) {
        bool inside = false;
        if (before && !ends) continue;
        const std::string_view last = typed.last(size, before ? 1 : 0, inside);
        Found text;  // what `choice` has stays if this is none
        if (last.empty()) continue;
        // As it was typed, or else one that may be typed in any case.
        if (!find_text(lookup.scope, last, false, text) &&
            !(folds_ && find_text(lookup.scope, last, true, text))) {
          continue;
        }
        const KeyOptions options = options_of(text.entry);
        if ((inside && !options.anywhere) || before != options.end) continue;
        choice.found = text;
        choice.before = before;
        if (options.any_case) choice.capitals = capitals_of(last);
        return true;
      }
    }
  }
  return false;
}

/// Finds the abbreviation `text`; if `folded`, one that may be typed in any case.
bool Keyboard::find_text(std::uint32_t scope, std::string_view text, bool folded, Found& out) {
  const auto spelled = [&](char c) { return static_cast<std::uint8_t>(folded ? to_lower(c) : c); };
  std::uint32_t hash = kFnvStart;
  for (const char c : text) hash = fnv_step(hash, spelled(c));
  if (!find_entry(*core_.roll, trigger_key(scope, TriggerKind::text, {}, hash), out)) return false;
  if (has_any_case(core_.reader, out.entry) != folded || !is_as_long(out.entry, text)) return false;
  return std::ranges::all_of(
      text, [&](char c) { return spelled(static_cast<char>(core_.reader.byte())) == spelled(c); });
}

/// Whether the abbreviation `entry` is as long as `text`; another text may have the same hash. The
/// reader stands before it then. Never inlined: its frame is gone when more is read.
[[gnu::noinline]] bool Keyboard::is_as_long(const lang::IndexEntry& entry, std::string_view text) {
  core_.reader.seek(entry.record, entry.code);
  lang::Instruction found;
  if (!read_instruction(core_.reader, found) || found.payload_size != text.size()) return false;
  core_.reader.seek(entry.record, found.payload);
  return true;
}

}  // namespace pianola::engine
