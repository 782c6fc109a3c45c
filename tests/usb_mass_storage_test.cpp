// The drive over USB mass storage: SCSI commands, and the Bulk-Only Transport with all that can be
// wrong about it (USB Mass Storage Class, Bulk-Only Transport 1.0).

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/memory/simulated_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola {
namespace {

using test::Bytes;
using test::ScsiResult;
using test::Transfer;
using test::UsbHost;
using test::UsbRig;
using ::testing::ElementsAre;

class UsbMassStorage : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(host_.enumerate()); }

  void insert() {
    rig_.device->drive().insert();
    ASSERT_TRUE(host_.wait_for_medium());
    sectors_ = host_.capacity();
    ASSERT_GT(sectors_, 100U);
  }
  static Bytes pattern(std::size_t size, unsigned seed) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * seed + i / 7);
    return bytes;
  }
  ScsiResult command(std::initializer_list<int> bytes, std::uint32_t length = 0, bool in = true) {
    Bytes all;
    for (const int byte : bytes) all.push_back(static_cast<std::uint8_t>(byte));
    return host_.scsi(all, length, in, in ? Bytes{} : Bytes(length));
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  UsbHost host_{rig_};
  std::uint32_t sectors_ = 0;
};

// ---- The medium ---------------------------------------------------------------------------------

