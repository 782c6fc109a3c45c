#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.hpp"
#include "hid/layout.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/diagnostic.hpp"
#include "lang/compile/scratch.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Makes the sorted index from the scratch records at the end of a file: maps characters of
/// triggers to keys, sorts by external merge, and on the way finds names and triggers that are
/// declared twice, names that are not declared, and calls with the wrong number of values. RAM is
/// constant.
///
/// Beside a roll in force whose definitions are kept (`Context::kept`), the records are those of
/// other definitions only. A first pass over both, which writes and reports nothing, finds out
/// whether anything between the two might be wrong. If so the index is_uncertain(): the compiler
/// then gives the records of all definitions to another builder.
class IndexBuilder {
 public:
  struct Context {
    Source& source;
    Scratch& scratch;
    RollWriter& writer;
    DiagnosticSink& sink;
    hid::Layout layout;     ///< The file's.
    std::uint32_t letters;  ///< One bit for each from a on that something in the file types.
    bool leader;            ///< `set trigger = leader`: bindings of bare keys need it.
    bool write;             ///< False when the file has errors: only check.
    KeptRoll* kept = nullptr;
    /// One bit for each entry of its roll, or fewer, which are then shared: something in a
    /// definition that is kept uses the name.
    std::span<std::uint8_t> marks{};
    /// What is kept stands in the source as comments. The records are those of all others, and the
    /// index is never uncertain: of what is declared twice the record counts.
    bool commented = false;
    /// False: of a name that nothing uses nobody is told where, it is only counted.
    bool tells_unused = true;
  };

  /// `records`: how many there are in the scratch.
  explicit IndexBuilder(std::uint32_t records) : records_(records) {}

  /// A bounded piece of work. Status::more, ok when the index is complete, or what failed.
  Status step(const Context& context);
  /// Nothing was written, and the records of all definitions are needed.
  [[nodiscard]] bool is_uncertain() const { return uncertain_; }

  /// Notes in `marks` that a definition of the roll in force, `record`, which is kept, uses the
  /// name of `key`. False if the roll has no such name.
  static bool mark_use(Roll& roll, std::span<std::uint8_t> marks, std::uint32_t record,
                       const IndexKey& key);

 private:
  static constexpr std::uint32_t kBatch = 32;  // items or entries handled in one step
  static constexpr std::uint32_t kUseBit = 0x80000000U;
  static constexpr std::uint32_t kRun = 16;  // items sorted in RAM at a time
  static constexpr std::uint32_t kFan = 8;   // runs merged at a time

  enum class Phase : std::uint8_t { runs, merge, probe, check, unused };
  /// What the records are sorted by.
  struct SortItem {
    IndexKey key;
    std::uint32_t record = 0;  // its place; kUseBit is set for a use
    friend constexpr auto operator<=>(const SortItem&, const SortItem&) = default;
  };
  struct Head {
    SortItem item;
    std::uint32_t next;  // item to read after this one
    std::uint32_t end;   // of its run
    bool live;
  };
  /// A name that is kept, and that nothing uses.
  struct Unused {
    std::uint32_t record;
    std::uint32_t hash;
  };
  static constexpr std::uint32_t kUnused = 16;  // found at a time
  /// Where the work beside a roll in force stands.
  struct Keeping {
    std::uint32_t stored_at = 0;  // the next entry of that roll
    bool has_same = false;        // `same` is its entry with the key of the last item,
    bool same_kept = false;       // and is kept
    std::uint32_t same_at = 0;    // position of it
    IndexEntry same;
    std::uint32_t unused_count = 0;  // kept names that nothing uses
    std::uint32_t told = 0;          // how many of them were reported
    std::uint32_t told_record = 0;   // the last of those
    std::uint32_t found = 0;         // how many `unused` has
    std::uint32_t next = 0;          // the first of them that was not reported
    Position place;                  // up to which lines were counted
    std::array<Unused, kUnused> unused{};
  };

