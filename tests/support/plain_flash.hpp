#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "flash/nor_flash.hpp"

namespace pianola::test {

/// Flash in memory that checks nothing; quick.
class PlainFlash final : public flash::NorFlash {
 public:
  explicit PlainFlash(const flash::Geometry& geometry)
      : geometry_(geometry), bytes_(geometry.size(), 0xFF) {}

  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    if (out.size() > bytes_.size() || address > bytes_.size() - out.size()) {
      return flash::FlashStatus::bad_argument;
    }
    std::copy_n(bytes_.begin() + address, out.size(), out.begin());
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    if (data.size() > bytes_.size() || address > bytes_.size() - data.size()) {
      return flash::FlashStatus::bad_argument;
    }
    for (std::size_t i = 0; i < data.size(); ++i) bytes_[address + i] &= data[i];
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    if (address >= bytes_.size()) return flash::FlashStatus::bad_argument;
    std::fill_n(bytes_.begin() + address / geometry_.sector_size * geometry_.sector_size,
                geometry_.sector_size, std::uint8_t{0xFF});
    return flash::FlashStatus::ok;
  }
  [[nodiscard]] bool busy() const override { return is_busy; }

  bool is_busy = false;  ///< Whether it says so.

 private:
  flash::Geometry geometry_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace pianola::test
