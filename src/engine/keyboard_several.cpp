// Triggers of several keys: together, one after the other, or one again and again.

#include <algorithm>
#include <array>
#include <bit>

#include "engine/keyboard.hpp"
#include "lang/code/code_reader.hpp"

namespace pianola::engine {

using hid::Usage;
using lang::Clause;
using lang::TriggerKind;

namespace {

constexpr std::uint8_t bit(Clause clause) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(clause));
}

/// Whether the index keys are of the same kind, scope and `second`.
bool same_family(const lang::IndexKey& a, const lang::IndexKey& b) {
  return a.scope == b.scope && a.high >> 8 == b.high >> 8;
}

/// The clause of those in `has` that is done after `taps` presses, the last of which is `down` or
/// not: the one that says just that, or the next lower one. kClauses: there is none.
std::size_t clause_for(unsigned has, unsigned taps, bool down) {
  // From each number of taps on, what is done instead.
  constexpr std::array<Clause, 5> kOrder = {Clause::triple, Clause::double_hold, Clause::double_tap,
                                            Clause::hold, Clause::tap};
  for (const Clause clause : kOrder) {
    const bool holds = clause == Clause::hold || clause == Clause::double_hold;
    const unsigned least = clause == Clause::triple                                        ? 3
                           : clause == Clause::double_tap || clause == Clause::double_hold ? 2
                                                                                           : 1;
    if (taps >= least && (down || !holds) && (has & bit(clause)) != 0) {
      return static_cast<std::size_t>(clause);
    }
  }
  return lang::kClauses;
}

}  // namespace

/// The usage of the key that the reader stands before, by the layout of the file. Goes on after it.
Usage Keyboard::next_usage() {
  const auto key = lang::KeyRef::from_raw(core_.reader.number());
  if (!key.is_character()) return static_cast<Usage>(key.value());
  const hid::Layout layout = hid::layouts()[core_.settings.layout];
  const auto found = layout.key_of(static_cast<char32_t>(key.value()));
  return found ? hid::keyboard_usage(*found) : hid::kNoKey;
}

/// Looks at the triggers of `kind` with several keys of which `event` is the first, on top of what
/// `several` has.
void Keyboard::look_at_several(const KeyEvent& event, TriggerKind kind, const Lookup& lookup,
                               Several& several) {
  const auto key = static_cast<std::uint16_t>(event.usage);
  if (!bound_.may_have(key)) return;
  const lang::IndexKey first = trigger_key(lookup.scope, kind, {}, 0, key);
  const HeldModifiers mods = held_modifiers(lookup);
  Found found;
  found.position = core_.roll->lower_bound(first);
  for (; core_.roll->index_entry(found.position, found.entry); ++found.position) {
    if (!same_family(found.entry.key, first)) break;
    const int fits = fit(key_mods(found.entry.key), mods);
    if (fits == kNoFit) continue;
    const Progress progress = kind == TriggerKind::leader
                                  ? follow_sequence(event, found.entry)
                                  : follow_together(event, found.entry, several.place);
    const bool complete = progress.state == Progress::State::complete;
    if (earlier(several.at, progress.at)) several.at = progress.at;
    if (progress.state == Progress::State::open) {
      several.open = std::max(several.open, progress.keys);
    } else if (!complete) {
      several.begun = std::max(several.begun, progress.keys);
    } else if (progress.keys > several.keys ||
               (progress.keys == several.keys && fits > several.fit)) {
      several.best = found;
      several.keys = progress.keys;
      several.fit = fits;
    }
  }
}

// ---- Together ----------------------------------------------------------------------------------

