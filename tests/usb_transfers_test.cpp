// Transfers, and requests that are taken back, at the level of the USB/IP protocol.

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
using ::testing::IsEmpty;

constexpr std::int32_t kTakenBack = -104;

class UsbTransfers : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(host_.enumerate());
    rig_.device->drive().insert();
    ASSERT_TRUE(host_.wait_for_medium());
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  UsbHost host_{rig_};
};

// ---- Taking back --------------------------------------------------------------------------------

TEST_F(UsbTransfers, APendingRequestIsTakenBack) {
  host_.ignore(usb::kKeyboardIn);
  const std::uint32_t request = host_.submit(1, true, 8);
  host_.pass(10);
  EXPECT_EQ(host_.unlink(request), kTakenBack);
  host_.pass(10);
  EXPECT_FALSE(host_.over(request)) << "there must be no other answer";
  // What it waited for goes to the next one.
  rig_.key(hid::keyboard_usage(0x04), true);
  host_.pass(3);
  const Transfer report = host_.wait(host_.submit(1, true, 8));
  EXPECT_THAT(report.data, ElementsAre(0, 0, 4, 0, 0, 0, 0, 0));
}

TEST_F(UsbTransfers, ARequestThatIsOverIsNotTakenBack) {
  const std::uint32_t request =
      host_.submit(0, true, 18, {}, UsbHost::setup(0x80, 6, 0x100, 0, 18));
  host_.pass(1);
  ASSERT_TRUE(host_.over(request));
  EXPECT_EQ(host_.unlink(request), 0);
  EXPECT_EQ(host_.unlink(request), 0);
  EXPECT_EQ(host_.unlink(0xFFFFFFFF), 0) << "an unknown one";
}

TEST_F(UsbTransfers, OneOfSeveralIsTakenBack) {
  host_.ignore(usb::kKeyboardIn);
  const std::array requests{host_.submit(1, true, 8), host_.submit(1, true, 8),
                            host_.submit(1, true, 8)};
  EXPECT_EQ(host_.unlink(requests[1]), kTakenBack);
  rig_.key(hid::keyboard_usage(0x04), true);
  host_.pass(3);
  EXPECT_TRUE(host_.over(requests[0]));
  EXPECT_FALSE(host_.over(requests[2]));
  rig_.key(hid::keyboard_usage(0x04), false);
  host_.pass(3);
  EXPECT_TRUE(host_.over(requests[2]));
}

TEST_F(UsbTransfers, ABulkReadTakenBackInTheMiddleOfACommand) {
  const auto command = UsbHost::read_write(0x28, 0, 8);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(7, 4096, true, 0, command)).ok());
  // The half of it, then nothing more.
  EXPECT_TRUE(host_.bulk_in(usb::kStorageIn, 2048).ok());
  const std::uint32_t request = host_.submit(4, true, 64 << 10);
  host_.unlink(request);
  host_.recover();
  EXPECT_TRUE(host_.test_ready().passed());
  EXPECT_EQ(host_.read(0, 8).data.size(), 4096U);
}

TEST_F(UsbTransfers, ABulkWriteTakenBackInTheMiddleOfACommand) {
  const auto command = UsbHost::read_write(0x2A, 1, 8);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(7, 4096, false, 0, command)).ok());
  EXPECT_TRUE(host_.bulk_out(usb::kStorageOut, Bytes(1024)).ok());
  host_.recover();
  EXPECT_TRUE(host_.test_ready().passed());
  EXPECT_TRUE(host_.read(0, 8).passed());
}

TEST_F(UsbTransfers, AControlRequestTakenBackAtAnyTime) {
  // To an endpoint that nobody has: TinyUSB answers never.
  const std::uint32_t request = host_.submit(0, false, 0, {}, UsbHost::setup(0x02, 1, 0, 0x87, 0));
  host_.pass(10);
  if (!host_.over(request)) {
    EXPECT_EQ(host_.unlink(request), kTakenBack);
  }
  EXPECT_EQ(host_.descriptor(1, 0, 0, 18).size(), 18U);
  for (int i = 0; i < 3; ++i) {
    host_.unlink(host_.submit(0, true, 255, {}, UsbHost::setup(0x80, 6, 0x200, 0, 255)));
    EXPECT_EQ(host_.descriptor(1, 0, 0, 18).size(), 18U);
  }
}

