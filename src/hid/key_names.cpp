#include "hid/key_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"

namespace pianola::hid {
namespace {

// ---- The table, packed: all names in one text, four bytes an entry ----------------------------

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

/// All names, one after the other without anything between them.
constexpr char kText[] =
#define KEY_NAME(name, usage) name
#define KEY_ALIAS(name, usage) name
#include "hid/key_name_table.inc"
#undef KEY_NAME
#undef KEY_ALIAS
    ;

constexpr std::size_t kCount = std::size(kSource);
constexpr std::uint16_t kCanonicalBit = 0x8000;

constexpr std::size_t count_canonical() {
  return static_cast<std::size_t>(
      std::count_if(std::begin(kSource), std::end(kSource),
                    [](const SourceName& source) { return source.canonical; }));
}

/// The length of the longest name as names compare, without '_'.
constexpr std::size_t longest_name() {
  std::size_t longest = 0;
  for (const SourceName& source : kSource) {
    const auto underscores = std::count(source.name.begin(), source.name.end(), '_');
    longest = std::max(longest, source.name.size() - static_cast<std::size_t>(underscores));
  }
  return longest;
}

constexpr std::size_t kLongest = longest_name();
static_assert(kLongest <= kLongestWord);

/// Room for the longest name with prefixes before it.
constexpr std::size_t kFoldedCapacity = kLongest + 9;

/// kStart[i] is where name i begins in kText; one more entry closes the last name.
constexpr auto kStart = [] {
  std::array<std::uint16_t, kCount + 1> start{};
  for (std::size_t i = 0; i < kCount; ++i) {
    start[i + 1] = static_cast<std::uint16_t>(start[i] + kSource[i].name.size());
  }
  return start;
}();
static_assert(sizeof(kText) < 0x10000);
static_assert(kStart[kCount] == sizeof(kText) - 1);

/// The usage of name i; kCanonicalBit marks a canonical name.
constexpr auto kUsage = [] {
  std::array<std::uint16_t, kCount> usage{};
  for (std::size_t i = 0; i < kCount; ++i) {
    usage[i] = static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSource[i].usage) |
                                          (kSource[i].canonical ? kCanonicalBit : 0U));
  }
  return usage;
}();

constexpr Usage usage_of(std::size_t index) {
  return static_cast<Usage>(kUsage[index] & ~unsigned{kCanonicalBit});
}

/// The canonical names in the order of their usages.
constexpr auto kByUsage = [] {
  std::array<std::uint16_t, count_canonical()> order{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (kSource[i].canonical) order[next++] = static_cast<std::uint16_t>(i);
  }
  std::sort(order.begin(), order.end(),
            [](std::uint16_t a, std::uint16_t b) { return usage_of(a) < usage_of(b); });
  return order;
}();

std::string_view name_of(std::size_t index) {
  return {kText + kStart[index], static_cast<std::size_t>(kStart[index + 1] - kStart[index])};
}

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

std::optional<Usage> find_in_table(std::string_view folded) {
  std::size_t low = 0;
  std::size_t high = kCount;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int order = compare(folded, name_of(middle));
    if (order == 0) return usage_of(middle);
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return std::nullopt;
}

/// Takes a QMK or Linux prefix off. KEYPAD is no prefix KEY.
std::string_view without_prefix(std::string_view folded) {
  if (folded.starts_with("KC")) {
    folded.remove_prefix(2);
  } else if (folded.starts_with("KEY") && !folded.starts_with("KEYPAD")) {
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

std::string_view canonical_name(Usage usage) {
  const auto found =
      std::lower_bound(kByUsage.begin(), kByUsage.end(), usage,
                       [](std::uint16_t index, Usage value) { return usage_of(index) < value; });
  if (found == kByUsage.end() || usage_of(*found) != usage) return {};
  return name_of(*found);
}

std::string_view closest_name(std::string_view name) {
  const Folded folded(name);
  const std::string_view wanted = without_prefix(folded.view());
  if (wanted.size() < 2) return {};
  std::string_view best;
  unsigned best_score = ~0U;
  for (std::size_t index = 0; index < kCount; ++index) {
    const std::string_view candidate = name_of(index);
    const unsigned distance = slips(wanted, Folded(candidate).view());
    if (distance == kFarApart) continue;
    const bool same_start = candidate.front() == wanted.front();
    const bool canonical = (kUsage[index] & kCanonicalBit) != 0;
    const unsigned score = distance * 8 + (is_common(usage_of(index)) ? 0U : 4U) +
                           (canonical ? 0U : 2U) + (same_start ? 0U : 1U);
    if (score < best_score) {
      best_score = score;
      best = candidate;
    }
  }
  return best;
}

std::size_t name_count() { return kCount; }

NameEntry name_at(std::size_t index) {
  return {name_of(index), usage_of(index), (kUsage[index] & kCanonicalBit) != 0};
}

}  // namespace pianola::hid
