// ZMK, app/tests/**.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kHoldTap =
    "set hold = 300ms\nf = f / LSHIFT\nj = j / LCTRL\nh = h / LGUI\nl = l / LALT\n";
const std::string kBalanced = kHoldTap + "set dual = release\n";
const std::string kHoldPreferred = kHoldTap + "set dual = press\n";
const std::string kTapPreferred = kHoldTap + "set dual = timeout\n";
const std::string kCombo = "set chord = 30ms\na & b = c\n";
const std::string kLayers =
    "F1 { layer hold one }\nF2 = none\n"
    "layer one { F2 { layer hold two } }\nlayer two { F3 = b }\n";

}  // namespace

Peer zmk() {
  return {
      .name = "ZMK",
      .same =
          {
              {"hold-tap/balanced/1-dn-up", kBalanced, "+f 10 -f", "f"},
              {"hold-tap/balanced/2-dn-timer-up", kBalanced, "+f 500 -f", "[02:] [00:]"},
              {"hold-tap/balanced/3a-moddn-dn-modup-up", kBalanced, "+RCTRL 10 +f 100 -RCTRL 10 -f",
               "[10:] [10:09] [00:09] [00:]"},
              {"hold-tap/balanced/3b-moddn-dn-modup-timer-up", kBalanced,
               "+RCTRL 10 +f 50 -RCTRL 300 -f", "[10:] [12:] [02:] [00:]"},
              {"hold-tap/balanced/3c-kcdn-dn-kcup-up", kBalanced, "+d 10 +f 100 -d 10 -f", "df"},
              {"hold-tap/balanced/3d-kcdn-dn-kcup-timer-up", kBalanced, "+d 10 +f 100 -d 400 -f",
               "[00:07] [00:] [02:] [00:]"},
              {"hold-tap/balanced/4a-dn-htdn-timer-htup-up", kBalanced, "+f 200 +j 200 -j 10 -f",
               "J"},
              {"hold-tap/balanced/4a-dn-kcdn-timer-kcup-up", kBalanced, "+f 200 +d 200 -d 10 -f",
               "D"},
              {"hold-tap/balanced/4b-dn-kcdn-kcup-timer-up", kBalanced, "+f 100 +d 100 -d 200 -f",
               "D"},
              {"hold-tap/balanced/4c-dn-kcdn-kcup-up", kBalanced, "+f 10 +d 10 -d 10 -f", "D"},
              {"hold-tap/balanced/4d-dn-kcdn-timer-up-kcup", kBalanced, "+f 100 +d 100 -f 200 -d",
               "fd"},
              {"hold-tap/balanced/5-quick-tap", kBalanced, "+f 10 -f 10 +f 400 -f", "ff"},
              {"hold-tap/hold-preferred/5-quick-tap", kHoldPreferred, "+f 10 -f 10 +f 400 -f",
               "ff"},
              {"hold-tap/balanced/many-nested", kBalanced,
               "+f 100 +j 100 +h 100 +l 100 -f 100 -j 100 -h 100 -l",
               "[02:] [03:] [0b:] [0f:] [0d:] [0c:] [04:] [00:]"},
              {"hold-tap/hold-preferred/3a-moddn-dn-modup-up", kHoldPreferred,
               "+RCTRL 10 +f 100 -RCTRL 10 -f", "[10:] [10:09] [00:09] [00:]"},
              {"hold-tap/hold-preferred/4a-dn-htdn-timer-htup-up", kHoldPreferred,
               "+f 200 +j 200 -j 10 -f", "J"},
              {"hold-tap/hold-preferred/4d-dn-kcdn-timer-up-kcup", kHoldPreferred,
               "+f 100 +d 100 -f 200 -d", "D"},
              {"hold-tap/tap-preferred/4b-dn-kcdn-kcup-timer-up", kTapPreferred,
               "+f 100 +d 100 -d 200 -f", "D"},
              {"hold-tap/tap-preferred/4c-dn-kcdn-kcup-up", kTapPreferred, "+f 10 +d 10 -d 10 -f",
               "fd"},
              {"combo/press-release", kCombo,
               "+a 10 +b 10 -a 10 -b 10 +b 10 +a 10 -a 10 -b 10 "
               "+a 10 +b 10 -b 10 -a 10 +b 10 +a 10 -b 10 -a",
               "cccc"},
              {"combo/press-timeout", kCombo, "+a 100 +b 10 -a 10 -b", "ab"},
              {"combo/slowrelease-disabled", kCombo, "+a 10 +b 10 -a 10 +d 10 -b 10 -d", "cd"},
              {"combo/slowrelease-enabled", kCombo, "+a 10 +b 10 -a 10 +d 10 -b 10 -d",
               "[00:06] [00:06,07] [00:07] [00:]"},
              {"combo/partially-overlapping-combos", "a & b = x\na & c = y\n",
               "+a 10 +b 10 -a 10 -b 10 +b 10 +a 10 -b 10 -a 10 +b 10 +a 10 -a 10 -b 10 "
               "+a 10 +b 10 -b 10 -a 10 +a 10 +c 10 -a 10 -c 10 +c 10 +a 10 -c 10 -a 10 "
               "+c 10 +a 10 -a 10 -c 10 +a 10 +c 10 -c 10 -a",
               "xxxxyyyy"},
              {"combo/combos-and-holdtaps-0",
               "set dual = press\nset chord = 100ms\na = a / LCTRL\nb & c = y\n",
               "+a 10 +b 10 +c 10 -a 10 -b 10 -c", "[01:] [01:1c] [00:1c] [00:]"},
              {"combo/combos-and-holdtaps-2",
               "set dual = press\nset chord = 100ms\na = a / LCTRL\nb = b / RCTRL\n"
               "a & c = y\nb & d = z\n",
               "+a +b 300", "[01:] [11:]"},
              {"combo/combos-and-holdtaps-3",
               "set dual = press\nset chord = 40ms\nENTER = ENTER / RSHIFT\na & b = x\n",
               "+ENTER 10 +b 10 +c 10 -b 50 -c 50", "[20:] [20:05] [20:05,06] [20:06] [20:]"},
              {"combo/layer-filter-0",
               "set chord = 1000ms\na & b = x\na & c = z\nt { layer toggle one }\n"
               "layer one { a & b = y t { } }\n",
               "+a 10 +b 10 -a 10 -b 10 +a 10 +t 10 -a 10 -t 10 +t 10 -t 10 "
               "+a 10 +b 10 -a 10 -b 10 +a 10 +t 10 -a 10 -t",
               "xaya"},
              {"combo/other-key-release", "set chord = 50ms\na & b = d\nc & d = g\n",
               "+c 10 +a 10 -c 10 +b 10 -a -b", "cd"},
              {"combo/other-key-release-2", "set chord = 50ms\n0 & 1 = a\n2 & 3 = b\n",
               "+2 10 +3 10 +0 10 -2 10 +1 10 -3 -0 -1", "ba"},
              {"combo/press1-release1-press2-release2", "a & b = c\nz & y = d\n",
               "+a 10 +b 10 -a 10 -b 10 +z 10 +y 10 -z 10 -y", "cd"},
              {"combo/press1-press2-release1-release2", "a & b = c\nz & y = d\n",
               "+a 10 +b 10 +z 10 +y 10 -a 10 -b 10 -z 10 -y", "cd"},
              {"combo/press-release-interrupting-middle-key", "set chord = 80ms\na & c = z\n",
               "+a 10 +b 10 +c 10 -c 100 -b 100 -a", "abc"},
              {"combo/simultaneous-combos", "a & b = x\nc & d = y\n",
               "+a 10 +c 10 +b 10 +d 10 -a 10 -b 10 -c 10 -d 10 "
               "+a 10 +c 10 +d 10 +b 10 -a 10 -b 10 -c 10 -d 10 "
               "+a 10 +b 10 +c 10 +d 10 -a 10 -b 10 -c 10 -d",
               "acbdaybxy"},
              {"mod-morph/1-no-morph", "shift+a = b\n", "+a 10 -a", "a"},
              {"mod-morph/2a-masked-morph", "shift+a = b\n", "+LSHIFT 10 +a 10 -a 10 -LSHIFT",
               "[02:] [00:] [00:05] [00:] [02:] [00:]"},
              {"mod-morph/2c-masked-morph-and-explicit-mods", "shift+any+a = b\n",
               "+LALT 10 +LSHIFT 10 +a 10 -a 10 -LSHIFT 10 -LALT",
               "[04:] [06:] [04:] [04:05] [04:] [06:] [04:] [00:]"},
              {"mod-morph/3-unmasked-morph", "shift+a = shift+b\n",
               "+LSHIFT 10 +a 10 -a 10 -LSHIFT", "B"},
              {"momentary-layer/2-early-key-release",
               "F1 { layer hold one }\nlayer one { b = c }\n", "+b 10 +F1 10 -b 10 -F1", "b"},
              {"momentary-layer/3-covered", "F1 { layer hold one }\nlayer one { F1 = a }\n",
               "+F1 10 -F1", ""},
              {"momentary-layer/4-nested", kLayers, "+F1 10 +F2 10 +F3 10 -F3 10 -F2 10 -F1", "b"},
              {"momentary-layer/5-nested-early-key-release", kLayers,
               "+F1 10 +F2 10 +F3 10 -F1 10 -F2 10 -F3", "b"},
              {"toggle-layer/early-key-release", "F1 { layer toggle one }\nlayer one { b = c }\n",
               "+b 10 +F1 10 -b 10 -F1 10 +b 10 -b", "bc"},
              {"modifiers/implicit/kp-mod1-dn-mod2-dn-mod1-up-mod2-up",
               "F1 = ctrl+a\nF2 = shift+b\n", "+F2 10 +F1 10 -F2 10 -F1",
               "[02:05] [01:04,05] [01:04] [00:]"},
              {"modifiers/implicit/kp-mod1-dn-mod2-dn-mod2-up-mod1-up",
               "F1 = ctrl+a\nF2 = shift+b\n", "+F1 10 +F2 10 -F2 10 -F1",
               "[01:04] [02:04,05] [00:04] [00:]"},
              {"modifiers/implicit/kp-rolling-symbols-same-key", "F1 = '+'\nF2 = '='\n",
               "+F1 10 +F2 10 -F1 10 -F2", "+="},
              {"modifiers/mixed/kp-lctl-dn-mod-dn-lctl-up-mod-up", "F2 = shift+b\n",
               "+LCTRL 10 +F2 10 -LCTRL 10 -F2", "[01:] [03:05] [00:05] [00:]"},
              {"modifiers/explicit/kp-hyper-dn-a-dn-a-up-hyper-up", "F1 = ctrl+shift+alt+gui\n",
               "+F1 10 +a 10 -a 10 -F1", "[0f:] [0f:04] [0f:] [00:]"},
              {"modifiers/explicit/kp-lctl-dn-lctl-dn-lctl-up-lctl-up", "F1 = LCTRL\nF2 = LCTRL\n",
               "+F1 10 +F2 10 -F2 10 -F1", "[01:] [00:]"},
              {"modifiers/explicit/kp-lctl-dn-lsft-dn-lctl-up-lsft-up", "",
               "+LCTRL 10 +LSHIFT 10 -LCTRL 10 -LSHIFT", "[01:] [03:] [02:] [00:]"},
          },
      .different = {},
  };
}

}  // namespace pianola::test
