#include "hid/layout.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"
#include "hid/layout_data.hpp"

namespace pianola::hid {
namespace {

using namespace detail;

constexpr std::uint8_t kNoCell = 0xFF;
constexpr std::uint8_t kNoKeyIndex = 0xFF;
constexpr std::size_t kIsoKey = kKeys - 1;  // usage 64
constexpr char16_t kMarks = 0x0300;         // dead keys stand as U+0300–U+036F
constexpr char32_t kEscapeCharacter = 0x1B;

constexpr auto kLayouts = [] {
  return []<std::size_t... Number>(std::index_sequence<Number...>) {
    return std::array{Layout(kLayoutData[Number])...};
  }
  (std::make_index_sequence<kLayoutCount>());
}();

constexpr auto kTitles = [] {
  std::array<std::string_view, kLayoutCount> titles{};
  for (std::size_t i = 0; i < kLayoutCount; ++i) titles[i] = kTables[i]->title;
  return titles;
}();

constexpr std::uint8_t number_of(std::string_view name) {
  std::uint8_t number = 0;
  while (kTables[number]->name != name) ++number;
  return number;
}

/// Another name of a layout.
struct Alias {
  std::array<char, 11> alias;  ///< zeros after it
  std::uint8_t layout;
};
constexpr Alias kAliases[] = {{{"gb"}, number_of("uk")},     {{"en-gb"}, number_of("uk")},
                              {{"qwerty"}, number_of("us")}, {{"en-us"}, number_of("us")},
                              {{"qwertz"}, number_of("de")}, {{"azerty"}, number_of("fr")},
                              {{"sv"}, number_of("se")},     {{"da"}, number_of("dk")},
                              {{"nb"}, number_of("no")},     {{"us-dvorak"}, number_of("dvorak")}};

constexpr bool is_mark(char32_t character) {
  return character >= kMarks && character < kMarks + 0x70;
}

// ---- Keys and cells ---------------------------------------------------------------------------

std::uint8_t key_index(std::uint8_t usage) {
  if (usage >= 0x04 && usage <= 0x27) return static_cast<std::uint8_t>(usage - 0x04);
  if (usage >= 0x2C && usage <= 0x31) return static_cast<std::uint8_t>(usage - 0x2C + 36);
  if (usage >= 0x32 && usage <= 0x38) return static_cast<std::uint8_t>(usage - 0x32 + 41);
  return usage == 0x64 ? static_cast<std::uint8_t>(kIsoKey) : kNoKeyIndex;
}

constexpr std::uint8_t usage_of_key(std::size_t key) {
  if (key < 36) return static_cast<std::uint8_t>(key + 0x04);
  if (key < 41) return static_cast<std::uint8_t>(key - 36 + 0x2C);
  return key == kIsoKey ? std::uint8_t{0x64} : static_cast<std::uint8_t>(key - 41 + 0x32);
}

/// A cell's level and key, found without a division.
struct Place {
  std::size_t level;
  std::size_t key;
};
Place place_of(std::size_t cell) {
  std::size_t level = 0;
  for (; cell >= kKeys; cell -= kKeys) ++level;
  return {level, cell};
}

std::size_t cell_of(std::size_t level, std::size_t key) { return level * kKeys + key; }

/// The usage of each key on a keyboard with key 64.
constexpr auto kUsages = [] {
  std::array<std::uint8_t, kKeys> usages{};
  for (std::size_t key = 0; key < kKeys; ++key) usages[key] = usage_of_key(key);
  return usages;
}();

inline Stroke stroke_of(const LayoutData& layout, std::size_t cell) {
  constexpr std::uint8_t kIsoHash = 0x32;
  constexpr std::uint8_t kAnsiBackslash = 0x31;
  const Place place = place_of(cell);
  unsigned mods = 0;
  if ((place.level & kShiftLevel) != 0) mods |= kLShift;
  if ((place.level & kAltGrLevel) != 0) mods |= kRAlt;
  std::uint8_t usage = kUsages[place.key];
  if (usage == kIsoHash && layout.ansi) usage = kAnsiBackslash;
  return {static_cast<Modifiers>(mods), usage};
}

/// The cell of `stroke`; kNoCell if the key has no characters or a modifier makes it a shortcut.
std::uint8_t cell_of_stroke(const LayoutData& layout, Stroke stroke) {
  constexpr Modifiers kShifts = kLShift | kRShift;
  const std::uint8_t key = key_index(stroke.usage);
  if (key == kNoKeyIndex) return kNoCell;
  const auto allowed = static_cast<Modifiers>(layout.altgr ? kShifts | kRAlt : kShifts);
  if ((stroke.mods & ~allowed) != 0) return kNoCell;
  std::size_t level = 0;
  if ((stroke.mods & kShifts) != 0) level |= kShiftLevel;
  if ((stroke.mods & kRAlt) != 0) level |= kAltGrLevel;
  return static_cast<std::uint8_t>(cell_of(level, key));
}

// ---- From cells to characters and back --------------------------------------------------------

/// The cell at which Caps Lock, when on, exchanges Shift.
std::size_t with_shift_exchanged(std::size_t cell) {
  const Place place = place_of(cell);
  return cell_of(place.level ^ kShiftLevel, place.key);
}

/// What `cell` types while Caps Lock is off: a character, a dead key's mark or 0.
char16_t content(const LayoutData& layout, std::size_t cell) {
  const std::uint8_t number = layout.cell(cell);
  if (cell < kUpperCells) return kLower[number];
  return number == kSame ? content(layout, cell - kUpperCells) : kUpper[number];
}

char16_t content(const LayoutData& layout, std::size_t cell, bool caps_lock) {
  if (!caps_lock) return content(layout, cell);
  for (std::size_t i = 0; i < layout.caps_exceptions; ++i) {
    const std::size_t exception = layout.first_caps_exception + i;
    if (kCapsCells[exception] == cell) return kCapsCharacters[exception];
  }
  const Place place = place_of(cell);
  const bool exchanged = (layout.caps(place.key) >> place.level & 1U) != 0;
  return content(layout, exchanged ? with_shift_exchanged(cell) : cell);
}

/// Whether the keyboard of `layout` has the key of `cell`.
bool has_key_of(const LayoutData& layout, std::size_t cell) {
  return !layout.ansi || place_of(cell).key != kIsoKey;
}

/// The first cell that types `wanted` while Caps Lock is off, by looking at numbers alone. Cells
/// with kSame need no look: the same character comes before.
std::uint8_t search_numbers(const LayoutData& layout, char16_t wanted) {
  std::uint8_t number = number_in(kLower, wanted);
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    if (cell == kUpperCells) number = number_in(kUpper, wanted);
    if (number == kSame || layout.cell(cell) != number || !has_key_of(layout, cell)) continue;
    return static_cast<std::uint8_t>(cell);
  }
  return kNoCell;
}

/// The cell that types `wanted` with the fewest modifiers, by looking at all of them.
std::uint8_t search_cell(const LayoutData& layout, char16_t wanted, bool caps_lock) {
  if (!caps_lock) return search_numbers(layout, wanted);
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    if (!has_key_of(layout, cell) || content(layout, cell, true) != wanted) continue;
    return static_cast<std::uint8_t>(cell);
  }
  return kNoCell;
}

