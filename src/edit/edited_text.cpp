#include "edit/edited_text.hpp"

#include <algorithm>

namespace pianola::edit {

void EditedText::replace(std::uint32_t begin, std::uint32_t end, std::span<const char> text) {
  begin_ = begin;
  end_ = end;
  text_ = text;
}

void EditedText::replace_definitions(std::uint32_t position, std::uint32_t count,
                                     std::span<const char> text) {
  replace(roll_.begin_of(position), roll_.begin_of(position + count), text);
}

std::size_t EditedText::read_roll(std::uint32_t offset, std::span<char> out) {
  const std::uint32_t size = roll_.text_size();
  if (offset >= size || out.empty()) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), size - offset);
  if (const std::size_t read = roll_.read_text(offset, out.first(count)); read != 0) return read;
  out[0] = '\x01';
  return 1;
}

std::size_t EditedText::read(std::uint32_t offset, std::span<char> out) {
  if (offset < begin_) {
    return read_roll(offset, out.first(std::min<std::size_t>(out.size(), begin_ - offset)));
  }
  const std::uint32_t within = offset - begin_;
  if (within >= text_.size()) {
    return read_roll(end_ + (within - static_cast<std::uint32_t>(text_.size())), out);
  }
  const auto rest = text_.subspan(within);
  const std::size_t count = std::min(out.size(), rest.size());
  std::copy_n(rest.begin(), count, out.begin());
  return count;
}

}  // namespace pianola::edit
