#include "lang/code/notation.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/code/expression.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/words.hpp"

namespace pianola::lang {
namespace {

/// Whether a reader of the text would not see `c`, or see it in another place: control characters,
/// odd spaces and marks that change the direction of writing (Unicode 15, chapters 6 and 23).
constexpr bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 ||
         c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000;
}

/// Whether a trigger is written as this character without quotes. `=` and `/` might be: but after
/// `var n` or `a = b` they would go on with that.
constexpr bool is_bare(char32_t c) {
  return c != ' ' && !is_invisible(c) &&
         std::u32string_view{U"\"#[]{}();,'=/"}.find(c) == std::u32string_view::npos;
}

bool write_character_key(TextWriter& out, char32_t c, KeyPlace place) {
  // Of letters the small one stands for the key, of digits the digit key does.
  const bool good =
      c >= ' ' && c != 0x7F && !is_digit(c) && !(c >= 'A' && c <= 'Z') && encode_utf8(c).size != 0;
  if (place == KeyPlace::statement) out << "tap ";
  if (is_letter(c) || (place == KeyPlace::trigger && is_bare(c))) {
    out.character(c);
  } else if (good) {
    out.put('\'').character(c).put('\'');
  } else {
    out << "'\\u{";
    out.hex(c, 1) << "}'";
  }
  return good;
}

/// Whether source may name the usage by its number.
constexpr bool is_numbered(std::uint32_t usage) {
  return (usage >= 0x04 && usage <= 0xE7) || (usage >= 0x1001 && usage <= 0x13FF) ||
         (usage >= 0x2081 && usage <= 0x20B7);
}

/// `click left` as a statement, else `mouse left`.
bool write_button(TextWriter& out, std::uint32_t number, KeyPlace place) {
  out << (place == KeyPlace::statement ? "click " : "mouse ");
  if (number >= 1 && number <= kButtonWords.size()) {
    out << kButtonWords[number - 1];
  } else {
    out.decimal(number);
  }
  return number >= 1 && number <= hid::kMouseButtons;
}

bool write_usage(TextWriter& out, std::uint32_t value, KeyPlace place) {
  if (value > 0xFFFF) {
    out << "0x";
    out.hex(value, 4);
    return false;
  }
  const auto usage = static_cast<hid::Usage>(value);
  if (hid::page(usage) == hid::Page::button) return write_button(out, value & 0xFFFU, place);
  if (usage >= hid::kKey1 && usage <= hid::kKey0) {
    if (place == KeyPlace::statement) out << "tap ";
    out.decimal((value - static_cast<std::uint32_t>(hid::kKey1) + 1) % 10);
    return true;
  }
  // A letter would mean the key that types it, so the keys themselves go by number.
  const bool letter = usage >= hid::kKeyA && usage <= hid::kKeyZ;
  const hid::KeyName name = letter ? hid::KeyName{} : hid::canonical_name(usage);
  if (!name.empty()) {
    out << name;
    return true;
  }
  out << (place == KeyPlace::statement ? "key 0x" : "0x");
  out.hex(value, 2);
  return is_numbered(value);
}

void write_mod_names(TextWriter& out, std::uint8_t bits, WordList names) {
  for (const std::string_view name : names) {
    if ((bits & 1U) != 0) out << name;
    bits = static_cast<std::uint8_t>(bits >> 1);
  }
}

/// Hands out the characters of a text.
class TextReader {
 public:
  TextReader(CodeReader& reader, std::uint32_t size) : reader_(reader), left_(size) {}

  /// The next character; 0 at the end, or where the bytes are no text (then bad() is true).
  char32_t next() {
    std::array<std::uint8_t, 4> bytes{};
    Utf8Char found{0, 0, true};
    std::size_t count = 0;
    while (found.size == 0 && found.incomplete && count < bytes.size() && left_ > 0) {
      bytes[count++] = reader_.byte();
      --left_;
      found = decode_utf8(std::span{bytes}.first(count));
    }
    bad_ = bad_ || reader_.failed() || (count != 0 && (found.size == 0 || found.code == 0));
    return bad_ ? 0 : found.code;
  }

  [[nodiscard]] bool bad() const { return bad_; }

 private:
  CodeReader& reader_;
  std::uint32_t left_;
  bool bad_ = false;
};

}  // namespace

bool write_key(TextWriter& out, KeyRef key, KeyPlace place) {
  return key.is_character() ? write_character_key(out, key.value(), place)
                            : write_usage(out, key.value(), place);
}

void write_mods(TextWriter& out, hid::Modifiers mods) { write_mod_names(out, mods, kChordMods); }

bool write_chord(TextWriter& out, hid::Modifiers mods, KeyRef key, KeyPlace place) {
  write_mods(out, mods);
  return write_key(out, key, mods != 0 ? KeyPlace::chord : place);
}

