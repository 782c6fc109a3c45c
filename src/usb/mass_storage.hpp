#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "drive/drive.hpp"

namespace pianola::usb {

/// SCSI commands for the drive, between TinyUSB's mass storage class and drive::Drive. TinyUSB
/// forgets why a READ (10) or WRITE (10) failed, so the reason is kept here until REQUEST SENSE.
///
/// A write goes on in the drive's steps. TinyUSB knows a callback that cannot do it yet: it puts an
/// event into its queue by which it asks again at once, with the same data. That event is held here
/// until the drive has the answer. Meanwhile no transfer is begun on the class's endpoints, so the
/// controller answers the host there with NAK.
class MassStorage {
 public:
  /// What is told about a request.
  enum class Answer : std::uint8_t {
    failed,
    passed,
    later,  ///< Nothing yet: it is to be asked again when release() says so.
  };

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
  /// Bytes of WRITE (10), from `offset` bytes after the beginning of sector `first` on. If it is
  /// answered later, `data` stays as it is until then.
  Answer write(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
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

  // ---- What waits -------------------------------------------------------------------------------

  /// Whether TinyUSB's class is not to be told that a transfer of `bytes` on `endpoint` is over: it
  /// is the event by which it asks again, or can be nothing that it may know while it waits.
  bool holds(std::uint8_t endpoint, std::uint32_t bytes);
  /// The bytes of a held event that is to be told now; 0: none.
  std::uint32_t release();
  /// The host drops its command: nothing of it is answered any more.
  void abort();
  /// The bus was reset: as abort(), and TinyUSB drops the events of before.
  void reset() {
    abort();
    wait_ = Wait::none;
  }

 private:
  enum class Wait : std::uint8_t {
    none,
    queued,   ///< For the drive; the event is in TinyUSB's queue.
    held,     ///< For the drive; the event is here.
    dropped,  ///< The event is in TinyUSB's queue, and nothing is to come of it.
  };

  bool done(const drive::Sense& sense);
  /// The drive if there is the unit and a medium, else it fails.
  drive::Drive* ready(std::uint8_t unit = 0);
  [[nodiscard]] bool in_range(std::uint64_t first, std::uint64_t count) const;

  drive::Drive* drive_ = nullptr;
  drive::Sense sense_;
  std::optional<drive::Sense> answer_;  ///< The drive's, for the write that is asked about again.
  Wait wait_ = Wait::none;
  std::uint32_t held_ = 0;  ///< Bytes of the event that is held.
};

}  // namespace pianola::usb
