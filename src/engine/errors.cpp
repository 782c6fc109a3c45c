#include "engine/errors.hpp"

#include <cstddef>
#include <iterator>

#include "base/packed_text.hpp"

namespace pianola::engine {

namespace {

// In the order of ErrorCode; tools/pack_texts makes what is written of it.
// clang-format off
#define PIANOLA_ERRORS(X) \
  X(tasks,     "too many macros run at once") \
  X(slots,     "the macros that run have too many local values") \
  X(depth,     "calls are nested too deeply") \
  X(keys,      "too many keys are held") \
  X(overflow,  "a number became too large") \
  X(zero,      "division by zero") \
  X(type,      "a text stands where a number is needed") \
  X(unset,     "a value is used before it is set") \
  X(duration,  "a wait is too long") \
  X(macro,     "there is no macro of this name") \
  X(arguments, "a macro is called with the wrong number of values") \
  X(variable,  "there is no variable of this name") \
  X(key,       "the layout has no key for this character") \
  X(layout,    "there is no layout of this name") \
  X(text,      "the text is not valid UTF-8") \
  X(code,      "the stored macro is damaged") \
  X(scopes,    "'without mods', 'defer' and 'match next' are nested too deeply") \
  X(layer,     "there is no layer of this name") \
  X(range,     "a random number needs a limit above zero") \
  X(recording, "nothing was recorded under this name") \
  X(full,      "the recording is too long; what follows is not in it") \
  X(globals,   "there are too many variables") \
  X(asleep,    "the computer slept, so this was cut off") \
  X(gone,      "the computer was not connected, so this was cut off")
// clang-format on

constexpr ErrorCode kCodes[] = {
#define PIANOLA_X(code, text) ErrorCode::code,
    PIANOLA_ERRORS(PIANOLA_X)
#undef PIANOLA_X
};

constexpr bool are_in_order() {
  std::size_t number = 0;
  for (const ErrorCode code : kCodes) {
    if (static_cast<std::size_t>(code) != number++) return false;
  }
  return true;
}
static_assert(are_in_order());

constexpr char kUnknown[] = "unknown error";

/// The texts one after another, packed.
constexpr std::uint8_t kTexts[] = {
#include "engine/errors.inc"
};

}  // namespace

std::string_view error_text(ErrorCode code) {
  switch (code) {
#define PIANOLA_X(code, text) \
  case ErrorCode::code:       \
    return text;
    PIANOLA_ERRORS(PIANOLA_X)
#undef PIANOLA_X
  }
  return kUnknown;
}

void write_error(const Error& error, TextWriter& out) {
  const auto number = static_cast<std::size_t>(error.code);
  if (number < std::size(kCodes)) {
    PackedText text(find_packed(kTexts, number));
    for (char c = text.next(); c != 0; c = text.next()) out.put(c);
  } else {
    out << kUnknown;
  }
  if (!is_cut(error.code)) return;
  out << " after ";
  out.decimal(error.typed) << (error.typed == 1 ? " character or tap" : " characters and taps");
}

}  // namespace pianola::engine
