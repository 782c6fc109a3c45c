#include "engine/typed_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace pianola::engine {

namespace {

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Part of a word: letters, digits, `_`, and everything beyond ASCII. An apostrophe is none, so
/// that a word begins after the one of l'eau, and after a quotation mark.
constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool TypedText::type(hid::Stroke stroke, const hid::Layout& layout, bool caps_lock) {
  if (hid::keyboard_usage(stroke.usage) == hid::kBackspace && stroke.mods == 0) {
    while (size_ > 0 && is_continuation(bytes_[size_ - 1U])) --size_;
    if (size_ > 0) --size_;
    return false;
  }
  if (layout.is_dead(stroke, caps_lock) && dead_ == hid::Stroke{}) {
    dead_ = stroke;
    return false;
  }
  const bool composes = dead_ != hid::Stroke{};
  const char32_t character =
      composes ? layout.compose(dead_, stroke, caps_lock) : layout.decode(stroke, caps_lock);
  dead_ = {};
  if (character == 0 || character == U'\b' || character == 0x1B) {
    clear();
    return false;
  }
  append(character);
  return true;
}

void TypedText::append(char32_t character) {
  const Utf8Bytes encoded = encode_utf8(character);
  const std::size_t over =
      size_ + encoded.size > bytes_.size() ? size_ + encoded.size - bytes_.size() : 0;
  std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(over), bytes_.begin() + size_,
            bytes_.begin());
  size_ = static_cast<std::uint8_t>(size_ - over);
  std::copy_n(encoded.bytes.begin(), encoded.size, bytes_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + encoded.size);
}

std::string_view TypedText::last(std::size_t size, std::size_t after, bool& inside) const {
  if (size == 0 || size + after > size_) return {};
  const std::size_t start = size_ - after - size;
  const char first = bytes_[start];
  if (is_continuation(first)) return {};
  inside = start > 0 && is_word(first) && is_word(bytes_[start - 1]);
  return {bytes_.data() + start, size};
}

bool TypedText::ends_word() const { return size_ > 0 && !is_word(bytes_[size_ - 1U]); }

}  // namespace pianola::engine
