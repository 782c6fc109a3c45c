#include "lang/code/settings.hpp"

#include <algorithm>

#include "base/edit_distance.hpp"
#include "base/fnv.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/compile/compiler.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// The setting called `name`, or kSettings.size().
std::size_t find_setting(std::string_view name) {
  const auto* found =
      std::ranges::find_if(kSettings.begin(), kSettings.end(),
                           [&](const SettingInfo& setting) { return setting.name == name; });
  return static_cast<std::size_t>(found - kSettings.begin());
}

std::string_view closest_setting(std::string_view name) {
  std::string_view best;
  ClosestWord closest(name);
  for (const SettingInfo& setting : kSettings) {
    if (closest.offer(setting.name)) best = setting.name;
  }
  return best;
}

/// What may be written, for an error message.
constexpr std::array<Advice, 29> kExpectedValue = {Advice::layout_name,
                                                   Advice::typing,
                                                   Advice::duration,
                                                   Advice::duration,
                                                   Advice::dual,
                                                   Advice::duration,
                                                   Advice::duration,
                                                   Advice::duration,
                                                   Advice::off_or_duration,
                                                   Advice::shifts_or_key,
                                                   Advice::trigger,
                                                   Advice::unicode,
                                                   Advice::drive,
                                                   Advice::off_or_duration,
                                                   Advice::busy,
                                                   Advice::key,
                                                   Advice::duration,
                                                   Advice::duration,
                                                   Advice::off_or_duration,
                                                   Advice::oneshot_again,
                                                   Advice::off_or_duration,
                                                   Advice::off_or_duration,
                                                   Advice::off_or_on,
                                                   Advice::on_or_off,
                                                   Advice::quoted_keys,
                                                   Advice::quoted_keys,
                                                   Advice::warnings,
                                                   Advice::off_or_on,
                                                   Advice::off_or_duration};
static_assert(kExpectedValue.size() == kSettings.size());

/// The last character that `unicode` with the choice number `method` enters; 0 if none.
char32_t last_by_number(std::uint32_t method) {
  constexpr std::uint32_t kOff = 0;
  constexpr std::uint32_t kWindows = 2;
  static_assert(kSettings[static_cast<std::size_t>(Setting::unicode)].choices[kWindows] ==
                "windows");
  if (method == kOff) return 0;
  return method == kWindows ? 0xFFFF : 0x10FFFF;
}

}  // namespace

// ---- set --------------------------------------------------------------------------------------

/// At a setting that is changed without the word `set`: reports it and passes over its line.
bool Compiler::setting_without_set() {
  if (!is_unknown_word() || find_setting(lexer_.word()) == kSettings.size()) return false;
  Lexer& ahead = next_ahead();
  if (!ahead.token().is_symbol('=')) return false;
  error(Message::setting_without_set, lexer_.word());
  pass_rest_of_line();
  return true;
}

[[gnu::noinline]] bool Compiler::set_definition() {
  advance();
  if (token().kind != TokenKind::word) return expected(Message::expected_name);
  NameAt spelled;
  const std::string_view word = lexer_.word();
  const std::size_t index = find_setting(word);
  if (index == kSettings.size()) {
    return error(Message::unknown_setting, word, closest_setting(word));
  }
  spelled.at = token().at;
  spelled.size = static_cast<std::uint8_t>(word.size());
  start_declaration(IndexSpace::setting, spelled);
  pending_.length = spelled.size;
  pending_.entry.key = name_key(IndexSpace::setting, static_cast<std::uint32_t>(index));
  advance();
  if (!expect_symbol('=')) return false;
  const SettingInfo& info = kSettings[index];
  if (!set_value(static_cast<Setting>(index), info)) return false;
  pending_.entry.body = code_size_;
  declare();
  return true;
}

/// The value, with the instruction that holds it. Advances past it.
bool Compiler::set_value(Setting setting, const SettingInfo& info) {
  if (info.type == SettingType::layout) return layout_value(Opcode::set_name, file_layout_);
  if (info.type == SettingType::keys) {
    emit(Opcode::set_keys, static_cast<std::uint32_t>(setting));
    return key_list(Opcode::listed_key);
  }
  if (info.type == SettingType::lints) return lints_value();
  const bool timed = info.type == SettingType::duration || info.type == SettingType::typing;
  if (timed && decimal_comma()) return true;
  std::uint32_t value = 0;
  const bool good =
      info.type == SettingType::key ? key_value(info, value) : plain_value(info, value);
  if (!good) {
    const Advice wanted = kExpectedValue[static_cast<std::size_t>(setting)];
    if (timed) return expected_duration(Message::expected_value, wanted);
    return expected(Message::expected_value, wanted);
  }
  if (setting == Setting::trigger) all_leader_ = value == 1;
  if (setting == Setting::unicode) last_by_number_ = last_by_number(value);
  emit(CodePiece(Opcode::set_number).number(static_cast<std::uint32_t>(setting)).number(value));
  return true;
}

