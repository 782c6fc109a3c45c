#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/text_writer.hpp"
#include "drive/directory_entry.hpp"
#include "drive/fat_reader.hpp"

namespace pianola::drive {

/// A file or folder of the root directory.
struct RootEntry : FileEntry {
  /// Most characters of a name that are kept: those of three entries of a long name.
  static constexpr std::size_t kNameRoom = 3 * kLongNamePlaces.size();

  std::array<char16_t, kNameRoom> name{};  ///< Its beginning, in UTF-16.
  std::uint8_t name_size = 0;              ///< Characters in `name`.
  bool is_cut = false;                     ///< The name is longer.
  std::uint8_t attributes = 0;
  std::uint32_t written = 0;  ///< When it was written last, as FAT has it.
  std::uint32_t sector = 0;   ///< Of the medium, in which its entry stands.
  std::uint32_t offset = 0;   ///< Of its entry there, in bytes.

  /// Upper and lower case are the same in all of these. `words` are small letters.
  [[nodiscard]] bool is_named(std::string_view words) const;
  [[nodiscard]] bool begins_with(std::string_view words) const;
  /// Whether the name ends so, as far as it is kept.
  [[nodiscard]] bool ends_with(std::string_view words) const;
  void write_name(TextWriter& out) const;

 private:
  [[nodiscard]] bool has(std::size_t at, std::string_view words) const;
};

/// Goes through the root directory of a volume.
class RootFolder {
 public:
  /// `fat` is open, the caller's, and outlives this.
  explicit RootFolder(FatReader& fat) : fat_(fat), cluster_(fat.root_cluster_) {}

  /// The next file or folder, by its long name or, if it has none, its short one. Lookup::missing:
  /// there is none left.
  Lookup next(RootEntry& out);

  /// The next one of that name, in small letters.
  Lookup find(std::string_view name, RootEntry& out);

  /// After Lookup::missing: where a new entry may stand. False if there is no place.
  bool free_place(std::uint32_t& sector, std::uint32_t& offset) const;

 private:
  using Bytes = std::array<std::uint8_t, kEntrySize>;

  Lookup next_bytes(Bytes& entry);
  void add_long(const Bytes& entry, RootEntry& out);
  [[nodiscard]] bool is_fixed() const { return fat_.root_entries_ != 0; }

  FatReader& fat_;
  std::uint32_t cluster_;
  std::uint32_t number_ = 0;  ///< Of the next entry.
  std::uint32_t sector_ = 0;  ///< Where the entry was that was read last.
  std::uint32_t free_sector_ = 0;
  std::uint32_t free_offset_ = 0;
  bool has_free_ = false;
  std::uint8_t pieces_ = 0;  ///< Entries of a long name that are still to come, 0xFF: none began.
  std::uint8_t checksum_ = 0;
};

}  // namespace pianola::drive
