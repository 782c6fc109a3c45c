// Compares docs/design.md with the code that it describes.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "lang/code/opcode.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

namespace pianola {
namespace {

std::string_view operand_text(lang::OperandKind kind) {
  switch (kind) {
    case lang::OperandKind::none:
      return "";
    case lang::OperandKind::number:
      return "number";
    case lang::OperandKind::integer:
      return "integer";
    case lang::OperandKind::slot:
      return "slot";
    case lang::OperandKind::mods:
      return "modifiers";
    case lang::OperandKind::key:
      return "key";
    case lang::OperandKind::label:
      return "label";
    case lang::OperandKind::distance:
      return "distance";
    case lang::OperandKind::name:
      return "name";
    case lang::OperandKind::text:
      return "text";
    case lang::OperandKind::keys:
      return "keys";
    case lang::OperandKind::trigger:
      return "trigger";
    case lang::OperandKind::pattern:
      return "pattern";
    case lang::OperandKind::labels:
      return "labels";
  }
  return "";
}

/// The list of instructions as the document has to have it.
std::string instruction_list() {
  std::string list;
  for (std::size_t i = 0; i < lang::kOpcodeCount; ++i) {
    list += fmt::format("- `{}", lang::kMnemonics[i]);
    for (const lang::OperandKind kind : lang::kOperands[i]) {
      if (kind != lang::OperandKind::none) list += fmt::format(" {}", operand_text(kind));
    }
    list += "`";
    const auto [pops, pushes] = lang::kStackEffects[i];
    if (pops + pushes > 0) list += fmt::format(" ({}, {})", pops, pushes);
    list += fmt::format(": {}\n", lang::kOpcodeMeanings[i]);
  }
  return list;
}

TEST(DesignDocument, ListsEveryInstruction) {
  std::string listed;
  for (const std::string& line :
       test::section_of(test::read_file(test::source_dir() / "docs/design.md"), "Instructions")) {
    if (line.starts_with("- ")) listed += line + "\n";
    // A long line goes on in the next, indented.
    if (line.starts_with("  ")) listed.replace(listed.size() - 1, 1, line.substr(1) + "\n");
  }
  const std::string expected = instruction_list();
  EXPECT_EQ(listed, expected) << "The list should be:\n" << expected;
}

}  // namespace
}  // namespace pianola
