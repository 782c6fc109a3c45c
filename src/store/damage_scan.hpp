#pragma once

#include <cstdint>

#include "store/shown_text.hpp"

namespace pianola::store {

/// Looks through the roll in force for definitions that cannot be read, a few at a time.
class DamageScan {
 public:
  /// `roll` is the caller's and outlives this.
  explicit DamageScan(StoredRoll& roll) : roll_(roll), text_(roll) {}

  /// Begins anew: something may be damaged that was not.
  void start();
  /// Looks at some definitions; of a roll that was saved since from the first one on, unless the
  /// one before was whole. True: there are more.
  bool step();
  /// All definitions of the roll in force were looked at.
  [[nodiscard]] bool done() const { return done_ && epoch_ == roll_.epoch(); }

  // What was found so far:

  /// Definitions whose text has a gap. Those that one damaged node tells of count as one.
  [[nodiscard]] std::uint32_t gaps() const { return gaps_; }
  /// Where the first of them begins in the text.
  [[nodiscard]] std::uint32_t first() const { return first_; }
  /// The code of some definition cannot be read, but its text can.
  [[nodiscard]] bool lacks_code() const { return lacks_code_; }

 private:
  bool has_code(std::uint32_t record);

  StoredRoll& roll_;
  ShownText text_;
  std::uint32_t epoch_ = 0;  ///< Of the roll that is looked at.
  std::uint32_t at_ = 0;     ///< Offset in its text.
  std::uint32_t gaps_ = 0;
  std::uint32_t first_ = 0;
  bool lacks_code_ = false;
  bool done_ = false;
};

}  // namespace pianola::store
