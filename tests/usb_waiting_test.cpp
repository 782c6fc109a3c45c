// The host waits, the keyboard does not: what a host sees while flash takes its time over a write.
// Times of flash are those of a chip's data sheet; what hosts may do meanwhile is that of the
// Bulk-Only Transport 1.0 and of USB 2.0.

#include <gtest/gtest.h>
#include <tusb.h>

#include <device/dcd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/keys.hpp"
#include "support/slow_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola {
namespace {

using test::Bytes;
using test::InputReport;
using test::ScsiResult;
using test::Transfer;
using test::UsbHost;
using test::UsbRig;

constexpr std::uint32_t kPiece = CFG_TUD_MSC_EP_BUFSIZE;

class UsbWaiting : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kSector = 512;
  /// Where the tests write: no file is there.
  static constexpr std::uint32_t kPlace = 300;

  void SetUp() override {
    ASSERT_TRUE(host_.enumerate());
    rig_.device->drive().insert();
    ASSERT_TRUE(host_.wait_for_medium());
    sectors_ = host_.capacity();
    ASSERT_GT(sectors_, kPlace + 200);
    host_.pass(1000);
    flash_.clock = &rig_.now;
  }

  static Bytes pattern(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  }
  /// Sends the command block of a WRITE (10).
  void begin_write(std::uint32_t first, std::uint32_t size, std::uint32_t tag = 77) {
    const auto command =
        UsbHost::read_write(0x2A, first, static_cast<std::uint16_t>(size / kSector));
    ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(tag, size, false, 0, command)).ok());
  }
  /// Sends a command with its data, all of which the device has taken; it is not answered yet.
  void hold(std::uint32_t first, const Bytes& data) {
    begin_write(first, static_cast<std::uint32_t>(data.size()));
    ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, data).ok());
    ASSERT_TRUE(flash_.busy());
  }
  /// Asks for the status of a command.
  std::uint32_t ask_status() { return host_.submit(usb::kStorageIn & 0x0FU, true, 13); }
  static bool is_status(const Transfer& transfer, std::uint32_t tag, std::uint8_t status) {
    return transfer.ok() && transfer.data.size() == 13 && transfer.data[4] == tag &&
           transfer.data[12] == status;
  }
  Bytes read(std::uint32_t first, std::size_t size) {
    return host_.read(first, static_cast<std::uint16_t>(size / kSector)).data;
  }
  /// Whether each sector reads as in one of two.
  static bool is_either(const Bytes& read, const Bytes& a, const Bytes& b) {
    if (read.size() != a.size() || read.size() != b.size()) return false;
    for (std::size_t at = 0; at < read.size(); at += kSector) {
      const auto is = [&](const Bytes& other) {
        return std::equal(read.begin() + static_cast<std::ptrdiff_t>(at),
                          read.begin() + static_cast<std::ptrdiff_t>(at + kSector),
                          other.begin() + static_cast<std::ptrdiff_t>(at));
      };
      if (!is(a) && !is(b)) return false;
    }
    return true;
  }
  /// The device is as it should be: it writes, reads, and types.
  void expect_all_is_well() {
    const Bytes data = pattern(2 * std::size_t{kPiece}, 99);
    EXPECT_TRUE(host_.write(kPlace, data).passed());
    EXPECT_EQ(read(kPlace, data.size()), data);
    const std::size_t before = host_.inputs.size();
    rig_.key(test::keys::kKeyA, true);
    host_.pass(3);
    rig_.key(test::keys::kKeyA, false);
    host_.pass(3);
    EXPECT_EQ(host_.inputs.size(), before + 2);
  }

  test::SlowFlash flash_{{.sector_size = 4096, .program_unit = 256, .sectors = 64}};
  UsbRig rig_{flash_};
  UsbHost host_{rig_};
  std::uint32_t sectors_ = 0;
};

