#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text_writer.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// How the slots of a body are spelled: parameters `p0`, `p1` …, other locals `v2`, `v3` …, with
/// more letters where the body uses a global of the same name.
struct SlotNames {
  std::uint8_t parameters = 0;
  std::uint8_t letters = 1;  ///< How many letters p or v.
  std::uint32_t known = 0;   ///< A bit for each slot that has a name here.
  bool until = false;        ///< The expression is that of `wait until`.

  [[nodiscard]] bool has(std::uint32_t slot) const {
    return slot < kMaxSlots && (known >> slot & 1U) != 0;
  }
};

/// Writes the name of a slot.
void write_slot(TextWriter& out, const SlotNames& names, std::uint32_t slot);

/// Writes the expression whose code is the bytes [begin, end) of the reader's definition, with no
/// more parentheses than its meaning needs. False if that code is no single expression of at most
/// kMaxExpression instructions; nothing sensible was written then. Leaves the reader elsewhere.
bool write_expression(TextWriter& out, CodeReader& reader, std::uint32_t begin, std::uint32_t end,
                      const SlotNames& names);

}  // namespace pianola::lang
