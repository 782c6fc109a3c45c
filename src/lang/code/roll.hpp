#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/code/trigger.hpp"

namespace pianola::lang {

/// What an index entry stands for.
enum class IndexSpace : std::uint8_t { trigger, macro, variable, layer, setting, text };

/// The key of an index entry. Ordered by `scope`, then `high`, then `low`.
/// Built by trigger_key() and name_key(); nobody else takes it apart but key_*() below.
struct IndexKey {
  std::uint32_t scope = 0;  ///< name_hash of the layer; 0 outside layers and for names.
  std::uint32_t high =
      0;  ///< space (4 bits) · trigger kind (4) · second (16) · 6 bits 0 · many (1) · more (1).
  std::uint32_t low =
      0;  ///< triggers: usage (16) · sides (4) · exact (8) · either (4); else a hash or number.

  friend constexpr auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

/// The key of a name: macro, variable, layer (name_hash) or setting (its number).
constexpr IndexKey name_key(IndexSpace space, std::uint32_t hash) {
  return {0, static_cast<std::uint32_t>(space) << 28, hash};
}

/// The modifiers that `mods` names as four bits, whichever side they are on.
constexpr std::uint32_t mod_sides(TriggerMods mods) {
  return (mods.either | mods.exact | (std::uint32_t{mods.exact} >> 4)) & 0xFU;
}

/// The key of a trigger whose keys are resolved to usages. For `text` and `event` + layer, `low` is
/// the hash; for other events and `vial` the number. What `second` is: for `event` its number, for
/// `dance` the Clause; for `together` one of its keys: there is an entry for each of them. The
/// usage is then that of the other of two; of more keys, and of several after the leader, there is
/// kManyInIndex and in place of the usage keys_hash(), and `second` of the latter is the first.
/// Triggers of a key that name the same modifiers stand together, whatever they say about sides;
/// those that let others be down, too (TriggerMods::more), stand behind all others of their kind.
constexpr IndexKey trigger_key(std::uint32_t scope, TriggerKind kind, TriggerMods mods,
                               std::uint32_t low16_or_hash, std::uint16_t second = 0) {
  const auto high = (static_cast<std::uint32_t>(IndexSpace::trigger) << 28) |
                    (static_cast<std::uint32_t>(kind) << 24) | (std::uint32_t{second} << 8) |
                    (mods.more ? 1U : 0U);
  if (kind == TriggerKind::text || kind == TriggerKind::event) return {scope, high, low16_or_hash};
  return {scope, high,
          (low16_or_hash << 16) | (mod_sides(mods) << 12) | (std::uint32_t{mods.exact} << 4) |
              mods.either};
}

/// What a key stands for.
constexpr IndexSpace key_space(const IndexKey& key) {
  return static_cast<IndexSpace>(key.high >> 28);
}

/// The key in the index of a text, given that of a variable of its name.
constexpr IndexKey text_key(const IndexKey& key) { return name_key(IndexSpace::text, key.low); }

/// In IndexKey::high: the trigger has more keys than the index key names.
inline constexpr std::uint32_t kManyInIndex = 2;

/// What stands for many keys in an index key: a sum of their usages, in their order (of `together`
/// the least first). The engine tells triggers that share it apart by their code; the compiler
/// takes two of one key for the same, which is an error and no more than one in 65,536.
constexpr std::uint16_t keys_hash(std::span<const std::uint16_t> usages) {
  std::uint32_t hash = kFnvStart;
  for (const std::uint16_t usage : usages) {
    hash = fnv_step(hash, static_cast<std::uint8_t>(usage));
    hash = fnv_step(hash, static_cast<std::uint8_t>(usage >> 8));
  }
  return static_cast<std::uint16_t>(hash ^ hash >> 16);
}

/// The kind of a trigger's key.
constexpr TriggerKind key_kind(const IndexKey& key) {
  return static_cast<TriggerKind>((key.high >> 24) & 0xFU);
}
/// `second` of trigger_key().
constexpr std::uint16_t key_second(const IndexKey& key) {
  return static_cast<std::uint16_t>(key.high >> 8);
}

/// The modifiers inside a trigger's key (not for `text` and `event`).
constexpr TriggerMods key_mods(const IndexKey& key) {
  return {static_cast<std::uint8_t>(key.low >> 4), static_cast<std::uint8_t>(key.low & 0xF),
          (key.high & 1U) != 0};
}

/// Where a trigger or a name leads.
struct IndexEntry {
  IndexKey key;
  std::uint32_t record = 0;  ///< Number of the definition; see Roll and RollWriter.
  std::uint32_t code =
      0;  ///< Offset of its declaring instruction (BIND, REMAP, MACRO, SET, VAR …).
  std::uint32_t body = 0;    ///< Offset of the first instruction after the declaration.
  std::uint32_t labels = 0;  ///< Last LABELS of the body + 1, 0 if none.
  std::uint8_t frame = 0;    ///< Slots that the body needs; of a layer, its modifiers.
  std::uint8_t params = 0;   ///< Parameters of a macro. Of a trigger: bytes of its options, which
                             ///< stand before `code`.
  friend constexpr bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

/// Longest source in bytes (offsets and sizes of a roll are kept in 32 bits with room to spare).
inline constexpr std::uint32_t kMaxSource = 0x0FFFFFFF;

/// Record numbers are below this.
inline constexpr std::uint32_t kRecordNumbers = std::uint32_t{1} << 22;

/// The roll as it is read: the ordered definitions and their sorted index. A definition is known by
/// its record number, which stays the same as long as the content does. Record numbers rise in the
/// file's order, but there may be gaps between them: record_at() tells them.
/// Reads never fail on a good roll; on a bad one they come up short.
/// Whoever changes the content tells those that read it (Engine::play(), CodeReader::read()).
class Roll {
 public:
  /// How many definitions there are.
  [[nodiscard]] virtual std::uint32_t size() const = 0;
  /// The record number of definition `position` < size() in the file's order.
  virtual std::uint32_t record_at(std::uint32_t position) = 0;
  /// Reads code of definition `record` from `offset` on. Returns the bytes read: as many as `out`
  /// has, fewer only at the end of the code; 0 if there is no such definition.
  virtual std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                                std::span<std::uint8_t> out) = 0;
  /// Reads the source slice of definition `record` from `offset` on, where texts of its code may
  /// stand. Returns the bytes read: as many as `out` has, fewer only at the slice's end; 0 if there
  /// is no such definition or no source.
  virtual std::size_t read_source(std::uint32_t record, std::uint32_t offset,
                                  std::span<char> out) = 0;
  /// How many entries the index has.
  [[nodiscard]] virtual std::uint32_t index_size() const = 0;
  /// Reads entry `position` (sorted by key). False if there is none.
  virtual bool index_entry(std::uint32_t position, IndexEntry& out) = 0;
  /// Position of the first entry whose key is not less than `key`; index_size() if there is none.
  virtual std::uint32_t lower_bound(const IndexKey& key) = 0;

