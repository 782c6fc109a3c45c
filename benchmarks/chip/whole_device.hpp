#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "device/device.hpp"
#include "store/flash_scratch.hpp"
#include "usb/usb.hpp"

namespace pianola::bench {

/// 4 MB of flash as boards with the RP2040 have it, in memory that somebody else has: `bytes` must
/// have as many, FF each.
class Chip final : public flash::NorFlash {
 public:
  static constexpr flash::Geometry kGeometry{4096, 256, 1024};

  explicit Chip(std::span<std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] flash::Geometry geometry() const override { return kGeometry; }
  [[nodiscard]] const std::uint8_t* mapped() const override { return bytes_.data(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    std::memcpy(out.data(), &bytes_[address], out.size());
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    std::memcpy(&bytes_[address], data.data(), data.size());
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    std::memset(&bytes_[address], 0xFF, kGeometry.sector_size);
    return flash::FlashStatus::ok;
  }

 private:
  std::span<std::uint8_t> bytes_;
};

/// A whole device as a board has it, with the memory of a small one, on a bus whose host reads each
/// report a millisecond after it was there. The macros come from the store. One at a time.
class WholeDevice final : private player::KeyboardLeds {
 public:
  /// `flash` as Chip takes it.
  explicit WholeDevice(std::span<std::uint8_t> flash);
  ~WholeDevice();
  WholeDevice(const WholeDevice&) = delete;
  WholeDevice& operator=(const WholeDevice&) = delete;

  /// Saves `text` as macros.txt. False if it has errors.
  bool save(std::string_view text);

  /// A key changes; what follows from that is done, a millisecond long.
  void key(hid::Usage usage, bool down);
  /// Goes on until nothing happens by itself.
  void finish();
  /// Goes on until so many reports have been read.
  void read_reports(std::uint32_t count);
  /// Goes on until it has stepped at so many times that it had asked for itself.
  void wake(std::uint32_t count);

  [[nodiscard]] device::Device& device() { return *device_; }

 private:
  void show(std::uint8_t) override {}
  void run();
  void pass();
  void attach();

  std::uint32_t now_ = 1;
  std::uint32_t reports_ = 0;
  Next next_;
  Chip chip_;
  std::array<std::uint8_t, store::Log::memory_size(Chip::kGeometry)> store_memory_;
  std::array<std::uint8_t, store::FlashScratch::kLeastMemory + 4096> scratch_;
  std::array<char, 512> recording_;
  engine::Storage<> engine_;
  usb::Usb usb_;
  std::unique_ptr<device::Device> device_;
};

}  // namespace pianola::bench
