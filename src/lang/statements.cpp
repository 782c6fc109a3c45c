#include <algorithm>

#include "hid/key_names.hpp"
#include "hid/utf8.hpp"
#include "lang/compiler.hpp"

namespace pianola::lang {
namespace {

/// Characters of a text compiled in one step.
constexpr unsigned kTextBatch = 256;

}  // namespace

/// One statement, or the end of a block or of what should have had one.
void Compiler::body_step() {
  if (token().kind == TokenKind::end || starts_definition()) return missing_brace();
  if (at_symbol('}')) return close_block();
  if (at_symbol(';')) return advance();
  if (!statement()) skip(Skip::statement);
}

bool Compiler::statement() {
  switch (token().kind) {
    case TokenKind::text:
      start_text(Mode::text);
      return true;
    case TokenKind::word:
      return word_statement();
    case TokenKind::quoted:
      return chord_statement(Opcode::tap);
    case TokenKind::number:
      if (token().hex) return chord_statement(Opcode::tap);
      if (lexer_.word().size() == 1) return bare_character(lexer_.word());
      error(Message::unquoted_text, lexer_.word());
      skip(Skip::word);
      return true;
    case TokenKind::duration:
      error(Message::bare_duration, lexer_.word());
      advance();
      return true;
    case TokenKind::symbol:
      return symbol_statement();
    case TokenKind::end:
      break;
  }
  return error(Message::expected_statement);
}

bool Compiler::symbol_statement() {
  const char32_t c = token().character;
  if (at_comment()) {
    error(Message::slash_comment);
    skip_line(token().at.line);
    return true;
  }
  switch (c) {
    case '[':
      return raw_statement();
    case '^':
      return chord_statement(Opcode::tap);
    case '+':
      error(Message::space_in_chord);
      skip(Skip::word);
      return true;
    case ',':
      error(Message::stray_comma);
      skip(Skip::word);
      return true;
    case '{':
    case '(':
    case ')':
    case ']':
      brace_excused_ = true;  // one `{` too many, or the wrong kind for a `}`
      return error(Message::expected_statement);
    case 0x2018:
    case 0x2019:
    case 0x201C:
    case 0x201D:
    case 0x201E:
      return curly_quotes();
    default:
      return bare_character(hid::encode_utf8(c));
  }
}

/// A character that stands alone where a statement should.
bool Compiler::bare_character(std::string_view character) {
  error(Message::bare_character, character);
  skip(Skip::word);
  return true;
}

/// What a word processor makes of quotes: goes on behind the closing ones.
bool Compiler::curly_quotes() {
  error(Message::straight_quotes);
  const char32_t closing = token().character < 0x201A ? 0x2019 : 0x201D;
  for (char32_t c = lexer_.following(); c != 0 && c != '\n'; c = lexer_.following()) {
    lexer_.take_following();
    if (c == closing || (c == 0x201C && token().character == 0x201E)) break;
  }
  advance();
  return true;
}

/// `//` or `/*`, with which comments start elsewhere.
bool Compiler::at_comment() {
  return at_symbol('/') && (lexer_.following() == '/' || lexer_.following() == '*');
}

/// A statement that starts with a word: a keyword's, or the tap of a key.
bool Compiler::word_statement() {
  const Keyword reserved = keyword();
  const std::string_view word = lexer_.word();
  const bool modifier = lexer_.following() == '+';
  if (reserved != Keyword::no_keyword && !modifier) return keyword_statement(reserved);
  if (is_assignment()) return not_yet("assignments");
  if (modifier) return chord_statement(Opcode::tap);
  if (word.size() == 1 && lexer_.following() == '(') return error(Message::call_missing, word);
  if (word.size() == 1) return bare_character(word);
  if (is_unknown_word()) return unknown_statement();
  if (is_modifier_name(word) && lexer_.following() == '-') {
    error(Message::space_in_chord);
    skip(Skip::word);
    return true;
  }
  return chord_statement(Opcode::tap);
}

/// Whether the token is a word that is neither a key nor reserved nor one character.
bool Compiler::is_unknown_word() const {
  return token().kind == TokenKind::word && lexer_.word().size() > 1 &&
         keyword() == Keyword::no_keyword && !hid::usage_from_name(lexer_.word()) &&
         !is_modifier_name(lexer_.word()) && !is_vial_key(lexer_.word());
}

/// Reports it with the keyword or the key that was probably meant. True if that is a keyword.
bool Compiler::unknown_word() {
  const std::string_view word = lexer_.word();
  const std::string_view reserved = closest_keyword(word);
  const std::string_view key = hid::closest_name(word);
  const bool lower_case =
      std::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!reserved.empty() && (lower_case || key.empty())) {
    error(Message::unknown_word, word, reserved);
    return true;
  }
  error(Message::unknown_key, word, key);
  return false;
}

