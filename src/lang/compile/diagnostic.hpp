#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text_writer.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// A place in the source.
struct Position {
  std::uint32_t offset = 0;  ///< Bytes from the start.
  std::uint32_t line = 1;    ///< From 1; 0 means no place.
  std::uint32_t column = 1;  ///< Characters from 1; a tab counts as one.
  friend constexpr bool operator==(const Position&, const Position&) = default;
};

// Symbol, text; tools/pack_texts makes what is shown of it. {a} and {b} stand for words of the
// source or corrections, {n} for a number, {x} for it in hex, {p} for the second place as
// line:column, {w} for an Advice. A part from `[;` to `]` is left out if the {b} in it is empty.
// clang-format off
#define PIANOLA_MESSAGES(X) \
  /* The file. */ \
  X(not_plain_text,     "the file is {b}; save it as plain text in UTF-8") \
  X(bad_utf8,           "this byte is not UTF-8 text; save the file as UTF-8") \
  X(control_character,  "control character 0x{x} has no meaning here") \
  X(too_long,           "the file is longer than {n} bytes") \
  X(too_many_errors,    "more than {n} errors; the rest is not shown") \
  X(io_error,           "the source cannot be read or the result cannot be written") \
  X(store_full,         "no room for what this file needs") \
  /* Tokens. */ \
  X(unterminated_text,  "text without its closing '\"' on this line; many lines stand in \"\"\" … \"\"\"") \
  X(unterminated_lines, "text without its closing '\"\"\"'") \
  X(unterminated_quote, "a quoted key is one character between ' and '; a text stands in \"…\"") \
  X(bad_escape,         "unknown escape '\\{a}'[; did you mean '{b}'?]") \
  X(bad_unicode_escape, "'\\u{' takes 1 to 6 hex digits of a Unicode character and '}'") \
  X(number_too_large,   "number out of range (-2147483648 to 2147483647)") \
  X(duration_too_long,  "a duration is at most 24 days") \
  X(bad_number,         "'{a}' is neither a number nor a duration; durations end in ms, s or min") \
  X(needs_unit,         "a duration needs a unit; did you mean '{n}{a}'?") \
  X(straight_quotes,    "typographic quotes; write straight ones, \" or '") \
  X(no_quotes,          "'{a}' is no quotation mark here; write \" or '") \
  X(inner_quotes,       "a quotation mark in a text is written \\\"") \
  X(neighbour,          "there is no '{a}' here; write {w}") \
  X(slash_comment,      "a comment starts with '#'") \
  X(name_too_long,      "a name has at most {n} characters") \
  /* Keys. */ \
  X(unknown_key,        "unknown key '{a}'[; did you mean '{b}'?]") \
  X(keyword_as_key,     "'{a}' is a keyword; write '{b}' for the key") \
  X(keyword_misplaced,  "'{a}' cannot stand here") \
  X(expected_key,       "expected a key") \
  X(quote_this_key,     "the key {a} must be quoted: '{a}'") \
  X(not_a_modifier,     "'{a}' is not a modifier (ctrl, shift, alt, gui)[; did you mean '{b}'?]") \
  X(space_in_chord,     "a chord is written with '+' and without spaces, as in ctrl+c") \
  X(bad_usage,          "usage out of range: keys are 0x04 to 0xE7, consumer keys 0x1001 to 0x13FF, system keys 0x2081 to 0x20B7") \
  X(bare_character,     "to press this key write 'tap {a}'; to type it write \"{a}\"") \
  X(caret_letter,       "'^' takes exactly one letter, as in ^C; the key itself is '^' followed by a space") \
  X(caret_letter_only,  "'^' takes exactly one letter; write ctrl+{a}") \
  X(caret_digit,        "'^' takes a letter; write ctrl+{a}") \
  X(raw_report,         "a raw report is [mm:kk,kk] in hex digits, with at most six keys") \
  X(character_untypable,"layout {b} has no key for '{a}'; nothing will be typed") \
  X(several_strokes,    "'{a}' takes several keys of layout {b}; only text types it, as in F1 { \"{a}\" }") \
  X(tapped_layer,       "a tap turns '{a}' on only as long as it lasts; write oneshot layer or layer toggle") \
  X(character_too_far,  "unicode = windows ends at U+FFFF; nothing will be typed for '{a}'") \
  X(no_key_for_trigger, "no key of layout {b} types '{a}'") \
  X(quoted_key,         "this waits for '{a}' to be typed; write the key without quotes") \
  X(bracketed_key,      "this is typed as it stands; to press the key write \"…\" {a}") \
  X(lost_backslash,     "'\\{a}' types only '{a}'; a backslash is written '\\\\'") \
  X(blanks_typed,       "the blanks before these quotes are typed; put the quotes behind the text") \
  X(modifier_alone,     "this taps {a} alone; keys that are pressed together are written ctrl+c") \
  X(key_before_text,    "this presses the key {b}; to type a text write \"…\" alone") \
  X(private_is_plain,   "private is not encrypted yet: the device and the file show it") \
  X(bare_letter,        "nothing types '{a}' any more; bind ctrl+{a} or leader {a}") \
  X(unreachable,        "this is never reached: the loop before it has no end") \
  X(unused,             "nothing uses '{a}'") \
  X(options_unused,     "options for tap and hold mean nothing here: the key does one thing only") \
  X(recursion,          "'{a}' calls itself whenever it runs, and so never ends") \
  X(template_text,      "'{a}' is typed as it stands: there is neither clock nor clipboard") \
  X(caret_typed,        "this is typed as it stands; where the caret is to be write ${|}") \
  X(time_typed,         "this types the milliseconds since the start; there is no clock") \
  X(layout_open,        "layouts uk and us type '{a}' differently; write 'set layout = …' at the top") \
  X(layout_after_text,  "the text above was checked for layout {b}; put 'set layout' first") \
  /* Definitions. */ \
  X(expected_visibility,"expected private or public; a layer is written layer NAME { … }") \
  X(expected_body,      "expected '{' or '=' after the trigger") \
  X(expected_brace,     "expected '{'") \
  X(expected_symbol,    "expected '{a}'") \
  X(expected_name,      "expected a name") \
  X(expected_number,    "expected a number") \
  X(remap_body,         "after '=' stands one key or chord; text and several keys stand in { }, without '='") \
  X(missing_brace,      "missing '}' for this '{'[; the next definition starts in line {b}]") \
  X(stray_brace,        "'}' without its '{'") \
  X(keyword_as_name,    "'{a}' is a keyword and cannot be a name") \
  X(name_taken,         "'{a}' is declared already at {p}") \
  X(names_collide,      "'{a}' and the name at {p} cannot be told apart by the device; rename one") \
  X(trigger_taken,      "this trigger is bound already at {p}") \
  X(parameter_twice,    "there is a parameter '{a}' already") \
  X(too_many_variables, "a file has at most {n} variables") \
  X(too_many_layers,    "a file has at most {n} layers") \
  X(too_many_parameters,"a macro has at most {n} parameters") \
  X(unknown_setting,    "unknown setting '{a}'[; did you mean '{b}'?]") \
  X(expected_value,     "expected {w}") \
  X(unknown_lint,       "unknown warning '{a}'[; did you mean '{b}'?]") \
  X(unknown_layout,     "unknown layout '{a}'[; did you mean '{b}'?]") \
  X(expected_option,    "expected an option: again, typing, layout, pause, hold, dual, rolls, idle, quick, retro, hands, with, double, chord, slow; of an abbreviation anywhere, case or end") \
  X(option_elsewhere,   "'{a}' goes with {w}") \
  X(again_of_remap,     "a remap is down as long as its key, so 'again' means nothing; with a macro it does: {…}") \
  X(options_differ,     "this key has other options at {p}; a key has one set of them for tap and hold") \
  X(expected_keys,      "expected the keys' characters in quotes, as in \"qwert\"") \
  X(too_many_keys,      "at most {n} keys") \
  X(option_twice,       "option '{a}' is given twice") \
  X(text_option,        "only an abbreviation has the option '{a}', as in \"btw\" ({a}: on) { … }") \
  X(expected_event,     "expected an event: start, lock, unlock, capslock or layer") \
  X(any_alone,          "'any' needs a modifier that must be held; a key alone counts whatever is held") \
  X(any_outside_trigger,"'any' stands before the key of a trigger only") \
  X(abbreviation_size,  "an abbreviation has 1 to {n} bytes and no ${}") \
  X(bad_vial_key,       "Vial macro keys are M0 to M{n}") \
  X(definition_too_long,"a definition's code is at most {n} bytes") \
  X(nested_layer,       "a layer cannot stand in a layer") \
  X(only_bindings,      "a layer holds bindings and remaps only") \
  X(not_private,        "private and public stand before bindings, macro, var, text and layer") \
  X(locked_placeholder, "'private #{n} locked' stands for a definition of a locked device; here is none") \
  X(define_line,        "expected type \"…\", report mod=… keys=… or end") \
  X(missing_end,        "missing 'end' for this 'define'") \
  X(old_mqtt,           "MQTT(…) is not supported; delete it") \
  /* Statements and expressions. */ \
  X(unknown_word,       "unknown word '{a}'; did you mean '{b}'?") \
  X(unquoted_text,      "'{a}' is neither a key nor a statement; to type it write \"{a}\"") \
  X(call_missing,       "to run a macro write 'call {a}'") \
  X(bare_duration,      "to wait write 'wait {a}'") \
  X(stray_comma,        "only the keys of one tap, press or release are separated by ','") \
  X(expected_statement, "expected a statement") \
  X(expected_wait,      "expected a duration, release, key, until or an expression in ( )") \
  X(expected_duration,  "expected a duration, such as 50ms") \
  X(expected_value_here,"expected a value") \
  X(value_or_dollar,    "'${' begins a value; to type it write '\\${'") \
  X(text_as_number,     "a text cannot stand where a number is needed") \
  X(expected_text,      "expected a text, as in text sig = \"…\"") \
  X(text_parts,         "in a text with a name, ${…} takes the name of a text or a variable only") \
  X(texts_too_deep,     "texts stand in each other more than {n} deep") \
  X(text_later,         "the text '{a}' must be declared above what uses it; it is at {p}") \
  X(text_assigned,      "'{a}' is a text; nothing can be assigned to it") \
  X(caret_twice,        "a text has one caret ${|} at most") \
  X(caret_misplaced,    "${|} can only stand in a text that a macro types itself") \
  X(behind_caret,       "behind ${|} only characters can stand: no Tab, Escape or ${…}") \
  X(caret_too_far,      "at most {n} characters can stand behind ${|}") \
  X(text_argument_parts,"a text argument cannot contain ${…}; pass the value as a parameter of its own") \
  X(unbalanced,         "expected ')'") \
  X(expression_too_long,"this expression is too long or nested too deep; at most {n} parts") \
  X(too_many_blocks,    "blocks are nested more than {n} deep") \
  X(too_many_locals,    "more than {n} locals, parameters and loop counters at a time") \
  X(too_many_jumps,     "more than {n} blocks, labels, 'and' and 'or' in one body; split it into macros") \
  X(unknown_macro,      "unknown macro '{a}'[; did you mean '{b}'?]") \
  X(unknown_variable,   "unknown variable '{a}'[; did you mean '{b}'?]") \
  X(unknown_layer,      "unknown layer '{a}'[; did you mean '{b}'?]") \
  X(wrong_arity,        "wrong number of values; macro '{a}', declared at {p}, takes {n}") \
  X(too_many_arguments, "a call has at most {n} values") \
  X(expected_condition, "expected a condition after '{a}'") \
  X(expected_else,      "expected '{' or 'if' after 'else'") \
  X(expected_button,    "expected a mouse button: left, right, middle, back, forward or 1 to 8") \
  X(expected_pointer,   "expected a number, a name or an expression in ( )") \
  X(expected_layer_action, "expected hold, on, off or toggle and the name of a layer") \
  X(expected_modifier,  "expected modifiers, as in ctrl+shift") \
  X(expected_led,       "expected an LED: num, caps, scroll, compose or kana") \
  X(expected_match,     "expected within and a duration, any order, keep or '{'") \
  X(else_without_if,    "'else' without its 'if'") \
  X(outside_loop,       "'{a}' outside a loop") \
  X(send_outside_defer, "'send next' stands in a 'defer' block only") \
  X(match_without_keys, "a match needs at least one pattern: keys, then '{'") \
  X(match_else_last,    "'else' is the last of a match; nothing can follow it") \
  X(pattern_too_long,   "a pattern has at most {n} keys") \
  X(too_many_scopes,    "more than {n} of 'without mods', 'defer' and 'match' inside each other") \
  X(too_many_labels,    "more than {n} labels with names in one body") \
  X(label_twice,        "there is a label '{a}' already at {p}") \
  X(unknown_label,      "unknown label '{a}'[; did you mean '{b}'?]") \
  X(goto_into,          "'goto {a}' may leave blocks but not enter one; the label stands in a block at {p}") \
  X(goto_skips_let,     "'goto {a}' would skip a 'let' on the way to the label at {p}; put the 'let' before it") \
  X(let_twice,          "'{a}' is declared in this block already; to change it write '{a} = …'") \
  X(keyword_assigned,   "'{a}' is a keyword; nothing can be assigned to it") \
  X(compound_assignment,"there is no such operator; write '{a} = {a} …'") \
  X(comparison_statement, "a comparison is no statement; to assign write '{a} = …'") \
  X(single_equals,      "to compare write '=='") \
  X(comparison_chain,   "comparisons cannot be chained; join them with 'and'") \
  X(write_instead,      "write '{b}' instead of '{a}'") \
  X(setting_without_set, "to change this setting write 'set {a} = …'") \
  X(not_in_parentheses, "'not' after an operator stands in parentheses, as in 1 + (not a)") \
  X(no_function,        "there is no function '{a}'") \
  X(one_key,            "held(…) and last(…) take one key without modifiers; see also mods(…)") \
  X(duration_as_number, "a number is needed here; in milliseconds it is {n}") \
  X(random_in_until,    "'random' would be another number at each test; store it in a variable before") \
  X(time_in_until,      "in 'wait until' write '{a} >= …' only, so that it is known when to wake") \
  X(never_true,         "nothing that this reads can change while it waits; it would never end") \
  X(key_twice,          "this key stands here twice") \
  X(later_mods,         "modifiers stand before the first key only") \
  X(leader_keys,        "expected a key, '{' or '=', as in leader g h { }") \
  X(leader_modifier,    "a modifier is no key of a sequence; it stands before the first one, as in leader ctrl+g h") \
  X(expected_clause,    "expected tap, hold, double, double hold or triple, and { … }") \
  X(remap_of_no_key,    "no '=' can follow this trigger; write '{ }'") \
  X(tap_hold_trigger,   "tap and hold need a trigger that is a key alone")