TEST_F(UsbWaiting, KeysGoOnWhileAHostWrites) {
  const Bytes data = pattern(16 * std::size_t{kPiece}, 1);
  begin_write(kPlace, static_cast<std::uint32_t>(data.size()));
  const std::uint32_t sent = host_.submit(usb::kStorageOut, false, 16 * kPiece, data);
  const std::uint32_t status = ask_status();
  const auto erases = flash_.chip.counts().erases;
  const Time begin = rig_.now;
  const std::size_t before = host_.inputs.size();
  // A key goes down and up every 10 ms, as long as the host waits.
  std::vector<Time> changes;
  while (!host_.over(status)) {
    ASSERT_LT(rig_.now - begin, 30'000U) << "as long as Linux waits for a command";
    changes.push_back(rig_.now);
    rig_.key(test::keys::kKeyA, changes.size() % 2 == 1);
    host_.pass(10);
  }
  const Time took = rig_.now - begin;
  EXPECT_TRUE(host_.take(sent).ok());
  EXPECT_TRUE(is_status(host_.take(status), 77, 0));
  EXPECT_GE(flash_.chip.counts().erases - erases, 16U) << "of 4 KB each";
  EXPECT_GE(took, 16U * 45) << "what they take";
  RecordProperty("milliseconds", static_cast<int>(took));
  ASSERT_EQ(host_.inputs.size() - before, changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_LE(host_.inputs[before + i].time - changes[i], 2U) << i << " of " << changes.size();
  }
  EXPECT_EQ(read(kPlace, data.size()), data);
}

TEST_F(UsbWaiting, TheEndpointTakesNothingAndTheOthersGoOn) {
  const Bytes data = pattern(2 * std::size_t{kPiece}, 2);
  begin_write(kPlace, 2 * kPiece);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.first(kPiece)).ok());
  ASSERT_TRUE(flash_.busy());
  const std::uint32_t second =
      host_.submit(usb::kStorageOut, false, kPiece, std::span{data}.subspan(kPiece));
  const std::uint32_t status = ask_status();
  const Time begin = rig_.now;
  // Control transfers, and an output report of another interface, which is answered.
  EXPECT_EQ(host_.descriptor(1, 0, 0, 18).size(), 18U);
  host_.set_leds(0x02);
  EXPECT_EQ(rig_.leds.back(), 0x02);
  EXPECT_TRUE(host_.bulk_out(usb::kRawOut, Bytes(32, 1)).ok());
  EXPECT_EQ(host_.bulk_in(usb::kRawIn, 32).data.size(), 32U);
  EXPECT_EQ(host_.control_in(0xA1, 0xFE, 0, 3, 1).data.size(), 1U) << "GET MAX LUN";
  EXPECT_LE(rig_.now - begin, 10U);
  // One erase at least.
  while (rig_.now - begin < 40) {
    ASSERT_FALSE(host_.over(second));
    ASSERT_FALSE(host_.over(status));
    host_.pass(1);
  }
  EXPECT_TRUE(host_.wait(second).ok());
  EXPECT_TRUE(is_status(host_.wait(status), 77, 0));
  EXPECT_EQ(read(kPlace, data.size()), data);
}

TEST_F(UsbWaiting, AStatusIsNotSentBeforeAllIsInFlash) {
  hold(kPlace, pattern(kPiece, 3));
  const std::uint32_t status = ask_status();
  while (flash_.busy()) {
    ASSERT_FALSE(host_.over(status));
    host_.pass(1);
  }
  EXPECT_TRUE(is_status(host_.wait(status, 100), 77, 0));
}

TEST_F(UsbWaiting, OneCommandDirectlyBehindTheOther) {
  Bytes volume = read(kPlace, 64 * std::size_t{kSector});
  std::mt19937 random(4);
  for (unsigned i = 0; i < 60; ++i) {
    const std::uint32_t count = 1 + random() % 20;
    const std::uint32_t first = random() % (64 - count);
    const Bytes data = pattern(count * std::size_t{kSector}, i);
    const ScsiResult result = host_.write(kPlace + first, data);
    ASSERT_TRUE(result.passed()) << i;
    ASSERT_EQ(result.residue, 0U);
    std::copy(data.begin(), data.end(), volume.begin() + first * kSector);
    if (i % 3 == 0) {
      ASSERT_EQ(read(kPlace, volume.size()), volume) << i;
    }
  }
  EXPECT_EQ(read(kPlace, volume.size()), volume);
  // Nothing more comes than what was asked for.
  const std::uint32_t status = ask_status();
  host_.pass(100);
  EXPECT_FALSE(host_.over(status));
  host_.unlink(status);
  expect_all_is_well();
}

