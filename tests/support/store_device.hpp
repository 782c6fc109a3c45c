#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "edit/edited_text.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/roll.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/current_roll.hpp"
#include "store/save.hpp"
#include "store/store.hpp"
#include "store/tree.hpp"

namespace pianola::test {

/// All that a store holds, by value: from a store, or as it should be.
struct StoreState {
  /// Key, position of the definition, code, body, labels, frame, parameters.
  using Index = std::tuple<lang::IndexKey, std::uint32_t, std::uint32_t, std::uint32_t,
                           std::uint32_t, unsigned, unsigned>;

  bool saved = false;
  std::string text;
  std::string backup;
  std::vector<memory::Roll::Definition> definitions;
  std::vector<Index> index;
  std::map<std::uint32_t, std::vector<std::uint8_t>> draft;

  friend bool operator==(const StoreState&, const StoreState&) = default;

  static Index index_of(const lang::IndexEntry& entry, std::uint32_t position) {
    return {entry.key, position, entry.code, entry.body, entry.labels, entry.frame, entry.params};
  }

  /// The roll as the compiler makes it in memory, and the backup that a save of it leaves; the
  /// draft stays.
  void set_text(std::string_view macros) {
    if (saved && !text.empty() && text != macros) backup = text;
    saved = true;
    text = macros;
    memory::Source source(macros);
    memory::Roll roll(&source);
    memory::Scratch scratch;
    memory::Findings findings;
    lang::Compiler(source, roll, scratch, findings).run();
    definitions = roll.definitions();
    index.clear();
    for (const auto& entry : roll.index()) index.push_back(index_of(entry, entry.record));
  }
};

/// A store on somebody's flash, with the RAM that it needs.
class StoreDevice {
 public:
  using Frames = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  explicit StoreDevice(flash::NorFlash& flash)
      : memory_(store::Log::memory_size(flash.geometry())), store(flash, memory_), current(store) {}
  StoreDevice(const StoreDevice&) = delete;
  StoreDevice& operator=(const StoreDevice&) = delete;

  store::Mount mount() { return store.mount(); }

  /// Saves `text`; what the compiler found is in `findings`.
  Status save(std::string_view text, const store::SavePolicy& policy = {}) {
    memory::Source source{text};
    return save(source, policy);
  }
  Status save(lang::Source& source, const store::SavePolicy& policy = {}) {
    memory::Scratch scratch;
    return save(source, scratch, policy);
  }
  Status save(lang::Source& source, lang::Scratch& scratch, const store::SavePolicy& policy = {}) {
    findings = {};
    store::Save save{store, source, scratch, findings, policy};
    const Status status = save.run();
    kept = save.kept();
    written = save.written();
    unchanged = save.unchanged();
    made_backup = save.made_backup();
    return status;
  }
  /// Saves the text in force with `count` definitions from `position` on replaced.
  Status edit(std::uint32_t position, std::uint32_t count, std::string_view text) {
    edit::EditedText edited{current};
    edited.replace_definitions(position, count, text);
    return save(edited);
  }
  /// Writes to the overlay.
  Status draft(std::uint32_t first, std::span<const std::uint8_t> data) {
    return store.write_draft(first, data);
  }

  /// All that can be read.
  [[nodiscard]] StoreState state() {
    StoreState out;
    store::StoredRoll& roll = store.roll();
    out.saved = store.saved();
    out.text = text();
    out.backup = backup();
    std::map<std::uint32_t, std::uint32_t> positions;
    for (std::uint32_t i = 0; i < roll.size(); ++i) {
      const std::uint32_t record = roll.record_at(i);
      positions[record] = i;
      out.definitions.push_back(definition(record));
    }
    for (std::uint32_t i = 0; i < roll.index_size(); ++i) {
      lang::IndexEntry entry;
      if (!roll.index_entry(i, entry)) break;
      const auto position = positions.find(entry.record);
      out.index.push_back(
          StoreState::index_of(entry, position == positions.end() ? 0xFFFFFFFF : position->second));
    }
    for (auto next = store.next_draft(0); next; next = store.next_draft(*next + 1)) {
      std::vector<std::uint8_t> data(store.draft_size(*next));
      if (store.read_draft(*next, 0, data) == data.size()) out.draft[*next] = data;
    }
    return out;
  }

  /// The stored text, or what comes before the first damaged place.
  [[nodiscard]] std::string text() { return text_of(store.roll()); }
  /// Likewise the backup.
  [[nodiscard]] std::string backup() {
    store::StoredRoll backup{store.log(), store::StoredRoll::Of::backup};
    return text_of(backup);
  }

  /// Code and source of a definition as far as they can be read.
  [[nodiscard]] memory::Roll::Definition definition(std::uint32_t record) {
    store::StoredRoll& roll = store.roll();
    memory::Roll::Definition out;
    std::array<std::uint8_t, 256> code{};
    while (const std::size_t count =
               roll.read_code(record, static_cast<std::uint32_t>(out.code.size()), code)) {
      out.code.insert(out.code.end(), code.begin(), code.begin() + count);
    }
    std::array<char, 256> source{};
    while (const std::size_t count =
               roll.read_source(record, static_cast<std::uint32_t>(out.source.size()), source)) {
      out.source.append(source.data(), count);
    }
    return out;
  }

