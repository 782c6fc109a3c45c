#include "store/shown_text.hpp"

#include <algorithm>

#include "base/text_writer.hpp"

namespace pianola::store {
namespace {

/// A gap is shown as one of so many bytes at least, so that it can be told: what can be read of
/// them is not shown. (There may be less: then it is all of the slice's.)
constexpr std::uint32_t kLeastGap = 8;
/// Length of a line within a large gap, its end and the `#` of the next one included.
constexpr std::uint32_t kGapLine = 72;

constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80U; }

/// Bytes of the UTF-8 character that begins with `lead`.
constexpr std::uint32_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
}

/// Takes a part of what is written: as many bytes as there is room for, from byte `from` on.
class Part final : public TextSink {
 public:
  Part(std::uint32_t from, std::span<char> out) : out_(out), from_(from) {}
  void write(std::span<const char> text) override {
    for (const char c : text) {
      if (at_ >= from_ && at_ - from_ < out_.size()) out_[at_ - from_] = c;
      ++at_;
    }
  }
  /// Bytes that were written.
  [[nodiscard]] std::uint32_t written() const { return at_; }

 private:
  std::span<char> out_;
  std::uint32_t from_;
  std::uint32_t at_ = 0;
};

}  // namespace

/// Bytes of a damaged slice that can be read, with those around them: they tell what is shown. All
/// others are 0, which is no character of a text.
class ShownText::Window {
 public:
  /// `text` are the bytes at `at` of the slice, `around` those before and after.
  Window(const ShownText& shown, std::uint32_t at, std::span<const char> text, const Around& around)
      : shown_(shown), at_(at), text_(text), around_(around), after_(around.after) {}

  /// Whether a line begins at `at`, which is to be made a comment if it is not empty.
  [[nodiscard]] bool starts_line(std::uint32_t at) const {
    if (at == 0) return true;
    const char before = byte(at - 1);
    return is_line_end(before) && !(before == '\r' && byte(at) == '\n') && !is_spared(at - 1);
  }
  /// Puts what is shown in the place of the text, from its end on: what is before a byte tells
  /// about it, and one that is behind.
  void show(std::span<char> text) {
    for (auto i = static_cast<std::uint32_t>(text.size()); i-- > 0;) {
      const char c = shown(at_ + i);
      after_ = text[i];
      text_ = text.first(i);
      text[i] = c;
    }
  }

 private:
  [[nodiscard]] char byte(std::uint32_t at) const {
    if (at < at_) return around_.before[at + kBefore - at_];
    if (at - at_ < text_.size()) return text_[at - at_];
    return at - at_ == text_.size() ? after_ : '\0';
  }
  /// What is shown at `at`.
  [[nodiscard]] char shown(std::uint32_t at) const {
    if (at == shown_.slice_.size - 1) return '\n';
    const char c = byte(at);
    if (starts_line(at)) return is_line_end(c) && !is_spared(at) ? c : '#';
    return is_ascii(c) || is_whole(at) ? (c == 0 ? '?' : c) : '?';
  }
  /// Whether the byte is an empty line's end, which gives way to the `#` of the next line.
  [[nodiscard]] bool is_spared(std::uint32_t at) const {
    return byte(at) == '\n' && (at == 0 || byte(at - 1) == '\n') && !is_line_end(byte(at + 1));
  }
  /// Whether all of the character that the byte belongs to is shown.
  [[nodiscard]] bool is_whole(std::uint32_t at) const {
    std::uint32_t lead = at;
    while (is_continuation(byte(lead)) && lead > 0 && at - lead < 3) --lead;
    const std::uint32_t good = std::min(shown_.gap_, shown_.slice_.size - 1);
    return length_of(byte(lead)) > at - lead && !starts_line(lead) &&
           lead + length_of(byte(lead)) <= good;
  }

  const ShownText& shown_;
  std::uint32_t at_;  ///< Of `text_`, in the slice.
  std::span<const char> text_;
  const Around& around_;
  char after_;  ///< The byte behind `text_`.
};

/// Goes to the slice with byte `offset` of the text. False after the end.
bool ShownText::go_to(std::uint32_t offset) {
  const bool here = known_ && epoch_ == roll_.epoch() && offset >= slice_.begin &&
                    offset - slice_.begin < slice_.size;
  if (here && offset < roll_.text_size()) return true;
  epoch_ = roll_.epoch();
  known_ = roll_.slice_at(offset, slice_);
  begin_ = gap_ = 0;
  // All that is not framed can be read, if it is known which definition it is.
  end_ = slice_.framed ? 0 : slice_.size;
  damaged_ = known_ && slice_.record == 0;
  if (!damaged_) gap_ = end_;
  return known_;
}