// ---- Bulk ---------------------------------------------------------------------------------------

TEST_F(UsbTransfers, LargeBulkRequests) {
  // As Linux asks: 120 KB at once.
  const std::uint32_t sectors = host_.capacity();
  ASSERT_GT(sectors, 240U);
  const ScsiResult all = host_.read(0, 240);
  EXPECT_TRUE(all.passed());
  ASSERT_EQ(all.data.size(), 240U * 512);
  for (const std::uint16_t first : {0, 1, 100, 239}) {
    const ScsiResult one = host_.read(first, 1);
    EXPECT_TRUE(std::equal(one.data.begin(), one.data.end(), all.data.begin() + first * 512));
  }
  Bytes data(240 * 512);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7 / 5);
  ASSERT_TRUE(host_.write(sectors - 240, data).passed());
  EXPECT_EQ(host_.read(static_cast<std::uint32_t>(sectors - 240), 240).data, data);
}

TEST_F(UsbTransfers, BulkRequestsOfAnySizeMakeTheSameStream) {
  const Bytes whole = host_.read(0, 16).data;
  for (const std::uint32_t piece : {64U, 128U, 512U, 4096U, 65536U}) {
    const auto command = UsbHost::read_write(0x28, 0, 16);
    ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(9, 8192, true, 0, command)).ok());
    Bytes data;
    while (data.size() < whole.size()) {
      const auto left = static_cast<std::uint32_t>(whole.size() - data.size());
      const Transfer part = host_.bulk_in(usb::kStorageIn, std::min(piece, left));
      ASSERT_TRUE(part.ok());
      ASSERT_FALSE(part.data.empty());
      data.insert(data.end(), part.data.begin(), part.data.end());
    }
    EXPECT_EQ(data, whole);
    EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 13).data.size(), 13U);
  }
}

TEST_F(UsbTransfers, AReadOfLessThanAPacketOverflows) {
  const auto command = std::array<std::uint8_t, 6>{0x12, 0, 0, 0, 36, 0};
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(9, 36, true, 0, command)).ok());
  EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 10).status, -75);
  EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 13).data.size(), 13U);
}

TEST_F(UsbTransfers, BulkGoesOnWhileNobodyPressesKeys) {
  EXPECT_TRUE(host_.read(0, 8).passed());
  EXPECT_THAT(host_.inputs, IsEmpty());
}

TEST_F(UsbTransfers, KeysAreReportedInTheMiddleOfABulkCommand) {
  const auto command = UsbHost::read_write(0x28, 0, 8);
  ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(9, 4096, true, 0, command)).ok());
  rig_.key(hid::keyboard_usage(0x04), true);
  host_.pass(3);
  EXPECT_EQ(host_.inputs.size(), 1U);
  EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 4096).data.size(), 4096U);
  EXPECT_EQ(host_.bulk_in(usb::kStorageIn, 13).data.size(), 13U);
}

// ---- What contradicts itself --------------------------------------------------------------------

TEST_F(UsbTransfers, EndpointsThatAreNotThere) {
  EXPECT_EQ(host_.wait(host_.submit(7, true, 64)).status, -71);
  EXPECT_EQ(host_.wait(host_.submit(5, false, 4, Bytes(4))).status, -71);
  EXPECT_EQ(host_.wait(host_.submit(1, false, 4, Bytes(4))).status, -71) << "it is IN only";
}

TEST_F(UsbTransfers, ControlRequestsWithOtherLengthsThanTheySay) {
  EXPECT_EQ(
      host_.wait(host_.submit(0, false, 1, Bytes(1), UsbHost::setup(0x21, 9, 0x200, 0, 2))).status,
      -22);
  EXPECT_EQ(host_.wait(host_.submit(0, true, 8, {}, UsbHost::setup(0x21, 9, 0x200, 0, 2))).status,
            -22);
  // Room for less than the device was told to send.
  const Transfer cut =
      host_.wait(host_.submit(0, true, 4, {}, UsbHost::setup(0x80, 6, 0x100, 0, 18)));
  EXPECT_EQ(cut.status, -75);
  EXPECT_EQ(cut.data.size(), 4U);
  EXPECT_EQ(host_.descriptor(1, 0, 0, 18).size(), 18U);
}

