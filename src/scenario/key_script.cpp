#include "scenario/key_script.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/settings.hpp"
#include "scenario/duration.hpp"

namespace pianola::scenario {
namespace {

/// The keys of one item: modifiers, then the key itself.
using Keys = std::vector<hid::Usage>;

class KeyParser {
 public:
  KeyParser(std::string_view text, const hid::Layout& layout) : text_(text), layout_(layout) {}

  KeyScript run() {
    for (;;) {
      while (at_ < text_.size() && at_separator(text_, at_)) ++at_;
      if (at_ == text_.size()) return std::move(script_);
      item();
      if (!at_separator(text_, at_)) fail("expected a space after this", item_, at_ - item_);
    }
  }

 private:
  [[noreturn]] static void fail(const std::string& message, std::size_t offset, std::size_t size) {
    throw TextError(message, offset, size);
  }

  void item() {
    item_ = at_;
    const char sign = text_[at_];
    if ((sign == '+' || sign == '-') && !at_separator(text_, at_ + 1)) {
      ++at_;
      const Keys keys = read_chord(text_, at_, layout_);
      sign == '+' ? press(keys) : release(keys);
      return;
    }
    if (is_digit(sign) && wait()) return;
    const Keys keys = read_chord(text_, at_, layout_);
    press(keys);
    pass(kTapTime);
    release(keys);
  }

  /// A number of milliseconds or a duration. False if it is a usage or a name.
  bool wait() {
    std::size_t size = 0;
    for (std::size_t more = 1; more != 0; size += more) {
      const bool point = at_ + size < text_.size() && text_[at_ + size] == '.';
      more = point ? 1 : word_size(text_, at_ + size);
    }
    const std::string_view word = text_.substr(at_, size);
    if (word.starts_with("0x") || word.starts_with("0X")) return false;
    if (hid::usage_from_name(word)) return false;
    const auto duration = parse_duration(word);
    if (!duration) {
      const bool number = std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c); });
      fail(number ? fmt::format("a wait of {} ms is too long; the longest is 24 days", word)
                  : fmt::format("'{}' is no time to wait; write 500, 500ms, 1.5s or 2min", word),
           at_, size);
    }
    at_ += size;
    pass(*duration);
    return true;
  }

  void press(const Keys& keys) {
    for (const hid::Usage usage : keys) add(usage, true);
  }
  void release(const Keys& keys) {
    for (auto usage = keys.rbegin(); usage != keys.rend(); ++usage) add(*usage, false);
  }
  void add(hid::Usage usage, bool down) {
    script_.events.push_back({.usage = usage, .down = down, .time = script_.end});
  }
  void pass(std::uint32_t time) {
    if (time > lang::kMaxDuration - script_.end) {
      fail("these keys take more than 24 days", item_, at_ - item_);
    }
    script_.end += time;
  }

  std::string_view text_;
  const hid::Layout& layout_;
  std::size_t at_ = 0;
  std::size_t item_ = 0;  ///< Where the item begins.
  KeyScript script_;
};

}  // namespace

KeyScript parse_key_script(std::string_view text, const hid::Layout& layout) {
  return KeyParser(text, layout).run();
}

std::vector<hid::Stroke> strokes_of(std::string_view text, const hid::Layout& layout) {
  std::vector<hid::Stroke> all;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char character = decode_utf8(text.substr(at));
    if (character.size == 0) throw TextError("this is not UTF-8 text", at, 1);
    const hid::Strokes strokes = layout.strokes(character.code);
    if (strokes.count == 0) {
      throw TextError(
          fmt::format("layout {} cannot type '{}'", layout.name(), text.substr(at, character.size)),
          at, character.size);
    }
    all.insert(all.end(), strokes.stroke.begin(), strokes.stroke.begin() + strokes.count);
    at += character.size;
  }
  return all;
}

void add_typed_text(std::string_view text, const hid::Layout& layout, KeyScript& script) {
  for (const hid::Stroke stroke : strokes_of(text, layout)) {
    const auto change = [&](hid::Usage usage, bool down) {
      script.events.push_back({.usage = usage, .down = down, .time = script.end});
    };
    const auto modifiers = [&](bool down) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((stroke.mods >> bit & 1U) != 0) change(hid::modifier_usage(bit), down);
      }
    };
    modifiers(true);
    change(hid::keyboard_usage(stroke.usage), true);
    script.end += kTapTime;
    change(hid::keyboard_usage(stroke.usage), false);
    modifiers(false);
  }
}

}  // namespace pianola::scenario
