#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "drive/sector_reader.hpp"

namespace pianola::test {

/// A host's FAT driver over a volume that it has read: it changes files in memory, and writes
/// sectors when it is told to, as the models of systems in host_models.hpp say. FAT12 and FAT16.
class FatHost {
 public:
  struct Write {
    std::uint32_t sector = 0;
    std::vector<std::uint8_t> data;
  };
  /// What flush() writes.
  enum class What : std::uint8_t { all, boot, fat, folders, data };
  /// Where the next cluster is looked for.
  enum class Allocation : std::uint8_t {
    next,   ///< After the one that was taken last.
    first,  ///< From the beginning.
  };

  explicit FatHost(std::vector<std::uint8_t> image, Allocation allocation = Allocation::next)
      : image_(std::move(image)), allocation_(allocation) {
    cluster_sectors_ = image_[13];
    fat_ = get16(&image_[14]);
    root_ = fat_ + image_[16] * get16(&image_[22]);
    root_sectors_ = get16(&image_[17]) / 16;
    data_ = root_ + root_sectors_;
    clusters_ = (static_cast<std::uint32_t>(image_.size() / kSector) - data_) / cluster_sectors_;
    is_fat12_ = clusters_ < 4085;
  }

  /// A folder: the number of its first cluster, 0 for the root.
  using Folder = std::uint32_t;
  static constexpr Folder kRoot = 0;

  /// The byte that says so in the boot sector (Linux, Windows NT).
  void mark_boot(bool dirty) {
    image_[0x25] = dirty ? 1 : 0;
    touch(0, What::boot);
  }
  /// The bit in FAT[1] (Windows 9x, NT, macOS); FAT12 has none.
  void mark_fat(bool dirty) {
    if (!is_fat12_) set_fat(1, dirty ? 0x7FFF : 0xFFFF);
  }

  /// Makes an empty file with a long name, unless it is there.
  void create(std::string_view name, Folder folder = kRoot) {
    if (find(name, folder) == nullptr) add(name, 0x20, 0, folder);
  }
  Folder make_folder(std::string_view name) {
    const std::uint32_t cluster = take_cluster();
    add(name, 0x10, cluster, kRoot);
    for (std::uint32_t i = 0; i < cluster_sectors_; ++i) {
      std::fill_n(&image_[(sector_of(cluster) + i) * kSector], kSector, 0);
      touch(sector_of(cluster) + i, What::folders);
    }
    add_raw(".          ", 0x10, cluster, cluster);
    add_raw("..         ", 0x10, 0, cluster);
    return cluster;
  }
  /// Frees a file's clusters: it is empty then.
  void truncate(std::string_view name, Folder folder = kRoot) {
    std::uint8_t* const entry = find(name, folder);
    free_chain(get16(entry + 26));
    put16(entry + 26, 0);
    put32(entry + 28, 0);
    touch_entry(entry);
  }
  /// Appends to a file.
  void append(std::string_view name, std::string_view text, Folder folder = kRoot) {
    std::uint8_t* const entry = find(name, folder);
    const std::uint32_t size = get32(entry + 28);
    write_at(entry, size, text);
  }
  /// Writes over what is there, in the clusters that are there; the file becomes as long as the
  /// text.
  void overwrite(std::string_view name, std::string_view text, Folder folder = kRoot) {
    std::uint8_t* const entry = find(name, folder);
    write_at(entry, 0, text);
    const auto size = static_cast<std::uint32_t>(text.size());
    put32(entry + 28, size);
    std::uint32_t cluster = get16(entry + 26);
    if (size == 0) {
      free_chain(cluster);
      put16(entry + 26, 0);
      return;
    }
    const std::uint32_t unit = cluster_sectors_ * kSector;
    for (std::uint32_t i = 0; i < (size - 1) / unit; ++i) cluster = fat(cluster);
    if (!is_end(fat(cluster))) free_chain(fat(cluster));
    set_fat(cluster, 0xFFFF);
  }
  void remove(std::string_view name, Folder folder = kRoot) {
    std::uint8_t* const entry = find(name, folder);
    free_chain(get16(entry + 26));
    erase_entry(entry, folder);
  }
  /// Gives a file another name; a file that has it is removed.
  void rename(std::string_view from, std::string_view to) {
    if (find(to, kRoot) != nullptr) remove(to);
    std::uint8_t* const entry = find(from, kRoot);
    std::array<std::uint8_t, 32> old{};
    std::copy_n(entry, 32, old.begin());
    erase_entry(entry, kRoot);
    std::uint8_t* const made = add(to, old[11], get16(&old[26]), kRoot);
    put32(made + 28, get32(&old[28]));
    touch_entry(made);
  }

