#pragma once

#include <span>

namespace pianola::drive {

/// HELP.TXT: the language of macros.txt on a page. From help.txt, constant data.
std::span<const char> help_text();

}  // namespace pianola::drive
