#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lang/code/roll.hpp"
#include "lang/compile/diagnostic.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

enum class TokenKind : std::uint8_t {
  end,       ///< End of the file.
  word,      ///< Letters, digits and `_`, not starting with a digit.
  number,    ///< Decimal or 0x; `value`.
  duration,  ///< `value` milliseconds.
  symbol,    ///< Any other single character; `character`.
  quoted,    ///< One character between single quotes; `character`.
  text,      ///< The opening quotes of a text; string_item() gives what it holds.
};

struct Token {
  TokenKind kind = TokenKind::end;
  Position at;
  std::uint32_t end = 0;      ///< Offset after the last byte.
  std::uint32_t length = 0;   ///< Characters.
  bool space_before = false;  ///< White space or a comment stands before it.
  bool line_before = false;   ///< A line end (or the start of the file) stands before it.
  bool hex = false;           ///< A number written with 0x.
  std::uint32_t value = 0;
  char32_t character = 0;

  [[nodiscard]] bool is_symbol(char32_t c) const {
    return kind == TokenKind::symbol && character == c;
  }
};

/// One piece of a text.
struct StringItem {
  enum class Kind : std::uint8_t {
    character,  ///< One decoded character.
    value,      ///< `${`: an expression and `}` follow as tokens; then the text goes on.
    end,        ///< The closing quotes were read.
    broken,     ///< Not closed; reported. The text is over.
  };
  Kind kind = Kind::end;
  char32_t character = 0;
  Position at;
  /// A character that stands at `at` as its UTF-8, byte for byte.
  bool verbatim = false;
};

/// Longest word that the lexer keeps; longer ones are cut (and no key or keyword is as long).
inline constexpr std::size_t kMaxWord = 40;

/// The few bytes of a source that lexers look at: those that read the same place share them.
class SourceWindow {
 public:
  explicit SourceWindow(Source& source) : source_(source) {}

  /// The byte at `offset`; -1 at the end.
  int byte_at(std::uint32_t offset) {
    if (offset - start_ >= size_ && !load(offset)) return -1;
    return static_cast<unsigned char>(bytes_[offset - start_]);
  }
  /// The bytes from `offset` on that the window holds, one at least; none at the end.
  [[nodiscard]] std::string_view bytes_at(std::uint32_t offset) {
    if (offset - start_ >= size_ && !load(offset)) return {};
    return {bytes_.data() + (offset - start_), size_ - (offset - start_)};
  }
  /// Whether the byte at `offset` is not in the window, but the one before it is.
  [[nodiscard]] bool ends_at(std::uint32_t offset) const { return offset - start_ == size_; }

 private:
  bool load(std::uint32_t offset);

  Source& source_;
  std::uint32_t start_ = 0;
  std::uint32_t size_ = 0;
  std::array<char, 64> bytes_;
};

/// Cuts source text into tokens, with one window of bytes and no other memory. It can be copied to
/// look ahead. Errors of single tokens go to the sink (if there is one) and the token is passed
/// over.
class Lexer {
 public:
  explicit Lexer(SourceWindow& window, DiagnosticSink* sink = nullptr)
      : window_(&window), sink_(sink) {}

  /// Reads the next token into token(). Comments and white space before it are skipped.
  void next();
  [[nodiscard]] const Token& token() const { return token_; }
  /// The spelling of a word (cut at kMaxWord), or of a number.
  [[nodiscard]] std::string_view word() const { return {word_.data(), word_size_}; }

  /// After a text token: its next piece.
  StringItem string_item();
  /// Takes the next characters of the text, `most` at most, as long as they are plain: printable
  /// ASCII that stands for itself and that nobody warns about. None: string_item() knows what
  /// comes. Valid until the next call of anything that reads.
  std::string_view plain_characters(std::size_t most);

