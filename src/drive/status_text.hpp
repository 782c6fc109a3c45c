#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/text_writer.hpp"
#include "drive/take.hpp"
#include "lang/compile/source.hpp"
#include "store/store.hpp"

namespace pianola::drive {

/// Writes what only the device knows into STATUS.TXT. Must not call the drive.
class StatusReport {
 public:
  /// Appends lines, each ended by a line feed. Lines that have no room are cut off.
  virtual void write_status(TextSink& out) = 0;
  /// Likewise what of macros.txt cannot be read, if anything.
  virtual void write_damage(TextSink& out) { static_cast<void>(out); }

 protected:
  ~StatusReport() = default;
};

/// STATUS.TXT: of a fixed size, so that its place on the volume never changes.
class StatusText final : public TextSink {
 public:
  static constexpr std::uint32_t kSize = 3 * kSectorSize;

  /// Writes it anew, from what is the case now.
  void write(store::Store& store, const store::CurrentRoll& roll, std::uint32_t largest_file,
             Outcome outcome, std::uint32_t warnings, StatusReport& report);
  void write(std::span<const char> text) override;
  [[nodiscard]] std::span<const char> text() const { return text_; }
  /// What of it says that something is damaged.
  [[nodiscard]] std::span<const char> damage() const {
    return std::span{text_}.subspan(damage_begin_, damage_end_ - damage_begin_);
  }

 private:
  std::array<char, kSize> text_{};
  std::uint32_t size_ = 0;
  std::uint32_t damage_begin_ = 0;
  std::uint32_t damage_end_ = 0;
};

}  // namespace pianola::drive
