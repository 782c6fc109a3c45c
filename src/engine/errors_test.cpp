#include "engine/errors.hpp"

#include <gtest/gtest.h>

#include <string>

#include "ports/memory/compile.hpp"

namespace pianola::engine {
namespace {

/// What write_error() writes of an error that the macro made itself.
std::string written(ErrorCode code) {
  memory::StringSink sink;
  TextWriter out(sink);
  write_error({.code = code}, out);
  return sink.text();
}

TEST(Errors, AreWrittenAsTheTableHasThem) {
  constexpr auto kLast = static_cast<unsigned>(ErrorCode::gone);
  for (unsigned code = 0; code <= kLast; ++code) {
    const auto error = static_cast<ErrorCode>(code);
    const std::string text(error_text(error));
    const std::string rest = is_cut(error) ? " after 0 characters and taps" : "";
    EXPECT_EQ(written(error), text + rest) << "run tools/pack_texts";
  }
  EXPECT_EQ(written(ErrorCode::zero), "division by zero");
  EXPECT_EQ(written(static_cast<ErrorCode>(kLast + 1)), "unknown error");
}

}  // namespace
}  // namespace pianola::engine
