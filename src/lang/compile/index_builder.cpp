#include "lang/compile/index_builder.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"
#include "base/utf8.hpp"

namespace pianola::lang {
namespace {

/// Whether what cannot be told of the records beside what is kept is told when they are all there.
bool is_to_be_read_again(const IndexBuilder::Context& context) {
  return context.kept != nullptr && !context.commented;
}

/// Whether a name may go on with `c`.
bool is_of_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/// Whether a text may be used so.
bool is_good_use(const ScratchRecord& declared, const ScratchRecord& use) {
  return use.entry.params == kTextUse && declared.entry.record < use.entry.record;
}

}  // namespace

[[gnu::noinline]] Status IndexBuilder::step(const Context& context) {
  switch (phase_) {
    case Phase::runs:
      return runs_step(context);
    case Phase::merge:
      return merge_step(context);
    case Phase::probe:
    case Phase::check:
      return check_step(context);
    case Phase::unused:
      return unused_step(context);
  }
  return Status::ok;
}

/// Sorts the few items of a run. By insertion: the library's sort recurses.
void IndexBuilder::sort_run(std::span<SortItem> items) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    const SortItem item = items[i];
    std::size_t place = i;
    for (; place > 0 && item < items[place - 1]; --place) items[place] = items[place - 1];
    items[place] = item;
  }
}

/// Puts the usages that the layout gives in place of a trigger's characters. False if it has none.
bool IndexBuilder::resolve(const Context& context, const ScratchRecord& record, IndexKey& key) {
  key = record.entry.key;
  const auto usage_of = [&](std::uint32_t character, std::uint32_t& usage) {
    if (const auto found = context.layout.key_of(static_cast<char32_t>(character))) {
      usage = *found;
      return true;
    }
    if (record.copy) return false;  // the one before it was told
    if (is_to_be_read_again(context)) return false;
    Diagnostic diagnostic;
    diagnostic.message = Message::no_key_for_trigger;
    locate(context, record, diagnostic);
    const Utf8Bytes shown = encode_utf8(static_cast<char32_t>(character));
    diagnostic.a = shown;
    diagnostic.b = context.layout.name();
    context.sink.report(diagnostic);
    return false;
  };
  std::uint32_t first = key.low >> 16;
  std::uint32_t second = (key.high >> 8) & 0xFFFFU;
  if (record.first_is_character && !usage_of(first, first)) return false;
  if (record.second_is_character && !usage_of(second, second)) return false;
  const bool trigger = key_space(key) == IndexSpace::trigger;
  if (context.leader && record.binding && trigger && key_kind(key) == TriggerKind::press &&
      !key_mods(key).any()) {
    key.high |= static_cast<std::uint32_t>(TriggerKind::leader) << 24;
  }
  if (!record.first_is_character && !record.second_is_character) return true;
  key.low = (key.low & 0xFFFFU) | (first << 16);
  key.high = (key.high & 0xFF0000FFU) | (second << 8);
  return true;
}

[[gnu::noinline]] Status IndexBuilder::runs_step(const Context& context) {
  std::array<SortItem, kRun> items;
  std::uint32_t count = 0;
  for (; count < kRun && taken_ < records_; ++taken_) {
    ScratchRecord record;
    const std::uint32_t place = position_;
    if (!context.scratch.read(place, record)) return Status::io_error;
    position_ = record.next;
    SortItem& item = items[count];
    if (!resolve(context, record, item.key)) {
      uncertain_ = is_to_be_read_again(context);
      if (uncertain_) return Status::more;
      continue;
    }
    item.record = place | (record.role == ScratchRecord::Role::use ? kUseBit : 0);
    ++count;
  }
  sort_run(std::span{items}.first(count));
  for (std::uint32_t i = 0; i < count; ++i) {
    const Status status = context.scratch.append_item(items[i].record & ~kUseBit);
    if (status != Status::ok) return status;
  }
  end_ += count;
  if (taken_ < records_) return Status::more;
  written_ = end_;
  position_ = 0;
  phase_ = Phase::merge;
  if (end_ <= kRun) sorted(context);
  return Status::more;
}

