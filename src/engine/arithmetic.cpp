#include "engine/arithmetic.hpp"

namespace pianola::engine {

using lang::Opcode;

std::optional<ErrorCode> calculate(Opcode opcode, std::int32_t a, std::int32_t b,
                                   std::int32_t& result) {
  switch (opcode) {
    case Opcode::add:
      return calculate<Opcode::add>(a, b, result);
    case Opcode::subtract:
      return calculate<Opcode::subtract>(a, b, result);
    case Opcode::multiply:
      return calculate<Opcode::multiply>(a, b, result);
    case Opcode::divide:
      return calculate<Opcode::divide>(a, b, result);
    case Opcode::modulo:
      return calculate<Opcode::modulo>(a, b, result);
    case Opcode::minimum:
      return calculate<Opcode::minimum>(a, b, result);
    case Opcode::maximum:
      return calculate<Opcode::maximum>(a, b, result);
    case Opcode::equal:
      return calculate<Opcode::equal>(a, b, result);
    case Opcode::not_equal:
      return calculate<Opcode::not_equal>(a, b, result);
    case Opcode::less:
      return calculate<Opcode::less>(a, b, result);
    case Opcode::less_equal:
      return calculate<Opcode::less_equal>(a, b, result);
    case Opcode::greater:
      return calculate<Opcode::greater>(a, b, result);
    case Opcode::greater_equal:
      return calculate<Opcode::greater_equal>(a, b, result);
    default:
      return ErrorCode::code;
  }
}

}  // namespace pianola::engine