/// At an unknown word: reports it with the statement that was probably meant.
bool Compiler::unknown_statement() {
  constexpr std::array<std::string_view, 5> kTypes = {"type", "print", "write", "echo", "text"};
  const std::string_view word = lexer_.word();
  const bool parenthesis = lexer_.following() == '(';
  if (at_old_command()) return error(Message::old_mqtt);
  if (word == "sleep" || word == "delay") return error(Message::unknown_word, word, "wait");
  if (std::find(kTypes.begin(), kTypes.end(), word) != kTypes.end()) {
    error(Message::bare_text);
    skip(parenthesis ? Skip::statement : Skip::word);
    return true;
  }
  const bool near = !closest_keyword(word).empty() || !hid::closest_name(word).empty();
  if (!near && parenthesis) return error(Message::call_missing, word);
  if (near && unknown_word()) return false;
  if (!near) error(Message::unquoted_text, word);
  skip(Skip::word);
  return true;
}

/// `x = …`: looks ahead.
bool Compiler::is_assignment() const {
  Lexer ahead = lexer_;
  ahead.set_sink(nullptr);
  ahead.next();
  return ahead.token().is_symbol('=');
}

bool Compiler::keyword_statement(Keyword word) {
  switch (word) {
    case Keyword::k_tap:
      advance();
      return chord_list(Opcode::tap);
    case Keyword::k_press:
      advance();
      if (at_word("mouse")) return not_yet(lexer_.word());
      return chord_list(Opcode::press);
    case Keyword::k_release:
      advance();
      if (keyword() != Keyword::k_all) return chord_list(Opcode::release);
      advance();
      emit(CodePiece(Opcode::release_all));
      return true;
    case Keyword::k_hold:
      advance();
      return chord_statement(Opcode::hold);
    case Keyword::k_toggle:
      advance();
      return chord_statement(Opcode::toggle);
    case Keyword::k_key:
      return chord_statement(Opcode::tap);
    case Keyword::k_wait:
      return wait_statement();
    case Keyword::k_repeat:
      return repeat_statement();
    case Keyword::k_call:
      return call_statement();
    default:
      return other_keyword(word);
  }
}

/// A keyword that starts no statement, or one that nothing acts on yet.
bool Compiler::other_keyword(Keyword word) {
  switch (word) {
    case Keyword::k_oneshot:
    case Keyword::k_click:
    case Keyword::k_move:
    case Keyword::k_scroll:
    case Keyword::k_yield:
    case Keyword::k_if:
    case Keyword::k_else:
    case Keyword::k_while:
    case Keyword::k_loop:
    case Keyword::k_break:
    case Keyword::k_continue:
    case Keyword::k_exit:
    case Keyword::k_label:
    case Keyword::k_goto:
    case Keyword::k_let:
    case Keyword::k_fork:
    case Keyword::k_stop:
    case Keyword::k_layer:
    case Keyword::k_match:
    case Keyword::k_defer:
    case Keyword::k_send:
    case Keyword::k_record:
    case Keyword::k_play:
    case Keyword::k_without:
    case Keyword::k_lock:
    case Keyword::k_edit:
      return not_yet(keyword_name(word));
    default: {
      const auto usage = hid::usage_from_name(lexer_.word());
      return usage ? error(Message::keyword_as_key, lexer_.word(), hid::canonical_name(*usage))
                   : error(Message::keyword_misplaced, lexer_.word());
    }
  }
}

// ---- Keys -------------------------------------------------------------------------------------

bool Compiler::chord_statement(Opcode opcode) {
  Chord keys;
  if (!chord(keys)) return false;
  emit_chord(opcode, keys);
  return true;
}

/// `a, b, ctrl+c`.
bool Compiler::chord_list(Opcode opcode) {
  if (!chord_statement(opcode)) return false;
  while (at_symbol(',')) {
    advance();
    if (!chord_statement(opcode)) return false;
  }
  return true;
}

void Compiler::emit_chord(Opcode opcode, const Chord& keys) {
  if (keys.good) check_key(keys);
  emit(CodePiece(opcode).byte(keys.sides()).key(keys.key));
}

/// Warns of a key that the layout has not.
void Compiler::check_key(const Chord& keys) {
  if (!keys.key.is_character()) return;
  check_typable(static_cast<char32_t>(keys.key.value()), keys.at, keys.length);
}