/// As search_cell(), quickly for ASCII.
std::uint8_t find_cell(const LayoutData& layout, char16_t wanted, bool caps_lock) {
  if (wanted < 0x20 || wanted > 0x7E) return search_cell(layout, wanted, caps_lock);
  const std::uint8_t cell = layout.ascii_cell(wanted - 0x20U);
  if (!caps_lock || cell == kNoCell || content(layout, cell, true) == wanted) return cell;
  const std::size_t exchanged = with_shift_exchanged(cell);
  if (content(layout, exchanged, true) == wanted) return static_cast<std::uint8_t>(exchanged);
  return search_cell(layout, wanted, true);
}

/// The dead key's mark in a line of the Compose tables.
char16_t compose_mark(std::size_t line) {
  return static_cast<char16_t>(kMarks + kMarkKinds[kLines[line] >> kStepBits]);
}

/// Goes through the results of the Compose tables, from the first of a block on.
struct Results {
  explicit Results(const ComposeBlock& block) : line(block.first), result(block.result) {}

  void next() {
    ++line;
    result = static_cast<char16_t>(result + (kLines[line] & kMostStep));
  }

  std::size_t line;
  char16_t result;
};

/// What a line of the Compose tables makes.
char16_t compose_result(std::size_t line) {
  const ComposeBlock* block = kComposeBlocks.data();
  while (line >= block[1].first) ++block;
  Results at(*block);
  while (at.line < line) at.next();
  return at.result;
}

