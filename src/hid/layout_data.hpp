#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pianola::hid::detail {

// The layouts of layout_tables.inc, packed while compiling: most are alike in most places.

/// The keys that have characters: usages 04–27, 2C–38 and 64, where 31 and 32 are one key.
constexpr std::size_t kKeys = 49;

/// The levels at which a key has a character: plain, Shift, AltGr, both.
constexpr std::size_t kLevels = 4;
constexpr std::size_t kShiftLevel = 1;
constexpr std::size_t kAltGrLevel = 2;

/// A cell is a key at a level, numbered level * kKeys + key; those below kUpperCells need no AltGr.
constexpr std::size_t kCells = kLevels * kKeys;
constexpr std::size_t kUpperCells = kAltGrLevel * kKeys;

/// The printable ASCII characters, ' ' to '~'.
constexpr std::size_t kAscii = 95;

/// What Caps Lock makes of a cell where it does not act as Shift.
struct CapsException {
  std::uint8_t cell;
  char16_t character;
};

/// One layout, as layout_tables.inc has it.
struct LayoutTable {
  std::string_view name;
  std::string_view title;
  std::array<char16_t, kCells> cells;             ///< 0: nothing; a combining character: a dead key
  std::array<std::uint8_t, kKeys> caps_is_shift;  ///< bit l: Caps Lock acts as Shift at level l
  std::array<std::uint8_t, kAscii> ascii;         ///< the cell for each of ' '–'~'; kNoCell: none
  std::span<const CapsException> caps_exceptions;
  bool ansi;   ///< no key 64, and the key beside Enter is 31 instead of 32
  bool altgr;  ///< right Alt is AltGr
};

#include "hid/layout_tables.inc"

constexpr std::size_t kLayoutCount = std::size(kTables);

// ---- Characters, by numbers of one byte -------------------------------------------------------

/// The characters that `mark` marks in a table of what there is, in their order.
constexpr std::size_t kCharacterEnd = 0x2300;
using Marked = std::array<bool, kCharacterEnd>;

/// The number of the cell without AltGr that has the same character.
constexpr std::uint8_t kSame = 0xFF;

constexpr bool is_same(const LayoutTable& table, std::size_t cell) {
  return cell >= kUpperCells && table.cells[cell] != 0 &&
         table.cells[cell] == table.cells[cell - kUpperCells];
}

/// The characters of the cells below kUpperCells and of the Compose data, or those of the others.
constexpr Marked mark_characters(bool upper) {
  Marked marked{};
  for (const LayoutTable* table : kTables) {
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      if (upper != (cell >= kUpperCells) || is_same(*table, cell)) continue;
      marked[table->cells[cell]] = true;
    }
  }
  if (upper) return marked;
  for (const char16_t base : kComposeBase) marked[base] = true;
  return marked;
}

/// Both kinds in their order. A character's number is its place.
template <bool UpperOnes>
constexpr auto characters() {
  constexpr Marked kMarked = mark_characters(UpperOnes);
  std::array<char16_t, std::count(kMarked.begin(), kMarked.end(), true)> characters{};
  static_assert(characters.size() <= kSame);
  std::size_t next = 0;
  for (std::size_t character = 0; character < kCharacterEnd; ++character) {
    if (kMarked[character]) characters[next++] = static_cast<char16_t>(character);
  }
  return characters;
}
constexpr auto kLower = characters<false>();
constexpr auto kUpper = characters<true>();

/// The number of `character` in `characters`; kSame if they do not have it.
constexpr std::uint8_t number_in(std::span<const char16_t> characters, char16_t character) {
  const auto found = std::lower_bound(characters.begin(), characters.end(), character);
  if (found == characters.end() || *found != character) return kSame;
  return static_cast<std::uint8_t>(found - characters.begin());
}

// ---- Rows of bytes in pieces ------------------------------------------------------------------

constexpr std::size_t kPieceSize = sizeof(std::uint64_t);

/// A row of `Length` bytes for each layout, cut into pieces. Equal pieces stand once.
template <std::size_t Length>
struct Cut {
  static constexpr std::size_t kPieces = (Length + kPieceSize - 1) / kPieceSize;
  using Numbers = std::array<std::uint8_t, kPieces>;

