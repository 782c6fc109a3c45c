#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace pianola::lang {

/// Words in constant memory: one text with a zero behind each, which takes less room than
/// string_views do.
class WordList {
 public:
  class Iterator {
   public:
    constexpr explicit Iterator(const char* at) : at_(at) {}
    constexpr std::string_view operator*() const { return at_; }
    constexpr Iterator& operator++() {
      at_ += std::string_view(at_).size() + 1;
      return *this;
    }
    friend constexpr bool operator==(Iterator it, std::default_sentinel_t) { return *it.at_ == 0; }

   private:
    const char* at_;
  };

  /// No words.
  constexpr WordList() = default;

  /// `words`: a literal with a zero behind each word, the last one too ("off\0on\0").
  constexpr WordList(const char* words) : words_(words) {}

  [[nodiscard]] constexpr Iterator begin() const { return Iterator(words_); }
  [[nodiscard]] static constexpr std::default_sentinel_t end() { return {}; }

  /// How many they are.
  [[nodiscard]] constexpr std::size_t size() const {
    std::size_t count = 0;
    for (Iterator it = begin(); it != end(); ++it) ++count;
    return count;
  }

  /// The word number `number`; empty if they are fewer.
  constexpr std::string_view operator[](std::size_t number) const {
    Iterator it = begin();
    for (; number > 0 && it != end(); --number) ++it;
    return *it;
  }

  /// The number of `word`; size() if it is none of them.
  [[nodiscard]] constexpr std::size_t find(std::string_view word) const {
    std::size_t number = 0;
    for (Iterator it = begin(); it != end() && *it != word; ++it) ++number;
    return number;
  }

 private:
  const char* words_ = "";
};

}  // namespace pianola::lang