/// Reads item `index`, its record and its key.
bool IndexBuilder::read_item(const Context& context, std::uint32_t index, SortItem& item,
                             ScratchRecord& record) {
  std::uint32_t place = 0;
  if (!context.scratch.read_item(index, place) || !context.scratch.read(place, record)) {
    return false;
  }
  item.record = place | (record.role == ScratchRecord::Role::use ? kUseBit : 0);
  return resolve(context, record, item.key);
}

bool IndexBuilder::advance(const Context& context, Head& head) {
  ScratchRecord record;
  head.live = head.next < head.end;
  return !head.live || read_item(context, head.next++, head.item, record);
}

/// Opens the next runs of this level for merging.
bool IndexBuilder::open_heads(const Context& context) {
  for (Head& head : work_.heads) {
    head.next = std::min(position_, end_);
    head.end = std::min(position_ + run_, end_);
    position_ = head.end;
    if (!advance(context, head)) return false;
  }
  merging_ = true;
  return true;
}

void IndexBuilder::next_level(const Context& context) {
  begin_ = end_;
  end_ = written_;
  position_ = begin_;
  run_ *= kFan;
  if (end_ - begin_ <= run_) sorted(context);
}

/// The items [begin_, end_) are sorted.
void IndexBuilder::sorted(const Context& context) {
  phase_ = context.kept == nullptr || context.commented ? Phase::check : Phase::probe;
  if (context.kept == nullptr) return;
  new (&work_.keeping) Keeping;
}

[[gnu::noinline]] Status IndexBuilder::merge_step(const Context& context) {
  if (!merging_ && !open_heads(context)) return Status::io_error;
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    Head* least = nullptr;
    for (Head& head : work_.heads) {
      if (head.live && (least == nullptr || head.item < least->item)) least = &head;
    }
    if (least == nullptr) {
      merging_ = false;
      if (position_ >= end_) {
        next_level(context);
        context.scratch.release_items(begin_);
      }
      return Status::more;
    }
    const Status status = context.scratch.append_item(least->item.record & ~kUseBit);
    if (status != Status::ok) return status;
    ++written_;
    if (!advance(context, *least)) return Status::io_error;
  }
  return Status::more;
}

Status IndexBuilder::check_step(const Context& context) {
  for (std::uint32_t i = 0; i < kBatch && !uncertain_; ++i) {
    SortItem item;
    ScratchRecord record;
    const bool any = position_ < end_;
    if (any && !read_item(context, position_, item, record)) return Status::io_error;
    if (context.kept != nullptr) {
      const Status passed = pass_all_stored(context, any ? &item : nullptr, i);
      if (passed != Status::ok) return passed;
    }
    if (!any) return end_items(context);
    ++position_;
    const Status status =
        phase_ == Phase::probe ? probe(context, item, record) : check(context, item, record);
    if (status != Status::ok) return status;
  }
  return Status::more;
}

/// Status::more: something was reported, so that this is enough for one step.
[[gnu::noinline]] Status IndexBuilder::check(const Context& context, const SortItem& item,
                                             const ScratchRecord& record) {
  if (record.role == ScratchRecord::Role::declaration) return declaration(context, item, record);
  return use(context, item, record);
}

/// Warns of the last declaration if it is that of a name which nothing uses.
Status IndexBuilder::check_used(const Context& context) {
  const bool checked = declared_ && !used_ && context.write;
  const IndexSpace space = key_space(declared_item_.key);
  const bool named =
      space == IndexSpace::macro || space == IndexSpace::variable || space == IndexSpace::layer;
  if (!checked || !named) return Status::ok;
  ScratchRecord record;
  std::array<char, kMaxName> name;
  Diagnostic diagnostic;
  diagnostic.message = Message::unused;
  diagnostic.warning = true;
  if (context.tells_unused) {
    if (!context.scratch.read(declared_item_.record, record)) return Status::io_error;
    locate(context, record, diagnostic);
    diagnostic.a = name_of(context, record, name);
  }
  context.sink.report(diagnostic);
  return Status::ok;
}

