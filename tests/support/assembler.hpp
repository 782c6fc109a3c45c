#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lang/code/opcode.hpp"
#include "lang/code/trigger.hpp"
#include "ports/memory/roll.hpp"

namespace pianola::test {

/// Writes bytecode by hand, for tests that must not depend on the compiler.
class Assembler {
 public:
  Assembler& op(lang::Opcode opcode) { return u8(static_cast<std::uint8_t>(opcode)); }
  Assembler& u8(std::uint8_t value) {
    code.push_back(value);
    return *this;
  }
  Assembler& number(std::uint32_t value) {
    while (value >= 0x80) {
      code.push_back(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7;
    }
    return u8(static_cast<std::uint8_t>(value));
  }
  Assembler& integer(std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    return number((bits << 1) ^ (value < 0 ? 0xFFFFFFFFU : 0U));
  }
  /// A name or a text operand.
  Assembler& counted(std::string_view text) {
    u8(static_cast<std::uint8_t>(text.size()));
    code.insert(code.end(), text.begin(), text.end());
    return *this;
  }
  /// A text operand whose `size` bytes stand at `offset` in the definition's source.
  Assembler& in_source(std::uint32_t offset, std::size_t size) {
    return u8(static_cast<std::uint8_t>(0x80U + size)).number(offset);
  }
  Assembler& key(std::uint16_t usage) { return number(lang::KeyRef::usage(usage).raw()); }
  Assembler& character(char32_t c) { return number(lang::KeyRef::character(c).raw()); }
  /// One label entry of LABELS.
  Assembler& label(std::uint16_t label, std::uint32_t offset, std::uint8_t depth = 0) {
    return u8(static_cast<std::uint8_t>(label))
        .u8(static_cast<std::uint8_t>(label >> 8))
        .u8(static_cast<std::uint8_t>(offset))
        .u8(static_cast<std::uint8_t>(offset >> 8))
        .u8(static_cast<std::uint8_t>(offset >> 16))
        .u8(depth);
  }
  /// A key trigger without modifiers (press, leader, hold, tap, double).
  Assembler& trigger(std::uint16_t usage, lang::TriggerKind kind = lang::TriggerKind::press) {
    return u8(static_cast<std::uint8_t>(kind)).key(usage);
  }
  /// Adds the code as the next definition of `roll`, with the bytes [begin, end) of its source.
  void into(memory::Roll& roll, std::uint32_t begin = 0, std::uint32_t end = 0) const {
    roll.begin_definition();
    roll.append_code(code);
    roll.end_definition(begin, end);
  }

  std::vector<std::uint8_t> code;
};

/// A text that is typed.
inline Assembler text(std::string_view what) {
  return Assembler{}.op(lang::Opcode::text).counted(what);
}

}  // namespace pianola::test
