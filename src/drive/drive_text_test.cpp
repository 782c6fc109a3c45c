#include "drive/drive_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "ports/memory/compile.hpp"

namespace pianola::drive {
namespace {

TEST(DriveText, IsThatOfTheTable) {
  constexpr std::string_view kTexts[] = {
#define PIANOLA_X(symbol, text) text,
      PIANOLA_DRIVE_TEXTS(PIANOLA_X)
#undef PIANOLA_X
  };
  constexpr std::array<std::uint32_t, 5> kNumbers = {7, 7, 7, 7, 7};
  std::uint8_t number = 0;
  for (const std::string_view text : kTexts) {
    std::string expected(text);
    for (std::size_t at = 0; (at = expected.find("{n}")) != std::string::npos;) {
      expected.replace(at, 3, "7");
    }
    memory::StringSink sink;
    TextWriter out(sink);
    write_text(out, static_cast<DriveText>(number++), kNumbers.data());
    EXPECT_EQ(sink.text(), expected) << "run tools/pack_texts";
  }
}

}  // namespace
}  // namespace pianola::drive
