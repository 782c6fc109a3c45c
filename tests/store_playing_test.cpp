// The engine plays from the store: long and many macros, a roll that is replaced while macros run,
// and bytes that are moved under a macro that is being typed.

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "hid/usage.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/sim/simulation.hpp"
#include "support/keys.hpp"
#include "support/store_device.hpp"

namespace pianola {
namespace {

using namespace test::keys;
constexpr flash::Geometry kFourMegabytes{4096, 256, 1024};

/// A device with `text` in its flash.
struct StorePlayer {
  /// Of boards, the processor can read the flash in place (`mapped`).
  explicit StorePlayer(const std::string& text, const flash::Geometry& geometry = kFourMegabytes,
                       bool mapped = true)
      : flash(geometry, 1, mapped), device(flash) {
    EXPECT_EQ(device.store.format(), Status::ok);
    EXPECT_EQ(device.save(text), Status::ok) << device.findings.text("macros.txt", empty);
  }
  void key(std::uint16_t usage, bool down) {
    const std::array event{engine::KeyEvent{static_cast<hid::Usage>(usage), down, now}};
    simulation.run(event, now);
  }
  void pass(std::uint32_t milliseconds) {
    now += milliseconds;
    simulation.run({}, now);
  }
  void tap(std::uint16_t usage) {
    key(usage, true);
    pass(1);
    key(usage, false);
  }
  [[nodiscard]] std::string text() const { return simulation.host().text(); }

  memory::Source empty{""};
  memory::SimulatedFlash flash;
  test::StoreDevice device;
  sim::Simulation simulation{device.store.roll(), {}};
  std::uint32_t now = 10;
};

/// `size` characters that are not the same for two numbers, nor in two places.
std::string words(unsigned number, unsigned size) {
  std::string text = std::to_string(number) + ":";
  for (unsigned i = 0; text.size() < size; ++i) text += std::to_string(i) + "words ";
  text.resize(size);
  return text;
}

TEST(StorePlaying, AMegabyteOfAThousandMacrosFromTheFirstToTheLast) {
  std::string macros;
  std::string expected;
  for (unsigned i = 0; i < 1000; ++i) {
    macros += "macro m" + std::to_string(i) + " { \"" + words(i, 1000) + "\" }\n";
    expected += words(i, 1000);
  }
  macros += "F1 {";
  for (unsigned i = 0; i < 1000; ++i) macros += " call m" + std::to_string(i);
  macros += " }\n";
  StorePlayer player{macros};
  ASSERT_GT(player.device.store.roll().text_size(), 1000U * 1000);
  player.tap(kF1);
  player.pass(1200000);
  EXPECT_EQ(player.text(), expected);
  EXPECT_TRUE(player.simulation.errors().empty());
}

TEST(StorePlaying, OneMacroOfHundredsOfKilobytes) {
  const std::string text = words(7, 300000);
  StorePlayer player{"F1 { \"" + text + "\" }\n"};
  player.tap(kF1);
  player.pass(400000);
  EXPECT_EQ(player.text(), text);
}

TEST(StorePlaying, ANewRollEndsWhatRunsAndLetsAllKeysUp) {
  StorePlayer player{"F1 { press ctrl wait 10s \"late\" }\nF2 { loop { tap x wait 1ms } }\n"};
  player.tap(kF1);
  player.tap(kF2);
  player.pass(100);
  ASSERT_FALSE(player.simulation.host().trace().back().report.empty());
  ASSERT_EQ(player.device.save("F1 { \"new\" }\n"), Status::ok);
  player.simulation.engine().play(player.device.store.roll());
  player.pass(10);
  EXPECT_TRUE(player.simulation.host().trace().back().report.empty());
  const std::size_t reports = player.simulation.host().trace().size();
  player.pass(20000);
  EXPECT_EQ(player.simulation.host().trace().size(), reports);
  const std::string before = player.text();
  player.tap(kF1);
  player.pass(100);
  EXPECT_EQ(player.text(), before + "new");
}

TEST(StorePlaying, AFileWithErrorsDisturbsNothing) {
  StorePlayer player{"F1 { \"" + words(1, 500) + "\" }\n"};
  player.tap(kF1);
  player.pass(100);
  EXPECT_EQ(player.device.save("F1 { call nobody }\n"), Status::errors);
  player.pass(1000);
  EXPECT_EQ(player.text(), words(1, 500));
}

// Texts as the language guide has them; long ones are read from the source that is stored.
TEST(StorePlaying, TextsInAllTheirForms) {
  const std::string note = '#' + std::string(20'000, '-') + '\n';
  const std::string more = words(5, 300);
  const std::string macros =
      "\xEF\xBB\xBF" + note +
      "private macro say(what) { \"(${what}) and what comes after it \\u{BD}\" }\n"
      "text who = \"Bob and all his friends\"\n"
      "text sign = \"\"\"\r\n  Yours faithfully,\r\n  ${who}\r\n  \"\"\"\r\n" +
      note + "F1 { \"a \\\"quoted\\\" word, $5, \\\\ and so on\\n\" call say(\"an argument\\t" +
      more + "\") ENTER \"${1 + 1} ${sign}\" \"" + more + "\" }\n";
  const std::string expected =
      "a \"quoted\" word, $5, \\ and so on\n(an argument\t" + more +
      ") and what comes after it ½\n2 Yours faithfully,\nBob and all his friends\n" + more;
  StorePlayer player{macros};
  player.tap(kF1);
  player.pass(3000);
  EXPECT_EQ(player.text(), expected);
  EXPECT_TRUE(player.simulation.errors().empty());
}

TEST(StorePlaying, BytesMayMoveWhileTheyAreTyped) {
  const std::string text = words(3, 4000);
  StorePlayer player{"F1 { \"" + text + "\" }\n" + test::many_macros(40, 200), {4096, 256, 32}};
  std::array<std::uint8_t, 512> data{};
  player.tap(kF1);
  // The overlay is written over and over, so that all else is collected and moved about.
  const std::uint32_t opened = player.device.store.log().opened();
  for (unsigned i = 0; i < 1500; ++i) {
    data[0] = static_cast<std::uint8_t>(i);
    ASSERT_EQ(player.device.store.write_draft(i % 20, data), Status::ok);
    player.pass(3);
  }
  EXPECT_GT(player.device.store.log().opened() - opened, 200U);
  EXPECT_EQ(player.text(), text);
}

TEST(StorePlaying, ADamagedMacroEndsWithAnErrorAndOthersPlayOn) {
  StorePlayer player{"F1 { \"" + words(1, 1200) + "\" }\nF2 { \"fine\" }\n", kFourMegabytes, false};
  // Two bits of a frame in the middle of the first one's text.
  const std::string needle = words(1, 1200).substr(600, 20);
  const auto bytes = player.flash.bytes();
  const std::string_view image{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto at = static_cast<std::uint32_t>(image.find(needle));
  ASSERT_LT(at, bytes.size());
  player.flash.flip(at, 0);
  player.flash.flip(at + 1, 3);
  player.tap(kF1);
  player.pass(1000);
  EXPECT_EQ(player.simulation.errors().size(), 1U);
  ASSERT_FALSE(player.simulation.host().trace().empty());
  EXPECT_EQ(words(1, 1200).substr(0, player.text().size()), player.text());
  EXPECT_TRUE(player.simulation.host().trace().back().report.empty());
  const std::string before = player.text();
  player.tap(kF2);
  player.pass(100);
  EXPECT_EQ(player.text(), before + "fine");
}

}  // namespace
}  // namespace pianola