  /// Writes what was changed, in order of the sectors.
  void flush(What what = What::all) {
    std::set<std::uint32_t>& dirty = dirty_;
    for (auto it = dirty.begin(); it != dirty.end();) {
      if (what == What::all || kind_of(*it) == what) {
        const auto begin = image_.begin() + *it * kSector;
        log.push_back({*it, {begin, begin + kSector}});
        it = dirty.erase(it);
      } else {
        ++it;
      }
    }
  }
  [[nodiscard]] const std::vector<std::uint8_t>& image() const { return image_; }

  std::vector<Write> log;

 private:
  static constexpr std::uint32_t kSector = drive::kSectorSize;

  [[nodiscard]] std::uint32_t sector_of(std::uint32_t cluster) const {
    return data_ + (cluster - 2) * cluster_sectors_;
  }
  void touch(std::uint32_t sector, What what) {
    dirty_.insert(sector);
    if (what == What::folders) folders_.insert(sector);
  }
  [[nodiscard]] What kind_of(std::uint32_t sector) const {
    if (sector < fat_) return What::boot;
    if (sector < root_) return What::fat;
    return sector < data_ || folders_.contains(sector) ? What::folders : What::data;
  }
  void touch_entry(const std::uint8_t* entry) {
    touch(static_cast<std::uint32_t>((entry - image_.data()) / kSector), What::folders);
  }

  [[nodiscard]] bool is_end(std::uint32_t entry) const {
    return entry >= (is_fat12_ ? 0xFF8U : 0xFFF8U);
  }
  [[nodiscard]] std::uint32_t fat(std::uint32_t cluster) const {
    const std::uint8_t* const fat = &image_[fat_ * kSector];
    if (!is_fat12_) return get16(fat + cluster * 2);
    const std::uint32_t pair = get16(fat + cluster * 3 / 2);
    return cluster % 2 != 0 ? pair >> 4 : pair & 0xFFF;
  }
  void set_fat(std::uint32_t cluster, std::uint32_t value) {
    std::uint8_t* const fat = &image_[fat_ * kSector];
    const std::uint32_t at = is_fat12_ ? cluster * 3 / 2 : cluster * 2;
    if (is_fat12_) {
      const std::uint32_t pair = get16(fat + at);
      value &= 0xFFF;
      put16(fat + at, cluster % 2 != 0 ? (pair & 0xF) | value << 4 : (pair & 0xF000) | value);
    } else {
      put16(fat + at, value);
    }
    touch(fat_ + at / kSector, What::fat);
    touch(fat_ + (at + 1) / kSector, What::fat);
  }
  std::uint32_t take_cluster() {
    for (std::uint32_t i = 0; i < clusters_; ++i) {
      const std::uint32_t from = allocation_ == Allocation::next ? last_ + 1 : 2;
      const std::uint32_t cluster = 2 + (from - 2 + i) % clusters_;
      if (fat(cluster) != 0) continue;
      set_fat(cluster, 0xFFFF);
      return last_ = cluster;
    }
    return 0;
  }
  void free_chain(std::uint32_t cluster) {
    while (cluster >= 2 && !is_end(cluster)) {
      const std::uint32_t next = fat(cluster);
      set_fat(cluster, 0);
      cluster = next;
    }
  }

