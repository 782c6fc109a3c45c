#include "engine/holds.hpp"

#include <algorithm>
#include <bit>

namespace pianola::engine {

using hid::Modifiers;
using hid::Usage;

template <typename Predicate>
void Holds::remove_if(Predicate predicate) {
  std::size_t kept = 0;
  for (const Hold& hold : all()) {
    if (!predicate(hold)) table_[kept++] = hold;
  }
  count_ = static_cast<std::uint16_t>(kept);
  ++changes_;
}

/// Whether `count` more entries for `owner` have room.
bool Holds::room(Owner owner, std::size_t count) const {
  const std::size_t kept =
      is_key(owner) ? 0 : std::min<std::size_t>(kKeyboardShare, table_.size() / 2);
  return count_ + count + kept <= table_.size();
}

const Hold* Holds::find(Owner owner, Usage usage) const {
  for (const Hold& hold : all()) {
    if (hold.owner == owner && hold.usage() == usage) return &hold;
  }
  return nullptr;
}

bool Holds::add(Owner owner, Usage usage, bool loose, std::uint32_t info) {
  const Hold* found = find(owner, usage);
  if (found == nullptr && !room(owner, 1)) return false;
  Hold& hold =
      found != nullptr ? table_[static_cast<std::size_t>(found - table_.data())] : table_[count_++];
  ++changes_;
  const unsigned flag = loose ? Hold::kLoose : 0U;
  hold = {owner, static_cast<std::uint16_t>(static_cast<unsigned>(usage) | flag), info};
  chords_ = chords_ || hold.accompanies();
  return true;
}

bool Holds::add_chord(Owner owner, Modifiers mods, Usage key, bool loose, std::uint32_t info) {
  if (mods == 0 && key != hid::kNoKey) return add(owner, key, false, info);
  const bool new_key = key != hid::kNoKey && !contains(owner, key);
  const auto new_mods = static_cast<Modifiers>(mods & ~modifiers(owner));
  if (!room(owner, static_cast<std::size_t>(std::popcount(new_mods)) + (new_key ? 1 : 0))) {
    return false;
  }
  for (unsigned rest = mods; rest != 0; rest &= rest - 1) {
    add(owner, hid::modifier_usage(static_cast<unsigned>(std::countr_zero(rest))), loose, info);
  }
  if (key != hid::kNoKey) add(owner, key, false, info);
  return true;
}

void Holds::remove(Owner owner, Usage usage) {
  remove_if([=](const Hold& hold) { return hold.owner == owner && hold.usage() == usage; });
}

void Holds::remove_modifiers(Owner owner, Modifiers mods) {
  remove_if([=](const Hold& hold) {
    return hold.owner == owner && (hid::modifier_bit(hold.usage()) & mods) != 0;
  });
}

void Holds::remove_all(Owner owner) {
  remove_if([=](const Hold& hold) { return hold.owner == owner && !is_veil(hold.usage()); });
}

void Holds::remove_loose(Owner owner) {
  remove_if([=](const Hold& hold) { return hold.owner == owner && hold.loose(); });
}

void Holds::give(Owner from, Owner to) {
  for (Hold& hold : table_.first(count_)) {
    const bool given = hold.owner == from && !is_veil(hold.usage());
    if (given && !contains(to, hold.usage())) hold.owner = to;
  }
  remove_all(from);
}

bool Holds::contains(Owner owner, Usage usage) const { return find(owner, usage) != nullptr; }

bool Holds::contains(Owner owner) const {
  return std::ranges::any_of(all(), [=](const Hold& hold) { return hold.owner == owner; });
}

Modifiers Holds::modifiers(Owner owner) const {
  unsigned held = 0;
  for (const Hold& hold : all()) {
    if (hold.owner == owner) held |= hid::modifier_bit(hold.usage());
  }
  return static_cast<Modifiers>(held);
}

Modifiers Holds::chord_modifiers(Owner owner) const {
  unsigned held = 0;
  for (const Hold& hold : all()) {
    if (hold.owner == owner && hold.accompanies()) held |= hid::modifier_bit(hold.usage());
  }
  return static_cast<Modifiers>(held);
}

std::uint32_t Holds::press_of(Owner owner) const {
  const Hold* found = find(owner, hid::kNoKey);
  return found == nullptr ? 0 : found->info;
}

Owner Holds::partner(Owner owner) const {
  const std::uint32_t press = press_of(owner);
  if (press == 0) return owner;
  for (const Hold& hold : all()) {
    if (hold.owner != owner && hold.started(press)) return hold.owner;
  }
  return owner;
}

Owner Holds::sender(Owner owner) const {
  const std::uint32_t press = press_of(owner);
  const auto held = all();
  const auto first =
      std::ranges::find_if(held, [=](const Hold& hold) { return hold.started(press); });
  return first == held.end() ? owner : first->owner;
}

bool Holds::ends_slowly(Owner owner) const {
  const Hold* found = find(owner, hid::kNoKey);
  return found != nullptr && found->loose();
}

void Holds::end_press(std::uint32_t press) {
  for (;;) {
    const auto held = all();
    const auto found =
        std::ranges::find_if(held, [=](const Hold& hold) { return hold.started(press); });
    if (found == held.end()) return;
    const Owner owner = found->owner;
    silence(owner);
    add(owner, hid::kNoKey, false, 0);
  }
}

HeldModifiers Holds::held_modifiers(bool oneshots) const {
  unsigned fingers = 0;
  unsigned others = 0;
  for (const Hold& hold : all()) {
    if (!hold.counts() || (!oneshots && hold.owner == kOneshot)) continue;
    (is_key(hold.owner) ? fingers : others) |= hid::modifier_bit(hold.usage());
  }
  return {static_cast<Modifiers>(fingers), static_cast<Modifiers>(fingers | others)};
}

// ---- One-shots ---------------------------------------------------------------------------------

namespace {

/// Whether `hold` is of `owner`, and a report says it or a layer is on by it.
bool is_felt(const Hold& hold, Owner owner) {
  return hold.owner == owner && (!is_silent(hold.usage()) || is_layer(hold.usage()));
}

}  // namespace

std::optional<Time> Holds::sticky_since(Owner owner) const {
  const Hold* found = find(owner, kSticky);
  return found == nullptr ? std::nullopt : std::optional{Time{found->info}};
}

void Holds::unstick() {
  remove_if([](const Hold& hold) { return hold.usage() == kSticky; });
}

void Holds::stick(Owner from, Owner to, bool timed) {
  for (Hold& hold : table_.first(count_)) {
    if (!is_felt(hold, from) || contains(to, hold.usage())) continue;
    const bool own = hid::is_modifier(hold.usage()) && !hold.loose();
    hold = {to, static_cast<std::uint16_t>(hold.usage()),
            (own ? Hold::kOwn : 0U) | (timed ? Hold::kTimed : 0U)};
  }
  ++changes_;
}

bool Holds::has_all_of(Owner from, Owner to) const {
  bool any = false;
  for (const Hold& hold : all()) {
    if (!is_felt(hold, from)) continue;
    if (!contains(to, hold.usage())) return false;
    any = true;
  }
  return any;
}

void Holds::remove_all_of(Owner from, Owner owner) {
  remove_if([=, this](const Hold& hold) {
    return hold.owner == owner && std::ranges::any_of(all(), [&](const Hold& other) {
             return other.owner == from && other.usage() == hold.usage();
           });
  });
}

void Holds::remove_timed() {
  remove_if(
      [](const Hold& hold) { return hold.owner == kOneshot && (hold.info & Hold::kTimed) != 0; });
}

void Holds::remove_oneshot_layers() {
  remove_if([](const Hold& hold) { return hold.owner == kOneshot && is_layer(hold.usage()); });
}

void Holds::remove_oneshot_keys() {
  remove_if([](const Hold& hold) { return hold.owner == kOneshot && !is_layer(hold.usage()); });
}

// ---- Others ------------------------------------------------------------------------------------

std::uint32_t Holds::layers() const {
  std::uint32_t layers = 0;
  for (const Hold& hold : all()) {
    if (is_layer(hold.usage())) layers |= std::uint32_t{1} << layer_number(hold.usage());
  }
  return layers;
}

void Holds::stop_hiding() {
  for (Hold& hold : table_.first(count_)) {
    if (!is_silent(hold.usage())) hold.info &= ~std::uint32_t{0xFF};
  }
}

bool Holds::has_chord(Owner owner) const {
  return std::ranges::any_of(
      all(), [=](const Hold& hold) { return hold.owner == owner && hold.accompanies(); });
}

/// Entry number `at` is held no more. A key of the keyboard stays known.
void Holds::give_up(std::size_t at) {
  ++changes_;
  Hold& hold = table_[at];
  if (is_key(hold.owner) && !contains(hold.owner, hid::kNoKey)) {
    hold = {hold.owner, static_cast<std::uint16_t>(hid::kNoKey), 0};
    return;
  }
  std::copy(table_.begin() + static_cast<std::ptrdiff_t>(at) + 1, table_.begin() + count_,
            table_.begin() + static_cast<std::ptrdiff_t>(at));
  --count_;
}

bool Holds::drop_chords(Owner owner) {
  const std::uint16_t before = count_;
  remove_if([=](const Hold& hold) { return hold.owner != owner && hold.accompanies(); });
  chords_ = has_chord(owner);
  return count_ != before;
}

bool Holds::drop_chord_keys(Owner owner) {
  bool dropped = false;
  for (std::size_t i = count_; i-- > 0;) {
    const Hold& hold = table_[i];
    if (hold.owner == owner || !hid::is_plain_key(hold.usage()) || !has_chord(hold.owner)) continue;
    give_up(i);
    dropped = true;
  }
  return dropped;
}

bool Holds::only_sends(Owner owner) const {
  bool sends = false;
  for (const Hold& hold : all()) {
    const Usage usage = hold.usage();
    if (hold.owner != owner || usage == hid::kNoKey) continue;
    if (is_silent(usage) || (hid::is_modifier(usage) && !hold.accompanies())) return false;
    sends = true;
  }
  return sends;
}

bool Holds::only_known(Owner owner) const {
  return std::ranges::none_of(
      all(), [=](const Hold& hold) { return hold.owner == owner && hold.usage() != hid::kNoKey; });
}

bool Holds::holds_on(Owner owner) const {
  return std::ranges::any_of(all(), [=](const Hold& hold) {
    return hold.owner == owner && (hold.counts() || is_layer(hold.usage()));
  });
}

void Holds::silence(Owner owner) {
  for (std::size_t i = count_; i-- > 0;) {
    if (table_[i].owner == owner && table_[i].usage() != hid::kNoKey) give_up(i);
  }
}

void Holds::take(Owner owner, Usage usage) {
  for (std::size_t i = count_; i-- > 0;) {
    const Hold& hold = table_[i];
    const bool other = hold.owner != owner && hold.usage() == usage;
    if (other && (is_key(hold.owner) || (hold.info & Hold::kChord) != 0)) give_up(i);
  }
}

void Holds::suppress_all() {
  std::size_t kept = 0;
  for (const Hold& hold : all()) {
    const auto known = table_.first(kept);
    const auto same = [&](const Hold& other) { return other.owner == hold.owner; };
    if (!is_key(hold.owner) || std::ranges::any_of(known, same)) continue;
    table_[kept++] = {hold.owner, static_cast<std::uint16_t>(hid::kNoKey), 0};
  }
  count_ = static_cast<std::uint16_t>(kept);
  ++changes_;
}

std::size_t Holds::keys() const {
  std::size_t count = 0;
  const auto used = all();
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto same = [&](const Hold& other) { return other.owner == used[i].owner; };
    if (is_key(used[i].owner) && std::ranges::none_of(used.first(i), same)) ++count;
  }
  return count;
}

}  // namespace pianola::engine
