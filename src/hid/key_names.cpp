#include "hid/key_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"

namespace pianola::hid {

using std::string_view_literals::operator""sv;
namespace {

// ---- The table, packed ------------------------------------------------------------------------

constexpr Usage keyboard(std::uint8_t id) { return keyboard_usage(id); }
constexpr Usage consumer(std::uint16_t id) { return consumer_usage(id); }
constexpr Usage system(std::uint8_t id) { return system_usage(id); }

/// One name in the source table, before packing.
struct SourceName {
  std::string_view name;
  Usage usage;
  bool canonical;
};

constexpr SourceName kSource[] = {
#define KEY_NAME(name, usage) {name, usage, true},
#define KEY_ALIAS(name, usage) {name, usage, false},
#include "hid/key_name_table.inc"
#undef KEY_NAME
#undef KEY_ALIAS
};
constexpr std::size_t kCount = std::size(kSource);

// An entry is two bytes and the end of a name, whose last character has kLast. The first byte: how
// many characters it shares with the name before it, kCanonical, and above kUpperShift which of
// kUpperBytes the usage has; the second is the usage's lower byte. The first name of a block shares
// none.
constexpr std::uint8_t kMostShared = 0x0F;
constexpr std::uint8_t kCanonical = 0x10;
constexpr unsigned kUpperShift = 5;
constexpr std::uint8_t kUpperBytes[] = {0x00, 0x20, 0x10, 0x11, 0x12, 0x13};
constexpr std::uint8_t kLast = 0x80;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kBlocks = (kCount + kBlock - 1) / kBlock;

constexpr std::uint8_t upper_number(Usage usage) {
  std::uint8_t number = 0;
  while (kUpperBytes[number] != static_cast<unsigned>(usage) >> 8) ++number;
  return number;
}

constexpr std::size_t shared_size(std::size_t index) {
  if (index % kBlock == 0) return 0;
  const std::string_view name = kSource[index].name;
  const std::string_view before = kSource[index - 1].name;
  std::size_t shared = 0;
  while (shared < kMostShared && shared + 1 < name.size() && shared < before.size() &&
         name[shared] == before[shared]) {
    ++shared;
  }
  return shared;
}

constexpr std::size_t packed_size() {
  std::size_t size = 0;
  for (std::size_t i = 0; i < kCount; ++i) size += 2 + kSource[i].name.size() - shared_size(i);
  return size;
}

struct PackedNames {
  std::array<std::uint8_t, packed_size()> bytes;
  std::array<std::uint16_t, kBlocks> block;  ///< where each begins
};
constexpr PackedNames kNames = [] {
  PackedNames packed{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto& [name, usage, canonical] = kSource[i];
    if (i % kBlock == 0) packed.block[i / kBlock] = static_cast<std::uint16_t>(at);
    const std::size_t shared = shared_size(i);
    const auto upper = static_cast<unsigned>(upper_number(usage));
    packed.bytes[at++] =
        static_cast<std::uint8_t>(shared | (canonical ? kCanonical : 0U) | upper << kUpperShift);
    packed.bytes[at++] = static_cast<std::uint8_t>(static_cast<unsigned>(usage) & 0xFFU);
    for (std::size_t c = shared; c < name.size(); ++c) {
      packed.bytes[at++] = static_cast<std::uint8_t>(name[c]);
    }
    packed.bytes[at - 1] |= kLast;
  }
  return packed;
}();
static_assert(kNames.bytes.size() < 0x10000);

constexpr std::size_t longest_name(bool folded) {
  std::size_t longest = 0;
  for (const SourceName& source : kSource) {
    const auto underscores = std::count(source.name.begin(), source.name.end(), '_');
    longest = std::max(longest,
                       source.name.size() - (folded ? static_cast<std::size_t>(underscores) : 0));
  }
  return longest;
}
static_assert(KeyName::kLongest == longest_name(false));

/// The length of the longest name as names compare, without '_'.
constexpr std::size_t kLongestFolded = longest_name(true);
static_assert(kLongestFolded <= kLongestWord);

/// Room for the longest name with prefixes before it.
constexpr std::size_t kFoldedCapacity = kLongestFolded + 9;

}  // namespace

/// Goes through the names in their order.
class NameWalk {
 public:
  /// Before the first name of `block`.
  explicit NameWalk(std::size_t block = 0) : at_(kNames.bytes.data() + kNames.block[block]) {}

  /// Goes to the next name; false if there is none.
  bool next() {
    if (at_ == kNames.bytes.data() + kNames.bytes.size()) return false;
    const unsigned head = *at_++;
    canonical_ = (head & kCanonical) != 0;
    usage_ = static_cast<Usage>(kUpperBytes[head >> kUpperShift] << 8 | *at_++);
    name_.size_ = head & kMostShared;
    bool last = false;
    while (!last) {
      last = (*at_ & kLast) != 0;
      name_.text_[name_.size_++] = static_cast<char>(*at_++ & ~kLast);
    }
    return true;
  }

  [[nodiscard]] const KeyName& name() const { return name_; }
  [[nodiscard]] Usage usage() const { return usage_; }
  [[nodiscard]] bool canonical() const { return canonical_; }

