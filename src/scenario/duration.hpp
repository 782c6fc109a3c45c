#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pianola::scenario {

/// Reads a duration as the language writes it (`50ms`, `1.5s`, `2min`) or a plain number of
/// milliseconds. Gives milliseconds; nothing if it is none, or more than lang::kMaxDuration.
std::optional<std::uint32_t> parse_duration(std::string_view text);

}  // namespace pianola::scenario