/// Whether the key, whose press is the one at `place` in the queue, starts something together with
/// others, or may yet.
bool Keyboard::look_for_together(const KeyEvent& event, const Lookup& lookup, Choice& choice,
                                 std::size_t place) {
  Several several;
  several.place = place;
  several.at = choice.at;
  look_at_several(event, TriggerKind::together, lookup, several);
  choice.at = several.at;
  if (several.open != 0) {
    choice.kind = Choice::Kind::undecided;
    return true;
  }
  if (several.keys == 0) return false;
  choice.kind = Choice::Kind::together;
  choice.more = static_cast<std::uint8_t>(several.keys - 1);
  choice.found = several.best;
  return true;
}

/// How far the keys of `entry` came, which are pressed together in any order. `event` is the one at
/// `place` in the queue. It fails when another key comes, one of its own is let go, or its time is
/// over.
Keyboard::Progress Keyboard::follow_together(const KeyEvent& event, const lang::IndexEntry& entry,
                                             std::size_t place) {
  using State = Progress::State;
  KeyOptions options(core_.settings);
  options.read(core_.reader, entry);
  const bool typing = typed_once_ && event.time - typed_at_ < options.idle;
  if (typing) return {State::failed, 1, event.time};
  const bool modified = key_mods(entry.key).any();
  std::array<Usage, lang::kMaxTogether> keys{};
  const std::uint8_t count = keys_of(entry, keys);
  // The first `came` of them are down.
  std::uint8_t came = 0;
  const auto take = [&](Usage usage) {
    const auto end = keys.begin() + count;
    const auto found = std::find(keys.begin() + came, end, usage);
    if (found == end) return false;
    std::swap(*found, keys[came++]);
    return true;
  };
  take(event.usage);
  const Time limit = event.time + options.together;
  for (std::size_t i = place + 1; i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    if (earlier(limit, next.time)) return {State::failed, came, limit};
    if (!next.down) {
      const auto end = keys.begin() + came;
      const bool own = std::find(keys.begin(), end, next.usage) != end;
      if (own || (modified && is_modifier(next.usage))) return {State::failed, came, next.time};
      continue;
    }
    if (!take(next.usage)) return {State::failed, came, next.time};
    if (came == count) return {State::complete, came, next.time};
  }
  const bool over = reached(core_.now, limit);
  return {over ? State::failed : State::open, over ? came : count, limit};
}

/// The keys of `entry`, which are pressed together. Returns how many there are.
std::uint8_t Keyboard::keys_of(const lang::IndexEntry& entry, std::span<Usage> keys) {
  if ((entry.key.high & lang::kManyInIndex) == 0) {
    keys[0] = static_cast<Usage>(key_second(entry.key));
    keys[1] = static_cast<Usage>(entry.key.low >> 16);
    return 2;
  }
  const std::uint8_t count = seek_keys(core_.reader, entry.record, entry.code);
  const std::size_t used = std::min<std::size_t>(count, keys.size());
  for (std::size_t i = 0; i < used; ++i) keys[i] = next_usage();
  return static_cast<std::uint8_t>(used);
}

// ---- After the leader --------------------------------------------------------------------------

/// How far the keys of the sequence `entry` came, each within its time after the one before.
Keyboard::Progress Keyboard::follow_sequence(const KeyEvent& event, const lang::IndexEntry& entry) {
  using State = Progress::State;
  const std::uint8_t count = seek_keys(core_.reader, entry.record, entry.code);
  Time limit = event.time + core_.settings.leader_time;
  next_usage();  // the first one is there
  std::uint8_t came = 1;
  for (std::size_t i = 1; i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    if (!next.down || is_modifier(next.usage)) continue;
    if (earlier(limit, next.time))
      return {State::failed, static_cast<std::uint8_t>(came - 1), limit};
    // The key that does not fit is part of what came to nothing.
    if (next.usage != next_usage()) return {State::failed, came, next.time};
    limit = next.time + core_.settings.leader_time;
    if (++came == count) return {State::complete, came, next.time};
  }
  const bool over = reached(core_.now, limit);
  return {over ? State::failed : State::open, over ? static_cast<std::uint8_t>(came - 1) : count,
          limit};
}

// ---- Again and again ---------------------------------------------------------------------------

