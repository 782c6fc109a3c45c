#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "flash/nor_flash.hpp"

namespace pianola::memory {

/// What unstable bits read as.
enum class Unstable : std::uint8_t {
  random,       ///< Anything, at each read anew.
  old_content,  ///< What they were before the operation that was cut.
  new_content,  ///< What they would be after it.
  frozen,       ///< Anything, but the same until the next power_on().
};

/// How a sector is broken.
enum class BadSector : std::uint8_t {
  good,
  erase_fails,    ///< Every erase fails and leaves the whole sector unstable.
  program_fails,  ///< Every program fails and leaves its first unit unstable.
  reads_zeros,    ///< Every operation seems to succeed, but each byte reads 00.
  reads_ones,     ///< Every operation seems to succeed, but each byte reads FF.
};

/// NOR flash in memory, as strict as the least forgiving chip, for tests: its power can be cut at
/// any step, its sectors can be broken and its bits flipped. Copies are independent of each other.
///
/// Steps are the points at which power can be cut: each byte of a program is one, each erase is
/// kEraseSteps. A program that is cut has finished all bytes before the step's. From the step's
/// byte to the end of its unit, the bits that were to be cleared are unstable. Later units are
/// untouched. Of a sector whose erase is cut, all bits are unstable. They remain so until the
/// sector is erased to the end.
class SimulatedFlash final : public flash::NorFlash {
 public:
  static constexpr unsigned kEraseSteps = 4;

  /// What was done, refused and failed calls not included.
  struct Counts {
    std::uint64_t reads = 0;  ///< Calls.
    std::uint64_t bytes_read = 0;
    std::uint64_t programs = 0;  ///< Calls.
    std::uint64_t units_programmed = 0;
    std::uint64_t bytes_programmed = 0;
    std::uint64_t erases = 0;
    std::uint64_t steps = 0;
    std::uint64_t refused = 0;  ///< Calls that were answered with bad_argument.
  };

  /// New flash, erased, with its power on. The geometry must be a supported one; `seed` decides
  /// what unstable bits read. `mapped`: it can be read in place as well, and unstable bits read as
  /// their old content there.
  explicit SimulatedFlash(const flash::Geometry& geometry, std::uint64_t seed = 1,
                          bool mapped = false);

  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  [[nodiscard]] const std::uint8_t* mapped() const override {
    return mapped_ ? bytes_.data() : nullptr;
  }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  /// Throws std::logic_error if a unit was programmed since its sector's last complete erase, or if
  /// the last erase was cut: that is never right, whatever the chip.
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override;
  flash::FlashStatus erase(std::uint32_t address) override;

  /// Cuts the power in the middle of a step: of the next one for 0, of the one after it for 1, and
  /// so on. From then on everything fails and nothing changes.
  void cut_after(std::uint64_t steps) { cut_at_ = counts_.steps + steps; }
  /// Whether power was cut.
  [[nodiscard]] bool is_off() const { return off_; }
  /// Power comes back, and is not going to be cut any more.
  void power_on();

  /// What unstable bits read as from now on; random at first.
  void set_unstable(Unstable mode) { mode_ = mode; }
  /// Other random values from now on.
  void set_seed(std::uint64_t seed) { seed_ = seed; }

  /// Breaks a sector, or makes it good again. Breaking changes nothing in what it holds.
  void set_bad(std::uint32_t sector, BadSector kind) { sectors_[sector].bad = kind; }
  /// Inverts a bit (0 to 7) as stored, until its sector is erased.
  void flip(std::uint32_t address, unsigned bit);
  /// Replaces the contents from the region's start on. Units that are all FF count as erased, other
  /// ones as programmed.
  void load(std::span<const std::uint8_t> image);

  /// What is stored; of unstable bits the old content.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  /// How many bits of the region are unstable.
  [[nodiscard]] std::uint64_t unstable_bits() const;
  /// Erases of a sector so far, cut and failed ones included.
  [[nodiscard]] std::uint32_t wear(std::uint32_t sector) const { return sectors_[sector].wear; }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t steps() const { return counts_.steps; }
  /// All counts from 0 on; a cut that is to come still comes, wear is kept.
  void reset_counts();

 private:
  struct Sector {
    std::uint32_t wear = 0;
    /// Whether the last erase was cut or failed, and at which of its steps.
    std::optional<std::uint8_t> interrupted;
    BadSector bad = BadSector::good;
  };

  [[nodiscard]] bool is_within(std::uint32_t address, std::size_t size) const;
  [[nodiscard]] Sector& sector_at(std::uint32_t address);
  /// Counts a step. True if it is the one at which power is cut.
  bool is_cut();
  void check_programmable(std::uint32_t address, std::size_t size) const;
  /// Leaves a unit unstable from `address`, in the middle of it, on.
  void interrupt_unit(std::uint32_t address, std::span<const std::uint8_t> data);
  void finish_erase(std::uint32_t address);
  void read_interrupted(std::uint32_t address, unsigned step, std::span<std::uint8_t> out);
  void read_weak(std::uint32_t address, std::span<std::uint8_t> out);
  /// 64 bits for the unstable bits of a byte, according to the mode (random or frozen).
  [[nodiscard]] std::uint64_t noise(std::uint32_t address) const;

  flash::Geometry geometry_;
  std::vector<std::uint8_t> bytes_;
  std::vector<bool> programmed_;  ///< By unit, since the last complete erase.
  std::vector<Sector> sectors_;
  std::map<std::uint32_t, std::uint8_t> weak_;  ///< Bits that a cut program was clearing, by byte.
  Counts counts_;
  std::optional<std::uint64_t> cut_at_;  ///< In steps.
  bool off_ = false;
  bool mapped_;
  Unstable mode_ = Unstable::random;
  std::uint64_t seed_;
  std::uint64_t power_cycles_ = 0;
  std::uint64_t draws_ = 0;  ///< Reads so far: makes each one's noise another.
};

}  // namespace pianola::memory
