#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.hpp"
#include "hid/layout.hpp"
#include "lang/code/expression.hpp"
#include "lang/code/opcode.hpp"
#include "lang/code/remap.hpp"
#include "lang/code/roll.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/statement.hpp"
#include "lang/code/wakes.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/advice.hpp"
#include "lang/compile/code_piece.hpp"
#include "lang/compile/diagnostic.hpp"
#include "lang/compile/index_builder.hpp"
#include "lang/compile/keywords.hpp"
#include "lang/compile/lexer.hpp"
#include "lang/compile/scratch.hpp"
#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Deepest nesting of blocks in a body.
inline constexpr std::size_t kMaxBlocks = 16;
/// Deepest nesting of parentheses and pending operators in an expression.
inline constexpr std::size_t kMaxOperators = 24;
/// Most labels (blocks that can be jumped over) of one body.
inline constexpr std::uint32_t kMaxLabels = 0xFFFF;

/// Compiles macros.txt to a roll in one pass, with the same RAM whatever the length of the file or
/// of one macro.
///
/// Nothing recurses and nothing is kept that grows with the source: blocks and operators stand on
/// small explicit stacks, what must be known of the whole file goes to Scratch. After an error the
/// compiler goes on behind it, to report all that it can find; the roll is then abandoned.
class Compiler final : private DiagnosticSink {
 public:
  /// All four are the caller's and outlive the compiler.
  Compiler(Source& source, RollWriter& writer, Scratch& scratch, DiagnosticSink& sink);

  /// Warnings of these kinds, one bit each as the setting `allow` has them, are not told.
  void allow(std::uint32_t lints) { allowed_ |= lints; }

  /// Does a bounded piece of work (a statement, a piece of a text, a pass over a few records).
  /// Status::more: call again. Status::ok: the roll is committed. Status::errors, full or io_error:
  /// it was abandoned, and the sink knows why.
  Status step();
  /// Calls step() to the end.
  Status run();

  [[nodiscard]] std::uint32_t errors() const { return errors_; }
  [[nodiscard]] std::uint32_t warnings() const { return warnings_; }

 private:
  enum class Mode : std::uint8_t {
    start,
    file,
    text,
    arguments,
    argument_text,
    named_text,
    skip,
    finish,
    done,
  };
  /// What is passed over after an error.
  enum class Skip : std::uint8_t {
    definition,  ///< To the next one, which is indented no more than this one.
    item,        ///< Of a layer: to the next item indented no more, or to the layer's end.
    statement,   ///< To the next line, a keyword that starts a statement, or the block's end.
    word,        ///< To the next line, a text, a key, any keyword, or the block's end.
  };
  enum class Block : std::uint8_t {
    layer,
    dance,  ///< Its clauses.
    body,
    define,     ///< Between `define` and `end`.
    condition,  ///< After `if`.
    otherwise,  ///< After `else`.
    loop,       ///< After `while`, `loop` and `repeat`.
    scope,      ///< After `without mods` and `defer`.
    match,      ///< Its patterns.
    arm,        ///< The statements of a pattern.
    match_else,
  };

  struct OpenBlock {
    Position at;  ///< Of its `{`.
    /// Code offset of a loop's head; of a layer, a body and a match the column where its items
    /// stand (0: unknown yet); of a dance whether a clause was seen; of a condition the label of
    /// the end of all its branches + 1, 0 if there is none yet; of a scope 1 if it defers.
    std::uint32_t start = 0;
    std::uint16_t label = 0;  ///< Where it is left.
    Block kind{};
    std::uint8_t locals = 0;  ///< How many there were before it.
  };
  struct Local {
    std::uint32_t offset = 0;  ///< Of its declaration in the source.
    std::uint16_t hash = 0;    ///< The low half.
    std::uint8_t size = 0;     ///< Of its name; 0: a loop counter.
  };
  /// A label with a name: declared, or wanted by a `goto`.
  struct NamedLabel {
    Position at;              ///< Of its name, in `label` or in the first `goto`.
    std::uint16_t label = 0;  ///< Its number.
    std::uint8_t size = 0;    ///< Of its name.
    std::uint8_t depth = 0;   ///< Blocks around it; if wanted, as many as may still be.
    std::uint8_t locals = 0;  ///< If wanted: the locals that all who want it know.
    bool declared = false;
    bool closed = false;  ///< The block that it stands in is closed.
  };
  struct PendingLabel {
    std::uint32_t offset = 0;
    std::uint16_t label = 0;
    std::uint8_t depth = 0;
  };
  /// A key with modifiers, as parsed.
  struct Chord {
    TriggerMods mods;
    KeyRef key;
    Position at;
    std::uint32_t length = 0;
    bool good = true;  ///< False: something in it was reported, and all after it can be read.
    /// Its modifiers where only a side can be sent: `ctrl` is the left one.
    [[nodiscard]] std::uint8_t sides() const { return mods.sides(); }
  };
  /// A name in the source, for records of its use.
  struct NameAt {
    std::array<char, kMaxName> text{};
    std::uint8_t size = 0;
    Position at;
    [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
    [[nodiscard]] std::uint32_t hash() const { return name_hash(text.data(), size); }
  };