  /// The character directly after the token, with nothing between; 0 at the end. Looks only.
  char32_t following() { return peek(); }
  /// The first byte after the token that is no blank; -1 at the end. Looks only.
  int next_byte();
  /// Takes the character directly after the token (for `^C`); the token stays what it is.
  char32_t take_following() { return get(); }
  /// The place after the token, or after the character last taken.
  [[nodiscard]] const Position& position() const { return at_; }
  /// What stands in `[mm:kk,kk]`.
  struct RawReport {
    std::uint8_t mods = 0;
    std::uint8_t count = 0;
    std::array<std::uint8_t, 6> keys{};
  };
  /// Takes `[mm:kk,kk]` after a `[` token. Empty if it is none; what was read is passed over.
  std::optional<RawReport> raw_report();
  /// After `private`: takes ` #7` if that follows.
  std::optional<std::uint32_t> placeholder_number();
  /// Whether the text that is being read is a """ text.
  [[nodiscard]] bool in_lines() const { return text_.lines; }
  /// After StringItem::Kind::broken or pass_line(), at the end of the token's line: goes back to
  /// the last `}` of that line, which close blocks and stand before its comment, at most `most` of
  /// them. False if there are none.
  bool back_to_braces(unsigned most);
  /// After StringItem::Kind::broken: goes on behind the quotes in one of the next lines that look
  /// as if they were to close the text, if there are such.
  void on_to_quotes();
  /// Takes the rest of the line, without its end.
  void pass_line();
  /// After `(`: takes all up to the `)` that belongs to it. False if there is none; then nothing is
  /// taken.
  bool pass_parentheses();
  /// Takes all up to and with one of the `closing` characters in this line (`in_word`: before any
  /// white space) that no blank stands before. False if there is none; then nothing is taken.
  bool pass_quotes(std::u32string_view closing, bool in_word);
  /// The offset after the end of the line that holds `offset`.
  std::uint32_t after_line(std::uint32_t offset);

  /// The file is no plain text, was too long or could not be read: reported, and only `end` tokens
  /// follow.
  [[nodiscard]] bool unusable() const { return unusable_; }
  void set_sink(DiagnosticSink* sink) { sink_ = sink; }

 private:
  /// The text that is being read.
  struct Text {
    Position at;                   ///< Of its opening quotes.
    std::uint8_t indentation = 0;  ///< Of the first line of a """ text.
    bool lines = false;            ///< It is a """ text.
    bool fresh = false;            ///< Just after the opening quotes of a """ text.
    bool blanks = false;           ///< Something was typed in this line of a """ text.
    bool only_blanks = false;      ///< Nothing but blanks was typed in this line of a """ text.
    bool curly = false;            ///< A typographic quotation mark was read in it.
    Position curly_at{0, 0, 0};    ///< Of the first, if it is a closing one; else line 0.
  };

  void report(Message message, const Position& at, std::uint32_t length, std::string_view a = {},
              std::uint32_t n = 0, std::string_view b = {});
  void report_token(Message message, std::uint32_t n = 0);
  void start_file();
  char32_t skip_space();
  std::string_view take_run(std::uint8_t classes, std::size_t most = SIZE_MAX);
  int byte_at(std::uint32_t offset) { return window_->byte_at(offset); }
  std::uint32_t after_blanks(std::uint32_t offset);
  char32_t peek();
  char32_t peek_other(int first);
  char32_t get();
  void lex_word();
  void lex_number();
  void check_number(std::size_t digits);
  bool number_value(std::string_view digits, std::string_view unit);
  bool lex_quoted();
  void skip_quoted();
  void lex_text();
  StringItem closed_by_curly(StringItem item);
  bool opens_text();
  void note_curly(char32_t c, const Position& at);
  StringItem escape(const Position& at);
  StringItem unicode_escape(const Position& at);
  void take_line_end();
  bool closing_quotes();
  void bad_character(char32_t c, const Position& at);
  void finish_token();

  SourceWindow* window_;
  DiagnosticSink* sink_;
  Position at_;
  Token token_;
  std::uint8_t word_size_ = 0;
  std::uint8_t peek_size_ = 0;  ///< Bytes of the character that peek() found.
  bool started_ = false;
  bool unusable_ = false;
  bool bad_utf8_ = false;      ///< Reported: once tells enough of a file in another encoding.
  std::uint32_t bad_end_ = 0;  ///< After the last control character: a run of them is one error.
  Text text_;
  Text outer_;  ///< The text whose `${…}` is being read.
  std::array<char, kMaxWord> word_{};
};

}  // namespace pianola::lang