  std::array<std::uint64_t, kLayoutCount * kPieces> pieces{};  ///< the first byte lowest
  std::size_t count = 0;                                       ///< of `pieces`
  std::array<Numbers, kLayoutCount> numbers{};                 ///< the pieces of each layout's row
};

/// `row(table, i)` is byte i of a layout's row.
template <std::size_t Length>
constexpr Cut<Length> cut(auto row) {
  Cut<Length> result;
  for (std::size_t layout = 0; layout < kLayoutCount; ++layout) {
    for (std::size_t at = 0; at < Length; at += kPieceSize) {
      std::uint64_t piece = 0;
      for (std::size_t i = 0; i < kPieceSize && at + i < Length; ++i) {
        piece |= std::uint64_t{row(*kTables[layout], at + i)} << 8 * i;
      }
      // Not std::find(): while compiling, each call is a step, and compilers take so many only.
      const std::uint64_t* const pieces = result.pieces.data();
      std::size_t number = 0;
      while (number < result.count && pieces[number] != piece) ++number;
      if (number == result.count) result.pieces[result.count++] = piece;
      result.numbers[layout][at / kPieceSize] = static_cast<std::uint8_t>(number);
    }
  }
  return result;
}

/// The bytes of the pieces of `Rows`, a Cut.
template <const auto& Rows>
constexpr auto kPiecesOf = [] {
  static_assert(Rows.count <= 0x100);
  std::array<std::uint8_t, Rows.count * kPieceSize> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(Rows.pieces[i / kPieceSize] >> i % kPieceSize * 8);
  }
  return bytes;
}();

constexpr auto kCellRows = cut<kCells>([](const LayoutTable& table, std::size_t cell) {
  if (is_same(table, cell)) return kSame;
  if (cell < kUpperCells) return number_in(kLower, table.cells[cell]);
  return number_in(kUpper, table.cells[cell]);
});
constexpr auto kCapsRows =
    cut<kKeys>([](const LayoutTable& table, std::size_t key) { return table.caps_is_shift[key]; });
constexpr auto kAsciiRows =
    cut<kAscii>([](const LayoutTable& table, std::size_t i) { return table.ascii[i]; });

// ---- Layouts ----------------------------------------------------------------------------------

/// One member of the caps_exceptions of all layouts.
template <typename T>
constexpr auto all_caps_exceptions(T CapsException::*member) {
  constexpr std::size_t kCount = [] {
    std::size_t count = 0;
    for (const LayoutTable* table : kTables) count += table->caps_exceptions.size();
    return count;
  }();
  static_assert(kCount <= 0x100);
  std::array<T, kCount> all{};
  std::size_t next = 0;
  for (const LayoutTable* table : kTables) {
    for (const CapsException& exception : table->caps_exceptions) all[next++] = exception.*member;
  }
  return all;
}
constexpr auto kCapsCells = all_caps_exceptions(&CapsException::cell);
constexpr auto kCapsCharacters = all_caps_exceptions(&CapsException::character);

/// One layout, packed.
struct LayoutData {
  std::array<char, 8> name;  ///< zeros after it
  decltype(kCellRows)::Numbers cells;
  decltype(kCapsRows)::Numbers caps_is_shift;
  decltype(kAsciiRows)::Numbers ascii;
  std::uint8_t caps_exceptions;       ///< how many
  std::uint8_t first_caps_exception;  ///< in kCapsCells and kCapsCharacters
  bool ansi;
  bool altgr;

  /// The number of what `cell` types, in kLower or kUpper.
  std::uint8_t cell(std::size_t cell) const { return at(kPiecesOf<kCellRows>, cells, cell); }

  /// LayoutTable::caps_is_shift.
  unsigned caps(std::size_t key) const { return at(kPiecesOf<kCapsRows>, caps_is_shift, key); }

  /// LayoutTable::ascii.
  std::uint8_t ascii_cell(std::size_t i) const { return at(kPiecesOf<kAsciiRows>, ascii, i); }

 private:
  static std::uint8_t at(const auto& pieces, const auto& numbers, std::size_t i) {
    return pieces[numbers[i / kPieceSize] * kPieceSize + i % kPieceSize];
  }
};