  /// What lexer_ reads through, and what looks ahead, which is too much for the stack.
  struct Reading {
    explicit Reading(Source& source) : window(source), ahead(window) {}
    SourceWindow window;
    Lexer ahead;
  };
  /// From Mode::finish on, when nothing reads any more, what makes the index.
  union Later {
    explicit Later(Source& source) : reading(source) {}
    Reading reading;
    IndexBuilder builder;
  };

  void report(const Diagnostic& diagnostic) override;
  // Overloads rather than default arguments: what callers put on the stack for an error, they take
  // of it all the time.
  bool error(Message message);
  bool error(Message message, std::string_view a);
  bool error(Message message, std::string_view a, std::string_view b, std::uint32_t n = 0);
  bool error_at(Message message, const Position& at, std::uint32_t length, std::uint32_t n);
  bool error_at(Message message, const Position& at, std::uint32_t length);
  bool error(Message message, std::string_view a, Advice advice);
  bool error_at(Message message, const Position& at, std::uint32_t length, std::string_view a,
                std::string_view b = {}, std::uint32_t n = 0);
  void warn_at(Message message, const Position& at, std::uint32_t length, std::string_view a,
               std::string_view b);
  bool error_other(Message message, const NameAt& name, const Position& other);
  bool expected(Message message);
  bool expected(Message message, std::string_view a);
  bool expected(Message message, std::string_view a, std::string_view b, std::uint32_t n = 0);
  bool expected(Message message, Advice advice);
  bool expected_duration(Message message, Advice advice = {});
  bool decimal_comma();
  [[nodiscard]] std::string_view unit_ahead();

  // compiler.cpp: the file, definitions, output
  void keep_roll();
  Status finish_step();
  void begin_again();
  Status end_with(Status status);
  void file_step();
  void end_file();
  void begin_definition();
  void end_definition();
  void end_slice(std::uint32_t end);
  bool find_commented(std::uint32_t& begin, std::uint32_t& end);
  void pass_commented(std::uint32_t begin, std::uint32_t end);
  void start_file();
  void start_item();
  void finish_definition_after(bool good);
  void advance();
  Lexer& look_ahead();
  Lexer& next_ahead();
  /// An instruction with no operand, a number, or a name and perhaps a number.
  void emit(Opcode opcode);
  void emit(Opcode opcode, std::uint32_t number);
  void emit(Opcode opcode, std::string_view name);
  void emit(Opcode opcode, std::string_view name, std::uint32_t number);
  void emit(const CodePiece& piece);
  void emit(const NamedPiece& piece);
  void append(std::span<const std::uint8_t> bytes);
  void definition_too_long();
  void keep(Status status);
  /// Whether the roll is still worth writing.
  [[nodiscard]] bool writes() const { return errors_ == 0 && status_ == Status::more && !again_; }
  [[nodiscard]] const Token& token() const { return lexer_.token(); }
  [[nodiscard]] bool at_symbol(char32_t c) const;
  [[nodiscard]] bool at_word(const char* word) const;
  /// The place among `words` of the one that stands here; their number if none does.
  [[nodiscard]] std::size_t word_ahead(WordList words) const;
  [[nodiscard]] Keyword keyword() const { return keyword_; }
  [[nodiscard]] hid::Usage named_key();
  bool expect_symbol(char c);