  void write_at(std::uint8_t* entry, std::uint32_t offset, std::string_view text) {
    const std::uint32_t unit = cluster_sectors_ * kSector;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto at = static_cast<std::uint32_t>(offset + i);
      if (i == 0 || at % unit == 0) reach(entry, at / unit);
      const std::uint32_t sector = sector_of(current_) + at % unit / kSector;
      if (at % kSector == 0 && at >= get32(entry + 28)) {
        std::fill_n(&image_[sector * kSector], kSector, 0);
      }
      image_[sector * kSector + at % kSector] = static_cast<std::uint8_t>(text[i]);
      touch(sector, What::data);
    }
    const auto end = static_cast<std::uint32_t>(offset + text.size());
    put32(entry + 28, std::max(get32(entry + 28), end));
    touch_entry(entry);
  }
  /// Makes current_ the file's cluster `index`, taking new ones at the end.
  void reach(std::uint8_t* entry, std::uint32_t index) {
    current_ = get16(entry + 26);
    if (current_ == 0) {
      current_ = take_cluster();
      put16(entry + 26, current_);
    }
    for (std::uint32_t i = 0; i < index; ++i) {
      std::uint32_t next = fat(current_);
      if (is_end(next)) {
        next = take_cluster();
        set_fat(current_, next);
      }
      current_ = next;
    }
  }

  // ---- Folders ----------------------------------------------------------------------------------

