#pragma once

#include <cstdint>

#include "base/text_writer.hpp"

namespace pianola::drive {

// What the drive's files say beside what is wrong in a line. Symbol, text; tools/pack_texts makes
// what is shown of it. {n} stands for a number.
// clang-format off
#define PIANOLA_DRIVE_TEXTS(X) \
  /* STATUS.TXT. */ \
  X(macros,             "\nMacros: {n} bytes") \
  X(default_macros,     ", the default ones") \
  X(space,              "\nMemory: {n} bytes in use of {n}\nLargest file that can be saved now: {n} bytes, more if much of it stays as it is\nWear: each part of the memory was erased {n} to {n} times\nLast edit: ") \
  X(warnings,           "\nWarnings in macros.txt: {n}; 'pianola check macros.txt' shows them") \
  X(encryption,         "\nEncryption: none yet; who has the device can read what is marked private\n") \
  X(no_passphrase,      "Passphrase: none, so nothing is locked\n") \
  X(rescue,             "Rescue: no macros run until a macros.txt is taken.\n") \
  X(state_lost,         "A part of the memory failed, and the last changes are lost: the macros in force are from\nbefore, or the default ones. Save macros.txt again.\n") \
  X(last_command,       "Last command on the keys: ") \
  X(at_start,           "Since it was switched on: ") \
  X(taps_lost,          "Taps lost because too much was typed at once: {n}\n") \
  X(taps_lost_by_host,  "Taps lost because the computer took none for more than 2 s: {n}\n") \
  X(gaps,               "Damaged places of macros.txt, which stand there as comments with ????: {n}. What of\nthem can be played still is. Write them anew. The first:\n") \
  X(macros_failed,      "Macros that failed or were cut off since they were saved, and the line of each:\n") \
  /* How the last edit ended, in the order of Outcome. */ \
  X(none,               "none since the device was switched on") \
  X(taken,              "taken: the keys do what macros.txt says") \
  X(unchanged,          "nothing in macros.txt was changed") \
  X(errors,             "macros.txt has errors, see ERRORS.TXT; the keys do what they did before") \
  X(no_room,            "no room for macros.txt; the keys do what they did before") \
  X(damaged,            "the file system of the drive was damaged, see ERRORS.TXT") \
  X(failed,             "the flash memory failed; the keys do what they did before") \
  X(waits,              "macros.txt waits: it was saved, but the drive was not ejected") \
  X(errors_wait,        "macros.txt has errors, and the drive was not ejected, see ERRORS.TXT") \
  X(other_texts,        "only other texts than macros.txt were written, see ERRORS.TXT") \
  /* ERRORS.TXT: what is wrong. */ \
  X(not_shown,          "macros.txt: error: {n} more are not shown\n") \
  X(does_not_fit,       "macros.txt: error: no room for this file; STATUS.TXT says how large it may be\n") \
  X(incomplete,         "macros.txt: error: the drive was full, and not all of the file could be written: what was written of it is dropped; STATUS.TXT says how large it may be\n") \
  X(broken_file,        "macros.txt: error: the drive's file system is damaged, and the file may be incomplete: check it, save it and eject the drive again\n") \
  X(no_volume,          "macros.txt: error: the drive's file system was damaged, so that no file could be found: what was written to the drive last is lost\n") \
  X(another_name,       ": error: only a text that is called macros.txt is taken\n") \
  X(file_is,            ": error: the file is ") \
  X(save_as_text,       "; save it as plain text in UTF-8, as macros.txt\n") \
  X(and_more,           "and {n} more\n") \
  /* ERRORS.TXT: what to do. */ \
  X(not_ejected,        "macros.txt was saved, but the drive was not ejected.\n") \
  X(as_before,          "The keys still do what they did before. ") \
  X(correct_it,         "Correct macros.txt and eject the drive.\n") \
  X(eject,              "Eject the drive to have it taken.\n") \
  X(rename_it,          "Rename the text that they are to follow\nto macros.txt, or remove what is not for them, and eject the drive.\n") \
  X(shown_once,         "If there is no room even for that, eject it and put it in again: it then shows the\nmacros in force. Copy this file to your computer before if you want to keep it.\n")
// clang-format on

/// A text of the table above.
enum class DriveText : std::uint8_t {
#define PIANOLA_X(symbol, text) symbol,
  PIANOLA_DRIVE_TEXTS(PIANOLA_X)
#undef PIANOLA_X
};

/// Writes a text with `numbers`, of which there must be as many as it has places for.
void write_text(TextWriter& out, DriveText text, const std::uint32_t* numbers = nullptr);

}  // namespace pianola::drive