  // recovery.cpp: after errors
  void skip(Skip kind);
  void skip_step();
  void end_skip();
  [[nodiscard]] bool skip_ends();
  void skip_text();
  bool skip_text_item();
  void broken_text();
  [[nodiscard]] unsigned blocks_of_line(std::uint32_t line) const;
  void skip_line(std::uint32_t line);
  bool find_body(bool past_words);
  void missing_brace();
  [[nodiscard]] bool starts_definition();
  [[nodiscard]] bool is_remap(Lexer& ahead);
  [[nodiscard]] bool is_pattern() const;
  [[nodiscard]] bool starts_statement() const;

  // neighbours.cpp: what people bring along from other programs
  enum class Place : std::uint8_t {
    definition,
    target,  ///< After the `=` of a remap.
    statement,
  };
  bool neighbour(Place place);
  [[nodiscard]] bool may_be_neighbour(Place place);
  bool foreign_loop();
  void pass_neighbour(Place place);
  void pass_rest_of_line();
  void pass_indented();
  bool foreign_definition();
  [[nodiscard]] bool at_hotkey();
  bool foreign_arrow();
  [[nodiscard]] bool at_dashed_chord();
  void dashed_chord();
  bool foreign_quotes(bool may_be_key);
  enum class Quoted : std::uint8_t { no, open, closed };
  Quoted pass_foreign_quotes(bool may_be_key);

  // definitions.cpp: what stands at the top and in layers
  bool definition();
  Keyword definition_keyword();
  bool definition_of(Keyword word);
  bool bracketed_visibility();
  bool visibility(Keyword word);
  void private_mark();
  bool name(NameAt& out);
  bool skip_name();
  void start_declaration(IndexSpace space, const NameAt& name);
  void declare();
  void use(IndexSpace space, const NameAt& name, std::uint8_t params);
  void note(ScratchRecord& record);
  bool variable_definition();
  [[nodiscard]] bool at_named_text();
  bool text_definition();
  bool text_part();
  [[nodiscard]] std::uint8_t text_depth(const NameAt& name);
  bool macro_definition();
  bool parameters(std::uint8_t& count);
  bool parameter(std::uint8_t& count);
  bool layer_definition();
  bool layer_modifiers();
  void layer_item();
  void dance_item();
  [[nodiscard]] bool at_clause();
  bool clause();
  bool binding();
  [[nodiscard]] bool ends_in_modifier() const;
  [[nodiscard]] bool at_semicolon();
  [[nodiscard]] bool at_old_command();
  bool no_binding();
  void unknown_trigger();
  bool remap();
  const RemapForm* remap_form();
  bool remap_target(const RemapForm& form, Chord& keys, NameAt& layer);
  void append_target(const RemapForm& form, const Chord& keys, const NameAt& layer);
  bool open_body();
  void start_body();
  void close_body();
  bool old_definition();
  void define_line();
  bool define_report(std::uint32_t line);

  // settings.cpp: set, and the options of bindings
  bool set_definition();
  bool setting_without_set();
  bool set_value(Setting setting, const SettingInfo& info);
  bool layout_value(Opcode opcode, hid::Layout& layout);
  bool lints_value();
  bool plain_value(const SettingInfo& info, std::uint32_t& value);
  bool key_value(const SettingInfo& info, std::uint32_t& value);
  bool options();
  bool option();
  bool option_value(const OptionInfo& info);
  bool text_option(Opcode opcode);
  bool again_option();
  bool key_list(Opcode opcode);