/// Warns of a character that the layout cannot type. Printable ASCII is on all of them.
void Compiler::check_typable(char32_t c, const Position& at, std::uint32_t length) {
  if (c >= ' ' && c < 0x7F) return;
  if (c > 0x7F) layout_used_ = true;
  if (layout_.strokes(c).count != 0) return;
  const hid::Utf8Bytes shown = hid::encode_utf8(c);
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

// ---- Text -------------------------------------------------------------------------------------

/// At the opening quotes: what follows is compiled in pieces by text_step().
void Compiler::start_text(Mode mode) {
  mode_ = mode;
  text_size_ = 0;
  text_empty_ = true;
}

void Compiler::text_step() {
  for (unsigned i = 0; i < kTextBatch; ++i) {
    const StringItem item = lexer_.string_item();
    switch (item.kind) {
      case StringItem::Kind::character:
        check_typable(item.character, item.at, 1);
        text_character(item.character);
        break;
      case StringItem::Kind::value:
        if (text_value(item.at)) break;
        return end_text();
      case StringItem::Kind::end:
        advance();
        return end_text();
      case StringItem::Kind::broken:
        broken_text();
        if (mode_ == Mode::argument_text) return skip(Skip::statement);
        return end_text();
    }
  }
}

void Compiler::text_character(char32_t c) {
  const hid::Utf8Bytes bytes = hid::encode_utf8(c);
  if (text_size_ + bytes.size > text_.size()) flush_text();
  std::copy_n(bytes.bytes.begin(), bytes.size, text_.begin() + text_size_);
  text_size_ = static_cast<std::uint8_t>(text_size_ + bytes.size);
}

/// The text is over and its last piece is written; the token after it is current.
void Compiler::end_text() {
  if (text_size_ > 0 || text_empty_) flush_text();
  mode_ = mode_ == Mode::argument_text ? Mode::arguments : Mode::file;
}

/// After `${`: the value, up to and with its `}`. False if the text cannot go on after an error;
/// the token after it is current then.
bool Compiler::text_value(const Position& at) {
  const bool argument = mode_ == Mode::argument_text;
  if (text_size_ > 0) flush_text();
  text_empty_ = false;
  advance();
  bool good = expression();
  if (good && !at_symbol('}')) good = expected(Message::expected_symbol, "}");
  if (good && argument) good = error_at(Message::text_argument_parts, at, 2);
  if (good) emit(CodePiece(Opcode::type));
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

/// Writes what text_ holds as one instruction.
void Compiler::flush_text() {
  const Opcode opcode = mode_ != Mode::argument_text ? Opcode::text
                        : text_empty_                ? Opcode::push_text
                                                     : Opcode::more_text;
  emit(CodePiece(opcode).byte(text_size_));
  append({reinterpret_cast<const std::uint8_t*>(text_.data()), text_size_});
  text_size_ = 0;
  text_empty_ = false;
}

// ---- wait, repeat, call -----------------------------------------------------------------------

bool Compiler::wait_statement() {
  advance();
  if (token().kind == TokenKind::duration) {
    emit(CodePiece(Opcode::wait).number(token().value));
    advance();
    return true;
  }
  if (at_symbol('(')) {
    if (!expression()) return false;
    emit(CodePiece(Opcode::wait_value));
    return true;
  }
  if (keyword() == Keyword::k_until) return not_yet(lexer_.word());
  if (keyword() != Keyword::k_release) return expected_duration(Message::expected_wait);
  advance();
  std::uint32_t limit = 0;
  if (at_word("max")) {
    advance();
    if (token().kind != TokenKind::duration) return expected_duration(Message::expected_duration);
    limit = token().value + 1;
    advance();
  }
  emit(CodePiece(Opcode::wait_release).number(limit));
  return true;
}

/// `repeat N {`: the counter is a local without a name.
bool Compiler::repeat_statement() {
  const Position at = token().at;
  advance();
  if (!expression()) return false;
  if (!at_symbol('{')) {
    expected(Message::expected_brace);
    // If lines follow, then probably its `}` too.
    if (!token().line_before) return false;
    brace_excused_ = true;
  }
  if (next_label_ == kMaxLabels)
    return error_at(Message::too_many_jumps, at, 6, {}, {}, kMaxLabels);
  const auto label = static_cast<std::uint16_t>(next_label_++);
  const std::uint8_t locals = local_count_;
  std::uint8_t slot = 0;
  if (!new_local(slot)) return error_at(Message::too_many_locals, at, 6, {}, {}, kMaxSlots);
  emit(CodePiece(Opcode::counter).byte(slot));
  const std::uint32_t start = code_size_;
  emit(CodePiece(Opcode::repeat).byte(slot).number(label));
  if (!open_block(Block::repeat, label, start)) return false;
  blocks_[depth_ - 1].locals = locals;
  return true;
}

bool Compiler::call_statement() {
  advance();
  if (!name(call_)) return false;
  arguments_ = 0;
  if (!at_symbol('(')) {
    end_call();
    return true;
  }
  advance();
  mode_ = Mode::arguments;
  return true;
}

/// One argument, or the closing parenthesis.
void Compiler::arguments_step() {
  if (at_symbol(')')) {
    advance();
    mode_ = Mode::file;
    return end_call();
  }
  bool good = true;
  if (arguments_ > 0) {
    good = at_symbol(',') || expected(Message::unbalanced);
    if (good) advance();
  }
  if (good && arguments_ == kMaxParameters) {
    good = error(Message::too_many_arguments, {}, {}, kMaxParameters);
  }
  if (good) {
    ++arguments_;
    if (token().kind == TokenKind::text) return start_text(Mode::argument_text);
    good = expression();
  }
  if (good) return;
  skip(Skip::statement);
}

void Compiler::end_call() {
  emit(CodePiece(Opcode::call).name(call_.view()).number(arguments_));
  use(IndexSpace::macro, call_, arguments_);
}

// ---- Blocks, locals, labels -------------------------------------------------------------------

/// At the `{`. Advances past it.
bool Compiler::open_block(Block kind, std::uint16_t label, std::uint32_t start) {
  if (depth_ == kMaxBlocks) return error(Message::too_many_blocks, {}, {}, kMaxBlocks);
  blocks_[depth_++] = {token().at, start, label, kind, local_count_};
  if (at_symbol('{')) advance();
  return true;
}

/// At the `}` of the innermost block.
void Compiler::close_block() {
  const OpenBlock block = blocks_[depth_ - 1];
  advance();
  if (block.kind == Block::body) return close_body();
  emit(CodePiece(Opcode::back).number(code_size_ - block.start));
  // Depth 0 is that of the body itself, which may stand in a layer.
  const unsigned body = blocks_[0].kind == Block::layer ? 2 : 1;
  place_label(block.label, depth_ - 1U - body);
  local_count_ = block.locals;
  --depth_;
}

/// The next free slot, without a name.
bool Compiler::new_local(std::uint8_t& slot) {
  if (local_count_ == locals_.size()) return false;
  slot = local_count_++;
  locals_[slot] = {};
  frame_ = std::max(frame_, local_count_);
  return true;
}

/// The slot of the innermost local of this name. Hashes find it, the source decides.
std::optional<std::uint8_t> Compiler::find_local(const NameAt& wanted) {
  const std::uint32_t hash = wanted.hash();
  for (std::uint8_t slot = local_count_; slot-- > 0;) {
    const Local& local = locals_[slot];
    if (local.hash != hash || local.size != wanted.size) continue;
    std::size_t same = 0;
    std::array<char, kMaxName> text;
    while (same < wanted.size) {
      const std::size_t count = source_.read(static_cast<std::uint32_t>(local.offset + same),
                                             std::span{text}.first(wanted.size - same));
      if (count == 0 || !std::equal(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count),
                                    wanted.text.begin() + static_cast<std::ptrdiff_t>(same))) {
        break;
      }
      same += count;
    }
    if (same == wanted.size) return slot;
  }
  return std::nullopt;
}

/// The label stands here; jumps to it unwind to `depth` blocks.
void Compiler::place_label(std::uint16_t label, std::size_t depth) {
  labels_[label_count_++] = {code_size_, label, static_cast<std::uint8_t>(depth)};
  if (label_count_ == labels_.size()) flush_labels();
}

/// Writes the labels placed since the last piece of the table.
void Compiler::flush_labels() {
  if (label_count_ == 0) return;
  const std::uint32_t offset = code_size_;
  emit(CodePiece(Opcode::labels).number(last_labels_).byte(label_count_));
  for (const PendingLabel& label : std::span{labels_}.first(label_count_)) {
    const std::array<std::uint8_t, 6> entry = {
        static_cast<std::uint8_t>(label.label),        static_cast<std::uint8_t>(label.label >> 8),
        static_cast<std::uint8_t>(label.offset),       static_cast<std::uint8_t>(label.offset >> 8),
        static_cast<std::uint8_t>(label.offset >> 16), label.depth};
    append(entry);
  }
  label_count_ = 0;
  last_labels_ = offset + 1;
}

}  // namespace pianola::lang