bool write_trigger(TextWriter& out, CodeReader& reader, const Instruction& in) {
  constexpr std::array<std::string_view, kTriggerKinds> kPrefix = {
      "", "leader ", "double ", "hold ", "tap ", "", "\"", "M", "on ", "dance "};
  const Trigger& trigger = in.trigger;
  const TriggerMods mods = trigger.mods;
  out << kPrefix[static_cast<std::size_t>(trigger.kind)];
  write_mod_names(out, mods.either, kChordMods);
  write_mod_names(out, mods.exact, kExactMods);
  if (mods.more) out << kAnyMods << "+";
  const KeyPlace place = mods.any() ? KeyPlace::chord : KeyPlace::trigger;
  // After the leader's first key `&` could be read as that of two keys together.
  const KeyPlace later =
      trigger.kind == TriggerKind::leader ? KeyPlace::operand : KeyPlace::trigger;
  bool good = true;
  switch (trigger.kind) {
    case TriggerKind::text:
      good = write_text(out, reader, in.text());
      out.put('"');
      return good && !mods.any();
    case TriggerKind::vial:
      out.decimal(std::uint32_t{trigger.number});
      return !mods.any();
    case TriggerKind::event:
      out << kEventWords[trigger.number];
      if (trigger.number == static_cast<std::uint8_t>(Event::layer)) {
        out << " ";
        good = write_name(out, reader, in.payload, in.payload_size);
      } else {
        good = true;
      }
      return good && !mods.any();
    default:
      break;
  }
  const std::uint8_t keys = seek_keys(reader, reader.record(), in.offset);
  for (std::uint8_t i = 0; i < keys; ++i) {
    if (i > 0) out << (trigger.kind == TriggerKind::together ? " & " : " ");
    const auto key = KeyRef::from_raw(reader.number());
    good = write_key(out, key, i == 0 ? place : later) && good;
  }
  return good;
}

bool write_held_mods(TextWriter& out, TriggerMods mods) {
  bool first = true;
  const auto write = [&](std::uint8_t bits, WordList names) {
    for (const std::string_view name : names) {
      const bool down = (bits & 1U) != 0;
      bits = static_cast<std::uint8_t>(bits >> 1);
      if (!down) continue;
      if (!first) out.put('+');
      first = false;
      out << name.substr(0, name.size() - 1);
    }
  };
  write(mods.either, kChordMods);
  write(mods.exact, kExactMods);
  return !first && mods.either <= 0xF;
}

bool write_layer_mods(TextWriter& out, hid::Modifiers mods) {
  const auto left = static_cast<std::uint8_t>(mods & 0x0FU);
  const auto right = static_cast<std::uint8_t>(mods & 0xF0U);
  return write_held_mods(out, {.exact = right, .either = left});
}

std::string_view query_name(std::uint32_t query) {
  return query < kQueryCount ? kQueries[query].word : std::string_view{};
}

std::string_view led_name(std::uint32_t led) {
  for (std::size_t bit = 0; bit < kLedWords.size(); ++bit) {
    if (led == 1U << bit) return kLedWords[bit];
  }
  return {};
}

bool write_pattern(TextWriter& out, CodeReader& reader, const Instruction& in) {
  bool good = true;
  reader.seek(reader.record(), in.payload);
  const std::uint32_t end = in.payload + in.payload_size;
  while (reader.offset() < end && !reader.failed()) {
    if (reader.offset() != in.payload) out.put(' ');
    const std::uint8_t exact = reader.byte();
    const std::uint8_t either = reader.byte();
    write_mod_names(out, either, kChordMods);
    write_mod_names(out, exact, kExactMods);
    const KeyPlace place = (exact | either) != 0 ? KeyPlace::chord : KeyPlace::trigger;
    good = write_key(out, KeyRef::from_raw(reader.number()), place) && either <= 0xF && good;
  }
  return good && !reader.failed();
}

bool write_text_character(TextWriter& out, char32_t c, char32_t next) {
  switch (c) {
    case '\n':
      out << "\\n";
      return true;
    case '\t':
      out << "\\t";
      return true;
    case 0x1B:
      out << "\\e";
      return true;
    case '"':
      out << "\\\"";
      return true;
    case '\\':
      out << "\\\\";
      return true;
    default:
      break;
  }
  if (c == '$' && next == '{') {
    out << "\\$";
  } else if (is_invisible(c)) {
    out << "\\u{";
    out.hex(c, 1).put('}');
  } else {
    out.character(c);
  }
  return c != 0;
}

bool write_text(TextWriter& out, CodeReader& reader, const TextPlace& place, bool goes_on) {
  seek_text(reader, place);
  TextReader text{reader, place.size};
  bool good = true;
  for (char32_t c = text.next(); c != 0;) {
    const char32_t next = text.next();
    // The next piece might begin with the brace that makes `${` of a last dollar.
    good = write_text_character(out, c, next == 0 && goes_on ? U'{' : next) && good;
    c = next;
  }
  if (text.bad()) out << "\xEF\xBF\xBD";
  return good && !text.bad();
}

bool write_name(TextWriter& out, CodeReader& reader, std::uint32_t offset, std::uint32_t size) {
  reader.seek(reader.record(), offset);
  bool good = size > 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto c = static_cast<char>(reader.byte());
    const bool right = is_letter(c) || c == '_' || (i > 0 && is_digit(c));
    out.put(right ? c : '?');
    good = good && right;
  }
  return good && !reader.failed();
}

bool write_duration(TextWriter& out, std::uint32_t milliseconds) {
  if (milliseconds % 1000 != 0 || milliseconds == 0) {
    out.decimal(milliseconds) << "ms";
  } else if (milliseconds % 60000 != 0) {
    out.decimal(milliseconds / 1000) << "s";
  } else {
    out.decimal(milliseconds / 60000) << "min";
  }
  return milliseconds <= kMaxDuration;
}

bool write_raw(TextWriter& out, CodeReader& reader, const Instruction& in) {
  out.put('[').hex(in.value[0], 2).put(':');
  reader.seek(reader.record(), in.payload);
  for (std::uint32_t i = 0; i < in.payload_size; ++i) {
    if (i > 0) out.put(',');
    out.hex(reader.byte(), 2);
  }
  out.put(']');
  return !reader.failed();
}

}  // namespace pianola::lang
