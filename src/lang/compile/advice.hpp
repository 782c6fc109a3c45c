#pragma once

#include <cstdint>

#include "base/text_writer.hpp"

namespace pianola::lang {

// What messages advise to write: their {w}. Symbol, text; tools/pack_texts makes what is shown of
// it.
// clang-format off
#define PIANOLA_ADVICE(X) \
  /* What does the same as a word of another program. */ \
  X(wait,             "wait and a time, as in wait 500ms") \
  X(text_or_key,      "\"…\" alone, or a key's name") \
  X(comment,          "# before a comment") \
  X(loop,             "repeat 3 { … }, while … { … } or loop { … }") \
  X(tap,              "the key's name alone, or tap and the key") \
  X(press,            "press and the key") \
  X(release,          "release and the key") \
  X(program,          "the keys for it, as gui+r wait 500ms \"notepad\" ENTER") \
  X(tap_hold,         "KEY = TAP / HOLD, such as ESC / LCTRL") \
  X(tap_layer,        "KEY = TAP / layer NAME") \
  X(layer,            "KEY = layer NAME") \
  X(layer_toggle,     "KEY = layer toggle NAME") \
  X(oneshot,          "KEY = oneshot LSHIFT") \
  X(chord,            "a chord, as in ctrl+c") \
  X(sequence,         "KEY { … } with texts and keys, one after another") \
  X(dance,            "dance KEY { tap { … } }") \
  X(together,         "KEY & KEY { … }") \
  X(leader,           "leader KEY KEY { … }") \
  X(caps_word,        "KEY = capsword") \
  X(repeat_key,       "KEY = repeatkey") \
  X(none,             "KEY = none") \
  X(transparent,      "nothing: such a key keeps its meaning") \
  X(layer_block,      "layer NAME { KEY = KEY … }") \
  X(key_by_key,       "KEY = KEY for each key that changes") \
  X(abbreviation,     "\"brb \" { \"be right back\" }") \
  X(macro,            "macro NAME { … }, outside of all braces") \
  X(binding,          "KEY { … } or KEY = KEY") \
  X(layer_remap,      "layer toggle NAME") \
  X(layer_binding,    "KEY = layer NAME, or KEY { … } with this statement") \
  /* What may stand as a value. */ \
  X(layout_name,      "a layout's name") \
  X(typing,           "fast, safe or a duration") \
  X(duration,         "a duration") \
  X(dual,             "release, press or timeout") \
  X(off_or_duration,  "off or a duration") \
  X(shifts_or_key,    "shifts or a key") \
  X(trigger,          "direct or leader") \
  X(unicode,          "off, linux, windows, macos or wincompose") \
  X(drive,            "ejected or hidden") \
  X(busy,             "queue or mix") \
  X(key,              "a key") \
  X(oneshot_again,    "cancel or lock") \
  X(off_or_on,        "off or on") \
  X(on_or_off,        "on or off") \
  X(quoted_keys,      "the keys' characters in quotes") \
  X(warnings,         "names of warnings in quotes") \
  X(again,            "ignore, stop, restart or parallel") \
  /* What has an option. */ \
  X(tap_or_hold,      "a key that is tapped or held") \
  X(tap_hold_chord,   "a key that is tapped or held, and with j & k") \
  X(keys_together,    "keys that are pressed together, as in j & k") \
  X(double_or_dance,  "double or dance and a key")
// clang-format on

/// Diagnostic::n of a message with {w}.
enum class Advice : std::uint8_t {
#define PIANOLA_X(symbol, text) symbol,
  PIANOLA_ADVICE(PIANOLA_X)
#undef PIANOLA_X
};

void write_advice(TextWriter& out, Advice advice);

}  // namespace pianola::lang
