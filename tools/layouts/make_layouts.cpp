// Prints src/hid/layout_tables.inc: the keyboard layouts as libxkbcommon and the X keyboard data of
// this machine know them, with the dead keys' results from the Compose data of en_US.UTF-8.
//
//   g++ -std=c++20 make_layouts.cpp $(pkg-config --cflags --libs xkbcommon) -o make_layouts
//   ./make_layouts > ../../src/hid/layout_tables.inc
//
// Run it when a layout is added or when the X keyboard data changed what a key types; the tests of
// layout.hpp compare the printed tables with the data of the machine that they run on.

#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon-keysyms.h>
#include <xkbcommon/xkbcommon.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace {

enum class Form { ansi, iso };

struct Wanted {
  const char* name;
  const char* title;
  const char* xkb_layout;
  const char* xkb_variant;
  Form form;
};

// The first is the default; the rest in the order in which `pianola layouts` lists them.
constexpr Wanted kWanted[] = {
    {"uk", "English (UK)", "gb", "", Form::iso},
    {"us", "English (US)", "us", "", Form::ansi},
    {"de", "German", "de", "", Form::iso},
    {"fr", "French (AZERTY)", "fr", "", Form::iso},
    {"es", "Spanish", "es", "", Form::iso},
    {"it", "Italian", "it", "", Form::iso},
    {"se", "Swedish", "se", "", Form::iso},
    {"dvorak", "English (Dvorak)", "us", "dvorak", Form::ansi},
    {"colemak", "English (Colemak)", "us", "colemak", Form::ansi},
    {"workman", "English (Workman)", "us", "workman", Form::ansi},
    {"no", "Norwegian", "no", "", Form::iso},
    {"dk", "Danish", "dk", "", Form::iso},
    {"fi", "Finnish", "fi", "", Form::iso},
    {"pt", "Portuguese", "pt", "", Form::iso},
    {"ch", "German (Switzerland)", "ch", "", Form::iso},
    {"be", "Belgian (AZERTY)", "be", "", Form::iso},
    {"nl", "Dutch", "nl", "", Form::iso},
    {"pl", "Polish (programmers)", "pl", "", Form::ansi},
};

// Characters that Linux types in two ways and Windows only in this one, which needs more modifiers.
struct Preferred {
  const char* layout;
  char32_t character;
  int level;
  std::uint8_t usage;
};
constexpr Preferred kPreferred[] = {
    {"it", U'{', 3, 0x2F},
    {"it", U'}', 3, 0x30},
};

// A key that has characters: its HID usage and its Linux key code (linux/input-event-codes.h).
struct Key {
  std::uint8_t usage;
  std::uint8_t code;
};
// Usages 31 and 32 are one key, which is called 31 on an ANSI keyboard and 32 on an ISO one.
constexpr std::array<Key, 49> kKeys = {{
    {0x04, 30}, {0x05, 48}, {0x06, 46}, {0x07, 32}, {0x08, 18}, {0x09, 33}, {0x0A, 34},
    {0x0B, 35}, {0x0C, 23}, {0x0D, 36}, {0x0E, 37}, {0x0F, 38}, {0x10, 50}, {0x11, 49},
    {0x12, 24}, {0x13, 25}, {0x14, 16}, {0x15, 19}, {0x16, 31}, {0x17, 20}, {0x18, 22},
    {0x19, 47}, {0x1A, 17}, {0x1B, 45}, {0x1C, 21}, {0x1D, 44}, {0x1E, 2},  {0x1F, 3},
    {0x20, 4},  {0x21, 5},  {0x22, 6},  {0x23, 7},  {0x24, 8},  {0x25, 9},  {0x26, 10},
    {0x27, 11}, {0x2C, 57}, {0x2D, 12}, {0x2E, 13}, {0x2F, 26}, {0x30, 27}, {0x32, 43},
    {0x33, 39}, {0x34, 40}, {0x35, 41}, {0x36, 51}, {0x37, 52}, {0x38, 53}, {0x64, 86},
}};
constexpr std::size_t kLastKey = kKeys.size() - 1;  // usage 64, which ANSI keyboards lack
constexpr int kLevels = 4;                          // bit 0 Shift, bit 1 AltGr
constexpr std::uint8_t kNoCell = 0xFF;
constexpr xkb_keycode_t kLeftShiftCode = 42 + 8;
constexpr xkb_keycode_t kRightAltCode = 100 + 8;

