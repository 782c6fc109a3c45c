// RMK, rmk/tests/scenarios/*.toml. Its keypad digits of layer 1 are h, i and j here.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kKeys =
    "set hold = 250ms\nb = b / LSHIFT\nc = c / LGUI\nd = d / layer one\n"
    "layer one { a = h b = i c = j d = k }\n";
const std::string kCombos = "set chord = 50ms\nb & c = x\na & b = y\n";
const std::string kPermissive = kKeys + "set dual = release\n";
const std::string kPermissiveCombos = kPermissive + kCombos;
const std::string kPress = kKeys + "set dual = press\n";
const std::string kPressCombos = kPress + kCombos;
const std::string kNormal = kKeys + "set dual = timeout\nset quick = off\n";
const std::string kCombo =
    "set chord = 100ms\nv & b = LSHIFT\nr & t = LALT\ne & t { oneshot LSHIFT }\ne & r = a\n";
const std::string kRolls =
    "set hold = 400ms\nset dual = timeout\nc = c / layer one\nn = n / LSHIFT\nt = t / layer one\n"
    "e = e / RCTRL\ni = i / RSHIFT\nlayer one { }\n";

std::vector<PeerRow> permissive_hold() {
  return {
      {"permissive_hold tap", kPermissive, "+b 100 -b", "b"},
      {"permissive_hold hold", kPermissive, "+b 300 -b", "[02:] [00:]"},
      {"permissive_hold mt_1", kPermissive, "+b 10 +a 10 -a 10 -b", "A"},
      {"permissive_hold mt_2", kPermissive, "+b 10 +a 10 -b 10 -a", "ba"},
      {"permissive_hold mt_3", kPermissive, "+a 10 +b 10 -a 10 -b", "ab"},
      {"permissive_hold mt_4", kPermissive, "+a 10 +b 10 -b 10 -a", "ab"},
      {"permissive_hold mt_5", kPermissive, "+a 10 -a 10 +b 10 -b", "ab"},
      {"permissive_hold mt_6", kPermissive, "+b 10 -b 10 +a 10 -a", "ba"},
      {"permissive_hold mt_timeout_1", kPermissive, "+b 10 +a 260 -a 10 -b", "A"},
      {"permissive_hold mt_timeout_2", kPermissive, "+b 10 +a 260 -b 10 -a", "A"},
      {"permissive_hold mt_timeout_3", kPermissive, "+a 10 +b 260 -a 10 -b",
       "[00:04] [02:04] [02:] [00:]"},
      {"permissive_hold mt_timeout_4", kPermissive, "+a 10 +b 260 -b 10 -a",
       "[00:04] [02:04] [00:04] [00:]"},
      {"permissive_hold mt_timeout_5", kPermissive, "+a 10 -a 10 +b 260 -b",
       "[00:04] [00:] [02:] [00:]"},
      {"permissive_hold mt_timeout_6", kPermissive, "+b 260 -b 10 +a 10 -a",
       "[02:] [00:] [00:04] [00:]"},
      {"permissive_hold mt_timeout_7", kPermissive, "+a 10 +b 10 -a 260 -b",
       "[00:04] [00:] [02:] [00:]"},
      {"permissive_hold mt_timeout_8", kPermissive, "+b 10 +a 10 -a 260 -b", "A"},
      {"permissive_hold mt_timeout_9", kPermissive, "+b 260 +a 10 -a 10 -b", "A"},
      {"permissive_hold mt_timeout_10", kPermissive, "+b 260 +a 10 -b 10 -a", "A"},
      {"permissive_hold morse_lt_1", kPermissive, "+d 10 +a 10 -a 10 -d", "h"},
      {"permissive_hold morse_lt_2", kPermissive, "+d 10 +a 10 -d 10 -a", "da"},
      {"permissive_hold morse_lt_3", kPermissive, "+a 10 +d 10 -a 10 -d", "ad"},
      {"permissive_hold morse_lt_4", kPermissive, "+a 10 +d 10 -d 10 -a", "ad"},
      {"permissive_hold morse_lt_5", kPermissive, "+a 10 -a 10 +d 10 -d", "ad"},
      {"permissive_hold morse_lt_6", kPermissive, "+d 10 -d 10 +a 10 -a", "da"},
      {"permissive_hold morse_lt_timeout_1", kPermissive, "+d 10 +a 260 -a 10 -d", "h"},
      {"permissive_hold morse_lt_timeout_2", kPermissive, "+d 10 +a 260 -d 10 -a", "h"},
      {"permissive_hold morse_lt_timeout_3", kPermissive, "+a 10 +d 260 -a 10 -d", "a"},
      {"permissive_hold morse_lt_timeout_4", kPermissive, "+a 10 +d 260 -d 10 -a", "a"},
      {"permissive_hold morse_lt_timeout_5", kPermissive, "+a 10 -a 10 +d 260 -d", "a"},
      {"permissive_hold morse_lt_timeout_6", kPermissive, "+d 270 -d 10 +a 10 -a", "a"},
      {"permissive_hold morse_lt_timeout_7", kPermissive, "+a 10 +d 10 -a 260 -d", "a"},
      {"permissive_hold morse_lt_timeout_8", kPermissive, "+d 10 +a 10 -a 260 -d", "h"},
      {"permissive_hold morse_lt_timeout_9", kPermissive, "+d 260 +a 10 -a 10 -d", "h"},
      {"permissive_hold morse_lt_timeout_10", kPermissive, "+d 260 +a 10 -d 10 -a", "h"},
      {"permissive_hold trigger", kPermissive, "+b 50 +a 10 -a 100 -b", "A"},
      {"permissive_hold with_combo_1", kPermissiveCombos, "+b 60 +c 10 -c 300 -b", "C"},
      {"permissive_hold with_combo_2", kPermissiveCombos, "+b 20 +c 10 -c 300 -b", "x"},
      {"permissive_hold with_combo_3", kPermissiveCombos, "+b 20 +c 20 -b 10 -c", "x"},
      {"permissive_hold with_combo_4", kPermissiveCombos, "+b 60 +c 20 -b 10 -c", "bc"},
      {"permissive_hold with_combo_5", kPermissiveCombos, "+b 20 +c 20 -b 10 -c", "x"},
      {"permissive_hold with_combo_6", kPermissiveCombos, "+b 20 +d 60 +c 20 -b 10 -d 10 -c",
       "bdc"},
      {"permissive_hold with_combo_8", kPermissiveCombos, "+b 20 +d 60 +c 20 -b 10 -c 10 -d", "bj"},
      {"permissive_hold timeout", kPermissive, "+b 260 +a 100 -a 100 -b", "A"},
      {"permissive_hold quick_tap", kPermissive, "+a 10 +b 100 -b 100 -a", "ab"},
      {"permissive_hold multi_tap", kPermissive, "+a 100 -a 10 +b 60 +c 60 -b 60 -c", "abc"},
      {"permissive_hold layer_tap", kPermissive,
       "+d 10 +b 100 -b 10 -d 10 +a 10 -a 10 +d 10 +b 100 -b 10 -d", "iai"},
      {"permissive_hold rolling_with_layer_tap", kPermissive,
       "+d 10 +a 10 -d 10 -a 250 +d 10 +a 10 -a 100 -d 250 +d 10 +a 100 -d 10 -a", "dahda"},
      {"permissive_hold timeout_rolled_release", kPermissive, "+b 260 +a 100 -b 100 -a", "A"},
      {"permissive_hold timeout_rolled_release_2", kPermissive, "+b 10 +a 300 -b 10 -a", "A"},
      {"permissive_hold timeout_and_release", kPermissive, "+b 20 +a 260 -a 100 -b", "A"},
      {"permissive_hold timeout_and_release_with_other_morse_key", kPermissive,
       "+b 200 +c 100 -c 100 -b", "C"},
      {"permissive_hold rolling_release_order_2", kPermissive, "+b 30 +c 30 +a 100 -c 50 -b 100 -a",
       "CA"},
      {"permissive_hold rolling_release_order_3", kPermissive, "+b 30 +c 30 +a 100 -c 100 -a 50 -b",
       "CA"},
      {"permissive_hold multiple_permissive_hold", kPermissive,
       "+b 30 +c 30 +a 100 -a 50 -b 100 -c", "[02:] [0a:] [0a:04] [0a:] [08:] [00:]"},
      {"permissive_hold flow_tap", kPermissive, "+a 30 -a 20 +b 10 +c 40 -b 10 -c", "abc"},
      {"permissive_hold previous_rolling_keypress", kPermissive, "+a 20 +d 30 -a 20 +b 40 -b 10 -d",
       "ai"},
  };
}

