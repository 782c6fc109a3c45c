#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pianola::scenario {

/// What is wrong with a piece of text and where.
struct TextError {
  std::string message;
  std::size_t offset = 0;  ///< Bytes from the start.
  std::size_t size = 1;    ///< Bytes that are wrong; at least one is shown.
};

/// `error` in GCC's form: place, message, the line and a caret. `line` is the line with the error
/// and `number` what to call it; the error's offset counts from the line's start.
std::string format_error(std::string_view file, std::size_t number, std::string_view line,
                         const TextError& error);

/// What was read from a text, or what is wrong with the text.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : value_(std::move(value)) {}
  Result(TextError error) : error_(std::move(error)) {}

  /// Whether there is a value.
  explicit operator bool() const { return value_.has_value(); }

  [[nodiscard]] Value& operator*() {
    assert(value_);
    return *value_;
  }
  [[nodiscard]] Value* operator->() { return &**this; }

  /// Says something only if there is no value.
  [[nodiscard]] const TextError& error() const { return error_; }

 private:
  std::optional<Value> value_;
  TextError error_;
};

}  // namespace pianola::scenario