// A dead key is written as the combining character that its accent has. Two kinds have none and
// take combining letters, which no layout types.
struct Dead {
  xkb_keysym_t keysym;
  char16_t mark;
};
constexpr Dead kDead[] = {
    {XKB_KEY_dead_grave, 0x0300},          {XKB_KEY_dead_acute, 0x0301},
    {XKB_KEY_dead_circumflex, 0x0302},     {XKB_KEY_dead_tilde, 0x0303},
    {XKB_KEY_dead_macron, 0x0304},         {XKB_KEY_dead_breve, 0x0306},
    {XKB_KEY_dead_abovedot, 0x0307},       {XKB_KEY_dead_diaeresis, 0x0308},
    {XKB_KEY_dead_hook, 0x0309},           {XKB_KEY_dead_abovering, 0x030A},
    {XKB_KEY_dead_doubleacute, 0x030B},    {XKB_KEY_dead_caron, 0x030C},
    {XKB_KEY_dead_doublegrave, 0x030F},    {XKB_KEY_dead_invertedbreve, 0x0311},
    {XKB_KEY_dead_abovecomma, 0x0313},     {XKB_KEY_dead_abovereversedcomma, 0x0314},
    {XKB_KEY_dead_horn, 0x031B},           {XKB_KEY_dead_belowdot, 0x0323},
    {XKB_KEY_dead_belowdiaeresis, 0x0324}, {XKB_KEY_dead_belowring, 0x0325},
    {XKB_KEY_dead_belowcomma, 0x0326},     {XKB_KEY_dead_cedilla, 0x0327},
    {XKB_KEY_dead_ogonek, 0x0328},         {XKB_KEY_dead_belowcircumflex, 0x032D},
    {XKB_KEY_dead_belowbreve, 0x032E},     {XKB_KEY_dead_belowtilde, 0x0330},
    {XKB_KEY_dead_belowmacron, 0x0331},    {XKB_KEY_dead_stroke, 0x0335},
    {XKB_KEY_dead_greek, 0x0363},          {XKB_KEY_dead_currency, 0x0364},
};

bool is_mark(char16_t character) { return character >= 0x0300 && character < 0x0370; }

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "make_layouts: %s\n", what.c_str());
  std::exit(1);
}

/// What a keysym is in a cell: a character, a dead key's mark, or 0.
char16_t cell_of(xkb_keysym_t keysym) {
  for (const Dead& dead : kDead) {
    if (dead.keysym == keysym) return dead.mark;
  }
  const std::uint32_t character = xkb_keysym_to_utf32(keysym);
  if (character < 0x20 || character == 0x7F || character > 0xFFFF) return 0;
  if (is_mark(static_cast<char16_t>(character))) fail("a layout types a combining character");
  return static_cast<char16_t>(character);
}

template <auto FreeFunction>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    FreeFunction(object);
  }
};
using Context = std::unique_ptr<xkb_context, Free<xkb_context_unref>>;
using Keymap = std::unique_ptr<xkb_keymap, Free<xkb_keymap_unref>>;
using State = std::unique_ptr<xkb_state, Free<xkb_state_unref>>;
using ComposeTable = std::unique_ptr<xkb_compose_table, Free<xkb_compose_table_unref>>;
using ComposeState = std::unique_ptr<xkb_compose_state, Free<xkb_compose_state_unref>>;

struct Table {
  std::array<std::array<char16_t, kKeys.size()>, kLevels> cells{};
  std::array<std::array<char16_t, kKeys.size()>, kLevels> with_caps{};
  bool altgr = false;
};

std::array<std::array<char16_t, kKeys.size()>, kLevels> read_cells(xkb_keymap* keymap, bool caps,
                                                                   bool altgr) {
  std::array<std::array<char16_t, kKeys.size()>, kLevels> cells{};
  const State state(xkb_state_new(keymap));
  if (caps) {
    const auto lock = xkb_keymap_mod_get_index(keymap, XKB_MOD_NAME_CAPS);
    xkb_state_update_mask(state.get(), 0, 0, xkb_mod_mask_t{1} << lock, 0, 0, 0);
  }
  for (int level = 0; level < (altgr ? kLevels : 2); ++level) {
    if ((level & 1) != 0) xkb_state_update_key(state.get(), kLeftShiftCode, XKB_KEY_DOWN);
    if ((level & 2) != 0) xkb_state_update_key(state.get(), kRightAltCode, XKB_KEY_DOWN);
    for (std::size_t key = 0; key < kKeys.size(); ++key) {
      cells[static_cast<std::size_t>(level)][key] =
          cell_of(xkb_state_key_get_one_sym(state.get(), kKeys[key].code + 8U));
    }
    if ((level & 2) != 0) xkb_state_update_key(state.get(), kRightAltCode, XKB_KEY_UP);
    if ((level & 1) != 0) xkb_state_update_key(state.get(), kLeftShiftCode, XKB_KEY_UP);
  }
  return cells;
}

