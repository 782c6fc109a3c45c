#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "flash/nor_flash.hpp"
#include "ports/file/disk.hpp"

namespace pianola::file {

/// A region of flash in a file, for the command and for devices without a chip.
///
/// The file begins with a header of kHeaderSize bytes: the eight characters `PNLFLASH`; then, 32
/// bits each, lowest byte first: the version of this layout (1), the bytes of a sector, the bytes
/// of a program unit, and the number of sectors; then 16 random bytes, which older files do not
/// have; zeros to the end. The region's bytes follow as they are, and the file ends with them.
///
/// Ending the process at any time is like a power cut. If the computer itself loses power, any of
/// what was not synced may be missing, in blocks of 512 bytes. But the first block of a sector that
/// was erased comes last: it is kept in memory until sync() has made sure of the erase and of all
/// else, and is written then. So a sector of a store has its header with what belongs behind it, or
/// it does not count; and the file needs no sync at each erase.
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

  /// Makes a new file with erased flash, which only its owner may read, and opens it for writing.
  /// Nothing if it cannot, with the reason in `error`: a file of that name exists, no supported
  /// geometry, or what the system says. A file that could not be completed is removed.
  static std::optional<FileFlash> create(const std::string& path, const flash::Geometry& geometry,
                                         std::string& error);
  /// Opens a file that create() made. Nothing if it cannot, with the reason in `error`: no flash
  /// file, of another version, damaged, cut short, in use, or what the system says.
  static std::optional<FileFlash> open(const std::string& path, Access access, std::string& error);

  /// Removes the file, if `path` is still its name.
  void discard(const std::string& path) const;

  /// A region on `disk`, which holds its bytes from kHeaderSize on, for writing. For tests.
  FileFlash(std::unique_ptr<Disk> disk, const flash::Geometry& geometry);

  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  /// Clears bits and sets none. It cannot tell whether a unit was programmed before.
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override;
  flash::FlashStatus erase(std::uint32_t address) override;

  /// Syncs the file if anything was written since the last time, and a second time if sectors were
  /// erased. If that fails, it is not known what the medium holds: it fails each time from then on.
  flash::FlashStatus sync() override;

  /// Whether the file's mode lets anybody but its owner read it.
  [[nodiscard]] bool others_can_read() const;

  /// What tells the file from all others of this computer, copies of it included, and stays the
  /// same when it gets another name. Bytes that are for nobody to read.
  [[nodiscard]] std::string identity() const;

  /// What the system said of the last operation that failed; empty if none did.
  [[nodiscard]] std::string failure() const;

 private:
  /// What is written as a whole or not at all.
  static constexpr std::uint32_t kBlock = 512;
  using Block = std::array<std::uint8_t, kBlock>;
  using Id = std::array<std::uint8_t, 16>;

  FileFlash(int descriptor, Access access);

  bool fill(std::uint64_t offset, std::uint64_t size);
  /// Reads the header and checks the file's size. False with the reason in `error`.
  bool read_header(std::string& error);
  bool write_header(const flash::Geometry& geometry);
  [[nodiscard]] bool is_within(std::uint32_t address, std::size_t size) const;
  bool read_all(std::uint64_t offset, std::span<std::uint8_t> out);
  bool write_all(std::uint64_t offset, std::span<const std::uint8_t> data);

  bool done(int error);
  bool sync_disk();

  std::unique_ptr<Disk> disk_;
  int descriptor_ = -1;  ///< The disk's, if that is a file.
  Access access_;
  flash::Geometry geometry_;
  Id id_{};  ///< Of the header.
  std::map<std::uint32_t, Block>
      held_;               ///< First blocks of sectors erased since sync(), by address.
  bool unsynced_ = false;  ///< Something was written since sync().
  int errno_ = 0;          ///< Of the last operation that failed.
  int sync_error_ = 0;
};

}  // namespace pianola::file
