#include <algorithm>
#include <span>
#include <utility>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/compile/compiler.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

struct SidelessName {
  constexpr SidelessName(std::string_view text, std::uint8_t number)
      : size(static_cast<std::uint8_t>(text.size())), bit(number) {
    std::copy(text.begin(), text.end(), letters.begin());
  }
  [[nodiscard]] constexpr std::string_view name() const { return {letters.data(), size}; }

  std::array<char, 7> letters{};  // here, where they take the least room
  std::uint8_t size;
  std::uint8_t bit;  ///< As in TriggerMods::either.
};

/// Modifiers of which either side will do.
constexpr std::array<SidelessName, 13> kSideless = {{{"ctrl", 0},
                                                     {"control", 0},
                                                     {"shift", 1},
                                                     {"alt", 2},
                                                     {"opt", 2},
                                                     {"option", 2},
                                                     {"gui", 3},
                                                     {"win", 3},
                                                     {"windows", 3},
                                                     {"cmd", 3},
                                                     {"command", 3},
                                                     {"super", 3},
                                                     {"meta", 3}}};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Symbols that stand for themselves as keys only between quotes (`#` starts a comment, quotes are
/// tokens of their own).
constexpr bool must_be_quoted(char32_t c) {
  return c == '[' || c == ']' || c == '{' || c == '}' || c == '(' || c == ')' || c == ';' ||
         c == ',';
}

/// How many Vial macro keys there are.
constexpr std::uint32_t kVialKeys = 128;

constexpr bool is_usage(std::uint32_t number) {
  return (number >= 0x04 && number <= 0xE7) || (number >= 0x1001 && number <= 0x13FF) ||
         (number >= 0x2081 && number <= 0x20B7);
}

/// Moves number `place` of `usages` to where it belongs among those before it, the least first.
void sink(std::span<std::uint16_t> usages, std::size_t place) {
  for (; place > 0 && usages[place] < usages[place - 1]; --place) {
    std::swap(usages[place], usages[place - 1]);
  }
}

}  // namespace

/// The modifier that is spelt most like `word`.
std::string_view Compiler::closest_modifier(std::string_view word) {
  std::string_view best;
  ClosestWord closest(word);
  for (const SidelessName& modifier : kSideless) {
    if (closest.offer(modifier.name())) best = modifier.name();
  }
  return best;
}

/// `M` and digits only.
bool Compiler::is_vial_key(std::string_view word) {
  return word.size() > 1 && lower(word[0]) == 'm' &&
         std::ranges::all_of(word.begin() + 1, word.end(),
                             [](char c) { return c >= '0' && c <= '9'; });
}

/// A modifier of which either side will do, or `any`.
bool Compiler::is_modifier_name(std::string_view word) {
  return same_word(word, kAnyMods) ||
         std::ranges::any_of(kSideless.begin(), kSideless.end(),
                             [&](const auto& entry) { return same_word(word, entry.name()); });
}

// ---- Keys and chords --------------------------------------------------------------------------

/// A key with modifiers: `a`, `ctrl+shift+F5`, `'#'`, `ctrl++`, `^C`, `key 0x04`; of a `trigger`
/// also `shift+any+F5`. Advances past it.
bool Compiler::chord(Chord& out, bool trigger) {
  out = {};
  out.at = token().at;
  if (at_dashed_chord()) {
    dashed_chord();
    out.good = false;
    return true;
  }
  while (token().kind == TokenKind::word && lexer_.following() == '+') {
    if (!chord_modifier(out, trigger)) return false;
  }
  if (!chord_key(out)) return false;
  out.length = last_end_.line == out.at.line ? last_end_.column - out.at.column : 1;
  return true;
}

/// Adds the modifier called `word`, which names the key `usage` or, with kNoKey, none. False if it
/// is no modifier.
bool Compiler::add_modifier(TriggerMods& mods, std::string_view word, hid::Usage usage) {
  const auto* sideless =
      std::ranges::find_if(kSideless.begin(), kSideless.end(),
                           [&](const auto& entry) { return same_word(word, entry.name()); });
  if (sideless != kSideless.end()) {
    mods.either = static_cast<std::uint8_t>(mods.either | (1U << sideless->bit));
  } else if (hid::is_modifier(usage)) {
    mods.exact = static_cast<std::uint8_t>(mods.exact | hid::modifier_bit(usage));
  } else {
    return false;
  }
  return true;
}

