#include "lang/compiler.hpp"

#include <algorithm>

namespace pianola::lang {

Compiler::Compiler(Source& source, RollWriter& writer, Scratch& scratch, DiagnosticSink& sink)
    : source_(source),
      writer_(writer),
      scratch_(scratch),
      sink_(sink),
      lexer_(source, this),
      file_layout_(hid::default_layout()),
      layout_(hid::default_layout()) {}

Status Compiler::run() {
  for (;;) {
    if (const Status status = step(); status != Status::more) return status;
  }
}

Status Compiler::step() {
  switch (mode_) {
    case Mode::start:
      scratch_.clear();
      advance();
      mode_ = Mode::file;
      break;
    case Mode::file:
      file_step();
      break;
    case Mode::text:
    case Mode::argument_text:
      text_step();
      break;
    case Mode::arguments:
      arguments_step();
      break;
    case Mode::finish: {
      const Status status =
          builder_.step({source_, scratch_, writer_, *this, file_layout_, errors_ == 0});
      if (status != Status::more) return end_with(status);
      break;
    }
    case Mode::done:
      return status_;
  }
  return status_ == Status::more ? Status::more : end_with(status_);
}

/// The compilation is over: commits or abandons, and reports what no diagnostic told yet.
Status Compiler::end_with(Status status) {
  mode_ = Mode::done;
  scratch_.clear();
  if (status == Status::ok && errors_ == 0) status = writer_.commit();
  if (status == Status::full) error_at(Message::store_full, {}, 1);
  if (status == Status::io_error) error_at(Message::io_error, {}, 1);
  if (status == Status::ok && errors_ != 0) status = Status::errors;
  if (status != Status::ok) writer_.abandon();
  status_ = status;
  return status;
}

/// Keeps the first failure of the writer or the scratch; step() then ends the compilation.
void Compiler::keep(Status status) {
  if (status_ == Status::more && status != Status::ok) status_ = status;
}

void Compiler::report(const Diagnostic& diagnostic) {
  if (diagnostic.warning) {
    if (++warnings_ <= kMaxErrors) sink_.report(diagnostic);
    return;
  }
  if (++errors_ > kMaxErrors) {
    if (status_ != Status::more || mode_ == Mode::done) return;
    Diagnostic last;
    last.message = Message::too_many_errors;
    last.at = diagnostic.at;
    last.n = kMaxErrors;
    sink_.report(last);
    status_ = Status::errors;
    return;
  }
  sink_.report(diagnostic);
}

bool Compiler::error_at(Message message, const Position& at, std::uint32_t length,
                        std::string_view a, std::string_view b, std::uint32_t n) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.at = at;
  diagnostic.length = length;
  diagnostic.a = a;
  diagnostic.b = b;
  diagnostic.n = n;
  report(diagnostic);
  return false;
}

bool Compiler::error(Message message, std::string_view a, std::string_view b, std::uint32_t n) {
  return error_at(message, token().at, token().length, a, b, n);
}

void Compiler::warn_at(Message message, const Position& at, std::uint32_t length,
                       std::string_view a, std::string_view b) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.warning = true;
  diagnostic.at = at;
  diagnostic.length = length;
  diagnostic.a = a;
  diagnostic.b = b;
  report(diagnostic);
}

bool Compiler::not_yet(const Position& at, std::string_view what) {
  return error_at(Message::not_yet, at, static_cast<std::uint32_t>(what.size()), what);
}

void Compiler::advance() {
  last_end_ = lexer_.position();
  lexer_.next();
}

bool Compiler::at_word(std::string_view word) const {
  return token().kind == TokenKind::word && lexer_.word() == word;
}

Keyword Compiler::keyword() const {
  return token().kind == TokenKind::word ? find_keyword(lexer_.word()) : Keyword::no_keyword;
}

bool Compiler::expect_symbol(char32_t c, std::string_view shown) {
  if (!at_symbol(c)) return error(Message::expected_symbol, shown);
  advance();
  return true;
}

// ---- The file ---------------------------------------------------------------------------------

/// One item of whatever is open: the file, a layer, an old definition or a body.
void Compiler::file_step() {
  if (depth_ > 0) {
    switch (blocks_[depth_ - 1].kind) {
      case Block::layer:
        return layer_item();
      case Block::define:
        return define_line();
      default:
        return body_step();
    }
  }
  if (token().kind == TokenKind::end) return end_file();
  begin_definition();
  finish_definition_after(definition());
}

