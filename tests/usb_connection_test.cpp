// The USB/IP protocol, as bytes.

#include "ports/usbip/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ports/memory/simulated_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola::usbip {
namespace {

using test::Bytes;
using test::UsbHost;
using test::UsbRig;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UsbConnection : public ::testing::Test {
 protected:
  static Bytes list_request() {
    Bytes bytes;
    Writer(bytes).u16(kVersion).u16(kRequestList).u32(0);
    return bytes;
  }
  static Bytes import_request(std::string_view name = kBusId) {
    Bytes bytes;
    Writer(bytes).u16(kVersion).u16(kRequestImport).u32(0).text(name, kBusIdBytes);
    return bytes;
  }
  static Bytes submit(std::uint32_t number, std::uint32_t endpoint, bool in, std::uint32_t length,
                      std::span<const std::uint8_t> data = {},
                      const std::array<std::uint8_t, 8>& setup = {}, std::uint32_t packets = 0) {
    Bytes bytes;
    Writer out(bytes);
    out.u32(kSubmit).u32(number).u32(0x10002).u32(in ? 1 : 0).u32(endpoint);
    out.u32(0).u32(length).u32(0).u32(packets).u32(0).bytes(setup).bytes(data);
    return bytes;
  }
  static Bytes get_device(std::uint32_t number) {
    return submit(number, 0, true, 18, {}, UsbHost::setup(0x80, 6, 0x100, 0, 18));
  }
  /// What the client gets for what it sends.
  Bytes say(Connection& connection, std::span<const std::uint8_t> bytes) {
    connection.receive(bytes);
    rig_.step();
    return std::exchange(connection.output(), {});
  }
  static std::string text_at(const Bytes& bytes, std::size_t at) {
    return reinterpret_cast<const char*>(bytes.data() + at);
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  Connection connection_{rig_.controller};
};

TEST_F(UsbConnection, AListOfDevices) {
  const Bytes list = say(connection_, list_request());
  ASSERT_EQ(list.size(), 8U + 4 + kDeviceBytes + 4 * 4);
  EXPECT_EQ(read_u16(list, 0), 0x0111);
  EXPECT_EQ(read_u16(list, 2), 0x0005);
  EXPECT_EQ(read_u32(list, 4), 0U);
  EXPECT_EQ(read_u32(list, 8), 1U);
  EXPECT_EQ(text_at(list, 12), kPath);
  EXPECT_EQ(text_at(list, 12 + 256), "1-1");
  const std::size_t at = 12 + 256 + 32;
  EXPECT_EQ(read_u32(list, at), 1U);
  EXPECT_EQ(read_u32(list, at + 4), 2U);
  EXPECT_EQ(read_u32(list, at + 8), 2U) << "full speed";
  EXPECT_EQ(read_u16(list, at + 12), 0x1209);
  EXPECT_EQ(read_u16(list, at + 14), 0x0001);
  EXPECT_THAT(Bytes(list.begin() + static_cast<std::ptrdiff_t>(at) + 18, list.end()),
              ElementsAre(0, 0, 0, 1, 1, 4, 3, 1, 1, 0, 3, 0, 0, 0, 3, 0, 0, 0, 8, 6, 0x50, 0));
  EXPECT_FALSE(connection_.attached());
  EXPECT_EQ(say(connection_, list_request()).size(), list.size()) << "and again";
}

TEST_F(UsbConnection, Importing) {
  const Bytes reply = say(connection_, import_request());
  ASSERT_EQ(reply.size(), 8 + kDeviceBytes);
  EXPECT_EQ(read_u16(reply, 2), 0x0003);
  EXPECT_EQ(read_u32(reply, 4), 0U);
  EXPECT_TRUE(connection_.attached());
  const Bytes answer = say(connection_, get_device(77));
  ASSERT_EQ(answer.size(), 48U + 18);
  EXPECT_EQ(read_u32(answer, 0), 3U);
  EXPECT_EQ(read_u32(answer, 4), 77U);
  EXPECT_EQ(read_u32(answer, 20), 0U);
  EXPECT_EQ(read_u32(answer, 24), 18U);
}

TEST_F(UsbConnection, ImportingWhatThereIsNot) {
  for (const std::string_view name : {"1-2", "", "1-1x", "0123456789012345678901234567890"}) {
    const Bytes reply = say(connection_, import_request(name));
    EXPECT_THAT(reply, ElementsAre(1, 0x11, 0, 3, 0, 0, 0, 4));
  }
  Bytes full = import_request();
  std::fill(full.begin() + 8, full.end(), 'x');
  EXPECT_EQ(say(connection_, full).size(), 8U);
  EXPECT_FALSE(connection_.attached());
  EXPECT_EQ(say(connection_, import_request()).size(), 8 + kDeviceBytes);
}

TEST_F(UsbConnection, OneAtATime) {
  say(connection_, import_request());
  Connection other{rig_.controller};
  EXPECT_THAT(say(other, import_request()), ElementsAre(1, 0x11, 0, 3, 0, 0, 0, 2));
  EXPECT_EQ(read_u32(say(other, list_request()), 8), 1U);
  EXPECT_FALSE(other.closed());
}

TEST_F(UsbConnection, TheNextOneCanHaveItWhenTheFirstIsGone) {
  {
    Connection first{rig_.controller};
    say(first, import_request());
    EXPECT_TRUE(rig_.controller.attached());
  }
  EXPECT_FALSE(rig_.controller.attached());
  EXPECT_EQ(say(connection_, import_request()).size(), 8 + kDeviceBytes);
  EXPECT_EQ(say(connection_, get_device(1)).size(), 48U + 18);
}

TEST_F(UsbConnection, InPiecesOfAnySize) {
  Bytes all = list_request();
  const auto add = [&](const Bytes& bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); };
  add(import_request());
  add(get_device(1));
  add(submit(2, 0, false, 1, Bytes{2}, UsbHost::setup(0x21, 9, 0x200, 0, 1)));
  add(get_device(3));
  Bytes whole;
  for (const std::size_t piece : {all.size(), std::size_t{1}, std::size_t{7}, std::size_t{48}}) {
    Connection connection{rig_.controller};
    Bytes replies;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      const std::size_t size = std::min(piece, all.size() - at);
      const Bytes reply = say(connection, std::span(all).subspan(at, size));
      replies.insert(replies.end(), reply.begin(), reply.end());
    }
    if (whole.empty()) whole = replies;
    EXPECT_EQ(replies, whole) << piece;
  }
}

