#include "lang/compile/compiler.hpp"

#include <algorithm>
#include <new>

#include "base/utf8.hpp"
#include "hid/key_names.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;

Compiler::Compiler(Source& source, RollWriter& writer, Scratch& scratch, DiagnosticSink& sink)
    : source_(source),
      writer_(writer),
      scratch_(scratch),
      sink_(sink),
      lexer_(later_.reading.window, this),
      file_layout_(hid::default_layout()),
      layout_(hid::default_layout()),
      later_(source) {}

Status Compiler::run() {
  for (;;) {
    if (const Status status = step(); status != Status::more) return status;
  }
}

Status Compiler::step() {
  switch (mode_) {
    case Mode::start:
      scratch_.clear();
      if (!again_) keep_roll();
      start_file();
      mode_ = Mode::file;
      break;
    case Mode::file:
      file_step();
      break;
    case Mode::text:
    case Mode::argument_text:
    case Mode::named_text:
      text_step();
      break;
    case Mode::arguments:
      arguments_step();
      break;
    case Mode::skip:
      skip_step();
      break;
    case Mode::finish:
      if (const Status status = finish_step(); status != Status::more) return status;
      break;
    case Mode::done:
      return status_;
  }
  return status_ == Status::more ? Status::more : end_with(status_);
}

/// Goes to the first token.
[[gnu::noinline]] void Compiler::start_file() {
  advance();
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  if (find_commented(begin, end)) pass_commented(begin, end);
}

/// Finds out whether definitions of the roll in force can be kept with their entries.
[[gnu::noinline]] void Compiler::keep_roll() {
  kept_ = writer_.kept_roll();
  if (kept_ != nullptr) marks_ = scratch_.marks(kept_->roll().index_size());
  if (marks_.empty()) kept_ = nullptr;
}

/// A piece of the work on the index. Apart, so that what it is told takes no stack before.
[[gnu::noinline]] Status Compiler::finish_step() {
  const bool unused = warnings_ < kMaxErrors && (allowed_ >> lint_of(Message::unused) & 1U) == 0;
  const Status status =
      later_.builder.step({source_, scratch_, writer_, *this, file_layout_, letters_, all_leader_,
                           errors_ == 0, kept_, marks_, commented_, unused});
  if (later_.builder.is_uncertain()) begin_again();
  return status == Status::more ? status : end_with(status);
}

/// What is kept cannot be judged by itself: reads the file once more, for the records of all
/// definitions. What was told stays told and counted.
[[gnu::noinline]] void Compiler::begin_again() {
  Source& source = source_;
  RollWriter& writer = writer_;
  Scratch& scratch = scratch_;
  DiagnosticSink& sink = sink_;
  const std::uint32_t allowed = allowed_;
  const std::uint32_t errors = errors_;
  const std::uint32_t warnings = warnings_;
  const std::uint32_t last_error = last_error_;
  new (this) Compiler(source, writer, scratch, sink);
  allowed_ = allowed;
  errors_ = errors;
  warnings_ = warnings;
  last_error_ = last_error;
  again_ = true;
}