  /// Where the frames in force stand: address and size. What is wrong with them is appended to
  /// `wrong`.
  [[nodiscard]] Frames frames(std::string& wrong) {
    Frames out;
    const store::Root& root = store.log().root();
    check_tree("roll", root[store::TreeRole::roll], true, out, wrong);
    check_tree("draft", root[store::TreeRole::draft], true, out, wrong);
    check_tree("index", root[store::TreeRole::index], false, out, wrong);
    // What the backup has in common with the roll stands there once.
    Frames roll = out;
    Frames backup;
    std::sort(roll.begin(), roll.end());
    check_tree("backup", root[store::TreeRole::backup], true, backup, wrong);
    for (const auto& frame : backup) {
      if (!std::binary_search(roll.begin(), roll.end(), frame)) out.push_back(frame);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  /// What is wrong with what is in force; empty if nothing is.
  [[nodiscard]] std::string check() {
    std::string wrong;
    const Frames frames = this->frames(wrong);
    const std::uint32_t sector = store.log().geometry().sector_size;
    // What the log believes to be in force must be all of it.
    store.log().mark();
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto [begin, size] = frames[i];
      if (i > 0 && frames[i - 1].first + frames[i - 1].second > begin) wrong += "overlap; ";
      if (begin % sector + size > sector) wrong += "a frame in two sectors; ";
      for (std::uint32_t at = begin; at < begin + size; at += store::kPage) {
        if (!store.log().in_force(at)) wrong += "a page in force counts as free; ";
      }
      if (!store.log().in_use(store.log().sector_of(begin / sector))) {
        wrong += "a sector in force counts as free; ";
      }
    }
    return wrong;
  }

 private:
  /// Notes frames, and what is wrong with their order and checksums.
  class Checker final : public store::TreeVisitor {
   public:
    Checker(flash::NorFlash& flash, Frames& frames) : flash_(flash), frames_(frames) {}

    void node(std::uint32_t address, std::uint32_t size, unsigned, bool good) override {
      frames_.emplace_back(address, size);
      if (!good) wrong += "node at " + std::to_string(address) + "; ";
    }
    void entry(const lang::IndexEntry& entry) override { add_key(entry.key); }
    void chunk(const store::Chunk& chunk) override {
      add_key(key_of(chunk));
      if (chunk.offset != offset_) wrong += "a chunk is missing; ";
      offset_ = chunk.last ? 0 : chunk.offset + chunk.size;
      objects += chunk.last ? 1 : 0;
      if (chunk.inside) return;
      frames_.emplace_back(chunk.address, store::data_frames(chunk.size));
      std::array<std::uint8_t, store::kMaxFrame> memory{};
      for (std::uint32_t done = 0; done < chunk.size; done += store::kPayload) {
        const std::uint32_t size = std::min<std::uint32_t>(store::kPayload, chunk.size - done);
        const auto frame = std::span(memory).first(size + 6);
        (void)flash_.read(chunk.address + done / store::kPayload * store::kMaxFrame, frame);
        Crc32 crc;
        crc.add(frame.first(size + 2));
        if (frame[1] != size || crc.value() != get32(frame.data() + size + 2)) {
          wrong += "data of object " + std::to_string(chunk.object) + "; ";
        }
      }
    }

    std::string wrong;
    std::uint32_t entries = 0;
    std::uint32_t objects = 0;

   private:
    void add_key(const lang::IndexKey& key) {
      if (any_ && key <= last_) wrong += "keys do not rise; ";
      any_ = true;
      last_ = key;
      ++entries;
    }

    flash::NorFlash& flash_;
    Frames& frames_;
    bool any_ = false;
    lang::IndexKey last_;
    std::uint32_t offset_ = 0;
  };

  static std::string text_of(store::StoredRoll& roll) {
    std::string out;
    std::array<char, 256> piece{};
    while (const std::size_t count =
               roll.read_text(static_cast<std::uint32_t>(out.size()), piece)) {
      out.append(piece.data(), count);
    }
    return out;
  }

  void check_tree(const char* name, const store::TreeRef& tree, bool objects, Frames& frames,
                  std::string& wrong) {
    Checker checker(store.log().view(), frames);
    store::walk(store.log().view(), objects ? store::TreeKind::objects : store::TreeKind::index,
                tree, checker);
    if ((objects ? checker.objects : checker.entries) != tree.count) checker.wrong += "count; ";
    if (!checker.wrong.empty()) wrong += std::string(name) + ": " + checker.wrong;
  }

  std::vector<std::uint8_t> memory_;

 public:
  store::Store store;
  store::CurrentRoll current;
  memory::Findings findings;
  std::uint32_t kept = 0;  ///< By the last save; likewise below.
  std::uint32_t written = 0;
  bool unchanged = false;
  bool made_backup = false;
};

/// `count` definitions: keys of their own, each typing a text of `size` characters. One each line.
inline std::string many_macros(unsigned count, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    std::string words = "number " + std::to_string(i) + " ";
    while (words.size() < size) words += "and so on ";
    words.resize(size);
    text += "macro m" + std::to_string(i) + " { \"" + words + "\" }\n";
  }
  return text;
}

}  // namespace pianola::test
