#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/status.hpp"
#include "lang/trigger.hpp"

namespace pianola::lang {

/// What an index entry stands for.
enum class IndexSpace : std::uint8_t { trigger, macro, variable, layer, setting };

/// The key of an index entry. Ordered by `scope`, then `high`, then `low`.
/// Built by trigger_key() and name_key(); nobody else takes it apart but key_*() below.
struct IndexKey {
  std::uint32_t scope = 0;  ///< name_hash of the layer; 0 outside layers and for names.
  std::uint32_t high = 0;  ///< space (4 bits) · trigger kind (4) · second usage (16) · 8 bits 0.
  std::uint32_t low =
      0;  ///< triggers: usage (16) · exact (8) · either (4) · 0; else a hash or number.

  friend constexpr auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

/// The key of a name: macro, variable, layer (name_hash) or setting (its number).
constexpr IndexKey name_key(IndexSpace space, std::uint32_t hash) {
  return {0, static_cast<std::uint32_t>(space) << 28, hash};
}

/// The key of a trigger whose keys are resolved to usages. For `text` and `event` + layer, `low` is
/// the hash; for other events and `vial` the number. Events carry their number in `high` too.
constexpr IndexKey trigger_key(std::uint32_t scope, TriggerKind kind, TriggerMods mods,
                               std::uint32_t low16_or_hash, std::uint16_t second = 0) {
  const auto high = (static_cast<std::uint32_t>(IndexSpace::trigger) << 28) |
                    (static_cast<std::uint32_t>(kind) << 24) | (std::uint32_t{second} << 8);
  if (kind == TriggerKind::text || kind == TriggerKind::event) return {scope, high, low16_or_hash};
  return {
      scope, high,
      (low16_or_hash << 16) | (std::uint32_t{mods.exact} << 8) | (std::uint32_t{mods.either} << 4)};
}

/// The modifiers inside a trigger's key (not for `text` and `event`).
constexpr TriggerMods key_mods(const IndexKey& key) {
  return {static_cast<std::uint8_t>(key.low >> 8), static_cast<std::uint8_t>((key.low >> 4) & 0xF)};
}

/// Where a trigger or a name leads.
struct IndexEntry {
  IndexKey key;
  std::uint32_t record = 0;  ///< Number of the definition.
  std::uint32_t code =
      0;  ///< Offset of its declaring instruction (BIND, REMAP, MACRO, SET, VAR …).
  std::uint32_t body = 0;    ///< Offset of the first instruction after the declaration.
  std::uint32_t labels = 0;  ///< Last LABELS of the body + 1, 0 if none.
  std::uint8_t frame = 0;    ///< Slots that the body needs.
  std::uint8_t params = 0;   ///< Parameters of a macro.
};

/// The roll as it is read: the ordered definitions and their sorted index. A definition is known by
/// its number in the file's order. Reads never fail on a good roll; on a bad one they come up
/// short.
class Roll {
 public:
  /// Changes whenever a number, an offset or any content may have changed.
  [[nodiscard]] virtual std::uint32_t epoch() const = 0;
  /// How many definitions there are.
  [[nodiscard]] virtual std::uint32_t size() const = 0;
  /// Reads code of definition `record` from `offset` on. Returns the bytes read, 0 at the end.
  virtual std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                                std::span<std::uint8_t> out) = 0;
  /// Reads the definition's source slice likewise. A roll without source returns 0.
  virtual std::size_t read_source(std::uint32_t record, std::uint32_t offset,
                                  std::span<char> out) = 0;
  /// How many entries the index has.
  [[nodiscard]] virtual std::uint32_t index_size() const = 0;
  /// Reads entry `position` (sorted by key). False if there is none.
  virtual bool index_entry(std::uint32_t position, IndexEntry& out) = 0;

 protected:
  ~Roll() = default;
};

/// Position of the first entry whose key is not less than `key`: O(log n) reads.
std::uint32_t index_lower_bound(Roll& roll, const IndexKey& key);
/// Finds the entry with exactly this key.
bool index_find(Roll& roll, const IndexKey& key, IndexEntry& out);

/// Takes a roll as the compiler makes it: definitions in order, each with its code in pieces, then
/// the index in order, then commit() or abandon(). Nothing takes effect before commit().
class RollWriter {
 public:
  /// A new definition. The one before is complete.
  virtual Status begin_definition() = 0;
  /// Appends code to it. Never changed later.
  virtual Status append_code(std::span<const std::uint8_t> code) = 0;
  /// The definition is complete; its source is the bytes [begin, end) of the source.
  virtual Status end_definition(std::uint32_t source_begin, std::uint32_t source_end) = 0;
  /// Appends one index entry; they come sorted.
  virtual Status append_index(const IndexEntry& entry) = 0;
  /// All is there: the new roll replaces the old one.
  virtual Status commit() = 0;
  /// The source has errors: what was written is dropped.
  virtual void abandon() = 0;

 protected:
  ~RollWriter() = default;
};

}  // namespace pianola::lang
