#pragma once

// Words of other programs, with the advice that does the same here. Lower case, a space between
// them; with the `&` or `(` that belong to a word, and with `{` if it is one only where a
// definition stands. tools/pack_texts makes what is searched of it.
// clang-format off
#define PIANOLA_NEIGHBOURS(X) \
  X(wait,          "sleep delay pause default_delay defaultdelay usleep") \
  X(text_or_key,   "print println printf type write echo text puts string stringln send " \
                   "sendinput sendtext sendraw sendevent sendplay send_string send_string_delay " \
                   "sendkeys typewrite keystroke") \
  X(comment,       "rem rem_block") \
  X(loop,          "for foreach") \
  X(tap,           "tap_code tap_code16 presskey press_key keypress") \
  X(press,         "register_code keydown press(") \
  X(release,       "unregister_code keyup release(") \
  X(program,       "open run start exec system shell command launch") \
  X(tap_hold,      "mt( mod_tap( overload( overloadt( overloadt2( overloadi( lettermod( &mt &hm " \
                   "&ht (tap lctl_t( lsft_t( lalt_t( lgui_t( rctl_t( rsft_t( ralt_t( rgui_t( " \
                   "ctl_t( sft_t( alt_t( gui_t( meh_t( hypr_t( all_t( timeout(") \
  X(tap_layer,     "lt( layer_tap( &lt") \
  X(layer,         "mo( layer( layerm( &mo (layer") \
  X(layer_toggle,  "tg( to( tt( df( toggle( togglem( swap( setlayout( &tog &to") \
  X(oneshot,       "osm( osl( oneshot( oneshotm( oneshotk( &sk &sl (one") \
  X(chord,         "lctl( lsft( lalt( lgui( rctl( rsft( ralt( rgui( lc( ls( la( lg( rc( rs( ra( " \
                   "rg( c( s( a( g( lca( lsg( sgui( meh( hypr( hotkey(") \
  X(sequence,      "macro( macro2( &macro_tap &macro_press (macro (multi (unicode") \
  X(dance,         "td( &td &td0 tapdance tap_dance triple{") \
  X(together,      "combo chord{ (defchordsv2") \
  X(leader,        "(defseq sequence{") \
  X(caps_word,     "cw_togg caps_word caps_word_on &caps_word &prog_word (caps") \
  X(repeat_key,    "qk_rep repeat_key &key_repeat rpt") \
  X(none,          "kc_no xxxxxxx noop &none") \
  X(transparent,   "kc_trns kc_transparent _______ &trans") \
  X(tap,           "&kp") \
  X(layer_block,   "(deflayer (deflayermap") \
  X(key_by_key,    "(defsrc (defcfg (defalias (defvar (deflocalkeys") \
  X(abbreviation,  "matches trigger triggers replace") \
  X(macro,         "function func def sub") \
  X(binding,       "bind map remap hotkey bindsym")
// clang-format on
