#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/settings.hpp"
#include "hid/layout.hpp"
#include "lang/code/roll.hpp"

namespace pianola::tryout {

// What people want to know of a roll that is played: its settings, its source, and where in that
// an error is.

/// The settings that `roll` makes.
engine::Settings settings_of(lang::Roll& roll);

/// The layout that `roll` sets: the keyboard's, and the host's unless somebody says otherwise.
const hid::Layout& layout_of(lang::Roll& roll);

/// The whole source of `roll`; empty if it has none.
std::string source_of(lang::Roll& roll);

/// The source of definition `record` of `roll`, from the end of the one before it on; empty if it
/// has none.
std::string definition_source(lang::Roll& roll, std::uint32_t record);

/// `source` from its first token on, without the white space and comments before it.
std::string_view without_leading_blank(std::string_view source);

/// `message` in GCC's form, at the place in the file `name` where definition `record` of `roll`
/// begins. If the roll has no source: with the definition's number and `offset`, a place in its
/// code, as listings have them.
std::string located(lang::Roll& roll, std::string_view name, std::uint32_t record,
                    std::uint32_t offset, std::string_view message);

}  // namespace pianola::tryout
