// kanata, src/tests/sim_tests/*.rs.

#include "peers/peer.hpp"

namespace pianola::test {
namespace {

const std::string kChords = "set chord = 200ms\na & b = c\nb & z = d\n";
const std::string kOverrides = "shift+a = shift+9\nshift+1 = ctrl+2\n";
const std::string kTapHold = "set hold = 100ms\nset quick = 100ms\na = x / y\n";
const std::string kPriorIdle = "set dual = timeout\nd = d / LCTRL\n";
const std::string kLayers =
    "a = x\nb = y\nc = z\nd { layer hold two }\ne = none\nf = none\n"
    "layer two { a = e b = f d = none e { layer hold three } }\n"
    "layer three { a = g e = none f { layer hold four } }\nlayer four { f = none }\n";
const std::string kSwitches =
    "a = x\nb = y\nc = z\nd { layer on two }\n"
    "layer two { a = e b = f d { layer off two layer on three } }\n"
    "layer three { a = g d { layer off three layer on four } }\nlayer four { d = none }\n";

}  // namespace

Peer kanata() {
  return {
      .name = "kanata",
      .same =
          {
              {"tap_hold tap_hold_release_keys", kTapHold, "+a 50 -a 50", "x"},
              {"tap_hold tap_hold_release_keys", kTapHold, "+a 150 -a 50", "y"},
              {"tap_hold tap_hold_release_keys", kTapHold, "+a 20 -a 200 +a 200 -a", "xy"},
              {"tap_hold tap_hold_release_keys", kTapHold, "+a 20 -a 20 +a 200 -a", "xx"},
              {"tap_hold tap_hold_tap_keys", kTapHold + "set dual = timeout", "+a 50 +b -b 100 -a",
               "yb"},
              {"tap_hold tap_hold_release_tap_keys_release", kTapHold, "+a 50 +z 75 -a -z", "yz"},
              {"tap_hold require_prior_idle_typing_streak_resolves_tap", kPriorIdle,
               "+a 10 -a 10 +d 50 -d", "ad"},
              {"tap_hold require_prior_idle_idle_long_enough_enters_hold", kPriorIdle,
               "+a 10 -a 200 +d 250 -d", "[00:04] [00:] [01:] [00:]"},
              {"tap_hold require_prior_idle_no_prior_key_enters_hold", kPriorIdle, "+d 250 -d",
               "[01:] [00:]"},
              {"tap_hold require_prior_idle_boundary_just_outside_threshold", kPriorIdle,
               "+a 10 -a 140 +d 50 -d", "ad"},
              {"tap_hold per_action_require_prior_idle_disable_overrides_global", kPriorIdle,
               "+a 10 -a 10 +d 250 -d", "[00:04] [00:] [01:] [00:]"},
              {"tap_hold opposite_hand_press_resolves_hold", "set dual = press\nf = f / LCTRL\n",
               "+f 50 +j 50 -j 50 -f", "[01:] [01:0d] [01:] [00:]"},
              {"tap_hold timeout_hold_option", "f = f / LCTRL\n", "+f 250 -f", "[01:] [00:]"},
              {"tap_hold release_before_timeout_taps", "f = f / LCTRL\n", "+f 50 -f", "f"},
              {"chord sim_chord_basic_repeated_last_release", kChords,
               "+a 50 +b 50 -a 50 -b 50 +b 50 +a 50 -b 50 -a 50", "cc"},
              {"chord sim_chord_basic_repeated_first_release", kChords,
               "+z 50 +b 50 -z 50 -b 50 +z 50 +b 50 -z 50 -b 50", "dd"},
              {"chord sim_timeout_hold_key", kChords, "+z 201 +b 200", "[00:1d] [00:05,1d]"},
              {"chord sim_chord_eager_tapholdpress_activation",
               "set dual = press\nset chord = 75ms\nCAPSLOCK = ESC / LCTRL\nj & k = BACKSPACE\n",
               "+CAPSLOCK 10 +j +k 120 -j -k 100 -CAPSLOCK", "[01:] [01:2a] [01:] [00:]"},
              {"chord sim_chord_eager_tapholdrelease_activation",
               "set chord = 75ms\nCAPSLOCK = ESC / LCTRL\nj & k = BACKSPACE\n",
               "+CAPSLOCK 10 +j +k 10 -j -k 100 -CAPSLOCK", "[01:] [01:2a] [01:] [00:]"},
              {"chord sim_chord_release_nonchord_key_has_correct_order",
               "set chord = 75ms\nj & k = l\n", "+RALT 1000 +j 1 -RALT 100 -j",
               "[40:] [40:0d] [00:0d] [00:]"},
              {"chord sim_chordsv2_quick_release", "set chord = 75ms\nk & l = RSHIFT\n",
               "+k +l 10 +t 1 -k 1 -l 10 -t", "[20:] [20:17] [00:17] [00:]"},
              {"override override_with_unmod", "shift+a = b\nshift+b = a\n",
               "+LSHIFT 50 +a 50 -a 50 +b 50 -b 50",
               "[02:] [00:] [00:05] [00:] [02:] [00:] [00:04] [00:] [02:]"},
              {"override override_release_mod_change_key", kOverrides,
               "+LSHIFT 10 +a 10 -LSHIFT 10 -a", "[02:] [02:26] [00:26] [00:]"},
              {"override override_release_mod_change_key", kOverrides,
               "+LSHIFT 10 +a 10 -a 10 -LSHIFT", "[02:] [02:26] [02:] [00:]"},
              {"override override_release_mod_change_key", kOverrides,
               "+LSHIFT 10 +a 10 +c 10 -a -c -LSHIFT", "[02:] [02:26] [02:] [02:06] [02:] [00:]"},
              {"override override_release_mod_change_key", kOverrides,
               "+LSHIFT 10 +1 10 +c 10 -1 -c -LSHIFT",
               "[02:] [00:] [01:] [01:1f] [00:1f] [00:] [02:] [02:06] [02:] [00:]"},
              {"override override_eagerly_releases", kOverrides, "+LSHIFT 10 +a 10 -LSHIFT 10 -a",
               "[02:] [02:26] [02:] [00:]"},
              {"override config_with_overridev2", kOverrides,
               "+LCTRL +LSHIFT +a 10 -a -LSHIFT -LCTRL", "[01:] [03:] [03:04] [03:] [01:] [00:]"},
              {"output_chord output_chord_samekey_has_release", "a = '+'\nb = '='\n", "+a 10 +b 10",
               "[02:] [02:2e] [00:] [00:2e]"},
              {"release release_standard", "a = alt+a\n", "+a 10 -a", "[04:04] [00:]"},
              {"release release_reversed", "a = alt+a\n", "+a 10 -a", "[04:04] [04:] [00:]"},
              {"layer transparent_base", "", "+a 50 -a", "a"},
              {"layer delegate_base", "a = c\nb { layer on two }\nlayer two { }\n",
               "+b 50 -b 50 +a 50 -a", "c"},
              {"layer delegate_base_but_base_is_transparent", "b { layer on two }\nlayer two { }\n",
               "+b 50 -b 50 +a 50 -a", "a"},
              {"layer layer_switching", kSwitches,
               "+c 20 -c 20 +d 20 -d 20 +b 20 -b 20 +c 20 -c 20 +d 20 -d 20 +a 20 -a 20 +b 20 -b "
               "20 +d 20 -d 20 +a 20 -a",
               "zfzgyx"},
              {"layer layer_holding", kLayers,
               "+c 20 -c 20 +d 20 +a 20 -a 20 +b 20 -b 20 +c 20 -c 20 +e 20 +a 20 -a 20 +b 20 -b "
               "20 +c 20 -c 20 +f 20 +a 20 -a 20 +b 20 -b 20 +c 20 -c 20",
               "zefzgfzgfz"},
          },
      .different =
          {
              {"chord sim_chord_min_idle_takes_effect", "Combos in a stream", kChords,
               "+z 20 +a 20 +b 20 +d 20", "[00:1d] [00:04,1d] [00:04,05,1d] [00:04,05,07,1d]",
               "[00:1d] [00:06,1d] [00:06,07,1d]"},
              {"chord sim_chord_pending_tap_hold", "Order of keys",
               "set dual = timeout\nset chord = 100ms\na = a / b\nb & c = d\n",
               "+a 10 +b 10 +c 300", "[00:07] [00:05,07]", "[00:05] [00:05,07]"},
          },
  };
}

}  // namespace pianola::test
