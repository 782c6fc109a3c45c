#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "ports/file/file_flash.hpp"
#include "store/current_roll.hpp"
#include "store/store.hpp"

namespace pianola::cli {

/// Flash whose writes stay in memory. To look at a region is to mount it, which may write; so the
/// region itself stays as it is.
class ShadowFlash final : public flash::NorFlash {
 public:
  /// `base` is the caller's and outlives this.
  explicit ShadowFlash(flash::NorFlash& base) : base_(base) {}

  [[nodiscard]] flash::Geometry geometry() const override { return base_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override;
  flash::FlashStatus erase(std::uint32_t address) override;

 private:
  std::vector<std::uint8_t>* sector(std::uint32_t address);

  flash::NorFlash& base_;
  std::map<std::uint32_t, std::vector<std::uint8_t>> sectors_;  ///< Those written to, by address.
};

/// Flash of any size with nothing in it, whose writes fail.
class BlankFlash final : public flash::NorFlash {
 public:
  explicit BlankFlash(const flash::Geometry& geometry) : geometry_(geometry) {}
  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  flash::FlashStatus program(std::uint32_t, std::span<const std::uint8_t>) override {
    return flash::FlashStatus::failed;
  }
  flash::FlashStatus erase(std::uint32_t) override { return flash::FlashStatus::failed; }

 private:
  flash::Geometry geometry_;
};

/// Counts what is written to another flash.
class CountingFlash final : public flash::NorFlash {
 public:
  /// `base` is the caller's and outlives this.
  explicit CountingFlash(flash::NorFlash& base) : base_(base) {}

  [[nodiscard]] flash::Geometry geometry() const override { return base_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    return base_.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    programmed_ += data.size();
    return base_.program(address, data);
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    ++erased_;
    return base_.erase(address);
  }
  flash::FlashStatus sync() override { return base_.sync(); }

  [[nodiscard]] std::uint64_t programmed() const { return programmed_; }  ///< Bytes.
  [[nodiscard]] std::uint64_t erased() const { return erased_; }          ///< Sectors.

 private:
  flash::NorFlash& base_;
  std::uint64_t programmed_ = 0;
  std::uint64_t erased_ = 0;
};

/// A store on any flash, with the memory that it needs.
class StoreOn {
 public:
  /// `flash` is the caller's and outlives this.
  explicit StoreOn(flash::NorFlash& flash)
      : memory_(store::Log::memory_size(flash.geometry())), store_(flash, memory_) {}
  store::Store& operator*() { return store_; }
  store::Store* operator->() { return &store_; }

 private:
  std::vector<std::uint8_t> memory_;
  store::Store store_;
};

/// Why the region in the file `path` cannot be used after mounting ended with `status`: a clause
/// without a full stop.
std::string mount_problem(const std::string& path, store::Mount status);

/// Says that others than its owner can read a flash file, if they can.
void note_readers(const std::string& path, const file::FileFlash& file, Console& console);

/// A region of flash in a file, as `pianola flash init` makes it, mounted.
class Region {
 public:
  /// What is wanted of it. Several may look at a file at a time, and nothing in it changes.
  enum class Use : std::uint8_t { look, change };

  /// CommandError if the file cannot be opened or holds no store.
  Region(const std::string& path, Use use);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const flash::Geometry& geometry() { return store_->log().geometry(); }
  [[nodiscard]] store::Store& store() { return *store_; }
  /// The saved macros, or the default ones.
  [[nodiscard]] store::CurrentRoll& roll() { return roll_; }
  /// Their text as it is shown (store::ShownText): byte for byte, unless something is damaged;
  /// `whole` is then false.
  [[nodiscard]] std::string text(bool& whole);
  /// The last change was cut off (or what is behind it is damaged), and mounting decided whether it
  /// counts.
  [[nodiscard]] bool cut_off() { return store_->log().was_unclean(); }
  /// Bytes programmed since mounting.
  [[nodiscard]] std::uint64_t programmed() const { return counting_.programmed() - programmed_; }
  /// Sectors erased since mounting.
  [[nodiscard]] std::uint64_t erased() const { return counting_.erased() - erased_; }
  /// Says that others than its owner can read the file, if they can.
  void note_readers(Console& console) const { cli::note_readers(path_, file_, console); }
  /// All that was written is on the disk. CommandError if not.
  void sync();
  /// What the system said of an operation that failed; empty if none did.
  [[nodiscard]] std::string failure() const { return file_.failure(); }

 private:
  flash::NorFlash& base(Use use);

  std::string path_;
  file::FileFlash file_;
  ShadowFlash shadow_;
  CountingFlash counting_;
  StoreOn store_;
  store::CurrentRoll roll_;
  std::uint64_t programmed_ = 0;  ///< Bytes programmed by mounting.
  std::uint64_t erased_ = 0;      ///< Sectors erased by mounting.
};

}  // namespace pianola::cli
