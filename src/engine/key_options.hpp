#pragma once

#include <cstdint>
#include <optional>

#include "engine/errors.hpp"
#include "engine/settings.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"
#include "lang/code/settings.hpp"

namespace pianola::engine {

/// What pressing a trigger does while its macro runs; the operand of AGAIN.
enum class Again : std::uint8_t { ignore, stop, restart, parallel };

/// The options of one trigger: those of the settings, where it has none of its own. Durations are
/// in ms.
struct KeyOptions {
  explicit KeyOptions(const Settings& settings);

  /// Takes over what stands before the trigger `entry`, which is the caller's and outlives the
  /// options, in its code. Moves `reader`. On error the options that come after it keep their
  /// values.
  std::optional<ErrorCode> read(lang::CodeReader& reader, const lang::IndexEntry& entry);

  std::uint16_t hold;
  std::uint16_t rolls;
  std::uint16_t idle;
  std::uint16_t quick;
  std::uint16_t double_tap;
  Pace pace;
  std::uint8_t layout;
  Dual dual;
  Again again = Again::ignore;
  bool retro;
  bool hands;
  bool anywhere = false;  ///< An abbreviation counts inside a word, too.
  bool any_case = false;  ///< It may be typed in any case; its key is that of small letters.
  bool end = false;       ///< The end of a word completes it.
  /// The entry read last whose options list the keys that it can be held with; null: none.
  const lang::IndexEntry* listing = nullptr;

 private:
  std::optional<ErrorCode> take(lang::CodeReader& reader, const lang::Instruction& instruction);
  void take_setting(lang::Setting setting, std::uint32_t value);
};

/// Whether the key `usage` types one of those characters in `layout` that the options of `entry`
/// list. Moves `reader`.
bool is_listed(lang::CodeReader& reader, const lang::IndexEntry& entry, const hid::Layout& layout,
               hid::Usage usage);

}  // namespace pianola::engine
