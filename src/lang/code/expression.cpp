#include "lang/code/expression.hpp"

#include <algorithm>
#include <iterator>

namespace pianola::lang {
namespace {

constexpr bool in_order() {
  for (std::size_t i = 0; i < kQueryCount; ++i) {
    if (kQueries[i].query != static_cast<Query>(i)) return false;
  }
  return kQueries[kQueryCount].opcode != Opcode::query;
}
static_assert(in_order());

template <typename Row, std::size_t Size, typename Predicate>
const Row* find_row(const Row (&rows)[Size], Predicate is_it) {
  const Row* found = std::ranges::find_if(std::begin(rows), std::end(rows), is_it);
  return found != std::end(rows) ? found : nullptr;
}

}  // namespace

const Operator* find_operator(Opcode opcode) {
  return find_row(kOperators, [&](const Operator& row) { return row.opcode == opcode; });
}

const Operator* find_operator(std::string_view word, OperatorForm form) {
  return find_row(kOperators, [&](const Operator& row) {
    return row.form == form && word.starts_with(*row.word) && row.word == word;
  });
}

Precedence infix_precedence(char32_t sign) {
  const Operator* found = find_row(kOperators, [&](const Operator& row) {
    return row.form == OperatorForm::infix && static_cast<char32_t>(row.word[0]) == sign;
  });
  return found != nullptr ? found->precedence : Precedence::none;
}

const QueryInfo* find_query(Opcode opcode) {
  return find_row(kQueries, [&](const QueryInfo& row) { return row.opcode == opcode; });
}

const QueryInfo* find_query(std::string_view word, bool operand) {
  const QueryInfo* found = nullptr;
  for (const QueryInfo& row : kQueries) {
    const bool better = found == nullptr || operand;
    if (row.word == word && better) found = &row;
  }
  return found;
}

}  // namespace pianola::lang
