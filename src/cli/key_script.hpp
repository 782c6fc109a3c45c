#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/layout.hpp"

namespace pianola::cli {

/// How long a tap in a key script lasts, in ms.
inline constexpr std::uint32_t kTapTime = 10;

/// What happens on the keyboard, from time 0 on.
struct KeyScript {
  std::vector<engine::KeyEvent> events;  ///< In the order of their times.
  std::uint32_t end = 0;                 ///< When it is over, in ms; waits at its end count.
};

/// Says what is wrong with a key script and where.
class KeyScriptError : public std::runtime_error {
 public:
  KeyScriptError(const std::string& message, std::size_t offset, std::size_t size)
      : std::runtime_error(message), offset_(offset), size_(size) {}
  [[nodiscard]] std::size_t offset() const { return offset_; }  ///< Bytes from the start.
  [[nodiscard]] std::size_t size() const { return size_; }      ///< Bytes that are wrong.

 private:
  std::size_t offset_;
  std::size_t size_;
};

/// Reads what somebody does on the keyboard: items separated by white space.
///
///     K        tap: down, and up after kTapTime
///     +K  -K   press, release
///     500      wait that many ms; also 500ms, 1.5s, 2min
///
/// K is a key or a chord as the language writes it: F1, a, '#', 0x04, ctrl+m, ^C. A bare character
/// is the key that types it on `layout`; of a chord the modifiers go down first and up last. Since
/// a bare number is a wait, the digit keys are '1' to '0'; +1 and -1 press and release one. `+` and
/// `-` by themselves are keys. Throws KeyScriptError.
KeyScript parse_key_script(std::string_view text, const hid::Layout& layout);

}  // namespace pianola::cli
