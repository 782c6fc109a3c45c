#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pianola {

/// `list`, words with a space after each, as Words has them.
template <std::size_t Size>
constexpr std::array<char, Size> pack_words(const char (&list)[Size]) {
  std::array<char, Size> out{};
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < Size; ++i) {
    if (list[i] != ' ') {
      out[i + 1] = list[i];
    } else {
      out[begin] = static_cast<char>(i - begin);
      begin = i + 1;
    }
  }
  return out;
}

/// A list of words that takes eight bytes fewer for each than an array of views: they stand one
/// behind another, each after a byte with its size, and 0 stands at the end. A word has 1 to 127
/// bytes. Refers to the list, which must outlive it.
class Words {
 public:
  /// `packed` is of pack_words().
  template <std::size_t Size>
  constexpr explicit Words(const std::array<char, Size>& packed) : at_(packed.data()) {}

  /// Whether none is left.
  bool empty() const { return *at_ == 0; }
  /// The first word, of one or more.
  std::string_view front() const { return {at_ + 1, static_cast<std::uint8_t>(*at_)}; }
  /// Leaves the first word out.
  void pop_front() { at_ += 1 + static_cast<std::uint8_t>(*at_); }
  /// The word number `n`, from 0 on; there must be one.
  std::string_view operator[](std::size_t n) const;
  /// The number of `word`; the number of words if it is none of them.
  std::size_t find(std::string_view word) const;

 private:
  const char* at_;
};

}  // namespace pianola
