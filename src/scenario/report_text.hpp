#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "hid/usage.hpp"
#include "scenario/result.hpp"

namespace pianola::scenario {

/// What people call a key: the character that it types on `layout` without modifiers, else its
/// name (`ENTER`, `SHIFT` for the left one, `mouse left`, `M5`), else its number.
std::string key_text(hid::Usage usage, const hid::Layout& layout);

/// `mods` and `usage` as macros.txt has them: `ctrl+c`, `F5`, `shift+TAB`.
std::string chord_text(hid::Modifiers mods, hid::Usage usage, const hid::Layout& layout);

/// What is down and what moves in `report`, in words: `shift+h`, `PLAY`, `move 10 -5`; `(all up)`
/// if nothing.
std::string report_text(const hid::Report& report, const hid::Layout& layout);

/// Reads a report as sim::format_report() writes it at `at` in `text`, and moves `at` behind it.
Result<hid::Report> read_report(std::string_view text, std::size_t& at);

/// `text` between quotation marks, with the escapes of macros.txt.
std::string quoted(std::string_view text);

}  // namespace pianola::scenario
