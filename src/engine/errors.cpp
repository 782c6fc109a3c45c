#include "engine/errors.hpp"

namespace pianola::engine {

std::string_view error_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::tasks:
      return "too many macros run at once";
    case ErrorCode::slots:
      return "the macros that run have too many local values";
    case ErrorCode::depth:
      return "calls are nested too deeply";
    case ErrorCode::keys:
      return "too many keys are held";
    case ErrorCode::overflow:
      return "a number became too large";
    case ErrorCode::zero:
      return "division by zero";
    case ErrorCode::type:
      return "a text stands where a number is needed";
    case ErrorCode::unset:
      return "a value is used before it is set";
    case ErrorCode::duration:
      return "a wait is too long";
    case ErrorCode::macro:
      return "there is no macro of this name";
    case ErrorCode::arguments:
      return "a macro is called with the wrong number of values";
    case ErrorCode::variable:
      return "there is no variable of this name";
    case ErrorCode::key:
      return "the layout has no key for this character";
    case ErrorCode::layout:
      return "there is no layout of this name";
    case ErrorCode::text:
      return "the text is not valid UTF-8";
    case ErrorCode::code:
      return "the stored macro is damaged";
    case ErrorCode::scopes:
      return "'without mods', 'defer' and 'match next' are nested too deeply";
    case ErrorCode::layer:
      return "there is no layer of this name";
    case ErrorCode::range:
      return "a random number needs a limit above zero";
    case ErrorCode::recording:
      return "nothing was recorded under this name";
    case ErrorCode::full:
      return "the recording is too long; what follows is not in it";
    case ErrorCode::globals:
      return "there are too many variables";
    case ErrorCode::asleep:
      return "the computer slept, so this was cut off";
    case ErrorCode::gone:
      return "the computer was not connected, so this was cut off";
  }
  return "unknown error";
}

void write_error(const Error& error, TextWriter& out) {
  out << error_text(error.code);
  if (!is_cut(error.code)) return;
  out << " after ";
  out.decimal(error.typed) << (error.typed == 1 ? " character or tap" : " characters and taps");
}

}  // namespace pianola::engine