  /// What is needed one after the other.
  union Work {
    Work() : heads{} {}
    std::array<Head, kFan> heads;  // merge
    Keeping keeping;               // probe and later, if there is a roll in force
  };

  Status runs_step(const Context& context);
  Status merge_step(const Context& context);
  Status check_step(const Context& context);
  void next_level(const Context& context);
  void sorted(const Context& context);
  bool open_heads(const Context& context);
  static bool advance(const Context& context, Head& head);
  static void sort_run(std::span<SortItem> items);
  static bool read_item(const Context& context, std::uint32_t index, SortItem& item,
                        ScratchRecord& record);
  Status check(const Context& context, const SortItem& item, const ScratchRecord& record);
  Status declaration(const Context& context, const SortItem& item, const ScratchRecord& record);
  bool clashes_with_dance(const Context& context, const SortItem& item,
                          const ScratchRecord& record);
  bool options_differ(const Context& context, const SortItem& item, const ScratchRecord& record);
  void check_options(const Context& context, const SortItem& item, const ScratchRecord& record);
  static void report_options(const Context& context, const ScratchRecord& record,
                             const ScratchRecord& other);
  bool find_declaration(const Context& context, const IndexKey& key, ScratchRecord& out) const;
  Status use(const Context& context, const SortItem& item, const ScratchRecord& record);
  Status check_used(const Context& context);
  static void check_letter(const Context& context, const SortItem& item,
                           const ScratchRecord& record);
  static void report_text_use(const Context& context, const ScratchRecord& declared,
                              const ScratchRecord& use, std::string_view name);
  void unknown_name(const Context& context, const ScratchRecord& record, std::string_view name);
  std::string_view closest_declared(const Context& context, const IndexKey& key,
                                    std::string_view name, std::array<char, kMaxName>& out);
  static std::string_view name_of(const Context& context, const ScratchRecord& record,
                                  std::array<char, kMaxName>& out);
  static void pass(Position& at, char byte, char before);
  static Position position_of(const Context& context, const ScratchRecord& record);
  static void locate(const Context& context, const ScratchRecord& record, Diagnostic& diagnostic);
  static bool resolve(const Context& context, const ScratchRecord& record, IndexKey& key);

  // index_keeping.cpp: beside the roll in force
  Status end_items(const Context& context);
  Status pass_stored(const Context& context, const SortItem* item);
  Status pass_all_stored(const Context& context, const SortItem* item, std::uint32_t& count);
  bool is_fine(const Context& context, const IndexEntry& entry, bool kept) const;
  bool is_fine_kept(const Context& context, const IndexEntry& entry) const;
  Status probe(const Context& context, const SortItem& item, const ScratchRecord& record);
  bool is_fine_declaration(const Context& context, const SortItem& item,
                           const ScratchRecord& record) const;
  bool is_kept_name(const Context& context, const SortItem& item, const ScratchRecord& record);
  bool is_fine_use(const Context& context, const SortItem& item, const ScratchRecord& record) const;
  bool was_used(const Context& context, const SortItem& item, const ScratchRecord& record) const;
  void start_unused();
  Status unused_step(const Context& context);
  void find_unused(const Context& context);
  void report_unused(const Context& context, const Unused& unused);

  std::uint32_t records_;
  Phase phase_ = Phase::runs;
  std::uint32_t taken_ = 0;  // records read for the runs
  std::uint32_t position_ =
      0;                     // the next record's place (runs), or the item to read (merge, check)
  std::uint32_t begin_ = 0;  // items of this level: [begin_, end_)
  std::uint32_t end_ = 0;
  std::uint32_t written_ = 0;  // items appended so far
  std::uint32_t run_ = kRun;   // length of a run of this level
  bool merging_ = false;       // heads are open
  bool declared_ = false;      // declared_item_ holds the last declaration
  bool used_ = false;          // and something uses it
  bool uncertain_ = false;
  SortItem declared_item_;
  Work work_;
};

}  // namespace pianola::lang