Table read_layout(xkb_context* context, const Wanted& wanted) {
  const xkb_rule_names names = {"evdev", wanted.form == Form::iso ? "pc105" : "pc104",
                                wanted.xkb_layout, wanted.xkb_variant, ""};
  const Keymap keymap(xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS));
  if (keymap == nullptr) fail(std::string("no keymap for ") + wanted.name);
  const State state(xkb_state_new(keymap.get()));
  Table table;
  table.altgr = xkb_state_key_get_one_sym(state.get(), kRightAltCode) == XKB_KEY_ISO_Level3_Shift;
  table.cells = read_cells(keymap.get(), false, table.altgr);
  table.with_caps = read_cells(keymap.get(), true, table.altgr);
  return table;
}

/// The cell that types an ASCII character with the fewest modifiers.
std::uint8_t ascii_cell(const Table& table, const Wanted& wanted, char16_t character) {
  for (const Preferred& preferred : kPreferred) {
    if (std::string(preferred.layout) != wanted.name || preferred.character != character) continue;
    const auto level = static_cast<std::size_t>(preferred.level);
    for (std::size_t key = 0; key < kKeys.size(); ++key) {
      if (kKeys[key].usage == preferred.usage && table.cells[level][key] == character) {
        return static_cast<std::uint8_t>(level * kKeys.size() + key);
      }
    }
    fail("a preferred key does not type its character");
  }
  const std::size_t keys = wanted.form == Form::ansi ? kLastKey : kKeys.size();
  for (std::size_t level = 0; level < kLevels; ++level) {
    for (std::size_t key = 0; key < keys; ++key) {
      if (table.cells[level][key] == character) {
        return static_cast<std::uint8_t>(level * kKeys.size() + key);
      }
    }
  }
  return kNoCell;
}

void print_numbers(const std::vector<unsigned>& numbers, int width) {
  const auto per_line = static_cast<std::size_t>(96 / (width + 4));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool line_ends = (i + 1) % per_line == 0 || i + 1 == numbers.size();
    std::printf("%s0x%0*X,%s", i % per_line == 0 ? "    " : "", width, numbers[i],
                line_ends ? "\n" : " ");
  }
}

struct CapsException {
  unsigned cell;
  unsigned character;
};

void print_layout(const Table& table, const Wanted& wanted) {
  std::vector<unsigned> cells;
  std::vector<unsigned> caps(kKeys.size());
  std::vector<CapsException> exceptions;
  for (std::size_t level = 0; level < kLevels; ++level) {
    for (std::size_t key = 0; key < kKeys.size(); ++key) {
      const char16_t plain = table.cells[level][key];
      const char16_t capped = table.with_caps[level][key];
      cells.push_back(plain);
      if (capped == plain) continue;
      if (capped == table.cells[level ^ 1][key]) {
        caps[key] |= 1U << level;
      } else {
        exceptions.push_back({static_cast<unsigned>(level * kKeys.size() + key), capped});
      }
    }
  }
  std::vector<unsigned> ascii;
  for (char16_t c = 0x20; c < 0x7F; ++c) ascii.push_back(ascii_cell(table, wanted, c));

  std::printf("// ---- %s\n", wanted.title);
  if (!exceptions.empty()) {
    std::printf("constexpr CapsException kCaps_%s[] = {\n", wanted.name);
    for (std::size_t i = 0; i < exceptions.size(); ++i) {
      std::printf("%s{%u, 0x%04X},%s", i % 6 == 0 ? "    " : "", exceptions[i].cell,
                  exceptions[i].character, i % 6 == 5 || i + 1 == exceptions.size() ? "\n" : " ");
    }
    std::printf("};\n");
  }
  std::printf("constexpr LayoutTable kLayout_%s = {\n    \"%s\", \"%s\",\n    {\n", wanted.name,
              wanted.name, wanted.title);
  print_numbers(cells, 4);
  std::printf("    },\n    {\n");
  print_numbers(caps, 1);
  std::printf("    },\n    {\n");
  print_numbers(ascii, 2);
  std::printf("    },\n    ");
  if (exceptions.empty()) {
    std::printf("{},");
  } else {
    std::printf("kCaps_%s,", wanted.name);
  }
  std::printf(" %s, %s};\n\n", wanted.form == Form::ansi ? "true" : "false",
              table.altgr ? "true" : "false");
}

