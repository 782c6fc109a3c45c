#include <algorithm>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/compile/compiler.hpp"

// The statements that type: keys, raw reports, the pointer, texts.

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// Characters of a text compiled in one step.
constexpr unsigned kTextBatch = 256;

/// Whether other programs put something for `%word%`.
bool is_template_word(std::string_view word) {
  constexpr WordList kWords = "clipboard\0date\0time\0datetime\0username\0";
  if (word.starts_with("A_"sv)) return true;
  for (const std::string_view each : kWords) {
    if (same_word(word, each)) return true;
  }
  return false;
}

}  // namespace

// ---- Keys -------------------------------------------------------------------------------------

bool Compiler::chord_statement(Opcode opcode) {
  Chord keys;
  if (!chord(keys)) return false;
  emit_chord(opcode, keys);
  return true;
}

/// `a, b, ctrl+c`.
[[gnu::noinline]] bool Compiler::chord_list(Opcode opcode) {
  if (!chord_statement(opcode)) return false;
  while (at_symbol(',')) {
    advance();
    if (!chord_statement(opcode)) return false;
  }
  return true;
}

void Compiler::emit_chord(Opcode opcode, const Chord& keys) {
  if (keys.good) check_sent(keys);
  if (opcode != Opcode::release) note_letter(keys.key);
  emit(CodePiece(opcode).byte(keys.sides()).key(keys.key));
}

/// Something in the file types this key.
void Compiler::note_letter(KeyRef key) {
  char32_t c = key.value();
  if (!key.is_character()) c = file_layout_.decode({0, static_cast<std::uint8_t>(c)});
  if (c >= 'a' && c <= 'z') letters_ |= 1U << (c - 'a');
}

/// Warns of a key that the layout has not.
void Compiler::check_key(const Chord& keys) {
  if (!keys.key.is_character()) return;
  check_typable(static_cast<char32_t>(keys.key.value()), keys.at, keys.length);
}

/// Warns of a key to be sent that the layout has not, or of a character that takes a dead key and
/// another, of which only the first would be sent. A shortcut means that key alone.
void Compiler::check_sent(const Chord& keys) {
  check_key(keys);
  constexpr unsigned kShift = hid::kLShift | hid::kRShift;
  if (!keys.key.is_character() || (keys.sides() & ~kShift) != 0) return;
  const auto c = static_cast<char32_t>(keys.key.value());
  if (layout_.strokes(c).count < 2) return;
  warn_at(Message::several_strokes, keys.at, keys.length, encode_utf8(c), layout_.name());
}

/// Warns of a character that the layout cannot type. Printable ASCII is on all of them.
void Compiler::check_typable(char32_t c, const Position& at, std::uint32_t length) {
  if (c >= ' ' && c < 0x7F) return;
  if (c > 0x7F) layout_used_ = true;
  if (layout_.strokes(c).count != 0) return;
  const Utf8Bytes shown = encode_utf8(c);
  warn_at(Message::character_untypable, at, length, shown, layout_.name());
}

/// `[mm:kk,kk]`.
bool Compiler::raw_statement() {
  const auto report = lexer_.raw_report();
  if (!report) {
    error(Message::raw_report);
    advance();
    return true;  // what is wrong was passed over: the next statement stands behind it
  }
  emit(CodePiece(Opcode::raw).byte(report->mods).byte(report->count));
  append(std::span{report->keys}.first(report->count));
  advance();
  return true;
}

// ---- The pointer ------------------------------------------------------------------------------

/// A mouse button, by name or number. Advances past it.
bool Compiler::mouse_button(Chord& out) {
  std::uint32_t number = 0;
  if (token().kind == TokenKind::number) number = token().value;
  const std::size_t named = word_ahead(kButtonWords);
  if (named < kButtonWords.size()) number = static_cast<std::uint32_t>(named) + 1;
  if (number == 0 || number > hid::kMouseButtons || token().line_before) {
    return expected(Message::expected_button);
  }
  out.key = KeyRef::usage(
      static_cast<std::uint16_t>(hid::button_usage(static_cast<std::uint8_t>(number))));
  advance();
  return true;
}

/// `click left, right`.
[[gnu::noinline]] bool Compiler::click_statement() {
  do {
    advance();
    Chord button;
    if (!mouse_button(button)) return false;
    emit_chord(Opcode::tap, button);
  } while (at_symbol(','));
  return true;
}

/// `move 10 -5`, `scroll 3`.
[[gnu::noinline]] bool Compiler::pointer_statement(Opcode opcode) {
  advance();
  const unsigned operands = effect_of(opcode).pops;
  for (unsigned i = 0; i < operands; ++i) {
    if (token().line_before) return expected(Message::expected_pointer);
    if (!pointer_operand()) return false;
  }
  emit(opcode);
  return true;
}

// ---- Text -------------------------------------------------------------------------------------

/// At the opening quotes: what follows is compiled in pieces by text_step().
void Compiler::start_text(Mode mode) {
  mode_ = mode;
  text_size_ = 0;
  run_begin_ = 0;
  text_empty_ = true;
  caret_ = false;
  behind_caret_ = 0;
}

