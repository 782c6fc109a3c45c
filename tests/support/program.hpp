#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "support/assembler.hpp"
#include "support/rig.hpp"

namespace pianola::test {

/// A body with labels, in bytecode.
class Program : public Assembler {
 public:
  /// `before` are the bytes of the declaration: 3 for the binding of a key below 40 hex.
  explicit Program(std::uint32_t before = 3) : before_(before) {}
  /// The body of the macro `name`, with fewer than 128 parameters.
  static Program of_macro(std::string_view name) {
    return Program{3 + static_cast<std::uint32_t>(name.size())};
  }

  Program& op(lang::Opcode opcode) {
    Assembler::op(opcode);
    return *this;
  }
  Program& u8(std::uint8_t value) {
    Assembler::u8(value);
    return *this;
  }
  Program& number(std::uint32_t value) {
    Assembler::number(value);
    return *this;
  }
  Program& counted(std::string_view text) {
    Assembler::counted(text);
    return *this;
  }
  Program& key(std::uint16_t usage) {
    Assembler::key(usage);
    return *this;
  }
  Program& character(char32_t c) {
    Assembler::character(c);
    return *this;
  }
  Program& push(std::int32_t value) {
    Assembler::op(lang::Opcode::push).integer(value);
    return *this;
  }
  Program& text(std::string_view what) { return op(lang::Opcode::text).counted(what); }
  Program& tap(std::uint16_t usage, std::uint8_t mods = 0) {
    return op(lang::Opcode::tap).u8(mods).key(usage);
  }
  Program& wait(std::uint32_t ms) { return op(lang::Opcode::wait).number(ms); }
  Program& load(std::uint8_t slot) { return op(lang::Opcode::load).u8(slot); }
  Program& let(std::uint8_t slot) { return op(lang::Opcode::let).u8(slot); }
  Program& query(lang::Query what) {
    return op(lang::Opcode::query).number(static_cast<std::uint32_t>(what));
  }
  /// An instruction whose operand is a name.
  Program& named(lang::Opcode opcode, std::string_view name) { return op(opcode).counted(name); }
  /// CALL or FORK.
  Program& starts(lang::Opcode opcode, std::string_view name, std::uint32_t arguments = 0) {
    return op(opcode).counted(name).number(arguments);
  }
  /// One key of a pattern.
  Program& pattern_key(std::uint16_t usage, std::uint8_t exact = 0, std::uint8_t either = 0) {
    return u8(exact).u8(either).key(usage);
  }

  /// The label stands here, within `depth` scopes.
  Program& place(std::uint16_t label, std::uint8_t depth = 0) {
    labels_.push_back({label, here(), depth});
    return *this;
  }
  /// How many bytes of the body there are.
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(code.size()); }
  /// BACK to `head`, which is a value of here().
  Program& back(std::uint32_t head) {
    const std::uint32_t distance = here() - head;
    return op(lang::Opcode::back).number(distance);
  }
  Program& next_round(std::uint8_t depth, std::uint32_t head) {
    const std::uint32_t distance = here() - head;
    return op(lang::Opcode::next_round).number(depth).number(distance);
  }
  Program& until(lang::Wakes wakes, std::uint32_t head, std::uint32_t limit_slot_and_1 = 0) {
    const std::uint32_t distance = here() - head;
    return op(lang::Opcode::until).number(wakes).number(limit_slot_and_1).number(distance);
  }

  [[nodiscard]] BytecodeRoll::Body body(std::uint8_t frame = 0, std::uint8_t params = 0) const {
    if (labels_.empty()) return {*this, frame, params};
    Assembler all = *this;
    all.op(lang::Opcode::labels).number(0).u8(static_cast<std::uint8_t>(labels_.size()));
    for (const Placed& label : labels_) {
      all.label(label.number, before_ + label.offset, label.depth);
    }
    return {all, frame, params, here() + 1};
  }

 private:
  struct Placed {
    std::uint16_t number;
    std::uint32_t offset;
    std::uint8_t depth;
  };

  std::uint32_t before_;
  std::vector<Placed> labels_;
};

}  // namespace pianola::test
