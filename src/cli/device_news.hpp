#pragma once

#include <cstdint>
#include <string>

#include "cli/console.hpp"
#include "device/device.hpp"
#include "drive/fat_reader.hpp"

namespace pianola::cli {

/// Tells on standard error what happens in a device: the drive, commands on the keys, errors.
class DeviceNews {
 public:
  /// Both are the caller's and outlive this.
  DeviceNews(device::Device& device, Console& console) : device_(device), console_(console) {}

  /// What the flash holds, and how to get at it; `name` is the flash's. After the device's start.
  void tell_contents(const std::string& name, bool mounted, bool by_lines);
  /// What is new.
  void tell();
  /// An error of a macro, with its place.
  void tell_error(const engine::Error& error);

  /// How many things were told. Wraps.
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  void tell(std::string_view text);
  void tell_notice();
  void tell_outcome();
  void tell_waiting();
  void print_errors(drive::FatReader& fat, const drive::FileEntry& entry);
  void tell_errors();
  void tell_lost();
  std::string errors_file();

  device::Device& device_;
  Console& console_;
  std::uint32_t count_ = 0;
  std::uint32_t outcomes_ = 0;
  std::uint32_t notices_ = 0;
  std::uint32_t errors_ = 0;
  std::uint32_t lost_ = 0;
  std::uint32_t lost_by_host_ = 0;
  bool losing_ = false;  ///< Taps are being lost, and it was told.
  bool was_inserted_ = false;
};

}  // namespace pianola::cli
