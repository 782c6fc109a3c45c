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

/// The options of one trigger: those of the settings, where it has none of its own.
struct KeyOptions : TriggerSettings {
  explicit KeyOptions(const Settings& settings) : TriggerSettings(settings) {}

  /// Takes over what stands before the trigger `entry` in its code. Moves `reader`. On error the
  /// options that come after it keep their values.
  std::optional<ErrorCode> read(lang::CodeReader& reader, const lang::IndexEntry& entry);

  Again again = Again::ignore;
  bool anywhere = false;  ///< An abbreviation counts inside a word, too.
  bool any_case = false;  ///< It may be typed in any case; its key is that of small letters.
  bool end = false;       ///< The end of a word completes it.

  /// Whether they list the keys that it can be held with.
  [[nodiscard]] bool has_list() const { return list_end_ != 0; }
  /// Whether that list has the key `usage`, by the layout `characters`. Moves `reader`.
  bool lists(lang::CodeReader& reader, const hid::Layout& characters, hid::Usage usage) const;

 private:
  std::optional<ErrorCode> take(lang::CodeReader& reader, const lang::Instruction& instruction);

  // Between which offsets of which definition the list stands, others among it; 0: nowhere.
  std::uint32_t list_record_ = 0;
  std::uint32_t list_at_ = 0;
  std::uint32_t list_end_ = 0;
};

/// Whether the abbreviation `entry` may be typed in any case: KeyOptions::any_case alone, in less
/// stack. Moves `reader`.
bool has_any_case(lang::CodeReader& reader, const lang::IndexEntry& entry);

}  // namespace pianola::engine
