// QMK, tests/**/test_*.cpp. One scan is 1 ms, its tapping term 200.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kMods = "p = p / LSHIFT\n";
const std::string kTwoMods = "p = p / LSHIFT\na = a / RSHIFT\n";
const std::string kLayer = "p = p / layer one\nlayer one { a = b }\n";
const std::string kTimeout = "set dual = timeout\n";
const std::string kQuick = kTimeout + "set quick = 100ms\n";
const std::string kPress = "set dual = press\n";
const std::string kSigns = "F1 = '+'\nF2 = '='\n";
const std::string kConflicts = "a & b = '1'\nx & y = '2'\n";

std::vector<PeerRow> tap_hold() {
  return {
      {"default_mod_tap tap_regular_key_while_mod_tap_key_is_held", kTimeout + kMods,
       "+p 1 +a 1 -a 1 -p", "pa"},
      {"default_mod_tap tap_a_mod_tap_key_while_another_mod_tap_key_is_held", kTimeout + kTwoMods,
       "+p 1 +a 1 -a 1 -p", "pa"},
      {"default_mod_tap tap_regular_key_while_layer_tap_key_is_held", kTimeout + kLayer,
       "+p 1 +a 1 -a 1 -p", "pa"},
      {"default_mod_tap tap_and_hold_mod_tap_hold_key", kTimeout + kMods, "+p 201 -p",
       "[02:] [00:]"},
      {"permissive_hold tap_regular_key_while_mod_tap_key_is_held", kMods, "+p 1 +a 1 -a 1 -p",
       "A"},
      {"permissive_hold tap_mod_tap_key_while_mod_tap_key_is_held", kTwoMods, "+p 1 +a 1 -a 1 -p",
       "A"},
      {"permissive_hold tap_regular_key_while_layer_tap_key_is_held", kLayer, "+p 1 +a 1 -a 1 -p",
       "b"},
      {"permissive_hold tap_regular_key_while_mod_tap_key_and_another_mod_tap_key_are_held",
       kMods + "q = q / LCTRL\n", "+p 1 +q 1 +a 1 -a 1 -q 1 -p",
       "[02:] [03:] [03:04] [03:] [02:] [00:]"},
      {"permissive_hold tap_a_mod_tap_key_while_two_other_mod_tap_keys_are_held",
       "p = p / LSHIFT\na = a / LCTRL\nq = q / RSHIFT\n", "+p 1 +a 1 +q 1 -q 1 -a 1 -p",
       "[02:] [03:] [03:14] [03:] [02:] [00:]"},
      {"permissive_hold tap_regular_key_while_layer_and_another_layer_tap_key_are_held",
       "p = p / layer one\nlayer one { g = x / layer two a = b p = z }\nlayer two { a = y p = v "
       "}\n",
       "+p 1 +g 1 +a 1 -a 1 -g 1 -p", "y"},
      {"hold_on_other_key_press short_distinct_taps_of_mod_tap_key_and_regular_key", kPress + kMods,
       "+p 1 -p 1 +a 1 -a", "pa"},
      {"hold_on_other_key_press long_distinct_taps_of_mod_tap_key_and_regular_key", kPress + kMods,
       "+p 202 -p 1 +a 1 -a", "[02:] [00:] [00:04] [00:]"},
      {"hold_on_other_key_press short_distinct_taps_of_layer_tap_key_and_regular_key",
       kPress + kLayer, "+p 1 -p 1 +a 1 -a", "pa"},
      {"hold_on_other_key_press long_distinct_taps_of_layer_tap_key_and_regular_key",
       kPress + kLayer, "+p 202 -p 1 +a 1 -a", "a"},
      {"hold_on_other_key_press tap_regular_key_while_mod_tap_key_is_held", kPress + kMods,
       "+p 1 +a 1 -a 1 -p", "A"},
      {"hold_on_other_key_press tap_a_mod_tap_key_while_another_mod_tap_key_is_held",
       kPress + kTwoMods, "+p 1 +a 1 -a 1 -p", "A"},
      {"hold_on_other_key_press tap_regular_key_while_layer_tap_key_is_held", kPress + kLayer,
       "+p 1 +a 1 -a 1 -p", "b"},
      {"hold_on_other_key_press nested_tap_of_layer_0_layer_tap_keys",
       kPress + "a = a / layer one\np = p / layer one\nlayer one { a = b p = q }\n",
       "+a 1 +p 1 -p 1 -a", "q"},
      {"hold_on_other_key_press nested_tap_of_layer_tap_keys",
       kPress + "a = a / layer one\np = p / layer one\n"
                "layer one { a = b / layer two p = q / layer two }\nlayer two { }\n",
       "+a 1 +p 1 -p 1 -a", "q"},
      {"hold_on_other_key_press roll_mod_tap_key_with_regular_key", kPress + kMods,
       "+p 1 +a 1 -p 1 -a", "A"},
      {"hold_on_other_key_press roll_layer_tap_key_with_regular_key", kPress + kLayer,
       "+p 1 +a 1 -p 1 -a", "b"},
      {"quick_tap tap_regular_key_while_layer_tap_key_is_held", kTimeout + kLayer,
       "+p 1 +a 1 -a 1 -p", "pa"},
      {"quick_tap tap_key_and_tap_again_before_quick_tap_term", kQuick + kMods,
       "+p 1 -p 90 +p 1 -p", "pp"},
      {"quick_tap tap_key_and_tap_again_after_quick_tap_term", kQuick + kMods,
       "+p 1 -p 111 +p 1 -p", "pp"},
      {"quick_tap tap_key_and_hold_again_after_quick_tap_term", kQuick + kMods,
       "+p 1 -p 110 +p 201 -p", "[00:13] [00:] [02:] [00:]"},
      {"quick_tap tap_key_and_hold_again_before_quick_tap_term", kQuick + kMods,
       "+p 1 -p 90 +p 201 -p", "pp"},
      {"default_mod_tap tap_mod_tap_hold_key_two_times", kTimeout + kMods, "+p 1 -p 1 +p 201 -p",
       "pp"},
      {"default_mod_tap tap_mod_tap_hold_key_twice_and_hold_on_second_time", kTimeout + kMods,
       "+p 1 -p 1 +p 201 -p", "pp"},
      {"basic/tapping TapA_SHFT_T_KeyReportsKey", kMods, "+p 1 -p", "p"},
      {"basic/tapping HoldA_SHFT_T_KeyReportsShift", kMods, "+p 201", "[02:]"},
      {"basic/tapping ANewTapWithinTappingTermIsBuggy", "set quick = 200ms\n" + kMods,
       "+p 1 -p 1 +p 1 -p 201 +p 1 -p 201 +p 200",
       "[00:13] [00:] [00:13] [00:] [00:13] [00:] [02:]"},
  };
}

