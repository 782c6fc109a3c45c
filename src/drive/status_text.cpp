#include "drive/status_text.hpp"

#include <algorithm>
#include <array>

#include "base/text_writer.hpp"
#include "drive/drive_text.hpp"

namespace pianola::drive {
namespace {

constexpr DriveText outcome_text(Outcome outcome) {
  return static_cast<DriveText>(static_cast<unsigned>(DriveText::none) +
                                static_cast<unsigned>(outcome));
}
static_assert(outcome_text(Outcome::none) == DriveText::none);
static_assert(outcome_text(Outcome::failed) == DriveText::failed);
static_assert(outcome_text(Outcome::other_texts) == DriveText::other_texts);

}  // namespace

void StatusText::write(std::span<const char> text) {
  const std::size_t count = std::min<std::size_t>(text.size(), kSize - 1 - size_);
  std::copy_n(text.begin(), count, text_.begin() + size_);
  size_ += static_cast<std::uint32_t>(count);
}

void StatusText::write(store::Store& store, const store::CurrentRoll& roll,
                       std::uint32_t largest_file, Outcome outcome, std::uint32_t warnings,
                       StatusReport& report) {
  size_ = 0;
  const store::Space space = store.space();
  TextWriter out(*this);
  out << "Pianola " << PIANOLA_VERSION;
  const std::uint32_t size = roll.text_size();
  write_text(out, DriveText::macros, &size);
  if (roll.is_default()) write_text(out, DriveText::default_macros);
  const std::array<std::uint32_t, 5> numbers = {space.live, space.usable, largest_file,
                                                space.least_erases, space.most_erases};
  write_text(out, DriveText::space, numbers.data());
  write_text(out, outcome_text(outcome));
  if (outcome == Outcome::taken && warnings > 0) write_text(out, DriveText::warnings, &warnings);
  write_text(out, DriveText::encryption);
  damage_begin_ = size_;
  report.write_damage(*this);
  damage_end_ = size_;
  report.write_status(*this);
  // Cut off where it must be, but at the end of a line; the rest is blank.
  if (size_ == kSize - 1) {
    while (size_ > 0 && text_[size_ - 1] != '\n') --size_;
  }
  std::fill(text_.begin() + size_, text_.end() - 1, ' ');
  text_.back() = '\n';
}

}  // namespace pianola::drive
