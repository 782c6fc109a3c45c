#include "usb/mass_storage.hpp"

#include <tusb.h>

#include <utility>

#include "usb/descriptors.hpp"

namespace pianola::usb {
namespace {

constexpr std::uint32_t kSector = drive::Drive::kSector;
/// Logical unit not supported (SPC-4, annex D).
constexpr drive::Sense kNoUnit{0x05, 0x25, 0x00};

// SCSI commands (SPC-4, 6.1; SBC-3, 5.1).
constexpr std::uint8_t kRequestSense = 0x03;
constexpr std::uint8_t kInquiry = 0x12;
constexpr std::uint8_t kVerify10 = 0x2F;
constexpr std::uint8_t kSynchronizeCache10 = 0x35;

std::uint32_t big32(std::span<const std::uint8_t, 4> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

bool MassStorage::done(const drive::Sense& sense) {
  sense_ = sense;
  if (!sense.ok()) tud_msc_set_sense(0, sense.key, sense.code, sense.qualifier);
  return sense.ok();
}

drive::Drive* MassStorage::ready(std::uint8_t unit) {
  if (unit != 0 || drive_ == nullptr) {
    done(kNoUnit);
    return nullptr;
  }
  return done(drive_->test_ready()) ? drive_ : nullptr;
}

bool MassStorage::in_range(std::uint64_t first, std::uint64_t count) const {
  return first + count <= drive_->sectors();
}

/// These two are answered for any unit (SPC-4, 6.6.2 and 6.39). INQUIRY knows no vital product
/// data, so there is no page to ask for (6.6.1).
bool MassStorage::takes(std::uint8_t unit, std::span<const std::uint8_t, 16> command) {
  if (command[0] == kInquiry && ((command[1] & 0x03U) | command[2]) != 0) {
    return done(drive::kBadField);
  }
  return unit == 0 || command[0] == kInquiry || command[0] == kRequestSense || done(kNoUnit);
}

std::uint32_t MassStorage::capacity() {
  drive::Drive* const drive = ready();
  return drive != nullptr ? drive->sectors() : 0;
}

bool MassStorage::read(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
                       std::span<std::uint8_t> out) {
  drive::Drive* const drive = ready(unit);
  if (drive == nullptr) return false;
  if (offset % kSector != 0 || out.size() % kSector != 0) return done(drive::kBadField);
  const std::uint64_t from = std::uint64_t{first} + offset / kSector;
  if (!in_range(from, out.size() / kSector)) return done(drive::kOutOfRange);
  return done(drive->read(static_cast<std::uint32_t>(from), out));
}

MassStorage::Answer MassStorage::write(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
                                       std::span<const std::uint8_t> data) {
  constexpr auto kAnswer = [](bool good) { return good ? Answer::passed : Answer::failed; };
  if (answer_) return kAnswer(done(*std::exchange(answer_, std::nullopt)));
  drive::Drive* const drive = ready(unit);
  if (drive == nullptr) return Answer::failed;
  if (offset % kSector != 0 || data.size() % kSector != 0) return kAnswer(done(drive::kBadField));
  const std::uint64_t from = std::uint64_t{first} + offset / kSector;
  if (!in_range(from, data.size() / kSector)) return kAnswer(done(drive::kOutOfRange));
  if (data.empty()) return Answer::passed;
  drive->begin_write(static_cast<std::uint32_t>(from), data);
  wait_ = Wait::queued;
  return Answer::later;
}

bool MassStorage::holds(std::uint8_t endpoint, std::uint32_t bytes) {
  const bool again = endpoint == kStorageOut;
  const bool holds = wait_ != Wait::none && (again || wait_ != Wait::dropped);
  if (again && wait_ == Wait::queued) {
    wait_ = Wait::held;
    held_ = bytes;
  } else if (again && wait_ == Wait::dropped) {
    wait_ = Wait::none;
  }
  return holds;
}

std::uint32_t MassStorage::release() {
  if (wait_ != Wait::held) return 0;
  answer_ = drive_->answer();
  if (!answer_) return 0;
  wait_ = Wait::none;
  return held_;
}

void MassStorage::abort() {
  if (drive_ != nullptr) drive_->abort();
  answer_.reset();
  wait_ = wait_ == Wait::queued || wait_ == Wait::dropped ? Wait::dropped : Wait::none;
}

bool MassStorage::start_stop(bool start, bool load_eject) {
  if (drive_ == nullptr) return done(kNoUnit);
  return done(drive_->start_stop(start, load_eject));
}

bool MassStorage::other(std::span<const std::uint8_t, 16> command) {
  const std::uint8_t code = command[0];
  if (code != kVerify10 && code != kSynchronizeCache10) return done(drive::kUnknownCommand);
  if (ready() == nullptr) return false;
  // Comparing with data of the host's (BYTCHK) is not offered (SBC-3, 5.20).
  if (code == kVerify10 && (command[1] & 0x06U) != 0) return done(drive::kBadField);
  const std::uint32_t first = big32(command.subspan<2, 4>());
  const std::uint32_t count = std::uint32_t{command[7]} << 8 | command[8];
  return done(in_range(first, count) ? drive::kFine : drive::kOutOfRange);
}

void MassStorage::request_sense(std::uint8_t unit, std::span<std::uint8_t, 18> answer) {
  if (unit != 0) sense_ = kNoUnit;
  if (!sense_.ok()) {
    answer[2] = sense_.key;
    answer[12] = sense_.code;
    answer[13] = sense_.qualifier;
  }
  sense_ = {};
}

void MassStorage::command_over() {
  if (!sense_.ok()) tud_msc_set_sense(0, 0, 0, 0);
}

}  // namespace pianola::usb
