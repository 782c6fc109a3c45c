#include "device/notice.hpp"

namespace pianola::device {

std::string_view notice_text(Notice notice) {
  switch (notice) {
    case Notice::none:
      break;
    case Notice::no_flash:
      return "there is no drive, because the flash cannot be used";
    case Notice::recording:
      return "recording: press the key or chord that is to start the macro, then its keys, then "
             "the leader";
    case Notice::recording_again:
      return "this would take a key that you type with: press it once more to mean it, or another "
             "key";
    case Notice::recorded:
      return "what was recorded is in force";
    case Notice::recording_empty:
      return "nothing was recorded, so nothing changes";
    case Notice::recording_cancelled:
      return "the recording was cancelled";
    case Notice::recording_left:
      return "the recording was cancelled, since no key was pressed for a minute";
    case Notice::recording_busy:
      return "cannot record while the drive is in: eject it first";
    case Notice::recording_waits:
      return "cannot record while a text waits on the drive: put it in, see ERRORS.TXT, and eject "
             "it";
    case Notice::recording_too_long:
      return "what was recorded is too long, so nothing changes";
    case Notice::recording_refused:
      return "what was recorded does not go together with macros.txt, so nothing changes";
    case Notice::recording_no_room:
      return "there is no room for what was recorded, so nothing changes";
    case Notice::recording_failed:
      return "the flash failed, so what was recorded is lost";
    case Notice::reset_asked:
      return "leader DELETE again within 5 s erases all macros";
    case Notice::reset:
      return "all macros were erased; the default ones are in force";
    case Notice::reset_busy:
      return "cannot erase all while the drive is in: eject it first";
    case Notice::reset_failed:
      return "the flash failed, so not all was erased";
  }
  return {};
}

}  // namespace pianola::device
