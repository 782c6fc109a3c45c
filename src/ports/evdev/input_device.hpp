#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ports/evdev/key_decoder.hpp"

namespace pianola::evdev {

/// A keyboard of this Linux computer. While it is grabbed, its keys go nowhere else.
class InputDevice {
 public:
  /// Opens /dev/input/event…. Null if that fails, with the reason in `error`, for people.
  static std::unique_ptr<InputDevice> open(const std::string& path, std::string& error);
  ~InputDevice();
  InputDevice(const InputDevice&) = delete;
  InputDevice& operator=(const InputDevice&) = delete;

  /// What Linux calls it.
  [[nodiscard]] std::string name() const;
  /// For poll(): readable when there is something for read().
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Whether its keys are wanted. They are taken when none of them is down, so that nobody misses a
  /// release; then true. Call it again after read() until it says so.
  bool grab(bool wanted);

  /// Appends what has changed on the keyboard, if it is grabbed. False if the keyboard is gone.
  bool read(std::vector<KeyChange>& out);

  /// Lets all keys up, as far as `out` was told of them.
  void release_all(std::vector<KeyChange>& out) { decoder_.release_all(out); }

  /// Shows `leds` (HID 1.11, appendix B.1) if it can.
  void show(std::uint8_t leds) const;

 private:
  explicit InputDevice(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] KeyDecoder::State state() const;

  int descriptor_;
  bool grabbed_ = false;
  KeyDecoder decoder_;
};

}  // namespace pianola::evdev