  // triggers.cpp: keys, chords, triggers
  static bool is_vial_key(std::string_view word);
  static bool is_modifier_name(std::string_view word);
  static std::string_view closest_modifier(std::string_view word);
  bool chord(Chord& out, bool trigger = false);
  bool chord_key(Chord& out);
  static bool add_modifier(TriggerMods& mods, std::string_view word, hid::Usage usage);
  bool modifiers(TriggerMods& out);
  bool chord_modifier(Chord& out, bool trigger);
  bool symbol_key(Chord& out);
  bool word_key(Chord& out);
  bool number_key(Chord& out);
  bool caret(Chord& out);
  std::string_view key_after_caret();
  static void character_key(Chord& out, char32_t c);
  bool trigger();
  void start_options();
  bool end_trigger();
  bool key_trigger(TriggerKind kind);
  static bool is_next_key(const Token& token);
  [[nodiscard]] bool at_dance();
  bool next_key(std::size_t most);
  void add_key(const Chord& key) { trigger_keys_[trigger_.keys++] = key.key; }
  [[nodiscard]] hid::Usage key_now(KeyRef key) const;
  [[nodiscard]] bool has_many_keys() const;
  std::uint16_t hash_of_keys();
  void index_key(ScratchRecord& record, std::size_t number);
  bool prefixed_trigger(TriggerKind kind);
  bool vial_trigger();
  static bool is_quoted_key(std::string_view text);
  bool text_trigger();
  bool event_trigger();
  bool can_remap(bool two);
  bool second_target();
  void write_trigger(Opcode opcode);
  std::uint16_t index_usage(KeyRef key, bool& is_character);

  // statements.cpp: bodies
  void body_step();
  bool statement();
  bool symbol_statement();
  bool word_statement();
  void check_print();
  void check_modifier();
  [[nodiscard]] bool is_unknown_word();
  bool meant_word(std::string_view word, std::string_view meant);
  bool unknown_word();
  bool unknown_statement();
  bool bare_character(std::string_view character);
  bool inner_quotes(bool last);
  [[nodiscard]] bool at_comment();
  [[nodiscard]] bool before_letter();
  [[nodiscard]] const Statement* statement_ahead(bool& whole);
  const Statement* two_words_ahead(const Statement* first, bool& whole);
  bool keyword_statement();
  bool no_statement(const Statement* begun);
  bool simple(Opcode opcode);
  bool recording_statement(Opcode opcode);
  bool named(Opcode opcode, IndexSpace space);

  // keys.cpp: statements of keys, the pointer and texts
  bool chord_statement(Opcode opcode);
  bool chord_list(Opcode opcode);
  void emit_chord(Opcode opcode, const Chord& keys);
  void check_key(const Chord& keys);
  void check_sent(const Chord& keys);
  void check_typable(char32_t c, const Position& at, std::uint32_t length);
  void check_in_text(char32_t c, const Position& at);
  void check_layout(char32_t c, const Position& at);
  unsigned plain_text();
  void note_letter(KeyRef key);
  bool raw_statement();
  bool click_statement();
  bool mouse_button(Chord& out);
  bool pointer_statement(Opcode opcode);
  void start_text(Mode mode);
  void text_step();
  static bool is_meant_as_key(std::string_view text);
  void check_bracket(const StringItem& item);
  void check_template(const StringItem& item);
  void text_character(const StringItem& item);
  void begin_text_run(std::uint32_t offset);
  void end_text_run();
  [[nodiscard]] std::uint32_t text_run_size() const { return text_size_ - run_begin_; }
  bool closes_text();
  bool text_value(const Position& at);
  bool caret_mark(const Position& at);
  void count_behind_caret(const StringItem& item);
  void end_text();
  void flush_text();
  [[nodiscard]] bool is_reference() const;
  Opcode text_opcode();

  // values.cpp: variables, waiting, calls
  enum class Assignment : std::uint8_t { none, plain, compound, comparison };
  [[nodiscard]] Assignment assignment_ahead();
  bool assignment(Assignment kind);
  bool end_assignment();
  bool let_statement();
  bool end_let();
  bool wait_statement();
  bool wait_release(Opcode opcode);
  bool wait_until();
  bool wait_limit(std::uint8_t& limit);
  bool end_wait_until(std::uint8_t limit, std::uint32_t start, const Position& condition);
  [[nodiscard]] std::optional<std::uint32_t> limit_ahead();
  bool call_statement(Opcode opcode);
  void arguments_step();
  void end_call();
  bool new_local(std::uint8_t& slot);
  [[nodiscard]] std::optional<std::uint8_t> find_local(const NameAt& wanted,
                                                       std::uint8_t from = 0) const;
  [[nodiscard]] bool source_has(std::uint32_t offset, const NameAt& wanted) const;

