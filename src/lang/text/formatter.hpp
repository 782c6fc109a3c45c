#pragma once

#include "base/text_writer.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Writes `source`, which compiles without errors, in the canonical style: two spaces of
/// indentation a block, single spaces between what stands on a line, spaces inside braces, at most
/// one empty line in a row, key names in upper case, LF line ends and one at the end of the file.
///
/// Nothing else about the tokens changes: they keep their order and their lines. Texts and comments
/// stay as they are. Spaces that align definitions, or comments behind code, are kept. The result
/// compiles to the same code, and formatting it again changes nothing.
void format(Source& source, TextSink& out);

}  // namespace pianola::lang
