#pragma once

#include <cstdint>
#include <string_view>

#include "base/text_writer.hpp"

namespace pianola::engine {

/// What can go wrong while macros run. Each of them ends the task and its callers, but for `full`,
/// and `globals`, which is told when a roll is loaded. `asleep` and `gone` end all tasks, and are
/// told of each macro that nobody called.
enum class ErrorCode : std::uint8_t {
  tasks,      ///< All tasks of the pool are in use.
  slots,      ///< No room for the locals.
  depth,      ///< Calls nested deeper than kMaxDepth.
  keys,       ///< More keys are held than the engine has room for.
  overflow,   ///< A result does not fit into 32 bits.
  zero,       ///< Division by zero.
  type,       ///< A text where an integer is needed.
  unset,      ///< A local that has no value yet.
  duration,   ///< A wait of more than lang::kMaxDuration.
  macro,      ///< No macro of this name.
  arguments,  ///< A call with the wrong number of values.
  variable,   ///< No global of this name.
  key,        ///< The layout has no key for this character.
  layout,     ///< No layout of this name.
  text,       ///< Text that is not UTF-8.
  code,       ///< Bytecode that breaks the rules of opcode.hpp.
  scopes,     ///< Nested deeper than lang::kMaxScopes in `without mods`, `defer` and `match next`.
  layer,      ///< No layer of this name.
  range,      ///< `random(n)` with n below 1.
  recording,  ///< No recording of this name.
  full,       ///< A recording became too long: it ends, but the macro goes on.
  globals,    ///< More globals than the engine has room for; the last ones do not exist.
  asleep,     ///< The host sleeps, and did not wake to take a report.
  gone,       ///< The host is gone.
};

/// One error and the instruction that it happened at.
struct Error {
  ErrorCode code{};
  std::uint32_t record = 0;  ///< Number of the definition.
  std::uint32_t offset = 0;  ///< In its code.
  /// With is_cut(): how many characters and taps it had typed; the last may not have arrived.
  std::uint32_t typed = 0;
  friend constexpr bool operator==(const Error&, const Error&) = default;
};

/// Whether the macro did nothing wrong: the host cut it off.
constexpr bool is_cut(ErrorCode code) {
  return code == ErrorCode::asleep || code == ErrorCode::gone;
}

/// What `code` means, as a user can understand it: one English clause without a full stop.
std::string_view error_text(ErrorCode code);

/// Writes error_text(), and how far the macro came if it was cut off.
void write_error(const Error& error, TextWriter& out);

/// Takes the errors of macros. Must not call the engine.
class ErrorSink {
 public:
  virtual void error(const Error& error) = 0;

 protected:
  ~ErrorSink() = default;
};

}  // namespace pianola::engine
