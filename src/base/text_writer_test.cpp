#include "base/text_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "ports/memory/compile.hpp"

namespace pianola {
namespace {

using memory::StringSink;

TEST(TextWriter, WordsAndNumbers) {
  StringSink sink;
  TextWriter{sink} << "a"
                   << ""
                   << "bc";
  TextWriter{sink}.put(' ').decimal(0U).put(' ').decimal(4294967295U).put(' ').decimal(-12);
  TextWriter{sink}.put(' ').decimal(std::numeric_limits<std::int32_t>::min()).fill('.', 3);
  EXPECT_EQ(sink.text(), "abc 0 4294967295 -12 -2147483648...");
}

TEST(TextWriter, Hexadecimal) {
  StringSink sink;
  TextWriter{sink}.hex(0xA, 2).put(' ').hex(0x12345, 4).put(' ').hex(0xFFFFFFFF, 8);
  TextWriter{sink}.put(' ').hex(0, 1);
  EXPECT_EQ(sink.text(), "0a 12345 ffffffff 0");
}

TEST(TextWriter, Characters) {
  StringSink sink;
  TextWriter{sink}.character(U'x').character(U'é').character(U'😀').character(0xD800);
  EXPECT_EQ(sink.text(), "xé😀\xEF\xBF\xBD");
}

}  // namespace
}  // namespace pianola
