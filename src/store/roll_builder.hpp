#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/status.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/source.hpp"
#include "store/object.hpp"
#include "store/shown_text.hpp"
#include "store/stored_roll.hpp"

namespace pianola::store {

/// What becomes of the backup when a roll is saved that is another.
enum class Backup : std::uint8_t {
  replace,  ///< It is the roll that was in force. But one that is damaged, has no text, or was
            ///< never saved is no backup: then the older one stays.
  keep,     ///< It stays.
  drop,     ///< There is none.
};

/// What a save does besides.
struct SavePolicy {
  Backup backup = Backup::replace;
  /// If there is no room, the save goes on without the backup.
  bool may_drop_backup = true;
  /// Once the roll is in force, the overlay is empty.
  bool clear_draft = false;
};

/// Takes a roll from the compiler and puts it into the log. A definition whose source slice is
/// stored already is kept where it is, wherever it now stands in the file: while its code arrives,
/// it is compared with what is stored, and nothing is written unless it differs.
class RollBuilder final : public lang::RollWriter, private lang::KeptRoll {
 public:
  /// `source` is what is being compiled. Both are the caller's and outlive the builder.
  RollBuilder(Log& log, lang::Source& source, const SavePolicy& policy);

  Status begin_definition() override;
  Status append_code(std::span<const std::uint8_t> code) override;
  Status end_definition(std::uint32_t source_begin, std::uint32_t source_end) override;
  Status append_index(const lang::IndexEntry& entry) override;
  lang::KeptRoll* kept_roll() override;
  bool find_commented(std::uint32_t& begin, std::uint32_t& end) override;
  Status keep_commented() override;
  lang::KeptRoll* commented_roll() override;
  Status commit() override;
  void abandon() override;

  /// How many definitions stand as they stood.
  [[nodiscard]] std::uint32_t kept() const { return kept_; }
  /// How many definitions were written.
  [[nodiscard]] std::uint32_t written() const { return written_; }
  /// After commit(): the roll that was in force is the backup.
  [[nodiscard]] bool made_backup() const { return made_backup_; }

 private:
  /// Numbers of old definitions, all of which are gone: those between the two.
  struct Gap {
    std::uint32_t after = 0;
    std::uint32_t before = 0;
  };

  lang::Roll& roll() override { return in_force_; }
  bool promises(std::uint32_t& record) override;
  bool is_as_promised() override { return finish_roll() == Status::ok && !broken_; }
  bool keeps(std::uint32_t record) override;
  std::uint32_t record_of(std::uint32_t ordinal) override;
  std::uint32_t begin_of(std::uint32_t record) override;
  Status keep_index(const lang::IndexEntry& entry) override;

  /// A definition that stands in the source as comments: its number, and that in the new roll.
  struct Commented {
    std::uint32_t before = 0;
    std::uint32_t now = 0;
  };

  bool find_shown(std::uint32_t mark, std::uint32_t& begin, std::uint32_t& end);
  bool is_shown(std::uint32_t begin, const StoredRoll::Slice& slice);
  bool has_all_chunks(std::uint32_t object);
  bool is_commented(std::uint32_t record, std::uint32_t& now);
  bool is_kept_damaged(std::uint32_t record);
  bool promise();
  [[nodiscard]] const TreeRef& old_roll() const { return log_.root()[TreeRole::roll]; }
  std::size_t read_source(std::uint32_t begin, std::span<char> out);
  bool is_slice(std::uint32_t begin);
  bool may_start(std::span<const char> start, const TreeReader& last) const;
  std::size_t agrees(std::span<const std::uint8_t> code);
  std::uint32_t next_old(std::uint32_t after);
  bool find_slice(std::uint32_t begin);
  bool find_slice(std::uint32_t begin, std::uint32_t first, std::uint32_t last);
  Status write_instead();
  Status keep();
  bool new_label(bool replaces, std::uint32_t& label);
  Status finish_roll();
  void set_backup(Root& root);
  Status copy_source(std::uint32_t begin, std::uint32_t end);

  Log& log_;
  StoredRoll in_force_;  ///< What is kept of it gets no good checksum over a wrong bit.
  ShownText shown_;      ///< Of that roll.
  lang::Source& source_;
  SavePolicy policy_;
  LogNodes nodes_;
  ObjectReader old_;   ///< Of the roll that is in force.
  TreeBuilder& tree_;  ///< The log's: of the definitions' chunks, then of the index.
  ObjectWriter writer_;
  TreeRef roll_;  ///< Once it is complete.
  /// Of finish_roll(); Status::more: `roll_` is not complete yet.
  Status roll_done_ = Status::more;
  Chunk match_;                ///< The stored definition that this one seems to be.
  std::uint32_t matched_ = 0;  ///< Bytes of code that agree.
  bool matching_ = false;
  bool replaced_ = false;             ///< The definition before took the label of an old one.
  bool passed_ = false;               ///< find_slice() passed over old definitions.
  bool promised_ = false;             ///< This one is to keep its entries in the index.
  bool broken_ = false;               ///< One that was promised does not.
  bool relabels_ = false;             ///< All definitions get new labels.
  std::uint32_t begin_ = 0;           ///< Of this definition's slice.
  std::uint32_t cursor_ = 0;          ///< Label of the old definition that was kept last.
  std::uint32_t label_ = 0;           ///< Of the definition before, or of this one.
  std::uint32_t promised_label_ = 0;  ///< Of the last one that was promised.
  std::array<Gap, 8> gaps_{};         ///< Before it.
  std::uint8_t gap_count_ = 0;
  std::uint32_t commented_count_ = 0;
  bool commented_only_ = false;           ///< Those alone are kept with their entries.
  std::array<Commented, 8> commented_{};  ///< The first of them; others are looked for.
  Chunk found_;                           ///< The last chunk of what find_commented() found.
  std::uint32_t shown_from_ = 0;          ///< Where it looks on in the text in force.
  std::uint32_t kept_ = 0;
  std::uint32_t written_ = 0;
  bool made_backup_ = false;
};

}  // namespace pianola::store
