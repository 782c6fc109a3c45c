// The device seen by a host that looks at its descriptors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ports/memory/simulated_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola {
namespace {

using test::Bytes;
using test::Transfer;
using test::UsbHost;
using test::UsbRig;
using ::testing::ElementsAre;

class UsbEnumeration : public ::testing::Test {
 protected:
  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  UsbHost host_{rig_};
};

TEST_F(UsbEnumeration, TheDeviceIsConfigured) {
  EXPECT_FALSE(rig_.usb.configured());
  ASSERT_TRUE(host_.enumerate());
  EXPECT_TRUE(rig_.usb.configured());
  EXPECT_THAT(host_.control_in(0x80, 8, 0, 0, 1).data, ElementsAre(1));
}

TEST_F(UsbEnumeration, DeviceDescriptor) {
  ASSERT_TRUE(host_.enumerate());
  const Bytes& device = host_.device;
  EXPECT_EQ(device[0], 18);
  EXPECT_EQ(device[1], 1);
  EXPECT_EQ(device[2] | device[3] << 8, 0x0200);
  EXPECT_EQ(device[7], 64);
  EXPECT_EQ(device[8] | device[9] << 8, 0x1209);
  EXPECT_EQ(device[10] | device[11] << 8, 0x0001);
  EXPECT_EQ(device[17], 1);
}

TEST_F(UsbEnumeration, Strings) {
  ASSERT_TRUE(host_.enumerate());
  EXPECT_EQ(host_.string(host_.device[14]), "Pianola");
  EXPECT_EQ(host_.string(host_.device[15]), "Pianola");
  EXPECT_EQ(host_.string(host_.device[16]), "vial:f64c2b3c-0123456789AB");
  EXPECT_THAT(host_.descriptor(3, 0, 0, 255), ElementsAre(4, 3, 0x09, 0x04));
  EXPECT_EQ(host_.control_in(0x80, 6, 0x0304, 0x0409, 255).status, UsbHost::kStall);
}

/// The descriptors of a configuration, one by one.
std::vector<Bytes> pieces(const Bytes& configuration) {
  std::vector<Bytes> all;
  for (std::size_t at = 0; at < configuration.size(); at += configuration[at]) {
    if (configuration[at] == 0 || at + configuration[at] > configuration.size()) {
      ADD_FAILURE() << "a descriptor does not end where it should";
      break;
    }
    const auto from = configuration.begin() + static_cast<std::ptrdiff_t>(at);
    all.emplace_back(from, from + configuration[at]);
  }
  return all;
}

TEST_F(UsbEnumeration, ConfigurationDescriptor) {
  ASSERT_TRUE(host_.enumerate());
  const std::vector<Bytes> all = pieces(host_.configuration);
  EXPECT_THAT(all[0], ElementsAre(9, 2, host_.configuration.size(), 0, 4, 1, 0, 0xA0, 250));
  std::vector<Bytes> interfaces;
  std::vector<Bytes> endpoints;
  for (const Bytes& piece : all) {
    if (piece[1] == 4) interfaces.push_back(piece);
    if (piece[1] == 5) endpoints.push_back(piece);
  }
  EXPECT_THAT(interfaces, ElementsAre(ElementsAre(9, 4, 0, 0, 1, 3, 1, 1, 0),
                                      ElementsAre(9, 4, 1, 0, 1, 3, 0, 0, 0),
                                      ElementsAre(9, 4, 2, 0, 2, 3, 0, 0, 0),
                                      ElementsAre(9, 4, 3, 0, 2, 8, 6, 0x50, 0)));
  EXPECT_THAT(
      endpoints,
      ElementsAre(ElementsAre(7, 5, 0x81, 3, 8, 0, 1), ElementsAre(7, 5, 0x82, 3, 32, 0, 1),
                  ElementsAre(7, 5, 0x83, 3, 32, 0, 1), ElementsAre(7, 5, 0x03, 3, 32, 0, 1),
                  ElementsAre(7, 5, 0x84, 2, 64, 0, 0), ElementsAre(7, 5, 0x04, 2, 64, 0, 0)));
}

/// What one report of an interface has, in bits.
struct ReportSizes {
  std::map<unsigned, unsigned> inputs;
  std::map<unsigned, unsigned> outputs;
  bool balanced = false;
};

/// Reads a report descriptor (HID 1.11, section 6.2.2) as far as sizes go.
ReportSizes sizes_of(const Bytes& descriptor) {
  ReportSizes sizes;
  unsigned id = 0;
  unsigned size = 0;
  unsigned count = 0;
  int depth = 0;
  std::size_t at = 0;
  while (at < descriptor.size()) {
    const unsigned prefix = descriptor[at++];
    const unsigned bytes = (prefix & 3U) == 3 ? 4 : prefix & 3U;
    unsigned value = 0;
    for (unsigned i = 0; i < bytes && at < descriptor.size(); ++i) {
      value |= static_cast<unsigned>(descriptor[at++]) << (8 * i);
    }
    switch (prefix & 0xFCU) {
      case 0x74:
        size = value;
        break;
      case 0x94:
        count = value;
        break;
      case 0x84:
        id = value;
        break;
      case 0x80:
        sizes.inputs[id] += size * count;
        break;
      case 0x90:
        sizes.outputs[id] += size * count;
        break;
      case 0xA0:
        ++depth;
        break;
      case 0xC0:
        --depth;
        break;
      // Usage pages, usages, logical limits.
      case 0x04:
      case 0x08:
      case 0x18:
      case 0x28:
      case 0x14:
      case 0x24:
        break;
      default:
        ADD_FAILURE() << "an item " << prefix;
    }
  }
  sizes.balanced = depth == 0;
  return sizes;
}

TEST_F(UsbEnumeration, ReportDescriptors) {
  ASSERT_TRUE(host_.enumerate());
  const auto report = [&](std::uint16_t interface) {
    const Bytes bytes = host_.control_in(0x81, 6, 0x2200, interface, 1024).data;
    const ReportSizes sizes = sizes_of(bytes);
    EXPECT_TRUE(sizes.balanced);
    return sizes;
  };
  const ReportSizes keyboard = report(0);
  EXPECT_THAT(keyboard.inputs, ElementsAre(std::pair(0, 64)));
  EXPECT_THAT(keyboard.outputs, ElementsAre(std::pair(0, 8)));
  const ReportSizes extra = report(1);
  EXPECT_THAT(extra.inputs,
              ElementsAre(std::pair(1, 224), std::pair(2, 16), std::pair(3, 8), std::pair(4, 48)));
  EXPECT_TRUE(extra.outputs.empty());
  const ReportSizes raw = report(2);
  EXPECT_THAT(raw.inputs, ElementsAre(std::pair(0, 256)));
  EXPECT_THAT(raw.outputs, ElementsAre(std::pair(0, 256)));
}

TEST_F(UsbEnumeration, TheHidDescriptorsSayHowLongTheReportDescriptorsAre) {
  ASSERT_TRUE(host_.enumerate());
  std::uint16_t interface = 0;
  for (const Bytes& piece : pieces(host_.configuration)) {
    if (piece[1] == 4) interface = piece[2];
    if (piece[1] != 0x21) continue;
    EXPECT_EQ(host_.control_in(0x81, 6, 0x2200, interface, 1024).data.size(),
              static_cast<std::size_t>(piece[7] | piece[8] << 8));
    EXPECT_EQ(host_.control_in(0x81, 6, 0x2100, interface, 255).data, piece);
  }
}

TEST_F(UsbEnumeration, DescriptorsAreCutOffWhereTheHostWants) {
  ASSERT_TRUE(host_.attach());
  for (const std::uint16_t size : {1, 8, 17, 18, 64, 255}) {
    EXPECT_EQ(host_.descriptor(1, 0, 0, size).size(), std::min<std::size_t>(size, 18));
  }
  // As long as a packet, several of them, and in between.
  const std::size_t all = host_.descriptor(2, 0, 0, 4096).size();
  for (std::uint16_t size = 1; size < all + 70; ++size) {
    ASSERT_EQ(host_.descriptor(2, 0, 0, size).size(), std::min<std::size_t>(size, all));
  }
}

TEST_F(UsbEnumeration, WhatThereIsNot) {
  ASSERT_TRUE(host_.attach());
  EXPECT_EQ(host_.control_in(0x80, 6, 0x0600, 0, 10).status, UsbHost::kStall);  // Qualifier.
  EXPECT_EQ(host_.control_in(0x80, 6, 0x0F00, 0, 5).status, UsbHost::kStall);   // BOS.
  EXPECT_EQ(host_.control_in(0x80, 6, 0x0201, 0, 9).status, UsbHost::kStall);   // Configuration 1.
  EXPECT_EQ(host_.control_in(0xC0, 1, 0, 0, 8).status, UsbHost::kStall);        // Vendor's.
  EXPECT_EQ(host_.control_out(0x40, 1, 0, 0).status, UsbHost::kStall);
  EXPECT_TRUE(host_.enumerate());
}

TEST_F(UsbEnumeration, StandardRequests) {
  ASSERT_TRUE(host_.enumerate());
  EXPECT_THAT(host_.control_in(0x80, 0, 0, 0, 2).data, ElementsAre(0, 0));  // GET_STATUS
  EXPECT_TRUE(host_.control_out(0x00, 3, 1, 0).ok());                       // May wake.
  EXPECT_THAT(host_.control_in(0x80, 0, 0, 0, 2).data, ElementsAre(2, 0));
  EXPECT_TRUE(host_.control_out(0x00, 1, 1, 0).ok());
  EXPECT_THAT(host_.control_in(0x80, 0, 0, 0, 2).data, ElementsAre(0, 0));
  EXPECT_THAT(host_.control_in(0x81, 10, 0, 0, 1).data, ElementsAre(0));  // GET_INTERFACE
  EXPECT_TRUE(host_.control_out(0x01, 11, 0, 3).ok());                    // SET_INTERFACE
  EXPECT_TRUE(host_.control_out(0x00, 5, 7, 0).ok());                     // SET_ADDRESS
  EXPECT_THAT(host_.control_in(0x82, 0, 0, 0x84, 2).data, ElementsAre(0, 0));
  EXPECT_TRUE(host_.control_out(0x02, 3, 0, 0x84).ok());  // Halt.
  EXPECT_THAT(host_.control_in(0x82, 0, 0, 0x84, 2).data, ElementsAre(1, 0));
  EXPECT_EQ(host_.bulk_in(0x84, 13).status, UsbHost::kStall);
  EXPECT_TRUE(host_.control_out(0x02, 1, 0, 0x84).ok());
  EXPECT_THAT(host_.control_in(0x82, 0, 0, 0x84, 2).data, ElementsAre(0, 0));
}

TEST_F(UsbEnumeration, ConfiguredAgainAndAgain) {
  ASSERT_TRUE(host_.enumerate());
  for (const std::uint16_t configuration : {1, 0, 1, 1, 0, 0, 1}) {
    ASSERT_TRUE(host_.control_out(0x00, 9, configuration, 0).ok());
    EXPECT_THAT(host_.control_in(0x80, 8, 0, 0, 1).data, ElementsAre(configuration));
    EXPECT_EQ(rig_.usb.configured(), configuration == 1);
  }
  EXPECT_EQ(host_.control_out(0x00, 9, 2, 0).status, UsbHost::kStall);
  EXPECT_TRUE(host_.control_out(0x00, 9, 1, 0).ok());
  EXPECT_TRUE(host_.scsi(std::array<std::uint8_t, 6>{0x12, 0, 0, 0, 36, 0}, 36, true).passed());
}

TEST_F(UsbEnumeration, AHiddenDriveIsNotThere) {
  ASSERT_EQ(rig_.save("set drive = hidden\n"), Status::ok);
  host_.pass(5000);
  ASSERT_TRUE(host_.enumerate());
  EXPECT_EQ(host_.configuration[4], 3);
  for (const Bytes& piece : pieces(host_.configuration)) {
    EXPECT_FALSE(piece[1] == 4 && piece[5] == 8);
  }
  const Bytes hidden = host_.device;
  // In edit mode the device leaves the bus and comes back as another.
  rig_.device->drive().insert();
  for (int i = 0; i < 1000 && host_.attached(); ++i) host_.pass(1);
  EXPECT_FALSE(host_.attached());
  EXPECT_FALSE(host_.attach());
  host_.pass(usb::Usb::kAway + 1);
  ASSERT_TRUE(host_.enumerate());
  EXPECT_EQ(host_.configuration[4], 4);
  EXPECT_NE(host_.device, hidden);
}

}  // namespace
}  // namespace pianola