 private:
  const std::uint8_t* at_;
  KeyName name_;
  Usage usage_{};
  bool canonical_ = false;
};

namespace {

// ---- Names as they compare: upper case, without '_' -------------------------------------------

/// A name in the form in which names compare. Empty for what cannot be a name.
class Folded {
 public:
  explicit Folded(std::string_view name) {
    if (name.empty() || name.front() == '_' || name.back() == '_') return;
    for (const char c : name) {
      if (c == '_') continue;
      if (!(is_letter(c) || is_digit(c)) || size_ == text_.size()) {
        size_ = 0;
        return;
      }
      text_[size_++] = to_upper(c);
    }
  }

  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kFoldedCapacity> text_{};
  std::size_t size_ = 0;
};

/// Compares folded text with `name`, which may have '_' in it: < 0, 0 or > 0.
int compare(std::string_view folded, std::string_view name) {
  std::size_t at = 0;
  for (const char c : name) {
    if (c == '_') continue;
    if (at == folded.size()) return -1;
    const int difference = folded[at++] - c;
    if (difference != 0) return difference;
  }
  return at == folded.size() ? 0 : 1;
}

/// Whether folded text comes before the first name of a block, which stands there whole.
bool is_before_block(std::string_view folded, std::size_t block) {
  const std::uint8_t* name = kNames.bytes.data() + kNames.block[block] + 2;
  std::size_t at = 0;
  while (true) {
    const char c = static_cast<char>(*name & ~kLast);
    if (c != '_') {
      if (at == folded.size()) return true;
      if (folded[at] != c) return folded[at] < c;
      ++at;
    }
    if ((*name++ & kLast) != 0) return false;
  }
}

std::optional<Usage> find_in_table(std::string_view folded) {
  // In block 0 or in the last one that does not begin with a later name.
  std::size_t block = 0;
  std::size_t end = kBlocks;
  while (end - block > 1) {
    const std::size_t middle = (block + end) / 2;
    (is_before_block(folded, middle) ? end : block) = middle;
  }
  NameWalk walk(block);
  while (walk.next()) {
    const int order = compare(folded, walk.name());
    if (order == 0) return walk.usage();
    if (order < 0) break;
  }
  return std::nullopt;
}

/// Takes a QMK or Linux prefix off. KEYPAD is no prefix KEY.
std::string_view without_prefix(std::string_view folded) {
  if (folded.starts_with("KC"sv)) {
    folded.remove_prefix(2);
  } else if (folded.starts_with("KEY"sv) && !folded.starts_with("KEYPAD"sv)) {
    folded.remove_prefix(3);
  }
  return folded;
}

constexpr std::array<std::string_view, 3> kKeypadPrefixes = {"KEYPAD", "NUMPAD", "NP"};

/// KEYPAD…, NUMPAD… and NP… are KP….
std::optional<Usage> find_keypad_key(std::string_view folded) {
  for (const std::string_view prefix : kKeypadPrefixes) {
    if (!folded.starts_with(prefix)) continue;
    folded.remove_prefix(prefix.size());
    std::array<char, kFoldedCapacity> text{'K', 'P'};
    std::copy(folded.begin(), folded.end(), text.begin() + 2);
    return find_in_table({text.data(), folded.size() + 2});
  }
  return std::nullopt;
}

/// The key that has the letter or digit `c` on a US keyboard.
std::optional<Usage> letter_or_digit_key(char c) {
  if (c >= 'A' && c <= 'Z') return keyboard_usage(static_cast<std::uint8_t>(id(kKeyA) + c - 'A'));
  if (c >= '1' && c <= '9') return keyboard_usage(static_cast<std::uint8_t>(id(kKey1) + c - '1'));
  if (c == '0') return kKey0;
  return std::nullopt;
}

// ---- Corrections ------------------------------------------------------------------------------

/// Whether `usage` is a key of an ordinary keyboard's main blocks, which people write most.
bool is_common(Usage usage) { return is_modifier(usage) || (usage >= kEnter && usage < kNumLock); }

}  // namespace

std::optional<Usage> usage_from_name(std::string_view name) {
  const Folded folded(name);
  const std::string_view whole = folded.view();
  if (whole.size() < 2) return std::nullopt;
  if (const auto usage = find_in_table(whole)) return usage;
  const std::string_view rest = without_prefix(whole);
  if (rest.size() == 1) return letter_or_digit_key(rest[0]);
  if (rest.size() != whole.size()) {
    if (const auto usage = find_in_table(rest)) return usage;
  }
  return find_keypad_key(rest);
}

KeyName canonical_name(Usage usage) {
  NameWalk walk;
  while (walk.next()) {
    if (walk.usage() == usage && walk.canonical()) return walk.name();
  }
  return {};
}

KeyName closest_name(std::string_view name) {
  const Folded folded(name);
  const std::string_view wanted = without_prefix(folded.view());
  KeyName best;
  if (wanted.size() < 2) return best;
  unsigned best_score = ~0U;
  NameWalk walk;
  while (walk.next()) {
    const std::string_view candidate = walk.name();
    const unsigned distance = slips(wanted, Folded(candidate).view());
    if (distance == kFarApart) continue;
    const bool same_start = candidate.front() == wanted.front();
    const unsigned score = distance * 8 + (is_common(walk.usage()) ? 0U : 4U) +
                           (walk.canonical() ? 0U : 2U) + (same_start ? 0U : 1U);
    if (score < best_score) {
      best_score = score;
      best = walk.name();
    }
  }
  return best;
}

std::size_t name_count() { return kCount; }

NameEntry name_at(std::size_t index) {
  NameWalk walk(index / kBlock);
  for (std::size_t i = 0; i <= index % kBlock; ++i) walk.next();
  return {walk.name(), walk.usage(), walk.canonical()};
}

}  // namespace pianola::hid
