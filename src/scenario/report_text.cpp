#include "scenario/report_text.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <limits>

#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/words.hpp"
#include "scenario/key_chord.hpp"

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
    return fmt::format("mouse {}", lang::kButtonWords[number - 1]);
  }
  return fmt::format("mouse {}", number);
}

/// Reads reports.
class ReportReader {
 public:
  ReportReader(std::string_view text, std::size_t& at) : text_(text), at_(at) {}

  hid::Report run() {
    const std::size_t begin = at_;
    if (!take("[")) fail("a report is expected, such as [02:0b] or [00:]", begin);
    report_.mods = static_cast<hid::Modifiers>(hex(0xFF));
    if (!take(":")) fail("':' is expected between modifiers and keys", at_);
    while (!take("]")) {
      if (!report_.keys.empty() && !take(",")) fail("',' or ']' is expected", at_);
      report_.keys.add(static_cast<std::uint8_t>(hex(0xFF)));
    }
    while (field()) {
    }
    return report_;
  }

 private:
  [[noreturn]] static void fail(const std::string& message, std::size_t offset) {
    throw TextError(message, offset, 1);
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  /// What follows the brackets, with the blank before it.
  bool field() {
    if (take(" consumer:")) {
      report_.consumer = static_cast<std::uint16_t>(hex(hid::kMaxConsumerId));
    } else if (take(" system:")) {
      report_.system = static_cast<std::uint8_t>(hex(0xFF));
    } else if (take(" buttons:")) {
      report_.buttons = static_cast<std::uint8_t>(hex(0xFF));
    } else if (take(" move:")) {
      report_.x = static_cast<std::int16_t>(decimal(std::numeric_limits<std::int16_t>::max()));
      if (!take(",")) fail("',' is expected between the two directions", at_);
      report_.y = static_cast<std::int16_t>(decimal(std::numeric_limits<std::int16_t>::max()));
    } else if (take(" scroll:")) {
      report_.wheel = static_cast<std::int8_t>(decimal(std::numeric_limits<std::int8_t>::max()));
    } else {
      return false;
    }
    return true;
  }

  unsigned hex(unsigned most) {
    unsigned value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value, 16);
    if (error != std::errc{} || value > most) {
      fail(fmt::format("a hexadecimal number up to {:x} is expected", most), at_);
    }
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  int decimal(int most) {
    int value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value > most || value < -most) {
      fail(fmt::format("a number from -{0} to {0} is expected", most), at_);
    }
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  std::string_view text_;
  std::size_t& at_;
  hid::Report report_;
};

}  // namespace

std::string key_text(hid::Usage usage, const hid::Layout& layout) {
  const unsigned number = hid::id(usage);
  if (hid::is_modifier(usage)) return std::string(kModifiers[number & 7U]);
  if (hid::page(usage) == hid::Page::button) return button_text(number);
  if (hid::page(usage) == hid::Page::macro) return fmt::format("M{}", number);
  if (has_character(usage)) {
    const char32_t shown = layout.decode({0, static_cast<std::uint8_t>(number)});
    if (shown > U' ') return std::string(std::string_view(encode_utf8(shown)));
  }
  const std::string_view name = hid::canonical_name(usage);
  if (!name.empty()) return std::string(name);
  return fmt::format("0x{:02x}", static_cast<unsigned>(usage));
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
    keys += fmt::format("{}move {} {}", blank(), report.x, report.y);
  }
  if (report.wheel != 0) keys += fmt::format("{}scroll {}", blank(), report.wheel);
  return keys.empty() ? "(all up)" : keys;
}

hid::Report read_report(std::string_view text, std::size_t& at) {
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
      out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace pianola::scenario