std::vector<PeerRow> hold_on_other_press() {
  return {
      {"hold_on_other_press tap", kPress, "+b 100 -b", "b"},
      {"hold_on_other_press hold", kPress, "+b 300 -b", "[02:] [00:]"},
      {"hold_on_other_press mt_1", kPress, "+b 10 +a 10 -a 10 -b", "A"},
      {"hold_on_other_press mt_2", kPress, "+b 10 +a 10 -b 10 -a", "A"},
      {"hold_on_other_press mt_3", kPress, "+a 10 +b 10 -a 10 -b", "ab"},
      {"hold_on_other_press mt_4", kPress, "+a 10 +b 10 -b 10 -a", "ab"},
      {"hold_on_other_press mt_timeout_1", kPress, "+b 10 +a 260 -a 10 -b", "A"},
      {"hold_on_other_press mt_timeout_3", kPress, "+a 10 +b 260 -a 10 -b",
       "[00:04] [02:04] [02:] [00:]"},
      {"hold_on_other_press mt_timeout_7", kPress, "+a 10 +b 10 -a 260 -b",
       "[00:04] [00:] [02:] [00:]"},
      {"hold_on_other_press mt_timeout_10", kPress, "+b 260 +a 10 -b 10 -a", "A"},
      {"hold_on_other_press morse_lt_1", kPress, "+d 10 +a 10 -a 10 -d", "h"},
      {"hold_on_other_press morse_lt_2", kPress, "+d 10 +a 10 -d 10 -a", "h"},
      {"hold_on_other_press morse_lt_3", kPress, "+a 10 +d 10 -a 10 -d", "ad"},
      {"hold_on_other_press morse_lt_4", kPress, "+a 10 +d 10 -d 10 -a", "ad"},
      {"hold_on_other_press morse_lt_timeout_2", kPress, "+d 10 +a 260 -d 10 -a", "h"},
      {"hold_on_other_press morse_lt_timeout_10", kPress, "+d 260 +a 10 -d 10 -a", "h"},
      {"hold_on_other_press trigger", kPress, "+b 50 +a 10 -a 100 -b", "A"},
      {"hold_on_other_press with_combo_1", kPressCombos, "+b 60 +c 10 -c 300 -b", "C"},
      {"hold_on_other_press with_combo_2", kPressCombos, "+b 20 +c 10 -c 300 -b", "x"},
      {"hold_on_other_press with_combo_3", kPressCombos, "+b 20 +c 20 -b 10 -c", "x"},
      {"hold_on_other_press with_combo_5", kPressCombos, "+b 20 +c 260 -b 260 -c", "x"},
      {"hold_on_other_press with_combo_6", kPressCombos, "+b 20 +d 60 +c 20 -b 10 -d 10 -c", "J"},
      {"hold_on_other_press with_combo_8", kPressCombos, "+b 20 +d 60 +c 20 -b 10 -c 10 -d", "J"},
      {"hold_on_other_press quick_tap", kPress, "+a 10 +b 100 -b 100 -a", "ab"},
      {"hold_on_other_press layer_tap", kPress,
       "+d 10 +b 100 -b 10 -d 10 +a 10 -a 10 +d 10 +b 100 -b 10 -d", "iai"},
      {"hold_on_other_press rolling_with_layer_tap", kPress,
       "+d 10 +a 10 -d 10 -a 250 +d 10 +a 10 -a 100 -d 250 +d 10 +a 100 -d 10 -a", "hhh"},
      {"hold_on_other_press timeout_rolled_release", kPress, "+b 260 +a 100 -b 100 -a", "A"},
      {"hold_on_other_press timeout_and_release_with_other_morse_key", kPress,
       "+b 200 +c 100 -c 100 -b", "C"},
      {"hold_on_other_press rolling_release_order", kPress, "+b 30 +c 30 +a 50 -b 100 -c 100 -a",
       "[02:] [0a:] [0a:04] [08:04] [00:04] [00:]"},
      {"hold_on_other_press rolling_release_order_2", kPress, "+b 30 +c 30 +a 100 -c 50 -b 100 -a",
       "[02:] [0a:] [0a:04] [02:04] [00:04] [00:]"},
      {"hold_on_other_press rolling_release_order_3", kPress, "+b 30 +c 30 +a 100 -c 100 -a 50 -b",
       "[02:] [0a:] [0a:04] [02:04] [02:] [00:]"},
      {"hold_on_other_press multiple_mt_triggered", kPress, "+b 30 +c 30 +a 100 -a 50 -b 100 -c",
       "[02:] [0a:] [0a:04] [0a:] [08:] [00:]"},
      {"hold_on_other_press complex_rolling", kPress,
       "+a 10 +b 10 -a 30 +d 30 +c 100 -d 50 -b 10 -c", "aJ"},
  };
}

