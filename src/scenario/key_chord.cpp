#include "scenario/key_chord.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/words.hpp"

namespace pianola::scenario {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t characters(std::string_view bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(
      bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// The whole of `digits` as a number.
std::optional<unsigned> number_of(std::string_view digits, int base = 10) {
  unsigned number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

class ChordReader {
 public:
  ChordReader(std::string_view text, std::size_t& at, const hid::Layout& layout)
      : text_(text), at_(at), layout_(layout) {}

  std::vector<hid::Usage> run() {
    std::vector<hid::Usage> keys;
    while (modifier(keys)) {
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

 private:
  [[noreturn]] static void fail(const std::string& message, std::size_t offset, std::size_t size) {
    throw TextError(message, offset, size);
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  /// `ctrl+` and the like.
  bool modifier(std::vector<hid::Usage>& keys) {
    const std::size_t size = word_size(text_, at_);
    if (size == 0 || peek(size) != '+') return false;
    const std::string_view word = text_.substr(at_, size);
    const auto usage = hid::usage_from_name(word);
    if (!usage || !hid::is_modifier(*usage)) {
      fail(fmt::format("'{}' is not a modifier; before '+' stand ctrl, shift, alt or gui", word),
           at_, size);
    }
    keys.push_back(*usage);
    at_ += size + 1;
    if (at_separator(text_, at_)) fail("a chord is written without spaces around '+'", at_ - 1, 1);
    return true;
  }

  hid::Usage key() {
    const std::size_t size = word_size(text_, at_);
    if (size > 1) return named_key(size);
    if (peek() == '\'') return quoted_key();
    if (peek() == '"') fail("a key, not a text, is expected; the key \" is written '\"'", at_, 1);
    return character_key(at_);
  }

  hid::Usage named_key(std::size_t size) {
    const std::string_view word = text_.substr(at_, size);
    if (word.starts_with("0x") || word.starts_with("0X")) return numbered_key(word);
    if (word == "mouse") return mouse_button();
    auto usage = hid::usage_from_name(word);
    if (!usage) usage = macro_key(word);
    if (!usage) {
      const std::string_view closest = hid::closest_name(word);
      fail(closest.empty() ? fmt::format("unknown key '{}'; pianola keys lists them", word)
                           : fmt::format("unknown key '{}'; did you mean '{}'?", word, closest),
           at_, size);
    }
    at_ += size;
    return *usage;
  }

  /// M0 to M127.
  static std::optional<hid::Usage> macro_key(std::string_view word) {
    if (word[0] != 'M' && word[0] != 'm') return std::nullopt;
    const auto number = number_of(word.substr(1));
    if (!number || *number >= hid::kMacroKeys) return std::nullopt;
    return hid::macro_usage(static_cast<std::uint8_t>(*number));
  }

  /// `mouse left`, `mouse 1`.
  hid::Usage mouse_button() {
    const std::size_t begin = at_;
    at_ += std::string_view("mouse").size();
    while (peek() == ' ') ++at_;
    const std::size_t size = word_size(text_, at_);
    const std::string_view word = text_.substr(at_, size);
    auto number = number_of(word);
    const std::size_t named = lang::find_word(lang::kButtonWords, word);
    if (named < lang::kButtonWords.size()) number = static_cast<unsigned>(named) + 1;
    if (!number || *number == 0 || *number > hid::kMouseButtons) {
      fail("after mouse stands left, right, middle, back, forward or a number from 1 to 8", begin,
           at_ + size - begin);
    }
    at_ += size;
    return hid::button_usage(static_cast<std::uint8_t>(*number));
  }

  /// 0x04 and the like; the ranges are the language's.
  hid::Usage numbered_key(std::string_view word) {
    const unsigned number = number_of(word.substr(2), 16).value_or(0);
    const bool valid = (number >= 0x04 && number <= 0xE7) ||
                       (number >= 0x1001 && number <= 0x13FF) ||
                       (number >= 0x2081 && number <= 0x20B7);
    if (!valid) {
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
    const std::size_t size = decode_utf8(text_.substr(at_)).size;
    if (size == 0 || peek(size) != '\'') {
      fail("a quoted key is one character between ' and '", begin, 1);
    }
    const hid::Usage usage = character_key(begin);
    ++at_;
    return usage;
  }

  /// The key that types the character here. `begin` is where its quote is, if it has one.
  hid::Usage character_key(std::size_t begin) {
    if (at_ >= text_.size()) fail("expected a key", begin, 1);
    const Utf8Char character = decode_utf8(text_.substr(at_));
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

  std::string_view text_;
  std::size_t& at_;
  const hid::Layout& layout_;
};

}  // namespace

std::string format_error(std::string_view file, std::size_t number, std::string_view line,
                         const TextError& error) {
  std::string shown(line);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  const std::size_t offset = std::min(error.offset(), line.size());
  const std::size_t before = characters(line.substr(0, offset));
  const std::size_t length =
      std::max<std::size_t>(characters(line.substr(offset, error.size())), 1);
  return fmt::format("{}:{}:{}: error: {}\n  {}\n  {}^{}\n", file, number, before + 1, error.what(),
                     shown, std::string(before, ' '), std::string(length - 1, '~'));
}

bool at_separator(std::string_view text, std::size_t at) {
  return at >= text.size() || is_space(text[at]);
}

std::size_t word_size(std::string_view text, std::size_t at) {
  std::size_t size = 0;
  while (at + size < text.size()) {
    const char c = text[at + size];
    if (!is_digit(c) && !is_letter(c) && c != '_') break;
    ++size;
  }
  return size;
}

std::vector<hid::Usage> read_chord(std::string_view text, std::size_t& at,
                                   const hid::Layout& layout) {
  return ChordReader(text, at, layout).run();
}

}  // namespace pianola::scenario