TEST_F(UsbWaiting, WhatWasAnsweredIsStillThereAfterAPowerCut) {
  const Bytes data = pattern(3 * std::size_t{kPiece}, 5);
  ASSERT_TRUE(host_.write(kPlace, data).passed());
  flash_.chip.cut_after(0);
  hold(kPlace, pattern(kPiece, 6));
  host_.detach();
  flash_.chip.power_on();
  test::SlowFlash& flash = flash_;
  std::vector<std::uint8_t> memory(store::Log::memory_size(flash.geometry()));
  store::Store store(flash, memory);
  ASSERT_EQ(store.mount(), store::Mount::ok);
  for (std::uint32_t i = 0; i < data.size() / kSector; ++i) {
    std::array<std::uint8_t, kSector> sector{};
    ASSERT_TRUE(store.read_draft(kPlace + i, sector));
    EXPECT_TRUE(std::equal(sector.begin(), sector.end(), data.begin() + i * kSector)) << i;
  }
}

// ---- Resets -------------------------------------------------------------------------------------

class UsbWaitingReset : public UsbWaiting {
 protected:
  void SetUp() override {
    UsbWaiting::SetUp();
    old_ = pattern(2 * std::size_t{kPiece}, 10);
    new_ = pattern(2 * std::size_t{kPiece}, 11);
    ASSERT_TRUE(host_.write(kPlace, old_).passed());
    while (flash_.busy()) host_.pass(1);
  }
  /// As far as the first of two pieces.
  void hold_first() {
    begin_write(kPlace, 2 * kPiece);
    ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{new_}.first(kPiece)).ok());
    ASSERT_TRUE(flash_.busy());
  }
  void expect_old_or_new() {
    const Bytes there = read(kPlace, old_.size());
    ASSERT_TRUE(is_either(there, old_, new_));
    EXPECT_TRUE(std::equal(there.begin() + kPiece, there.end(), old_.begin() + kPiece))
        << "never sent";
  }
  /// The medium is the same, and told anew.
  void expect_the_medium() {
    EXPECT_FALSE(host_.test_ready().passed());
    EXPECT_EQ(host_.sense(), drive::kMediumChanged);
    EXPECT_TRUE(host_.test_ready().passed());
  }

  Bytes old_;
  Bytes new_;
};

TEST_F(UsbWaitingReset, OfTheBus) {
  hold_first();
  rig_.controller.reset_bus();
  rig_.step();
  host_.inputs.clear();
  ASSERT_TRUE(host_.enumerate());
  expect_the_medium();
  expect_old_or_new();
  expect_all_is_well();
}

TEST_F(UsbWaitingReset, OfTheBusAtAnyTime) {
  for (unsigned i = 0; i < 60; ++i) {
    begin_write(kPlace, 2 * kPiece);
    const std::uint32_t sent = host_.submit(usb::kStorageOut, false, 2 * kPiece, new_);
    host_.pass(i * 3);
    if (!host_.over(sent)) host_.unlink(sent);
    rig_.controller.reset_bus();
    rig_.step();
    ASSERT_TRUE(host_.enumerate());
    expect_the_medium();
    ASSERT_TRUE(is_either(read(kPlace, old_.size()), old_, new_)) << i;
    ASSERT_TRUE(host_.write(kPlace, old_).passed()) << i;
    ASSERT_EQ(read(kPlace, old_.size()), old_) << i;
  }
  expect_all_is_well();
}

