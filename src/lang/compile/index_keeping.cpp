#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/remap.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/index_builder.hpp"

namespace pianola::lang {
namespace {

// If there are fewer marks than entries, some share one: of a name that is marked it is then not
// sure that it is used. So nobody may be told of some that are not.

void mark(std::span<std::uint8_t> marks, std::uint32_t position) {
  if (marks.empty()) return;
  position %= static_cast<std::uint32_t>(marks.size() * 8);
  marks[position / 8] = static_cast<std::uint8_t>(marks[position / 8] | 1U << position % 8);
}
bool is_marked(std::span<const std::uint8_t> marks, std::uint32_t position) {
  position %= static_cast<std::uint32_t>(marks.size() * 8);
  return (marks[position / 8] >> position % 8 & 1U) != 0;
}

/// The entry of `roll` with that key, and its position.
bool find_stored(Roll& roll, const IndexKey& key, IndexEntry& out, std::uint32_t& position) {
  position = roll.lower_bound(key);
  return roll.index_entry(position, out) && out.key == key;
}

/// Likewise, if its definition is kept.
bool find_kept(KeptRoll& kept, const IndexKey& key, IndexEntry& out, std::uint32_t& position) {
  return find_stored(kept.roll(), key, out, position) && kept.keeps(out.record);
}

/// Whether an entry is that of a name that should be used.
bool is_used_by_name(const IndexEntry& entry) {
  const IndexSpace space = key_space(entry.key);
  return space != IndexSpace::trigger && space != IndexSpace::setting;
}

/// Whether the name that the entry's definition declares, the first operand there, is `name`;
/// `unread` if it cannot be read.
[[gnu::noinline]] bool has_name(Roll& roll, const IndexEntry& entry, std::string_view name,
                                bool unread = false) {
  std::array<std::uint8_t, 1 + kMaxName> code;
  const auto read = std::span{code}.first(1 + name.size());
  if (roll.read_code(entry.record, entry.code + 1, read) != read.size()) return unread;
  return code[0] == name.size() &&
         std::equal(name.begin(), name.end(), code.begin() + 1,
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// Whether a key with that trigger may be tapped or held, and so has to do with others of the key.
bool has_kin(const IndexKey& key) {
  if (key_space(key) != IndexSpace::trigger) return false;
  const TriggerKind kind = key_kind(key);
  return kind == TriggerKind::press || kind == TriggerKind::double_tap ||
         kind == TriggerKind::hold || kind == TriggerKind::tap || kind == TriggerKind::dance;
}

IndexKey with_kind(const IndexKey& key, TriggerKind kind, std::uint32_t second = 0) {
  return {key.scope,
          (key.high & 0xF00000FFU) | static_cast<std::uint32_t>(kind) << 24 | second << 8, key.low};
}

/// Whether another trigger of the key is kept; `any`: even one without options.
[[gnu::noinline]] bool has_kept_kin(KeptRoll& kept, const IndexKey& key, bool any) {
  IndexEntry entry;
  std::uint32_t position = 0;
  for (const TriggerKind kind :
       {TriggerKind::press, TriggerKind::double_tap, TriggerKind::hold, TriggerKind::tap}) {
    const IndexKey other = with_kind(key, kind);
    if (other == key || !find_kept(kept, other, entry, position)) continue;
    if (any || entry.params != 0) return true;
  }
  for (std::uint32_t clause = 0; clause < kClauses; ++clause) {
    const IndexKey other = with_kind(key, TriggerKind::dance, clause);
    if (other != key && find_kept(kept, other, entry, position)) return true;
  }
  return false;
}

/// Whether an option in code decides between tap and hold.
bool is_deciding(const Instruction& option) {
  return std::any_of(kOptions.begin(), kOptions.end(), [&](const OptionInfo& info) {
    return decides(info) && info.opcode == option.opcode &&
           (info.opcode != Opcode::option ||
            static_cast<std::uint32_t>(info.setting) == option.value[0]);
  });
}

/// Whether a trigger has options that decide between tap and hold, but is neither itself.
[[gnu::noinline]] bool has_idle_options(Roll& roll, const IndexEntry& entry) {
  std::array<std::uint8_t, 32> window;
  CodeReader reader{roll, window};
  Instruction instruction;
  bool deciding = false;
  reader.seek(entry.record, entry.code - std::min<std::uint32_t>(entry.params, entry.code));
  while (reader.offset() < entry.code) {
    if (!read_instruction(reader, instruction)) return true;
    deciding = deciding || is_deciding(instruction);
  }
  if (!deciding) return false;
  if (!read_instruction(reader, instruction)) return true;
  if (instruction.opcode == Opcode::once || instruction.opcode == Opcode::once_layer) return false;
  return !read_instruction(reader, instruction) || find_remap_hold(instruction.opcode) == nullptr;
}

/// Whether a name follows that the word declares.
bool declares(std::string_view word) {
  return word == "macro" || word == "var" || word == "text" || word == "layer";
}

}  // namespace

bool IndexBuilder::mark_use(Roll& roll, std::span<std::uint8_t> marks, std::uint32_t record,
                            const IndexKey& key) {
  IndexEntry entry;
  std::uint32_t position = 0;
  const bool found =
      find_stored(roll, key, entry, position) ||
      (key_space(key) == IndexSpace::variable && find_stored(roll, text_key(key), entry, position));
  if (!found) return false;
  // A macro that only calls itself is not used.
  if (key_space(key) != IndexSpace::macro || entry.record != record) mark(marks, position);
  return true;
}

/// Goes past the next entry in force, if its key does not come after that of `item` (null: there is
/// none). Status::more: it did. Status::ok: it comes after.
[[gnu::noinline]] Status IndexBuilder::pass_stored(const Context& context, const SortItem* item) {
  Keeping& keeping = work_.keeping;
  Roll& roll = context.kept->roll();
  IndexEntry entry;
  if (keeping.stored_at == roll.index_size()) return Status::ok;
  if (!roll.index_entry(keeping.stored_at, entry)) {
    if (context.commented) {
      keeping.stored_at = roll.index_size();
      return Status::more;
    }
    // It is damaged: all of the index is made anew.
    uncertain_ = phase_ == Phase::probe;
    return uncertain_ ? Status::more : Status::io_error;
  }
  if (item != nullptr && entry.key > item->key) return Status::ok;
  const bool kept = context.kept->keeps(entry.record);
  const bool same = item != nullptr && entry.key == item->key;
  const std::uint32_t position = keeping.stored_at++;
  if (same) {
    keeping.same = entry;
    keeping.same_at = position;
    keeping.has_same = true;
    keeping.same_kept = kept;
  }
  if (phase_ == Phase::probe) {
    const bool gone = !same && !kept && is_marked(context.marks, position);
    uncertain_ = gone || (!same && !is_fine(context, entry, kept));
    return Status::more;
  }
  if (!kept) return Status::more;
  if (context.commented) {
    const bool declared = same && (item->record & kUseBit) == 0;
    if (declared) return Status::more;
  } else if (is_used_by_name(entry) && !is_marked(context.marks, position)) {
    ++keeping.unused_count;
  }
  const Status status = context.write ? context.kept->keep_index(entry) : Status::ok;
  return status == Status::ok ? Status::more : status;
}

/// Goes past all such entries, but no more than make up `count` to kBatch. Status::more: there may
/// be others, or something is uncertain.
Status IndexBuilder::pass_all_stored(const Context& context, const SortItem* item,
                                     std::uint32_t& count) {
  Status status = pass_stored(context, item);
  while (status == Status::more && !uncertain_ && ++count < kBatch) {
    status = pass_stored(context, item);
  }
  return status;
}

/// Whether nothing can be wrong about an entry with whose key there is no other.
bool IndexBuilder::is_fine(const Context& context, const IndexEntry& entry, bool kept) const {
  if (kept) return is_fine_kept(context, entry);
  if (key_space(entry.key) == IndexSpace::setting) return false;
  return !has_kin(entry.key) || !has_kept_kin(*context.kept, entry.key, false);
}

/// Whether there is nothing to warn of.
bool IndexBuilder::is_fine_kept(const Context& context, const IndexEntry& entry) const {
  const IndexKey& key = entry.key;
  if (key_space(key) != IndexSpace::trigger || key_kind(key) != TriggerKind::press) return true;
  if (key.scope == 0 && key.high == trigger_key(0, TriggerKind::press, {}, 0).high &&
      !key_mods(key).any() && (key.low >> 16) < 0x100) {
    const char32_t c = context.layout.decode({0, static_cast<std::uint8_t>(key.low >> 16)});
    if (c >= 'a' && c <= 'z' && (context.letters >> (c - 'a') & 1U) == 0) return false;
  }
  if (entry.params == 0) return true;
  for (const TriggerKind kind : {TriggerKind::tap, TriggerKind::hold}) {
    IndexEntry other;
    ScratchRecord record;
    std::uint32_t position = 0;
    if (find_kept(*context.kept, with_kind(key, kind), other, position) ||
        find_declaration(context, with_kind(key, kind), record)) {
      return true;
    }
  }
  return !has_idle_options(context.kept->roll(), entry);
}

/// Finds out whether something may be wrong about a record because of definitions that are kept.
[[gnu::noinline]] Status IndexBuilder::probe(const Context& context, const SortItem& item,
                                             const ScratchRecord& record) {
  work_.keeping.has_same = work_.keeping.has_same && work_.keeping.same.key == item.key;
  if (record.role == ScratchRecord::Role::declaration) {
    uncertain_ = !is_fine_declaration(context, item, record);
    declared_ = true;
    declared_item_ = item;
  } else if (!declared_ || declared_item_.key != item.key) {
    uncertain_ = !is_fine_use(context, item, record);
  }
  return uncertain_ ? Status::more : Status::ok;
}

bool IndexBuilder::is_fine_declaration(const Context& context, const SortItem& item,
                                       const ScratchRecord& record) const {
  KeptRoll& kept = *context.kept;
  if (work_.keeping.has_same && work_.keeping.same_kept) return false;
  const IndexSpace space = key_space(item.key);
  if (space == IndexSpace::setting) return false;
  // Options of a trigger after the leader are compared with those of its bare key.
  if (record.options != 0 && (context.leader || !has_kin(item.key))) return false;
  if (has_kin(item.key)) {
    const bool any = record.options != 0 || key_kind(item.key) == TriggerKind::dance;
    return !has_kept_kin(kept, item.key, any);
  }
  IndexEntry text;
  std::uint32_t position = 0;
  if (space == IndexSpace::variable && find_kept(kept, text_key(item.key), text, position)) {
    return false;
  }
  if (!work_.keeping.has_same || !is_marked(context.marks, work_.keeping.same_at)) return true;
  // It takes the place of one that definitions which are kept use.
  std::array<char, kMaxName> name;
  if (!has_name(kept.roll(), work_.keeping.same, name_of(context, record, name))) return false;
  if (space == IndexSpace::macro) return record.entry.params == work_.keeping.same.params;
  if (space == IndexSpace::variable) return !record.text;
  return space != IndexSpace::text ||
         kept.record_of(record.entry.record) <= work_.keeping.same.record;
}

/// Whether a name that no record declares is one that is kept.
bool IndexBuilder::is_kept_name(const Context& context, const SortItem& item,
                                const ScratchRecord& record) {
  if (context.kept == nullptr) return false;
  if (!context.commented) return true;  // probe() has found it
  Keeping& keeping = work_.keeping;
  keeping.has_same = keeping.has_same && keeping.same.key == item.key;
  return is_fine_use(context, item, record);
}

/// Whether a name that no record declares is one that is kept, used as it can be.
bool IndexBuilder::is_fine_use(const Context& context, const SortItem& item,
                               const ScratchRecord& record) const {
  KeptRoll& kept = *context.kept;
  IndexEntry entry = work_.keeping.same;
  std::uint32_t position = work_.keeping.same_at;
  const bool same = work_.keeping.has_same && work_.keeping.same_kept;
  const IndexSpace space = key_space(item.key);
  if (!same &&
      (space != IndexSpace::variable || !find_kept(kept, text_key(item.key), entry, position))) {
    return false;
  }
  std::array<char, kMaxName> name;
  // Of a damaged definition the hash must do.
  if (!has_name(kept.roll(), entry, name_of(context, record, name), context.commented)) {
    return false;
  }
  mark(context.marks, position);
  if (key_space(entry.key) == IndexSpace::text) {
    return record.entry.params == kTextUse && entry.record < kept.record_of(record.entry.record);
  }
  return space != IndexSpace::macro || record.entry.params == entry.params ||
         record.entry.params == kAnyParameters;
}

/// Whether definitions that are kept use what a record declares.
bool IndexBuilder::was_used(const Context& context, const SortItem& item,
                            const ScratchRecord& record) const {
  if (context.kept == nullptr || context.commented) return false;
  IndexEntry entry;
  std::uint32_t position = work_.keeping.same_at;
  const bool found = record.text && key_space(item.key) == IndexSpace::variable
                         ? find_stored(context.kept->roll(), text_key(item.key), entry, position)
                         : work_.keeping.has_same && work_.keeping.same.key == item.key;
  return found && is_marked(context.marks, position);
}

/// After the last item and the last entry.
Status IndexBuilder::end_items(const Context& context) {
  if (phase_ == Phase::probe) {
    phase_ = Phase::check;
    position_ = begin_;
    work_.keeping.stored_at = 0;
    work_.keeping.has_same = false;
    declared_ = false;
    return Status::more;
  }
  if (const Status status = check_used(context); status != Status::ok) return status;
  if (context.kept == nullptr || work_.keeping.unused_count == 0) return Status::ok;
  phase_ = Phase::unused;
  start_unused();
  return Status::more;
}

// ---- Kept names that nothing uses --------------------------------------------------------------

/// Looks for those that come next in the file.
void IndexBuilder::start_unused() {
  work_.keeping.found = 0;
  work_.keeping.next = 0;
  work_.keeping.stored_at = 0;
}

Status IndexBuilder::unused_step(const Context& context) {
  Keeping& keeping = work_.keeping;
  if (!context.write) return Status::ok;
  if (keeping.stored_at < context.kept->roll().index_size()) {
    find_unused(context);
    return Status::more;
  }
  if (keeping.found == 0) return Status::ok;
  if (keeping.next < keeping.found && keeping.told < kMaxErrors) {
    report_unused(context, keeping.unused[keeping.next++]);
    ++keeping.told;
  } else if (keeping.told < kMaxErrors) {
    start_unused();
  }
  if (keeping.told < std::min(keeping.unused_count, kMaxErrors)) return Status::more;
  // More are not shown, only counted.
  Diagnostic diagnostic;
  diagnostic.message = Message::unused;
  diagnostic.warning = true;
  for (; keeping.told < keeping.unused_count; ++keeping.told) context.sink.report(diagnostic);
  return Status::ok;
}

/// Looks through some entries for the names that come next in the file behind those that were told.
void IndexBuilder::find_unused(const Context& context) {
  Keeping& keeping = work_.keeping;
  for (std::uint32_t i = 0; i < kBatch; ++i, ++keeping.stored_at) {
    IndexEntry entry;
    // What cannot be read is passed over.
    if (!context.kept->roll().index_entry(keeping.stored_at, entry) ||
        entry.record <= keeping.told_record || !is_used_by_name(entry) ||
        is_marked(context.marks, keeping.stored_at) || !context.kept->keeps(entry.record)) {
      continue;
    }
    std::uint32_t place = std::min(keeping.found, kUnused - 1);
    if (keeping.found == kUnused && keeping.unused[place].record < entry.record) continue;
    keeping.found = place + 1;
    for (; place > 0 && keeping.unused[place - 1].record > entry.record; --place) {
      keeping.unused[place] = keeping.unused[place - 1];
    }
    keeping.unused[place] = {entry.record, entry.key.low};
  }
}

/// Finds the name in the source, where its definition declares it, and warns of it.
[[gnu::noinline]] void IndexBuilder::report_unused(const Context& context, const Unused& unused) {
  Keeping& keeping = work_.keeping;
  const std::uint32_t begin = context.kept->begin_of(unused.record);
  keeping.told_record = unused.record;
  std::array<char, kMaxName> name;
  std::array<char, 64> piece;
  Diagnostic diagnostic;
  diagnostic.message = Message::unused;
  diagnostic.warning = true;
  std::size_t size = 0;
  char before = 0;
  bool comment = false;
  bool declared = false;
  for (bool found = false; !found;) {
    std::size_t count = context.source.read(keeping.place.offset, piece);
    const bool end = count == 0;
    if (end) piece[count++] = '\n';  // a name may be the last that there is
    for (std::size_t i = 0; i < count && !found; ++i) {
      const char c = piece[i];
      const bool in_name = keeping.place.offset >= begin && !comment && size < name.size() &&
                           (is_letter(c) || c == '_' || (size > 0 && is_digit(c)));
      if (in_name && size == 0) diagnostic.at = keeping.place;
      if (in_name) name[size++] = c;
      if (!in_name && size > 0) {
        found = declared && name_hash(name.data(), size) == unused.hash;
        if (found) break;
        declared = declares({name.data(), size});
        size = 0;
      }
      const bool starts = keeping.place.offset >= begin && c == '#';
      comment = starts || (comment && c != '\n' && c != '\r');
      pass(keeping.place, c, before);
      before = c;
    }
    if (end && !found) return;
  }
  diagnostic.length = static_cast<std::uint32_t>(size);
  diagnostic.a = {name.data(), size};
  context.sink.report(diagnostic);
}

}  // namespace pianola::lang
