// Bodies with thousands of blocks: what they cost grows with their length, and not with its square.

#include <gtest/gtest.h>

#include <string>

#include "lang/text/decompiler.hpp"
#include "ports/sim/simulation.hpp"
#include "support/compilation.hpp"
#include "support/counting_roll.hpp"

namespace pianola {
namespace {

/// A macro on F1 with `count` blocks, none of which is entered, and what is typed at last.
std::string many_blocks(int count) {
  std::string text = "F1 {\n  let n = 0\n";
  for (int i = 0; i < count; ++i) text += "  if n { \"a\" n = 1 }\n";
  return text + "  \"end\"\n}\n";
}

/// How often code is read while F1 runs.
unsigned reads_to_run(int count) {
  test::Compilation compiled{many_blocks(count)};
  EXPECT_EQ(compiled.status(), Status::ok) << compiled.text();
  test::CountingRoll roll{compiled.roll()};
  sim::Simulation simulation{roll, {}};
  constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);
  simulation.run(std::vector<engine::KeyEvent>{{kF1, true, 0}, {kF1, false, 5}}, 60'000);
  EXPECT_EQ(simulation.host().text(), "end");
  return roll.codes;
}

TEST(ManyBlocks, ThoseThatAreNotEnteredCostTheSameEach) {
  const unsigned few = reads_to_run(500);
  const unsigned many = reads_to_run(8'000);
  EXPECT_LE(many, 17 * few) << few;
}

/// How often code is read while all of it is turned into text without its source.
unsigned reads_to_show(int count) {
  test::Compilation compiled{many_blocks(count)};
  test::CountingRoll roll{compiled.roll()};
  memory::StringSink out;
  lang::decompile(roll, out);
  EXPECT_NE(out.text().find("\"end\""), std::string::npos);
  return roll.codes;
}

TEST(ManyBlocks, AreShownAtTheSameCostEach) {
  const unsigned few = reads_to_show(500);
  const unsigned many = reads_to_show(8'000);
  EXPECT_LE(many, 17 * few) << few;
}

}  // namespace
}  // namespace pianola