  // blocks.cpp: control
  bool condition(Keyword word);
  bool if_statement();
  bool begin_if(const Position& at);
  void otherwise(const OpenBlock& block);
  bool while_statement();
  bool begin_while(const Position& at, std::uint32_t start);
  bool loop_statement();
  bool repeat_statement();
  bool begin_repeat(const Position& at);
  bool break_statement();
  bool continue_statement();
  bool label_statement();
  bool goto_statement();
  bool scope_statement(Opcode opcode, const Position& at);
  bool send_statement(const Position& at);
  bool open_block(Block kind, std::uint16_t label, std::uint32_t start);
  bool enter_scope(const Position& at);
  void close_block();
  void close_inner(const OpenBlock& block);
  [[nodiscard]] const OpenBlock* innermost_loop() const;
  void check_reached();
  [[nodiscard]] unsigned scopes(std::size_t blocks) const;
  bool new_label(std::uint16_t& label, const Position& at);
  NamedLabel* find_label(const NameAt& name);
  void block_closed();
  void check_labels();
  void place_label(std::uint16_t label, unsigned depth);
  void place_label_at(std::uint32_t offset, std::uint16_t label, unsigned depth);
  void flush_labels();

  // match.cpp: what the next keys choose
  bool match_statement(const Position& at);
  bool match_options(std::uint8_t& flags, std::uint32_t& within);
  void match_item();
  bool match_arm();

  // expressions.cpp
  struct Expression;
  bool expression();
  bool end_expression(Expression& state);
  bool operand(Expression& state, bool& complete);
  bool operators(Expression& state, bool& again);
  bool number_value(Expression& state, bool minus);
  bool variable(Expression& state);
  bool push_operator(Expression& state, Opcode op);
  bool reduce(Expression& state, Precedence least);
  bool functions(Expression& state, bool& complete);
  bool begin_call(Expression& state, Opcode opcode);
  bool query(Expression& state, const QueryInfo& asked);
  bool plain_query(Expression& state, Query asked);
  bool pointer_operand();
  bool pointer_value();
  bool key_query(Expression& state, Opcode opcode);
  bool end_key_query(Expression& state, Opcode opcode, const Chord& key);
  [[nodiscard]] bool at_last();
  bool mods_query(Expression& state);
  bool led_query(Expression& state);
  bool name_query(Expression& state, Opcode opcode, IndexSpace space);
  bool time_query(Expression& state, const QueryInfo& asked);
  const Operator* infix(bool& good);
  bool infix_operator(Expression& state, const Operator& found);
  bool next_argument(Expression& state);
  bool close_parenthesis(Expression& state);
  bool emit_part(Expression& state, const CodePiece& piece, int change);
  bool emit_part(Expression& state, const NamedPiece& piece, int change);
  bool count_part(Expression& state, int change);
  bool expression_too_long(const Expression& state);

  Source& source_;
  RollWriter& writer_;
  Scratch& scratch_;
  DiagnosticSink& sink_;
  Keyword keyword_ = Keyword::no_keyword;  ///< The keyword that stands here.
  bool named_known_ = false;               ///< named_key_ is that of the token.
  hid::Usage named_key_{};                 ///< named_key(), once that was asked for.
  Lexer lexer_;

  Mode mode_ = Mode::start;
  Skip skip_{};
  Status status_ = Status::more;
  std::uint32_t errors_ = 0;
  std::uint32_t warnings_ = 0;
  hid::Layout file_layout_;
  hid::Layout layout_;  ///< In force for the text being compiled.

