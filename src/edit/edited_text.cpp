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

std::size_t EditedText::read(std::uint32_t offset, std::span<char> out) {
  if (offset < begin_) {
    return roll_.read_text(offset, out.first(std::min<std::size_t>(out.size(), begin_ - offset)));
  }
  const std::uint32_t within = offset - begin_;
  if (within >= text_.size()) {
    return roll_.read_text(end_ + (within - static_cast<std::uint32_t>(text_.size())), out);
  }
  const auto rest = text_.subspan(within);
  const std::size_t count = std::min(out.size(), rest.size());
  std::copy_n(rest.begin(), count, out.begin());
  return count;
}

}  // namespace pianola::edit