/// The lines of the Compose tables that make `wanted`: the first, and the one after the last.
struct Lines {
  std::size_t first = 0;
  std::size_t last = 0;
};
Lines compose_lines(char16_t wanted) {
  const ComposeBlock* block = kComposeBlocks.data();
  while (block[1].first < kComposeLines && wanted >= block[1].result) ++block;
  const std::size_t end = block[1].first;
  Results at(*block);
  while (at.line + 1 < end && at.result < wanted) at.next();
  Lines lines{at.line, at.line};
  while (lines.last < end && at.result == wanted) {
    if (++lines.last < end) at.next();
  }
  return lines;
}

/// The best dead key and following key for `wanted`.
Strokes dead_strokes(const LayoutData& layout, char16_t wanted, bool caps_lock) {
  Strokes best;
  int best_cost = 0;
  const auto [first, last] = compose_lines(wanted);
  for (std::size_t line = first; line < last; ++line) {
    const std::uint8_t dead_cell = find_cell(layout, compose_mark(line), caps_lock);
    if (dead_cell == kNoCell) continue;
    const char16_t base_character = kLower[kBaseNumbers[line]];
    const std::uint8_t base_cell = find_cell(layout, base_character, caps_lock);
    if (base_cell == kNoCell) continue;
    const Stroke dead = stroke_of(layout, dead_cell);
    const Stroke base = stroke_of(layout, base_cell);
    // Two dead keys in a row make two accents on Windows, so any other way is better.
    const int cost =
        std::popcount(dead.mods) + std::popcount(base.mods) + (is_mark(base_character) ? 8 : 0);
    if (best.count == 0 || cost < best_cost) {
      best = {.stroke = {dead, base}, .count = 2};
      best_cost = cost;
    }
  }
  return best;
}

/// The key for a control character that keyboards type; kNoKey for others.
Usage control_key(char32_t character) {
  switch (character) {
    case U'\n':
      return kEnter;
    case U'\t':
      return kTab;
    case U'\b':
      return kBackspace;
    case kEscapeCharacter:
      return kEscape;
    default:
      return kNoKey;
  }
}

/// The character of a key that has the same one on each layout, 0 for others.
char32_t fixed_character(std::uint8_t usage) {
  constexpr std::uint8_t kFirstKeypadKey = 0x54;
  constexpr std::string_view kKeypad = "/*-+\n1234567890.";
  for (const char32_t character : {U'\n', U'\t', U'\b', kEscapeCharacter}) {
    if (id(control_key(character)) == usage) return character;
  }
  if (usage < kFirstKeypadKey || usage >= kFirstKeypadKey + kKeypad.size()) return 0;
  return static_cast<char32_t>(kKeypad[usage - kFirstKeypadKey]);
}

// ---- Names ------------------------------------------------------------------------------------

