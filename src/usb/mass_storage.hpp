#pragma once

#include <cstdint>
#include <span>

#include "drive/drive.hpp"

namespace pianola::usb {

/// SCSI commands for the drive, between TinyUSB's mass storage class and drive::Drive. TinyUSB
/// forgets why a READ (10) or WRITE (10) failed, so the reason is kept here until REQUEST SENSE.
class MassStorage {
 public:
  /// The drive is the caller's and outlives this; null: there is none.
  void begin(drive::Drive* drive) {
    drive_ = drive;
    sense_ = {};
  }

  /// Before any command but READ (10) and WRITE (10): whether there is the unit, and INQUIRY asks
  /// for no more than there is. False if it fails.
  bool takes(std::uint8_t unit, std::span<const std::uint8_t, 16> command);
  /// TEST UNIT READY. False if it fails.
  bool test_ready() { return ready() != nullptr; }
  /// Sectors for READ CAPACITY (10) and READ FORMAT CAPACITIES; 0 if it fails.
  std::uint32_t capacity();
  /// Bytes of READ (10), from `offset` bytes after the beginning of sector `first` on. False if it
  /// fails.
  bool read(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
            std::span<std::uint8_t> out);
  /// Bytes of WRITE (10), from `offset` bytes after the beginning of sector `first` on. False if it
  /// fails.
  bool write(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
             std::span<const std::uint8_t> data);
  /// START STOP UNIT without a power condition. False if it fails.
  bool start_stop(bool start, bool load_eject);
  /// A command that TinyUSB does not know: VERIFY (10) and SYNCHRONIZE CACHE (10), which need no
  /// data. False if it is another one, or fails.
  bool other(std::span<const std::uint8_t, 16> command);

  /// For REQUEST SENSE: puts the reason of the last failure into `answer`, which has what TinyUSB
  /// knows of it, in fixed format (SPC-4, 4.5.3); then it is forgotten. Of a unit that there is
  /// not, the reason is that.
  void request_sense(std::uint8_t unit, std::span<std::uint8_t, 18> answer);
  /// A command is over: clears TinyUSB's error, which would make later commands fail.
  void command_over();

 private:
  bool done(const drive::Sense& sense);
  /// The drive if there is the unit and a medium, else it fails.
  drive::Drive* ready(std::uint8_t unit = 0);
  [[nodiscard]] bool in_range(std::uint64_t first, std::uint64_t count) const;

  drive::Drive* drive_ = nullptr;
  drive::Sense sense_;
};

}  // namespace pianola::usb