// Bulk-Only Mass Storage Reset (3.1) and both halts cleared (5.3.4): the device is ready for the
// next command at once, whatever the flash does.
TEST_F(UsbWaitingReset, OfTheMassStorage) {
  hold_first();
  const Time begin = rig_.now;
  host_.recover();
  const auto command = UsbHost::read_write(0x28, kPlace, 1);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(78, kSector, true, 0, command)).ok());
  EXPECT_LE(rig_.now - begin, 5U);
  EXPECT_EQ(host_.bulk_in(usb::kStorageIn, kSector).data.size(), kSector);
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 78, 0)) << "of the new command";
  expect_old_or_new();
  expect_all_is_well();
}

TEST_F(UsbWaitingReset, OfTheMassStorageAtAnyTime) {
  for (unsigned i = 0; i < 60; ++i) {
    begin_write(kPlace, 2 * kPiece);
    const std::uint32_t sent = host_.submit(usb::kStorageOut, false, 2 * kPiece, new_);
    host_.pass(i * 3);
    if (!host_.over(sent)) host_.unlink(sent);
    host_.recover();
    ASSERT_TRUE(is_either(read(kPlace, old_.size()), old_, new_)) << i;
    ASSERT_TRUE(host_.write(kPlace, old_).passed()) << i;
    ASSERT_EQ(read(kPlace, old_.size()), old_) << i;
  }
  expect_all_is_well();
}

// Linux gives a command 30 s, takes its transfer back, and resets the mass storage.
TEST_F(UsbWaitingReset, AfterATimeOut) {
  hold(kPlace, old_.empty() ? old_ : Bytes(new_.begin(), new_.begin() + kPiece));
  const std::uint32_t status = ask_status();
  EXPECT_EQ(host_.unlink(status), -104);  // ECONNRESET
  host_.recover();
  expect_old_or_new();
  expect_all_is_well();
}

TEST_F(UsbWaitingReset, ByTheCable) {
  hold_first();
  host_.detach();
  host_.pass(500);
  ASSERT_TRUE(host_.enumerate());
  expect_the_medium();
  expect_old_or_new();
  expect_all_is_well();
}

/// The device hears that the first data are there and, before it has looked, of a reset: the event
/// by which TinyUSB asks again comes behind that.
class UsbWaitingResetAtOnce : public UsbWaitingReset {
 protected:
  void SetUp() override {
    UsbWaitingReset::SetUp();
    begin_write(kPlace, 2 * kPiece);
    Bytes message;
    usbip::Writer out(message);
    out.u32(usbip::kSubmit).u32(9000).u32(0x10002).u32(0).u32(usb::kStorageOut);
    out.u32(0).u32(kPiece).u32(0).u32(0).u32(0).zeros(8);
    out.bytes(std::span{new_}.first(kPiece));
    host_.connection()->receive(message);
    ASSERT_TRUE(rig_.controller.step(rig_.now));
  }
};

TEST_F(UsbWaitingResetAtOnce, OfTheBus) {
  rig_.controller.reset_bus();
  rig_.step();
  ASSERT_TRUE(host_.enumerate());
  expect_the_medium();
  EXPECT_EQ(read(kPlace, old_.size()), old_);
  expect_all_is_well();
}

TEST_F(UsbWaitingResetAtOnce, OfTheMassStorage) {
  dcd_event_setup_received(0, UsbHost::setup(0x21, 0xFF, 0, 3, 0).data(), false);
  rig_.step();
  host_.clear_halt(usb::kStorageIn);
  host_.clear_halt(usb::kStorageOut);
  EXPECT_EQ(read(kPlace, old_.size()), old_);
  expect_all_is_well();
}

// ---- What else may happen meanwhile -------------------------------------------------------------

TEST_F(UsbWaiting, TheHostSleeps) {
  const Bytes data = pattern(3 * std::size_t{kPiece}, 20);
  begin_write(kPlace, 3 * kPiece);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.first(kPiece)).ok());
  ASSERT_TRUE(flash_.busy());
  rig_.controller.suspend();
  rig_.step();
  host_.pass(1000);
  EXPECT_FALSE(flash_.busy()) << "it goes on";
  rig_.controller.resume();
  rig_.step();
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.subspan(kPiece)).ok());
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 77, 0));
  EXPECT_EQ(read(kPlace, data.size()), data);
  expect_all_is_well();
}

