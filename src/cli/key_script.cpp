#include "cli/key_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/duration.hpp"
#include "hid/key_names.hpp"
#include "hid/utf8.hpp"
#include "lang/settings.hpp"

namespace pianola::cli {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

/// The keys of one item: modifiers, then the key itself.
using Keys = std::vector<hid::Usage>;

class Parser {
 public:
  Parser(std::string_view text, const hid::Layout& layout) : text_(text), layout_(layout) {}

  KeyScript run() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (at_ == text_.size()) return std::move(script_);
      item();
      if (!at_separator()) fail("expected a space after this", item_, at_ - item_);
    }
  }

 private:
  [[noreturn]] static void fail(const std::string& message, std::size_t offset, std::size_t size) {
    throw KeyScriptError(message, offset, std::max<std::size_t>(size, 1));
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool at_separator(std::size_t ahead = 0) const {
    return at_ + ahead >= text_.size() || is_space(text_[at_ + ahead]);
  }

  void item() {
    item_ = at_;
    const char sign = peek();
    if ((sign == '+' || sign == '-') && !at_separator(1)) {
      ++at_;
      const Keys keys = chord();
      sign == '+' ? press(keys) : release(keys);
      return;
    }
    if (is_digit(sign) && wait()) return;
    const Keys keys = chord();
    press(keys);
    pass(kTapTime);
    release(keys);
  }

  /// A number of milliseconds or a duration. False if it is a usage or a name.
  bool wait() {
    std::size_t size = 0;
    while (is_word(peek(size)) || peek(size) == '.') ++size;
    const std::string_view word = text_.substr(at_, size);
    if (word.starts_with("0x") || word.starts_with("0X")) return false;
    if (hid::usage_from_name(word)) return false;
    const auto duration = parse_duration(word);
    if (!duration) {
      const bool number = std::all_of(word.begin(), word.end(), is_digit);
      fail(number ? fmt::format("a wait of {} ms is too long; the longest is 24 days", word)
                  : fmt::format("'{}' is no time to wait; write 500, 500ms, 1.5s or 2min", word),
           at_, size);
    }
    at_ += size;
    pass(*duration);
    return true;
  }

  /// Modifiers and a key.
  Keys chord() {
    Keys keys;
    for (;;) {
      std::size_t size = 0;
      while (is_word(peek(size))) ++size;
      if (size == 0 || peek(size) != '+') break;
      const std::string_view word = text_.substr(at_, size);
      const auto usage = hid::usage_from_name(word);
      if (!usage || !hid::is_modifier(*usage)) {
        fail(fmt::format("'{}' is not a modifier; before '+' stand ctrl, shift, alt or gui", word),
             at_, size);
      }
      keys.push_back(*usage);
      at_ += size + 1;
      if (at_separator()) fail("a chord is written without spaces around '+'", at_ - 1, 1);
    }
    if (peek() == '^' && is_letter(peek(1))) {
      ++at_;
      keys.push_back(hid::kLeftCtrl);
      keys.push_back(character_key(at_));
    } else {
      keys.push_back(key());
    }
    return keys;
  }

  hid::Usage key() {
    std::size_t size = 0;
    while (is_word(peek(size))) ++size;
    if (size > 1) return named_key(size);
    if (peek() == '\'') return quoted_key();
    if (peek() == '"') fail("a key, not a text, is expected; the key \" is written '\"'", at_, 1);
    return character_key(at_);
  }

  hid::Usage named_key(std::size_t size) {
    const std::string_view word = text_.substr(at_, size);
    if (word.starts_with("0x") || word.starts_with("0X")) return numbered_key(word);
    const auto usage = hid::usage_from_name(word);
    if (!usage) {
      const std::string_view closest = hid::closest_name(word);
      fail(closest.empty() ? fmt::format("unknown key '{}'; pianola keys lists them", word)
                           : fmt::format("unknown key '{}'; did you mean '{}'?", word, closest),
           at_, size);
    }
    at_ += size;
    return *usage;
  }

  /// 0x04 and the like; the ranges are the language's.
  hid::Usage numbered_key(std::string_view word) {
    unsigned number = 0;
    const auto [end, error] =
        std::from_chars(word.data() + 2, word.data() + word.size(), number, 16);
    const bool good = error == std::errc{} && end == word.data() + word.size();
    const bool valid = (number >= 0x04 && number <= 0xE7) ||
                       (number >= 0x1001 && number <= 0x13FF) ||
                       (number >= 0x2081 && number <= 0x20B7);
    if (!good || !valid) {
      fail(fmt::format("'{}' is no usage: keys are 0x04 to 0xE7, consumer keys 0x1001 to 0x13FF, "
                       "system keys 0x2081 to 0x20B7",
                       word),
           at_, word.size());
    }
    at_ += word.size();
    return static_cast<hid::Usage>(number);
  }

  hid::Usage quoted_key() {
    const std::size_t begin = at_++;
    const std::size_t size = hid::decode_utf8(text_.substr(at_)).size;
    if (size == 0 || peek(size) != '\'') {
      fail("a quoted key is one character between ' and '", begin, 1);
    }
    const hid::Usage usage = character_key(begin);
    ++at_;
    return usage;
  }

  /// The key that types the character here. `begin` is where its quote is, if it has one.
  hid::Usage character_key(std::size_t begin) {
    if (at_ == text_.size()) fail("expected a key", begin, 1);
    const hid::Utf8Char character = hid::decode_utf8(text_.substr(at_));
    if (character.size == 0) fail("this is not UTF-8 text", at_, 1);
    const auto usage = layout_.key_of(character.code);
    if (!usage) {
      fail(fmt::format("no key of layout {} types '{}'", layout_.name(),
                       text_.substr(at_, character.size)),
           begin, at_ + character.size - begin);
    }
    at_ += character.size;
    return hid::keyboard_usage(*usage);
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
  return Parser(text, layout).run();
}

}  // namespace pianola::cli