std::vector<PeerRow> others() {
  return {
      {"morse_normal mt_timeout_9", kNormal, "+b 260 +a 10 -a -b", "A"},
      {"morse_normal lt_timeout_6", kNormal, "+d 270 -d +a 10 -a", "a"},
      {"morse_normal lt_timeout_9", kNormal, "+d 260 +a 10 -a -d", "h"},
      {"morse_normal lt_timeout_10", kNormal, "+d 260 +a -d -a", "h"},
      {"morse_normal multi_hold", kNormal, "+b +c 270 +a 290 -a 380 -b 400 -c",
       "[02:] [0a:] [0a:04] [0a:] [08:] [00:]"},
      {"morse_normal hold_after_last_tapping", kNormal, "+b 100 -b 100 +b 400 -b",
       "[00:05] [00:] [02:] [00:]"},
      {"morse_normal hold_after_last_tapping_timeout", kNormal, "+b 100 -b 300 +b 400 -b",
       "[00:05] [00:] [02:] [00:]"},
      {"morse_rollover client_roll_with_flow_tap_override_keeps_n_before_t", kRolls,
       "+c 30 -c 30 +l 30 -l 30 +i 30 -i 150 +e 40 +n 30 -e 30 +t 30 -n 30 -t 300 +y 30 -y",
       "clienty"},
      {"morse_rollover tap_hold_cou_rollover_keeps_o_before_u", kRolls,
       "+c 30 +o 30 -c 30 +u 30 -o 30 -u", "cou"},
      {"combo single_key_in_combo", kCombo, "+e 50 -e 10 +r 50 -r 10 +t 10 -t", "ert"},
      {"combo combo_timeout_and_ignore", kCombo, "+v 100 -v", "v"},
      {"combo combo_with_mod_then_mod_timeout", kCombo, "+v 10 +b 50 +r 90 -r 150 -v 170 -b", "R"},
      {"combo combo_with_mod", kCombo, "+v 10 +b 50 +n 70 -n 100 -v 110 -b", "N"},
      {"combo combo_with_one_shot_modifier", kCombo, "+e 10 +t 50 -e 70 -t 50 +e 110 -e", "E"},
      {"combo fully_overlapped_combo_timeout", kCombo, "+e 10 +r 170 -e 10 -r", "a"},
      {"combo fully_overlapped_combo_trigger_smaller", kCombo, "+e 10 +r 10 -e 10 -r", "a"},
      {"combo overlapped_combo", kCombo, "+e 10 +t 50 -e 10 -t 100 +r 10 +e 50 -r 10 -e", "A"},
      {"layer lm_release", "F1 { press LSHIFT layer hold one }\nlayer one { a = b }",
       "+F1 100 +a 100 -a -F1", "B"},
      {"macros macro_key_a_press_release", "F1 { press a release a }", "+F1 100 -F1", "a"},
      {"macros macro_text", "F1 { \"AbCd123456\" }", "+F1 100 -F1", "AbCd123456"},
      {"macros macro_tap_key_a", "F1 { tap a }", "+F1 100 -F1", "a"},
      {"macros macro_multiple_operations", "F1 { press LSHIFT tap a release LSHIFT tap b }",
       "+F1 100 -F1", "Ab"},
      {"macros macro_with_delay", "F1 { tap a wait 50ms tap b }", "+F1 100 -F1", "ab"},
      {"macros macro_taps_a_key_with_modifier", "F1 { ctrl+a }", "+F1 100 -F1", "[01:04] [00:]"},
      {"macros macro_triggers_on_press", "F1 { press a release a }", "+F1", "a"},
  };
}

