#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace pianola::lang {

/// What an operand is and how it is stored.
enum class OperandKind : std::uint8_t {
  none,
  number,    ///< Unsigned, LEB128, at most 5 bytes (32 bits).
  integer,   ///< Signed 32-bit, zigzag, then LEB128.
  slot,      ///< One byte: the number of a local in the frame.
  mods,      ///< One byte: modifiers as in a report (HID 1.11, 8.3).
  key,       ///< LEB128 of a KeyRef: a usage, or a character that the layout maps.
  label,     ///< LEB128: the number of a label of this body.
  distance,  ///< LEB128: bytes from the start of this instruction back to the target.
  name,      ///< One length byte (1 to 31), then that many bytes.
  text,      ///< One length byte (0 to 127), then that many bytes of UTF-8, whole characters.
  keys,      ///< One count byte (0 to 6), then that many keyboard usages, one byte each.
  trigger,   ///< A Trigger as trigger.hpp stores it.
  labels,    ///< One count byte, then 6 bytes each: label (2), code offset (3), depth (1).
};

// One row an opcode: symbol, mnemonic, up to four operands, values popped, values pushed, meaning.
//
// A definition's code is a run of instructions: a declaration, then (for a binding or a macro) its
// body up to END. All multi-byte numbers are little-endian. Code offsets count from the start of
// the definition's code.
//
// clang-format off
#define PIANOLA_OPCODES(X) \
  /* Declarations. */ \
  X(set_number,   "SET",         number,  number,  none,   none, 0, 0, "setting (1) has the value (2)") \
  X(set_name,     "SETNAME",     number,  name,    none,   none, 0, 0, "setting (1) has the value named (2)") \
  X(variable,     "VAR",         name,    integer, none,   none, 0, 0, "global (1) starts as (2)") \
  X(macro,        "MACRO",       name,    number,  none,   none, 0, 0, "macro (1) with (2) parameters; its body follows") \
  X(bind,         "BIND",        trigger, none,    none,   none, 0, 0, "binding of (1); its options and body follow") \
  X(remap,        "REMAP",       trigger, mods,    key,    none, 0, 0, "(1) sends the chord (2)+(3) while it is down") \
  X(remap_none,   "REMAPNONE",   trigger, none,    none,   none, 0, 0, "(1) does nothing") \
  X(remap_hold,   "REMAPHOLD",   mods,    key,     none,   none, 0, 0, "the remap before sends chord (1)+(2) when held") \
  X(remap_layer,  "REMAPLAYER",  name,    none,    none,   none, 0, 0, "the remap before turns layer (1) on when held") \
  X(layer,        "LAYER",       name,    none,    none,   none, 0, 0, "layer (1); its bindings and remaps follow") \
  X(layer_end,    "LAYEREND",    none,    none,    none,   none, 0, 0, "end of the layer") \
  X(private_next, "PRIVATE",     none,    none,    none,   none, 0, 0, "the declaration that follows is private") \
  X(option_again, "AGAIN",       number,  none,    none,   none, 0, 0, "pressed while it runs: 0 ignore 1 stop 2 restart 3 parallel") \
  X(option_typing,"TYPING",      number,  none,    none,   none, 0, 0, "typing of this binding, as the setting") \
  X(option_layout,"LAYOUT",      name,    none,    none,   none, 0, 0, "layout of this binding") \
  X(end,          "END",         number,  number,  none,   none, 0, 0, "end of the body: frame of (1) slots; last LABELS at (2)-1, 0 if none") \
  /* Keys. */ \
  X(tap,          "TAP",         mods,    key,     none,   none, 0, 0, "tap the chord (1)+(2)") \
  X(press,        "PRESS",       mods,    key,     none,   none, 0, 0, "the chord goes down and stays") \
  X(release,      "RELEASE",     mods,    key,     none,   none, 0, 0, "the chord goes up") \
  X(release_all,  "RELEASEALL",  none,    none,    none,   none, 0, 0, "all that this macro holds goes up") \
  X(hold,         "HOLD",        mods,    key,     none,   none, 0, 0, "down until the trigger's release, and wait for it") \
  X(toggle,       "TOGGLE",      mods,    key,     none,   none, 0, 0, "the device holds the chord, or lets it go") \
  X(raw,          "RAW",         mods,    keys,    none,   none, 0, 0, "this macro's share of the report is exactly this") \
  X(text,         "TEXT",        text,    none,    none,   none, 0, 0, "type it through the layout") \
  X(type,         "TYPE",        none,    none,    none,   none, 1, 0, "type an integer in decimal, or a text") \
  /* Time. */ \
  X(wait,         "WAIT",        number,  none,    none,   none, 0, 0, "sleep (1) ms") \
  X(wait_value,   "WAITVALUE",   none,    none,    none,   none, 1, 0, "sleep that many ms") \
  X(wait_release, "WAITRELEASE", number,  none,    none,   none, 0, 0, "sleep until the trigger's release, or (1)-1 ms; 0: no limit") \
  /* Control. */ \
  X(repeat,       "REPEAT",      slot,    label,   none,   none, 0, 0, "if the counter is 0 or less jump to the label, else count down") \
  X(back,         "BACK",        distance,none,    none,   none, 0, 0, "jump back to a loop's head; a yield point") \
  X(labels,       "LABELS",      number,  labels,  none,   none, 0, 0, "a piece of the label table; piece before at (1)-1, 0 if none") \
  X(call,         "CALL",        name,    number,  none,   none, 0, 0, "run macro (1) with the top (2) values as its parameters, wait for its end") \
  /* Values. */ \
  X(push,         "PUSH",        integer, none,    none,   none, 0, 1, "an integer") \
  X(push_text,    "PUSHTEXT",    text,    none,    none,   none, 0, 1, "a text; goes on in the MORETEXT that follow") \
  X(more_text,    "MORETEXT",    text,    none,    none,   none, 0, 0, "the text before goes on; does nothing when run") \
  X(load,         "LOAD",        slot,    none,    none,   none, 0, 1, "the local's value") \
  X(counter,      "COUNTER",     slot,    none,    none,   none, 1, 0, "the slot becomes a loop counter; must be an integer") \
  X(load_global,  "LOADG",       name,    none,    none,   none, 0, 1, "the global's value") \
  X(negate,       "NEG",         none,    none,    none,   none, 1, 1, "minus a") \
  X(add,          "ADD",         none,    none,    none,   none, 2, 1, "a + b") \
  X(subtract,     "SUB",         none,    none,    none,   none, 2, 1, "a - b") \
  X(multiply,     "MUL",         none,    none,    none,   none, 2, 1, "a * b") \
  X(divide,       "DIV",         none,    none,    none,   none, 2, 1, "a / b, towards zero") \
  X(modulo,       "MOD",         none,    none,    none,   none, 2, 1, "remainder of a / b, sign of a") \
  X(minimum,      "MIN",         none,    none,    none,   none, 2, 1, "the lesser") \
  X(maximum,      "MAX",         none,    none,    none,   none, 2, 1, "the greater")
