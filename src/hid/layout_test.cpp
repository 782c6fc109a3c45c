#include "hid/layout.hpp"

#include <gtest/gtest.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon-keysyms.h>
#include <xkbcommon/xkbcommon.h>

#include <array>
#include <bit>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pianola::hid {
namespace {

// ---- A host: what libxkbcommon shows for strokes ----------------------------------------------

/// What the X keyboard data call a layout.
struct XkbName {
  const char* layout;
  const char* variant;
  const char* model;
};
const std::map<std::string, XkbName> kXkbNames = {
    {"uk", {"gb", "", "pc105"}},
    {"us", {"us", "", "pc104"}},
    {"de", {"de", "", "pc105"}},
    {"fr", {"fr", "", "pc105"}},
    {"es", {"es", "", "pc105"}},
    {"it", {"it", "", "pc105"}},
    {"se", {"se", "", "pc105"}},
    {"dvorak", {"us", "dvorak", "pc104"}},
    {"colemak", {"us", "colemak", "pc104"}},
    {"workman", {"us", "workman", "pc104"}},
    {"no", {"no", "", "pc105"}},
    {"dk", {"dk", "", "pc105"}},
    {"fi", {"fi", "", "pc105"}},
    {"pt", {"pt", "", "pc105"}},
    {"ch", {"ch", "", "pc105"}},
    {"be", {"be", "", "pc105"}},
    {"nl", {"nl", "", "pc105"}},
    {"pl", {"pl", "", "pc104"}},
};

/// Linux's key codes (linux/input-event-codes.h) for the usages 04–38, as its HID driver maps them.
constexpr std::array<std::uint8_t, 0x35> kCodes = {
    30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19,
    31, 20, 22, 47, 17, 45, 21, 44, 2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
    28, 1,  14, 15, 57, 12, 13, 26, 27, 43, 43, 39, 40, 41, 51, 52, 53};
/// And for E0–E7.
constexpr std::array<std::uint8_t, 8> kModifierCodes = {29, 42, 56, 125, 97, 54, 100, 126};

xkb_keycode_t keycode(std::uint8_t usage) {
  if (usage >= 0x04 && usage <= 0x38) return kCodes[usage - 0x04U] + 8U;
  return usage == 0x64 ? 86 + 8 : 0;
}

bool has_characters(std::uint8_t usage) {
  return (usage >= 0x04 && usage <= 0x27) || (usage >= 0x2C && usage <= 0x38) || usage == 0x64;
}

std::vector<std::uint8_t> character_keys() {
  std::vector<std::uint8_t> keys;
  for (unsigned usage = 0; usage < 256; ++usage) {
    if (has_characters(static_cast<std::uint8_t>(usage))) {
      keys.push_back(static_cast<std::uint8_t>(usage));
    }
  }
  return keys;
}

/// Beyond all characters of the layouts but a few signs that a dead currency key makes.
constexpr char32_t kCharacterLimit = 0x2800;

constexpr std::array<Modifiers, 4> kLevelModifiers = {0, kLShift, kRAlt, kLShift | kRAlt};

class Host {
 public:
  explicit Host(const Layout& layout)
      : context_(xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES), xkb_context_unref),
        keymap_(nullptr, xkb_keymap_unref),
        compose_table_(xkb_compose_table_new_from_locale(context_.get(), "en_US.UTF-8",
                                                         XKB_COMPOSE_COMPILE_NO_FLAGS),
                       xkb_compose_table_unref),
        compose_(xkb_compose_state_new(compose_table_.get(), XKB_COMPOSE_STATE_NO_FLAGS),
                 xkb_compose_state_unref) {
    const XkbName& name = kXkbNames.at(std::string(layout.name()));
    iso_ = std::string_view(name.model) == "pc105";
    const xkb_rule_names names = {"evdev", name.model, name.layout, name.variant, ""};
    keymap_.reset(xkb_keymap_new_from_names(context_.get(), &names, XKB_KEYMAP_COMPILE_NO_FLAGS));
    for (const bool caps : {false, true}) {
      for (const std::uint8_t usage : character_keys()) {
        for (std::size_t level = 0; level < kLevelModifiers.size(); ++level) {
          keysyms_[caps ? 1 : 0][level][usage] = look_up({kLevelModifiers[level], usage}, caps);
        }
      }
    }
  }

  /// Whether the keyboard has the key 64.
  bool is_iso() const { return iso_; }

