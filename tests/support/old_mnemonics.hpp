#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pianola::test {

/// A name of a key in old files and the usage (hid::Usage) that it means.
struct OldMnemonic {
  std::string_view name;
  std::uint16_t usage;
};

/// The 90 names of old files (HID Usage Tables 1.5, section 10). MUTE and the volume keys are the
/// consumer usages of section 15, because hosts ignore those of the keyboard page
/// (hid/key_names.hpp).
inline constexpr std::array kOldMnemonics = std::to_array<OldMnemonic>({
    {"ENTER", 0x28},
    {"ESC", 0x29},
    {"BACKSPACE", 0x2A},
    {"TAB", 0x2B},
    {"SPACE", 0x2C},
    {"CAPSLOCK", 0x39},
    {"F1", 0x3A},
    {"F2", 0x3B},
    {"F3", 0x3C},
    {"F4", 0x3D},
    {"F5", 0x3E},
    {"F6", 0x3F},
    {"F7", 0x40},
    {"F8", 0x41},
    {"F9", 0x42},
    {"F10", 0x43},
    {"F11", 0x44},
    {"F12", 0x45},
    {"PRINTSCREEN", 0x46},
    {"SCROLLLOCK", 0x47},
    {"PAUSE", 0x48},
    {"INSERT", 0x49},
    {"HOME", 0x4A},
    {"PAGEUP", 0x4B},
    {"DELETE", 0x4C},
    {"END", 0x4D},
    {"PAGEDOWN", 0x4E},
    {"RIGHT_ARROW", 0x4F},
    {"LEFT_ARROW", 0x50},
    {"DOWN_ARROW", 0x51},
    {"UP_ARROW", 0x52},
    {"NUMLOCK", 0x53},
    {"KP_DIVIDE", 0x54},
    {"KP_MULTIPLY", 0x55},
    {"KP_MINUS", 0x56},
    {"KP_PLUS", 0x57},
    {"KP_ENTER", 0x58},
    {"KP_1", 0x59},
    {"KP_2", 0x5A},
    {"KP_3", 0x5B},
    {"KP_4", 0x5C},
    {"KP_5", 0x5D},
    {"KP_6", 0x5E},
    {"KP_7", 0x5F},
    {"KP_8", 0x60},
    {"KP_9", 0x61},
    {"KP_0", 0x62},
    {"KP_DOT", 0x63},
    {"APPLICATION", 0x65},
    {"POWER", 0x66},
    {"KP_EQUALS", 0x67},
    {"F13", 0x68},
    {"F14", 0x69},
    {"F15", 0x6A},
    {"F16", 0x6B},
    {"F17", 0x6C},
    {"F18", 0x6D},
    {"F19", 0x6E},
    {"F20", 0x6F},
    {"F21", 0x70},
    {"F22", 0x71},
    {"F23", 0x72},
    {"F24", 0x73},
    {"EXECUTE", 0x74},
    {"HELP", 0x75},
    {"MENU", 0x76},
    {"SELECT", 0x77},
    {"STOP", 0x78},
    {"AGAIN", 0x79},
    {"UNDO", 0x7A},
    {"CUT", 0x7B},
    {"COPY", 0x7C},
    {"PASTE", 0x7D},
    {"FIND", 0x7E},
    {"MUTE", 0x10E2},
    {"VOLUME_UP", 0x10E9},
    {"VOLUME_DOWN", 0x10EA},
    {"LOCKING_CAPS_LOCK", 0x82},
    {"LOCKING_NUM_LOCK", 0x83},
    {"LOCKING_SCROLL_LOCK", 0x84},
    {"KP_COMMA", 0x85},
    {"KP_EQUALS_AS400", 0x86},
    {"LEFT_CTRL", 0xE0},
    {"LEFT_SHIFT", 0xE1},
    {"LEFT_ALT", 0xE2},
    {"LEFT_GUI", 0xE3},
    {"RIGHT_CTRL", 0xE4},
    {"RIGHT_SHIFT", 0xE5},
    {"RIGHT_ALT", 0xE6},
    {"RIGHT_GUI", 0xE7},
});
static_assert(kOldMnemonics.size() == 90);

}  // namespace pianola::test
