#include "store/save.hpp"

#include <algorithm>
#include <array>

namespace pianola::store {

using lang::Status;

Save::Save(Store& store, lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink)
    : store_(store), source_(source), scratch_(scratch), reports_(sink) {}

/// Whether the text is the one that is stored.
bool Save::same_text() {
  StoredRoll& roll = store_.roll();
  if (!store_.saved()) return false;
  std::array<char, 64> now;
  std::array<char, 64> then;
  for (std::uint32_t offset = 0;;) {
    const std::size_t count = source_.read(offset, now);
    if (count == 0) return offset == roll.text_size();
    const auto stored = std::span{then}.first(count);
    if (roll.read_text(offset, stored) != count ||
        !std::equal(stored.begin(), stored.end(), now.begin())) {
      return false;
    }
    offset += static_cast<std::uint32_t>(count);
  }
}

/// Whether all that is stored can be read: saving the same text again mends what cannot.
bool Save::is_whole() {
  class Nodes final : public TreeVisitor {
   public:
    void node(std::uint32_t, std::uint32_t, unsigned, bool good) override { all_good &= good; }
    void entry(const Entry&) override {}
    bool all_good = true;
  };
  Log& log = store_.log();
  StoredRoll& roll = store_.roll();
  Nodes nodes;
  walk(log.flash(), TreeKind::chunks, log.root().roll, nodes);
  walk(log.flash(), TreeKind::index, log.root().index, nodes);
  for (std::uint32_t i = 0; nodes.all_good && i < roll.size(); ++i) {
    const std::uint32_t record = roll.record_at(i);
    std::array<std::uint8_t, kBlock> piece;
    std::uint32_t offset = 0;
    std::size_t count = 0;
    while ((count = roll.read_code(record, offset, piece)) > 0) {
      offset += static_cast<std::uint32_t>(count);
    }
    nodes.all_good = offset == roll.code_size(record);
  }
  return nodes.all_good;
}

/// Whether the text has fewer bytes than the stored one.
bool Save::is_shorter() {
  const std::uint32_t size = store_.roll().text_size();
  std::array<char, 1> byte;
  return size > 0 && source_.read(size - 1, byte) == 0;
}

/// Makes room, the second time as much as there can be, and starts to compile.
Status Save::start() {
  Collector& collector = store_.collector();
  const Status room = attempts_ == 0 ? collector.make_room(1) : collector.compact();
  ++attempts_;
  if (room == Status::io_error) return room;
  compiler_.reset();
  scratch_.clear();
  // A text that is shorter than the stored one frees more than it takes.
  store_.log().begin(attempts_ > 2 ? 1 : store_.log().reserve());
  builder_.emplace(store_.log(), source_);
  compiler_.emplace(source_, *builder_, scratch_, reports_);
  phase_ = Phase::compile;
  return Status::more;
}

/// What the compiler ended with: a full region and a sector that fails are worth another try.
Status Save::finish(Status status) {
  kept_ = builder_->kept();
  written_ = builder_->written();
  errors_ = compiler_->errors();
  warnings_ = compiler_->warnings();
  store_.log().rescan();
  const bool again =
      (status == Status::full && (attempts_ < 2 || (attempts_ == 2 && is_shorter()))) ||
      (status == Status::io_error && attempts_ < 3);
  if (again) {
    reports_.muted = true;
    phase_ = Phase::start;
    return Status::more;
  }
  phase_ = Phase::done;
  if (status == Status::ok) store_.collector().spread_wear();
  return status_ = status;
}

Status Save::step() {
  switch (phase_) {
    case Phase::compare:
      unchanged_ = same_text() && is_whole();
      kept_ = unchanged_ ? store_.roll().size() : 0;
      phase_ = unchanged_ ? Phase::done : Phase::start;
      return status_ = unchanged_ ? Status::ok : Status::more;
    case Phase::start: {
      const Status status = start();
      if (status != Status::more) phase_ = Phase::done;
      return status_ = status;
    }
    case Phase::compile: {
      const Status status = compiler_->step();
      return status == Status::more ? status : finish(status);
    }
    case Phase::done:
      break;
  }
  return status_;
}

Status Save::run() {
  Status status = Status::more;
  while (status == Status::more) status = step();
  return status;
}

EditedText::EditedText(StoredRoll& roll, std::uint32_t position, std::uint32_t count,
                       std::span<const char> text)
    : roll_(roll), text_(text) {
  begin_ = roll.begin_of(position);
  end_ = roll.begin_of(position + count);
}

std::size_t EditedText::read(std::uint32_t offset, std::span<char> out) {
  if (offset < begin_) {
    return roll_.read_text(offset, out.first(std::min<std::size_t>(out.size(), begin_ - offset)));
  }
  const auto size = static_cast<std::uint32_t>(text_.size());
  if (offset - begin_ >= size) return roll_.read_text(offset - begin_ - size + end_, out);
  const auto piece = text_.subspan(offset - begin_);
  const std::size_t count = std::min(out.size(), piece.size());
  std::copy_n(piece.begin(), count, out.begin());
  return count;
}

}  // namespace pianola::store
