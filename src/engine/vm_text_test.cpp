// Texts that stand in the source of the definition that types them.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/errors.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using test::Assembler;
using test::BytecodeRoll;
using test::Program;
using test::Rig;
using namespace test::keys;

constexpr std::string_view kSlice = "F1 { \"Grüße, and more of it\" } # é";

/// What F1 types that does `body`, and the error that ends it, if any.
struct Typed {
  std::string text;
  std::vector<Error> errors;
};
Typed typed(const Assembler& body, BytecodeRoll roll = {}) {
  Rig rig{roll.bind(kF1, BytecodeRoll::Body{body, 2}).source(kSlice).layout("de"),
          {.layout = *hid::find_layout("de")}};
  rig.tap(kF1, 0).run(10'000);
  EXPECT_TRUE(rig.simulation->engine().idle());
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
  return {rig.text(), rig.simulation->errors()};
}
Assembler text(std::uint32_t offset, std::size_t size) {
  return Assembler{}.op(Opcode::text).in_source(offset, size);
}

TEST(VmTextInSource, IsTypedAndTheCodeGoesOn) {
  EXPECT_EQ(typed(text(6, 7)).text, "Grüße");
  EXPECT_EQ(typed(text(0, 2).op(Opcode::text).in_source(15, 3).op(Opcode::text).counted("!")).text,
            "F1and!");
}

TEST(VmTextInSource, IsTypedToTheEndOfTheSlice) {
  const auto end = static_cast<std::uint32_t>(kSlice.size());
  EXPECT_EQ(typed(text(end - 2, 2)).text, "é");
  EXPECT_TRUE(typed(text(end - 2, 2)).errors.empty());
}

TEST(VmTextInSource, ThatIsNoneIsAnErrorAndOthersPlayOn) {
  const auto end = static_cast<std::uint32_t>(kSlice.size());
  for (const Assembler& bad : {text(end - 3, 4),       // behind the end of the slice
                               text(end, 1),           //
                               text(0x0FFFFFFF, 127),  //
                               text(8, 3),             // the ü and half of the ß
                               text(9, 2),             // half of each
                               text(6, 3)}) {          // Gr and half of the ü
    const Typed result = typed(Assembler{bad}.op(Opcode::text).counted("never"));
    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_EQ(result.errors[0].code, ErrorCode::text);
    EXPECT_EQ(result.errors[0].record, 0U);
    EXPECT_EQ(result.text.find("never"), std::string::npos);
  }
  for (const Assembler& bad :
       {text(0xFFFFFFFF, 1), text(3, 0), Assembler{}.op(Opcode::text).u8(129)}) {
    const Typed result = typed(bad);
    // (The last one takes END for its offset, and what follows is missing.)
    ASSERT_EQ(result.errors.size(), 1U);
  }
}

TEST(VmTextInSource, IsPushedWithThePiecesThatFollow) {
  Program caller;
  caller.op(Opcode::push_text).in_source(6, 7).op(Opcode::more_text).counted("-");
  caller.op(Opcode::more_text).in_source(15, 3);
  caller.starts(Opcode::call, "twice", 1).text(".");
  Program twice = Program::of_macro("twice");
  twice.load(0).op(Opcode::type).text(" ").load(0).op(Opcode::type);
  BytecodeRoll roll;
  roll.macro("twice", twice.body(1, 1));
  EXPECT_EQ(typed(caller, roll).text, "Grüße-and Grüße-and.");
}

TEST(VmTextInSource, MayStandAroundANamedOne) {
  BytecodeRoll roll;
  roll.named_text("inner", Assembler{}.op(Opcode::more_text).in_source(19, 4));
  Assembler outer = Assembler{}.op(Opcode::more_text).in_source(15, 4).op(Opcode::text_of);
  outer.counted("inner").op(Opcode::more_text).in_source(23, 3);
  roll.named_text("outer", outer);
  EXPECT_EQ(
      typed(Program{}.named(Opcode::load_global, "outer").op(Opcode::type).text("."), roll).text,
      "and more of.");
}

// While it is typed, the code of a key that the user presses is read.
TEST(VmTextInSource, GoesOnAfterTheUsersKeys) {
  BytecodeRoll roll;
  roll.set(lang::Setting::busy, 1).remap(kA, 0, kC);
  Rig rig{roll.bind(kF1, text(19, 4)).source(kSlice)};
  rig.press(kF1, 0).tap(kA, 1).release(kF1, 20).run();
  EXPECT_EQ(rig.text(), "mocre");
}

}  // namespace
}  // namespace pianola::engine