// clang-format on

/// What is wrong.
enum class Message : std::uint8_t {
#define PIANOLA_X(symbol, text) symbol,
  PIANOLA_MESSAGES(PIANOLA_X)
#undef PIANOLA_X
};

/// The kind of the warning `message`: its place in kLintWords.
std::size_t lint_of(Message message);
/// The kind of warnings whose name is most like `word`; empty if none is near.
std::string_view closest_lint(std::string_view word);

/// Most bytes of a word in a diagnostic.
inline constexpr std::size_t kMaxDiagnosticWord = 64;

/// One error or warning. Its views are valid only during DiagnosticSink::report().
struct Diagnostic {
  Message message{};
  bool warning = false;
  Position at;               ///< Line 0: no place.
  std::uint32_t length = 1;  ///< Characters to underline.
  std::string_view a;        ///< A word of the source or a correction: the message's {a}.
  std::string_view b;        ///< Another one: its {b}.
  std::uint32_t n = 0;
  Position other{0, 0, 0};
};

/// Most errors that one compilation reports.
inline constexpr std::uint32_t kMaxErrors = 100;

/// Takes what the compiler finds: in order of place, but what only the whole file shows (names,
/// doubled triggers) comes last. The sink sorts by line and column.
class DiagnosticSink {
 public:
  virtual void report(const Diagnostic& diagnostic) = 0;

 protected:
  ~DiagnosticSink() = default;
};

/// Writes the message alone, without place and line.
void write_message(const Diagnostic& diagnostic, TextSink& out);

/// Writes GCC's form: `FILE:LINE:COLUMN: error: …` (of a warning with its kind: `[unused]`), the
/// line itself, and a caret under the place. Of a very long line only the part around the place is
/// shown.
void write_diagnostic(const Diagnostic& diagnostic, std::string_view file, Source& source,
                      TextSink& out);

}  // namespace pianola::lang
