#include "engine/key_options.hpp"

#include <algorithm>

namespace pianola::engine {

using lang::Opcode;

namespace {

/// Where the options of `entry` begin.
std::uint32_t options_at(const lang::IndexEntry& entry) {
  return entry.code - std::min<std::uint32_t>(entry.params, entry.code);
}

}  // namespace

std::optional<ErrorCode> KeyOptions::read(lang::CodeReader& reader, const lang::IndexEntry& entry) {
  if (entry.params == 0) return std::nullopt;
  lang::Instruction instruction;
  reader.seek(entry.record, options_at(entry));
  while (reader.offset() < entry.code) {
    if (!read_instruction(reader, instruction)) return ErrorCode::code;
    if (const auto error = take(reader, instruction)) return error;
    if (instruction.opcode != Opcode::option_with) continue;
    list_record_ = entry.record;
    list_at_ = options_at(entry);
    list_end_ = entry.code;
  }
  return std::nullopt;
}

std::optional<ErrorCode> KeyOptions::take(lang::CodeReader& reader,
                                          const lang::Instruction& instruction) {
  const std::uint32_t value = instruction.value[0];
  switch (instruction.opcode) {
    case Opcode::option_again:
      again = static_cast<Again>(value & 3U);
      return std::nullopt;
    case Opcode::option_typing:
      set(lang::Setting::typing, value);
      return std::nullopt;
    case Opcode::option_pause:
      set(lang::Setting::pause, value);
      return std::nullopt;
    case Opcode::option_layout: {
      reader.seek(reader.record(), instruction.payload);
      const std::optional<std::uint8_t> found = read_layout(reader, instruction.payload_size);
      if (!found) return ErrorCode::layout;
      layout = *found;
      return std::nullopt;
    }
    case Opcode::option_anywhere:
      anywhere = value != 0;
      return std::nullopt;
    case Opcode::option_case:
      any_case = value != 0;
      return std::nullopt;
    case Opcode::option_end:
      end = value != 0;
      return std::nullopt;
    case Opcode::option_with:  // read() knows where they are
      return std::nullopt;
    case Opcode::option:
      set(static_cast<lang::Setting>(value), instruction.value[1]);
      return std::nullopt;
    default:
      return ErrorCode::code;
  }
}

bool KeyOptions::lists(lang::CodeReader& reader, const hid::Layout& characters,
                       hid::Usage usage) const {
  lang::Instruction instruction;
  reader.seek(list_record_, list_at_);
  while (reader.offset() < list_end_ && read_instruction(reader, instruction)) {
    if (instruction.opcode != Opcode::option_with) continue;
    const auto ref = lang::KeyRef::from_raw(instruction.value[0]);
    const auto found = characters.key_of(static_cast<char32_t>(ref.value()));
    if (ref.is_character() && found && hid::keyboard_usage(*found) == usage) return true;
  }
  return false;
}

bool has_any_case(lang::CodeReader& reader, const lang::IndexEntry& entry) {
  lang::Instruction instruction;
  reader.seek(entry.record, options_at(entry));
  while (reader.offset() < entry.code && read_instruction(reader, instruction)) {
    if (instruction.opcode == Opcode::option_case) return instruction.value[0] != 0;
  }
  return false;
}

}  // namespace pianola::engine
