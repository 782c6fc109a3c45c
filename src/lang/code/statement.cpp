#include "lang/code/statement.hpp"

#include <iterator>

namespace pianola::lang {

const Statement* find_statement(Opcode opcode) {
  const auto* found =
      std::ranges::find_if(std::begin(kStatements), std::end(kStatements),
                           [&](const Statement& statement) { return statement.opcode == opcode; });
  return found != std::end(kStatements) ? found : nullptr;
}

bool begins_statement(std::string_view word) {
  return std::ranges::any_of(
      std::begin(kStatements), std::end(kStatements),
      [&](const Statement& statement) { return statement.begins_with(word); });
}

bool takes_keys(std::string_view word) {
  return std::ranges::any_of(
      std::begin(kStatements), std::end(kStatements), [&](const Statement& statement) {
        return (statement.form == StatementForm::taps || statement.form == StatementForm::chords ||
                statement.form == StatementForm::chord) &&
               statement.words() == word;
      });
}

bool wants_value(std::string_view word) {
  return std::ranges::any_of(std::begin(kStatements), std::end(kStatements),
                             [&](const Statement& statement) {
                               switch (statement.form) {
                                 case StatementForm::call:
                                 case StatementForm::until_condition:
                                 case StatementForm::condition:
                                 case StatementForm::while_loop:
                                 case StatementForm::counted_loop:
                                   return statement.last_word() == word;
                                 default:
                                   return false;
                               }
                             });
}

}  // namespace pianola::lang