/// `ctrl+`: the modifier and the plus sign.
bool Compiler::chord_modifier(Chord& out, bool trigger) {
  const std::string_view word = lexer_.word();
  if (same_word(word, kAnyMods)) {
    out.mods.more = true;
    if (!trigger) out.good = error(Message::any_outside_trigger);
  } else if (!add_modifier(out.mods, word, named_key())) {
    out.good = error(Message::not_a_modifier, word, closest_modifier(word));
  }
  advance();  // to the plus sign
  advance();
  const bool key = token().kind == TokenKind::word || token().kind == TokenKind::number;
  if (token().space_before && key && !token().line_before) {
    out.good = error(Message::space_in_chord);
  } else if (token().space_before) {
    return expected(Message::expected_key);
  }
  return true;
}

/// The key of a chord, and what only it decides.
bool Compiler::chord_key(Chord& out) {
  switch (token().kind) {
    case TokenKind::word:
      if (lexer_.word() == "mouse"sv) {
        advance();
        return mouse_button(out);
      }
      if (!word_key(out)) return false;
      break;
    case TokenKind::number:
      if (!number_key(out)) return false;
      break;
    case TokenKind::quoted:
      out.good = out.good && token().character != 0;
      character_key(out, token().character);
      break;
    case TokenKind::symbol:
      if (token().character == '^') return caret(out);
      if (!symbol_key(out)) return false;
      break;
    case TokenKind::text:
    case TokenKind::duration:
    case TokenKind::end:
      return expected(Message::expected_key);
  }
  advance();
  return true;
}

bool Compiler::symbol_key(Chord& out) {
  const char32_t c = token().character;
  const char32_t next = lexer_.following();
  const bool call = c == '(' && (is_letter(next) || next == '"' || next == '\'');
  // `ctrl+{` in a body; in a trigger the key lacks, rather.
  const bool in_body = depth_ > 0 && blocks_[depth_ - 1].kind != Block::layer;
  if (c == '{' && in_body && out.mods.any() && !token().space_before && next <= ' ') {
    out.good = error(Message::quote_this_key, encode_utf8(c));
    return true;
  }
  if (c == '{' || c == '}' || call) return expected(Message::expected_key);
  if (must_be_quoted(c)) return error(Message::quote_this_key, encode_utf8(c));
  if (foreign_quotes(true)) return false;
  character_key(out, c);
  return true;
}

bool Compiler::word_key(Chord& out) {
  const std::string_view word = lexer_.word();
  if (word.size() == 1) {
    character_key(out, static_cast<char32_t>(word[0]));
    return true;
  }
  const Keyword reserved = keyword();
  if (reserved == Keyword::k_key) {
    advance();
    if (token().kind != TokenKind::number) return expected(Message::expected_number);
    if (!is_usage(token().value)) out.good = error(Message::bad_usage);
    out.key = KeyRef::usage(static_cast<std::uint16_t>(token().value));
    return true;
  }
  const hid::Usage usage = named_key();
  const bool key = usage != hid::kNoKey;
  if (reserved != Keyword::no_keyword && !key) return error(Message::keyword_misplaced, word);
  if (reserved != Keyword::no_keyword) {
    out.good = error(Message::keyword_as_key, word, hid::canonical_name(usage));
  } else if (key) {
    out.key = KeyRef::usage(static_cast<std::uint16_t>(usage));
  } else if (const auto near = closest_keyword(word); same_word(word, near)) {
    out.good = meant_word(word, near);
  } else {
    out.good = error(Message::unknown_key, word, hid::closest_name(word));
  }
  return true;
}

