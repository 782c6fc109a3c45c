// keyd, t/*.t with t/test.conf.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kOverload = "6 { hold LCTRL if not interrupted { ESC } }\n";
const std::string kNested = "set dual = press\n6 = ESC / LCTRL\n";
const std::string kOverloadT =
    "set hold = 10ms\nset quick = off\no = a / LCTRL\np = b / LSHIFT\nu = u / LCTRL\n";
const std::string kOverloadTimeout =
    "set dual = timeout\nset hold = 2ms\nt = ESC / LCTRL\nctrl+a = b\n";
const std::string kCapsLock = "CAPSLOCK = LCTRL\nctrl+j = k\n";
const std::string kChords = "set chord = 100ms\nset slow = on\na & b = LCTRL\nj & k = c\n";

}  // namespace

Peer keyd() {
  return {
      .name = "keyd",
      .same =
          {
              {"overload-nested", kNested + "o = o / LGUI\n", "+6 +o +a -a -o -6",
               "[01:] [09:] [09:04] [09:] [01:] [00:]"},
              {"chord3", kChords, "+a +b 200 -a +j +k 200 -b -j -k", "[01:] [01:06] [00:06] [00:]"},
              {"overload", kOverload, "+6 -6", "[01:] [00:] [00:29] [00:]"},
              {"overload1", kOverload, "+6 +a -a -6", "[01:] [01:04] [01:] [00:]"},
              {"overload2", kOverload, "+6 +a -6 -a", "[01:] [01:04] [00:04] [00:]"},
              {"overload3", kOverload, "+j +6 -j -6", "[00:0d] [01:0d] [01:] [00:] [00:29] [00:]"},
              {"overload4", kOverload, "+LCTRL +6 -6 -LCTRL", "[01:] [01:29] [01:] [00:]"},
              {"overload-same-key", "set dual = press\nz = ENTER / LCTRL\n/ = z\n", "+z +/ -/ -z",
               "[01:] [01:1d] [01:] [00:]"},
              {"overload-timeout", kOverloadTimeout, "+t +a -a -t", "[00:29] [00:] [00:04] [00:]"},
              {"overload-timeout2", kOverloadTimeout, "+t 2 +a -a -t",
               "[01:] [00:] [00:05] [00:] [01:] [00:]"},
              {"overload_2", kOverloadT, "+o -o +o 9 -o +o 11 -o +o +x -x -o +o +x -o -x",
               "[00:04] [00:] [00:04] [00:] [01:] [00:] [01:] [01:1b] [01:] [00:] [00:04] [00:] "
               "[00:1b] [00:]"},
              {"overload_2-2", kOverloadT, "+o +p 11 -o -p", "[01:] [03:] [02:] [00:]"},
              {"overload_3", kOverloadT, "+u +x -x -u +u +x -u -x +u +x 11 -u -x",
               "[01:] [01:1b] [01:] [00:] [00:18] [00:] [00:1b] [00:] [01:] [01:1b] [00:1b] [00:]"},
              {"layer1", kCapsLock, "+CAPSLOCK -CAPSLOCK +a -a", "[01:] [00:] [00:04] [00:]"},
              {"layer2", kCapsLock, "+CAPSLOCK +j -j -CAPSLOCK",
               "[01:] [00:] [00:0e] [00:] [01:] [00:]"},
              {"layer3", kCapsLock, "+CAPSLOCK +i -i -CAPSLOCK", "[01:] [01:0c] [01:] [00:]"},
              {"layer4", "s = LSHIFT\n", "+s +LGUI +c -c -LGUI -s",
               "[02:] [0a:] [0a:06] [0a:] [02:] [00:]"},
              {"layerm", "p { \"on\" hold LSHIFT }\n", "+p 10 +x -x +x -x -p +x -x", "onXXx"},
              {"mod", kCapsLock, "+CAPSLOCK +a +b -CAPSLOCK -a -b",
               "[01:] [01:04] [01:04,05] [00:04,05] [00:05] [00:]"},
              {"mod2", kCapsLock, "+CAPSLOCK +a -CAPSLOCK +b -a -b",
               "[01:] [01:04] [00:04] [00:04,05] [00:05] [00:]"},
              {"mod3", kCapsLock, "+CAPSLOCK +a +b -a -b -CAPSLOCK",
               "[01:] [01:04] [01:04,05] [01:05] [01:] [00:]"},
              {"macro", "m { ctrl+h \"one\" }\n", "+m -m",
               "[01:] [01:0b] [01:] [00:] [00:12] [00:] [00:11] [00:] [00:08] [00:]"},
              {"macro-nested", "set dual = press\n6 = ESC / LCTRL\nctrl+m { \"mac\" }\n",
               "+6 +m -m -6", "[01:] [00:] [00:10] [00:] [00:04] [00:] [00:06] [00:] [01:] [00:]"},
              {"macro-hold-2", "set dual = press\n6 = ESC / LCTRL\nctrl+c { LCTRL tap n }\n",
               "+6 +c -c -6", "[01:] [00:] [01:] [00:] [00:11] [00:] [01:] [00:]"},
              {"toggle", "4 { layer toggle test }\nlayer test { a = b b { layer toggle test } }\n",
               "+4 -4 +a -a +a -a +b -b", "bb"},
              {"togglekey", "n { toggle q }\n", "+n -n +a -a +n -n",
               "[00:14] [00:04,14] [00:14] [00:]"},
              {"oneshot", "c { oneshot LCTRL }\n", "+c -c +b -b", "[01:] [01:05] [01:] [00:]"},
              {"composite", "ctrl+alt+h = shift+h\n", "+LCTRL +LALT +h -h -LCTRL -LALT",
               "[01:] [05:] [01:] [00:] [02:] [02:0b] [02:] [00:] [01:] [05:] [04:] [05:] [01:] "
               "[00:]"},
              {"altgr-modifier-guard", "altgr+a = a\n",
               "+RALT +a -a -RALT +RALT -RALT +RALT +x -x -RALT",
               "[40:] [41:] [01:] [00:] [00:04] [00:] [40:] [41:] [01:] [00:] [40:] [00:] [40:] "
               "[40:1b] [40:] [00:]"},
          },
      .different =
          {
              {"chord", "Combos at once", kChords, "+a +b 150 -a -b +x -x +a +b 200 -a -b +x -x",
               "[00:04] [00:04,05] [00:05] [00:] [00:1b] [00:] [01:] [00:] [00:1b] [00:]",
               "[01:] [00:] [00:1b] [00:] [01:] [00:] [00:1b] [00:]"},
              {"chord-double", "Combos at once", kChords, "+a 20 +b 199 -a -b +j +k 201 -j -k",
               "abc", "[01:] [00:] [00:06] [00:]"},
              {"chord-hold", "Combos at once", kChords,
               "+a +b 199 +x -x -a -b 1 +a +b 200 +x -x -a -b",
               "[00:04] [00:04,05] [00:04,05,1b] [00:05] [00:] [01:] [01:1b] [01:] [00:]",
               "[01:] [01:1b] [01:] [00:] [01:] [01:1b] [01:] [00:]"},
              {"chord2", "The last millisecond", kChords, "+j 20 +k 200 -j -k +j 100 +k 200 -j -k",
               "cjk", "cc"},
              {"control", "Sides", "ctrl+a = b\n", "+LCTRL +a -a +b -b -LCTRL +RCTRL +a -a -RCTRL",
               "[01:] [00:05] [00:] [01:] [01:05] [01:] [00:] [01:] [00:05] [00:] [01:] [00:]",
               "[01:] [00:05] [01:] [01:05] [01:] [00:] [10:] [00:05] [10:] [00:]"},
              {"meta", "Sides", "gui+a = b\n", "+LGUI +a -a -LGUI +RGUI +a -a -RGUI",
               "[08:] [09:] [01:] [00:] [00:05] [00:] [08:] [09:] [01:] [00:] [08:] [09:] [01:] "
               "[00:] [00:05] [00:] [08:] [09:] [01:] [00:]",
               "[08:] [09:] [00:05] [08:] [09:] [00:] [80:] [81:] [00:05] [80:] [81:] [00:]"},
              {"macro-hold", "Modifiers that stay",
               kNested + "ctrl+e { LCTRL press o press n release o, n ctrl+1 }\n", "+6 +e -e -6",
               "[01:] [00:] [01:] [00:] [00:12] [00:11,12] [00:11] [00:] [01:] [01:1e] [00:1e] "
               "[00:] [01:] [00:]",
               "[01:] [00:] [00:12] [00:11,12] [00:] [01:1e] [01:] [00:]"},
              {"macro-hold-1", "Modifiers that stay", kNested + "ctrl+b { ctrl+n }\n",
               "+6 +b -b -6", "[01:] [00:] [01:] [01:11] [00:11] [00:] [01:] [00:]",
               "[01:] [01:11] [01:] [00:]"},
              {"timeout1", "Others wait",
               "set dual = timeout\nset hold = 300ms\nset quick = off\nF1 = a / b\n",
               "+F1 299 -F1 +F1 301 -F1 +F1 100 +x 200 -F1 -x", "abax", "abbx"},
              {"overload5", "Lone modifiers",
               "7 { hold LGUI if not interrupted { oneshot LCTRL } }\n", "+7 -7 +x -x +7 +x -x -7",
               "[08:] [09:] [01:] [00:] [01:] [01:1b] [01:] [00:] [08:] [08:1b] [08:] [00:]",
               "[08:] [00:] [01:] [01:1b] [00:] [08:] [08:1b] [08:] [00:]"},
              {"overload-expire", "Lone modifiers", kNested + "set hold = 5ms\n",
               "+6 5 -6 +x -x +6 4 -6", "[00:1b] [00:] [00:29] [00:]",
               "[01:] [00:] [00:1b] [00:] [00:29] [00:]"},
          },
  };
}

}  // namespace pianola::test
