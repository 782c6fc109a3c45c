#include "base/file_format.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pianola {
namespace {

std::string_view format(std::string_view text) {
  return foreign_format(std::span{text}.first(std::min(text.size(), kFormatHead)));
}

// What the first bytes of such files are is in the documents that file_format.cpp names.
TEST(FileFormat, IsToldByTheFirstBytes) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(format("\xFF\xFE\x46\0"sv), "UTF-16");
  EXPECT_EQ(format("\xFE\xFF\0F"sv), "UTF-16");
  EXPECT_EQ(format("F\0001\0"sv), "UTF-16");
  EXPECT_EQ(format("\0F\0001"sv), "UTF-16");
  EXPECT_EQ(format("{\\rtf1\\ansi\\deff0"), "RTF");
  EXPECT_EQ(format("<!DOCTYPE html>\n"), "HTML");
  EXPECT_EQ(format("<!doctype html>\n"), "HTML");
  EXPECT_EQ(format("<HTML>"), "HTML");
  EXPECT_EQ(format("\xEF\xBB\xBF<html lang=de>"), "HTML");
  EXPECT_EQ(format("\xEF\xBB\xBF<!DOCTYPE html>"), "HTML");
  EXPECT_EQ(format("<?xml version=\"1.0\"?>"), "XML");
  EXPECT_EQ(format("%PDF-1.7\n"), "PDF");
  EXPECT_EQ(format("PK\x03\x04\x14\0\x06\0"sv), "a DOCX or ODT document");
  EXPECT_EQ(format("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv), "an old Word document");
}

TEST(FileFormat, AllElseMayBeText) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {""sv, "F"sv, "\0"sv, "\0\0"sv, "F1 { \"x\" }"sv, "\xEF\xBB\xBF"sv, "\xEF\xBB\xBF# BOM"sv,
        "{"sv, "{\\rt"sv, "<h"sv, "'<' = none"sv, "%PDF"sv, "PK"sv, "# {\\rtf"sv, "\xD0\xCF"sv}) {
    EXPECT_EQ(format(text), "") << text;
  }
}

}  // namespace
}  // namespace pianola