  /// Entry `index` of a folder of one cluster, or of the root.
  std::uint8_t* slot(Folder folder, std::uint32_t index) {
    const std::uint32_t sectors = folder == kRoot ? root_sectors_ : cluster_sectors_;
    if (index >= sectors * 16) return nullptr;
    return &image_[(folder == kRoot ? root_ : sector_of(folder)) * kSector + index * 32];
  }
  static std::uint8_t checksum(const std::uint8_t* name) {
    unsigned sum = 0;
    for (unsigned i = 0; i < 11; ++i) sum = (((sum & 1) << 7 | sum >> 1) + name[i]) & 0xFF;
    return static_cast<std::uint8_t>(sum);
  }
  static constexpr std::array<unsigned, 13> kPlaces = {1,  3,  5,  7,  9,  14, 16,
                                                       18, 20, 22, 24, 28, 30};
  static std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
    return out;
  }
  std::uint8_t* find(std::string_view name, Folder folder) {
    std::string long_name;
    for (std::uint32_t i = 0;; ++i) {
      std::uint8_t* const entry = slot(folder, i);
      if (entry == nullptr || entry[0] == 0) return nullptr;
      if (entry[0] == 0xE5) {
        long_name.clear();
        continue;
      }
      if (entry[11] == 0x0F) {
        std::string part;
        for (const unsigned place : kPlaces) {
          const std::uint32_t c = get16(entry + place);
          if (c == 0 || c == 0xFFFF) break;
          part += static_cast<char>(c);
        }
        long_name = part + long_name;
        continue;
      }
      std::string short_name;
      for (unsigned k = 0; k < 11; ++k) {
        if (k == 8 && entry[8] != ' ') short_name += '.';
        if (entry[k] != ' ') short_name += static_cast<char>(entry[k]);
      }
      const std::string& known = long_name.empty() ? short_name : long_name;
      if (lower(known) == lower(name)) return entry;
      long_name.clear();
    }
  }
  std::uint8_t* add_raw(std::string_view short_name, std::uint8_t attributes, std::uint32_t cluster,
                        Folder folder, std::string_view long_name = {}) {
    const auto pieces = static_cast<std::uint32_t>((long_name.size() + 12) / 13);
    std::uint32_t first = 0;
    for (std::uint32_t run = 0; run < pieces + 1; ++first) {
      const std::uint8_t* const entry = slot(folder, first);
      run = entry[0] == 0 || entry[0] == 0xE5 ? run + 1 : 0;
    }
    first -= pieces + 1;
    std::array<std::uint8_t, 11> name{};
    std::copy(short_name.begin(), short_name.end(), name.begin());
    for (std::uint32_t i = 0; i < pieces; ++i) {
      std::uint8_t* const entry = slot(folder, first + i);
      const std::uint32_t part = pieces - 1 - i;
      std::fill_n(entry, 32, 0);
      entry[0] = static_cast<std::uint8_t>((part + 1) | (i == 0 ? 0x40 : 0));
      entry[11] = 0x0F;
      entry[13] = checksum(name.data());
      for (std::size_t k = 0; k < kPlaces.size(); ++k) {
        const std::size_t at = part * 13 + k;
        std::uint32_t c = 0xFFFF;
        if (at < long_name.size()) c = static_cast<unsigned char>(long_name[at]);
        if (at == long_name.size()) c = 0;
        put16(entry + kPlaces[k], c);
      }
      touch_entry(entry);
    }
    std::uint8_t* const entry = slot(folder, first + pieces);
    std::fill_n(entry, 32, 0);
    std::copy(name.begin(), name.end(), entry);
    entry[11] = attributes;
    put16(entry + 24, (2026 - 1980) << 9 | 6 << 5 | 1);
    put16(entry + 26, cluster);
    touch_entry(entry);
    return entry;
  }
  std::uint8_t* add(std::string_view name, std::uint8_t attributes, std::uint32_t cluster,
                    Folder folder) {
    // Short names need only be different from each other; macros.txt has the one that fits.
    std::string short_name = lower(name) == "macros.txt" ? "MACROS  TXT" : "FILE    TMP";
    while (short_name[0] == 'F' && (made_ == 0 || has_short_name(short_name, folder))) {
      const std::string number = std::to_string(++made_);
      std::copy(number.begin(), number.end(), short_name.begin() + 4);
    }
    return add_raw(short_name, attributes, cluster, folder, name);
  }
  bool has_short_name(std::string_view name, Folder folder) {
    for (std::uint32_t i = 0; slot(folder, i) != nullptr && *slot(folder, i) != 0; ++i) {
      if (std::equal(name.begin(), name.end(), slot(folder, i))) return true;
    }
    return false;
  }
  void erase_entry(std::uint8_t* entry, Folder folder) {
    const std::uint8_t* const first = slot(folder, 0);
    entry[0] = 0xE5;
    touch_entry(entry);
    while (entry > first && entry[-32 + 11] == 0x0F && entry[-32] != 0xE5) {
      entry -= 32;
      entry[0] = 0xE5;
      touch_entry(entry);
    }
  }

  std::vector<std::uint8_t> image_;
  Allocation allocation_;
  std::uint32_t cluster_sectors_ = 1;
  std::uint32_t fat_ = 1;
  std::uint32_t root_ = 0;
  std::uint32_t root_sectors_ = 0;
  std::uint32_t data_ = 0;
  std::uint32_t clusters_ = 0;
  bool is_fat12_ = true;
  std::uint32_t last_ = 1;  ///< The cluster that was taken last.
  std::uint32_t current_ = 0;
  unsigned made_ = 0;
  std::set<std::uint32_t> dirty_;
  std::set<std::uint32_t> folders_;  ///< Sectors of folders among the data.
};

/// The same writes in another order, in which what is written to one sector stays in order: so the
/// volume ends up the same. With `marked`, what is written first and last, the marks that say that
/// the host is at work, stay so.
inline std::vector<FatHost::Write> permuted(const std::vector<FatHost::Write>& log, unsigned seed,
                                            bool marked = false) {
  std::vector<std::uint32_t> sectors;
  for (const FatHost::Write& write : log) sectors.push_back(write.sector);
  std::mt19937 random(seed);
  const auto first = sectors.begin() + (marked ? 1 : 0);
  std::shuffle(first, sectors.end(), random);
  if (marked) {
    // The last write to that sector is the last of all.
    const auto last = std::find(sectors.rbegin(), sectors.rend(), log.back().sector);
    std::rotate(last.base() - 1, last.base(), sectors.end());
  }
  std::vector<FatHost::Write> out;
  std::vector<bool> used(log.size());
  for (const std::uint32_t sector : sectors) {
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (used[i] || log[i].sector != sector) continue;
      used[i] = true;
      out.push_back(log[i]);
      break;
    }
  }
  return out;
}

}  // namespace pianola::test
