#include "drive/other_texts.hpp"

#include <algorithm>
#include <array>

#include "base/file_format.hpp"
#include "base/fnv.hpp"
#include "drive/drive_text.hpp"

namespace pianola::drive {

using std::string_view_literals::operator""sv;
namespace {

/// Bytes at the beginning of a file that are looked at.
constexpr std::size_t kHead = 64;
/// Texts that are named.
constexpr unsigned kMostNamed = 4;

/// Whether a text would have no such byte.
constexpr bool is_binary(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r';
}

/// Whether the name ends in one of `ends`, each of which ends in a zero, as does the whole.
bool ends_with_any(const RootEntry& entry, const char* ends) {
  for (std::string_view end = ends; !end.empty(); end = end.data() + end.size() + 1) {
    if (entry.ends_with(end)) return true;
  }
  return false;
}

/// Whether somebody who writes a text may have called it so, and not somebody who keeps pictures.
bool is_name_of_text(const RootEntry& entry) {
  return entry.begins_with("macros"sv) || ends_with_any(entry, ".txt\0.rtf\0.doc\0.docx\0.odt\0");
}

/// Whether an editor keeps an older or unfinished text under such a name.
bool is_name_of_backup(const RootEntry& entry) {
  return entry.name[0] == u'~' || entry.name[0] == u'#' || ends_with_any(entry, "~\0.bak\0.tmp\0");
}

/// Whether the device makes a file of that name itself; the backup can be edited.
bool is_own_name(const RootEntry& entry) {
  for (std::string_view own = "macros.txt\0errors.txt\0help.txt\0status.txt\0"; !own.empty();
       own = own.data() + own.size() + 1) {
    if (entry.is_named(own)) return true;
  }
  return false;
}

}  // namespace

bool OtherTexts::may_count(const RootEntry& entry) const {
  constexpr std::uint8_t kNotAFile = kFolder | kHiddenFile | kSystemFile;
  if ((entry.attributes & kNotAFile) != 0 || entry.size == 0 || is_own_name(entry)) return false;
  if (entry.name[0] == u'.' || ends_with_any(entry, ".ini\0.inf\0")) return false;
  return !has_macros_ || !is_name_of_backup(entry);
}

bool OtherTexts::reads_as_text(const RootEntry& entry, std::string_view& format) {
  if (!fat_.is_cluster(entry.first)) return false;
  const std::uint32_t sector = fat_.sector_of(entry.first);
  // The backup as it was is no news; after a save its place is kept in the overlay.
  if (entry.is_named("backup.txt"sv) && (session_.taken() || !session_.in_overlay(sector))) {
    return false;
  }
  std::array<std::uint8_t, kHead> head;
  if (!session_.read(sector, 0, head)) return false;
  const std::span text{reinterpret_cast<const char*>(head.data()),
                       std::min<std::size_t>(kHead, entry.size)};
  format = foreign_format(text.first(std::min(text.size(), kFormatHead)));
  if (!format.empty()) return is_name_of_text(entry);
  for (const char c : text) {
    if (is_binary(c)) return false;
  }
  return true;
}

bool OtherTexts::next(RootEntry& entry, std::string_view& format) {
  while (folder_.next(entry) == Lookup::found) {
    if (may_count(entry) && reads_as_text(entry, format)) return true;
  }
  return false;
}

std::uint32_t file_mark(const RootEntry& entry) {
  std::uint32_t mark = kFnvStart;
  const auto add = [&](std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      mark = fnv_step(mark, static_cast<std::uint8_t>(value >> shift));
    }
  };
  for (std::size_t i = 0; i < entry.name_size; ++i) add(entry.name[i]);
  add(entry.written);
  add(entry.first);
  add(entry.size);
  return mark;
}

void write_other_texts(OtherTexts& texts, TextWriter& out) {
  RootEntry entry;
  std::string_view format;
  std::uint32_t count = 0;
  while (texts.next(entry, format)) {
    if (++count > kMostNamed) continue;
    entry.write_name(out);
    if (format.empty()) {
      write_text(out, DriveText::another_name);
    } else {
      write_text(out, DriveText::file_is);
      out << format;
      write_text(out, DriveText::save_as_text);
    }
  }
  if (count <= kMostNamed) return;
  count -= kMostNamed;
  write_text(out, DriveText::and_more, &count);
}

}  // namespace pianola::drive