  bool has_altgr() const {
    const State state(xkb_state_new(keymap_.get()), xkb_state_unref);
    return xkb_state_key_get_one_sym(state.get(), kModifierCodes[6] + 8U) ==
           XKB_KEY_ISO_Level3_Shift;
  }

  /// The keysym of a stroke with Shift and right Alt only, from a fresh keyboard.
  xkb_keysym_t keysym(Stroke stroke, bool caps) const {
    std::size_t level = 0;
    if ((stroke.mods & (kLShift | kRShift)) != 0) level |= 1;
    if ((stroke.mods & kRAlt) != 0) level |= 2;
    return keysyms_[caps ? 1 : 0][level][stroke.usage];
  }

  /// The text that `strokes` type.
  std::u32string type(const Strokes& strokes, bool caps = false) {
    xkb_compose_state_reset(compose_.get());
    std::u32string text;
    for (std::size_t i = 0; i < strokes.count; ++i) text += feed(keysym(strokes.stroke[i], caps));
    return text;
  }

 private:
  using State = std::unique_ptr<xkb_state, decltype(&xkb_state_unref)>;

  xkb_keysym_t look_up(Stroke stroke, bool caps) const {
    const State state(xkb_state_new(keymap_.get()), xkb_state_unref);
    if (caps) {
      const auto lock = xkb_keymap_mod_get_index(keymap_.get(), XKB_MOD_NAME_CAPS);
      xkb_state_update_mask(state.get(), 0, 0, 1U << lock, 0, 0, 0);
    }
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((stroke.mods >> bit & 1) == 0) continue;
      xkb_state_update_key(state.get(), kModifierCodes[bit] + 8U, XKB_KEY_DOWN);
    }
    return xkb_state_key_get_one_sym(state.get(), keycode(stroke.usage));
  }

  std::u32string feed(xkb_keysym_t keysym) {
    xkb_compose_state_feed(compose_.get(), keysym);
    switch (xkb_compose_state_get_status(compose_.get())) {
      case XKB_COMPOSE_NOTHING:
        break;
      case XKB_COMPOSE_COMPOSING:
        return U"";
      case XKB_COMPOSE_COMPOSED:
        keysym = xkb_compose_state_get_one_sym(compose_.get());
        break;
      case XKB_COMPOSE_CANCELLED:
        return U"\uFFFD";
    }
    const std::uint32_t character = xkb_keysym_to_utf32(keysym);
    return character == 0 ? U"" : std::u32string(1, character);
  }

  std::unique_ptr<xkb_context, decltype(&xkb_context_unref)> context_;
  std::unique_ptr<xkb_keymap, decltype(&xkb_keymap_unref)> keymap_;
  std::unique_ptr<xkb_compose_table, decltype(&xkb_compose_table_unref)> compose_table_;
  std::unique_ptr<xkb_compose_state, decltype(&xkb_compose_state_unref)> compose_;
  xkb_keysym_t keysyms_[2][4][256] = {};
  bool iso_ = false;
};

bool is_dead_keysym(xkb_keysym_t keysym) { return keysym >= 0xFE50 && keysym <= 0xFE93; }

/// The character of a keysym that is none of a dead key; 0 if it has none.
char32_t character_of(xkb_keysym_t keysym) {
  return is_dead_keysym(keysym) ? 0 : xkb_keysym_to_utf32(keysym);
}

/// Whether `keysym` is the one by which its character is usually known.
bool is_usual(xkb_keysym_t keysym) {
  const char32_t character = character_of(keysym);
  return character == 0 || xkb_utf32_to_keysym(character) == keysym;
}

std::string hex(char32_t character) {
  char text[16];
  std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(character));
  return text;
}

/// All strokes of Shift, AltGr and a key that has characters.
std::vector<Stroke> all_strokes(const Host& host) {
  std::vector<Stroke> strokes;
  for (const Modifiers mods : kLevelModifiers) {
    if ((mods & kRAlt) != 0 && !host.has_altgr()) continue;
    for (const std::uint8_t usage : character_keys()) strokes.push_back({mods, usage});
  }
  return strokes;
}

class EachLayout : public ::testing::TestWithParam<Layout> {
 protected:
  const Layout& layout_ = GetParam();
  Host host_{layout_};
};

INSTANTIATE_TEST_SUITE_P(Layouts, EachLayout,
                         ::testing::ValuesIn(layouts().begin(), layouts().end()),
                         [](const auto& parameter) { return std::string(parameter.param.name()); });

// ---- Against the host -------------------------------------------------------------------------