/// Whether `found` is there by a layer or modifiers, and `key` holds some. Apart, as it would be
/// there several times.
[[gnu::noinline]] bool Keyboard::needs(const Lookup& lookup, const Found& found, Usage key) const {
  const bool by_others = lookup.scope != 0 || key_mods(found.entry.key).any();
  return by_others && core_.mixer.holds().holds_on(key_owner(key));
}

/// Whether keys together take the next press of the key, which waits: they come before a dance. By
/// itself, so that it needs no stack below that of look_for_dance().
Keyboard::NextTap Keyboard::look_after_tap(const KeyEvent& event, const Lookup& lookup,
                                           Choice& choice) {
  if (!has(TriggerKind::together)) return NextTap::counts;
  for (std::size_t i = 1; i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    if (!next.down || next.usage != event.usage) continue;
    const Time at = choice.at;
    const bool together = look_for_together(next, lookup, choice, i);
    choice.more = 0;
    if (together && choice.kind == Choice::Kind::undecided) return NextTap::open;
    choice.at = at;
    return together ? NextTap::taken : NextTap::counts;
  }
  return NextTap::counts;
}

/// Whether the key's presses are counted: then what came of them, or may yet. `next_tap` is what
/// the next press of the key is part of.
bool Keyboard::look_for_dance(const KeyEvent& event, const Lookup& lookup, NextTap next_tap,
                              Choice& choice) {
  unsigned clauses = 0;
  for (std::uint16_t i = 0; i < lang::kClauses; ++i) {
    if (find(TriggerKind::dance, lookup, event.usage, choice.found, i)) clauses |= 1U << i;
  }
  if (clauses == 0) return false;
  // A clause that there is not leaves nothing of the one before it. All have the same options.
  find(TriggerKind::dance, lookup, event.usage, choice.found,
       static_cast<std::uint16_t>(std::countr_zero(clauses)));
  const Time term = options_of(choice.found.entry).double_tap;
  const bool goes_on = dance_ != 0 && event.usage == last_ && event.time - last_at_ <= term;
  const unsigned taps = goes_on ? dance_ + 1U : 1U;
  const unsigned most = (clauses & bit(Clause::triple)) != 0                                    ? 3
                        : (clauses & (bit(Clause::double_tap) | bit(Clause::double_hold))) != 0 ? 2
                                                                                                : 1;
  const bool last = taps >= most;
  const Clause hold = taps == 1 ? Clause::hold : Clause::double_hold;
  bool down = true;
  bool gone = false;  // what it needs: a press after that is none of the dance
  bool decided = last && (taps > 2 || (clauses & bit(hold)) == 0);
  Time at = decided ? event.time : event.time + term;
  for (std::size_t i = 1; !decided && i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    const bool own = next.usage == event.usage;
    if (earlier(at, next.time) || (next.time == at && !(own && next.down))) break;
    // Keys together leave the taps before them what they are.
    const bool again = own && next.down && !gone;
    if (again && next_tap == NextTap::open) return true;
    if (again && next_tap == NextTap::counts) {
      choice.kind = Choice::Kind::begun;
      choice.taps = static_cast<std::uint8_t>(taps);
      choice.at = next.time;
      return true;
    }
    if (own) down = false;
    gone |= needs(lookup, choice.found, next.usage);
    decided = next.down || (own && last);
    if (decided) at = next.time;
  }
  if (earlier(choice.at, at)) choice.at = at;
  if (!decided && !reached(core_.now, at)) {
    choice.kind = Choice::Kind::undecided;
    return true;
  }
  choice.doubled = taps > 1;
  const std::size_t clause = clause_for(clauses, taps, down);
  choice.kind = Choice::Kind::found;
  // Without any, the key does what it does elsewhere.
  return clause < lang::kClauses && find(TriggerKind::dance, lookup, event.usage, choice.found,
                                         static_cast<std::uint16_t>(clause));
}

}  // namespace pianola::engine