// What the device has taken is written before the medium goes out; what comes after it is not.
TEST_F(UsbWaiting, TheMediumIsTakenOut) {
  const Bytes data = pattern(2 * std::size_t{kPiece}, 21);
  begin_write(kPlace, 2 * kPiece);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.first(kPiece)).ok());
  ASSERT_TRUE(flash_.busy());
  rig_.device->drive().eject();
  EXPECT_FALSE(rig_.device->drive().inserted());
  host_.bulk_out(usb::kStorageOut, std::span{data}.subspan(kPiece));
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 77, 1));
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  host_.pass(1000);
  EXPECT_FALSE(rig_.device->drive().busy());
}

TEST_F(UsbWaiting, AnEditThatIsWrittenWhenTheMediumIsTakenOutIsTaken) {
  const std::string text = rig_.text();
  std::uint32_t at = 0;
  Bytes sector;
  do {
    sector = read(++at, kSector);
  } while (!std::equal(text.begin(), text.begin() + 20, sector.begin()));
  sector[0] = '#';
  sector[1] = '!';
  hold(at, sector);
  rig_.device->drive().eject();
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 77, 0));
  EXPECT_FALSE(host_.test_ready().passed());
  for (int i = 0; i < 20'000 && rig_.device->drive().busy(); ++i) host_.pass(1);
  EXPECT_EQ(rig_.text(), "#!" + text.substr(2));
}

// Halting the endpoint, and clearing a halt that is none, are the host's to do at any time
// (USB 2.0, 9.4.1 and 9.4.9).
TEST_F(UsbWaiting, TheHostHaltsTheEndpoint) {
  hold(kPlace, pattern(kPiece, 22));
  host_.clear_halt(usb::kStorageOut);
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 77, 0));
  begin_write(kPlace, 2 * kPiece, 78);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, pattern(kPiece, 23)).ok());
  host_.control_out(0x02, 3, 0, usb::kStorageOut);
  host_.pass(1000);
  EXPECT_EQ(host_.bulk_out(usb::kStorageOut, Bytes(kPiece)).status, UsbHost::kStall);
  host_.recover();
  expect_all_is_well();
}

// A command block where data are due is short data (BOT 6.2.1: it must not be sent).
TEST_F(UsbWaiting, ACommandBlockAmidTheData) {
  begin_write(kPlace, 2 * kPiece);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, pattern(kPiece, 24)).ok());
  const std::uint32_t block =
      host_.submit(usb::kStorageOut, false, 31, UsbHost::cbw(78, 0, false, 0, Bytes(6)));
  EXPECT_FALSE(host_.over(block));
  EXPECT_TRUE(host_.wait(block).ok());
  host_.pass(10);
  host_.recover();
  expect_all_is_well();
}

// Packets of no bytes are data, and make no progress.
TEST_F(UsbWaiting, PacketsWithoutData) {
  const Bytes data = pattern(2 * std::size_t{kPiece}, 25);
  begin_write(kPlace, 2 * kPiece);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, {}).ok());
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.first(kPiece)).ok());
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, {}).ok());
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, std::span{data}.subspan(kPiece)).ok());
  EXPECT_TRUE(is_status(host_.bulk_in(usb::kStorageIn, 13), 77, 0));
  EXPECT_EQ(read(kPlace, data.size()), data);
}

TEST_F(UsbWaiting, ANewWriteBeyondTheEndFailsAtOnce) {
  ASSERT_TRUE(host_.write(kPlace, pattern(kPiece, 26)).passed());
  EXPECT_EQ(host_.write(sectors_ - 4, Bytes(kPiece)).status, 1);
  EXPECT_EQ(host_.sense(), drive::kOutOfRange);
  EXPECT_TRUE(host_.write(sectors_ - 8, Bytes(kPiece, 1)).passed());
  expect_all_is_well();
}

}  // namespace
}  // namespace pianola
