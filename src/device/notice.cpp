#include "device/notice.hpp"

#include <cstddef>

#include "base/packed_text.hpp"

namespace pianola::device {
namespace {

// In the order of Notice, without its first; tools/pack_texts makes what is shown of it.
// clang-format off
#define PIANOLA_NOTICES(X) \
  X(no_flash,             "there is no drive, because the flash cannot be used") \
  X(recording,            "recording: press the key or chord that is to start the macro, then its keys, then the leader") \
  X(recording_again,      "this would take a key that you type with: press it once more to mean it, or another key") \
  X(recorded,             "what was recorded is in force") \
  X(recording_empty,      "nothing was recorded, so nothing changes") \
  X(recording_cancelled,  "the recording was cancelled") \
  X(recording_left,       "the recording was cancelled, since no key was pressed for a minute") \
  X(recording_busy,       "cannot record while the drive is in: eject it first") \
  X(recording_waits,      "cannot record while a text waits on the drive: put it in, see ERRORS.TXT, and eject it") \
  X(recording_too_long,   "what was recorded is too long, so nothing changes") \
  X(recording_refused,    "what was recorded does not go together with macros.txt, so nothing changes") \
  X(recording_no_room,    "there is no room for what was recorded, so nothing changes") \
  X(recording_failed,     "the flash failed, so what was recorded is lost") \
  X(reset_asked,          "leader DELETE again within 5 s erases all macros") \
  X(reset,                "all macros were erased; the default ones are in force") \
  X(reset_busy,           "cannot erase all while the drive is in: eject it first") \
  X(reset_failed,         "the flash failed, so not all was erased") \
  X(index_repaired,       "a part of what plays macros was damaged, and was made anew from macros.txt") \
  X(index_damaged,        "a part of what plays macros is damaged, so some keys do nothing: save macros.txt again") \
  X(text_damaged,         "a part of macros.txt is damaged, and stands there as comments with ????: write it anew") \
  X(text_restored,        "a part of macros.txt was damaged, and was taken from BACKUP.TXT") \
  X(state_lost,           "the last changes of the macros are lost, for a part of the flash failed: older ones or the default ones are in force")
// clang-format on

constexpr Notice kNotices[] = {
#define PIANOLA_X(notice, text) Notice::notice,
    PIANOLA_NOTICES(PIANOLA_X)
#undef PIANOLA_X
};

constexpr bool are_in_order() {
  std::size_t number = 0;
  for (const Notice notice : kNotices) {
    if (static_cast<std::size_t>(notice) != ++number) return false;
  }
  return true;
}
static_assert(are_in_order());

/// The texts one after another, packed.
constexpr std::uint8_t kTexts[] = {
#include "device/notice.inc"
};

}  // namespace

void write_notice(TextWriter& out, Notice notice) {
  if (notice == Notice::none) return;
  PackedText text(find_packed(kTexts, static_cast<std::size_t>(notice) - 1));
  for (char c = text.next(); c != 0; c = text.next()) out.put(c);
}

}  // namespace pianola::device
