#include "cli/serial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace pianola::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kMachine = "0123456789abcdef0123456789abcdef";

TEST(Serial, IsOfTheComputerAndTheDevice) {
  const std::string serial = serial_of(kMachine, "a");
  EXPECT_THAT(serial, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(serial_of(kMachine, "a"), serial);
  EXPECT_NE(serial_of(kMachine, "b"), serial);
  EXPECT_NE(serial_of("0123456789abcdef0123456789abcdee", "a"), serial);
}

// machine-id(5): it "should be considered confidential", and must not be used unhashed.
TEST(Serial, HidesTheMachineId) {
  const std::string serial = serial_of(kMachine, "a");
  for (std::size_t i = 0; i + 6 <= std::string(kMachine).size(); ++i) {
    EXPECT_THAT(serial, Not(HasSubstr(std::string(kMachine).substr(i, 6))));
  }
}

TEST(Serial, TheComputersIdIsAFileOrItsName) {
  const std::string file = testing::TempDir() + "machine-id-" + std::to_string(::getpid());
  std::ofstream(file) << kMachine << "\n";
  EXPECT_EQ(machine_id(file), kMachine);
  std::ofstream(file, std::ios::trunc).flush();
  EXPECT_NE(machine_id(file), kMachine);
  EXPECT_NE(machine_id(file), "");
  std::remove(file.c_str());
  EXPECT_NE(machine_id(file), "");
}

}  // namespace
}  // namespace pianola::cli
