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

namespace {

/// Writes how the definition at `offset` begins, and a colon: its trigger, or its name, unless that
/// is too long.
void write_begin(store::CurrentRoll& roll, std::uint32_t offset, TextWriter& out) {
  std::array<char, 24> text;
  const std::size_t read = roll.read_text(offset, text);
  const auto* const begin = text.begin();
  const auto* end =
      std::find_if(begin, begin + read, [](char c) { return c == '{' || c == '\r' || c == '\n'; });
  // Not half a character, nor half a word.
  if (end == text.end()) {
    while (end != begin && end[-1] != ' ') --end;
  }
  while (end != begin && end[-1] == ' ') --end;
  if (end != begin) out << std::string_view{begin, end} << ": ";
}

}  // namespace

void ErrorLog::write(store::CurrentRoll& roll, TextWriter& out) const {
  std::array<FirstToken, kPlaces> tokens;
  for (std::size_t i = 0; i < size_; ++i) {
    tokens[i] = FirstToken{roll.begin_of(lang::position_of(roll.in_force(), at(i).record))};
  }
  find_tokens(roll, 0, std::span{tokens}.first(size_));
  for (std::size_t i = 0; i < size_; ++i) {
    out << "macros.txt:";
    if (tokens[i].line != 0) out.decimal(tokens[i].line) << ":";
    out << " error: ";
    if (tokens[i].line != 0) write_begin(roll, tokens[i].offset, out);
    engine::write_error(at(i), out);
    out << "\n";
  }
}

}  // namespace pianola::device