/// `"unused layout"`: the kinds of warnings that are not told from here on.
bool Compiler::lints_value() {
  if (token().kind != TokenKind::text) {
    return expected(Message::expected_value, Advice::warnings);
  }
  std::uint32_t lints = 0;
  std::array<char, 16> word{};
  std::size_t size = 0;
  StringItem item;
  Position at;
  do {
    item = lexer_.string_item();
    const char32_t c = item.character;
    const bool letter = item.kind == StringItem::Kind::character && c > ' ' && c != ',';
    if (letter) {
      if (size == 0) at = item.at;
      if (size < word.size()) word[size++] = c < 0x80 ? static_cast<char>(c) : '?';
    } else if (size > 0) {
      const std::string_view name{word.data(), size};
      const std::size_t lint = kLintWords.find(name);
      if (lint == kLintWords.size()) {
        error_at(Message::unknown_lint, at, static_cast<std::uint32_t>(size), name,
                 closest_lint(name));
      }
      lints |= lint < kLintWords.size() ? 1U << lint : 0U;
      size = 0;
    }
  } while (item.kind == StringItem::Kind::character);
  if (item.kind == StringItem::Kind::value) {
    return error_at(Message::expected_value, item.at, 2,
                    static_cast<std::uint32_t>(Advice::warnings));
  }
  item.kind == StringItem::Kind::broken ? broken_text() : advance();
  allowed_ |= lints;
  emit(CodePiece(Opcode::set_number)
           .number(static_cast<std::uint32_t>(Setting::allow))
           .number(lints));
  return true;
}

/// A layout's name, for the file or for one binding.
bool Compiler::layout_value(Opcode opcode, hid::Layout& layout) {
  if (token().kind != TokenKind::word) {
    return expected(Message::expected_value, Advice::layout_name);
  }
  const std::string_view word = lexer_.word();
  const hid::Layout* found = hid::find_layout(word);
  if (found == nullptr) {
    return error(Message::unknown_layout, word, hid::closest_layout_name(word));
  }
  layout_set_ = layout_set_ || opcode == Opcode::set_name;
  if (opcode == Opcode::set_name && layout_used_ && !(*found == file_layout_)) {
    warn_at(Message::layout_after_text, token().at, token().length, {}, file_layout_.name());
  }
  layout = *found;
  layout_ = *found;
  NamedPiece piece(opcode);
  if (opcode == Opcode::set_name) piece.number(static_cast<std::uint32_t>(Setting::layout));
  emit(piece.name(found->name()));
  advance();
  return true;
}

/// A word among the choices, or a duration where one may stand. False, without a report, if it is
/// neither.
bool Compiler::plain_value(const SettingInfo& info, std::uint32_t& value) {
  const std::size_t choice = word_ahead(info.choices);
  const bool timed = info.type == SettingType::duration || info.type == SettingType::typing;
  if (choice < info.choices.size()) {
    value = static_cast<std::uint32_t>(choice);
  } else if (timed && token().kind == TokenKind::duration) {
    value = token().value + (info.type == SettingType::typing ? 2 : 0);
  } else if (timed && token().kind == TokenKind::number && token().value == 0) {
    value = info.type == SettingType::typing ? 2 : 0;
  } else {
    return false;
  }
  advance();
  return true;
}

bool Compiler::key_value(const SettingInfo& info, std::uint32_t& value) {
  if (word_ahead(info.choices) < info.choices.size()) {
    value = 0;
    advance();
    return true;
  }
  const hid::Usage usage = named_key();
  if (usage == hid::kNoKey) return false;
  value = static_cast<std::uint32_t>(usage);
  advance();
  return true;
}

// ---- Options of a trigger ---------------------------------------------------------------------

namespace {

/// Most keys of a list: with all options, those of a trigger have less than 256 bytes.
constexpr std::uint32_t kMaxKeys = 40;

/// One option's part of ScratchRecord::options, which does not depend on their order.
constexpr std::uint32_t option_hash(std::uint32_t what, std::uint32_t value) {
  std::uint32_t hash = fnv_step(kFnvStart, static_cast<std::uint8_t>(what));
  for (unsigned shift = 0; shift < 32; shift += 8) {
    hash = fnv_step(hash, static_cast<std::uint8_t>(value >> shift));
  }
  return hash;
}

/// What has an option that not all `kinds` of triggers have.
constexpr Advice whose(std::uint16_t kinds) {
  const bool together = (kinds & kind_bit(TriggerKind::together)) != 0;
  if (kinds == kTapOrHold) return Advice::tap_or_hold;
  if ((kinds & kTapOrHold) != 0) return Advice::tap_hold_chord;
  return together ? Advice::keys_together : Advice::double_or_dance;
}

}  // namespace

