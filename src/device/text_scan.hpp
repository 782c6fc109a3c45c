#pragma once

#include <cstdint>
#include <span>

#include "store/current_roll.hpp"

namespace pianola::device {

/// The first token at or after a place of macros.txt, outside tokens: what is before it is white
/// space and comments.
struct FirstToken {
  explicit FirstToken(std::uint32_t begin = 0) : offset(begin) {}

  std::uint32_t offset;    ///< Where to look from; then where the token is, if it was found.
  std::uint32_t line = 0;  ///< Of it, from 1; 0 if it was not found.
  bool comment = false;    ///< While looking: within a comment.
};

/// Finds all of `tokens`, reading the text at most once, from `begin` on, which is not after any of
/// them. Lines are right if `begin` is 0.
void find_tokens(store::CurrentRoll& roll, std::uint32_t begin, std::span<FirstToken> tokens);

}  // namespace pianola::device
