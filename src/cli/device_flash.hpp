#pragma once

#include <optional>
#include <string>

#include "cli/console.hpp"
#include "cli/region.hpp"
#include "ports/file/file_flash.hpp"

namespace pianola::cli {

/// The device's flash: a file, or memory.
class DeviceFlash {
 public:
  /// Opens the file `path`, or makes it; empty: memory. CommandError if that fails.
  explicit DeviceFlash(const std::string& path);
  /// Removes a file that was made here, unless it was kept.
  ~DeviceFlash();
  DeviceFlash(const DeviceFlash&) = delete;
  DeviceFlash& operator=(const DeviceFlash&) = delete;

  flash::NorFlash& flash();
  /// What messages call it.
  [[nodiscard]] std::string name() const { return path_.empty() ? "memory" : path_; }
  /// The start went well: a file that was made stays. Tells if one was made, if there is only
  /// memory, and if others can read the file.
  void keep(Console& console);
  /// Says what went wrong with the file since it was asked last, if anything did.
  void tell_failure(Console& console);
  /// All that was written is on the disk. CommandError if not.
  void sync();
  /// Tells it from other devices, in their serial numbers: of a file always the same, as long as it
  /// is on this computer; of memory another one each time.
  [[nodiscard]] std::string unit() const;

 private:
  std::string path_;
  std::optional<file::FileFlash> file_;
  bool made_ = false;  ///< And not kept yet.
  std::string told_;   ///< The failure that was told last.
  BlankFlash blank_;
  ShadowFlash memory_{blank_};
};

}  // namespace pianola::cli
