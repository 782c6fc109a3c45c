#pragma once

#include <cstdint>
#include <span>

#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"

namespace pianola::engine {

/// The values of the roll's globals, in the order of its index, which has their names.
class Globals {
 public:
  /// `values` is the caller's.
  explicit Globals(std::span<std::int32_t> values) : values_(values) {}

  /// Takes the globals of `roll` with their first values. False if there are too many: the last
  /// ones in the index's order do not exist then. Moves `reader`, which reads `roll`.
  bool load(lang::Roll& roll, lang::CodeReader& reader);

  /// The value of the global of `roll`, the one that was loaded, whose lang::name_hash is `name`;
  /// null if there is none.
  std::int32_t* find(lang::Roll& roll, std::uint32_t name);

 private:
  std::span<std::int32_t> values_;
  std::uint32_t first_ = 0;  ///< Position of the first global in the index.
  std::uint16_t count_ = 0;
};

}  // namespace pianola::engine
