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

/// The line that stands for a gap, up to what fills it.
class GapLine final : public TextSink {
 public:
  /// `starts`: the gap begins a line.
  GapLine(std::uint32_t bytes, bool starts) {
    TextWriter out{*this};
    if (!starts) out << "\n";
    out << "# ";
    out.decimal(bytes) << " bytes that stood here cannot be read ";
  }
  void write(std::span<const char> text) override {
    for (const char c : text) text_[size_++] = c;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] char operator[](std::uint32_t at) const { return text_[at]; }

 private:
  std::array<char, 64> text_;
  std::uint32_t size_ = 0;
};

}  // namespace

/// Bytes of a damaged slice that can be read, from kBefore before a place to one behind it: they
/// tell what is shown there. All others are 0, which is no character of a text.
class ShownText::Window {
 public:
  /// Reads what tells about `count` bytes at `at` of the slice.
  Window(ShownText& text, std::uint32_t at, std::uint32_t count) : size_(text.slice_.size) {
    begin_ = std::max(text.begin_, at - std::min(at, kBefore));
    end_ = begin_;
    good_ = std::min(text.gap_, size_ - 1);
    const std::uint32_t end = std::min(text.gap_, at + count + 1);
    while (end_ < end) {
      const auto out = std::span{bytes_}.subspan(end_ - begin_, end - end_);
      const std::size_t read = text.roll_.read_text(text.slice_.begin + end_, out);
      if (read == 0) break;
      end_ += static_cast<std::uint32_t>(read);
    }
  }

  /// Bytes that one window tells about.
  static constexpr std::uint32_t kMost = 32;

  /// Whether a line begins at `at`, which is to be made a comment if it is not empty.
  [[nodiscard]] bool starts_line(std::uint32_t at) const {
    if (at == 0) return true;
    const char before = byte(at - 1);
    return is_line_end(before) && !(before == '\r' && byte(at) == '\n') && !is_spared(at - 1);
  }
  /// What is shown at `at`.
  [[nodiscard]] char shown(std::uint32_t at) const {
    if (at == size_ - 1) return '\n';
    const char c = byte(at);
    if (starts_line(at)) return is_line_end(c) && !is_spared(at) ? c : '#';
    return is_ascii(c) || is_whole(at) ? (c == 0 ? '?' : c) : '?';
  }

 private:
  /// A character's bytes before the last one, and the two bytes before a line's end.
  static constexpr std::uint32_t kBefore = 5;

  [[nodiscard]] char byte(std::uint32_t at) const {
    return at >= begin_ && at < end_ ? bytes_[at - begin_] : '\0';
  }
  /// Whether the byte is an empty line's end, which gives way to the `#` of the next line.
  [[nodiscard]] bool is_spared(std::uint32_t at) const {
    return byte(at) == '\n' && (at == 0 || byte(at - 1) == '\n') && !is_line_end(byte(at + 1));
  }
  /// Whether all of the character that the byte belongs to is shown.
  [[nodiscard]] bool is_whole(std::uint32_t at) const {
    std::uint32_t lead = at;
    while (is_continuation(byte(lead)) && lead > begin_) --lead;
    return length_of(byte(lead)) > at - lead && !starts_line(lead) &&
           lead + length_of(byte(lead)) <= good_;
  }

  std::array<char, kBefore + kMost + 1> bytes_;
  std::uint32_t size_;   ///< Of the slice.
  std::uint32_t begin_;  ///< Of the bytes, in the slice.
  std::uint32_t end_;
  std::uint32_t good_;  ///< Up to there all are shown.
};

/// Goes to the slice with byte `offset` of the text. False after the end.
bool ShownText::go_to(std::uint32_t offset) {
  const bool here = known_ && epoch_ == roll_.epoch() && offset >= slice_.begin &&
                    offset - slice_.begin < slice_.size;
  if (here && offset < roll_.text_size()) return true;
  epoch_ = roll_.epoch();
  known_ = roll_.slice_at(offset, slice_);
  begin_ = gap_ = end_ = 0;
  if (!known_) return false;
  if (slice_.record == 0) end_ = slice_.size;
  if (slice_.framed) next_part();
  damaged_ = gap_ < end_;
  return true;
}

/// Goes to the part of the slice behind this one.
[[gnu::noinline]] void ShownText::next_part() {
  std::array<char, 64> bytes;
  const std::uint32_t size = slice_.size;
  const auto read = [&](std::uint32_t at, std::size_t most) {
    return static_cast<std::uint32_t>(roll_.read_text(
        slice_.begin + at, std::span{bytes}.first(std::min<std::size_t>(most, size - at))));
  };
  begin_ = gap_ = end_;
  for (std::uint32_t count = 1; gap_ < size && count != 0; gap_ += count) {
    count = read(gap_, bytes.size());
  }
  end_ = gap_;
  while (end_ < size && read(end_, 1) == 0) {
    end_ += std::min(roll_.gap_at(slice_.begin + end_), size - end_);
  }
  if (end_ == gap_) return;
  end_ = std::max(end_, std::min(gap_ + kLeastGap, size));
  gap_ = std::min(gap_, end_ - std::min(kLeastGap, end_ - begin_));
}

/// Goes to the part with byte `at` of the slice, which is damaged.
void ShownText::seek(std::uint32_t at) {
  if (at < begin_) begin_ = gap_ = end_ = 0;
  while (at >= end_ && end_ < slice_.size) next_part();
}

std::size_t ShownText::read_good(std::uint32_t at, std::span<char> out) {
  const std::uint32_t most = std::min(gap_ - at, Window::kMost);
  const std::size_t count = std::min<std::size_t>(out.size(), most);
  const Window window{*this, at, static_cast<std::uint32_t>(count)};
  for (std::uint32_t i = 0; i < count; ++i) out[i] = window.shown(at + i);
  return count;
}

std::size_t ShownText::read_gap(std::uint32_t at, std::span<char> out) {
  const bool starts = Window{*this, gap_, 0}.starts_line(gap_);
  const bool last = end_ == slice_.size;
  const std::uint32_t size = end_ - gap_;
  const GapLine line{size, starts};
  const std::uint32_t tail = last ? 1 : 2;
  const bool has_line = line.size() + kGapMark.size() + tail <= size;
  const std::size_t count = std::min<std::size_t>(out.size(), end_ - at);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t place = at - gap_ + i;
    char c = '?';
    if (!has_line) {
      if (place == 0 && starts) c = '#';
    } else if (place < line.size()) {
      c = line[place];
    } else if (place + tail >= size) {
      c = place + tail == size ? '\n' : '#';
    } else {
      const std::uint32_t column = place % kGapLine;
      if (column >= kGapLine - 2) c = column == kGapLine - 2 ? '\n' : '#';
    }
    if (last && place == size - 1) c = '\n';
    out[i] = c;
  }
  return count;
}

/// Reads some bytes from byte `at` of the slice on: at least one.
std::size_t ShownText::read_some(std::uint32_t at, std::span<char> out) {
  const std::size_t rest = std::min<std::size_t>(out.size(), slice_.size - at);
  if (!damaged_) {
    const std::size_t count = roll_.read_text(slice_.begin + at, out.first(rest));
    if (count != 0) return count;
    // It could be read before.
    known_ = false;
    if (!go_to(slice_.begin + at) || !damaged_) {
      out[0] = '?';
      return 1;
    }
  }
  seek(at);
  return at < gap_ ? read_good(at, out.first(rest)) : read_gap(at, out.first(rest));
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
  out = slice_;
  damaged = damaged_;
  return true;
}

}  // namespace pianola::store