/// Whether byte `at` of the slice can be read. If so, all can that stand in the same frame.
bool ShownText::can_read(std::uint32_t at) {
  char c = 0;
  return roll_.read_text(slice_.begin + at, {&c, 1}) == 1;
}

/// Goes to the part of the slice behind this one.
[[gnu::noinline]] void ShownText::next_part() {
  begin_ = gap_ = end_;
  for (bool good = true; end_ < slice_.size;) {
    if (good != can_read(end_)) {
      if (!good) break;
      good = false;
      gap_ = end_;
    }
    end_ += std::min(roll_.run_at(slice_.begin + end_), slice_.size - end_);
    if (good) gap_ = end_;
  }
  if (end_ == gap_) return;
  damaged_ = true;
  end_ = std::max(end_, std::min(gap_ + kLeastGap, slice_.size));
  gap_ = std::min(gap_, end_ - std::min(kLeastGap, end_ - begin_));
}

/// Goes to the part with byte `at` of the slice.
void ShownText::seek(std::uint32_t at) {
  if (at < begin_) begin_ = gap_ = end_ = 0;
  while (at >= end_ && end_ < slice_.size) next_part();
}

/// Reads the part's good bytes from `at` on, and what tells what is shown of them.
[[gnu::noinline]] void ShownText::read_good(std::uint32_t at, std::span<char> out) {
  Around around;
  const std::uint32_t before = std::min(at - begin_, kBefore);
  roll_.read_text(slice_.begin + at - before, std::span{around.before}.last(before));
  if (at + out.size() < gap_) {
    roll_.read_text(static_cast<std::uint32_t>(slice_.begin + at + out.size()), {&around.after, 1});
  }
  roll_.read_text(slice_.begin + at, out);
  show(at, out, around);
}

/// Apart, so that what it needs is not on the stack while flash is read.
[[gnu::noinline]] void ShownText::show(std::uint32_t at, std::span<char> text,
                                       const Around& around) const {
  Window{*this, at, text, around}.show(text);
}

/// Whether the part's gap begins a line.
[[gnu::noinline]] bool ShownText::starts_line() {
  Around around;
  const std::uint32_t before = std::min(gap_ - begin_, kBefore);
  roll_.read_text(slice_.begin + gap_ - before, std::span{around.before}.last(before));
  return Window{*this, gap_, {}, around}.starts_line(gap_);
}

/// Writes bytes of the part's gap: a line that says what it is, and more that say nothing.
[[gnu::noinline]] void ShownText::write_gap(std::uint32_t at, std::span<char> out,
                                            bool starts) const {
  const bool last = end_ == slice_.size;
  const std::uint32_t size = end_ - gap_;
  Part part{at - gap_, out};
  TextWriter line{part};
  if (!starts) line << "\n";
  line << "# ";
  line.decimal(size) << " bytes that stood here cannot be read ";
  const std::uint32_t tail = last ? 1 : 2;
  const bool has_line = part.written() + kGapMark.size() + tail <= size;
  std::uint32_t place = at - gap_;
  for (char& to : out) {
    char c = '?';
    if (!has_line) {
      if (place == 0 && starts) c = '#';
    } else if (place < part.written()) {
      c = to;
    } else if (place + tail >= size) {
      c = place + tail == size ? '\n' : '#';
    } else {
      const std::uint32_t column = place % kGapLine;
      if (column >= kGapLine - 2) c = column == kGapLine - 2 ? '\n' : '#';
    }
    to = last && place == size - 1 ? '\n' : c;
    ++place;
  }
}

/// Reads some bytes from byte `at` of the slice on: at least one.
inline std::size_t ShownText::read_some(std::uint32_t at, std::span<char> out) {
  seek(at);
  const bool good = at < gap_;
  out = out.first(std::min<std::size_t>(out.size(), (good ? gap_ : end_) - at));
  if (!damaged_) {
    const std::size_t count = roll_.read_text(slice_.begin + at, out);
    if (count != 0) return count;
    // It could be read before.
    known_ = false;
    out = out.first(1);
    out[0] = '?';
  } else if (good) {
    read_good(at, out);
  } else {
    write_gap(at, out, starts_line());
  }
  return out.size();
}

std::size_t ShownText::read(std::uint32_t offset, std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    if (!go_to(at)) break;
    done += read_some(at - slice_.begin, out.subspan(done));
  }
  return done;
}

bool ShownText::find(std::uint32_t offset, StoredRoll::Slice& out, bool& damaged) {
  if (!go_to(offset)) return false;
  seek(offset - slice_.begin);
  out = slice_;
  damaged = damaged_;
  return true;
}

}  // namespace pianola::store