/// `(again: stop, typing: 20ms)`, before the instruction that declares the trigger.
bool Compiler::options() {
  advance();
  while (!at_symbol(')')) {
    if (!option()) return false;
    if (at_symbol(',')) {
      advance();
    } else if (!at_symbol(')')) {
      return expected(Message::expected_symbol, ")"sv);
    }
  }
  advance();
  return true;
}

bool Compiler::option() {
  const std::size_t index = word_ahead(kOptionWords);
  if (index == kOptionWords.size()) return expected(Message::expected_option);
  const std::uint32_t bit = 1U << index;
  if ((options_ & bit) != 0) return error(Message::option_twice, kOptionWords[index]);
  options_ |= bit;
  const OptionInfo& info = kOptions[index];
  if ((info.kinds & kind_bit(trigger_.kind)) == 0) {
    if (info.kinds == kind_bit(TriggerKind::text)) {
      return error(Message::text_option, kOptionWords[index]);
    }
    return error(Message::option_elsewhere, kOptionWords[index], whose(info.kinds));
  }
  advance();
  if (!expect_symbol(':')) return false;
  switch (info.opcode) {
    case Opcode::option_again:
      return again_option();
    case Opcode::option_layout:
      return layout_value(info.opcode, layout_);
    case Opcode::option_anywhere:
    case Opcode::option_case:
    case Opcode::option_end:
      return text_option(info.opcode);
    case Opcode::option_with:
      return key_list(info.opcode);
    default:
      return option_value(info);
  }
}

/// A value as that of the setting of the same name.
bool Compiler::option_value(const OptionInfo& info) {
  const auto number = static_cast<std::uint32_t>(info.setting);
  const SettingInfo& setting = kSettings[number];
  std::uint32_t value = 0;
  if (!plain_value(setting, value)) {
    if (setting.type == SettingType::choice) {
      return expected(Message::expected_value, kExpectedValue[number]);
    }
    return expected_duration(Message::expected_value, kExpectedValue[number]);
  }
  CodePiece piece(info.opcode);
  if (info.opcode == Opcode::option) piece.number(number);
  emit(piece.number(value));
  if (decides(info)) options_sum_ += option_hash(number, value);
  return true;
}

/// The value of an option that abbreviations have.
bool Compiler::text_option(Opcode opcode) {
  const std::size_t value = word_ahead(kSwitchWords);
  if (value == kSwitchWords.size()) return expected(Message::expected_value, Advice::on_or_off);
  emit(opcode, static_cast<std::uint32_t>(value));
  advance();
  if (value == 0) return true;
  if (opcode == Opcode::option_case) trigger_.hash = folded_hash_;
  if (opcode == Opcode::option_end) ++erase_;  // its last character is seen too
  return true;
}

bool Compiler::again_option() {
  const std::size_t choice = word_ahead(kAgainWords);
  if (choice == kAgainWords.size()) {
    return expected(Message::expected_value, Advice::again);
  }
  emit(Opcode::option_again, static_cast<std::uint32_t>(choice));
  advance();
  return true;
}

/// A text: for each of its characters an `opcode` with the key.
bool Compiler::key_list(Opcode opcode) {
  if (token().kind != TokenKind::text) return expected(Message::expected_keys);
  const Position at = token().at;
  std::uint32_t count = 0;
  for (;;) {
    const StringItem item = lexer_.string_item();
    if (item.kind == StringItem::Kind::broken) {
      broken_text();
      return false;
    }
    if (item.kind == StringItem::Kind::end) break;
    if (item.kind == StringItem::Kind::value) {
      error_at(Message::expected_keys, item.at, 2);
      skip_text();
      return false;
    }
    if (!file_layout_.key_of(item.character)) {
      error_at(Message::no_key_for_trigger, item.at, 1, encode_utf8(item.character),
               file_layout_.name());
    }
    if (++count > kMaxKeys) continue;
    emit(CodePiece(opcode).key(KeyRef::character(item.character)));
    options_sum_ += option_hash(0xFF, static_cast<std::uint32_t>(item.character));
  }
  layout_used_ = true;
  advance();
  if (count == 0) return error_at(Message::expected_keys, at, 1);
  return count <= kMaxKeys || error_at(Message::too_many_keys, at, 1, kMaxKeys);
}

}  // namespace pianola::lang
