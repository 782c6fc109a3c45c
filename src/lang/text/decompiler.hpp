#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Writes source for the roll, from its code and what that points to, that compiles to the same
/// code byte for byte, but for where the texts are that stand in the source. Comments, order within
/// a line and the names of parameters are not in the code and so not in the result. It is in the
/// formatter's style. Needs the same RAM for any roll.
///
/// Instead of a definition whose code cannot come from the compiler stands a comment line that says
/// so; then Status::errors is returned in the end. Label tables are not checked against the blocks
/// that they describe.
Status decompile(Roll& roll, TextSink& sink);

/// Writes source for definition `record` alone, as decompile() does; nothing for one without code.
Status decompile_definition(Roll& roll, std::uint32_t record, TextSink& sink);

}  // namespace pianola::lang
