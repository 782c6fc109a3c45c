#include "store/draft_edit.hpp"

#include <array>
#include <cassert>

namespace pianola::store {

DraftEdit::DraftEdit(Store& store)
    : store_(store),
      nodes_(store.log()),
      tree_(store.log().builder(nodes_)),
      writer_(store.log(), tree_) {}

Status DraftEdit::begin() {
  Log& log = store_.log();
  if (again_) log.mark();
  status_ = log.make_room(1);
  again_ = true;
  if (status_ == Status::io_error) return status_;
  status_ = Status::ok;
  log.begin(log.reserve());
  tree_.begin(TreeKind::objects, log.root()[TreeRole::draft]);
  return status_;
}

/// Appends the entries of an old object.
Status DraftEdit::add(std::uint32_t from, std::uint32_t to) {
  const TreeRef& draft = store_.log().root()[TreeRole::draft];
  TreeReader reader{store_.log().view(), TreeKind::objects, store_.log().frame_buffer()};
  std::array<std::uint8_t, kPayload> renamed;
  Search found = reader.seek(draft, chunk_key(from, 0));
  for (; found == Search::found && reader.key().scope == from; found = reader.next(draft)) {
    const Item item = renumber(reader.item(), to, renamed);
    const Status status = item.empty() ? Status::io_error : tree_.add(item);
    if (status != Status::ok || reader.key().low == kLastChunk) return status;
  }
  return Status::io_error;
}

Status DraftEdit::keep(std::uint32_t from, std::uint32_t to) {
  if (status_ == Status::ok) status_ = add(from, to);
  return status_;
}

Status DraftEdit::put(std::uint32_t number, std::span<const std::uint8_t> bytes) {
  assert(bytes.size() <= Store::kDraftSector);
  if (status_ != Status::ok) return status_;
  writer_.begin(number);
  status_ = writer_.put(bytes);
  if (status_ == Status::ok) {
    status_ = writer_.end(0, static_cast<std::uint32_t>(bytes.size()));
  }
  return status_;
}

Status DraftEdit::commit() {
  Log& log = store_.log();
  Root root = log.root();
  if (status_ == Status::ok) status_ = tree_.finish(root[TreeRole::draft]);
  if (status_ == Status::ok) {
    status_ = log.commit(root);
  } else {
    log.abandon();
  }
  return status_;
}

void DraftEdit::abandon() { store_.log().abandon(); }

}  // namespace pianola::store