  std::uint32_t last_error_ = 0xFFFFFFFF;  ///< Offset of the last error.
  Position last_end_;                      ///< After the last token that was passed.
  std::uint32_t slice_begin_ = 0;
  std::uint32_t records_ = 0;       ///< Definitions begun.
  std::uint32_t noted_ = 0;         ///< Records in the scratch.
  KeptRoll* kept_ = nullptr;        ///< The writer's; null: nothing is kept.
  std::span<std::uint8_t> marks_;   ///< IndexBuilder::Context::marks.
  std::uint32_t kept_record_ = 0;   ///< In the roll in force, if `keeps_`.
  bool commented_ = false;          ///< kept_ has what stands in the source as comments.
  bool keeps_ = false;              ///< This definition's records are kept with it.
  bool again_ = false;              ///< The definitions are written and what is wrong is told.
  std::uint32_t code_size_ = 0;     ///< Of this definition so far.
  std::uint32_t scope_ = 0;         ///< name_hash of the layer.
  ScratchRecord pending_;           ///< Declared by the body that is open.
  std::uint16_t variables_ = 0;     ///< Variables declared so far.
  std::uint16_t layers_ = 0;        ///< Layers declared so far.
  std::uint32_t outside_line_ = 0;  ///< Where something stands that is probably not of the layer.
  std::uint32_t allowed_ = 0;       ///< Kinds of warnings that are not told.
  std::uint32_t letters_ = 0;       ///< Those from a on that something in the file can type.
  Position layout_at_{0, 0, 0};     ///< Of the first character that depends on the layout.
  std::uint16_t layout_character_ = 0;  ///< That character.
  std::uint16_t endless_ = 0;           ///< One bit for each open block: a loop without an end.
  bool may_end_ = false;                ///< The body may have ended before this place.
  bool layout_set_ = false;             ///< `set layout` was seen.
  bool layout_used_ = false;            ///< A character was checked against file_layout_.
  bool private_seen_ = false;
  bool skipping_text_ = false;
  bool brace_excused_ = false;  ///< That a `}` lacks comes of an error that was reported.
  bool all_leader_ = false;     ///< `set trigger = leader`.
  bool until_ = false;          ///< The expression is that of `wait until`.
  bool text_fits_ = false;      ///< What the expression makes may be a text.
  std::uint8_t wakes_ = 0;      ///< What the expression read that can change (Wakes).
  bool pending_good_ = false;
  bool trigger_good_ = false;  ///< No error was found in trigger_.
  Trigger trigger_;            ///< The last one; while it is not written its text is in text_.
  std::array<KeyRef, kMaxSequence> trigger_keys_;  ///< Trigger::keys of them are its keys.
  Position trigger_at_;
  std::uint32_t trigger_length_ = 0;
  std::uint32_t options_at_ = 0;   ///< Offset of its options in the code.
  std::uint32_t options_sum_ = 0;  ///< ScratchRecord::options of it.
  std::uint32_t options_ = 0;      ///< Its options, a bit each in the order of kOptionWords.
  std::uint32_t folded_hash_ = 0;  ///< Of an abbreviation in small letters.
  char32_t last_by_number_ = 0;    ///< The last character that `set unicode` can enter; 0: none.

  std::array<OpenBlock, kMaxBlocks> blocks_;
  std::array<NamedLabel, kMaxNamedLabels> named_;
  std::array<Local, kMaxSlots> locals_;
  std::array<PendingLabel, 12> labels_;
  std::uint32_t next_label_ = 0;
  std::uint32_t last_labels_ = 0;  ///< Offset of the last LABELS + 1.

  std::array<char, kMaxText> text_;
  std::uint8_t text_size_ = 0;
  std::uint8_t run_begin_ = 0;  ///< From there on text_ stands so in the source, at run_at_.
  std::uint32_t run_at_ = 0;
  std::uint32_t text_end_ = 0;  ///< Offset after the last text.
  NameAt subject_;              ///< What the statement calls, declares or assigns to.
  std::uint8_t depth_ = 0;
  std::uint8_t named_count_ = 0;
  std::uint8_t local_count_ = 0;
  std::uint8_t frame_ = 0;  ///< Most locals at a time.
  std::uint8_t label_count_ = 0;
  bool text_empty_ = true;         ///< Nothing of the text was emitted yet.
  bool caret_ = false;             ///< `${|}` was in the text.
  std::uint8_t behind_caret_ = 0;  ///< Characters of the text after it.
  std::uint8_t erase_ = 0;         ///< Characters of an abbreviation that the host sees.
  Opcode call_opcode_{};
  std::uint8_t arguments_ = 0;

  Position item_at_;               ///< Of the definition or the layer's item that was begun last.
  std::uint32_t layer_home_ = 1;   ///< home_ of the layer.
  std::uint32_t home_ = 1;         ///< Column of what is at item_at_, if that is first in its line.
  std::uint32_t skip_from_ = 0;    ///< Offset of the first token that is skipped.
  std::uint32_t skip_braces_ = 0;  ///< Blocks opened on the way.

  Later later_;
};

}  // namespace pianola::lang