TEST_P(EachLayout, TypesAllPrintableAscii) {
  for (char32_t character = 0x20; character < 0x7F; ++character) {
    EXPECT_EQ(host_.type(layout_.strokes(character)), std::u32string(1, character))
        << hex(character);
  }
}

TEST_P(EachLayout, HostShowsEveryCharacterThatHasStrokes) {
  for (char32_t character = 0x20; character <= 0xFFFF; ++character) {
    const Strokes strokes = layout_.strokes(character);
    if (strokes.count == 0) continue;
    EXPECT_EQ(host_.type(strokes), std::u32string(1, character)) << hex(character);
  }
}

TEST_P(EachLayout, HasStrokesForEveryCharacterOfItsKeys) {
  for (const Stroke stroke : all_strokes(host_)) {
    if (stroke.usage == 0x64 && !host_.is_iso()) continue;
    const char32_t character = character_of(host_.keysym(stroke, false));
    if (character == 0) continue;
    const Strokes strokes = layout_.strokes(character);
    ASSERT_EQ(strokes.count, 1) << hex(character);
    // These are typed as Windows can type them too, with one modifier more.
    if (layout_.name() == "it" && (character == U'{' || character == U'}')) continue;
    EXPECT_LE(std::popcount(strokes.stroke[0].mods), std::popcount(stroke.mods)) << hex(character);
  }
}

TEST_P(EachLayout, TypesWhatCapsLockWouldChange) {
  for (char32_t character = 0x20; character < kCharacterLimit; ++character) {
    const Strokes strokes = layout_.strokes(character, true);
    if (strokes.count == 0) continue;
    EXPECT_EQ(host_.type(strokes, true), std::u32string(1, character)) << hex(character);
  }
  for (char32_t character = 0x20; character < 0x7F; ++character) {
    EXPECT_NE(layout_.strokes(character, true).count, 0) << hex(character);
  }
}

TEST_P(EachLayout, DecodesAsTheHost) {
  for (const bool caps : {false, true}) {
    for (const Stroke stroke : all_strokes(host_)) {
      const xkb_keysym_t keysym = host_.keysym(stroke, caps);
      EXPECT_EQ(layout_.is_dead(stroke, caps), is_dead_keysym(keysym)) << hex(stroke.usage);
      EXPECT_EQ(layout_.decode(stroke, caps), character_of(keysym))
          << hex(stroke.usage) << " mods " << int{stroke.mods} << " caps " << caps;
    }
  }
}

TEST_P(EachLayout, ComposesAsTheHost) {
  const std::vector<Stroke> strokes = all_strokes(host_);
  for (const bool caps : {false, true}) {
    for (const Stroke dead : strokes) {
      if (!layout_.is_dead(dead, caps)) continue;
      for (const Stroke base : strokes) {
        // Caps Lock makes a second keysym of S from a long s, which the Compose data do not know.
        if (!is_usual(host_.keysym(base, caps))) continue;
        std::u32string expected = host_.type({.stroke = {dead, base}, .count = 2}, caps);
        if (expected == U"\uFFFD") expected.clear();  // the two do not compose
        const char32_t composed = layout_.compose(dead, base, caps);
        EXPECT_EQ(composed == 0 ? U"" : std::u32string(1, composed), expected)
            << hex(dead.usage) << " then " << hex(base.usage);
      }
    }
  }
}

TEST_P(EachLayout, RightAltIsAltGrWhereTheHostSaysSo) {
  const bool altgr = layout_.decode({kRAlt, id(kSpace) & 0xFF}) != 0;
  EXPECT_EQ(altgr, host_.has_altgr());
}

TEST_P(EachLayout, KeyOfIsTheKeyOfTheFirstStroke) {
  for (char32_t character = 0x20; character < 0x7F; ++character) {
    const auto key = layout_.key_of(character);
    ASSERT_TRUE(key.has_value()) << hex(character);
    if (character >= U'0' && character <= U'9') {
      EXPECT_EQ(*key, character == U'0' ? 0x27 : 0x1E + (character - U'1'));
    } else {
      EXPECT_EQ(*key, layout_.strokes(character).stroke[0].usage) << hex(character);
    }
  }
  for (char32_t letter = U'a'; letter <= U'z'; ++letter) {
    EXPECT_EQ(layout_.key_of(letter), layout_.key_of(letter - 32));
  }
}

// ---- Facts ------------------------------------------------------------------------------------

Strokes one(Modifiers mods, std::uint8_t usage) {
  return {.stroke = {Stroke{mods, usage}}, .count = 1};
}

