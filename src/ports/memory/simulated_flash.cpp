#include "ports/memory/simulated_flash.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <stdexcept>
#include <string>

namespace pianola::memory {
namespace {

using flash::FlashStatus;

/// The SplitMix64 generator's output function: each bit of the result depends on all of `value`.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

/// One bit in some 64 bytes set.
std::uint8_t rare_bits(std::uint64_t noise) {
  if ((noise & 0x3FU) != 0) return 0;
  return static_cast<std::uint8_t>(1U << ((noise >> 8U) & 7U));
}

}  // namespace

SimulatedFlash::SimulatedFlash(const flash::Geometry& geometry, std::uint64_t seed, bool mapped)
    : geometry_(geometry), mapped_(mapped), seed_(seed) {
  if (!flash::is_supported(geometry)) throw std::logic_error("no supported geometry");
  bytes_.assign(geometry.size(), 0xFF);
  programmed_.assign(geometry.size() / geometry.program_unit, false);
  sectors_.assign(geometry.sectors, {});
}

bool SimulatedFlash::is_within(std::uint32_t address, std::size_t size) const {
  return address <= bytes_.size() && size <= bytes_.size() - address;
}

SimulatedFlash::Sector& SimulatedFlash::sector_at(std::uint32_t address) {
  return sectors_[address / geometry_.sector_size];
}

bool SimulatedFlash::is_cut() {
  off_ = cut_at_ == counts_.steps;
  ++counts_.steps;
  if (off_) cut_at_.reset();
  return off_;
}

void SimulatedFlash::power_on() {
  off_ = false;
  cut_at_.reset();
  ++power_cycles_;
}

void SimulatedFlash::reset_counts() {
  if (cut_at_) *cut_at_ -= counts_.steps;
  counts_ = {};
}

FlashStatus SimulatedFlash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (!is_within(address, out.size())) {
    ++counts_.refused;
    return FlashStatus::bad_argument;
  }
  if (off_) return FlashStatus::failed;
  ++counts_.reads;
  counts_.bytes_read += out.size();
  ++draws_;
  while (!out.empty()) {
    const std::size_t rest = geometry_.sector_size - address % geometry_.sector_size;
    const auto part = out.first(std::min(out.size(), rest));
    const Sector& sector = sector_at(address);
    if (sector.bad == BadSector::reads_zeros || sector.bad == BadSector::reads_ones) {
      std::fill(part.begin(), part.end(), sector.bad == BadSector::reads_ones ? 0xFF : 0x00);
    } else {
      std::copy_n(bytes_.begin() + address, part.size(), part.begin());
      if (sector.interrupted) read_interrupted(address, *sector.interrupted, part);
      if (!weak_.empty()) read_weak(address, part);
    }
    address += static_cast<std::uint32_t>(part.size());
    out = out.subspan(part.size());
  }
  return FlashStatus::ok;
}

std::uint64_t SimulatedFlash::noise(std::uint32_t address) const {
  const std::uint64_t time = mode_ == Unstable::frozen ? power_cycles_ : ~draws_;
  return mix(mix(seed_ * 0x9E3779B97F4A7C15U + time) + address);
}

// An erase that just began leaves the old content with a bit wrong here and there, one that was
// nearly through leaves blank bytes with such bits: such sectors are hardest to tell from good
// ones. In the middle anything is read.
void SimulatedFlash::read_interrupted(std::uint32_t address, unsigned step,
                                      std::span<std::uint8_t> out) {
  if (mode_ == Unstable::old_content) return;
  for (std::uint8_t& byte : out) {
    if (mode_ == Unstable::new_content) {
      byte = 0xFF;
      continue;
    }
    const std::uint64_t bits = noise(address++);
    const auto any = static_cast<std::uint8_t>(bits >> 16U);
    const auto some = static_cast<std::uint8_t>(bits >> 24U);
    const unsigned values[kEraseSteps] = {
        static_cast<unsigned>(byte ^ rare_bits(bits)),
        any,
        static_cast<unsigned>(byte | any | some),
        static_cast<unsigned>(0xFF ^ rare_bits(bits)),
    };
    byte = static_cast<std::uint8_t>(values[step]);
  }
}

void SimulatedFlash::read_weak(std::uint32_t address, std::span<std::uint8_t> out) {
  if (mode_ == Unstable::old_content) return;
  for (auto at = weak_.lower_bound(address); at != weak_.end() && at->first - address < out.size();
       ++at) {
    const std::uint64_t cleared = mode_ == Unstable::new_content ? 0xFF : noise(at->first) >> 16U;
    std::uint8_t& byte = out[at->first - address];
    byte = static_cast<std::uint8_t>(byte & ~(cleared & at->second));
  }
}

