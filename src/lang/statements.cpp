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
  if (!statement()) skip_statement();
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
      return lexer_.word().size() == 1 ? error(Message::bare_character, lexer_.word())
                                       : error(Message::expected_statement);
    case TokenKind::symbol:
      return symbol_statement();
    case TokenKind::duration:
    case TokenKind::end:
      break;
  }
  return error(Message::expected_statement);
}

bool Compiler::symbol_statement() {
  const char32_t c = token().character;
  switch (c) {
    case '[':
      return raw_statement();
    case '^':
      return chord_statement(Opcode::tap);
    case '+':
      return error(Message::space_in_chord);
    case '{':
    case '(':
    case ')':
    case ']':
    case ',':
      return error(Message::expected_statement);
    default:
      return error(Message::bare_character, hid::encode_utf8(c));
  }
}

/// A statement that starts with a word: a keyword's, or the tap of a key.
bool Compiler::word_statement() {
  const Keyword reserved = keyword();
  if (reserved != Keyword::no_keyword && lexer_.following() != '+') {
    return keyword_statement(reserved);
  }
  if (is_assignment()) return not_yet(token().at, lexer_.word());
  if (lexer_.following() == '+') return chord_statement(Opcode::tap);
  if (lexer_.word().size() == 1) return error(Message::bare_character, lexer_.word());
  if (is_unknown_word()) return unknown_word();
  return chord_statement(Opcode::tap);
}

/// Whether the token is a word that is neither a key nor reserved nor one character.
bool Compiler::is_unknown_word() const {
  return token().kind == TokenKind::word && lexer_.word().size() > 1 &&
         keyword() == Keyword::no_keyword && !hid::usage_from_name(lexer_.word()) &&
         !is_modifier_name(lexer_.word()) && !is_vial_key(lexer_.word());
}

/// Reports it with the key or the keyword that was probably meant.
bool Compiler::unknown_word() {
  const std::string_view word = lexer_.word();
  const std::string_view key = hid::closest_name(word);
  if (!key.empty()) return error(Message::unknown_key, word, key);
  return error(Message::unknown_statement, word, closest_keyword(word));
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
      if (at_word("mouse")) return not_yet(token().at, lexer_.word());
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
      return not_yet(token().at, keyword_name(word));
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
  check_key(keys);
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
      case StringItem::Kind::broken:
        advance();
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

/// After `${`: the value, up to and with its `}`. False if the text cannot go on after an error.
bool Compiler::text_value(const Position& at) {
  const bool argument = mode_ == Mode::argument_text;
  if (text_size_ > 0) flush_text();
  text_empty_ = false;
  advance();
  bool good = expression();
  if (good && !at_symbol('}')) good = error(Message::expected_symbol, "}");
  if (good && argument) error_at(Message::text_argument_parts, at, 2);
  if (good) {
    emit(CodePiece(Opcode::type));
    return true;
  }
  while (!at_symbol('}') && !token().line_before && token().kind != TokenKind::end &&
         token().kind != TokenKind::text) {
    advance();
  }
  if (token().kind == TokenKind::text) advance();
  return at_symbol('}');
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
  if (keyword() == Keyword::k_until) return not_yet(token().at, lexer_.word());
  if (keyword() != Keyword::k_release) return error(Message::expected_wait);
  advance();
  std::uint32_t limit = 0;
  if (at_word("max")) {
    advance();
    if (token().kind != TokenKind::duration) return error(Message::expected_duration);
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
  if (!at_symbol('{')) return error(Message::expected_brace);
  if (next_label_ > kMaxLabels) return error_at(Message::too_many_jumps, at, 6, {}, {}, kMaxLabels);
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
    good = at_symbol(',') || error(Message::unbalanced);
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
  mode_ = Mode::file;
  skip_statement();
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
  advance();
  return true;
}

/// At the `}` of the innermost block.
void Compiler::close_block() {
  const OpenBlock block = blocks_[depth_ - 1];
  advance();
  if (block.kind == Block::body) return close_body();
  emit(CodePiece(Opcode::back).number(code_size_ - block.start));
  place_label(block.label, depth_ - 1U);
  local_count_ = block.locals;
  --depth_;
}

/// The file or the body ends before its blocks do: one error, at the innermost brace. All blocks of
/// the body are closed.
void Compiler::missing_brace() {
  std::array<char, 10> line{};
  std::size_t size = 0;
  if (token().kind != TokenKind::end) {
    for (std::uint32_t rest = token().at.line; rest > 0; rest /= 10) {
      line[size++] = static_cast<char>('0' + rest % 10);
    }
    std::reverse(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(size));
  }
  error_at(Message::missing_brace, blocks_[depth_ - 1].at, 1, {}, {line.data(), size});
  while (blocks_[depth_ - 1].kind != Block::body && blocks_[depth_ - 1].kind != Block::layer) {
    --depth_;
  }
  if (blocks_[depth_ - 1].kind == Block::body) close_body();
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

// ---- Recovery ---------------------------------------------------------------------------------

/// Whether the token is a keyword that only a statement starts with.
bool Compiler::starts_statement() const {
  switch (keyword()) {
    case Keyword::k_tap:
    case Keyword::k_press:
    case Keyword::k_toggle:
    case Keyword::k_wait:
    case Keyword::k_repeat:
    case Keyword::k_call:
      return true;
    default:
      return false;
  }
}

/// After an error in a body or a layer: goes on at the next statement, which starts on a new line,
/// with a keyword or after a `;`, or is the `}` of the block. Blocks that what is skipped opens are
/// skipped whole.
void Compiler::skip_statement() {
  std::uint32_t braces = 0;
  const std::uint32_t from = token().at.offset;
  for (;; advance()) {
    if (token().kind == TokenKind::end || starts_definition()) return;
    if (braces == 0) {
      if (at_symbol('}')) return;
      const bool fresh = token().at.offset > from;
      if (at_symbol(';') || (fresh && (token().line_before || starts_statement()))) return;
    }
    if (token().kind == TokenKind::text) skip_text();
    if (at_symbol('{')) ++braces;
    if (at_symbol('}')) --braces;
  }
}

/// At the opening quotes of a text that nobody wants: passes over it, its closing quotes being the
/// last thing read.
void Compiler::skip_text() {
  for (;;) {
    const StringItem item = lexer_.string_item();
    if (item.kind == StringItem::Kind::end || item.kind == StringItem::Kind::broken) return;
    if (item.kind != StringItem::Kind::value) continue;
    do {
      advance();
    } while (!at_symbol('}') && !token().line_before && token().kind != TokenKind::end);
    if (!at_symbol('}')) return;
  }
}

/// Goes on at the next line.
void Compiler::skip_line() {
  do {
    if (token().kind == TokenKind::text) skip_text();
    advance();
  } while (!token().line_before && token().kind != TokenKind::end);
}

}  // namespace pianola::lang