bool operator==(const Strokes& a, const Strokes& b) {
  return a.count == b.count && a.stroke == b.stroke;
}

TEST(LayoutTest, UkSpecialCharacters) {
  const Layout& uk = default_layout();
  EXPECT_EQ(uk.name(), "uk");
  EXPECT_TRUE(uk.strokes(U'"') == one(0x02, 0x1F));
  EXPECT_TRUE(uk.strokes(U'@') == one(0x02, 0x34));
  EXPECT_TRUE(uk.strokes(U'\'') == one(0x00, 0x34));
  EXPECT_TRUE(uk.strokes(U'#') == one(0x00, 0x32));
  EXPECT_TRUE(uk.strokes(U'~') == one(0x02, 0x32));
  EXPECT_TRUE(uk.strokes(U'£') == one(0x02, 0x20));
  EXPECT_TRUE(uk.strokes(U'`') == one(0x00, 0x35));
  EXPECT_TRUE(uk.strokes(U'\\') == one(0x00, 0x64));
  EXPECT_TRUE(uk.strokes(U'|') == one(0x02, 0x64));
  EXPECT_TRUE(uk.strokes(U'¬') == one(0x02, 0x35));
  EXPECT_TRUE(uk.strokes(U'€') == one(0x40, 0x21));
}

TEST(LayoutTest, AnsiLayoutsUseTheAnsiKeys) {
  for (const std::string_view name : {"us", "dvorak", "colemak", "workman", "pl"}) {
    const Layout& layout = *find_layout(name);
    EXPECT_TRUE(layout.strokes(U'\\') == one(0x00, 0x31)) << name;
    EXPECT_TRUE(layout.strokes(U'|') == one(0x02, 0x31)) << name;
    for (char32_t character = 0x20; character <= 0xFFFF; ++character) {
      const Strokes strokes = layout.strokes(character);
      for (std::size_t i = 0; i < strokes.count; ++i) {
        EXPECT_NE(strokes.stroke[i].usage, 0x64) << name << " " << hex(character);
        EXPECT_NE(strokes.stroke[i].usage, 0x32) << name << " " << hex(character);
      }
    }
  }
}

TEST(LayoutTest, DeadKeys) {
  const Layout& de = *find_layout("de");
  const Strokes e_acute = de.strokes(U'é');
  ASSERT_EQ(e_acute.count, 2);
  EXPECT_EQ(e_acute.stroke[0], (Stroke{0, 0x2E}));
  EXPECT_EQ(e_acute.stroke[1], (Stroke{0, 0x08}));
  EXPECT_TRUE(de.is_dead({0, 0x2E}));
  EXPECT_EQ(de.decode({0, 0x2E}), 0U);
  EXPECT_EQ(de.compose({0, 0x2E}, {kRShift, 0x08}), U'É');
  EXPECT_EQ(de.compose({0, 0x2E}, {0, 0x14}), 0U);  // there is no q with an acute accent
  EXPECT_EQ(de.compose({0, 0x04}, {0, 0x08}), 0U);  // a is no dead key

  const Strokes circumflex = de.strokes(U'^');
  ASSERT_EQ(circumflex.count, 2);
  EXPECT_EQ(circumflex.stroke[0], (Stroke{0, 0x35}));
  EXPECT_EQ(circumflex.stroke[1], (Stroke{0, 0x2C}));
  EXPECT_EQ(de.key_of(U'^'), 0x35);
  EXPECT_EQ(de.key_of(U'é'), std::nullopt);
  EXPECT_EQ(de.key_of(U'ä'), 0x34);
  EXPECT_EQ(de.key_of(U'Ä'), 0x34);

  EXPECT_EQ(find_layout("us")->strokes(U'é').count, 0);
  EXPECT_EQ(find_layout("fr")->strokes(U'é').count, 1);
  EXPECT_EQ(find_layout("fr")->strokes(U'ê').count, 2);
  EXPECT_EQ(find_layout("es")->strokes(U'á').count, 2);
  EXPECT_EQ(find_layout("se")->strokes(U'ë').count, 2);
}

TEST(LayoutTest, ControlKeys) {
  for (const Layout& layout : layouts()) {
    EXPECT_TRUE(layout.strokes(U'\n') == one(0, 0x28));
    EXPECT_TRUE(layout.strokes(U'\t') == one(0, 0x2B));
    EXPECT_TRUE(layout.strokes(0x1B) == one(0, 0x29));
    EXPECT_TRUE(layout.strokes(U'\b') == one(0, 0x2A));
    for (const char32_t character : {U'\n', U'\t', U'\b', char32_t{0x1B}}) {
      EXPECT_EQ(layout.decode(layout.strokes(character).stroke[0]), character);
    }
  }
}

