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
  text,      ///< UTF-8, whole characters. One length byte (0 to 127), then that many bytes. Or one
         ///< byte 128 + the length (1 to 127), then LEB128: where they stand in the source slice.
  keys,     ///< One count byte (0 to 6), then that many keyboard usages, one byte each.
  trigger,  ///< A Trigger as trigger.hpp stores it.
  labels,   ///< One count byte, then 6 bytes each: label (2), code offset (3), depth (1).
  pattern,  ///< One count byte (1 to 8), then each key: exact, either (as TriggerMods), KeyRef.
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
  X(oneshot,      "ONESHOT",     mods,    key,     none,   none, 0, 0, "the device holds the chord for the next key only") \
  X(raw,          "RAW",         mods,    keys,    none,   none, 0, 0, "this macro's share of the report is exactly this") \
  X(text,         "TEXT",        text,    none,    none,   none, 0, 0, "type it through the layout") \
  X(type,         "TYPE",        none,    none,    none,   none, 1, 0, "type an integer in decimal, or a text") \
  X(erase,        "ERASE",       number,  none,    none,   none, 0, 0, "first in an abbreviation: (1) times Backspace") \
  /* Pointer. */ \
  X(move,         "MOVE",        none,    none,    none,   none, 2, 0, "move the pointer a to the right and b down") \
  X(scroll,       "SCROLL",      none,    none,    none,   none, 1, 0, "turn the wheel by a, up if positive") \
  /* Time. */ \
  X(wait,         "WAIT",        number,  none,    none,   none, 0, 0, "sleep (1) ms") \
  X(wait_value,   "WAITVALUE",   none,    none,    none,   none, 1, 0, "sleep that many ms") \
  X(wait_release, "WAITRELEASE", number,  none,    none,   none, 0, 0, "sleep until the trigger's release, or (1)-1 ms; 0: no limit") \
  X(wait_limit,   "LIMIT",       slot,    number,  none,   none, 0, 0, "the slot becomes the time (2) ms from now") \
  X(until,        "UNTIL",       number,  number,  distance,none,1, 0, "go on if a is true; else sleep until (1) (wakes.hpp) and test again from (3) on; slot (2)-1 has the limit, 0: none") \
  X(yield,        "YIELD",       none,    none,    none,   none, 0, 0, "let the other macros run") \
  /* Control. */ \
  X(branch,       "IF",          label,   none,    none,   none, 1, 0, "if a is 0 jump to the label") \
  X(otherwise,    "ELSE",        label,   none,    none,   none, 0, 0, "end of what is done if true: jump to the label") \
  X(while_true,   "WHILE",       label,   none,    none,   none, 1, 0, "if a is 0 leave the loop to the label") \
  X(forever,      "LOOP",        label,   none,    none,   none, 0, 0, "the loop that follows ends at the label; does nothing when run") \
  X(repeat,       "REPEAT",      slot,    label,   none,   none, 0, 0, "if the counter is 0 or less jump to the label, else count down") \
  X(back,         "BACK",        distance,none,    none,   none, 0, 0, "jump back to a loop's head; a yield point") \
  X(next_round,   "CONTINUE",    number,  distance,none,   none, 0, 0, "unwind to (1) blocks and jump back to the loop's head; a yield point") \
  X(leave,        "BREAK",       label,   none,    none,   none, 0, 0, "jump to the label, the end of a loop") \
  X(go_to,        "GOTO",        label,   none,    none,   none, 0, 0, "jump to the label; a yield point if that is back") \
  X(label,        "LABEL",       label,   none,    none,   none, 0, 0, "here the label stands; does nothing when run") \
  X(exit,         "EXIT",        none,    none,    none,   none, 0, 0, "the macro ends") \
  X(labels,       "LABELS",      number,  labels,  none,   none, 0, 0, "a piece of the label table; piece before at (1)-1, 0 if none") \
  X(call,         "CALL",        name,    number,  none,   none, 0, 0, "run macro (1) with the top (2) values as its parameters, wait for its end") \
  X(fork,         "FORK",        name,    number,  none,   none, 0, 0, "start macro (1) with the top (2) values as its parameters") \
  X(stop,         "STOP",        name,    none,    none,   none, 0, 0, "end all that run macro (1)") \
  X(stop_all,     "STOPALL",     none,    none,    none,   none, 0, 0, "end all, this one too") \
  X(stop_others,  "STOPOTHERS",  none,    none,    none,   none, 0, 0, "end all but this one and its callers") \
  /* Blocks that must be left in order, kMaxScopes deep. */ \
  X(without,      "WITHOUT",     none,    none,    none,   none, 0, 0, "hide the modifiers that are held up to ENDBLOCK") \
  X(defer,        "DEFER",       none,    none,    none,   none, 0, 0, "keep key events back up to ENDBLOCK") \
  X(match,        "MATCH",       number,  number,  label,  none, 0, 0, "choose by the next keys: flags (1) 1 any order 2 keep, within (2)-1 ms or 0, ends at (3)") \
  X(pattern,      "PATTERN",     label,   pattern, none,   none, 0, 0, "what follows is done if keys (2) come; the next pattern is at (1)") \
  X(matched,      "MATCHED",     label,   none,    none,   none, 0, 0, "end of a pattern's statements: jump to the label") \
  X(match_else,   "MATCHELSE",   none,    none,    none,   none, 0, 0, "what follows is done if no pattern comes") \
  X(block_end,    "ENDBLOCK",    none,    none,    none,   none, 0, 0, "end of the innermost WITHOUT, WITHOUTSOME, DEFER or MATCH") \
  X(send_next,    "SENDNEXT",    none,    none,    none,   none, 0, 0, "let one key event through DEFER") \
  /* Layers, recording, device. */ \
  X(layer_hold,   "LAYERHOLD",   name,    none,    none,   none, 0, 0, "layer (1) until the trigger's release, and wait for it") \
  X(layer_on,     "LAYERON",     name,    none,    none,   none, 0, 0, "the device turns layer (1) on") \
  X(layer_off,    "LAYEROFF",    name,    none,    none,   none, 0, 0, "the device turns layer (1) off") \
  X(layer_toggle, "LAYERTOGGLE", name,    none,    none,   none, 0, 0, "the device turns layer (1) on or off") \
  X(record,       "RECORD",      name,    none,    none,   none, 0, 0, "begin recording (1)") \
  X(record_stop,  "RECORDSTOP",  none,    none,    none,   none, 0, 0, "the recording is complete") \
  X(play,         "PLAY",        name,    none,    none,   none, 0, 0, "play recording (1)") \
  X(lock,         "LOCK",        none,    none,    none,   none, 0, 0, "lock the device") \
  X(edit,         "EDIT",        none,    none,    none,   none, 0, 0, "enter or leave edit mode") \
  /* Values. */ \
  X(push,         "PUSH",        integer, none,    none,   none, 0, 1, "an integer") \
  X(push_text,    "PUSHTEXT",    text,    none,    none,   none, 0, 1, "a text; goes on in the MORETEXT that follow") \
  X(more_text,    "MORETEXT",    text,    none,    none,   none, 0, 0, "the text before goes on; does nothing when run") \
  X(load,         "LOAD",        slot,    none,    none,   none, 0, 1, "the local's value") \
  X(let,          "LET",         slot,    none,    none,   none, 1, 0, "a new local") \
  X(store,        "STORE",       slot,    none,    none,   none, 1, 0, "the local becomes a") \
  X(counter,      "COUNTER",     slot,    none,    none,   none, 1, 0, "the slot becomes a loop counter; must be an integer") \
  X(load_global,  "LOADG",       name,    none,    none,   none, 0, 1, "the global's value") \
  X(store_global, "STOREG",      name,    none,    none,   none, 1, 0, "the global becomes a") \
  X(query,        "QUERY",       number,  none,    none,   none, 0, 1, "the Query (1)") \
  X(held_key,     "HELD",        key,     none,    none,   none, 0, 1, "whether the keyboard's key is down") \
  X(mods_held,    "MODS",        mods,    mods,    none,   none, 0, 1, "whether the keyboard's modifiers (1) exact and (2) either are all down") \
  X(led,          "LED",         number,  none,    none,   none, 0, 1, "whether the host's LED (1) is on: bit of its report") \
  X(layer_active, "LAYERQ",      name,    none,    none,   none, 0, 1, "whether layer (1) is on") \
  X(running,      "RUNNING",     name,    none,    none,   none, 0, 1, "how many tasks run macro (1)") \
  X(random,       "RANDOM",      none,    none,    none,   none, 1, 1, "a random number from 0 to a - 1") \
  X(elapsed_reached, "ELAPSEDGE", none,   none,    none,   none, 1, 1, "elapsed >= a; UNTIL wakes at that time") \
  X(time_reached, "TIMEGE",      none,    none,    none,   none, 1, 1, "time >= a; UNTIL wakes at that time") \
  X(and_then,     "AND",         label,   none,    none,   none, 1, 0, "if a is 0 jump to the label with 0") \
  X(or_else,      "OR",          label,   none,    none,   none, 1, 0, "if a is not 0 jump to the label with 1") \
  X(truth,        "TRUTH",       none,    none,    none,   none, 1, 1, "0 if a is 0, else 1; ends the right side of AND or OR") \
  X(invert,       "NOT",         none,    none,    none,   none, 1, 1, "1 if a is 0, else 0") \
  X(negate,       "NEG",         none,    none,    none,   none, 1, 1, "minus a") \
  X(add,          "ADD",         none,    none,    none,   none, 2, 1, "a + b") \
  X(subtract,     "SUB",         none,    none,    none,   none, 2, 1, "a - b") \
  X(multiply,     "MUL",         none,    none,    none,   none, 2, 1, "a * b") \
  X(divide,       "DIV",         none,    none,    none,   none, 2, 1, "a / b, towards zero") \
  X(modulo,       "MOD",         none,    none,    none,   none, 2, 1, "remainder of a / b, sign of a") \
  X(minimum,      "MIN",         none,    none,    none,   none, 2, 1, "the lesser") \
  X(maximum,      "MAX",         none,    none,    none,   none, 2, 1, "the greater") \
  X(equal,        "EQ",          none,    none,    none,   none, 2, 1, "a == b") \
  X(not_equal,    "NE",          none,    none,    none,   none, 2, 1, "a != b") \
  X(less,         "LT",          none,    none,    none,   none, 2, 1, "a < b") \
  X(less_equal,   "LE",          none,    none,    none,   none, 2, 1, "a <= b") \
  X(greater,      "GT",          none,    none,    none,   none, 2, 1, "a > b") \
  X(greater_equal,"GE",          none,    none,    none,   none, 2, 1, "a >= b") \
  /* What came later; the numbers of the others stay. */ \
  X(without_some, "WITHOUTSOME", mods,    mods,    none,   none, 0, 0, "hide the modifiers (1) exact and (2) either up to ENDBLOCK") \
  X(option_pause, "PAUSE",       number,  none,    none,   none, 0, 0, "pause of this binding, as the setting") \
  X(once,         "ONCE",        trigger, mods,    key,    none, 0, 0, "(1) sends the chord (2)+(3), for the next key if it is tapped") \
  X(once_layer,   "ONCELAYER",   trigger, name,    none,   none, 0, 0, "(1) turns layer (2) on, for the next key if it is tapped") \
  X(hold_once,    "HOLDONCE",    mods,    key,     none,   none, 0, 0, "as REMAPHOLD, for the next key if it is soon let go") \
  X(hold_once_layer, "HOLDONCELAY", name,     none,    none,   none, 0, 0, "as REMAPLAYER, for the next key if it is soon let go") \
  X(option,       "OPTION",      number,  number,  none,   none, 0, 0, "for this trigger the setting (1) has the value (2)") \
  X(option_with,  "WITH",        key,     none,    none,   none, 0, 0, "before its time this trigger is held with the key (1) and others so named only") \
  X(set_keys,     "SETKEYS",     number,  none,    none,   none, 0, 0, "setting (1) has the keys that follow") \
  X(listed_key,   "LISTED",      key,     none,    none,   none, 0, 0, "the key (1) of the list") \
  X(to_layer,     "TOLAYER",     trigger, name,    none,   none, 0, 0, "(1) turns layer (2) on while it is down") \
  X(remap_toggle, "REMAPTOG",    trigger, mods,    key,    none, 0, 0, "(1) does as TOGGLE of the chord (2)+(3)") \
  X(remap_toggle_layer, "REMAPTOGLAY", trigger, name, none, none, 0, 0, "(1) does as LAYERTOGGLE of layer (2)") \
  X(hold_toggle,  "HOLDTOG",     mods,    key,     none,   none, 0, 0, "the remap before does as TOGGLE of chord (1)+(2) when held") \
  X(hold_toggle_layer, "HOLDTOGLAY", name,    none,    none,   none, 0, 0, "the remap before does as LAYERTOGGLE of layer (1) when held") \
  X(layer_mods,   "LAYERMODS",   mods,    none,    none,   none, 0, 0, "the layer before is one with the modifiers (1)") \
  X(record_timed, "RECORDTIMED", name,    none,    none,   none, 0, 0, "begin recording (1), with the times between its changes") \
  X(named_text,   "NAMEDTEXT",   name,    none,    none,   none, 0, 0, "text (1); its pieces follow: MORETEXT first, then MORETEXT and TEXTOF") \
  X(text_of,      "TEXTOF",      name,    none,    none,   none, 0, 0, "in a NAMEDTEXT: here stands the text or the global (1)") \
  X(option_anywhere, "ANYWHERE", number,  none,    none,   none, 0, 0, "whether this abbreviation counts inside a word: 1 or 0") \
  X(option_case,  "CASE",        number,  none,    none,   none, 0, 0, "whether the case of this abbreviation is that of what it types: 1 or 0") \
  X(option_end,   "ENDOFWORD",   number,  none,    none,   none, 0, 0, "whether the end of a word completes this abbreviation: 1 or 0") \
  X(clause,       "CLAUSE",      number,  none,    none,   none, 0, 0, "clause (1) of the dance before: its body follows") \
  X(remap_caps,   "REMAPCAPS",   trigger, none,    none,   none, 0, 0, "(1) does as CAPSWORD") \
  X(hold_caps,    "HOLDCAPS",    none,    none,    none,   none, 0, 0, "the remap before does as CAPSWORD when held") \
  X(remap_repeat, "REMAPREPEAT", trigger, none,    none,   none, 0, 0, "(1) sends what the last key sent, or runs what that started") \
  X(hold_repeat,  "HOLDREPEAT",  none,    none,    none,   none, 0, 0, "the remap before does as REMAPREPEAT when held") \
  X(caps_word,    "CAPSWORD",    none,    none,    none,   none, 0, 0, "turn caps word on or off") \
  X(repeat_key,   "REPEATKEY",   none,    none,    none,   none, 0, 0, "tap what the last key sent, or run what it started and wait for its end") \
  X(wait_key,     "WAITKEY",     number,  none,    none,   none, 0, 0, "sleep until a key was pressed, or (1)-1 ms; 0: no limit") \
  X(last_key,     "LASTKEY",     key,     none,    none,   none, 0, 1, "whether the last key that was pressed is this one")
