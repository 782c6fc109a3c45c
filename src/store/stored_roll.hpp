#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"
#include "lang/compile/source.hpp"
#include "store/object.hpp"

namespace pianola::store {

/// Where code and source of a definition stand, so that a task that goes on needs no search.
struct CodePlace {
  std::uint32_t record = 0;
  std::uint32_t offset = 0;     ///< Of the chunk's first byte in the definition.
  std::uint32_t address = 0;    ///< Of the chunk.
  std::uint32_t code = 0;       ///< Bytes of the definition's code, behind which its source stands.
  std::uint16_t size : 15 = 0;  ///< Of the chunk; 0: this is no place.
  std::uint16_t last : 1 = 0;   ///< The definition ends with this chunk.
  std::uint8_t before = 0;      ///< Of a chunk in a leaf: bytes of that before it; of a piece 0.
  std::uint8_t leaf = 0;        ///< Payload of that leaf.

  /// How many of the chunk's bytes are code.
  [[nodiscard]] std::uint32_t code_here() const {
    const std::uint32_t rest = code > offset ? code - offset : 0;
    return rest < size ? rest : size;
  }
};

/// One for each of 16 tasks.
using CodePlaces = std::array<CodePlace, 16>;
static_assert(sizeof(CodePlaces) <= 320);

/// The roll in flash, read through the log's state: nothing of it is held but where it was read
/// last. A record number is the definition's object number.
class StoredRoll final : public lang::Roll {
 public:
  /// Which of the log's rolls it is.
  enum class Of : std::uint8_t {
    roll,
    roll_checked,  ///< The same, never read in place: to be copied or built upon.
    backup,        ///< Without an index.
  };

  /// `log` is mounted before the first read, and outlives the roll; so do `places`. If there are
  /// none, each change from one definition's code to another's is a search.
  explicit StoredRoll(Log& log, Of of = Of::roll, std::span<CodePlace> places = {});
  StoredRoll(const StoredRoll&) = delete;
  StoredRoll& operator=(const StoredRoll&) = delete;

  [[nodiscard]] std::uint32_t size() const override { return tree().count; }
  std::uint32_t record_at(std::uint32_t position) override;
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override;
  std::size_t read_source(std::uint32_t record, std::uint32_t offset, std::span<char> out) override;
  [[nodiscard]] std::uint32_t index_size() const override { return index().count; }
  bool index_entry(std::uint32_t position, lang::IndexEntry& out) override;
  std::uint32_t lower_bound(const lang::IndexKey& key) override;

  /// Changes when the content does: when there is a new roll. Where it keeps its bytes may change
  /// without it.
  [[nodiscard]] std::uint32_t epoch() const { return log_.root().roll_version; }
  /// Bytes of a definition's code; 0 if there is no such definition.
  std::uint32_t code_size(std::uint32_t record) { return open(record) ? code_ : 0; }
  /// Bytes of the whole text.
  [[nodiscard]] std::uint32_t text_size() const { return tree().bytes; }
  /// Reads the text from `offset` on, across definitions. Fewer bytes than asked for at its end,
  /// and before a place that is damaged; at least one otherwise.
  std::size_t read_text(std::uint32_t offset, std::span<char> out);
  /// Where the definition at `position` begins in the text; the text's size after the last one.
  std::uint32_t begin_of(std::uint32_t position);
  /// The definition that holds byte `offset` of the text, and where it begins. False after the end.
  bool definition_at(std::uint32_t offset, Chunk& last, std::uint32_t& begin);

  /// What a byte of the text belongs to.
  struct Slice {
    std::uint32_t begin = 0;   ///< In the text.
    std::uint32_t size = 0;    ///< In bytes.
    std::uint32_t record = 0;  ///< The definition's; 0: what tells of definitions cannot be read.
    bool framed = false;       ///< Some of its source stands in frames of its own.
  };
  /// The slice that holds byte `offset` of the text. False after the end.
  bool slice_at(std::uint32_t offset, Slice& out);
  /// How many bytes of the text, `offset` and those that follow in its slice, can be read if this
  /// one can, and cannot if it cannot, for they stand in one frame: at least one.
  std::uint32_t run_at(std::uint32_t offset);

 private:
  [[nodiscard]] const TreeRef& tree() const {
    return log_.root()[of_ == Of::backup ? TreeRole::backup : TreeRole::roll];
  }
  [[nodiscard]] TreeRef index() const {
    return of_ == Of::backup ? TreeRef{} : log_.root()[TreeRole::index];
  }
  void refresh();
  enum class Part : std::uint8_t { code, source };
  const CodePlace* find_place(std::uint32_t record, std::uint32_t offset);
  const CodePlace* new_place(std::uint32_t record, std::uint32_t offset);
  bool find_source(std::uint32_t record, std::uint32_t& begin);
  std::size_t read_part(Part part, std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out);
  std::size_t read(const CodePlace& place, std::uint32_t from, std::span<std::uint8_t> out);
  bool open(std::uint32_t record);
  void opened(const Chunk& last);
  bool open_at(std::uint32_t offset);
  std::size_t read(std::uint32_t begin, std::uint32_t size, std::uint32_t offset,
                   std::span<std::uint8_t> out);

  Log& log_;
  Of of_;
  InPlace* in_place_;             ///< Null: all is read and checked.
  CodePlace place_;               ///< If there are no others.
  std::span<CodePlace> places_;   ///< At least one.
  std::uint16_t used_ = 0;        ///< A bit for each that was used since it was last passed over.
  std::uint8_t last_place_ = 0;   ///< That code was read at last.
  std::uint8_t next_victim_ = 0;  ///< That is given up first, unless it was used.
  ObjectReader objects_;
  Place index_place_;             ///< Of the entry that was read last, if `index_known_`.
  std::uint32_t moves_ = 0;       ///< Log::moves() when what is remembered was read.
  std::uint32_t record_ = 0;      ///< The definition that was opened last, if `opened_`.
  std::uint32_t code_ = 0;        ///< Bytes of code of that definition.
  std::uint32_t source_ = 0;      ///< Bytes of source of that definition.
  std::uint32_t tail_ = 0;        ///< Where its last chunk begins in that definition.
  std::uint32_t text_begin_ = 0;  ///< Where it begins in the text, if `text_known_`.
  bool opened_ = false;
  bool text_known_ = false;
  bool index_known_ = false;
};

/// Its text, as a source.
class StoredText final : public lang::Source {
 public:
  explicit StoredText(StoredRoll& roll) : roll_(roll) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    return roll_.read_text(offset, out);
  }

 private:
  StoredRoll& roll_;
};

}  // namespace pianola::store
