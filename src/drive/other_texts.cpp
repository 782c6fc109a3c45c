#include "drive/other_texts.hpp"

#include <algorithm>
#include <array>

#include "base/file_format.hpp"
#include "base/fnv.hpp"
#include "drive/drive_text.hpp"

namespace pianola::drive {
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

template <std::size_t kCount>
bool ends_with_any(const RootEntry& entry, const std::array<std::string_view, kCount>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return entry.ends_with(end); });
}

/// Whether somebody who writes a text may have called it so, and not somebody who keeps pictures.
bool is_name_of_text(const RootEntry& entry) {
  constexpr std::array<std::string_view, 5> kEnds = {".txt", ".rtf", ".doc", ".docx", ".odt"};
  return entry.begins_with("macros") || ends_with_any(entry, kEnds);
}

/// Whether an editor keeps an older or unfinished text under such a name.
bool is_name_of_backup(const RootEntry& entry) {
  constexpr std::array<std::string_view, 3> kEnds = {"~", ".bak", ".tmp"};
  return entry.begins_with("~") || entry.begins_with("#") || ends_with_any(entry, kEnds);
}

}  // namespace

bool OtherTexts::may_count(const RootEntry& entry) const {
  constexpr std::uint8_t kNotAFile = kFolder | kHiddenFile | kSystemFile;
  constexpr std::array<std::string_view, 2> kOfWindows = {".ini", ".inf"};
  if ((entry.attributes & kNotAFile) != 0 || entry.size == 0) return false;
  if (entry.begins_with(".") || ends_with_any(entry, kOfWindows)) return false;
  for (const std::string_view own : {"macros.txt", "errors.txt", "help.txt", "status.txt"}) {
    if (entry.is_named(own)) return false;
  }
  return !has_macros_ || !is_name_of_backup(entry);
}

bool OtherTexts::reads_as_text(const RootEntry& entry, std::string_view& format) {
  if (!fat_.is_cluster(entry.first)) return false;
  const std::uint32_t sector = fat_.sector_of(entry.first);
  // The backup as it was is no news; after a save its place is kept in the overlay.
  if (entry.is_named("backup.txt") && (session_.taken() || !session_.in_overlay(sector))) {
    return false;
  }
  std::array<std::uint8_t, kHead> head;
  if (!session_.read(sector, 0, head)) return false;
  const std::span text{reinterpret_cast<const char*>(head.data()),
                       std::min<std::size_t>(kHead, entry.size)};
  format = foreign_format(text.first(std::min(text.size(), kFormatHead)));
  if (!format.empty()) return is_name_of_text(entry);
  return std::none_of(text.begin(), text.end(), is_binary);
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