 protected:
  ~Roll() = default;
};

/// Roll::lower_bound() by halving, in O(log n) reads: for rolls whose entries stand side by side.
std::uint32_t index_lower_bound(Roll& roll, const IndexKey& key);
/// The place of definition `record` in the file's order, size() if there is none: O(log n) reads.
std::uint32_t position_of(Roll& roll, std::uint32_t record);
/// Finds the entry with exactly this key.
bool index_find(Roll& roll, const IndexKey& key, IndexEntry& out);

/// What a writer keeps of the roll in force: definitions that stay as they are, with their entries
/// of the index. A compiler need not sort those again.
class KeptRoll {
 public:
  /// The roll in force.
  virtual Roll& roll() = 0;
  /// Whether the definition that was begun last seems to be one of roll(), and which. If it comes
  /// out otherwise after all, is_as_promised() says so.
  virtual bool promises(std::uint32_t& record) = 0;

  // When all definitions are complete:

  /// Whether all that was promised is kept.
  virtual bool is_as_promised() = 0;
  /// Whether definition `record` of roll() is one of those that were promised.
  virtual bool keeps(std::uint32_t record) = 0;
  /// The record number of the definition with that ordinal in the new roll.
  virtual std::uint32_t record_of(std::uint32_t ordinal) = 0;
  /// Where the slice of definition `record` of the new roll begins in the source.
  virtual std::uint32_t begin_of(std::uint32_t record) = 0;
  /// Appends an entry of roll() to the new index. It comes among those of append_index(), sorted.
  virtual Status keep_index(const IndexEntry& entry) = 0;

 protected:
  ~KeptRoll() = default;
};

/// Takes a roll as the compiler makes it: definitions in order, each with its code in pieces, then
/// the index in order, then commit() or abandon(). Nothing takes effect before commit().
class RollWriter {
 public:
  /// Whether whoever reads the roll gets the source slices too: then texts of the code may stand
  /// there alone.
  [[nodiscard]] bool keeps_source() const { return keeps_source_; }

  /// A new definition. The one before is complete.
  virtual Status begin_definition() = 0;
  /// Appends code to the definition that was begun last. Never changed later.
  virtual Status append_code(std::span<const std::uint8_t> code) = 0;
  /// The definition that was begun last is complete; its slice of the source is the bytes
  /// [source_begin, source_end).
  virtual Status end_definition(std::uint32_t source_begin, std::uint32_t source_end) = 0;
  /// Appends one index entry; they come sorted. Its `record` is the definition's ordinal: how many
  /// definitions this writer was given before it.
  virtual Status append_index(const IndexEntry& entry) = 0;
  /// What is kept of the roll in force; null if all is to be given anew. Never changes.
  virtual KeptRoll* kept_roll() { return nullptr; }

  // Of a definition in force that is damaged the source may have comments, as it is shown. The
  // writer knows them again, and keeps what is stored.

  /// Looks among the bytes [begin, end) of the source, all of which are white space and comments,
  /// for what stands for a definition that is kept so. True: it is the bytes [begin, end) then.
  /// They are looked through in order; those from 0 on come first, and whenever the source is read
  /// anew.
  virtual bool find_commented(std::uint32_t& begin, std::uint32_t& end) {
    static_cast<void>(begin), static_cast<void>(end);
    return false;
  }
  /// The definition that was found last comes next: it is begun and complete.
  virtual Status keep_commented() { return Status::ok; }
  /// After the last definition, if nothing else is kept with its entries: those of which that was
  /// said. Null: there are none.
  virtual KeptRoll* commented_roll() { return nullptr; }
  /// All is there: the new roll replaces the old one.
  virtual Status commit() = 0;
  /// The source has errors: what was written is dropped.
  virtual void abandon() = 0;

 protected:
  explicit RollWriter(bool keeps_source = false) : keeps_source_(keeps_source) {}
  ~RollWriter() = default;

 private:
  bool keeps_source_;
};

}  // namespace pianola::lang
