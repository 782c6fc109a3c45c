#pragma once

#include <cstdint>
#include <span>

#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"

namespace pianola::engine {

/// A global of the roll.
struct Global {
  std::uint32_t name = 0;  ///< lang::name_hash.
  std::int32_t value = 0;
};

/// The values of the roll's globals, sorted by name.
class Globals {
 public:
  /// `table` is the caller's.
  explicit Globals(std::span<Global> table) : table_(table) {}

  /// Takes the globals of `roll` with their first values. False if there are too many: the last
  /// ones in the index's order do not exist then. Moves `reader`, which reads `roll`.
  bool load(lang::Roll& roll, lang::CodeReader& reader);

  /// The value of the global called `name`; null if there is none.
  std::int32_t* find(std::uint32_t name);

 private:
  std::span<Global> table_;
  std::uint16_t count_ = 0;
};

}  // namespace pianola::engine
