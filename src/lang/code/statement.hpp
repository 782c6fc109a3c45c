#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// What follows a statement's words, and with it how the statement is compiled and written.
enum class StatementForm : std::uint8_t {
  nothing,          ///< `yield`
  taps,             ///< `tap a, ctrl+c`; one alone needs no word: `ENTER`
  chords,           ///< `press a, ctrl+c`
  chord,            ///< `hold ctrl+c`
  key,              ///< `key 0x04`
  buttons,          ///< `click left, right`
  report,           ///< `[01:06,19]`
  text,             ///< `"…"`
  text_value,       ///< `${E}` in a text
  pointer,          ///< `move 10 (a + b)`: as many values as the instruction takes
  macro,            ///< `stop f`
  layer,            ///< `layer on nav`
  recording,        ///< `play x`
  timed_recording,  ///< `record x timed`
  call,             ///< `call f(1, "text")`
  let,              ///< `let x = E`
  assignment,       ///< `x = E`
  duration,         ///< `wait 5ms`
  duration_value,   ///< `wait (E)`
  until_release,    ///< `wait release max 5s`
  until_key,        ///< `wait key max 5s`
  until_condition,  ///< `wait until E max 5s`
  condition,        ///< `if E {`
  while_loop,       ///< `while E {`
  endless_loop,     ///< `loop {`
  counted_loop,     ///< `repeat E {`
  leave_loop,       ///< `break`
  next_round,       ///< `continue`
  label,            ///< `label l`
  jump,             ///< `goto l`
  scope,            ///< `defer {`, `without ctrl+shift {`
  send,             ///< `send next`, in a `defer` only
  match,            ///< `match next within 1s {`
  pattern,          ///< `a shift+b {`, in a `match` only
  match_else,       ///< `else {`, in a `match` only
};

/// One row of the table.
struct Statement {
  const char* text;  ///< words(); so the table takes the least room.
  Opcode opcode;     ///< What it is compiled to; last, if that is several instructions.
  StatementForm form;

  /// What it starts with: one keyword, or one and a second word; or one word that is not reserved.
  [[nodiscard]] constexpr std::string_view words() const { return text; }
  /// The first of its words.
  [[nodiscard]] constexpr std::string_view keyword() const {
    const std::string_view all = words();
    return {all.data(), std::min(all.find(' '), all.size())};
  }
  /// The second of its words; empty if there is none.
  [[nodiscard]] constexpr std::string_view second_word() const {
    std::string_view rest = words();
    rest.remove_prefix(std::min(keyword().size() + 1, rest.size()));
    return rest;
  }
  [[nodiscard]] constexpr bool begins_with(std::string_view word) const {
    // Most differ in the first letter, and every keyword is looked for here.
    return word.starts_with(*text) && words().starts_with(word) && keyword().size() == word.size();
  }
  [[nodiscard]] constexpr std::string_view last_word() const {
    return second_word().empty() ? words() : second_word();
  }
};

/// All statements that may stand in a body. One that starts with no word of its own has none here.
/// Statements that start alike stand together, those with a second word first. Of several with one
/// opcode, the one that is written for it comes first.
// clang-format off
inline constexpr Statement kStatements[] = {
  {"tap",          Opcode::tap,          StatementForm::taps},
  {"key",          Opcode::tap,          StatementForm::key},
  {"click",        Opcode::tap,          StatementForm::buttons},
  {"press",        Opcode::press,        StatementForm::chords},
  {"release all",  Opcode::release_all,  StatementForm::nothing},
  {"release",      Opcode::release,      StatementForm::chords},
  {"hold",         Opcode::hold,         StatementForm::chord},
  {"toggle",       Opcode::toggle,       StatementForm::chord},
  {"oneshot",      Opcode::oneshot,      StatementForm::chord},
  {"",             Opcode::raw,          StatementForm::report},
  {"",             Opcode::text,         StatementForm::text},
  {"",             Opcode::type,         StatementForm::text_value},
  {"move",         Opcode::move,         StatementForm::pointer},
  {"scroll",       Opcode::scroll,       StatementForm::pointer},

  {"wait release", Opcode::wait_release, StatementForm::until_release},
  {"wait key",     Opcode::wait_key,     StatementForm::until_key},
  {"wait until",   Opcode::until,        StatementForm::until_condition},
  {"wait",         Opcode::wait,         StatementForm::duration},
  {"wait",         Opcode::wait_value,   StatementForm::duration_value},
  {"yield",        Opcode::yield,        StatementForm::nothing},

  {"if",           Opcode::branch,       StatementForm::condition},
  {"while",        Opcode::while_true,   StatementForm::while_loop},
  {"loop",         Opcode::forever,      StatementForm::endless_loop},
  {"repeat",       Opcode::counter,      StatementForm::counted_loop},
  {"break",        Opcode::leave,        StatementForm::leave_loop},
  {"continue",     Opcode::next_round,   StatementForm::next_round},
  {"goto",         Opcode::go_to,        StatementForm::jump},
  {"label",        Opcode::label,        StatementForm::label},
  {"exit",         Opcode::exit,         StatementForm::nothing},
  {"without mods", Opcode::without,      StatementForm::scope},
  {"without",      Opcode::without_some, StatementForm::scope},
  {"defer",        Opcode::defer,        StatementForm::scope},
  {"send next",    Opcode::send_next,    StatementForm::send},
  {"match next",   Opcode::match,        StatementForm::match},
  {"",             Opcode::pattern,      StatementForm::pattern},
  {"else",         Opcode::match_else,   StatementForm::match_else},

  {"let",          Opcode::let,          StatementForm::let},
  {"",             Opcode::store,        StatementForm::assignment},
  {"",             Opcode::store_global, StatementForm::assignment},
  {"call",         Opcode::call,         StatementForm::call},
  {"fork",         Opcode::fork,         StatementForm::call},
  {"stop all",     Opcode::stop_all,     StatementForm::nothing},
  {"stop others",  Opcode::stop_others,  StatementForm::nothing},
  {"stop",         Opcode::stop,         StatementForm::macro},

  {"layer hold",   Opcode::layer_hold,   StatementForm::layer},
  {"layer on",     Opcode::layer_on,     StatementForm::layer},
  {"layer off",    Opcode::layer_off,    StatementForm::layer},
  {"layer toggle", Opcode::layer_toggle, StatementForm::layer},
  {"record stop",  Opcode::record_stop,  StatementForm::nothing},
  {"record",       Opcode::record,       StatementForm::recording},
  {"record",       Opcode::record_timed, StatementForm::timed_recording},
  {"play",         Opcode::play,         StatementForm::recording},
  {"lock",         Opcode::lock,         StatementForm::nothing},
  {"edit",         Opcode::edit,         StatementForm::nothing},
  {"capsword",     Opcode::caps_word,    StatementForm::nothing},
  {"repeatkey",    Opcode::repeat_key,   StatementForm::nothing},
};
// clang-format on

/// The row that is written for `opcode`; null if no statement is compiled to it.
const Statement* find_statement(Opcode opcode);

/// Whether a statement starts with `word`.
bool begins_statement(std::string_view word);

/// Whether a statement that starts with `word` goes on with keys.
bool takes_keys(std::string_view word);

/// Whether the word ends what statements start with, and a value or a name must follow.
bool wants_value(std::string_view word);

}  // namespace pianola::lang
