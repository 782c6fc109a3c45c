#include "drive/root_folder.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/bytes.hpp"

namespace pianola::drive {
namespace {

/// A directory has at most so many entries (Microsoft FAT specification, 6).
constexpr std::uint32_t kMostEntries = 65536;
/// Flag of the first entry of a long name, which holds its end (7).
constexpr std::uint8_t kLastPiece = 0x40;
constexpr std::uint8_t kNoLongName = 0xFF;

/// The name of an entry in 8.3 form. Windows NT and Linux note in byte 12 what of it is in small
/// letters.
void read_short_name(const std::uint8_t* entry, RootEntry& out) {
  constexpr unsigned kStem = 8;
  out.name_size = 0;
  out.is_cut = false;
  for (unsigned i = 0; i < kShortNameSize; ++i) {
    if (i == kStem && entry[i] != ' ') out.name[out.name_size++] = u'.';
    if (entry[i] == ' ') continue;
    const bool is_small = (entry[12] & (i < kStem ? 0x08U : 0x10U)) != 0;
    const auto c = static_cast<char>(entry[i]);
    out.name[out.name_size++] = static_cast<unsigned char>(is_small ? to_lower(c) : c);
  }
}

}  // namespace

// ---- Names --------------------------------------------------------------------------------------

bool RootEntry::has(std::size_t at, std::string_view words) const {
  return std::equal(words.begin(), words.end(), name.begin() + at, [](char wanted, char16_t c) {
    return c < 0x80 && to_lower(static_cast<char>(c)) == wanted;
  });
}

bool RootEntry::is_named(std::string_view words) const {
  return !is_cut && name_size == words.size() && has(0, words);
}

bool RootEntry::begins_with(std::string_view words) const {
  return name_size >= words.size() && has(0, words);
}

bool RootEntry::ends_with(std::string_view words) const {
  return name_size >= words.size() && has(name_size - words.size(), words);
}

void RootEntry::write_name(TextWriter& out) const {
  for (std::size_t i = 0; i < name_size; ++i) {
    // A terminal must not take a name for commands.
    const bool is_control = name[i] < 0x20 || (name[i] >= 0x7F && name[i] < 0xA0);
    out.character(is_control ? U'\uFFFD' : name[i]);
  }
  if (is_cut) out << "…";
}

// ---- The folder ---------------------------------------------------------------------------------

/// The bytes of the next entry. Lookup::missing: the end.
Lookup RootFolder::next_bytes(Bytes& entry) {
  if (number_ == (is_fixed() ? fat_.root_entries_ : kMostEntries)) return Lookup::missing;
  std::uint32_t sector = number_ * kEntrySize / kSectorSize;
  const std::uint32_t offset = number_ * kEntrySize % kSectorSize;
  if (is_fixed()) {
    sector += fat_.root_;
  } else {
    const std::uint32_t in_cluster = sector % fat_.cluster_sectors_;
    if (offset == 0 && in_cluster == 0 && number_ > 0) {
      cluster_ = fat_.fat(cluster_);
      if (cluster_ == FatReader::kEnd) return Lookup::missing;
    }
    if (!fat_.is_cluster(cluster_)) return Lookup::damaged;
    sector = fat_.sector_of(cluster_) + in_cluster;
  }
  if (!fat_.sectors_.read(sector, offset, entry)) return Lookup::damaged;
  if (!has_free_ && (entry[0] == 0 || entry[0] == kDeletedEntry)) {
    has_free_ = true;
    free_sector_ = sector;
    free_offset_ = offset;
  }
  sector_ = sector;
  ++number_;
  return entry[0] == 0 ? Lookup::missing : Lookup::found;
}

/// An entry of a long name; they come from its end to its beginning.
void RootFolder::add_long(const Bytes& entry, RootEntry& out) {
  const unsigned piece = entry[0] & 0x3FU;
  if ((entry[0] & kLastPiece) != 0) {
    checksum_ = entry[13];
    pieces_ = static_cast<std::uint8_t>(piece);
    out.name_size = 0;
    out.is_cut = false;
  }
  if (piece == 0 || piece != pieces_ || checksum_ != entry[13]) {
    pieces_ = kNoLongName;
    return;
  }
  --pieces_;
  std::size_t at = pieces_ * kLongNamePlaces.size();
  for (const std::uint8_t place : kLongNamePlaces) {
    const std::uint32_t c = get16(&entry[place]);
    if (c == 0 || c == 0xFFFF) break;
    if (at == RootEntry::kNameRoom) out.is_cut = true;
    if (at >= RootEntry::kNameRoom) break;
    out.name[at++] = static_cast<char16_t>(c);
    out.name_size = std::max(out.name_size, static_cast<std::uint8_t>(at));
  }
  if (pieces_ * kLongNamePlaces.size() >= RootEntry::kNameRoom) out.is_cut = true;
}

Lookup RootFolder::next(RootEntry& out) {
  Bytes entry;
  pieces_ = kNoLongName;
  for (;;) {
    if (const Lookup lookup = next_bytes(entry); lookup != Lookup::found) return lookup;
    out.attributes = entry[11] & 0x3FU;
    if (entry[0] == kDeletedEntry) {
      pieces_ = kNoLongName;
      continue;
    }
    if (out.attributes == kLongEntry) {
      add_long(entry, out);
      continue;
    }
    const bool is_long = pieces_ == 0 && checksum_ == name_checksum(entry.data());
    pieces_ = kNoLongName;
    if ((out.attributes & kVolumeLabel) != 0) continue;
    if (!is_long) read_short_name(entry.data(), out);
    out.first = get16(&entry[26]) | (fat_.bits_ == 32 ? get16(&entry[20]) << 16 : 0);
    out.size = get32(&entry[28]);
    out.written = get32(&entry[22]);
    out.sector = sector_;
    out.offset = (number_ - 1) * kEntrySize % kSectorSize;
    return Lookup::found;
  }
}

[[gnu::noinline]] Lookup RootFolder::find(std::string_view name, RootEntry& out) {
  Lookup lookup = Lookup::found;
  do {
    lookup = next(out);
  } while (lookup == Lookup::found && !out.is_named(name));
  return lookup;
}

[[gnu::noinline]] bool RootFolder::free_place(std::uint32_t& sector, std::uint32_t& offset) const {
  sector = free_sector_;
  offset = free_offset_;
  return has_free_;
}

}  // namespace pianola::drive
