#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pianola::drive {

// What an entry of a FAT directory looks like. Numbers in brackets are chapters of Microsoft's FAT
// specification (version 1.03).

constexpr std::uint32_t kEntrySize = 32;
/// Bytes of a name in 8.3 form.
constexpr unsigned kShortNameSize = 11;

// Attributes, at byte 11 (6).

constexpr std::uint8_t kHiddenFile = 0x02;
constexpr std::uint8_t kSystemFile = 0x04;
/// The entry is the volume's name.
constexpr std::uint8_t kVolumeLabel = 0x08;
/// The entry is a folder.
constexpr std::uint8_t kFolder = 0x10;
/// The file was changed since it was copied to an archive.
constexpr std::uint8_t kArchive = 0x20;
/// All attributes of an entry that is part of a long name.
constexpr std::uint8_t kLongEntry = 0x0F;

/// The first byte of the only entry of a long name that fits into one (7).
constexpr std::uint8_t kOnlyLongEntry = 0x41;
/// Where the characters of a long name stand in an entry, 16 bits each (7).
constexpr std::array<std::uint8_t, 13> kLongNamePlaces = {1,  3,  5,  7,  9,  14, 16,
                                                          18, 20, 22, 24, 28, 30};

/// The first byte of an entry that is not in use (6).
constexpr std::uint8_t kDeletedEntry = 0xE5;

/// Makes the entry of an empty file at `at`. `name` is in 8.3 form without the point. All files
/// were made on 1 January 2026 at 12:00 (6.3): the device has no clock.
void put_short_entry(std::uint8_t* at, std::string_view name, std::uint8_t attributes);

/// Ties a long name to its short one, which begins at `name` (7.2).
template <typename Byte>
constexpr std::uint8_t name_checksum(const Byte* name) {
  unsigned sum = 0;
  for (unsigned i = 0; i < kShortNameSize; ++i) {
    sum = (((sum & 1U) << 7 | sum >> 1) + static_cast<std::uint8_t>(name[i])) & 0xFFU;
  }
  return static_cast<std::uint8_t>(sum);
}

}  // namespace pianola::drive