[[gnu::noinline]] void Compiler::text_step() {
  for (unsigned i = 0; i < kTextBatch; ++i) {
    if (!caret_) i += plain_text();
    const StringItem item = lexer_.string_item();
    switch (item.kind) {
      case StringItem::Kind::character:
        check_in_text(item.character, item.at);
        check_layout(item.character, item.at);
        check_bracket(item);
        check_template(item);
        text_character(item);
        if (caret_) count_behind_caret(item);
        break;
      case StringItem::Kind::value:
        if (text_value(item.at)) break;
        return end_text();
      case StringItem::Kind::end:
        text_end_ = lexer_.position().offset;
        advance();
        return end_text();
      case StringItem::Kind::broken:
        broken_text();
        if (mode_ == Mode::argument_text) return skip(Skip::statement);
        return end_text();
    }
  }
}

/// Takes as many characters of the text as come at once and no check here is about. Returns how
/// many.
unsigned Compiler::plain_text() {
  const std::uint32_t at = lexer_.position().offset;
  const std::string_view plain = lexer_.plain_characters(text_.size() - text_size_);
  if (plain.empty()) return 0;
  begin_text_run(at);
  std::copy(plain.begin(), plain.end(), text_.begin() + text_size_);
  text_size_ = static_cast<std::uint8_t>(text_size_ + plain.size());
  return static_cast<unsigned>(plain.size());
}

/// Notes the first character of a text that the two layouts type differently that people are most
/// likely to have.
void Compiler::check_layout(char32_t c, const Position& at) {
  if (layout_set_ || layout_character_ != 0 || !(layout_ == file_layout_)) return;
  if (c < ' ' || c > 0xFFFF) return;
  const hid::Strokes here = file_layout_.strokes(c);
  const hid::Strokes there = hid::find_layout("us")->strokes(c);
  if (here.count == there.count && here.stroke == there.stroke) return;
  layout_character_ = static_cast<std::uint16_t>(c);
  layout_at_ = at;
}

/// Warns of a character of a text that neither the layout nor the host's method can type.
void Compiler::check_in_text(char32_t c, const Position& at) {
  if (last_by_number_ == 0) return check_typable(c, at, 1);
  if (c > last_by_number_) warn_at(Message::character_too_far, at, 1, encode_utf8(c), {});
}

/// Whether the text is rather meant as a key: its name with a capital, a digit or `_` in it.
bool Compiler::is_meant_as_key(std::string_view text) {
  const bool small =
      std::ranges::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return !small && hid::usage_from_name(text).has_value();
}

/// Warns of a key's name between brackets, with which other programs press it. A backslash before
/// the bracket says that it is meant.
void Compiler::check_bracket(const StringItem& item) {
  const char32_t closing = item.character == '{' ? '}' : ']';
  const bool plain = lexer_.position().offset - item.at.offset == 1;
  if ((item.character != '{' && item.character != '[') || !plain) return;
  Lexer& ahead = next_ahead();
  if (ahead.token().kind != TokenKind::word || ahead.token().space_before) return;
  if (ahead.following() != closing || !is_meant_as_key(ahead.word())) return;
  warn_at(Message::bracketed_key, item.at, ahead.token().length + 2, ahead.word(), {});
}

/// Warns of what other programs put a date or the clipboard for: `{{date}}`, `%clipboard%`.
void Compiler::check_template(const StringItem& item) {
  const char32_t sign = item.character;
  if (sign == '$' && lexer_.following() == '|') {
    Lexer& ahead = next_ahead();
    if (ahead.following() == '$') warn_at(Message::caret_typed, item.at, 3, {}, {});
    return;
  }
  if ((sign != '{' || lexer_.following() != '{') && sign != '%') return;
  if (lexer_.position().offset - item.at.offset != 1) return;
  Lexer& ahead = look_ahead();
  if (sign == '{') ahead.next();
  ahead.next();
  if (ahead.token().kind != TokenKind::word || ahead.token().space_before) return;
  if (ahead.following() != (sign == '{' ? U'}' : U'%')) return;
  const std::string_view word = ahead.word();
  if (sign == '%' && !is_template_word(word)) return;
  warn_at(Message::template_text, item.at, ahead.token().length + (sign == '{' ? 4U : 2U), word,
          {});
}

void Compiler::text_character(const StringItem& item) {
  const Utf8Bytes bytes = encode_utf8(item.character);
  if (text_size_ + bytes.size > text_.size()) flush_text();
  if (item.verbatim) {
    begin_text_run(item.at.offset);
  } else {
    end_text_run();
  }
  std::copy_n(bytes.bytes.begin(), bytes.size, text_.begin() + text_size_);
  text_size_ = static_cast<std::uint8_t>(text_size_ + bytes.size);
  if (!item.verbatim) run_begin_ = text_size_;
}

/// Bytes that stand so in the source at `offset` are about to be added to text_: they go on with
/// the run of such bytes at its end, or begin another.
void Compiler::begin_text_run(std::uint32_t offset) {
  if (offset != run_at_ + text_run_size()) end_text_run();
  if (text_run_size() == 0) run_at_ = offset;
}

