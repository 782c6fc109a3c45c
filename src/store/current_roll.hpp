#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/compile/source.hpp"
#include "store/shown_text.hpp"
#include "store/store.hpp"

namespace pianola::store {

/// The roll that a device plays: the saved one, or the default one before the first save and after
/// Store::reset().
class CurrentRoll {
 public:
  /// `store` is mounted before the first read, and outlives the roll.
  explicit CurrentRoll(Store& store);

  /// The default macros are in force.
  [[nodiscard]] bool is_default() const { return !store_.saved(); }

  /// Changes with each save and each reset: then there is another roll in force, or another
  /// content.
  [[nodiscard]] std::uint32_t epoch() const { return store_.roll().epoch(); }
  /// The roll that is in force as long as epoch() stays the same.
  [[nodiscard]] lang::Roll& in_force() const;

  /// The default roll, whichever is in force.
  [[nodiscard]] const lang::RollImage& defaults() const { return defaults_; }

  /// Bytes of the whole text.
  [[nodiscard]] std::uint32_t text_size() const;
  /// Reads the text from `offset` on as it is shown (ShownText), across definitions. Fewer bytes
  /// than asked for only at its end.
  std::size_t read_text(std::uint32_t offset, std::span<char> out);
  /// Where the definition at `position` begins in the text; the text's size after the last one.
  std::uint32_t begin_of(std::uint32_t position);

 private:
  Store& store_;
  ShownText shown_;                   ///< Of the saved one.
  mutable lang::RollImage defaults_;  ///< Reading it changes nothing.
};

/// Its text, as a source.
class CurrentText final : public lang::Source {
 public:
  explicit CurrentText(CurrentRoll& roll) : roll_(roll) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    return roll_.read_text(offset, out);
  }

 private:
  CurrentRoll& roll_;
};

}  // namespace pianola::store