TEST_F(UsbMassStorage, NoMedium) {
  EXPECT_FALSE(host_.test_ready().passed());
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  EXPECT_EQ(host_.sense(), drive::kFine) << "told once";
  EXPECT_EQ(command({0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 8).status, 1);
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  EXPECT_EQ(command({0x23, 0, 0, 0, 0, 0, 0, 0, 12, 0}, 12).status, 1);
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  const ScsiResult read = host_.read(0, 8);
  EXPECT_TRUE(read.data.empty());
  EXPECT_EQ(read.status, 1);
  EXPECT_EQ(read.residue, 4096U);
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  const ScsiResult write = host_.write(0, Bytes(4096));
  EXPECT_EQ(write.status, 1);
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  EXPECT_EQ(command({0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0}).status, 1);
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  // These need none.
  EXPECT_TRUE(command({0x12, 0, 0, 0, 36, 0}, 36).passed());
  EXPECT_TRUE(command({0x1A, 0, 0x3F, 0, 192, 0}, 192).has_csw);
  EXPECT_TRUE(command({0x1E, 0, 0, 0, 1, 0}).passed());
}

TEST_F(UsbMassStorage, AMediumThatComesIsToldOnce) {
  rig_.device->drive().insert();
  host_.pass(10);
  EXPECT_FALSE(host_.test_ready().passed());
  EXPECT_EQ(host_.sense(), drive::kMediumChanged);
  EXPECT_TRUE(host_.test_ready().passed());
  EXPECT_GT(host_.capacity(), 0U);
}

TEST_F(UsbMassStorage, Ejecting) {
  insert();
  EXPECT_TRUE(host_.eject().passed());
  host_.pass(100);
  EXPECT_FALSE(rig_.device->drive().inserted());
  EXPECT_FALSE(host_.test_ready().passed());
  EXPECT_EQ(host_.sense(), drive::kNoMedium);
  insert();
}

TEST_F(UsbMassStorage, Stopping) {
  insert();
  // A power condition, and a stop without ejecting, are not an eject.
  EXPECT_TRUE(command({0x1B, 0, 0, 0, 0x22, 0}).passed());
  EXPECT_TRUE(command({0x1B, 0, 0, 0, 0x01, 0}).passed());
  EXPECT_TRUE(host_.test_ready().passed());
}

TEST_F(UsbMassStorage, AnEditFromTheUsbSide) {
  insert();
  // The first sector of data of macros.txt has the text as it is: overwrite a byte of it.
  const std::string text = rig_.text();
  ASSERT_GT(text.size(), 20U);
  std::uint32_t at = 0;
  for (std::uint32_t sector = 0; sector < sectors_ && at == 0; ++sector) {
    const Bytes data = host_.read(sector, 1).data;
    if (std::equal(text.begin(), text.begin() + 20, data.begin())) at = sector;
  }
  ASSERT_NE(at, 0U);
  Bytes sector = host_.read(at, 1).data;
  sector[0] = '#';
  sector[1] = '!';
  ASSERT_TRUE(host_.write(at, sector).passed());
  EXPECT_EQ(host_.read(at, 1).data, sector);
  EXPECT_EQ(rig_.text(), text);
  EXPECT_TRUE(host_.eject().passed());
  host_.pass(2000);
  EXPECT_EQ(rig_.text(), "#!" + text.substr(2));
  EXPECT_EQ(rig_.device->drive().outcome(), drive::Drive::Outcome::taken);
}

// ---- Commands -----------------------------------------------------------------------------------

TEST_F(UsbMassStorage, Inquiry) {
  const ScsiResult inquiry = command({0x12, 0, 0, 0, 36, 0}, 36);
  ASSERT_EQ(inquiry.data.size(), 36U);
  EXPECT_EQ(inquiry.data[0], 0) << "a disk";
  EXPECT_EQ(inquiry.data[1], 0x80) << "removable";
  EXPECT_EQ(std::string(inquiry.data.begin() + 8, inquiry.data.end()),
            "Pianola Macros          1.0 ");
}

// SPC-4, 6.6.1: what a device does not have to tell is an invalid field in the CDB.
TEST_F(UsbMassStorage, InquiryHasNoPages) {
  for (const Bytes& inquiry :
       {Bytes{0x12, 1, 0, 0, 36, 0}, Bytes{0x12, 1, 0x80, 0, 36, 0}, Bytes{0x12, 1, 0x83, 0, 36, 0},
        Bytes{0x12, 0, 0x80, 0, 36, 0}, Bytes{0x12, 2, 0, 0, 36, 0}}) {
    const ScsiResult result = host_.scsi(inquiry, 36, true);
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(result.data.empty());
    EXPECT_EQ(host_.sense(), drive::kBadField);
  }
  EXPECT_TRUE(command({0x12, 0, 0, 0, 36, 0}, 36).passed());
}

// SPC-4, 6.6.2: qualifier 3 and type 1F say that there can be no such unit. REQUEST SENSE to it
// passes and says the same (6.39).
TEST_F(UsbMassStorage, InquiryOfAnotherUnit) {
  const ScsiResult inquiry = host_.scsi(Bytes{0x12, 0, 0, 0, 36, 0}, 36, true, {}, 1);
  EXPECT_TRUE(inquiry.passed());
  ASSERT_EQ(inquiry.data.size(), 36U);
  EXPECT_EQ(inquiry.data[0], 0x7F);
  EXPECT_EQ(host_.scsi(Bytes{0x12, 1, 0x80, 0, 36, 0}, 36, true, {}, 1).status, 1);
  const ScsiResult sense = host_.scsi(Bytes{0x03, 0, 0, 0, 18, 0}, 18, true, {}, 1);
  EXPECT_TRUE(sense.passed());
  ASSERT_EQ(sense.data.size(), 18U);
  EXPECT_EQ(sense.data[2] & 0x0FU, 0x05U);
  EXPECT_EQ(sense.data[12], 0x25);
  EXPECT_EQ(sense.data[13], 0x00);
  EXPECT_EQ(host_.sense(), drive::kFine) << "not of this unit";
}

TEST_F(UsbMassStorage, MaxLun) {
  EXPECT_THAT(host_.control_in(0xA1, 0xFE, 0, 3, 1).data, ElementsAre(0));
}

TEST_F(UsbMassStorage, Capacities) {
  insert();
  const ScsiResult capacity = command({0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 8);
  ASSERT_EQ(capacity.data.size(), 8U);
  EXPECT_EQ(usbip::read_u32(capacity.data, 0), sectors_ - 1);
  EXPECT_EQ(usbip::read_u32(capacity.data, 4), 512U);
  const ScsiResult format = command({0x23, 0, 0, 0, 0, 0, 0, 0, 12, 0}, 12);
  ASSERT_EQ(format.data.size(), 12U);
  EXPECT_EQ(format.data[3], 8);
  EXPECT_EQ(usbip::read_u32(format.data, 4), sectors_);
  EXPECT_EQ(usbip::read_u32(format.data, 8), 0x02000200U);
}

TEST_F(UsbMassStorage, ModeSenseSaysWritableAndNoCache) {
  insert();
  const ScsiResult mode = command({0x1A, 0, 0x3F, 0, 4, 0}, 4);
  EXPECT_TRUE(mode.passed());
  EXPECT_THAT(mode.data, ElementsAre(3, 0, 0, 0));
}

TEST_F(UsbMassStorage, CommandsWithoutData) {
  insert();
  EXPECT_TRUE(command({0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0}).passed());   // SYNCHRONIZE CACHE
  EXPECT_TRUE(command({0x2F, 0, 0, 0, 0, 0, 0, 0, 10, 0}).passed());  // VERIFY
  EXPECT_TRUE(command({0x1E, 0, 0, 0, 1, 0}).passed());               // PREVENT
  EXPECT_TRUE(command({0x1E, 0, 0, 0, 0, 0}).passed());               // ALLOW
}

TEST_F(UsbMassStorage, VerifyingBeyondTheEndOrWithData) {
  insert();
  EXPECT_EQ(command({0x2F, 0, 0x7F, 0, 0, 0, 0, 0, 1, 0}).status, 1);
  EXPECT_EQ(host_.sense(), drive::kOutOfRange);
  EXPECT_EQ(command({0x2F, 2, 0, 0, 0, 0, 0, 0, 1, 0}).status, 1);
  EXPECT_EQ(host_.sense(), drive::kBadField);
  EXPECT_EQ(command({0x2F, 2, 0, 0, 0, 0, 0, 0, 1, 0}, 512, false).status, 1);
  EXPECT_EQ(host_.sense(), drive::kBadField);
}

TEST_F(UsbMassStorage, CommandsThatThereAreNot) {
  insert();
  for (const int code : {0x04, 0x08, 0x0A, 0x15, 0x55, 0x5A, 0x9E, 0xA0, 0xA8, 0xAA, 0xFF}) {
    SCOPED_TRACE(code);
    EXPECT_EQ(command({code, 0, 0, 0, 0, 0, 0, 0, 0, 0}).status, 1);
    EXPECT_EQ(host_.sense(), drive::kUnknownCommand);
    const ScsiResult in = command({code, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 64);
    EXPECT_EQ(in.status, 1);
    EXPECT_EQ(in.residue, 64U);
    EXPECT_EQ(host_.sense(), drive::kUnknownCommand);
    const ScsiResult out = command({code, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 64, false);
    EXPECT_EQ(out.status, 1);
    EXPECT_EQ(host_.sense(), drive::kUnknownCommand);
    const ScsiResult large = command({code, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 65536, false);
    EXPECT_EQ(large.status, 1);
    EXPECT_EQ(host_.sense(), drive::kUnknownCommand);
  }
  EXPECT_TRUE(host_.test_ready().passed());
}

TEST_F(UsbMassStorage, AnErrorThatNobodyAskedAboutDoesNotSpoilTheNextCommand) {
  insert();
  EXPECT_EQ(command({0xFF, 0, 0, 0, 0, 0}).status, 1);
  EXPECT_TRUE(command({0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0}).passed());
  EXPECT_EQ(host_.read(sectors_, 1).status, 1);
  EXPECT_TRUE(host_.read(0, 1).passed());
  EXPECT_TRUE(command({0x2F, 0, 0, 0, 0, 0, 0, 0, 10, 0}).passed());
  EXPECT_EQ(host_.sense(), drive::kFine);
}

TEST_F(UsbMassStorage, OtherUnits) {
  insert();
  EXPECT_EQ(host_.scsi(Bytes(6), 0, false, {}, 1).status, 1);
  EXPECT_EQ(host_.sense(), (drive::Sense{0x05, 0x25, 0x00}));
  EXPECT_EQ(host_.scsi(UsbHost::read_write(0x28, 0, 1), 512, true, {}, 1).status, 1);
  EXPECT_EQ(host_.sense(), (drive::Sense{0x05, 0x25, 0x00}));
  EXPECT_EQ(host_.scsi(UsbHost::read_write(0x2A, 0, 1), 512, false, Bytes(512), 1).status, 1);
  // MODE SENSE, READ CAPACITY, PREVENT ALLOW MEDIUM REMOVAL, START STOP UNIT: nothing is done.
  for (const Bytes& command :
       {Bytes{0x1A, 0, 0x3F, 0, 4, 0}, Bytes{0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        Bytes{0x1E, 0, 0, 0, 1, 0}, Bytes{0x1B, 0, 0, 0, 2, 0}, Bytes{0x1B, 0, 0, 0, 0x22, 0},
        Bytes{0xFF, 0, 0, 0, 0, 0}}) {
    const std::uint32_t length = command[0] == 0x1A ? 4 : command[0] == 0x25 ? 8 : 0;
    EXPECT_EQ(host_.scsi(command, length, true, {}, 1).status, 1) << int{command[0]};
    EXPECT_EQ(host_.sense(), (drive::Sense{0x05, 0x25, 0x00})) << int{command[0]};
  }
  EXPECT_TRUE(host_.test_ready().passed());
}

// ---- Reading and writing ------------------------------------------------------------------------

TEST_F(UsbMassStorage, ReadingAndWritingAnywhere) {
  insert();
  unsigned seed = 3;
  for (const std::uint16_t count : {1, 2, 7, 8, 9, 16, 100}) {
    const Bytes data = pattern(count * 512U, seed += 2);
    ASSERT_TRUE(host_.write(sectors_ - count, data).passed()) << count;
    EXPECT_EQ(host_.read(sectors_ - count, count).data, data) << count;
  }
}

TEST_F(UsbMassStorage, OutOfRange) {
  insert();
  struct Range {
    std::uint32_t first;
    std::uint16_t count;
  };
  for (const Range range : {Range{sectors_, 1}, Range{sectors_ - 1, 2}, Range{0xFFFFFFFF, 1},
                            Range{0xFFFFFFFF, 2}, Range{sectors_ - 8, 9}, Range{0xFFFFFFF8, 16}}) {
    SCOPED_TRACE(range.first);
    const ScsiResult read = host_.read(range.first, range.count);
    EXPECT_EQ(read.status, 1);
    EXPECT_EQ(host_.sense(), drive::kOutOfRange);
    const ScsiResult write = host_.write(range.first, Bytes(range.count * 512U));
    EXPECT_EQ(write.status, 1);
    EXPECT_EQ(host_.sense(), drive::kOutOfRange);
  }
  EXPECT_TRUE(host_.read(sectors_ - 1, 1).passed());
}

TEST_F(UsbMassStorage, NoRoom) {
  insert();
  // Fill the volume with what differs from what is there, until the flash is full.
  std::uint32_t written = 0;
  ScsiResult result;
  for (std::uint32_t first = sectors_ - 8; first > 400; first -= 8) {
    result = host_.write(first, pattern(4096, 5 + first));
    if (!result.passed()) break;
    written += 8;
  }
  ASSERT_FALSE(result.passed()) << "there was room for " << written;
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(host_.sense(), drive::kNoRoom);
  EXPECT_GT(written, 50U);
  // Nothing is lost, and what was written can be written again.
  EXPECT_EQ(host_.read(sectors_ - 8, 8).data, pattern(4096, 5 + sectors_ - 8));
  EXPECT_TRUE(host_.write(sectors_ - 8, pattern(4096, 3)).passed());
}

// ---- Command blocks that are wrong (BOT 6.6) ----------------------------------------------------

class UsbBadCommandBlock : public UsbMassStorage {
 protected:
  /// The device must stall both endpoints until the host recovers by a reset.
  void expect_needs_reset() {
    EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 13).status, UsbHost::kStall);
    EXPECT_EQ(host_.bulk_out(usb::kStorageOut, Bytes(31)).status, UsbHost::kStall);
    host_.clear_halt(usb::kStorageIn);
    host_.clear_halt(usb::kStorageOut);
    EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 13).status, UsbHost::kStall);
    EXPECT_EQ(host_.bulk_out(usb::kStorageOut, Bytes(31)).status, UsbHost::kStall);
    host_.recover();
    EXPECT_TRUE(host_.test_ready().passed());
  }
  static Bytes good() { return UsbHost::cbw(7, 0, false, 0, Bytes(6)); }
};

TEST_F(UsbBadCommandBlock, OfAnyLength) {
  insert();
  for (const std::size_t size : {0, 1, 13, 30, 32, 63}) {
    SCOPED_TRACE(size);
    Bytes block = good();
    block.resize(size);
    host_.bulk_out(usb::kStorageOut, block);
    expect_needs_reset();
  }
}

TEST_F(UsbBadCommandBlock, LongerThanAPacket) {
  insert();
  for (const std::size_t size : {64, 65, 512}) {
    SCOPED_TRACE(size);
    Bytes block = good();
    block.resize(size);
    const Transfer sent = host_.bulk_out(usb::kStorageOut, block);
    EXPECT_EQ(sent.status, size > 64 ? UsbHost::kStall : 0);
    expect_needs_reset();
  }
}

TEST_F(UsbBadCommandBlock, OfAnotherSignature) {
  insert();
  for (std::size_t at = 0; at < 4; ++at) {
    Bytes block = good();
    block[at] ^= 1;
    host_.bulk_out(usb::kStorageOut, block);
    expect_needs_reset();
  }
}

TEST_F(UsbBadCommandBlock, ABusResetHelpsToo) {
  insert();
  host_.bulk_out(usb::kStorageOut, Bytes(5));
  host_.detach();
  ASSERT_TRUE(host_.enumerate());
  EXPECT_TRUE(host_.wait_for_medium());
}

// ---- The thirteen cases (BOT 6.7) ---------------------------------------------------------------

class ThirteenCases : public UsbMassStorage {
 protected:
  /// What a host sees of a command: "data status, bytes; CSW status, residue".
  std::string seen(const ScsiResult& result, bool in) {
    std::string text;
    if (result.data_status == UsbHost::kStall) text += "stall ";
    if (result.data_status == UsbHost::kTimeOut) text += "nothing ";
    text += fmt::format("{} bytes, ", in ? result.data.size() : result.sent);
    if (!result.has_csw) return text + fmt::format("no CSW ({})", result.status_status);
    return text + fmt::format("CSW {} residue {}", result.status, result.residue);
  }
  std::string in(std::span<const std::uint8_t> command, std::uint32_t length) {
    const std::string text = seen(host_.scsi(command, length, true), true);
    settle();
    return text;
  }
  std::string out(std::span<const std::uint8_t> command, std::uint32_t length) {
    const std::string text = seen(host_.scsi(command, length, false, Bytes(length)), false);
    settle();
    return text;
  }
  /// Whatever came of the case, the host must get along afterwards: with a reset if need be.
  void settle() {
    if (host_.test_ready().passed() || host_.test_ready().has_csw) return;
    host_.recover();
    EXPECT_TRUE(host_.test_ready().has_csw);
  }
};

// What TinyUSB 0.18 does. "As it should be" means as BOT 6.7 has it; docs/usb.md lists the others.

constexpr std::array<std::uint8_t, 6> kNothing{};                   // TEST UNIT READY
constexpr std::array<std::uint8_t, 6> kInquiry{0x12, 0, 0, 0, 36};  // 36 bytes IN
constexpr std::array<std::uint8_t, 10> kVerify{0x2F, 0, 0, 0, 0, 0, 0, 0, 1, 0};
std::array<std::uint8_t, 10> read10(std::uint16_t count) {
  return UsbHost::read_write(0x28, 40, count);
}
std::array<std::uint8_t, 10> write10(std::uint16_t count) {
  return UsbHost::read_write(0x2A, 40, count);
}

TEST_F(ThirteenCases, AsTheyShouldBe) {
  insert();
  EXPECT_EQ(out(kNothing, 0), "0 bytes, CSW 0 residue 0") << 1;
  EXPECT_EQ(in(read10(1), 0), "0 bytes, CSW 2 residue 0") << 2;
  EXPECT_EQ(out(write10(1), 0), "0 bytes, CSW 2 residue 0") << 3;
  EXPECT_EQ(in(kNothing, 64), "stall 0 bytes, CSW 1 residue 64") << 4;
  EXPECT_EQ(in(kVerify, 64), "stall 0 bytes, CSW 1 residue 64") << 4;
  EXPECT_EQ(in(read10(0), 512), "stall 0 bytes, CSW 1 residue 512") << 4;
  EXPECT_EQ(in(kInquiry, 64), "36 bytes, CSW 0 residue 28") << 5;
  EXPECT_EQ(in(kInquiry, 100), "36 bytes, CSW 0 residue 64") << 5;
  EXPECT_EQ(in(read10(1), 600), "stall 0 bytes, CSW 1 residue 600") << 5;
  EXPECT_EQ(in(kInquiry, 36), "36 bytes, CSW 0 residue 0") << 6;
  EXPECT_EQ(in(read10(2), 1024), "1024 bytes, CSW 0 residue 0") << 6;
  EXPECT_EQ(in(write10(1), 512), "stall 0 bytes, CSW 2 residue 512") << 8;
  EXPECT_EQ(out(write10(0), 512), "stall 0 bytes, CSW 1 residue 512") << 9;
  EXPECT_EQ(out(read10(1), 512), "stall 0 bytes, CSW 2 residue 512") << 10;
  EXPECT_EQ(out(write10(2), 1024), "1024 bytes, CSW 0 residue 0") << 12;
}

TEST_F(ThirteenCases, AsTinyUsbHasThem) {
  insert();
  EXPECT_EQ(in(kInquiry, 0), "0 bytes, CSW 1 residue 0") << "2: failed, not a phase error";
  EXPECT_EQ(in(read10(1), 1024), "1024 bytes, CSW 0 residue 0") << "5: a sector too many";
  EXPECT_EQ(in(kInquiry, 10), "10 bytes, CSW 0 residue 0") << "7: passed";
  EXPECT_EQ(in(read10(2), 512), "512 bytes, CSW 0 residue 0") << "7: passed";
  EXPECT_EQ(in(read10(1), 100), "stall 0 bytes, CSW 1 residue 100") << "7: failed";
  EXPECT_EQ(out(kNothing, 64), "64 bytes, CSW 1 residue 0") << "9: failed, no residue";
  EXPECT_EQ(out(kVerify, 64), "64 bytes, CSW 0 residue 0") << "9: no residue";
  EXPECT_EQ(out(kInquiry, 36), "36 bytes, CSW 1 residue 0") << "10: failed, no residue";
  EXPECT_EQ(out(write10(1), 1024), "1024 bytes, CSW 0 residue 0") << "11: a sector too many";
  EXPECT_EQ(out(write10(1), 600), "600 bytes, CSW 1 residue 0") << "11: failed";
  EXPECT_EQ(out(write10(2), 512), "512 bytes, CSW 0 residue 0") << "13: passed";
  EXPECT_EQ(out(write10(2), 100), "100 bytes, CSW 1 residue 0") << "13: failed";
}

// TinyUSB keeps the length of a sector in 16 bits, by which it divides.
TEST_F(ThirteenCases, SectorsOf64KbAreRefused) {
  insert();
  EXPECT_EQ(in(read10(1), 65536), "stall 0 bytes, CSW 2 residue 65536");
  EXPECT_EQ(in(read10(1), 131072), "stall 0 bytes, CSW 2 residue 131072");
  EXPECT_EQ(out(write10(1), 65536), "stall 0 bytes, CSW 2 residue 65536");
  EXPECT_EQ(in(read10(1), 512), "512 bytes, CSW 0 residue 0");
}

}  // namespace
}  // namespace pianola
