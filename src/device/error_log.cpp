#include "device/error_log.hpp"

#include <algorithm>
#include <span>

#include "device/text_scan.hpp"

namespace pianola::device {

void ErrorLog::error(const engine::Error& error) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (at(i).code != error.code || at(i).record != error.record) continue;
    if (is_cut(error.code)) {
      forget(i);
      break;
    }
    if (at(i).offset != error.offset) continue;
    latest_ = static_cast<std::uint8_t>(place(i));
    return;
  }
  errors_[next_] = error;
  latest_ = next_;
  next_ = static_cast<std::uint8_t>((next_ + 1U) % kPlaces);
  size_ = static_cast<std::uint8_t>(std::min<std::size_t>(size_ + 1U, kPlaces));
  ++added_;
}

/// The error number `index` was not.
void ErrorLog::forget(std::size_t index) {
  for (; index > 0; --index) errors_[place(index)] = errors_[place(index - 1)];
  --size_;
}

void ErrorLog::write(store::CurrentRoll& roll, TextWriter& out) const {
  std::array<FirstToken, kPlaces> tokens;
  for (std::size_t i = 0; i < size_; ++i) {
    tokens[i] = FirstToken{roll.begin_of(lang::position_of(roll.in_force(), at(i).record))};
  }
  store::CurrentText text{roll};
  find_tokens(text, 0, std::span{tokens}.first(size_));
  for (std::size_t i = 0; i < size_; ++i) {
    // Of a definition that is shown as comments there is none.
    const std::uint32_t position = lang::position_of(roll.in_force(), at(i).record);
    if (tokens[i].offset >= roll.begin_of(position + 1)) tokens[i].line = 0;
    out << "macros.txt:";
    if (tokens[i].line != 0) out.decimal(tokens[i].line) << ":";
    out << " error: ";
    if (tokens[i].line != 0 && write_begin(text, tokens[i].offset, out)) out << ": ";
    engine::write_error(at(i), out);
    out << "\n";
  }
}

}  // namespace pianola::device
