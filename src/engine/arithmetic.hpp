#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "engine/errors.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::engine {

/// Whether `opcode` makes one integer out of two.
constexpr bool is_binary(lang::Opcode opcode) {
  return opcode >= lang::Opcode::add && opcode <= lang::Opcode::greater_equal;
}

// Division is done without signs: a small processor has routines for that in any case, and needs
// none for the other.

/// `number` without its sign.
constexpr std::uint32_t magnitude(std::int32_t number) {
  const auto bits = static_cast<std::uint32_t>(number);
  return number < 0 ? 0 - bits : bits;
}

/// `number`, or minus that if it is `negative`.
constexpr std::int32_t with_sign(std::uint32_t number, bool negative) {
  return static_cast<std::int32_t>(negative ? 0 - number : number);
}

/// What the binary instruction `Code` makes of `a` and `b`. Returns the error if there is one.
template <lang::Opcode Code>
constexpr std::optional<ErrorCode> calculate(std::int32_t a, std::int32_t b, std::int32_t& result) {
  static_assert(is_binary(Code));
  using lang::Opcode;
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  bool fits = true;
  if constexpr (Code == Opcode::add) {
    fits = !__builtin_add_overflow(a, b, &result);
  } else if constexpr (Code == Opcode::subtract) {
    fits = !__builtin_sub_overflow(a, b, &result);
  } else if constexpr (Code == Opcode::multiply) {
    fits = !__builtin_mul_overflow(a, b, &result);
  } else if constexpr (Code == Opcode::divide) {
    if (b == 0) return ErrorCode::zero;
    fits = a != kLeast || b != -1;
    const std::uint32_t quotient = magnitude(a) / magnitude(b);
    result = fits ? with_sign(quotient, (a < 0) != (b < 0)) : 0;
  } else if constexpr (Code == Opcode::modulo) {
    if (b == 0) return ErrorCode::zero;
    // Of the least number and -1 the quotient does not fit, but the remainder does.
    result = with_sign(magnitude(a) % magnitude(b), a < 0);
  } else if constexpr (Code == Opcode::minimum) {
    result = std::min(a, b);
  } else if constexpr (Code == Opcode::maximum) {
    result = std::max(a, b);
  } else if constexpr (Code == Opcode::equal) {
    result = a == b ? 1 : 0;
  } else if constexpr (Code == Opcode::not_equal) {
    result = a != b ? 1 : 0;
  } else if constexpr (Code == Opcode::less) {
    result = a < b ? 1 : 0;
  } else if constexpr (Code == Opcode::less_equal) {
    result = a <= b ? 1 : 0;
  } else if constexpr (Code == Opcode::greater) {
    result = a > b ? 1 : 0;
  } else if constexpr (Code == Opcode::greater_equal) {
    result = a >= b ? 1 : 0;
  }
  return fits ? std::nullopt : std::optional{ErrorCode::overflow};
}

/// The same for an `opcode` that is_binary().
std::optional<ErrorCode> calculate(lang::Opcode opcode, std::int32_t a, std::int32_t b,
                                   std::int32_t& result);

}  // namespace pianola::engine