std::vector<PeerRow> others() {
  return {
      {"auto_shift key_release_before_timeout", "set autoshift = 175ms\n", "+a 1 -a", "a"},
      {"auto_shift key_release_after_timeout", "set autoshift = 175ms\n", "+a 175 -a", "A"},
      {"combo combo_osmshift_tapped", "z & x { oneshot LSHIFT }\n", "+z 1 +x 10 -z -x 10 +i 1 -i",
       "I"},
      {"combo_conflicts combo_irrelevant_press", kConflicts, "+a 1 +z 1 -z 1 +b 1 -b 1 -a", "azb"},
      {"combo_conflicts combo_irrelevant_press", kConflicts, "+x 1 +z 1 +y 1 -y 1 -z 1 -x", "xzy"},
      {"combo_repress combo_repress_normal_combo", "h & j = ESC\n",
       "+h 1 +j 60 -h 80 +h 10 -h 80 +h 201 -h 500 +h 1 -j 1 -h",
       "[00:29] [00:0b,29] [00:29] [00:0b,29] [00:29] [00:0b,29] [00:0b] [00:]"},
      {"basic/keypress CorrectKeyIsReportedWhenPressed", "", "+a 1 -a", "a"},
      {"basic/keypress ANonMappedKeyDoesNothing", "a = none\n", "+a 2 -a", ""},
      {"basic/keypress CorrectKeysAreReportedWhenTwoKeysArePressed", "", "+b 1 +c 1 -b 1 -c", "bc"},
      {"basic/keypress PressLeftShiftAndControl", "", "+LSHIFT 1 +LCTRL 1 -LSHIFT 1 -LCTRL",
       "[02:] [03:] [01:] [00:]"},
      {"basic/keypress LeftAndRightShiftCanBePressedAtTheSameTime", "",
       "+LSHIFT 1 +RSHIFT 1 -LSHIFT 1 -RSHIFT", "[02:] [22:] [20:] [00:]"},
      {"basic/keypress PressPlusEqualReleaseBeforePress", kSigns, "+F1 1 -F1 1 +F2 1 -F2", "+="},
      {"basic/keypress PressPlusEqualDontReleaseBeforePress", kSigns, "+F1 1 +F2 1 -F1 1 -F2",
       "+="},
      {"basic/keypress PressEqualPlusReleaseBeforePress", kSigns, "+F2 1 -F2 1 +F1 1 -F1", "=+"},
      {"basic/keypress PressEqualPlusDontReleaseBeforePress", kSigns, "+F2 1 +F1 1 -F2 1 -F1",
       "=+"},
      {"basic/action_layer MomentaryLayerDoesNothing", "F1 { layer hold one }\nlayer one { }\n",
       "+F1 1 -F1", ""},
      {"basic/action_layer MomentaryLayerWithKeypress",
       "F1 { layer hold one }\nlayer one { a = b }\n", "+F1 1 +a 1 -a 1 -F1", "b"},
      {"basic/action_layer LayerTapReleasedBeforeKeypressReleaseWithModifiers",
       "t = t / layer one\nlayer one { a = ralt+9 }\n", "+t 201 +a 1 -t 1 -a",
       "[40:] [40:26] [40:] [00:]"},
      {"basic/macro PlayASimpleMacro", "F1 { \"Hello \" wait 100ms \"World!\" }\n", "+F1 1 -F1",
       "Hello World!"},
  };
}

std::vector<PeerDifference> differences() {
  return {
      {"combo_conflicts combo_irrelevant_press", "A third key", kConflicts,
       "+a 1 +z 1 +b 1 -b 1 -z 1 -a", "1z", "azb"},
      {"basic/keypress RightShiftLeftControlAndCharWithTheSameKey", "Sides",
       "F1 = rshift+lctrl+o\n", "+F1 1 -F1", "[30:] [30:12] [30:] [00:]", "[21:12] [00:]"},
  };
}

}  // namespace

Peer qmk() {
  Peer peer{.name = "QMK", .same = tap_hold(), .different = differences()};
  const std::vector<PeerRow> more = others();
  peer.same.insert(peer.same.end(), more.begin(), more.end());
  return peer;
}

}  // namespace pianola::test