constexpr auto kLayoutData = [] {
  std::array<LayoutData, kLayoutCount> data{};
  std::size_t first = 0;
  for (std::size_t i = 0; i < kLayoutCount; ++i) {
    const LayoutTable& table = *kTables[i];
    std::copy(table.name.begin(), table.name.end(), data[i].name.begin());
    data[i].cells = kCellRows.numbers[i];
    data[i].caps_is_shift = kCapsRows.numbers[i];
    data[i].ascii = kAsciiRows.numbers[i];
    data[i].caps_exceptions = static_cast<std::uint8_t>(table.caps_exceptions.size());
    data[i].first_caps_exception = static_cast<std::uint8_t>(first);
    first += table.caps_exceptions.size();
    data[i].ansi = table.ansi;
    data[i].altgr = table.altgr;
  }
  return data;
}();

// ---- What dead keys make ----------------------------------------------------------------------

constexpr std::size_t kComposeLines = std::size(kComposeResult);

/// The numbers of kComposeBase in kLower.
constexpr auto kBaseNumbers = [] {
  std::array<std::uint8_t, kComposeLines> numbers{};
  for (std::size_t line = 0; line < kComposeLines; ++line) {
    numbers[line] = number_in(kLower, kComposeBase[line]);
  }
  return numbers;
}();

/// The kinds of dead keys in their order, as kComposeMark has them.
constexpr auto kMarkKinds = [] {
  constexpr auto kHas = [] {
    std::array<bool, 0x100> has{};
    for (const std::uint8_t mark : kComposeMark) has[mark] = true;
    return has;
  }();
  std::array<std::uint8_t, std::count(kHas.begin(), kHas.end(), true)> kinds{};
  std::size_t next = 0;
  for (std::size_t mark = 0; mark < kHas.size(); ++mark) {
    if (kHas[mark]) kinds[next++] = static_cast<std::uint8_t>(mark);
  }
  return kinds;
}();

// A line is its place in kMarkKinds above kStepBits and the step from the result of the line before
// it. Lines are in blocks, each with the result of its first one.
constexpr unsigned kStepBits = 3;
constexpr unsigned kMostStep = (1U << kStepBits) - 1;
static_assert(kMarkKinds.size() << kStepBits <= 0x100);

struct ComposeBlock {
  std::uint16_t first;  ///< Its first line.
  char16_t result;      ///< More than that of the line before.
};

constexpr unsigned compose_step(std::size_t line) {
  return line == 0 ? 0U : static_cast<unsigned>(kComposeResult[line] - kComposeResult[line - 1]);
}

/// Calls `begin` with the first line of each block.
constexpr void for_compose_blocks(auto begin) {
  constexpr std::size_t kLines = 24;
  std::size_t first = 0;
  for (std::size_t line = 0; line < kComposeLines; ++line) {
    const unsigned step = compose_step(line);
    if (line > 0 && step <= kMostStep && (step == 0 || line - first < kLines)) continue;
    first = line;
    begin(line);
  }
}

/// All blocks in their order, and where the last one ends.
constexpr auto kComposeBlocks = [] {
  constexpr std::size_t kCount = [] {
    std::size_t count = 0;
    for_compose_blocks([&](std::size_t) { ++count; });
    return count;
  }();
  std::array<ComposeBlock, kCount + 1> blocks{};
  std::size_t next = 0;
  for_compose_blocks([&](std::size_t line) {
    blocks[next++] = {static_cast<std::uint16_t>(line), kComposeResult[line]};
  });
  blocks[next].first = static_cast<std::uint16_t>(kComposeLines);
  return blocks;
}();

constexpr auto kLines = [] {
  std::array<std::uint8_t, kComposeLines> lines{};
  for (std::size_t line = 0; line < kComposeLines; ++line) {
    const auto* const kind =
        std::lower_bound(kMarkKinds.begin(), kMarkKinds.end(), kComposeMark[line]);
    lines[line] = static_cast<std::uint8_t>((kind - kMarkKinds.begin()) << kStepBits |
                                            (compose_step(line) & kMostStep));
  }
  return lines;
}();

}  // namespace pianola::hid::detail
