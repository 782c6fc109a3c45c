#pragma once

#include <cstdint>

#include "base/text_writer.hpp"

namespace pianola::device {

/// What came of something that was asked for on the keys, or what the device found out.
enum class Notice : std::uint8_t {
  none,
  no_flash,   ///< There is no drive, for the flash cannot be used.
  recording,  ///< The next chord is the trigger.
  /// The trigger would be a key that people type with: once more, or another one.
  recording_again,
  recorded,  ///< The definition is in force.
  // After those of a recording that follow, nothing has changed.
  recording_empty,      ///< No key was pressed after the trigger.
  recording_cancelled,  ///< It was cancelled.
  recording_left,       ///< Nobody pressed a key for a minute.
  recording_busy,       ///< The drive is in.
  recording_waits,      ///< What was written to the drive would be lost.
  recording_too_long,   ///< The definition does not fit into its memory.
  recording_refused,    ///< The compiler finds errors in the whole.
  recording_no_room,    ///< The flash has no room for it.
  recording_failed,     ///< The flash failed.
  reset_asked,          ///< The same again within five seconds, and all is erased.
  reset,                ///< The default macros are in force.
  reset_busy,           ///< The drive is in.
  reset_failed,         ///< The flash failed.
  // Nobody asked for these.
  index_repaired,  ///< A part of the index or of the code was damaged.
  index_damaged,   ///< It still is: some keys do nothing.
  text_damaged,    ///< Some of the text cannot be read.
  text_restored,   ///< Some could not be, and was taken from the backup.
  state_lost,      ///< The last changes are: what is in force is from before.
};

/// Writes `notice` in words: a clause without a full stop. Nothing for Notice::none.
void write_notice(TextWriter& out, Notice notice);

}  // namespace pianola::device
