#include "drive/status_text.hpp"

#include <algorithm>
#include <string_view>

#include "base/text_writer.hpp"

namespace pianola::drive {
namespace {

std::string_view sentence(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none since the device was switched on";
    case Outcome::taken:
      return "taken: the keys do what macros.txt says";
    case Outcome::unchanged:
      return "nothing in macros.txt was changed";
    case Outcome::errors:
      return "macros.txt has errors, see ERRORS.TXT; the keys do what they did before";
    case Outcome::no_room:
      return "no room for macros.txt; the keys do what they did before";
    case Outcome::damaged:
      return "the file system of the drive was damaged, see ERRORS.TXT";
    case Outcome::failed:
      return "the flash memory failed; the keys do what they did before";
    case Outcome::waits:
      return "macros.txt waits: it was saved, but the drive was not ejected";
    case Outcome::errors_wait:
      return "macros.txt has errors, and the drive was not ejected, see ERRORS.TXT";
    case Outcome::other_texts:
      return "only other texts than macros.txt were written, see ERRORS.TXT";
  }
  return {};
}

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
  out << "Pianola " << PIANOLA_VERSION << "\n";
  out << "Macros: ";
  out.decimal(roll.text_size()) << " bytes";
  out << (roll.is_default() ? ", the default ones\n" : "\n");
  out << "Memory: ";
  out.decimal(space.live) << " bytes in use of ";
  out.decimal(space.usable) << "\n";
  out << "Largest file that can be saved now: ";
  out.decimal(largest_file) << " bytes, more if much of it stays as it is\n";
  out << "Wear: each part of the memory was erased ";
  out.decimal(space.least_erases) << " to ";
  out.decimal(space.most_erases) << " times\n";
  out << "Last edit: " << sentence(outcome) << "\n";
  if (outcome == Outcome::taken && warnings > 0) {
    out << "Warnings in macros.txt: ";
    out.decimal(warnings) << "; 'pianola check macros.txt' shows them\n";
  }
  out << "Encryption: none yet; who has the device can read what is marked private\n";
  report.write_status(*this);
  // Cut off where it must be, but at the end of a line; the rest is blank.
  if (size_ == kSize - 1) {
    while (size_ > 0 && text_[size_ - 1] != '\n') --size_;
  }
  std::fill(text_.begin() + size_, text_.end() - 1, ' ');
  text_.back() = '\n';
}

}  // namespace pianola::drive
