#include "store/damage_scan.hpp"

#include <algorithm>
#include <array>

namespace pianola::store {

void DamageScan::start() {
  epoch_ = roll_.epoch();
  at_ = gaps_ = first_ = 0;
  lacks_code_ = done_ = false;
}

[[gnu::noinline]] bool DamageScan::step() {
  if (epoch_ != roll_.epoch()) {
    // A save of what is whole leaves it whole: what it writes is read back.
    if (done_ && gaps_ == 0 && !lacks_code_) {
      epoch_ = roll_.epoch();
    } else {
      start();
    }
  }
  // Of a short definition all stands where it is found.
  constexpr unsigned kShort = 8;
  for (unsigned i = 0; i < kShort && !done_; ++i) {
    StoredRoll::Slice slice;
    bool damaged = false;
    done_ = !text_.find(at_, slice, damaged);
    if (done_) break;
    if (damaged && gaps_++ == 0) first_ = slice.begin;
    if (!damaged && !has_code(slice.record)) lacks_code_ = true;
    at_ = slice.begin + slice.size;
    if (slice.framed) break;
  }
  return !done_;
}

/// Whether all of a definition's code can be read.
[[gnu::noinline]] bool DamageScan::has_code(std::uint32_t record) {
  std::array<std::uint8_t, 64> code;
  const std::uint32_t size = roll_.code_size(record);
  for (std::uint32_t done = 0; done < size;) {
    const std::size_t count = roll_.read_code(record, done, code);
    if (count == 0) return false;
    done += static_cast<std::uint32_t>(count);
  }
  return true;
}

}  // namespace pianola::store
