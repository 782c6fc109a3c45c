#include "base/file_format.hpp"

#include "base/ascii.hpp"

namespace pianola {
namespace {

/// How a format begins, where small letters stand for capitals too, and what it is called; both
/// end in a zero, and so does the whole.
constexpr char kFormats[] =
    "\xFF\xFE\0UTF-16\0"
    "\xFE\xFF\0UTF-16\0"
    "{\\rtf\0RTF\0"                              // Rich Text Format 1.9.1, "Header"
    "<!doc\0HTML\0"                              // HTML, 13.1.1
    "<html\0HTML\0"                              //
    "<?xml\0XML\0"                               // XML 1.0, 2.8
    "%pdf-\0PDF\0"                               // ISO 32000-1, 7.5.2
    "pk\x03\x04\0a DOCX or ODT document\0"       // ZIP, APPNOTE 4.3.7: what these are in
    "\xD0\xCF\x11\xE0\0an old Word document\0";  // [MS-CFB] 2.2
constexpr std::string_view kUtf16 = "UTF-16";

}  // namespace

std::string_view foreign_format(std::span<const char> head) {
  // UTF-16 without a mark: half of an ASCII character is zero.
  if (head.size() >= 2 && (head[0] == 0) != (head[1] == 0)) return kUtf16;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (std::string_view(head.data(), head.size()).starts_with(kMark)) {
    head = head.subspan(kMark.size());
  }
  for (const char* at = kFormats; *at != 0;) {
    std::size_t same = 0;
    while (at[same] != 0 && same < head.size() && at[same] == to_lower(head[same])) ++same;
    const std::string_view name = at + std::string_view(at).size() + 1;
    if (at[same] == 0) return name;
    at = name.data() + name.size() + 1;
  }
  return {};
}

}  // namespace pianola
