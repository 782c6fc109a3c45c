#include "base/file_format.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace pianola {
namespace {

struct Format {
  std::string_view begin;  ///< Small letters stand for capitals too.
  std::string_view name;
};

constexpr Format kFormats[] = {
    {"\xFF\xFE", "UTF-16"},
    {"\xFE\xFF", "UTF-16"},
    {"{\\rtf", "RTF"},  // Rich Text Format 1.9.1, "Header"
    {"<!doc", "HTML"},  // HTML, 13.1.1
    {"<html", "HTML"},
    {"<?xml", "XML"},                              // XML 1.0, 2.8
    {"%pdf-", "PDF"},                              // ISO 32000-1, 7.5.2
    {"pk\x03\x04", "a DOCX or ODT document"},      // ZIP, APPNOTE 4.3.7: what these are in
    {"\xD0\xCF\x11\xE0", "an old Word document"},  // [MS-CFB] 2.2
};

}  // namespace

std::string_view foreign_format(std::span<const char> head) {
  // UTF-16 without a mark: half of an ASCII character is zero.
  if (head.size() >= 2 && (head[0] == 0) != (head[1] == 0)) return kFormats[0].name;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (std::string_view(head.data(), head.size()).starts_with(kMark)) {
    head = head.subspan(kMark.size());
  }
  for (const auto& [begin, name] : kFormats) {
    const auto is_same = [](char a, char b) { return a == to_lower(b); };
    if (head.size() >= begin.size() &&
        std::equal(begin.begin(), begin.end(), head.begin(), is_same)) {
      return name;
    }
  }
  return {};
}

}  // namespace pianola