bool same_name(std::string_view written, std::string_view name) {
  return std::equal(written.begin(), written.end(), name.begin(), name.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

}  // namespace

std::string_view Layout::name() const { return data_->name.data(); }

std::string_view Layout::title() const {
  return kTitles[static_cast<std::size_t>(data_ - kLayoutData.data())];
}

Stroke Layout::ascii_stroke(char32_t character) const {
  if (character - 0x20 > 0x7E - 0x20) return {};
  const std::uint8_t cell = data_->ascii_cell(character - 0x20);
  return cell != kNoCell ? stroke_of(*data_, cell) : Stroke{};
}

Strokes Layout::strokes(char32_t character, bool caps_lock) const {
  const Usage control = control_key(character);
  if (control != kNoKey) {
    return {.stroke = {Stroke{0, static_cast<std::uint8_t>(id(control))}}, .count = 1};
  }
  if (character < 0x20 || character > 0xFFFF || is_mark(character)) return {};
  const auto wanted = static_cast<char16_t>(character);
  const std::uint8_t cell = find_cell(*data_, wanted, caps_lock);
  if (cell != kNoCell) return {.stroke = {stroke_of(*data_, cell)}, .count = 1};
  return dead_strokes(*data_, wanted, caps_lock);
}

std::optional<std::uint8_t> Layout::key_of(char32_t character) const {
  if (character >= U'1' && character <= U'9') {
    return static_cast<std::uint8_t>(id(kKey1) + (character - U'1'));
  }
  if (character == U'0') return static_cast<std::uint8_t>(id(kKey0));
  if (character >= U'A' && character <= U'Z') character += U'a' - U'A';
  const Strokes typed = strokes(character);
  if (typed.count == 0) return std::nullopt;
  const Stroke second = typed.stroke[1];
  const bool accent_alone = second.usage == id(kSpace) || second == typed.stroke[0];
  if (typed.count == 2 && !accent_alone) return std::nullopt;
  return typed.stroke[0].usage;
}

char32_t Layout::decode(Stroke stroke, bool caps_lock) const {
  constexpr Modifiers kShortcut = kLCtrl | kRCtrl | kLAlt | kRAlt | kLGui | kRGui;
  const std::uint8_t cell = cell_of_stroke(*data_, stroke);
  if (cell == kNoCell) return (stroke.mods & kShortcut) == 0 ? fixed_character(stroke.usage) : 0;
  const char16_t typed = content(*data_, cell, caps_lock);
  return is_mark(typed) ? 0 : typed;
}

bool Layout::is_dead(Stroke stroke, bool caps_lock) const {
  const std::uint8_t cell = cell_of_stroke(*data_, stroke);
  return cell != kNoCell && is_mark(content(*data_, cell, caps_lock));
}

char32_t Layout::compose(Stroke dead, Stroke base, bool caps_lock) const {
  if (!is_dead(dead, caps_lock)) return 0;
  const std::uint8_t base_cell = cell_of_stroke(*data_, base);
  if (base_cell == kNoCell) return 0;
  const char16_t mark = content(*data_, cell_of_stroke(*data_, dead), caps_lock);
  const char16_t character = content(*data_, base_cell, caps_lock);
  const std::uint8_t number = number_in(kLower, character);
  for (std::size_t line = 0; line < kComposeLines; ++line) {
    if (kBaseNumbers[line] == number && compose_mark(line) == mark) return compose_result(line);
  }
  return 0;
}

std::span<const Layout> layouts() { return kLayouts; }

const Layout* find_layout(std::string_view name) {
  for (const Alias& alias : kAliases) {
    if (same_name(name, alias.alias.data())) return &kLayouts[alias.layout];
  }
  for (const Layout& layout : kLayouts) {
    if (same_name(name, layout.name())) return &layout;
  }
  return nullptr;
}

const Layout& default_layout() { return kLayouts[0]; }

std::string_view closest_layout_name(std::string_view name) {
  std::array<char, kLongestWord> text{};
  if (name.size() > text.size()) return {};
  std::transform(name.begin(), name.end(), text.begin(), to_lower);

  std::string_view best;
  ClosestWord closest({text.data(), name.size()});
  for (const Layout& layout : kLayouts) {
    if (closest.offer(layout.name())) best = layout.name();
  }
  return best;
}

}  // namespace pianola::hid
