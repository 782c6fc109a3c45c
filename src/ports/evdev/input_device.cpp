#include "ports/evdev/input_device.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ports/evdev/key_codes.hpp"

namespace pianola::evdev {

namespace {

using Bits = std::array<std::uint8_t, (KEY_CNT + 7) / 8>;

bool bit(const Bits& bits, std::size_t index) { return (bits[index / 8] >> (index % 8) & 1U) != 0; }

/// Whether it has the letters: a mouse and a power button are input devices too.
bool has_letters(int descriptor) {
  Bits keys{};
  if (::ioctl(descriptor, EVIOCGBIT(EV_KEY, keys.size()), keys.data()) < 0) return false;
  return bit(keys, KEY_A) && bit(keys, KEY_Z) && bit(keys, KEY_ENTER);
}

}  // namespace

std::unique_ptr<InputDevice> InputDevice::open(const std::string& path, std::string& error) {
  const int flags = O_NONBLOCK | O_CLOEXEC;
  // Only who may write can set the LEDs; that is worth less than the keys.
  int descriptor = ::open(path.c_str(), O_RDWR | flags);
  if (descriptor < 0 && errno == EACCES) descriptor = ::open(path.c_str(), O_RDONLY | flags);
  if (descriptor < 0) {
    error = "cannot open " + path + ": " + std::strerror(errno);
    if (errno == EACCES) {
      error += "; use sudo, or join the group that may: sudo usermod -aG input $USER";
    }
    return nullptr;
  }
  std::unique_ptr<InputDevice> keyboard(new InputDevice(descriptor));
  int version = 0;
  if (::ioctl(descriptor, EVIOCGVERSION, &version) < 0) {
    error = path + " is no input device; they are /dev/input/event0 and so on";
    return nullptr;
  }
  if (!has_letters(descriptor)) {
    error = path + " (" + keyboard->name() + ") is no keyboard";
    return nullptr;
  }
  return keyboard;
}

InputDevice::~InputDevice() { ::close(descriptor_); }

std::string InputDevice::name() const {
  std::array<char, 256> name{};
  if (::ioctl(descriptor_, EVIOCGNAME(name.size() - 1), name.data()) < 0) return "without a name";
  return name.data();
}

KeyDecoder::State InputDevice::state() const {
  Bits keys{};
  ::ioctl(descriptor_, EVIOCGKEY(keys.size()), keys.data());
  KeyDecoder::State state;
  for (std::size_t code = 0; code < state.size(); ++code) state[code] = bit(keys, code);
  return state;
}

bool InputDevice::grab(bool wanted) {
  if (wanted == grabbed_) return grabbed_;
  if (wanted && state().any()) return false;
  if (::ioctl(descriptor_, EVIOCGRAB, wanted ? 1 : 0) == 0) grabbed_ = wanted;
  return grabbed_;
}

bool InputDevice::read(std::vector<KeyChange>& out) {
  std::array<input_event, 64> events{};
  for (;;) {
    const ssize_t size = ::read(descriptor_, events.data(), sizeof(events));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    if (!grabbed_) continue;
    const std::size_t count = static_cast<std::size_t>(size) / sizeof(input_event);
    for (std::size_t i = 0; i < count; ++i) {
      decoder_.take(
          events[i], [this] { return state(); }, out);
    }
  }
}

void InputDevice::show(std::uint8_t leds) const {
  std::array<input_event, 6> events{};
  for (unsigned led = 0; led < 5; ++led) {
    events[led].type = EV_LED;
    events[led].code = led_code(led);
    events[led].value = leds >> led & 1;
  }
  events[5].type = EV_SYN;
  events[5].code = SYN_REPORT;
  // A keyboard without LEDs, or one that may only be read, shows none.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, events.data(), sizeof(events));
}

}  // namespace pianola::evdev