/// Warns of a letter whose key alone is bound, outside all layers, so that nothing types it.
void IndexBuilder::check_letter(const Context& context, const SortItem& item,
                                const ScratchRecord& record) {
  const std::uint32_t letter = (record.entry.key.low >> 16) - 'a';
  const bool bare = record.first_is_character && letter < 26 &&
                    item.key.high == trigger_key(0, TriggerKind::press, {}, 0).high &&
                    item.key.scope == 0 && !key_mods(item.key).any();
  if (!bare || !context.write || (context.letters >> letter & 1U) != 0) return;
  Diagnostic diagnostic;
  const Utf8Bytes shown = encode_utf8('a' + letter);
  diagnostic.message = Message::bare_letter;
  diagnostic.warning = true;
  locate(context, record, diagnostic);
  diagnostic.a = shown;
  context.sink.report(diagnostic);
}

[[gnu::noinline]] Status IndexBuilder::declaration(const Context& context, const SortItem& item,
                                                   const ScratchRecord& record) {
  const bool indexed_text = key_space(item.key) == IndexSpace::text;
  if (declared_ && declared_item_.key == item.key && !indexed_text) {
    if (record.copy) return Status::ok;  // one of its keys is enough to tell
    ScratchRecord first;
    if (!context.scratch.read(declared_item_.record, first)) return Status::io_error;
    std::array<char, kMaxName> name;
    std::array<char, kMaxName> first_name;
    Diagnostic diagnostic;
    locate(context, record, diagnostic);
    diagnostic.other = position_of(context, first);
    diagnostic.message = Message::trigger_taken;
    if (key_space(item.key) != IndexSpace::trigger) {
      diagnostic.a = name_of(context, record, name);
      const bool same = diagnostic.a == name_of(context, first, first_name);
      diagnostic.message = same ? Message::name_taken : Message::names_collide;
    }
    context.sink.report(diagnostic);
    return Status::more;
  }
  if (const Status status = check_used(context); status != Status::ok) return status;
  declared_ = true;
  declared_item_ = item;
  used_ = was_used(context, item, record);
  check_letter(context, item, record);
  if (clashes_with_dance(context, item, record)) return Status::more;
  if (record.options != 0) {
    if (options_differ(context, item, record)) return Status::more;
    check_options(context, item, record);
  }
  if (!context.write || (record.text && !indexed_text)) return Status::ok;
  IndexEntry entry = record.entry;
  entry.key = item.key;
  if (record.length == 0) {
    std::array<char, kMaxName> name;
    entry.body += static_cast<std::uint32_t>(name_of(context, record, name).size());
  }
  return context.writer.append_index(entry);
}

/// Whether `record` is the first clause of a dance, and its key alone has another trigger: reports
/// the one that comes later.
bool IndexBuilder::clashes_with_dance(const Context& context, const SortItem& item,
                                      const ScratchRecord& record) {
  if (key_space(item.key) != IndexSpace::trigger || key_kind(item.key) != TriggerKind::dance) {
    return false;
  }
  ScratchRecord other;
  IndexKey key = item.key;
  key.high &= 0xF00000FFU;
  for (std::uint32_t clause = 0; clause < key_second(item.key); ++clause) {
    const std::uint32_t kind = static_cast<std::uint32_t>(TriggerKind::dance) << 24;
    if (find_declaration(context, {key.scope, key.high | kind | clause << 8, key.low}, other)) {
      return false;
    }
  }
  for (const TriggerKind kind :
       {TriggerKind::press, TriggerKind::double_tap, TriggerKind::hold, TriggerKind::tap}) {
    const std::uint32_t high = key.high | static_cast<std::uint32_t>(kind) << 24;
    if (!find_declaration(context, {key.scope, high, key.low}, other)) continue;
    const bool later = other.offset > record.offset;
    Diagnostic diagnostic;
    diagnostic.message = Message::trigger_taken;
    locate(context, later ? other : record, diagnostic);
    diagnostic.other = position_of(context, later ? record : other);
    context.sink.report(diagnostic);
    return true;
  }
  return false;
}