/// One line of the Compose data: what a dead key and the next character make.
struct Composed {
  unsigned result;
  unsigned base;
  unsigned mark;
  auto operator<=>(const Composed&) const = default;
};

std::set<Composed> read_compose(xkb_context* context, const std::set<char16_t>& characters) {
  const ComposeTable table(
      xkb_compose_table_new_from_locale(context, "en_US.UTF-8", XKB_COMPOSE_COMPILE_NO_FLAGS));
  if (table == nullptr) fail("no Compose data for en_US.UTF-8");
  const ComposeState state(xkb_compose_state_new(table.get(), XKB_COMPOSE_STATE_NO_FLAGS));
  const auto keysym_of = [](char16_t character) {
    for (const Dead& dead : kDead) {
      if (dead.mark == character) return dead.keysym;
    }
    return xkb_utf32_to_keysym(character);
  };
  std::set<Composed> composed;
  for (const char16_t mark : characters) {
    if (!is_mark(mark)) continue;
    for (const char16_t base : characters) {
      xkb_compose_state_reset(state.get());
      xkb_compose_state_feed(state.get(), keysym_of(mark));
      xkb_compose_state_feed(state.get(), keysym_of(base));
      if (xkb_compose_state_get_status(state.get()) != XKB_COMPOSE_COMPOSED) continue;
      const xkb_keysym_t keysym = xkb_compose_state_get_one_sym(state.get());
      const std::uint32_t result = xkb_keysym_to_utf32(keysym);
      if (result >= 0x20 && result <= 0xFFFF) composed.insert({result, base, mark});
    }
  }
  return composed;
}

}  // namespace

int main() {
  const Context context(xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES));
  std::printf(
      "// Made by tools/layouts/make_layouts.cpp from the X keyboard data; do not edit.\n"
      "//\n"
      "// For each layout: name; title; what each key types, level by level (plain, Shift, AltGr,\n"
      "// both), a combining character standing for a dead key; for each key the levels at which\n"
      "// Caps Lock acts as Shift, one bit each; for each printable ASCII character the place in\n"
      "// the first table that types it, FF for none; what else Caps Lock changes; whether the\n"
      "// keyboard is an ANSI one; whether right Alt is AltGr.\n\n");
  std::set<char16_t> characters;
  for (const Wanted& wanted : kWanted) {
    const Table table = read_layout(context.get(), wanted);
    for (const auto& cells : {table.cells, table.with_caps}) {
      for (const auto& level : cells) characters.insert(level.begin(), level.end());
    }
    print_layout(table, wanted);
  }
  characters.erase(0);

  std::printf("constexpr const LayoutTable* kTables[] = {\n");
  for (const Wanted& wanted : kWanted) std::printf("    &kLayout_%s,\n", wanted.name);
  std::printf("};\n\n");

  const std::set<Composed> composed = read_compose(context.get(), characters);
  std::vector<unsigned> results;
  std::vector<unsigned> bases;
  std::vector<unsigned> marks;
  for (const Composed& line : composed) {
    results.push_back(line.result);
    bases.push_back(line.base);
    marks.push_back(line.mark - 0x300U);
  }
  std::printf("// What a dead key and the next one make, sorted by the result.\n");
  std::printf("constexpr char16_t kComposeResult[] = {\n");
  print_numbers(results, 4);
  std::printf("};\nconstexpr char16_t kComposeBase[] = {\n");
  print_numbers(bases, 4);
  std::printf("};\n// The dead keys' combining characters, less U+0300.\n");
  std::printf("constexpr std::uint8_t kComposeMark[] = {\n");
  print_numbers(marks, 2);
  std::printf("};\n");
}