std::vector<PeerDifference> differences() {
  return {
      {"permissive_hold rolling_release_order", "Order of keys", kPermissive,
       "+b 30 +c 30 +a 50 -b 100 -c 100 -a", "bac", "bca"},
      {"permissive_hold complex_rolling", "Modifiers of their time", kPermissive,
       "+a 10 +b 10 -a 30 +d 30 +c 100 -d 50 -b 10 -c", "aDc", "aDC"},
      {"hold_on_other_press with_combo_4", "Modifiers of their time", kPressCombos,
       "+b 60 +c 20 -b 10 -c", "[02:] [00:] [00:06] [00:]", "C"},
      {"hold_on_other_press multi_tap", "Modifiers of their time", kPress,
       "+a 100 -a 10 +b 60 +c 60 -b 60 -c", "[00:04] [00:] [02:] [00:] [00:06] [00:]", "aC"},
      {"hold_on_other_press flow_tap", "Modifiers of their time", kPress,
       "+a 30 -a 20 +b 10 +c 40 -b 10 -c", "[00:04] [00:] [02:] [00:] [00:06] [00:]", "aC"},
      {"morse_normal mt_1", "Order of keys", kNormal, "+b +a 10 -a -b", "ab", "ba"},
      {"morse_normal mt_2", "Order of keys", kNormal, "+b +a -b -a", "ab", "ba"},
      {"morse_normal mt_timeout_1", "Order of keys", kNormal, "+b +a 260 -a -b",
       "[00:04] [02:04] [02:] [00:]", "A"},
      {"morse_normal mt_timeout_2", "Order of keys", kNormal, "+b +a 260 -b -a",
       "[00:04] [02:04] [00:04] [00:]", "A"},
      {"morse_normal mt_timeout_8", "Order of keys", kNormal, "+b +a 10 -a 260 -b",
       "[00:04] [00:] [02:] [00:]", "A"},
      {"morse_normal lt_2", "Order of keys", kNormal, "+d +a -d -a", "ad", "da"},
      {"morse_normal lt_timeout_1", "Order of keys", kNormal, "+d +a 260 -a -d", "a", "h"},
      {"morse_normal rolling", "Order of keys", kNormal, "30 +a +b -a 30 +d 30 +c 100 -d -b 150 -c",
       "[00:04] [00:] [00:07] [00:] [00:05] [00:] [08:] [00:]",
       "[00:04] [00:] [00:05] [00:] [00:07] [00:] [08:] [00:]"},
      {"combo re_press_combo_key_while_triggered_does_not_leak_to_hid", "A press counts once",
       "set chord = 40ms\n',' & . = BACKSPACE\n", "+, 10 +. 10 -. 10 +. 10 -. 10 -,",
       "[00:2a] [00:]", "[00:2a] [00:2a,37] [00:]"},
      {"combo overlapping_triggered_combos_release_all_outputs", "A press counts once",
       "set chord = 40ms\nm & ',' = ']'\n',' & . = '='\n", "+. 10 +, 10 -. 10 +m 10 -m 10 -,",
       "[00:2e] [00:2e,30] [00:2e] [00:]", "[00:2e] [00:10,2e] [00:2e] [00:]"},
  };
}

}  // namespace

Peer rmk() {
  Peer peer{.name = "RMK", .same = permissive_hold(), .different = differences()};
  for (const auto& rows : {hold_on_other_press(), others()}) {
    peer.same.insert(peer.same.end(), rows.begin(), rows.end());
  }
  return peer;
}

}  // namespace pianola::test