/// Whether a trigger of the same key, for a press or a hold, has other options than `record`, which
/// has some: reports both.
bool IndexBuilder::options_differ(const Context& context, const SortItem& item,
                                  const ScratchRecord& record) {
  const TriggerKind kind = key_kind(item.key);
  for (const TriggerKind other : {TriggerKind::press, TriggerKind::hold}) {
    if (other >= kind) break;
    IndexKey key = item.key;
    key.high = (key.high & ~0x0F000000U) | (static_cast<std::uint32_t>(other) << 24);
    ScratchRecord found;
    if (!find_declaration(context, key, found)) continue;
    if (found.options == 0 || found.options == record.options) continue;
    report_options(context, found, record);
    report_options(context, record, found);
    return true;
  }
  return false;
}

/// Warns if the options of `record` decide between tap and hold, and the key has but one of them.
void IndexBuilder::check_options(const Context& context, const SortItem& item,
                                 const ScratchRecord& record) {
  const TriggerKind kind = key_kind(item.key);
  if (kind != TriggerKind::press || record.decides) return;
  for (const TriggerKind other : {TriggerKind::tap, TriggerKind::hold}) {
    IndexKey key = item.key;
    key.high |= static_cast<std::uint32_t>(other) << 24;
    ScratchRecord found;
    if (find_declaration(context, key, found)) return;
  }
  Diagnostic diagnostic;
  diagnostic.message = Message::options_unused;
  diagnostic.warning = true;
  locate(context, record, diagnostic);
  context.sink.report(diagnostic);
}

void IndexBuilder::report_options(const Context& context, const ScratchRecord& record,
                                  const ScratchRecord& other) {
  Diagnostic diagnostic;
  diagnostic.message = Message::options_differ;
  locate(context, record, diagnostic);
  diagnostic.other = position_of(context, other);
  context.sink.report(diagnostic);
}

/// Finds the declaration of `key` among the sorted items.
bool IndexBuilder::find_declaration(const Context& context, const IndexKey& key,
                                    ScratchRecord& out) const {
  std::uint32_t from = begin_;
  std::uint32_t to = end_;
  SortItem item;
  while (from < to) {
    const std::uint32_t middle = from + (to - from) / 2;
    if (!read_item(context, middle, item, out)) return false;
    item.key < key ? from = middle + 1 : to = middle;
  }
  return from < end_ && read_item(context, from, item, out) && item.key == key &&
         out.role == ScratchRecord::Role::declaration;
}

[[gnu::noinline]] Status IndexBuilder::use(const Context& context, const SortItem& item,
                                           const ScratchRecord& record) {
  std::array<char, kMaxName> buffer;
  const std::string_view name = name_of(context, record, buffer);
  ScratchRecord declared;
  std::array<char, kMaxName> declared_name;
  bool known = declared_ && declared_item_.key == item.key;
  if (!known && is_kept_name(context, item, record)) return Status::ok;
  if (known && !context.scratch.read(declared_item_.record, declared)) return Status::io_error;
  known = known && name_of(context, declared, declared_name) == name;
  if (!known) {
    unknown_name(context, record, name);
    return Status::more;
  }
  used_ = used_ || key_space(item.key) != IndexSpace::macro ||
          record.entry.record != declared.entry.record;
  if (declared.text && !is_good_use(declared, record)) {
    report_text_use(context, declared, record, name);
    return Status::more;
  }
  if (key_space(item.key) != IndexSpace::macro || declared.entry.params == record.entry.params ||
      declared.entry.params == kAnyParameters || record.entry.params == kAnyParameters) {
    return Status::ok;
  }
  Diagnostic diagnostic;
  diagnostic.message = Message::wrong_arity;
  locate(context, record, diagnostic);
  diagnostic.a = name;
  diagnostic.n = declared.entry.params;
  diagnostic.other = position_of(context, declared);
  context.sink.report(diagnostic);
  return Status::more;
}

/// A text was used where it cannot be.
void IndexBuilder::report_text_use(const Context& context, const ScratchRecord& declared,
                                   const ScratchRecord& use, std::string_view name) {
  Diagnostic diagnostic;
  diagnostic.message = use.entry.params == kAssignedUse ? Message::text_assigned
                       : use.entry.params == kTextUse   ? Message::text_later
                                                        : Message::text_as_number;
  locate(context, use, diagnostic);
  diagnostic.a = name;
  diagnostic.other = position_of(context, declared);
  context.sink.report(diagnostic);
}