// clang-format on

/// The instructions. CALL and FORK pop their operand's number of values besides what the table
/// says; AND and OR leave one value when they jump.
enum class Opcode : std::uint8_t {
#define PIANOLA_X(symbol, ...) symbol,
  PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

/// Whether it is a declaration or a part of one, which is never run.
constexpr bool declares(Opcode opcode) {
  return opcode <= Opcode::option_layout ||
         (opcode >= Opcode::option_pause && opcode <= Opcode::layer_mods) ||
         (opcode >= Opcode::named_text && opcode <= Opcode::hold_repeat);
}

// The table by columns, so that a device stores only those that it needs.

/// The operands of an instruction, those that it lacks last.
using Operands = std::array<OperandKind, 4>;

namespace detail {
inline constexpr Operands kOperandsOf[] = {
#define PIANOLA_X(symbol, mnemonic, a, b, c, d, ...) \
  Operands{OperandKind::a, OperandKind::b, OperandKind::c, OperandKind::d},
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};
inline constexpr std::size_t kCount = std::size(kOperandsOf);

/// The first opcode with the same operands.
constexpr std::size_t first_with_operands_of(std::size_t opcode) {
  std::size_t first = 0;
  while (kOperandsOf[first] != kOperandsOf[opcode]) ++first;
  return first;
}

constexpr std::size_t count_rows() {
  std::size_t rows = 0;
  for (std::size_t i = 0; i < kCount; ++i) rows += first_with_operands_of(i) == i ? 1 : 0;
  return rows;
}
}  // namespace detail

/// The operands of each opcode; those of several that are alike stand once.
class OperandTable {
 public:
  constexpr OperandTable() {
    std::size_t next = 0;
    for (std::size_t i = 0; i < detail::kCount; ++i) {
      const std::size_t first = detail::first_with_operands_of(i);
      if (first == i) rows_[next] = detail::kOperandsOf[i];
      row_[i] = first == i ? static_cast<std::uint8_t>(next++) : row_[first];
    }
  }
  constexpr const Operands& operator[](std::size_t opcode) const { return rows_[row_[opcode]]; }

