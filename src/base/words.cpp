#include "base/words.hpp"

#include <cstring>

namespace pianola {

std::string_view Words::operator[](std::size_t n) const {
  Words rest = *this;
  for (; n > 0; --n) rest.pop_front();
  return rest.front();
}

std::size_t Words::find(std::string_view word) const {
  const char* at = at_;
  for (std::size_t n = 0;; ++n) {
    const std::size_t size = static_cast<std::uint8_t>(*at++);
    if (size == 0) return n;
    if (size == word.size() && *at == word[0] && std::memcmp(at, word.data(), size) == 0) return n;
    at += size;
  }
}

}  // namespace pianola