TEST(LayoutTest, WhatHasNoStrokes) {
  for (const Layout& layout : layouts()) {
    for (const char32_t character :
         {char32_t{0}, char32_t{1}, U'\r', char32_t{0x7F}, char32_t{0x0301}, char32_t{0x4E00},
          char32_t{0xD800}, char32_t{0x1F600}, char32_t{0x10061}, char32_t{0xFFFFFFFF}}) {
      EXPECT_EQ(layout.strokes(character).count, 0) << hex(character);
      EXPECT_EQ(layout.strokes(character, true).count, 0) << hex(character);
      EXPECT_EQ(layout.key_of(character), std::nullopt) << hex(character);
    }
  }
}

TEST(LayoutTest, ShortcutsShowNothing) {
  for (const Modifiers mods : {kLCtrl, kRCtrl, kLAlt, kLGui, kRGui}) {
    EXPECT_EQ(default_layout().decode({mods, 0x04}), 0U);
    EXPECT_EQ(default_layout().decode({mods, 0x28}), 0U);
    EXPECT_FALSE(find_layout("de")->is_dead({mods, 0x2E}));
  }
  EXPECT_EQ(find_layout("us")->decode({kRAlt, 0x04}), 0U);
  EXPECT_EQ(default_layout().decode({kRShift, 0x04}), U'A');
  EXPECT_EQ(default_layout().decode({0, 0x3A}), 0U);
  EXPECT_EQ(default_layout().decode({0, 0x00}), 0U);
  EXPECT_EQ(default_layout().decode({0, 0xFF}), 0U);
}

TEST(LayoutTest, KeypadWithNumLock) {
  EXPECT_EQ(default_layout().decode({0, 0x54}), U'/');
  EXPECT_EQ(default_layout().decode({0, 0x58}), U'\n');
  EXPECT_EQ(default_layout().decode({0, 0x59}), U'1');
  EXPECT_EQ(default_layout().decode({0, 0x62}), U'0');
  EXPECT_EQ(default_layout().decode({0, 0x63}), U'.');
}

TEST(LayoutTest, EitherUsageOfTheKeyBesideEnterDecodes) {
  EXPECT_EQ(default_layout().decode({0, 0x31}), U'#');
  EXPECT_EQ(find_layout("us")->decode({0, 0x32}), U'\\');
}

// ---- Names ------------------------------------------------------------------------------------

TEST(LayoutTest, Names) {
  EXPECT_EQ(find_layout("UK"), &default_layout());
  EXPECT_EQ(find_layout("gb"), &default_layout());
  EXPECT_EQ(find_layout("Colemak")->name(), "colemak");
  EXPECT_EQ(find_layout(""), nullptr);
  EXPECT_EQ(find_layout("ukk"), nullptr);
  for (const Layout& layout : layouts()) {
    EXPECT_EQ(find_layout(layout.name()), &layout);
    EXPECT_FALSE(layout.title().empty());
    EXPECT_TRUE(kXkbNames.contains(std::string(layout.name())));
  }
  EXPECT_EQ(layouts().size(), kXkbNames.size());
}

TEST(LayoutTest, ClosestName) {
  EXPECT_EQ(closest_layout_name("dvorka"), "dvorak");
  EXPECT_EQ(closest_layout_name("DVORK"), "dvorak");
  EXPECT_EQ(closest_layout_name("colemakk"), "colemak");
  EXPECT_EQ(closest_layout_name("ukk"), "uk");
  EXPECT_EQ(closest_layout_name("u"), "");
  EXPECT_EQ(closest_layout_name("russian"), "");
  EXPECT_EQ(closest_layout_name(""), "");
  EXPECT_EQ(closest_layout_name(std::string(1000, 'u')), "");
}

TEST(Layout, AsciiStrokesAreTheStrokesOfOneKey) {
  for (const Layout& layout : layouts()) {
    for (char32_t character = 0; character < 0x180; ++character) {
      const Strokes strokes = layout.strokes(character);
      const bool plain = character >= 0x20 && character <= 0x7E && strokes.count == 1;
      EXPECT_EQ(layout.ascii_stroke(character), plain ? strokes.stroke[0] : Stroke{})
          << layout.name() << ' ' << static_cast<unsigned>(character);
    }
  }
}

}  // namespace
}  // namespace pianola::hid
