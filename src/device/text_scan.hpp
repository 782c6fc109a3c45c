#pragma once

#include <cstdint>
#include <span>

#include "base/text_writer.hpp"
#include "lang/compile/source.hpp"
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
void find_tokens(lang::Source& text, std::uint32_t begin, std::span<FirstToken> tokens);

/// Writes how the definition at `offset` begins: its trigger, or its name, unless that is too long
/// or cannot be read; then nothing. True: something was written.
bool write_begin(lang::Source& text, std::uint32_t offset, TextWriter& out);

/// Writes the line with byte `offset` of what is shown, and how the definition that is stored there
/// begins, as far as that can be read.
void write_place(store::CurrentRoll& shown, store::StoredRoll& stored, std::uint32_t offset,
                 TextWriter& out);

}  // namespace pianola::device