TEST_F(UsbTransfers, DataForRequestsThatHaveNone) {
  // TinyUSB would write them to where its answer stands.
  const Bytes data(8, 0x5A);
  const auto answer = [&](std::uint8_t type, std::uint8_t request, std::uint16_t value,
                          std::uint16_t index) {
    return host_.control_out(type, request, value, index, data).status;
  };
  EXPECT_EQ(answer(0x00, 6, 0x0100, 0), UsbHost::kStall);  // GET_DESCRIPTOR
  EXPECT_EQ(answer(0x00, 8, 0, 0), UsbHost::kStall);       // GET_CONFIGURATION
  EXPECT_EQ(answer(0x00, 0, 0, 0), UsbHost::kStall);       // GET_STATUS
  EXPECT_EQ(answer(0x21, 0xFE, 0, 3), UsbHost::kStall);    // GET_MAX_LUN
  EXPECT_EQ(answer(0x21, 0x02, 0, 0), UsbHost::kStall);    // GET_IDLE
  EXPECT_EQ(answer(0x01, 6, 0x2200, 0), UsbHost::kStall);  // GET_DESCRIPTOR
  EXPECT_EQ(host_.descriptor(1, 0, 0, 18), host_.device);
}

// ---- Coming and going ---------------------------------------------------------------------------

TEST_F(UsbTransfers, TheCablePulledInTheMiddleOfAWrite) {
  const Bytes before = host_.read(40, 1).data;
  for (std::uint32_t blocks = 0; blocks <= 8; ++blocks) {
    SCOPED_TRACE(blocks);
    const auto command = UsbHost::read_write(0x2A, 40, 8);
    ASSERT_TRUE(host_.bulk_out(usb::kStorageOut, UsbHost::cbw(9, 4096, false, 0, command)).ok());
    if (blocks > 0) host_.submit(4, false, blocks * 512, Bytes(blocks * 512, 0x5A));
    if (blocks == 8) host_.pass(50);  // All has come: it is written.
    host_.detach();
    host_.pass(50);
    ASSERT_TRUE(host_.enumerate());
    ASSERT_TRUE(host_.wait_for_medium());
    EXPECT_TRUE(host_.read(0, 8).passed());
  }
  EXPECT_EQ(host_.read(40, 1).data, Bytes(512, 0x5A));
}

TEST_F(UsbTransfers, TheCablePulledInTheMiddleOfAnything) {
  // After each number of bytes of a conversation; what follows must work.
  for (std::uint32_t at = 0; at < 12; ++at) {
    SCOPED_TRACE(at);
    host_.detach();
    ASSERT_TRUE(host_.attach());
    std::uint32_t step = 0;
    const auto next = [&] { return step++ < at; };
    if (next()) host_.submit(0, true, 18, {}, UsbHost::setup(0x80, 6, 0x100, 0, 18));
    if (next()) host_.submit(0, true, 255, {}, UsbHost::setup(0x80, 6, 0x200, 0, 255));
    if (next()) host_.control_out(0x00, 9, 1, 0);
    if (next()) host_.listen(usb::kKeyboardIn, 8);
    if (next()) rig_.key(hid::keyboard_usage(0x04), true);
    if (next()) rig_.key(hid::keyboard_usage(0x04), false);
    const auto command = UsbHost::read_write(0x28, 0, 8);
    if (next()) host_.bulk_out(usb::kStorageOut, UsbHost::cbw(9, 4096, true, 0, command));
    if (next()) host_.bulk_in(usb::kStorageIn, 512);
    if (next()) host_.submit(4, true, 13);
    if (next()) host_.submit(4, false, 31, UsbHost::cbw(9, 0, false, 0, Bytes(6)));
    if (next()) host_.control_out(0x00, 9, 0, 0);
    host_.detach();
    host_.pass(5);
    ASSERT_TRUE(host_.enumerate());
    EXPECT_TRUE(host_.wait_for_medium());
    EXPECT_TRUE(host_.read(0, 8).passed());
  }
}

}  // namespace
}  // namespace pianola
