#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "flash/nor_flash.hpp"

namespace pianola::file {

/// A region of flash in a file, for the command and for devices without a chip.
///
/// The file begins with a header of kHeaderSize bytes: the eight characters `PNLFLASH`; then, 32
/// bits each, lowest byte first: the version of this layout (1), the bytes of a sector, the bytes
/// of a program unit, and the number of sectors; zeros to the end. The region's bytes follow as
/// they are, and the file ends with them.
///
/// Each operation is one write to the file, without a buffer, so that ending the process at any
/// time is like a power cut. If the host itself may lose power, call sync().
///
/// While it is open for writing nobody else can open it; several may read it.
class FileFlash final : public flash::NorFlash {
 public:
  static constexpr std::uint32_t kHeaderSize = 4096;
  static constexpr std::uint32_t kVersion = 1;

  enum class Access : std::uint8_t {
    read_only,  ///< Programs and erases fail.
    read_write,
  };

  /// Makes a new file with erased flash and opens it for writing. Nothing if it cannot, with the
  /// reason in `error`: a file of that name exists, no supported geometry, or what the system says.
  /// A file that could not be completed is removed.
  static std::optional<FileFlash> create(const std::string& path, const flash::Geometry& geometry,
                                         std::string& error);
  /// Opens a file that create() made. Nothing if it cannot, with the reason in `error`: no flash
  /// file, of another version, damaged, cut short, in use, or what the system says.
  static std::optional<FileFlash> open(const std::string& path, Access access, std::string& error);

  /// Removes the file, if `path` is still its name.
  void discard(const std::string& path) const;

  FileFlash(FileFlash&& other) noexcept;
  FileFlash& operator=(FileFlash&& other) noexcept;
  ~FileFlash();

  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  /// Clears bits and sets none. It cannot tell whether a unit was programmed before.
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override;
  flash::FlashStatus erase(std::uint32_t address) override;

  /// Returns when the medium below the file holds all that was written. False if that failed: then
  /// it is not known what the medium holds.
  bool sync();

  /// What the system said of the last operation that failed; empty if none did.
  [[nodiscard]] std::string failure() const;

 private:
  FileFlash(int descriptor, Access access) : descriptor_(descriptor), access_(access) {}

  bool fill(std::uint64_t offset, std::uint64_t size);
  /// Reads the header and checks the file's size. False with the reason in `error`.
  bool read_header(std::string& error);
  bool write_header(const flash::Geometry& geometry);
  [[nodiscard]] bool is_within(std::uint32_t address, std::size_t size) const;
  bool read_all(std::uint64_t offset, std::span<std::uint8_t> out);
  bool write_all(std::uint64_t offset, std::span<const std::uint8_t> data);

  int descriptor_ = -1;
  Access access_;
  flash::Geometry geometry_;
  int errno_ = 0;  ///< Of the last operation that failed.
};

}  // namespace pianola::file