/// The compilation is over: commits or abandons, and reports what no diagnostic told yet.
Status Compiler::end_with(Status status) {
  mode_ = Mode::done;
  scratch_.clear();
  if (status == Status::ok && errors_ == 0) status = writer_.commit();
  constexpr Position kNowhere{0, 0, 0};
  if (status == Status::full) error_at(Message::store_full, kNowhere, 1);
  if (status == Status::io_error) error_at(Message::io_error, kNowhere, 1);
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
  // The second time, only what is found at the end is new.
  if (again_ && mode_ != Mode::finish && mode_ != Mode::done) return;
  if (diagnostic.warning) {
    if ((allowed_ >> lint_of(diagnostic.message) & 1U) != 0) return;
    if (++warnings_ <= kMaxErrors) sink_.report(diagnostic);
    return;
  }
  // A second error at one place comes of the first.
  if (diagnostic.at.offset == last_error_ && diagnostic.at.line != 0) return;
  last_error_ = diagnostic.at.offset;
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

bool Compiler::error_at(Message message, const Position& at, std::uint32_t length) {
  return error_at(message, at, length, 0);
}

bool Compiler::error_at(Message message, const Position& at, std::uint32_t length,
                        std::uint32_t n) {
  return error_at(message, at, length, {}, {}, n);
}

bool Compiler::error(Message message) { return error(message, {}, {}, 0); }

bool Compiler::error(Message message, std::string_view a) { return error(message, a, {}, 0); }

bool Compiler::error(Message message, std::string_view a, Advice advice) {
  return error(message, a, {}, static_cast<std::uint32_t>(advice));
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

/// An error at `name`, with another place that has to do with it.
bool Compiler::error_other(Message message, const NameAt& name, const Position& other) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.at = name.at;
  diagnostic.length = name.size;
  diagnostic.a = name.view();
  diagnostic.other = other;
  report(diagnostic);
  return false;
}

/// An error of what is missing: after the token before if the current one stands in another line.
[[gnu::noinline]] bool Compiler::expected(Message message, std::string_view a, std::string_view b,
                                          std::uint32_t n) {
  const bool here = !token().line_before && token().kind != TokenKind::end;
  return here ? error(message, a, b, n) : error_at(message, last_end_, 1, a, b, n);
}

[[gnu::noinline]] bool Compiler::expected(Message message) { return expected(message, {}, {}); }

[[gnu::noinline]] bool Compiler::expected(Message message, std::string_view a) {
  return expected(message, a, {});
}

bool Compiler::expected(Message message, Advice advice) {
  return expected(message, {}, {}, static_cast<std::uint32_t>(advice));
}

/// Where a duration should stand. Of a number it is told that its unit lacks, and it is passed over
/// (then true); of all else `message`.
bool Compiler::expected_duration(Message message, Advice advice) {
  if (token().kind != TokenKind::number || token().line_before) return expected(message, advice);
  if (decimal_comma()) return true;
  const std::string_view unit = unit_ahead();
  error(Message::needs_unit, unit.empty() ? "ms"sv : unit, {}, token().value);
  advance();
  if (!unit.empty()) advance();
  return true;
}

/// Whether a decimal comma follows, as in `1,5s`; if so, reports it and passes over the number.
bool Compiler::decimal_comma() {
  if (lexer_.following() != ',') return false;
  Lexer& ahead = next_ahead();
  ahead.next();
  const TokenKind kind = ahead.token().kind;
  const bool number = kind == TokenKind::number || kind == TokenKind::duration;
  if (!number || ahead.token().space_before) return false;
  error(Message::write_instead, ","sv, "."sv);
  advance();
  advance();
  const bool unit = kind == TokenKind::number && !unit_ahead().empty();
  advance();
  if (unit) advance();
  return true;
}

/// The unit that somebody means by the word after the token; empty if there is none.
std::string_view Compiler::unit_ahead() {
  constexpr WordList kUnits =
      "ms\0msec\0millis\0millisecond\0milliseconds\0s\0sec\0secs\0second\0seconds\0"
      "min\0minute\0minutes\0";
  Lexer& ahead = next_ahead();
  if (ahead.token().kind != TokenKind::word || ahead.token().line_before) return {};
  const std::string_view unit = kUnits[kUnits.find(ahead.word())];
  if (unit.empty()) return {};
  return unit.front() == 's' ? "s" : unit.starts_with("min"sv) ? "min" : "ms";
}

void Compiler::advance() {
  last_end_ = lexer_.position();
  lexer_.next();
  keyword_ = find_keyword(lexer_.word());  // only words are
  named_known_ = false;
}

/// A lexer at the same place, which reports nothing. There is one of them: the next call makes it
/// begin anew.
Lexer& Compiler::look_ahead() {
  later_.reading.ahead = lexer_;
  later_.reading.ahead.set_sink(nullptr);
  return later_.reading.ahead;
}

/// Likewise at the next token.
Lexer& Compiler::next_ahead() {
  Lexer& ahead = look_ahead();
  ahead.next();
  return ahead;
}

// Apart: it stands in so many places.
[[gnu::noinline]] bool Compiler::at_symbol(char32_t c) const { return token().is_symbol(c); }

bool Compiler::at_word(const char* word) const {
  return token().kind == TokenKind::word && lexer_.word() == word;
}

std::size_t Compiler::word_ahead(WordList words) const {
  return token().kind == TokenKind::word ? words.find(lexer_.word()) : words.size();
}

/// The key whose name stands here; kNoKey if none does.
hid::Usage Compiler::named_key() {
  if (token().kind != TokenKind::word) return hid::kNoKey;
  if (!named_known_) named_key_ = hid::usage_from_name(lexer_.word()).value_or(hid::kNoKey);
  named_known_ = true;
  return named_key_;
}

bool Compiler::expect_symbol(char c) {
  if (!at_symbol(static_cast<unsigned char>(c))) return expected(Message::expected_symbol, {&c, 1});
  advance();
  return true;
}

// ---- The file ---------------------------------------------------------------------------------

/// One item of whatever is open: the file, a layer, an old definition or a body.
[[gnu::noinline]] void Compiler::file_step() {
  if (depth_ > 0) {
    switch (blocks_[depth_ - 1].kind) {
      case Block::layer:
        return layer_item();
      case Block::dance:
        return dance_item();
      case Block::define:
        return define_line();
      default:
        return body_step();
    }
  }
  if (token().kind == TokenKind::end) return end_file();
  start_item();
  begin_definition();
  finish_definition_after(definition());
}

/// At the first token of a definition or of a layer's item.
void Compiler::start_item() {
  item_at_ = token().at;
  home_ = token().line_before ? token().at.column : 1;
}

/// After a definition's head: it is complete unless it opened a block or a text.
void Compiler::finish_definition_after(bool good) {
  if ((depth_ > 0 || mode_ == Mode::named_text) && good) return;
  depth_ = 0;
  if (!good) return skip(Skip::definition);
  end_definition();
}

[[gnu::noinline]] void Compiler::end_file() {
  const std::uint32_t end = token().at.offset;
  if (!lexer_.unusable() && slice_begin_ < end) {
    begin_definition();
    last_end_ = token().at;
    end_definition();
  }
  if (!layout_set_ && layout_character_ != 0) {
    warn_at(Message::layout_open, layout_at_, 1, encode_utf8(layout_character_), {});
  }
  keeps_ = false;
  if (kept_ != nullptr && (errors_ != 0 || !kept_->is_as_promised())) return begin_again();
  if (kept_ == nullptr) {
    kept_ = writer_.commented_roll();
    commented_ = kept_ != nullptr;
  }
  new (&later_.builder) IndexBuilder(noted_);
  mode_ = Mode::finish;
}

void Compiler::begin_definition() {
  code_size_ = 0;
  scope_ = 0;
  ++records_;
  keeps_ = false;
  if (!writes()) return;
  keep(writer_.begin_definition());
  keeps_ = kept_ != nullptr && kept_->promises(kept_record_);
}

void Compiler::end_definition() {
  if (at_symbol(';') && !token().line_before) advance();
  const bool same_line = token().kind != TokenKind::end && !token().line_before;
  const std::uint32_t line_end =
      same_line ? token().at.offset : lexer_.after_line(last_end_.offset);
  std::uint32_t begin = last_end_.offset;
  std::uint32_t end = 0;
  const bool comes = find_commented(begin, end);
  end_slice(comes ? std::min(begin, line_end) : line_end);
  if (comes) pass_commented(begin, end);
}

/// The definition's slice ends there.
void Compiler::end_slice(std::uint32_t end) {
  if (writes()) keep(writer_.end_definition(slice_begin_, end));
  slice_begin_ = end;
}

/// Looks from `begin` on, before the token, for a definition that stands there as comments.
bool Compiler::find_commented(std::uint32_t& begin, std::uint32_t& end) {
  end = token().at.offset;
  return writer_.find_commented(begin, end);
}

/// Keeps the definition that stands at [begin, end) as comments, and those that follow.
[[gnu::noinline]] void Compiler::pass_commented(std::uint32_t begin, std::uint32_t end) {
  do {
    if (begin > slice_begin_) {
      begin_definition();
      end_slice(begin);
    }
    ++records_;
    if (writes()) keep(writer_.keep_commented());
    begin = slice_begin_ = end;
  } while (find_commented(begin, end));
}

// ---- Output -----------------------------------------------------------------------------------

// Apart, so that no piece takes stack where they are called.
[[gnu::noinline]] void Compiler::emit(Opcode opcode) { append(CodePiece(opcode)); }

[[gnu::noinline]] void Compiler::emit(Opcode opcode, std::uint32_t number) {
  append(CodePiece(opcode).number(number));
}

[[gnu::noinline]] void Compiler::emit(Opcode opcode, std::string_view name) {
  append(NamedPiece(opcode).name(name));
}

[[gnu::noinline]] void Compiler::emit(Opcode opcode, std::string_view name, std::uint32_t number) {
  append(NamedPiece(opcode).name(name).number(number));
}

void Compiler::emit(const CodePiece& piece) { append(piece); }
void Compiler::emit(const NamedPiece& piece) { append(piece); }

/// Apart, so that it takes no stack while code is written.
[[gnu::noinline]] void Compiler::definition_too_long() {
  error_at(Message::definition_too_long, last_end_, 1, kMaxCode);
}

void Compiler::append(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const bool fits = code_size_ <= kMaxCode;
  code_size_ += size;
  if (fits && code_size_ > kMaxCode) definition_too_long();
  if (writes()) keep(writer_.append_code(bytes));
}

}  // namespace pianola::lang
