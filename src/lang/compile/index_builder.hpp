#pragma once

#include <array>
#include <cstdint>
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
  };

  /// `records`: how many there are in the scratch.
  explicit IndexBuilder(std::uint32_t records) : records_(records) {}

  /// A bounded piece of work. Status::more, ok when the index is complete, or what failed.
  Status step(const Context& context);

 private:
  static constexpr std::uint32_t kRun = 16;  // items sorted in RAM at a time
  static constexpr std::uint32_t kFan = 8;   // runs merged at a time

  enum class Phase : std::uint8_t { runs, merge, check };
  struct Head {
    SortItem item;
    std::uint32_t next = 0;  // item to read after this one
    std::uint32_t end = 0;   // of its run
    bool live = false;
  };

  Status runs_step(const Context& context);
  Status merge_step(const Context& context);
  Status check_step(const Context& context);
  void next_level();
  bool open_heads(const Context& context);
  static bool advance(const Context& context, Head& head);
  Status check(const Context& context, const SortItem& item);
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
  static bool resolve(const Context& context, const ScratchRecord& record, IndexKey& key);

  std::uint32_t records_;
  Phase phase_ = Phase::runs;
  std::uint32_t position_ = 0;  // of the next record (runs) or item (merge, check) to read
  std::uint32_t begin_ = 0;     // items of this level: [begin_, end_)
  std::uint32_t end_ = 0;
  std::uint32_t written_ = 0;  // items appended so far
  std::uint32_t run_ = kRun;   // length of a run of this level
  bool merging_ = false;       // heads are open
  bool declared_ = false;      // declared_item_ holds the last declaration
  bool used_ = false;          // and something uses it
  bool mirrored_ = false;      // mirror_ waits to be sorted in
  SortItem mirror_;            // a text with the key that its index entry has
  SortItem declared_item_;
  std::array<Head, kFan> heads_{};
};

}  // namespace pianola::lang
