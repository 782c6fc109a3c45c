#include "ports/evdev/key_codes.hpp"

#include <linux/input-event-codes.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pianola::evdev {

namespace {

using hid::consumer_usage;
using hid::keyboard_usage;
using hid::system_usage;
using hid::Usage;

using Row = std::pair<std::uint16_t, Usage>;

// HID Usage Tables, chapters "Keyboard/Keypad Page", "Consumer Page" and "Generic Desktop Page".
// clang-format off
constexpr auto kRows = std::to_array<Row>({
    {KEY_A, keyboard_usage(0x04)}, {KEY_B, keyboard_usage(0x05)}, {KEY_C, keyboard_usage(0x06)},
    {KEY_D, keyboard_usage(0x07)}, {KEY_E, keyboard_usage(0x08)}, {KEY_F, keyboard_usage(0x09)},
    {KEY_G, keyboard_usage(0x0A)}, {KEY_H, keyboard_usage(0x0B)}, {KEY_I, keyboard_usage(0x0C)},
    {KEY_J, keyboard_usage(0x0D)}, {KEY_K, keyboard_usage(0x0E)}, {KEY_L, keyboard_usage(0x0F)},
    {KEY_M, keyboard_usage(0x10)}, {KEY_N, keyboard_usage(0x11)}, {KEY_O, keyboard_usage(0x12)},
    {KEY_P, keyboard_usage(0x13)}, {KEY_Q, keyboard_usage(0x14)}, {KEY_R, keyboard_usage(0x15)},
    {KEY_S, keyboard_usage(0x16)}, {KEY_T, keyboard_usage(0x17)}, {KEY_U, keyboard_usage(0x18)},
    {KEY_V, keyboard_usage(0x19)}, {KEY_W, keyboard_usage(0x1A)}, {KEY_X, keyboard_usage(0x1B)},
    {KEY_Y, keyboard_usage(0x1C)}, {KEY_Z, keyboard_usage(0x1D)}, {KEY_1, keyboard_usage(0x1E)},
    {KEY_2, keyboard_usage(0x1F)}, {KEY_3, keyboard_usage(0x20)}, {KEY_4, keyboard_usage(0x21)},
    {KEY_5, keyboard_usage(0x22)}, {KEY_6, keyboard_usage(0x23)}, {KEY_7, keyboard_usage(0x24)},
    {KEY_8, keyboard_usage(0x25)}, {KEY_9, keyboard_usage(0x26)}, {KEY_0, keyboard_usage(0x27)},
    {KEY_ENTER, keyboard_usage(0x28)}, {KEY_ESC, keyboard_usage(0x29)},
    {KEY_BACKSPACE, keyboard_usage(0x2A)}, {KEY_TAB, keyboard_usage(0x2B)},
    {KEY_SPACE, keyboard_usage(0x2C)}, {KEY_MINUS, keyboard_usage(0x2D)},
    {KEY_EQUAL, keyboard_usage(0x2E)}, {KEY_LEFTBRACE, keyboard_usage(0x2F)},
    {KEY_RIGHTBRACE, keyboard_usage(0x30)}, {KEY_BACKSLASH, keyboard_usage(0x31)},
    {KEY_SEMICOLON, keyboard_usage(0x33)}, {KEY_APOSTROPHE, keyboard_usage(0x34)},
    {KEY_GRAVE, keyboard_usage(0x35)}, {KEY_COMMA, keyboard_usage(0x36)},
    {KEY_DOT, keyboard_usage(0x37)}, {KEY_SLASH, keyboard_usage(0x38)},
    {KEY_CAPSLOCK, keyboard_usage(0x39)}, {KEY_F1, keyboard_usage(0x3A)},
    {KEY_F2, keyboard_usage(0x3B)}, {KEY_F3, keyboard_usage(0x3C)}, {KEY_F4, keyboard_usage(0x3D)},
    {KEY_F5, keyboard_usage(0x3E)}, {KEY_F6, keyboard_usage(0x3F)}, {KEY_F7, keyboard_usage(0x40)},
    {KEY_F8, keyboard_usage(0x41)}, {KEY_F9, keyboard_usage(0x42)}, {KEY_F10, keyboard_usage(0x43)},
    {KEY_F11, keyboard_usage(0x44)}, {KEY_F12, keyboard_usage(0x45)},
    {KEY_SYSRQ, keyboard_usage(0x46)}, {KEY_SCROLLLOCK, keyboard_usage(0x47)},
    {KEY_PAUSE, keyboard_usage(0x48)}, {KEY_INSERT, keyboard_usage(0x49)},
    {KEY_HOME, keyboard_usage(0x4A)}, {KEY_PAGEUP, keyboard_usage(0x4B)},
    {KEY_DELETE, keyboard_usage(0x4C)}, {KEY_END, keyboard_usage(0x4D)},
    {KEY_PAGEDOWN, keyboard_usage(0x4E)}, {KEY_RIGHT, keyboard_usage(0x4F)},
    {KEY_LEFT, keyboard_usage(0x50)}, {KEY_DOWN, keyboard_usage(0x51)},
    {KEY_UP, keyboard_usage(0x52)}, {KEY_NUMLOCK, keyboard_usage(0x53)},
    {KEY_KPSLASH, keyboard_usage(0x54)}, {KEY_KPASTERISK, keyboard_usage(0x55)},
    {KEY_KPMINUS, keyboard_usage(0x56)}, {KEY_KPPLUS, keyboard_usage(0x57)},
    {KEY_KPENTER, keyboard_usage(0x58)}, {KEY_KP1, keyboard_usage(0x59)},
    {KEY_KP2, keyboard_usage(0x5A)}, {KEY_KP3, keyboard_usage(0x5B)},
    {KEY_KP4, keyboard_usage(0x5C)}, {KEY_KP5, keyboard_usage(0x5D)},
    {KEY_KP6, keyboard_usage(0x5E)}, {KEY_KP7, keyboard_usage(0x5F)},
    {KEY_KP8, keyboard_usage(0x60)}, {KEY_KP9, keyboard_usage(0x61)},
    {KEY_KP0, keyboard_usage(0x62)}, {KEY_KPDOT, keyboard_usage(0x63)},
    {KEY_102ND, keyboard_usage(0x64)}, {KEY_COMPOSE, keyboard_usage(0x65)},
    {KEY_POWER, keyboard_usage(0x66)}, {KEY_KPEQUAL, keyboard_usage(0x67)},
    {KEY_F13, keyboard_usage(0x68)}, {KEY_F14, keyboard_usage(0x69)},
    {KEY_F15, keyboard_usage(0x6A)}, {KEY_F16, keyboard_usage(0x6B)},
    {KEY_F17, keyboard_usage(0x6C)}, {KEY_F18, keyboard_usage(0x6D)},
    {KEY_F19, keyboard_usage(0x6E)}, {KEY_F20, keyboard_usage(0x6F)},
    {KEY_F21, keyboard_usage(0x70)}, {KEY_F22, keyboard_usage(0x71)},
    {KEY_F23, keyboard_usage(0x72)}, {KEY_F24, keyboard_usage(0x73)},
    {KEY_OPEN, keyboard_usage(0x74)}, {KEY_HELP, keyboard_usage(0x75)},
    {KEY_PROPS, keyboard_usage(0x76)}, {KEY_FRONT, keyboard_usage(0x77)},
    {KEY_STOP, keyboard_usage(0x78)}, {KEY_AGAIN, keyboard_usage(0x79)},
    {KEY_UNDO, keyboard_usage(0x7A)}, {KEY_CUT, keyboard_usage(0x7B)},
    {KEY_COPY, keyboard_usage(0x7C)}, {KEY_PASTE, keyboard_usage(0x7D)},
    {KEY_FIND, keyboard_usage(0x7E)}, {KEY_KPCOMMA, keyboard_usage(0x85)},
    {KEY_RO, keyboard_usage(0x87)}, {KEY_KATAKANAHIRAGANA, keyboard_usage(0x88)},
    {KEY_YEN, keyboard_usage(0x89)}, {KEY_HENKAN, keyboard_usage(0x8A)},
    {KEY_MUHENKAN, keyboard_usage(0x8B)}, {KEY_KPJPCOMMA, keyboard_usage(0x8C)},
    {KEY_HANGEUL, keyboard_usage(0x90)}, {KEY_HANJA, keyboard_usage(0x91)},
    {KEY_KATAKANA, keyboard_usage(0x92)}, {KEY_HIRAGANA, keyboard_usage(0x93)},
    {KEY_ZENKAKUHANKAKU, keyboard_usage(0x94)}, {KEY_KPLEFTPAREN, keyboard_usage(0xB6)},
    {KEY_KPRIGHTPAREN, keyboard_usage(0xB7)}, {KEY_LEFTCTRL, keyboard_usage(0xE0)},
    {KEY_LEFTSHIFT, keyboard_usage(0xE1)}, {KEY_LEFTALT, keyboard_usage(0xE2)},
    {KEY_LEFTMETA, keyboard_usage(0xE3)}, {KEY_RIGHTCTRL, keyboard_usage(0xE4)},
    {KEY_RIGHTSHIFT, keyboard_usage(0xE5)}, {KEY_RIGHTALT, keyboard_usage(0xE6)},
    {KEY_RIGHTMETA, keyboard_usage(0xE7)},

    {KEY_MUTE, consumer_usage(0x0E2)}, {KEY_VOLUMEUP, consumer_usage(0x0E9)},
    {KEY_VOLUMEDOWN, consumer_usage(0x0EA)}, {KEY_PLAYPAUSE, consumer_usage(0x0CD)},
    {KEY_PLAY, consumer_usage(0x0B0)}, {KEY_PAUSECD, consumer_usage(0x0B1)},
    {KEY_RECORD, consumer_usage(0x0B2)}, {KEY_FASTFORWARD, consumer_usage(0x0B3)},
    {KEY_REWIND, consumer_usage(0x0B4)}, {KEY_NEXTSONG, consumer_usage(0x0B5)},
    {KEY_PREVIOUSSONG, consumer_usage(0x0B6)}, {KEY_STOPCD, consumer_usage(0x0B7)},
    {KEY_EJECTCD, consumer_usage(0x0B8)}, {KEY_BRIGHTNESSUP, consumer_usage(0x06F)},
    {KEY_BRIGHTNESSDOWN, consumer_usage(0x070)}, {KEY_CONFIG, consumer_usage(0x183)},
    {KEY_MAIL, consumer_usage(0x18A)}, {KEY_CALC, consumer_usage(0x192)},
    {KEY_FILE, consumer_usage(0x194)}, {KEY_WWW, consumer_usage(0x196)},
    {KEY_COFFEE, consumer_usage(0x19E)}, {KEY_SEARCH, consumer_usage(0x221)},
    {KEY_HOMEPAGE, consumer_usage(0x223)}, {KEY_BACK, consumer_usage(0x224)},
    {KEY_FORWARD, consumer_usage(0x225)}, {KEY_REFRESH, consumer_usage(0x227)},
    {KEY_BOOKMARKS, consumer_usage(0x22A)},

    {KEY_SLEEP, system_usage(0x82)}, {KEY_WAKEUP, system_usage(0x83)},
});
// clang-format on

}  // namespace

std::optional<Usage> usage_of(std::uint16_t code) {
  const auto found = std::ranges::find(kRows, code, &Row::first);
  if (found == kRows.end()) return std::nullopt;
  return found->second;
}

std::uint16_t led_code(unsigned bit) {
  constexpr std::array<std::uint16_t, 5> kCodes = {LED_NUML, LED_CAPSL, LED_SCROLLL, LED_COMPOSE,
                                                   LED_KANA};
  return kCodes.at(bit);
}

}  // namespace pianola::evdev
