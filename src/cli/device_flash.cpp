#include "cli/device_flash.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <random>

#include "cli/print.hpp"
#include "cli/serial.hpp"

namespace pianola::cli {
namespace {

/// What `pianola flash init` makes without options.
constexpr flash::Geometry kDeviceGeometry{
    .sector_size = 4096, .program_unit = 256, .sectors = 1024};

}  // namespace

DeviceFlash::DeviceFlash(const std::string& path) : path_(path), blank_(kDeviceGeometry) {
  if (path.empty()) return;
  std::error_code ignored;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
  std::string error;
  file_ = there ? file::FileFlash::open(path, file::FileFlash::Access::read_write, error)
                : file::FileFlash::create(path, kDeviceGeometry, error);
  if (!file_) throw CommandError(error);
  made_ = !there;
}

DeviceFlash::~DeviceFlash() {
  if (made_) file_->discard(path_);
}

flash::NorFlash& DeviceFlash::flash() {
  if (file_) return *file_;
  return memory_;
}

void DeviceFlash::keep(Console& console) {
  if (path_.empty()) say(console, "without --flash, what is saved is forgotten at the end");
  if (made_) say(console, fmt::format("made {}, {} bytes", path_, kDeviceGeometry.size()));
  if (file_) note_readers(path_, *file_, console);
  made_ = false;
}

void DeviceFlash::tell_failure(Console& console) {
  if (!file_ || file_->failure() == told_) return;
  told_ = file_->failure();
  say(console, fmt::format("cannot write {}: {}; what was saved before is still there, the rest is "
                           "not saved",
                           path_, told_));
}

void DeviceFlash::sync() {
  if (file_ && file_->sync() != flash::FlashStatus::ok) {
    throw CommandError(fmt::format("cannot write {}: {}", path_, file_->failure()));
  }
}

std::string DeviceFlash::unit() const {
  if (file_) return serial_of(machine_id(), file_->identity());
  std::random_device random;
  return serial_of(machine_id(), fmt::format("{}-{}", random(), random()));
}

}  // namespace pianola::cli
