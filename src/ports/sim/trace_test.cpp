#include "ports/sim/trace.hpp"

#include <gtest/gtest.h>

namespace pianola::sim {
namespace {

TEST(Trace, AReportIsModifiersAndKeysInHex) {
  hid::Report report;
  EXPECT_EQ(format_report(report), "[00:]");
  report.mods = 0xA2;
  EXPECT_EQ(format_report(report), "[a2:]");
  report.keys.add(0x1E);
  report.keys.add(0x04);
  report.keys.add(0xDF);
  EXPECT_EQ(format_report(report), "[a2:04,1e,df]");
}

TEST(Trace, ConsumerAndSystemUsagesFollow) {
  hid::Report report;
  report.consumer = 0xCD;
  report.system = 0x81;
  EXPECT_EQ(format_report(report), "[00:] consumer:00cd system:81");
}

TEST(Trace, ALineForEachEntry) {
  hid::Report report;
  report.keys.add(0x04);
  EXPECT_EQ(format_trace({{0, report}, {4294967295U, {}}}), "0 [00:04]\n4294967295 [00:]\n");
  EXPECT_EQ(format_trace({}), "");
}

}  // namespace
}  // namespace pianola::sim