/// `0x04` is a usage, `7` the digit key.
bool Compiler::number_key(Chord& out) {
  const std::uint32_t value = token().value;
  if (token().hex) {
    if (!is_usage(value)) out.good = error(Message::bad_usage);
    out.key = KeyRef::usage(static_cast<std::uint16_t>(value));
    return true;
  }
  if (lexer_.word().size() != 1) return expected(Message::expected_key);
  character_key(out, U'0' + value);
  return true;
}

/// `^C`, or `^` before white space, which is the key itself.
bool Compiler::caret(Chord& out) {
  const char32_t next = lexer_.following();
  if (const std::string_view key = key_after_caret(); !key.empty()) {
    out.good = error(Message::caret_letter_only, key);
    lexer_ = later_.reading.ahead;
    lexer_.set_sink(this);
    advance();
    return true;
  }
  if (is_letter(next)) {
    lexer_.take_following();
    out.mods.either |= 1U;
    character_key(out, next);
    advance();
    return true;
  }
  const bool alone = next == 0 || next == ' ' || next == '\t' || next == '\n' || next == ',';
  if (next >= '0' && next <= '9') {
    out.good = error(Message::caret_digit, encode_utf8(next));
    lexer_.take_following();
  } else if (!alone) {
    out.good = error(Message::caret_letter);
    // As AutoHotkey has it: `^+c`, `^!c`.
    while (lexer_.following() == '+' || lexer_.following() == '!') lexer_.take_following();
    if (is_letter(lexer_.following())) lexer_.take_following();
  }
  character_key(out, '^');
  advance();
  return true;
}

/// At a `^`: the word after it, if only all of it together is a key. later_.reading.ahead stands at
/// it then.
std::string_view Compiler::key_after_caret() {
  Lexer& ahead = next_ahead();
  const std::string_view word = ahead.word();
  const bool together = ahead.token().kind == TokenKind::word && !ahead.token().space_before &&
                        word.size() > 1 && ahead.following() != '+';
  if (!together || !hid::usage_from_name(word)) return {};
  std::string_view after_first = word;
  after_first.remove_prefix(1);
  return hid::usage_from_name(after_first) ? std::string_view{} : word;
}