 private:
  std::array<Operands, detail::count_rows()> rows_{};
  std::array<std::uint8_t, detail::kCount> row_{};
};
inline constexpr OperandTable kOperands;

/// How many values an instruction takes from the evaluation stack, and then leaves there.
struct StackEffect {
  std::uint8_t pops : 4;
  std::uint8_t pushes : 4;
};

inline constexpr StackEffect kStackEffects[] = {
#define PIANOLA_X(symbol, mnemonic, a, b, c, d, pops, pushes, meaning) StackEffect{pops, pushes},
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

inline constexpr std::string_view kMnemonics[] = {
#define PIANOLA_X(symbol, mnemonic, ...) mnemonic,
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

inline constexpr std::string_view kOpcodeMeanings[] = {
#define PIANOLA_X(symbol, mnemonic, a, b, c, d, pops, pushes, meaning) meaning,
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
};

inline constexpr std::size_t kOpcodeCount = detail::kCount;

constexpr const Operands& operands_of(Opcode opcode) {
  return kOperands[static_cast<std::size_t>(opcode)];
}
constexpr const StackEffect& effect_of(Opcode opcode) {
  return kStackEffects[static_cast<std::size_t>(opcode)];
}
constexpr std::string_view mnemonic_of(Opcode opcode) {
  return kMnemonics[static_cast<std::size_t>(opcode)];
}

/// Longest name of a macro, variable, layer, label, parameter or setting, in bytes.
inline constexpr std::size_t kMaxName = 31;
/// Longest text operand, in bytes. Longer text is several TEXT, or PUSHTEXT and MORETEXT.
inline constexpr std::size_t kMaxText = 127;
/// In the length byte of a text operand: the text stands in the definition's source slice.
inline constexpr std::uint8_t kTextInSource = 0x80;
/// Most keys of one raw report (the boot keyboard's, HID 1.11, appendix B.1).
inline constexpr std::size_t kMaxRawKeys = 6;
/// Most parameters of a macro.
inline constexpr std::size_t kMaxParameters = 8;
/// Most variables of a file: a device keeps the value of each in RAM.
inline constexpr std::size_t kMaxGlobals = 64;
/// Deepest nesting of texts with names: how many TEXTOF may be open at a time.
inline constexpr std::size_t kMaxTextDepth = 8;
/// Most layers of a file: a device keeps a bit for each in RAM.
inline constexpr std::size_t kMaxLayers = 32;
/// Most locals of one body, parameters and loop counters included.
inline constexpr std::size_t kMaxSlots = 32;
/// Deepest evaluation stack that the compiler lets an expression need.
inline constexpr std::size_t kMaxStack = 16;
/// Most instructions of one expression; each argument of a call is one.
inline constexpr std::size_t kMaxExpression = 64;
/// Deepest nesting of `without mods`, `defer` and `match next`, which a task must undo.
inline constexpr std::size_t kMaxScopes = 8;
/// Most labels with names in one body.
inline constexpr std::size_t kMaxNamedLabels = 16;
/// Most keys in one pattern of `match next`.
inline constexpr std::size_t kMaxPattern = 8;
/// Longest abbreviation, in bytes.
inline constexpr std::size_t kMaxAbbreviation = 31;

/// What QUERY asks for.
enum class Query : std::uint8_t {
  held,         ///< The trigger is down.
  released,     ///< The trigger is not down.
  interrupted,  ///< Another key was pressed since the trigger's press.
  elapsed,      ///< ms since the trigger's press.
  double_tap,   ///< The trigger's press was the second of a double tap.
  pending,      ///< Key events that wait.
  recording,    ///< A recording is being made.
  time,         ///< ms since the engine's start, modulo 2^31.
  last_letter,  ///< The last key that was pressed typed a letter.
  last_digit,   ///< It typed a digit.
};
inline constexpr std::size_t kQueryCount = 10;

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
