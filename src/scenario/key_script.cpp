#include "scenario/key_script.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/settings.hpp"
#include "scenario/duration.hpp"
#include "scenario/key_chord.hpp"
#include "scenario/text.hpp"

namespace pianola::scenario {
namespace {

/// The keys of one item: modifiers, then the key itself.
using Keys = std::vector<hid::Usage>;

/// Reads a script. What returns bool returns false if the text is wrong.
class KeyParser {
 public:
  KeyParser(std::string_view text, const hid::Layout& layout) : text_(text), layout_(layout) {}

  Result<KeyScript> run() {
    for (;;) {
      while (at_ < text_.size() && at_separator(text_, at_)) ++at_;
      if (at_ == text_.size()) return std::move(script_);
      if (!item()) return std::move(error_);
    }
  }

 private:
  bool fail(TextError error) {
    error_ = std::move(error);
    return false;
  }

  /// An item and that it ends there.
  bool item() {
    item_ = at_;
    const char sign = text_[at_];
    bool good = false;
    if ((sign == '+' || sign == '-') && !at_separator(text_, at_ + 1)) {
      ++at_;
      good = change(sign == '+');
    } else if (const std::string_view word = waited(); !word.empty()) {
      good = wait(word);
    } else {
      good = tap();
    }
    if (!good || at_separator(text_, at_)) return good;
    return fail({"expected a space after this", item_, at_ - item_});
  }

  /// What stands here as a number of milliseconds or a duration; empty if it is a usage or a name.
  [[nodiscard]] std::string_view waited() const {
    if (!is_digit(text_[at_])) return {};
    std::size_t size = 0;
    for (std::size_t more = 1; more != 0; size += more) {
      const bool point = at_ + size < text_.size() && text_[at_ + size] == '.';
      more = point ? 1 : word_size(text_, at_ + size);
    }
    const std::string_view word = text_.substr(at_, size);
    const bool usage = word.starts_with("0x") || word.starts_with("0X");
    return usage || hid::usage_from_name(word) ? std::string_view{} : word;
  }

  bool wait(std::string_view word) {
    const auto duration = parse_duration(word);
    if (!duration) {
      const bool number = std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c); });
      return fail(
          {number ? joined({"a wait of ", word, " ms is too long; the longest is 24 days"})
                  : joined({"'", word, "' is no time to wait; write 500, 500ms, 1.5s or 2min"}),
           at_, word.size()});
    }
    at_ += word.size();
    return pass(*duration);
  }

  /// The keys of a chord go down or up.
  bool change(bool down) {
    Result<Keys> keys = read_chord(text_, at_, layout_);
    if (!keys) return fail(keys.error());
    down ? press(*keys) : release(*keys);
    return true;
  }

  bool tap() {
    Result<Keys> keys = read_chord(text_, at_, layout_);
    if (!keys) return fail(keys.error());
    press(*keys);
    if (!pass(kTapTime)) return false;
    release(*keys);
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
  bool pass(std::uint32_t time) {
    if (time > lang::kMaxDuration - script_.end) {
      return fail({"these keys take more than 24 days", item_, at_ - item_});
    }
    script_.end += time;
    return true;
  }

  std::string_view text_;
  const hid::Layout& layout_;
  std::size_t at_ = 0;
  std::size_t item_ = 0;  ///< Where the item begins.
  KeyScript script_;
  TextError error_;
};

}  // namespace

Result<KeyScript> read_key_script(std::string_view text, const hid::Layout& layout) {
  return KeyParser(text, layout).run();
}

KeyScript parse_key_script(std::string_view text, const hid::Layout& layout) {
  Result<KeyScript> script = read_key_script(text, layout);
  if (!script) std::abort();
  return std::move(*script);
}

Result<std::vector<hid::Stroke>> strokes_of(std::string_view text, const hid::Layout& layout) {
  std::vector<hid::Stroke> all;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char character = decode_utf8(text.substr(at));
    if (character.size == 0) return TextError{"this is not UTF-8 text", at, 1};
    const hid::Strokes strokes = layout.strokes(character.code);
    if (strokes.count == 0) {
      const std::string_view shown = text.substr(at, character.size);
      return TextError{joined({"layout ", layout.name(), " cannot type '", shown, "'"}), at,
                       character.size};
    }
    all.insert(all.end(), strokes.stroke.begin(), strokes.stroke.begin() + strokes.count);
    at += character.size;
  }
  return all;
}

std::optional<TextError> add_typed_text(std::string_view text, const hid::Layout& layout,
                                        KeyScript& script) {
  Result<std::vector<hid::Stroke>> strokes = strokes_of(text, layout);
  if (!strokes) return strokes.error();
  for (const hid::Stroke stroke : *strokes) {
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
  return std::nullopt;
}

}  // namespace pianola::scenario
