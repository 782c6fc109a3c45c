#include "drive/error_order.hpp"

namespace pianola::drive {

void ErrorOrder::report(const lang::Diagnostic& diagnostic) {
  if (diagnostic.warning || count_ == kMost) return;
  const std::uint32_t place = diagnostic.at.line == 0 ? 0 : diagnostic.at.offset;
  places_[count_] = place;
  std::uint8_t at = count_;
  for (; at > 0 && places_[order_[at - 1]] > place; --at) order_[at] = order_[at - 1];
  order_[at] = count_++;
}

void ErrorOrder::rewind() {
  next_ = number_ = passes_ = 0;
  written_.fill(0);
}

void ErrorOrder::begin_pass() {
  number_ = 0;
  progress_ = false;
  if (passes_ <= kMostPasses) ++passes_;
}

bool ErrorOrder::is_turn(bool room) {
  const std::uint8_t number = number_;
  if (number == count_) return false;
  ++number_;
  std::uint8_t& written = written_[number / 8U];
  const auto bit = static_cast<std::uint8_t>(1U << number % 8U);
  if ((written & bit) != 0 || !room) return false;
  // An order that takes too many passes is left to the compiler.
  if (passes_ <= kMostPasses && order_[next_] != number) return false;
  written = static_cast<std::uint8_t>(written | bit);
  ++next_;
  progress_ = true;
  return true;
}

}  // namespace pianola::drive
