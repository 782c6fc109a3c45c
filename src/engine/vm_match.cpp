// `match next`: the instructions that choose by the keys that come.

#include <array>

#include "base/time.hpp"
#include "engine/vm.hpp"
#include "lang/code/settings.hpp"

namespace pianola::engine {

using hid::Modifiers;
using lang::Opcode;

namespace {

// Flags of MATCH.
constexpr std::uint32_t kAnyOrder = 1;
constexpr std::uint32_t kKeep = 2;

}  // namespace

/// One key of a pattern.
struct Vm::PatternKey {
  lang::TriggerMods mods;
  hid::Usage key = hid::kNoKey;
};

/// A pattern, and what it begins.
struct Vm::Pattern {
  std::array<PatternKey, lang::kMaxPattern> keys{};
  unsigned count = 0;
  std::uint32_t next = 0;  ///< The label of the next one.
  std::uint32_t body = 0;  ///< Offset of what is done.
};

/// How far a pattern, or the best of all, is met by the presses that wait.
struct Vm::Match {
  std::uint64_t presses = 0;  ///< The places in the queue, one bit each.
  unsigned length = 0;        ///< How many.
  int fit = 0;                ///< The more, the more modifiers are named.
  std::uint32_t body = 0;     ///< Of the best one.
};

/// Reads the operands of PATTERN. False if they break the rules.
bool Vm::read_pattern(Pattern& out) {
  lang::CodeReader& reader = core_.reader;
  out.next = reader.number();
  out.count = reader.byte();
  if (out.count == 0 || out.count > lang::kMaxPattern) return false;
  for (unsigned i = 0; i < out.count; ++i) {
    PatternKey& key = out.keys[i];
    key.mods.exact = reader.byte();
    key.mods.either = reader.byte();
    const auto ref = lang::KeyRef::from_raw(reader.number());
    if (!is_valid_key(ref)) return false;
    key.key = usage_of(ref);
  }
  out.body = reader.offset();
  return !reader.failed();
}

/// Of the keys of `pattern` that are not `done` yet (one bit each), the one that a press meets best
/// while `mods` are held; with kAnyOrder any, else only the first. Nothing if there is none.
std::optional<unsigned> Vm::met_by(const Pattern& pattern, hid::Usage key, Modifiers mods,
                                   unsigned done, bool any_order, int& best) {
  std::optional<unsigned> met;
  for (unsigned i = 0; i < pattern.count; ++i) {
    if ((done >> i & 1U) != 0) continue;
    const PatternKey& wanted = pattern.keys[i];
    const int found = wanted.key == key ? fit(wanted.mods, mods) : kNoFit;
    if (found != kNoFit && (!met || found > best)) {
      met = i;
      best = found;
    }
    if (!any_order) break;
  }
  return met;
}

/// Whether the presses that wait, up to the time `last`, are the pattern's first ones; `out` says
/// how many of them.
bool Vm::meets(const Pattern& pattern, bool any_order, std::optional<Time> last, Match& out) {
  const InputQueue& input = core_.input;
  Modifiers mods = core_.mixer.held_modifiers().all;
  unsigned done = 0;
  for (std::size_t i = 0; i < input.size() && out.length < pattern.count; ++i) {
    const KeyEvent event = input.at(i);
    const Modifiers bit = hid::modifier_bit(event.usage);
    if (!event.down) {
      mods = static_cast<Modifiers>(mods & ~bit);
      continue;
    }
    if (input.consumed(i)) continue;
    if (last && earlier(*last, event.time)) break;
    int found = 0;
    const auto met = met_by(pattern, event.usage, mods, done, any_order, found);
    if (!met && bit == 0) return false;
    mods = static_cast<Modifiers>(mods | bit);
    if (!met) continue;  // a modifier that is for the keys that follow
    done |= 1U << *met;
    out.presses |= std::uint64_t{1} << i;
    out.fit += found;
    ++out.length;
  }
  return true;
}

Vm::Flow Vm::on_match(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  Task& self = task();
  const std::uint32_t flags = operands.value[0];
  const bool limited = operands.value[1] != 0;
  if (self.resumed == 0) {
    const std::uint32_t within = operands.value[1] - 1;
    if (limited && within > lang::kMaxDuration) return fail(ErrorCode::duration);
    if (!core_.keep_keys(core_.floor.task, Scope::matches)) return fail(ErrorCode::scopes);
    self.deadline = core_.now + within;
    self.resumed = 1;
  }
  const std::optional<Time> last = limited ? std::optional{Time{self.deadline}} : std::nullopt;

  Match best;
  bool longer = false;  // a pattern that is met so far may be met to its end
  std::uint32_t at = core_.reader.offset();
  while (core_.reader.byte() == static_cast<std::uint8_t>(Opcode::pattern)) {
    Pattern pattern;
    if (!read_pattern(pattern)) return fail(ErrorCode::code);
    Match match;
    if (meets(pattern, (flags & kAnyOrder) != 0, last, match)) {
      const bool whole = match.length == pattern.count;
      longer = longer || !whole;
      match.body = pattern.body;
      const bool better =
          match.length != best.length ? match.length > best.length : match.fit > best.fit;
      if (whole && better) best = match;
    }
    const std::optional<lang::Label> next = find(pattern.next);
    if (!next || next->offset <= at) return fail(ErrorCode::code);
    at = next->offset;
    core_.reader.seek(self.record, at);
  }
  const bool over = last && reached(core_.now, *last);
  if (longer && !over && !core_.input.full()) {
    return sleep(start_, limited ? kWakeKey | kWakeTime : kWakeKey);
  }
  self.resumed = 0;
  for (std::size_t i = 0; i < core_.input.size() && (flags & kKeep) == 0; ++i) {
    if ((best.presses >> i & 1U) != 0) core_.input.consume(i);
  }
  // If none is met: MATCHELSE, or the end of the block.
  core_.reader.seek(self.record, best.length != 0 ? best.body : at);
  return Flow::next;
}

/// Only MATCH leads into a pattern.
Vm::Flow Vm::on_pattern(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_matched(const Operands& operands) { return jump(operands.value[0]); }
Vm::Flow Vm::on_match_else(const Operands&) { return Flow::next; }

}  // namespace pianola::engine
