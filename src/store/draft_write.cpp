#include "store/draft_write.hpp"

#include <algorithm>

#include "store/store.hpp"

namespace pianola::store {
namespace {

constexpr lang::IndexKey kEnd{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};

}  // namespace

DraftWrite::DraftWrite(Store& store) : store_(store), nodes_(store.log()) {}

Status DraftWrite::step(std::uint32_t first, std::span<const std::uint8_t> data) {
  data_ = data;
  if (phase_ == Phase::idle) {
    first_ = first;
    count_ = Store::drafts_of(data.size());
    start();
  }
  const Status status = advance();
  if (status == Status::more) return status;
  if (status != Status::ok) return failed(status);
  phase_ = Phase::idle;
  return status;
}

void DraftWrite::start() {
  written_ = 0;
  failed_ = marked_ = false;
  reserve_ = store_.log().reserve();
  phase_ = Phase::room;
}

void DraftWrite::drop() {
  if (phase_ > Phase::mark) store_.log().abandon();
  phase_ = Phase::idle;
}

[[gnu::noinline]] Status DraftWrite::advance() {
  Log& log = store_.log();
  constexpr std::uint32_t kNodes = 3;  // pages of what finds the objects
  const std::uint32_t pages = phase_ == Phase::objects ? Store::kDraftPages : kNodes;
  if (phase_ > Phase::before && log.ready_step(pages) == Status::more) return Status::more;
  switch (phase_) {
    case Phase::idle:
    case Phase::room: {
      const Status status =
          log.make_room_step(count_ * (Store::kDraftPages + 1) + Store::kChangePages);
      if (status == Status::more) return status;
      // What there is may do all the same: that was a low estimate.
      failed_ = status == Status::io_error;
      phase_ = Phase::before;
      return Status::more;
    }
    case Phase::mark:
      if (!log.is_marked()) return log.mark_step(), Status::more;
      marked_ = true;
      phase_ = Phase::before;
      return Status::more;
    case Phase::before:
      return before();
    case Phase::objects:
      return object();
    case Phase::after:
      return after();
  }
  return Status::io_error;
}

[[gnu::noinline]] Status DraftWrite::before() {
  Log& log = store_.log();
  log.begin(reserve_);
  builder_ = &log.builder(nodes_);
  builder_->begin(TreeKind::objects, log.root()[TreeRole::draft]);
  written_ = 0;
  phase_ = Phase::objects;
  const Status status = keep_from({}, chunk_key(first_, 0));
  return status == Status::ok ? Status::more : status;
}

[[gnu::noinline]] Status DraftWrite::object() {
  ObjectWriter writer{store_.log(), *builder_};
  const auto rest = data_.subspan(std::size_t{written_} * Store::kDraftSector);
  const auto piece = rest.first(std::min<std::size_t>(rest.size(), Store::kDraftSector));
  writer.begin(first_ + written_);
  Status status = writer.put(piece);
  if (status == Status::ok) status = writer.end(0, static_cast<std::uint32_t>(piece.size()));
  if (status != Status::ok) return status;
  if (++written_ == count_) phase_ = Phase::after;
  return Status::more;
}

[[gnu::noinline]] Status DraftWrite::after() {
  Log& log = store_.log();
  Status status = keep_from(chunk_key(first_ + count_, 0), kEnd);
  Root root = log.root();
  if (status == Status::ok) status = builder_->finish(root[TreeRole::draft]);
  return status == Status::ok ? log.commit(root) : status;
}

/// Takes over what the overlay has from `from` on, before `to`: by whole nodes where it can be.
Status DraftWrite::keep_from(const lang::IndexKey& from, const lang::IndexKey& to) {
  Log& log = store_.log();
  const TreeRef& old = log.root()[TreeRole::draft];
  TreeReader reader{log.view(), TreeKind::objects, log.frame_buffer()};
  Search found = reader.seek(old, from);
  while (found == Search::found && reader.key() < to) {
    lang::IndexKey key = reader.key();
    if (reader.place().item == 0) {
      if (const Status status = builder_->keep_nodes(key, to); status != Status::ok) return status;
    }
    if (key != reader.key()) {
      found = reader.seek(old, key);
      continue;
    }
    if (const Status status = builder_->add(reader.item()); status != Status::ok) return status;
    found = reader.next(old);
  }
  return found == Search::damaged ? Status::io_error : Status::ok;
}

/// The transaction came to nothing: once more, if anything can be done about it.
[[gnu::noinline]] Status DraftWrite::failed(Status status) {
  Log& log = store_.log();
  log.abandon();
  const bool again = status == Status::io_error && !failed_;
  failed_ = failed_ || again;
  phase_ = again ? Phase::before : Phase::idle;
  if (status != Status::full) return again ? Status::more : status;
  if (marked_) {
    // Writing over what is there frees as much as it takes.
    if (reserve_ == 0 || !is_over()) return status;
    reserve_ = 0;
  }
  phase_ = Phase::mark;
  return Status::more;
}

/// Whether all these objects are in the overlay.
bool DraftWrite::is_over() {
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (store_.next_draft(first_ + i) != first_ + i) return false;
  }
  return true;
}

}  // namespace pianola::store
