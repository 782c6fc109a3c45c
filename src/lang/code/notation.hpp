#pragma once

#include <cstdint>
#include <string_view>

#include "base/text_writer.hpp"
#include "hid/usage.hpp"
#include "lang/code/code_reader.hpp"

namespace pianola::lang {

// How code is spelled in source: keys, chords, triggers, texts, names, durations. Shared by the
// listing and the decompiler.
//
// Those that return bool return false if what they were to spell cannot come from the compiler;
// they write something readable all the same, which the listing shows and the decompiler drops.
// Those that take a reader leave it elsewhere.

/// Where a key stands in source; that decides how it must be spelled.
enum class KeyPlace : std::uint8_t {
  statement,  ///< Alone, as a tap: a character or a digit needs `tap`, a bare usage `key`.
  operand,    ///< After a word such as `press`, or after `=`.
  chord,      ///< After a modifier's `+`.
  trigger,    ///< Alone before `{` or `=`: most characters need no quotes.
};

/// `ENTER`, `tap c`, `'#'`, `0x04`, `1`.
bool write_key(TextWriter& out, KeyRef key, KeyPlace place);

/// `ctrl+rshift+`: the modifiers of a chord. The left ones bear the plain names.
void write_mods(TextWriter& out, hid::Modifiers mods);

/// `ctrl+c`, or the key alone. `place` is where the whole chord stands.
bool write_chord(TextWriter& out, hid::Modifiers mods, KeyRef key, KeyPlace place);

/// The trigger of `in`, an instruction that has one.
bool write_trigger(TextWriter& out, CodeReader& reader, const Instruction& in);

/// The keys of the PATTERN in `in`, as `match next` has them, separated by spaces.
bool write_pattern(TextWriter& out, CodeReader& reader, const Instruction& in);

/// `ctrl+lshift`: what stands in mods(…).
bool write_held_mods(TextWriter& out, TriggerMods mods);

/// `ctrl+rshift`: a layer's modifiers. The left ones bear the plain names. False if there are none.
bool write_layer_mods(TextWriter& out, hid::Modifiers mods);

/// The word for the Query number `query`; empty if there is none.
std::string_view query_name(std::uint32_t query);

/// The word in led(…) for a bit of the host's LED report; empty if there is none.
std::string_view led_name(std::uint32_t led);

/// One character of a text, escaped where needed; `next` is the one after it, 0 if there is none.
/// False if it is none.
bool write_text_character(TextWriter& out, char32_t c, char32_t next);

/// What stands between the quotes of a text, escaped where needed. The text is one of the
/// definition that is being read; if it `goes_on`, another piece of it will stand in the same
/// quotes.
bool write_text(TextWriter& out, CodeReader& reader, const TextPlace& text, bool goes_on = false);

/// A name: letters, digits and `_`, no digit first.
bool write_name(TextWriter& out, CodeReader& reader, std::uint32_t offset, std::uint32_t size);

/// `50ms`, `2s`, `3min`: in the largest unit that needs no point.
bool write_duration(TextWriter& out, std::uint32_t milliseconds);

/// `[01:06,19]` of a RAW instruction.
bool write_raw(TextWriter& out, CodeReader& reader, const Instruction& in);

}  // namespace pianola::lang