void IndexBuilder::unknown_name(const Context& context, const ScratchRecord& record,
                                std::string_view name) {
  std::array<char, kMaxName> buffer;
  Diagnostic diagnostic;
  const IndexSpace space = key_space(record.entry.key);
  diagnostic.message = space == IndexSpace::macro   ? Message::unknown_macro
                       : space == IndexSpace::layer ? Message::unknown_layer
                                                    : Message::unknown_variable;
  locate(context, record, diagnostic);
  diagnostic.a = name;
  diagnostic.b = closest_declared(context, record.entry.key, name, buffer);
  context.sink.report(diagnostic);
}

std::string_view IndexBuilder::closest_declared(const Context& context, const IndexKey& key,
                                                std::string_view name,
                                                std::array<char, kMaxName>& out) {
  std::string_view best;
  ClosestWord closest(name);
  ScratchRecord record;
  for (std::uint32_t i = 0; i < records_; ++i) {
    if (!context.scratch.read(record.next, record)) break;
    const bool candidate = record.role == ScratchRecord::Role::declaration &&
                           key_space(record.entry.key) == key_space(key);
    if (!candidate) continue;
    std::array<char, kMaxName> buffer;
    const std::string_view other = name_of(context, record, buffer);
    if (!closest.offer(other)) continue;
    std::copy(other.begin(), other.end(), out.begin());
    best = {out.data(), other.size()};
  }
  return best;
}

/// The name or the setting of `record`, as it stands in the source.
std::string_view IndexBuilder::name_of(const Context& context, const ScratchRecord& record,
                                       std::array<char, kMaxName>& out) {
  const bool counted = record.length != 0;
  const std::size_t size = counted ? std::min<std::size_t>(record.length, out.size()) : out.size();
  std::size_t done = 0;
  std::size_t end = 0;
  while (end == done && done < size) {
    const auto at = static_cast<std::uint32_t>(record.offset + done);
    const std::size_t count = context.source.read(at, std::span{out}.subspan(done, size - done));
    if (count == 0) break;
    done += count;
    while (end < done && (counted || is_of_name(out[end]))) ++end;
  }
  return {out.data(), end};
}

/// Goes past a byte of the source, the one before which was `before`.
void IndexBuilder::pass(Position& at, char byte, char before) {
  const auto bits = static_cast<std::uint8_t>(byte);
  ++at.offset;
  if (byte == '\n' && before == '\r') return;
  if (byte == '\n' || byte == '\r') {
    ++at.line;
    at.column = 1;
  } else if ((bits & 0xC0U) != 0x80U && (at.offset > 1 || bits != 0xEF)) {
    ++at.column;  // of what is no byte order mark
  }
}

/// Counts on from the place that is known before the record's.
[[gnu::noinline]] Position IndexBuilder::position_of(const Context& context,
                                                     const ScratchRecord& record) {
  std::array<char, 64> piece;
  Position at = record.known;
  char before = 0;
  while (at.offset < record.offset) {
    const std::size_t wanted = std::min<std::size_t>(piece.size(), record.offset - at.offset);
    const std::size_t count = context.source.read(at.offset, std::span{piece}.first(wanted));
    if (count == 0) break;
    for (std::size_t i = 0; i < count; ++i) {
      pass(at, piece[i], before);
      before = piece[i];
    }
  }
  return at;
}

/// Puts into `diagnostic` where the record's trigger or name stands.
[[gnu::noinline]] void IndexBuilder::locate(const Context& context, const ScratchRecord& record,
                                            Diagnostic& diagnostic) {
  std::array<char, kMaxName> name;
  diagnostic.at = position_of(context, record);
  diagnostic.length = record.length;
  if (record.length == 0) {
    diagnostic.length = static_cast<std::uint32_t>(name_of(context, record, name).size());
  }
}

}  // namespace pianola::lang