/// What comes next does not stand behind the run: it is written, if it can be a reference.
void Compiler::end_text_run() {
  if (is_reference()) flush_text();
  run_begin_ = text_size_;
}

/// The text is over and its last piece is written; the token after it is current.
void Compiler::end_text() {
  if (text_size_ > 0 || text_empty_) flush_text();
  const Mode mode = mode_;
  mode_ = mode == Mode::argument_text ? Mode::arguments : Mode::file;
  for (; behind_caret_ > 0; --behind_caret_) {
    emit(CodePiece(Opcode::tap).byte(0).key(KeyRef::usage(0x50)));
  }
  if (mode != Mode::named_text) return;
  declare();
  end_definition();
}

/// After `${`: the value, up to and with its `}`. False if the text cannot go on after an error;
/// the token after it is current then.
bool Compiler::text_value(const Position& at) {
  const bool argument = mode_ == Mode::argument_text;
  const bool named = mode_ == Mode::named_text;
  advance();
  if (at_symbol('|')) return caret_mark(at);
  if (caret_) error_at(Message::behind_caret, at, 2);
  if (text_size_ > 0 || (named && text_empty_)) flush_text();
  text_empty_ = false;
  if (closes_text()) {
    error_at(Message::value_or_dollar, at, 2);
    advance();
    return false;
  }
  if (at_word("time") && lexer_.following() == '}') {
    warn_at(Message::time_typed, token().at, token().length, {}, {});
  }
  text_fits_ = true;
  bool good = named ? text_part() : expression();
  text_fits_ = false;
  if (good && !at_symbol('}')) good = expected(Message::expected_symbol, "}"sv);
  if (good && argument) good = error_at(Message::text_argument_parts, at, 2);
  if (good && !named) emit(Opcode::type);
  while (!at_symbol('}') && !token().line_before && token().kind != TokenKind::end &&
         token().kind != TokenKind::text) {
    advance();
  }
  // What looks like another text are the closing quotes of this one.
  if (token().kind == TokenKind::text) {
    advance();
    return false;
  }
  return at_symbol('}') || (token().kind != TokenKind::end && lexer_.in_lines());
}

/// At the `|` of `${|}`, where the caret is to be when the text is typed: as many taps of the left
/// arrow follow the text as characters stand behind it. As text_value() else.
bool Compiler::caret_mark(const Position& at) {
  if (mode_ != Mode::text) error_at(Message::caret_misplaced, at, 4);
  if (caret_) error_at(Message::caret_twice, at, 4);
  caret_ = true;
  advance();
  if (at_symbol('}')) return true;
  expected(Message::expected_symbol, "}"sv);
  if (token().kind == TokenKind::text) advance();
  return false;
}

void Compiler::count_behind_caret(const StringItem& item) {
  const char32_t c = item.character;
  if (c == '\t' || c == 0x1B) error_at(Message::behind_caret, item.at, 1);
  // What is not typed is not passed over either.
  if (c > 0x7F && layout_.strokes(c).count == 0 && c > last_by_number_) return;
  if (behind_caret_ == 0xFF) {
    error_at(Message::caret_too_far, item.at, 1, 0xFF);
    behind_caret_ = 0;
  }
  ++behind_caret_;
}

/// Whether the quotes here begin no other text: then they close the one that is open.
bool Compiler::closes_text() {
  if (token().kind != TokenKind::text) return false;
  Lexer& ahead = look_ahead();
  StringItem item = ahead.string_item();
  while (item.kind == StringItem::Kind::character) item = ahead.string_item();
  return item.kind == StringItem::Kind::broken;
}

/// Whether code may point to the run instead of having a copy of it.
bool Compiler::is_reference() const {
  // So long a run never takes more bytes by a reference, wherever it stands: that has up to four
  // bytes of offset, and text before and after it needs instructions of its own.
  constexpr std::uint32_t kLeast = 8;
  return text_run_size() >= kLeast && writer_.keeps_source();
}

/// Writes what text_ holds: as one instruction, or as one for what stands before the run and one
/// for the run.
void Compiler::flush_text() {
  const bool refers = is_reference();
  const std::uint8_t size = refers ? run_begin_ : text_size_;
  if (size > 0 || !refers) {
    const Opcode opcode = text_opcode();
    if (opcode == Opcode::text && size == 1) {
      note_letter(KeyRef::character(static_cast<unsigned char>(text_[0])));
    }
    emit(opcode, size);
    append({reinterpret_cast<const std::uint8_t*>(text_.data()), size});
  }
  if (refers) {
    const auto length = static_cast<std::uint8_t>(kTextInSource | text_run_size());
    emit(CodePiece(text_opcode()).byte(length).number(run_at_ - slice_begin_));
  }
  text_size_ = 0;
  run_begin_ = 0;
}

/// The instruction for the next piece of the text.
Opcode Compiler::text_opcode() {
  const bool first = std::exchange(text_empty_, false);
  if (mode_ == Mode::text) return Opcode::text;
  return mode_ == Mode::argument_text && first ? Opcode::push_text : Opcode::more_text;
}

}  // namespace pianola::lang
