#include "device/error_log.hpp"

#include <algorithm>
#include <span>

#include "device/text_scan.hpp"

namespace pianola::device {

void ErrorLog::error(const engine::Error& error) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (at(i) != error) continue;
    latest_ = static_cast<std::uint8_t>(place(i));
    return;
  }
  errors_[next_] = error;
  latest_ = next_;
  next_ = static_cast<std::uint8_t>((next_ + 1U) % kPlaces);
  size_ = static_cast<std::uint8_t>(std::min<std::size_t>(size_ + 1U, kPlaces));
  ++added_;
}

void ErrorLog::write(store::CurrentRoll& roll, TextWriter& out) const {
  std::array<FirstToken, kPlaces> tokens;
  for (std::size_t i = 0; i < size_; ++i) {
    tokens[i] = FirstToken{roll.begin_of(lang::position_of(roll.in_force(), at(i).record))};
  }
  find_tokens(roll, 0, std::span{tokens}.first(size_));
  for (std::size_t i = 0; i < size_; ++i) {
    out << "macros.txt:";
    if (tokens[i].line != 0) out.decimal(tokens[i].line) << ":";
    out << " error: " << engine::error_text(at(i).code) << "\n";
  }
}

}  // namespace pianola::device
