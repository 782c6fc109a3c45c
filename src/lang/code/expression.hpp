#pragma once

#include <cstdint>
#include <string_view>

#include "lang/code/opcode.hpp"
#include "lang/code/wakes.hpp"

namespace pianola::lang {

// What expressions are made of, one row each: for the compiler, for what writes expressions from
// code, and for the formatter.

/// How tightly an operator binds, from the loosest.
enum class Precedence : std::uint8_t {
  none,  ///< It is no operator.
  either,
  both,
  inversion,
  comparison,
  sum,
  product,
  unary,
  atom,  ///< Values, and what has parentheses of its own.
};

enum class OperatorForm : std::uint8_t {
  infix,   ///< `a + b`
  prefix,  ///< `not a`
  call,    ///< `min(a, b)`
};

struct Operator {
  const char* word;
  Opcode opcode;
  OperatorForm form;
  Precedence precedence;
};

// clang-format off
inline constexpr Operator kOperators[] = {
  {"or",         Opcode::or_else,         OperatorForm::infix,  Precedence::either},
  {"and",        Opcode::and_then,        OperatorForm::infix,  Precedence::both},
  {"not",        Opcode::invert,          OperatorForm::prefix, Precedence::inversion},
  {"==",         Opcode::equal,           OperatorForm::infix,  Precedence::comparison},
  {"!=",         Opcode::not_equal,       OperatorForm::infix,  Precedence::comparison},
  {"<",          Opcode::less,            OperatorForm::infix,  Precedence::comparison},
  {"<=",         Opcode::less_equal,      OperatorForm::infix,  Precedence::comparison},
  {">",          Opcode::greater,         OperatorForm::infix,  Precedence::comparison},
  {">=",         Opcode::greater_equal,   OperatorForm::infix,  Precedence::comparison},
  {"elapsed >=", Opcode::elapsed_reached, OperatorForm::prefix, Precedence::comparison},
  {"time >=",    Opcode::time_reached,    OperatorForm::prefix, Precedence::comparison},
  {"+",          Opcode::add,             OperatorForm::infix,  Precedence::sum},
  {"-",          Opcode::subtract,        OperatorForm::infix,  Precedence::sum},
  {"*",          Opcode::multiply,        OperatorForm::infix,  Precedence::product},
  {"/",          Opcode::divide,          OperatorForm::infix,  Precedence::product},
  {"%",          Opcode::modulo,          OperatorForm::infix,  Precedence::product},
  {"-",          Opcode::negate,          OperatorForm::prefix, Precedence::unary},
  {"min",        Opcode::minimum,         OperatorForm::call,   Precedence::atom},
  {"max",        Opcode::maximum,         OperatorForm::call,   Precedence::atom},
  {"random",     Opcode::random,          OperatorForm::call,   Precedence::atom},
};
// clang-format on

/// The operator that is compiled to `opcode`; null if none is.
const Operator* find_operator(Opcode opcode);
/// The operator of this form that is written `word`; null if none is.
const Operator* find_operator(std::string_view word, OperatorForm form);
/// How tightly the infix operators bind that begin with `sign`: all of them alike.
Precedence infix_precedence(char32_t sign);

/// A value that is asked of the engine.
struct QueryInfo {
  const char* word;
  Opcode opcode;
  Query query;  ///< Of Opcode::query; the others have an operand between parentheses.
  Wakes wakes;  ///< What changes it.
};

// clang-format off
/// Those of Opcode::query stand in the order of Query.
inline constexpr QueryInfo kQueries[] = {
  {"held",        Opcode::query,        Query::held,        kWakeRelease | kWakeKey},
  {"released",    Opcode::query,        Query::released,    kWakeRelease | kWakeKey},
  {"interrupted", Opcode::query,        Query::interrupted, kWakeKey},
  {"elapsed",     Opcode::query,        Query::elapsed,     kWakeTime},
  {"double",      Opcode::query,        Query::double_tap,  kWakeKey},
  {"pending",     Opcode::query,        Query::pending,     kWakeKey},
  {"recording",   Opcode::query,        Query::recording,   kWakeTask},
  {"time",        Opcode::query,        Query::time,        kWakeTime},
  {"last(letter)", Opcode::query,       Query::last_letter, kWakeKey},
  {"last(digit)", Opcode::query,        Query::last_digit,  kWakeKey},
  {"held",        Opcode::held_key,     {},                 kWakeKey},
  {"mods",        Opcode::mods_held,    {},                 kWakeKey},
  {"led",         Opcode::led,          {},                 kWakeLed},
  {"layer",       Opcode::layer_active, {},                 kWakeLayer},
  {"running",     Opcode::running,      {},                 kWakeTask},
  {"last",        Opcode::last_key,     {},                 kWakeKey},
};
// clang-format on

/// The query with an operand that is compiled to `opcode`; null if none is.
const QueryInfo* find_query(Opcode opcode);
/// The query that is written so, with an operand if there are two; null if none is.
const QueryInfo* find_query(std::string_view word, bool operand);

}  // namespace pianola::lang
