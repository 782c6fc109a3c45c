#include "scenario/key_chord.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/words.hpp"
#include "scenario/text.hpp"

namespace pianola::scenario {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The whole of `digits` as a number.
std::optional<unsigned> number_of(std::string_view digits, int base = 10) {
  unsigned number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Reads a chord. What returns bool returns false if the text is wrong.
class ChordReader {
 public:
  ChordReader(std::string_view text, std::size_t& at, const hid::Layout& layout)
      : text_(text), at_(at), layout_(layout) {}

  Result<std::vector<hid::Usage>> run() {
    if (!chord()) return std::move(error_);
    return std::move(keys_);
  }

 private:
  bool fail(std::string message, std::size_t offset, std::size_t size) {
    error_ = {std::move(message), offset, size};
    return false;
  }
  bool add(hid::Usage usage) {
    keys_.push_back(usage);
    return true;
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool chord() {
    for (;;) {
      const std::size_t size = word_size(text_, at_);
      if (size == 0 || peek(size) != '+') break;
      if (!modifier(size)) return false;
    }
    if (peek() != '^' || !is_letter(peek(1))) return key();
    ++at_;
    return add(hid::kLeftCtrl) && character_key(at_);
  }

  /// `ctrl+` and the like; `size` is that of the word.
  bool modifier(std::size_t size) {
    const std::string_view word = text_.substr(at_, size);
    const auto usage = hid::usage_from_name(word);
    if (!usage || !hid::is_modifier(*usage)) {
      return fail(
          joined({"'", word, "' is not a modifier; before '+' stand ctrl, shift, alt or gui"}), at_,
          size);
    }
    at_ += size + 1;
    if (!at_separator(text_, at_)) return add(*usage);
    return fail("a chord is written without spaces around '+'", at_ - 1, 1);
  }

  bool key() {
    const std::size_t size = word_size(text_, at_);
    if (size > 1) return named_key(size);
    if (peek() == '\'') return quoted_key();
    if (peek() != '"') return character_key(at_);
    return fail("a key, not a text, is expected; the key \" is written '\"'", at_, 1);
  }

  bool named_key(std::size_t size) {
    const std::string_view word = text_.substr(at_, size);
    if (word.starts_with("0x") || word.starts_with("0X")) return numbered_key(word);
    if (word == "mouse") return mouse_button();
    auto usage = hid::usage_from_name(word);
    if (!usage) usage = macro_key(word);
    if (!usage) {
      const hid::KeyName closest = hid::closest_name(word);
      return fail(closest.empty()
                      ? joined({"unknown key '", word, "'; pianola keys lists them"})
                      : joined({"unknown key '", word, "'; did you mean '", closest, "'?"}),
                  at_, size);
    }
    at_ += size;
    return add(*usage);
  }

  /// M0 to M127.
  static std::optional<hid::Usage> macro_key(std::string_view word) {
    if (word[0] != 'M' && word[0] != 'm') return std::nullopt;
    const auto number = number_of(word.substr(1));
    if (!number || *number >= hid::kMacroKeys) return std::nullopt;
    return hid::macro_usage(static_cast<std::uint8_t>(*number));
  }

  /// `mouse left`, `mouse 1`.
  bool mouse_button() {
    const std::size_t begin = at_;
    at_ += std::string_view("mouse").size();
    while (peek() == ' ') ++at_;
    const std::size_t size = word_size(text_, at_);
    const std::string_view word = text_.substr(at_, size);
    auto number = number_of(word);
    const std::size_t named = lang::kButtonWords.find(word);
    if (named < lang::kButtonWords.size()) number = static_cast<unsigned>(named) + 1;
    if (!number || *number == 0 || *number > hid::kMouseButtons) {
      return fail("after mouse stands left, right, middle, back, forward or a number from 1 to 8",
                  begin, at_ + size - begin);
    }
    at_ += size;
    return add(hid::button_usage(static_cast<std::uint8_t>(*number)));
  }

  /// 0x04 and the like; the ranges are the language's.
  bool numbered_key(std::string_view word) {
    const unsigned number = number_of(word.substr(2), 16).value_or(0);
    const bool valid = (number >= 0x04 && number <= 0xE7) ||
                       (number >= 0x1001 && number <= 0x13FF) ||
                       (number >= 0x2081 && number <= 0x20B7);
    if (!valid) {
      return fail(joined({"'", word,
                          "' is no usage: keys are 0x04 to 0xE7, consumer keys 0x1001 to 0x13FF, "
                          "system keys 0x2081 to 0x20B7"}),
                  at_, word.size());
    }
    at_ += word.size();
    return add(static_cast<hid::Usage>(number));
  }

  bool quoted_key() {
    const std::size_t begin = at_++;
    const std::size_t size = decode_utf8(text_.substr(at_)).size;
    if (size == 0 || peek(size) != '\'') {
      return fail("a quoted key is one character between ' and '", begin, 1);
    }
    if (!character_key(begin)) return false;
    ++at_;
    return true;
  }

  /// The key that types the character here. `begin` is where its quote is, if it has one.
  bool character_key(std::size_t begin) {
    if (at_ >= text_.size()) return fail("expected a key", begin, 1);
    const Utf8Char character = decode_utf8(text_.substr(at_));
    if (character.size == 0) return fail("this is not UTF-8 text", at_, 1);
    const std::string_view shown = text_.substr(at_, character.size);
    const auto usage = layout_.key_of(character.code);
    if (!usage) {
      return fail(joined({"no key of layout ", layout_.name(), " types '", shown, "'"}), begin,
                  at_ + character.size - begin);
    }
    at_ += character.size;
    return add(hid::keyboard_usage(*usage));
  }

  std::string_view text_;
  std::size_t& at_;
  const hid::Layout& layout_;
  std::vector<hid::Usage> keys_;
  TextError error_;
};

}  // namespace

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

Result<std::vector<hid::Usage>> read_chord(std::string_view text, std::size_t& at,
                                           const hid::Layout& layout) {
  return ChordReader(text, at, layout).run();
}

}  // namespace pianola::scenario