// clang-format on

/// The instructions. CALL pops its operand's number of values besides what the table says.
enum class Opcode : std::uint8_t {
#define PIANOLA_X(symbol, ...) symbol,
  PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

/// One row of the table.
struct OpcodeInfo {
  std::string_view mnemonic;
  std::array<OperandKind, 4> operands;
  std::uint8_t pops;
  std::uint8_t pushes;
};

inline constexpr OpcodeInfo kOpcodes[] = {
#define PIANOLA_X(symbol, mnemonic, a, b, c, d, pops, pushes, meaning) \
  OpcodeInfo{                                                          \
      mnemonic, {OperandKind::a, OperandKind::b, OperandKind::c, OperandKind::d}, pops, pushes},
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

/// What each does, apart from the rows so that a device need not store it.
inline constexpr std::string_view kOpcodeMeanings[] = {
#define PIANOLA_X(symbol, mnemonic, a, b, c, d, pops, pushes, meaning) meaning,
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

inline constexpr std::size_t kOpcodeCount = std::size(kOpcodes);

/// Longest name of a macro, variable, layer, label, parameter or setting, in bytes.
inline constexpr std::size_t kMaxName = 31;
/// Longest text operand, in bytes. Longer text is several TEXT, or PUSHTEXT and MORETEXT.
inline constexpr std::size_t kMaxText = 127;
/// Most keys of one raw report (the boot keyboard's, HID 1.11, appendix B.1).
inline constexpr std::size_t kMaxRawKeys = 6;
/// Most parameters of a macro.
inline constexpr std::size_t kMaxParameters = 8;
/// Most variables of a file, and most layers: a device keeps the state of each in RAM.
inline constexpr std::size_t kMaxGlobals = 16;
inline constexpr std::size_t kMaxLayers = 32;
/// Most locals of one body, parameters and loop counters included.
inline constexpr std::size_t kMaxSlots = 32;
/// Deepest evaluation stack that the compiler lets an expression need.
inline constexpr std::size_t kMaxStack = 16;
/// Most instructions of one expression; each argument of a call is one.
inline constexpr std::size_t kMaxExpression = 64;
/// Longest code of one definition, in bytes: an offset takes three bytes.
inline constexpr std::uint32_t kMaxCode = 0xFFFFFF;

/// A key as code holds it: a usage, or a character that stands for the key that types it.
class KeyRef {
 public:
  constexpr KeyRef() = default;
  static constexpr KeyRef usage(std::uint16_t usage) { return KeyRef{std::uint32_t{usage} << 1}; }
  static constexpr KeyRef character(char32_t c) {
    return KeyRef{(static_cast<std::uint32_t>(c) << 1) | 1U};
  }
  static constexpr KeyRef from_raw(std::uint32_t raw) { return KeyRef{raw}; }
  [[nodiscard]] constexpr bool is_character() const { return (raw_ & 1U) != 0; }
  /// The usage (hid::Usage's 16 bits) or the code point.
  [[nodiscard]] constexpr std::uint32_t value() const { return raw_ >> 1; }
  [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }
  friend constexpr bool operator==(KeyRef, KeyRef) = default;

 private:
  constexpr explicit KeyRef(std::uint32_t raw) : raw_(raw) {}
  std::uint32_t raw_ = 0;
};

}  // namespace pianola::lang