/// After a definition's head: it is complete unless it opened a block.
void Compiler::finish_definition_after(bool good) {
  if (depth_ > 0 && good) return;
  depth_ = 0;
  if (!good) skip_definition();
  end_definition();
}

void Compiler::end_file() {
  const std::uint32_t end = token().at.offset;
  if (!lexer_.unusable() && slice_begin_ < end) {
    begin_definition();
    last_end_ = token().at;
    end_definition();
  }
  mode_ = Mode::finish;
}

void Compiler::begin_definition() {
  code_size_ = 0;
  scope_ = 0;
  ++records_;
  if (errors_ == 0) keep(writer_.begin_definition());
}

void Compiler::end_definition() {
  const bool same_line = token().kind != TokenKind::end && !token().line_before;
  const std::uint32_t end = same_line ? token().at.offset : lexer_.after_line(last_end_.offset);
  if (errors_ == 0) keep(writer_.end_definition(slice_begin_, end));
  slice_begin_ = end;
}

/// After an error outside bodies: goes on at the next line that starts a definition, outside all
/// braces that were opened on the way.
void Compiler::skip_definition() {
  std::uint32_t braces = 0;
  for (;; advance()) {
    if (token().kind == TokenKind::end) return;
    const bool fresh = token().line_before && token().at.offset > slice_begin_;
    if (fresh && (braces == 0 || starts_definition())) return;
    if (token().kind == TokenKind::text) skip_text();
    if (at_symbol('{')) ++braces;
    if (at_symbol('}') && braces > 0 && --braces == 0) {
      advance();
      return;
    }
  }
}

/// Whether a definition starts at this token, which stands first in its line without indentation.
/// Looks ahead to the `{` on the same line; statements that open blocks are told by their keyword.
bool Compiler::starts_definition() const {
  if (!token().line_before || token().at.column != 1) return false;
  Lexer ahead = lexer_;
  ahead.set_sink(nullptr);
  const Keyword first = keyword();
  switch (first) {
    case Keyword::k_private:
    case Keyword::k_public:
    case Keyword::k_define:
      return true;
    case Keyword::k_set:
    case Keyword::k_var:
    case Keyword::k_macro:
      ahead.next();
      return ahead.token().kind == TokenKind::word;
    case Keyword::k_leader:
    case Keyword::k_double:
    case Keyword::k_hold:
    case Keyword::k_tap:
    case Keyword::k_on:
    case Keyword::k_layer:
    case Keyword::no_keyword:
      break;
    default:
      return false;
  }
  if (at_symbol('{') || at_symbol('}') || at_symbol('(')) return false;
  // A trigger: one item, or two after a word such as `leader`, or three with `&` in the middle.
  std::uint32_t items = first == Keyword::no_keyword ? 1 : 0;
  if (token().kind == TokenKind::text) {
    StringItem item = ahead.string_item();
    while (item.kind == StringItem::Kind::character) item = ahead.string_item();
    if (item.kind != StringItem::Kind::end) return false;
  }
  for (unsigned i = 0; i < 12; ++i) {
    const bool plus = ahead.token().is_symbol('+');
    ahead.next();
    const Token& next = ahead.token();
    if (next.kind == TokenKind::end || next.line_before) return false;
    if (next.is_symbol('{')) return items == 1;
    if (next.is_symbol('(')) {
      ahead.next();
      const std::string_view word = ahead.word();
      return items == 1 && (word == "again" || word == "typing" || word == "layout");
    }
    if (next.is_symbol('&')) {
      items = 0;
    } else if (next.space_before && !plus) {
      ++items;
    }
  }
  return false;
}

// ---- Output -----------------------------------------------------------------------------------

void Compiler::emit(const CodePiece& piece) { append(piece.bytes()); }

void Compiler::append(std::span<const std::uint8_t> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const bool fits = code_size_ <= kMaxCode;
  code_size_ += size;
  if (fits && code_size_ > kMaxCode) {
    error_at(Message::definition_too_long, last_end_, 1, {}, {}, kMaxCode);
  }
  if (errors_ == 0) keep(writer_.append_code(bytes));
}

}  // namespace pianola::lang
