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

#include "ports/sim/memory_compiler.hpp"
#include "ports/sim/memory_roll.hpp"
#include "store/save.hpp"
#include "store/store.hpp"
#include "store/tree.hpp"

namespace pianola::testing {

/// All that a store holds, by value: from a store, or as it should be.
struct StoreState {
  /// Key, position of the definition, code, body, labels, frame, parameters.
  using Index = std::tuple<lang::IndexKey, std::uint32_t, std::uint32_t, std::uint32_t,
                           std::uint32_t, unsigned, unsigned>;

  bool saved = false;
  std::string text;
  std::vector<sim::MemoryRoll::Definition> definitions;
  std::vector<Index> index;
  std::map<std::uint32_t, std::vector<std::uint8_t>> draft;

  friend bool operator==(const StoreState&, const StoreState&) = default;

  static Index index_of(const lang::IndexEntry& entry, std::uint32_t position) {
    return {entry.key, position, entry.code, entry.body, entry.labels, entry.frame, entry.params};
  }

  /// The roll as the compiler makes it in memory; the draft stays.
  void set_text(std::string_view macros) {
    saved = true;
    text = macros;
    sim::MemorySource source(macros);
    sim::MemoryRoll roll(&source);
    sim::MemoryScratch scratch;
    sim::Findings findings;
    lang::Compiler(source, roll, scratch, findings).run();
    definitions = roll.definitions();
    index.clear();
    for (const auto& entry : roll.index()) index.push_back(index_of(entry, entry.record));
  }
};

/// A store on somebody's flash, with the RAM that it needs.
class StoreRig {
 public:
  using Frames = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  explicit StoreRig(flash::NorFlash& flash)
      : memory_(store::Log::memory_size(flash.geometry())), store_(flash, memory_) {}
  StoreRig(const StoreRig&) = delete;
  StoreRig& operator=(const StoreRig&) = delete;

  [[nodiscard]] store::Store& store() { return store_; }
  store::Mount mount() { return store_.mount(); }

  lang::Status save(std::string_view text) {
    sim::MemorySource source(text);
    return save(source);
  }
  /// Other text in place of `count` definitions from `position` on.
  lang::Status edit(std::uint32_t position, std::uint32_t count, std::string_view text) {
    store::EditedText source(store_.roll(), position, count, text);
    return save(source);
  }
  lang::Status draft(std::uint32_t first, std::span<const std::uint8_t> data) {
    return store_.write_draft(first, data);
  }

  /// All that can be read.
  [[nodiscard]] StoreState state() {
    StoreState out;
    store::StoredRoll& roll = store_.roll();
    out.saved = store_.saved();
    out.text = text();
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
    for (auto next = store_.next_draft(0); next; next = store_.next_draft(*next + 1)) {
      std::array<std::uint8_t, store::Store::kDraftSector> data{};
      if (store_.read_draft(*next, data)) out.draft[*next].assign(data.begin(), data.end());
    }
    return out;
  }

  /// The whole text, or what comes before the first damaged place.
  [[nodiscard]] std::string text() {
    std::string out;
    std::array<char, 256> piece{};
    while (const std::size_t count =
               store_.roll().read_text(static_cast<std::uint32_t>(out.size()), piece)) {
      out.append(piece.data(), count);
    }
    return out;
  }

  /// Code and source of a definition as far as they can be read.
  [[nodiscard]] sim::MemoryRoll::Definition definition(std::uint32_t record) {
    store::StoredRoll& roll = store_.roll();
    sim::MemoryRoll::Definition out;
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
    const store::Root& root = store_.log().root();
    check_tree("roll", root.roll, true, out, wrong);
    check_tree("draft", root.draft, true, out, wrong);
    check_tree("index", root.index, false, out, wrong);
    std::sort(out.begin(), out.end());
    return out;
  }

  /// What is wrong with what is in force; empty if nothing is.
  [[nodiscard]] std::string check() {
    std::string wrong;
    const Frames frames = this->frames(wrong);
    const std::uint32_t sector = store_.log().geometry().sector_size;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto [begin, size] = frames[i];
      if (i > 0 && frames[i - 1].first + frames[i - 1].second > begin) wrong += "overlap; ";
      if (begin % sector + size > sector) wrong += "a frame in two sectors; ";
      if (!store_.log().in_use(begin / sector)) wrong += "a sector in force counts as free; ";
    }
    return wrong;
  }

 private:
  /// Notes frames, and what is wrong with their order and checksums.
  class Checker final : public store::TreeVisitor {
   public:
    Checker(flash::NorFlash& flash, bool chunks, Frames& frames)
        : flash_(flash), chunks_(chunks), frames_(frames) {}

    void node(std::uint32_t address, std::uint32_t size, unsigned, bool good) override {
      frames_.emplace_back(address, size);
      if (!good) wrong += "node at " + std::to_string(address) + "; ";
    }
    void entry(const store::Entry& entry) override {
      if (any_ && entry.key <= last_) wrong += "keys do not rise; ";
      any_ = true;
      last_ = entry.key;
      ++entries;
      if (!chunks_) return;
      const store::Chunk chunk = store::to_chunk(entry);
      if (chunk.offset != offset_) wrong += "a chunk is missing; ";
      offset_ = chunk.last ? 0 : chunk.offset + chunk.size;
      if (chunk.last) ++objects;
      if (chunk.size > 0) frames_.emplace_back(chunk.address, store::chunk_frames(chunk.size));
      std::array<std::uint8_t, store::kBlockFrame> block{};
      for (std::uint32_t done = 0; done < chunk.size; done += store::kBlock) {
        const std::uint32_t size = std::min<std::uint32_t>(store::kBlock, chunk.size - done);
        const auto frame = std::span(block).first(size + 3);
        (void)flash_.read(chunk.address + done / store::kBlock * store::kBlockFrame, frame);
        if (frame[0] != size ||
            store::crc16(frame.first(size + 1)) != store::get16(frame.data() + size + 1)) {
          wrong += "block of object " + std::to_string(chunk.object) + "; ";
        }
      }
    }

    std::string wrong;
    std::uint32_t entries = 0;
    std::uint32_t objects = 0;

   private:
    flash::NorFlash& flash_;
    bool chunks_;
    Frames& frames_;
    bool any_ = false;
    lang::IndexKey last_;
    std::uint32_t offset_ = 0;
  };

  lang::Status save(lang::Source& source) {
    sim::MemoryScratch scratch;
    sim::Findings findings;
    return store::Save(store_, source, scratch, findings).run();
  }

  void check_tree(const char* name, const store::TreeRef& tree, bool chunks, Frames& frames,
                  std::string& wrong) {
    Checker checker(store_.log().flash(), chunks, frames);
    store::walk(store_.log().flash(), chunks ? store::TreeKind::chunks : store::TreeKind::index,
                tree, checker);
    if ((chunks ? checker.objects : checker.entries) != tree.count) checker.wrong += "count; ";
    if (!checker.wrong.empty()) wrong += std::string(name) + ": " + checker.wrong;
  }

  std::vector<std::uint8_t> memory_;
  store::Store store_;
};

}  // namespace pianola::testing