TEST_F(UsbConnection, WhoDoesNotKeepToTheProtocolIsClosed) {
  const auto closed_by = [&](const Bytes& bytes, bool import) {
    Connection connection{rig_.controller};
    if (import) say(connection, import_request());
    const Bytes reply = say(connection, bytes);
    EXPECT_THAT(reply, IsEmpty());
    EXPECT_FALSE(connection.attached());
    EXPECT_FALSE(rig_.controller.attached());
    say(connection, list_request());
    return std::string(connection.why_closed());
  };
  EXPECT_EQ(closed_by({1, 0x10, 0x80, 5, 0, 0, 0, 0}, false),
            "it speaks another version of USB/IP");
  EXPECT_EQ(closed_by({1, 0x11, 0x80, 6, 0, 0, 0, 0}, false), "it sent what USB/IP does not know");
  EXPECT_EQ(closed_by(Bytes(48), true), "it sent what the device cannot do");
  EXPECT_EQ(closed_by(submit(1, 16, true, 8), true), "it sent what the device cannot do");
  EXPECT_EQ(closed_by(submit(1, 1, true, 8, {}, {}, 4), true), "it sent what the device cannot do");
  EXPECT_EQ(closed_by(submit(1, 4, true, Connection::kMaxTransfer + 1), true),
            "it asked for too long a transfer");
  EXPECT_EQ(closed_by(submit(1, 4, true, 0xFFFFFFFF), true), "it asked for too long a transfer");
  EXPECT_EQ(closed_by(submit(1, 4, false, 0x80000000), true), "it asked for too long a transfer");
}

TEST_F(UsbConnection, RequestsWithoutEndEndTheConnection) {
  say(connection_, import_request());
  std::size_t sent = 0;
  while (!connection_.closed() && sent < 2 * Connection::kMaxRequests) {
    connection_.receive(submit(static_cast<std::uint32_t>(++sent), 1, true, 8));
  }
  EXPECT_EQ(sent, Connection::kMaxRequests + 1);
  EXPECT_EQ(connection_.why_closed(), "it asked for too much at a time");
  Connection other{rig_.controller};
  say(other, import_request());
  sent = 0;
  while (!other.closed() && sent < 1000) {
    other.receive(submit(static_cast<std::uint32_t>(++sent), 4, true, Connection::kMaxTransfer));
  }
  EXPECT_EQ(sent, 17U);
}

TEST_F(UsbConnection, RequestsTakenBackMakeRoomForOthers) {
  say(connection_, import_request());
  for (std::uint32_t number = 1; number < 5000; ++number) {
    connection_.receive(submit(number, 1, true, 8));
    Bytes unlink;
    Writer(unlink).u32(kUnlink).u32(number + 10000).u32(0x10002).zeros(8).u32(number).zeros(24);
    connection_.receive(unlink);
    ASSERT_FALSE(connection_.closed());
    rig_.step();
  }
}

TEST_F(UsbConnection, ADeviceThatLeftTheBus) {
  say(connection_, import_request());
  rig_.usb.reconnect();
  rig_.step();
  EXPECT_EQ(connection_.why_closed(), "the device left the bus");
  Connection other{rig_.controller};
  EXPECT_EQ(read_u32(say(other, list_request()), 8), 0U);
  EXPECT_THAT(say(other, import_request()), ElementsAre(1, 0x11, 0, 3, 0, 0, 0, 4));
  rig_.now += usb::Usb::kAway;
  rig_.step();
  EXPECT_EQ(say(other, import_request()).size(), 8 + kDeviceBytes);
}

TEST_F(UsbConnection, Noise) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    Connection connection{rig_.controller};
    if (round % 2 != 0) say(connection, import_request());
    Bytes bytes(random() % 300);
    for (std::uint8_t& byte : bytes)
      byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : 0;
    if (bytes.size() > 4 && round % 4 == 1) bytes[3] = static_cast<std::uint8_t>(1 + random() % 2);
    say(connection, bytes);
  }
  say(connection_, import_request());
  EXPECT_EQ(say(connection_, get_device(1)).size(), 48U + 18);
}

}  // namespace
}  // namespace pianola::usbip
