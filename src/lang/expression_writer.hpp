#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lang/code_reader.hpp"
#include "lang/opcode.hpp"
#include "lang/text_writer.hpp"

namespace pianola::lang {

/// How the slots of a macro's parameters are spelled: `p0`, `p1` …, with more letters p where the
/// macro reads a global of the same name.
struct ParameterNames {
  std::uint8_t count = 0;    ///< Parameters; slots from this one on have no name.
  std::uint8_t letters = 1;  ///< How many letters p.
};

/// Writes the expression whose code is the bytes [begin, end) of the reader's definition, with no
/// more parentheses than its meaning needs. False if that code is no single expression of at most
/// kMaxExpression instructions; nothing sensible was written then. Leaves the reader elsewhere.
bool write_expression(TextWriter& out, CodeReader& reader, std::uint32_t begin, std::uint32_t end,
                      const ParameterNames& names);

}  // namespace pianola::lang