void SimulatedFlash::check_programmable(std::uint32_t address, std::size_t size) const {
  if (sectors_[address / geometry_.sector_size].interrupted) {
    throw std::logic_error("program at " + std::to_string(address) +
                           ", but the sector's erase was not completed");
  }
  for (std::size_t at = address; at < address + size; at += geometry_.program_unit) {
    if (programmed_[at / geometry_.program_unit]) {
      throw std::logic_error("the unit at " + std::to_string(at) + " is programmed a second time");
    }
  }
}

FlashStatus SimulatedFlash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::uint32_t unit = geometry_.program_unit;
  if (!is_within(address, data.size()) || address % unit != 0 || data.size() % unit != 0 ||
      address % geometry_.sector_size + data.size() > geometry_.sector_size) {
    ++counts_.refused;
    return FlashStatus::bad_argument;
  }
  if (off_) return FlashStatus::failed;
  if (data.empty()) return FlashStatus::ok;
  check_programmable(address, data.size());
  if (sector_at(address).bad == BadSector::program_fails) {
    interrupt_unit(address, data);
    return FlashStatus::failed;
  }
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::size_t at = address + i;
    programmed_[at / unit] = true;
    if (is_cut()) {
      interrupt_unit(static_cast<std::uint32_t>(at), data.subspan(i));
      return FlashStatus::failed;
    }
    bytes_[at] = bytes_[at] & data[i];
  }
  ++counts_.programs;
  counts_.units_programmed += data.size() / unit;
  counts_.bytes_programmed += data.size();
  return FlashStatus::ok;
}

void SimulatedFlash::interrupt_unit(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::uint32_t unit = geometry_.program_unit;
  programmed_[address / unit] = true;
  const std::uint32_t rest = unit - address % unit;
  for (std::uint32_t i = 0; i < rest; ++i) {
    const auto cleared = static_cast<std::uint8_t>(bytes_[address + i] & ~data[i]);
    if (cleared != 0) weak_[address + i] = cleared;
  }
}

FlashStatus SimulatedFlash::erase(std::uint32_t address) {
  if (address >= bytes_.size() || address % geometry_.sector_size != 0) {
    ++counts_.refused;
    return FlashStatus::bad_argument;
  }
  if (off_) return FlashStatus::failed;
  Sector& sector = sector_at(address);
  ++sector.wear;
  if (sector.bad == BadSector::erase_fails) {
    sector.interrupted = 1;
    return FlashStatus::failed;
  }
  for (unsigned step = 0; step < kEraseSteps; ++step) {
    if (!is_cut()) continue;
    sector.interrupted = static_cast<std::uint8_t>(step);
    return FlashStatus::failed;
  }
  finish_erase(address);
  ++counts_.erases;
  return FlashStatus::ok;
}

void SimulatedFlash::finish_erase(std::uint32_t address) {
  const std::uint32_t size = geometry_.sector_size;
  sector_at(address).interrupted.reset();
  std::fill_n(bytes_.begin() + address, size, 0xFF);
  std::fill_n(programmed_.begin() + address / geometry_.program_unit, size / geometry_.program_unit,
              false);
  weak_.erase(weak_.lower_bound(address), weak_.lower_bound(address + size));
}

void SimulatedFlash::flip(std::uint32_t address, unsigned bit) {
  assert(address < bytes_.size() && bit < 8);
  bytes_[address] = static_cast<std::uint8_t>(bytes_[address] ^ (1U << bit));
}

void SimulatedFlash::load(std::span<const std::uint8_t> image) {
  if (image.size() > bytes_.size()) throw std::logic_error("the image is larger than the region");
  std::copy(image.begin(), image.end(), bytes_.begin());
  const std::uint32_t unit = geometry_.program_unit;
  for (std::size_t at = 0; at < image.size(); at += unit) {
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    programmed_[at / unit] =
        !std::all_of(first, first + unit, [](auto byte) { return byte == 0xFF; });
  }
}

std::uint64_t SimulatedFlash::unstable_bits() const {
  std::uint64_t bits = 0;
  for (const auto& [address, mask] : weak_) bits += static_cast<unsigned>(std::popcount(mask));
  for (const Sector& sector : sectors_) {
    if (sector.interrupted) bits += std::uint64_t{geometry_.sector_size} * 8;
  }
  return bits;
}

}  // namespace pianola::memory