/// The key that types `c`. A digit is its own key whatever the layout, a letter is the small one.
void Compiler::character_key(Chord& out, char32_t c) {
  if (c >= '1' && c <= '9') {
    out.key = KeyRef::usage(static_cast<std::uint16_t>(0x1E + (c - '1')));
  } else if (c == '0') {
    out.key = KeyRef::usage(0x27);
  } else {
    out.key = KeyRef::character(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
}

// ---- Triggers ---------------------------------------------------------------------------------

/// Any trigger, into trigger_ (the text of an abbreviation or the name of a layer into text_).
/// Advances past it; write_trigger() writes it once it is known what it starts.
bool Compiler::trigger() {
  trigger_ = {};
  trigger_at_ = token().at;
  trigger_good_ = true;
  text_size_ = 0;
  erase_ = 0;
  start_options();
  if (token().kind == TokenKind::text) return text_trigger();
  if (at_dance()) return prefixed_trigger(TriggerKind::dance);
  switch (keyword()) {
    case Keyword::k_leader:
      return prefixed_trigger(TriggerKind::leader);
    case Keyword::k_double:
      return prefixed_trigger(TriggerKind::double_tap);
    case Keyword::k_hold:
      return prefixed_trigger(TriggerKind::hold);
    case Keyword::k_tap:
      return prefixed_trigger(TriggerKind::tap);
    case Keyword::k_on:
      return event_trigger();
    default:
      break;
  }
  if (token().kind == TokenKind::word && is_vial_key(lexer_.word())) return vial_trigger();
  return key_trigger(TriggerKind::press);
}

/// What is emitted from now on is options of the trigger that begins here.
void Compiler::start_options() {
  options_at_ = code_size_;
  options_sum_ = 0;
  options_ = 0;
}

/// Notes where the trigger ends.
bool Compiler::end_trigger() {
  const bool one_line = last_end_.line == trigger_at_.line;
  trigger_length_ = one_line ? last_end_.column - trigger_at_.column : 1;
  return true;
}

bool Compiler::key_trigger(TriggerKind kind) {
  Chord first;
  if (!chord(first, true)) return false;
  if (first.mods.more && first.good && !first.mods.any()) {
    first.good = error_at(Message::any_alone, first.at, first.length);
  }
  trigger_.kind = kind;
  trigger_.mods = first.mods;
  trigger_.keys = 0;
  trigger_good_ = first.good;
  add_key(first);
  const bool together = kind == TriggerKind::press;
  while (together ? at_symbol('&') : kind == TriggerKind::leader && is_next_key(token())) {
    if (together) advance();
    if (!next_key(together ? kMaxTogether : kMaxSequence)) return false;
  }
  if (together && trigger_.keys > 1) trigger_.kind = TriggerKind::together;
  return end_trigger();
}

/// Whether `token` begins another key in the same line. Signs that may stand after a trigger do
/// not, unless they are quoted.
bool Compiler::is_next_key(const Token& token) {
  if (token.line_before || token.kind == TokenKind::end) return false;
  if (token.kind != TokenKind::symbol) return token.kind != TokenKind::text;
  constexpr std::u32string_view kNone = U"{}()=/&;,+";
  return kNone.find(token.character) == std::u32string_view::npos;
}

/// Whether `dance` stands here with a key behind it.
bool Compiler::at_dance() {
  if (!at_word("dance")) return false;
  Lexer& ahead = next_ahead();
  return is_next_key(ahead.token());
}

/// One more key of the trigger, of at most `most`.
[[gnu::noinline]] bool Compiler::next_key(std::size_t most) {
  Chord next;
  if (!chord(next)) return false;
  const bool sequence = trigger_.kind == TriggerKind::leader;
  trigger_good_ = trigger_good_ && next.good;
  if (trigger_.keys == most) {
    return error_at(Message::too_many_keys, next.at, next.length, static_cast<std::uint32_t>(most));
  }
  if (next.mods.any()) return error_at(Message::later_mods, next.at, next.length);
  const hid::Usage usage = key_now(next.key);
  if (sequence && (hid::is_modifier(usage) || hid::is_modifier(key_now(trigger_keys_[0])))) {
    return error_at(Message::leader_modifier, next.at, next.length);
  }
  for (std::size_t i = 0; !sequence && i < trigger_.keys; ++i) {
    if (key_now(trigger_keys_[i]) != usage || usage == hid::kNoKey) continue;
    trigger_good_ = error_at(Message::key_twice, next.at, next.length);
  }
  add_key(next);
  return true;
}

/// The usage of `key` in the layout that is the file's so far; kNoKey if it has none.
hid::Usage Compiler::key_now(KeyRef key) const {
  if (!key.is_character()) return static_cast<hid::Usage>(key.value());
  const auto found = file_layout_.key_of(static_cast<char32_t>(key.value()));
  return found ? hid::keyboard_usage(*found) : hid::kNoKey;
}

/// `leader m`, `double F5`, `hold F5`, `tap F5`.
bool Compiler::prefixed_trigger(TriggerKind kind) {
  advance();
  return key_trigger(kind);
}

/// `M0` to `M127`.
bool Compiler::vial_trigger() {
  std::uint32_t number = 0;
  std::string_view digits = lexer_.word();
  digits.remove_prefix(1);
  for (const char c : digits) {
    number = std::min<std::uint32_t>(number * 10 + static_cast<std::uint32_t>(c - '0'), 1000);
  }
  if (number >= kVialKeys) return error(Message::bad_vial_key, {}, {}, kVialKeys - 1);
  trigger_.kind = TriggerKind::vial;
  trigger_.number = static_cast<std::uint8_t>(number);
  advance();
  return end_trigger();
}

/// Whether an abbreviation is rather meant as a key or a chord.
bool Compiler::is_quoted_key(std::string_view text) {
  TriggerMods mods;
  for (std::size_t plus = text.find('+'); plus != std::string_view::npos; plus = text.find('+')) {
    const std::string_view word = text.substr(0, plus);
    const hid::Usage usage = hid::usage_from_name(word).value_or(hid::kNoKey);
    if (!add_modifier(mods, word, usage)) return false;
    text.remove_prefix(plus + 1);
  }
  return is_meant_as_key(text) || (mods.any() && text.size() == 1) ||
         (mods.any() && hid::usage_from_name(text));
}

/// `"brb "`.
[[gnu::noinline]] bool Compiler::text_trigger() {
  const Position at = token().at;
  trigger_.kind = TriggerKind::text;
  // `" { …`: old files may have the key unquoted.
  Lexer& ahead = next_ahead();
  if (ahead.token().is_symbol('{') && ahead.token().space_before) {
    error(Message::quote_this_key, "\""sv);
    advance();
    return false;
  }
  bool good = true;
  std::uint8_t characters = 0;
  for (;;) {
    const StringItem item = lexer_.string_item();
    if (item.kind == StringItem::Kind::broken) {
      broken_text();
      return false;
    }
    if (item.kind == StringItem::Kind::end) break;
    const Utf8Bytes bytes = encode_utf8(item.character);
    good = good && item.kind == StringItem::Kind::character &&
           text_size_ + bytes.size <= kMaxAbbreviation;
    if (!good) continue;
    ++characters;
    std::copy_n(bytes.bytes.begin(), bytes.size, text_.begin() + text_size_);
    text_size_ = static_cast<std::uint8_t>(text_size_ + bytes.size);
  }
  advance();
  const bool word = token().kind == TokenKind::word || token().kind == TokenKind::number;
  if (word && !token().space_before) {
    inner_quotes(false);
    return false;
  }
  if (!good || text_size_ == 0) {
    return error_at(Message::abbreviation_size, at, 1, kMaxAbbreviation);
  }
  erase_ = static_cast<std::uint8_t>(characters - 1);
  trigger_.hash = name_hash(text_.data(), text_size_);
  folded_hash_ = kFnvStart;
  for (std::size_t i = 0; i < text_size_; ++i) {
    folded_hash_ = fnv_step(folded_hash_, static_cast<std::uint8_t>(to_lower(text_[i])));
  }
  end_trigger();
  const std::string_view text{text_.data(), text_size_};
  if (is_quoted_key(text)) warn_at(Message::quoted_key, at, trigger_length_, text, {});
  return true;
}

/// `on start`, `on layer nav`.
bool Compiler::event_trigger() {
  advance();
  const std::size_t found = word_ahead(kEventWords);
  if (found == kEventWords.size()) return expected(Message::expected_event);
  trigger_.kind = TriggerKind::event;
  trigger_.number = static_cast<std::uint8_t>(found);
  advance();
  if (static_cast<Event>(trigger_.number) == Event::layer) {
    NameAt layer;
    if (!name(layer)) return false;
    trigger_.hash = layer.hash();
    std::copy_n(layer.text.begin(), layer.size, text_.begin());
    text_size_ = layer.size;
    use(IndexSpace::layer, layer, 0);
  }
  return end_trigger();
}

/// Whether `=` may follow the trigger; with `two`, tap and hold after it.
bool Compiler::can_remap(bool two) {
  const TriggerKind kind = trigger_.kind;
  if (kind == TriggerKind::text || kind == TriggerKind::event || kind == TriggerKind::dance) {
    return error_at(Message::remap_of_no_key, trigger_at_, trigger_length_);
  }
  if (!two || kind == TriggerKind::press || kind == TriggerKind::vial) return true;
  return error_at(Message::tap_hold_trigger, trigger_at_, trigger_length_);
}

/// Writes the declaring instruction with the trigger, and prepares its scratch record.
void Compiler::write_trigger(Opcode opcode) {
  const Trigger& trigger = trigger_;
  pending_ = {};
  pending_good_ = true;
  pending_.offset = trigger_at_.offset;
  pending_.length = static_cast<std::uint8_t>(std::min<std::uint32_t>(trigger_length_, 255));
  pending_.entry.record = records_ - 1;
  pending_.entry.code = code_size_;
  pending_.entry.params = static_cast<std::uint8_t>(code_size_ - options_at_);
  pending_.binding = opcode == Opcode::bind;
  pending_.options = options_sum_;

  CodePiece piece(opcode);
  piece.byte(static_cast<std::uint8_t>(
      static_cast<unsigned>(trigger.kind) | (trigger.mods.any() ? 0x80U : 0U) |
      (trigger.mods.any() && trigger.mods.more ? 0x40U : 0U) | (has_many_keys() ? kManyKeys : 0U)));
  if (trigger.mods.any()) piece.byte(trigger.mods.exact).byte(trigger.mods.either);
  std::uint32_t low = trigger.hash;
  std::uint16_t second = 0;
  switch (trigger.kind) {
    case TriggerKind::text:
      piece.byte(text_size_);
      break;
    case TriggerKind::vial:
      piece.byte(trigger.number);
      low = trigger.number;
      break;
    case TriggerKind::event:
      piece.byte(trigger.number);
      second = trigger.number;
      if (text_size_ > 0) piece.byte(text_size_);
      break;
    default:
      if (has_many_keys()) piece.byte(trigger.keys);
      for (std::size_t i = 0; i < std::min<std::size_t>(trigger.keys, 2); ++i) {
        piece.key(trigger_keys_[i]);
      }
      low = index_usage(trigger_keys_[0], pending_.first_is_character);
      break;
  }
  emit(piece);
  for (std::size_t i = 2; i < trigger.keys; ++i) emit(CodePiece().key(trigger_keys_[i]));
  append({reinterpret_cast<const std::uint8_t*>(text_.data()), text_size_});
  text_size_ = 0;
  pending_.entry.key = trigger_key(scope_, trigger.kind, trigger.mods, low, second);
  if (trigger.kind == TriggerKind::together || has_many_keys()) index_key(pending_, 0);
  pending_.entry.body = code_size_;
}

/// Whether the trigger has more keys than its index key names.
bool Compiler::has_many_keys() const {
  return trigger_.keys > (trigger_.kind == TriggerKind::together ? 2 : 1);
}

/// keys_hash() of the trigger's keys, in the layout that is the file's so far.
std::uint16_t Compiler::hash_of_keys() {
  std::array<std::uint16_t, kMaxSequence> usages{};
  for (std::size_t i = 0; i < trigger_.keys; ++i) {
    const hid::Usage usage = key_now(trigger_keys_[i]);
    if (usage == hid::kNoKey) {
      pending_good_ = error_at(Message::no_key_for_trigger, trigger_at_, trigger_length_,
                               encode_utf8(static_cast<char32_t>(trigger_keys_[i].value())),
                               file_layout_.name());
    }
    usages[i] = static_cast<std::uint16_t>(usage);
    if (trigger_.kind == TriggerKind::together) sink(usages, i);
  }
  layout_used_ = true;
  return keys_hash(std::span{usages}.first(trigger_.keys));
}

/// Puts into `record`, that of the trigger, what it is found by from its key number `number`.
void Compiler::index_key(ScratchRecord& record, std::size_t number) {
  const KeyRef key = trigger_keys_[number];
  record.copy = number > 0;
  record.first_is_character = false;
  std::uint32_t low = 0;
  if (!has_many_keys()) {
    low = index_usage(trigger_keys_[1 - number], record.first_is_character);
  } else {
    low = hash_of_keys();
  }
  const std::uint16_t second = index_usage(key, record.second_is_character);
  record.entry.key = trigger_key(scope_, trigger_.kind, trigger_.mods, low, second);
  if (has_many_keys()) record.entry.key.high |= kManyInIndex;
}

/// The 16 bits that a key takes in an index key until the layout is known. Every layout's
/// characters fit; others are reported.
std::uint16_t Compiler::index_usage(KeyRef key, bool& is_character) {
  is_character = key.is_character();
  if (key.value() > 0xFFFF) {
    error_at(Message::no_key_for_trigger, trigger_at_, trigger_length_,
             encode_utf8(static_cast<char32_t>(key.value())), file_layout_.name());
    pending_good_ = trigger_good_ = false;
  }
  return static_cast<std::uint16_t>(key.value());
}

}  // namespace pianola::lang
