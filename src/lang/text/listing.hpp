#pragma once

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Writes the roll's code for people: each definition with its size, each instruction with its
/// offset, size and operands, then the index and totals. Offsets are hexadecimal, definitions count
/// from 1.
///
/// A definition that cannot be decoded ends with a line `???` at the offset in question; what can
/// be decoded but makes no sense has `???` after it. The rest is listed all the same, and
/// Status::errors is returned.
Status write_listing(Roll& roll, TextSink& sink);

}  // namespace pianola::lang
