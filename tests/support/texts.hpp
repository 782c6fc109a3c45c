#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"

namespace pianola::test {

/// What each definition's code says, wherever its texts stand and however they are cut: the
/// instructions, `<NN>` each, and what texts that follow each other say together. Where code or a
/// text cannot be read, `???` stands.
inline std::vector<std::string> said_by(lang::Roll& roll) {
  std::vector<std::string> all;
  std::array<std::uint8_t, 16> window{};
  lang::CodeReader reader{roll, window};
  for (std::uint32_t position = 0; position < roll.size(); ++position) {
    const std::uint32_t record = roll.record_at(position);
    std::string& said = all.emplace_back();
    lang::Opcode last{};
    reader.seek(record, 0);
    while (!reader.at_end()) {
      lang::Instruction in;
      if (!read_instruction(reader, in)) return {"???"};
      const bool text = lang::operands_of(in.opcode)[0] == lang::OperandKind::text;
      const bool goes_on = text && (in.opcode == last || in.opcode == lang::Opcode::more_text);
      if (!goes_on) said += '<' + std::to_string(static_cast<unsigned>(in.opcode)) + '>';
      last = in.opcode == lang::Opcode::more_text ? last : in.opcode;
      if (!text) continue;
      seek_text(reader, in.text());
      for (std::uint32_t i = 0; i < in.payload_size; ++i) {
        said += static_cast<char>(reader.byte());
      }
      if (reader.failed()) said += "???";
      reader.seek(record, in.end);
    }
  }
  return all;
}

}  // namespace pianola::test
