#include "scenario/report_text.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/words.hpp"
#include "scenario/text.hpp"

namespace pianola::scenario {
namespace {

constexpr std::string_view kModifiers[] = {"CTRL",  "SHIFT",  "ALT",   "GUI",
                                           "RCTRL", "RSHIFT", "ALTGR", "RGUI"};
constexpr std::string_view kBeforeKeys[] = {"ctrl",  "shift",  "alt",   "gui",
                                            "rctrl", "rshift", "altgr", "rgui"};

/// The keys that layouts are about: not those of the keypad, which all types have alike.
bool has_character(hid::Usage usage) {
  return hid::page(usage) == hid::Page::keyboard &&
         (usage <= hid::keyboard_usage(0x38) || usage == hid::keyboard_usage(0x64));
}

/// `ctrl+shift`.
std::string mods_text(hid::Modifiers mods) {
  std::string text;
  for (unsigned bit = 0; bit < std::size(kBeforeKeys); ++bit) {
    if ((mods >> bit & 1U) == 0) continue;
    text += text.empty() ? "" : "+";
    text += kBeforeKeys[bit];
  }
  return text;
}

std::string button_text(unsigned number) {
  if (number >= 1 && number <= lang::kButtonWords.size()) {
    return joined({"mouse ", lang::kButtonWords[number - 1]});
  }
  return "mouse " + std::to_string(number);
}

/// Reads reports. What returns bool returns false if the text is wrong, but for take().
class ReportReader {
 public:
  ReportReader(std::string_view text, std::size_t& at) : text_(text), at_(at) {}

  Result<hid::Report> run() {
    if (!brackets() || !fields()) return std::move(error_);
    return report_;
  }

 private:
  bool fail(std::string message) {
    error_ = {std::move(message), at_, 1};
    return false;
  }

  /// Whether `word` stands here; goes behind it.
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool brackets() {
    if (!take("[")) return fail("a report is expected, such as [02:0b] or [00:]");
    if (!hexadecimal(0xFF, report_.mods)) return false;
    if (!take(":")) return fail("':' is expected between modifiers and keys");
    while (!take("]")) {
      if (!report_.keys.empty() && !take(",")) return fail("',' or ']' is expected");
      std::uint8_t key = 0;
      if (!hexadecimal(0xFF, key)) return false;
      report_.keys.add(key);
    }
    return true;
  }

  /// What follows the brackets, each with the blank before it.
  bool fields() {
    bool good = true;
    while (good) {
      if (take(" consumer:")) {
        good = hexadecimal(hid::kMaxConsumerId, report_.consumer);
      } else if (take(" system:")) {
        good = hexadecimal(0xFF, report_.system);
      } else if (take(" buttons:")) {
        good = hexadecimal(0xFF, report_.buttons);
      } else if (take(" move:")) {
        good = move();
      } else if (take(" scroll:")) {
        good = decimal(report_.wheel);
      } else {
        return true;
      }
    }
    return false;
  }

  bool move() {
    if (!decimal(report_.x)) return false;
    if (!take(",")) return fail("',' is expected between the two directions");
    return decimal(report_.y);
  }

  template <typename Number>
  bool hexadecimal(unsigned most, Number& out) {
    unsigned value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value, 16);
    if (error != std::errc{} || value > most) {
      return fail(joined({"a hexadecimal number up to ", hex(most), " is expected"}));
    }
    out = static_cast<Number>(value);
    at_ += static_cast<std::size_t>(end - begin);
    return true;
  }

  /// A number of either sign, as large as `out` can hold in both.
  template <typename Number>
  bool decimal(Number& out) {
    constexpr int kMost = std::numeric_limits<Number>::max();
    int value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value > kMost || value < -kMost) {
      const std::string most = std::to_string(kMost);
      return fail(joined({"a number from -", most, " to ", most, " is expected"}));
    }
    out = static_cast<Number>(value);
    at_ += static_cast<std::size_t>(end - begin);
    return true;
  }

  std::string_view text_;
  std::size_t& at_;
  hid::Report report_;
  TextError error_;
};

}  // namespace

std::string key_text(hid::Usage usage, const hid::Layout& layout) {
  const unsigned number = hid::id(usage);
  if (hid::is_modifier(usage)) return std::string(kModifiers[number & 7U]);
  if (hid::page(usage) == hid::Page::button) return button_text(number);
  if (hid::page(usage) == hid::Page::macro) return "M" + std::to_string(number);
  if (has_character(usage)) {
    const char32_t shown = layout.decode({0, static_cast<std::uint8_t>(number)});
    if (shown > U' ') return std::string(std::string_view(encode_utf8(shown)));
  }
  const hid::KeyName name = hid::canonical_name(usage);
  if (!name.empty()) return std::string(std::string_view(name));
  return "0x" + hex(static_cast<unsigned>(usage), 2);
}

std::string chord_text(hid::Modifiers mods, hid::Usage usage, const hid::Layout& layout) {
  return mods_text(mods) + (mods != 0 ? "+" : "") + key_text(usage, layout);
}

std::string report_text(const hid::Report& report, const hid::Layout& layout) {
  std::string keys = mods_text(report.mods);
  const auto add = [&](hid::Usage usage) {
    keys += (keys.empty() ? "" : "+") + key_text(usage, layout);
  };
  report.keys.for_each([&](std::uint8_t usage) {
    // A raw report may say a modifier in a key's place.
    const hid::Usage key = hid::keyboard_usage(usage);
    add(key);
    if (hid::is_modifier(key)) keys += " (as a key)";
  });
  if (report.consumer != 0) add(hid::consumer_usage(report.consumer));
  if (report.system != 0) add(hid::system_usage(report.system));
  for (std::uint8_t button = 1; button <= hid::kMouseButtons; ++button) {
    if (report.contains(hid::button_usage(button))) add(hid::button_usage(button));
  }
  const auto blank = [&] { return keys.empty() ? "" : " "; };
  if (report.x != 0 || report.y != 0) {
    keys += joined({blank(), "move ", std::to_string(report.x), " ", std::to_string(report.y)});
  }
  if (report.wheel != 0) keys += joined({blank(), "scroll ", std::to_string(report.wheel)});
  return keys.empty() ? "(all up)" : keys;
}

Result<hid::Report> read_report(std::string_view text, std::size_t& at) {
  return ReportReader(text, at).run();
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '"' || c == '\\' || c == '$') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < ' ') {
      out += joined({"\\u{", hex(static_cast<unsigned char>(c)), "}"});
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace pianola::scenario
