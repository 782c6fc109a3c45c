#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "ports/memory/simulated_flash.hpp"

namespace pianola::test {

/// Simulated flash that goes on by itself for as long as a chip takes, and says so. What is asked
/// of it meanwhile is done at once all the same; its time comes after what is still to be over.
class SlowFlash : public flash::NorFlash {
 public:
  /// As the W25Q16JV, which an RP2040 board has, typically needs for 4 KB and for 256 bytes, in us
  /// (its data sheet, 9.6).
  static constexpr std::uint64_t kErase = 45'000;
  static constexpr std::uint64_t kProgram = 500;

  explicit SlowFlash(const flash::Geometry& geometry) : chip(geometry) {}

  [[nodiscard]] flash::Geometry geometry() const override { return chip.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    return chip.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    work(kProgram * ((data.size() + 255) / 256));
    return chip.program(address, data);
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    work(kErase);
    return chip.erase(address);
  }
  [[nodiscard]] bool busy() const override {
    return clock != nullptr && std::uint64_t{*clock} * 1000 < over_at_;
  }

  /// When what was asked of it is over, in us.
  [[nodiscard]] std::uint64_t over_at() const { return over_at_; }
  /// How long it has worked in all, in us.
  [[nodiscard]] std::uint64_t worked() const { return worked_; }

  memory::SimulatedFlash chip;
  /// The time, in ms; null: operations take none.
  const Time* clock = nullptr;

 private:
  void work(std::uint64_t microseconds) {
    worked_ += microseconds;
    if (clock == nullptr) return;
    over_at_ = std::max(over_at_, std::uint64_t{*clock} * 1000) + microseconds;
  }

  std::uint64_t over_at_ = 0;
  std::uint64_t worked_ = 0;
};

}  // namespace pianola::test
