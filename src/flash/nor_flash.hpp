#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pianola::flash {

/// The measures of a region of NOR flash. Addresses count bytes from the region's start.
struct Geometry {
  std::uint32_t sector_size =
      0;  ///< Bytes that one erase sets to FF; a power of two, 1024 to 65,536.
  std::uint32_t program_unit = 0;  ///< Bytes that one program writes; a power of two, 1 to 256.
  std::uint32_t sectors = 0;       ///< At least 4, at most 65,535.

  [[nodiscard]] constexpr std::uint32_t size() const { return sector_size * sectors; }
  friend constexpr bool operator==(const Geometry&, const Geometry&) = default;
};

/// Whether the measures are within their bounds.
bool is_supported(const Geometry& geometry);

/// How an operation ended.
enum class FlashStatus : std::uint8_t {
  ok,
  bad_argument,  ///< Outside the region, or not at a multiple of the unit: nothing was done.
  failed,        ///< The medium did not do it; what it touched is undefined until erased.
};

/// A region of NOR flash. Programs only clear bits; only an erase sets them again. Each unit is
/// programmed once between two erases. Calls block until the operation is complete, unless busy()
/// says otherwise.
///
/// When power fails during an operation, the bits that it was about to change may read differently
/// each time until their sector is erased.
class NorFlash {
 public:
  /// Never changes.
  [[nodiscard]] virtual Geometry geometry() const = 0;
  /// Where the region's first byte stands, if the processor can read all of it in memory at any
  /// time between two calls; null if it cannot. Never changes.
  [[nodiscard]] virtual const std::uint8_t* mapped() const { return nullptr; }
  /// Reads `out.size()` bytes from `address` on.
  virtual FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) = 0;
  /// Programs whole units, in order of their addresses, within one sector.
  virtual FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) = 0;
  /// Erases the sector that begins at `address`.
  virtual FlashStatus erase(std::uint32_t address) = 0;
  /// Whether the chip goes on with a program or an erase that has returned `ok` before it was over,
  /// as only a region that is not mapped() may. It is safe to call anything meanwhile, but what
  /// cannot be done beside it waits until it is over, a read too; so who works in steps comes back
  /// later.
  [[nodiscard]] virtual bool busy() const { return false; }
#ifdef PIANOLA_FLASH_SYNC
  /// For a medium behind a cache, such as a file: returns when all that was programmed and erased
  /// is on the medium. What is done later reaches it later. A chip is done when a call returns.
  virtual FlashStatus sync() { return FlashStatus::ok; }
#else
  static constexpr FlashStatus sync() { return FlashStatus::ok; }
#endif

 protected:
  ~NorFlash() = default;
};

/// Whether all bytes are FF, as an erase leaves them.
bool is_blank(std::span<const std::uint8_t> bytes);
/// Whether `size` bytes from `address` on are FF; false if they cannot be read.
bool is_blank(NorFlash& flash, std::uint32_t address, std::uint32_t size);

}  // namespace pianola::flash
