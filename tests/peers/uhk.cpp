// UHK, doc-dev/user-guide.md: what it says of its examples, by section.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kPrincent = "4 { if mods(shift) { without mods { \"4\" } } else { \"%\" } }\n";
const std::string kShortcuts = "z & x = ctrl+x\nz & c = ctrl+c\nz & v = ctrl+v\n";
const std::string kGestures =
    "g { match next within 1s { t { ctrl+PAGEUP } shift+t { ctrl+PAGEDOWN } else { hold g } } }\n";
const std::string kReleaseOrder =
    "set hold = 350ms\nset dual = release\nset rolls = 50ms\na = a / LCTRL\n";
const std::string kSmartToggle =
    "F1 { layer hold mouse if not interrupted { layer toggle mouse } }\nlayer mouse { j = x }\n";
const std::string kSpaceCadet =
    "LSHIFT { hold LSHIFT if interrupted or elapsed >= 200 { exit } tap '(' }\n";
const std::string kFnLock =
    "F1 { layer hold fn if double { layer toggle fn } }\nlayer fn { j = x }\n";
const std::string kRecorder =
    "F8 { if mods(shift) { if recording { record stop } else { record it } } else { play it } }\n";

}  // namespace

Peer uhk() {
  return {
      .name = "UHK",
      .same =
          {
              {"Binding keys: holdKey", "F1 { hold a }\n", "+F1 100 -F1", "a"},
              {"Binding keys: pressKey, delayUntilRelease, releaseKey",
               "F1 { press a wait release release a }\n", "+F1 100 -F1", "a"},
              {"Binding keys: tapKey", "F1 { tap a }\n", "+F1 100 -F1", "a"},
              {"Binding keys: tapKeySeq", "F1 { ctrl+shift+u \"1f937 \" }\n", "+F1 100 -F1",
               "[03:18] [00:1e] [00:09] [00:26] [00:20] [00:24] [00:2c] [00:]"},
              {"Binding keys: tapKeySeq with p and r", "F1 { press a tap b, c release a }\n",
               "+F1 100 -F1", "abc"},
              {"Getting started: shift, Caps Lock on a double tap",
               "LSHIFT { hold LSHIFT if double { CAPSLOCK } }\n",
               "+LSHIFT 50 -LSHIFT 50 +LSHIFT 50 -LSHIFT 200",
               "[02:] [00:] [02:] [00:] [00:39] [00:]"},
              {"Binding keys: shift and non-shift", kPrincent, "+4 20 -4", "%"},
              {"Binding keys: shift and non-shift", kPrincent, "+LSHIFT 20 +4 20 -4 20 -LSHIFT",
               "[02:] [00:] [00:21] [00:] [02:] [00:]"},
              {"Handling layers: nested hold, toggled by a double tap", kFnLock,
               "+F1 20 +j 20 -j 20 -F1 600 +j 20 -j", "xj"},
              {"Handling layers: nested hold, toggled by a double tap", kFnLock,
               "+F1 20 -F1 50 +F1 20 -F1 50 +j 20 -j", "x"},
              {"Handling layers: smart toggle", kSmartToggle, "+F1 20 +j 20 -j 20 -F1 20 +j 20 -j",
               "xj"},
              {"Handling layers: smart toggle", kSmartToggle, "+F1 20 -F1 20 +j 20 -j 20 +j 20 -j",
               "xx"},
              {"Time machine: ifShortcut", kShortcuts, "+z 10 +x 20 -x 10 -z", "[01:1b] [00:]"},
              {"Time machine: ifShortcut", kShortcuts, "+z 10 +v 20 -v 10 -z", "[01:19] [00:]"},
              {"Time machine: ifShortcut", kShortcuts, "+z 10 -z 50 +q 10 -q", "zq"},
              {"Time machine: ifGesture", kGestures, "+g 20 -g 20 +t 20 -t", "[01:4b] [00:]"},
              {"Time machine: ifGesture", kGestures, "+g 20 -g 20 +q 20 -q", "gq"},
              {"Time machine: ifDoubletap", "F1 { if double { tap b exit } hold a }\n",
               "+F1 20 -F1 50 +F1 20 -F1", "ab"},
              {"Time machine: ifGesture $thisKeyId",
               "F1 { match next within 400ms { F1 { tap b } else { hold a } } }\n",
               "+F1 20 -F1 50 +F1 20 -F1", "b"},
              {"Secondary roles: without secondary roles",
               "F1 { layer hold mouse if not interrupted { ENTER } }\nlayer mouse { j = x }\n",
               "+F1 20 -F1 20 +F1 20 +j 20 -j 20 -F1", "[00:28] [00:] [00:1b] [00:]"},
              {"Secondary roles: Space Cadet", kSpaceCadet, "+LSHIFT 50 -LSHIFT",
               "[02:] [00:] [02:26] [00:]"},
              {"Secondary roles: Space Cadet", kSpaceCadet, "+LSHIFT 50 +a 20 -a 20 -LSHIFT", "A"},
              {"Secondary roles: Space Cadet", kSpaceCadet, "+LSHIFT 250 -LSHIFT", "[02:] [00:]"},
              {"Secondary roles: simple strategy",
               "set dual = press\nset quick = off\nF1 = ESC / layer mouse\nlayer mouse { j = x }\n",
               "+F1 50 -F1 50 +F1 20 +j 20 -F1 20 -j", "[00:29] [00:] [00:1b] [00:]"},
              {"Secondary roles: release order", kReleaseOrder, "+a 100 +b 100 -b 100 -a",
               "[01:] [01:05] [01:] [00:]"},
              {"Secondary roles: release order", kReleaseOrder, "+a 100 +b 100 -a 100 -b", "ab"},
              {"Secondary roles: release order, safety margin", kReleaseOrder,
               "+a 60 +b 20 -b 20 -a", "ab"},
              {"Secondary roles: timeout", "set dual = timeout\nset hold = 200ms\na = a / LCTRL\n",
               "+a 100 +b 50 -b 40 -a", "ab"},
              {"Secondary roles: timeout", "set dual = timeout\nset hold = 200ms\na = a / LCTRL\n",
               "+a 100 +b 50 -b 60 -a", "[01:] [01:05] [01:] [00:]"},
              {"Macro recorder", kRecorder,
               "+LSHIFT +F8 20 -F8 -LSHIFT 20 +a 20 -a 20 +b 20 -b 20 +LSHIFT +F8 20 -F8 -LSHIFT "
               "20 +F8 20 -F8",
               "[02:] [00:] [00:04] [00:] [00:05] [00:] [02:] [00:] [00:04] [00:] [00:05] [00:]"},
              {"Variables: write",
               "var foo\nF1 { foo = 42 \"One plus one is ${1 + 1}. ${foo}\" }\n", "+F1 20 -F1",
               "One plus one is 2. 42"},
              {"Secondary roles: timeout, double tap to primary",
               "set dual = timeout\nset hold = 200ms\na = a / LCTRL\n", "+a 50 -a 50 +a 400 -a",
               "aa"},
          },
      .different = {},
  };
}

}  // namespace pianola::test
