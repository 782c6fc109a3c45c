#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/text_writer.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/notation.hpp"
#include "lang/code/remap.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/statement.hpp"
#include "lang/code/words.hpp"
#include "lang/text/expression_writer.hpp"

namespace pianola::lang {

/// Counts columns.
class MeasuringSink final : public TextSink {
 public:
  void write(std::span<const char> text) override {
    for (const char c : text) {
      // Continuation bytes of UTF-8 take no column of their own.
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++columns_;
    }
  }
  [[nodiscard]] std::uint32_t columns() const { return columns_; }

 private:
  std::uint32_t columns_ = 0;
};

/// Writes the source of one definition, or measures or checks it: that is the same with another
/// sink. A part of the decompiler.
class DefinitionWriter {
 public:
  /// What the text is for: read by people, or only to see if the code is right.
  enum class Purpose : std::uint8_t { reading, checking };

  DefinitionWriter(Roll& roll, std::uint32_t record, TextSink& sink, Purpose purpose)
      : out_(sink), reader_(roll, window_), record_(record), purpose_(purpose) {}

  /// False if the code cannot come from the compiler.
  bool run();

 private:
  /// Deepest nesting of blocks.
  static constexpr std::size_t kMaxBlocks = 16;
  /// Most values that wait on the stack: the arguments of a call, the last of them being computed,
  /// and what stands before `and` and `or`.
  static constexpr std::size_t kMaxDepth = kMaxParameters + kMaxStack + 24;

  enum class Block : std::uint8_t {
    condition,
    otherwise,
    loop,
    without,
    defer,
    match,
    arm,
    match_else,
  };
  struct OpenBlock {
    Block kind{};
    std::uint8_t locals = 0;   ///< Slots in use around it.
    std::uint32_t label = 0;   ///< The label where it is left.
    std::uint32_t end = 0;     ///< Offset of the label where it is left.
    std::uint32_t start = 0;   ///< Of a loop: its head. Of a match: whether a pattern was seen.
    std::uint32_t branch = 0;  ///< Of a condition after `else`: label of all ends + 1.
  };

  // decompiler.cpp: declarations
  bool read();
  void unread() { next_ = in_.offset; }
  bool at_end();
  bool name() { return write_name(out_, reader_, in_.payload, in_.payload_size); }
  bool chord(std::size_t mods, KeyPlace place);
  bool declaration();
  void write_prefix(std::string_view text);
  bool setting();
  bool setting_value(const SettingInfo& info, std::uint32_t value);
  bool setting_key(const SettingInfo& info, std::uint32_t value);
  bool lints(std::uint32_t value);
  bool typing(std::uint32_t value);
  bool variable();
  bool named_text();
  bool remap();
  bool remap_form(const RemapForm& form, std::size_t mods);
  bool begin_layer();
  bool dance();
  bool clause_head();
  bool with_body();
  bool fits();
  [[nodiscard]] bool too_long() const;
  bool head_and_body();
  bool binding_head();
  bool pass_options();
  bool options();
  bool option(unsigned& seen);
  bool option_value(const OptionInfo& info);
  bool key_list(Opcode opcode);
  bool erase(std::uint32_t characters);
  std::uint32_t abbreviation_size();
  bool macro_head();
  bool survey(std::uint8_t parameters);
  std::uint32_t name_like();

  // decompiler_body.cpp: what stands between the braces
  bool body();
  bool end_of_body(bool empty);
  void new_line(std::uint32_t depth);
  bool labels();
  bool values();
  bool statement();
  bool rest_of_statement(StatementForm form);
  bool text();
  bool value(std::size_t i);
  bool value_between(std::string_view before, std::string_view after);
  bool pointer();
  bool wait_release();
  bool wait_limit();
  bool wait_until();
  bool let();
  bool assignment();
  bool call();
  bool text_argument(std::size_t i);

  bool open(Block kind, std::uint32_t label);
  void close();
  bool close_ended();
  bool begin_condition(std::uint32_t branch);
  bool otherwise();
  bool goes_on_with_if(std::uint32_t label, std::uint32_t end);
  bool begin_loop(std::uint32_t start, std::uint32_t label);
  bool repeat();
  bool back();
  bool leave();
  bool next_round();
  bool held_mods();
  bool match();
  bool pattern();
  bool matched();
  bool match_else();
  bool block_end();
  bool jump_label();
  [[nodiscard]] bool inside(Block kind) const {
    return block_count_ > 0 && blocks_[block_count_ - 1].kind == kind;
  }
  [[nodiscard]] const OpenBlock* innermost_loop() const;
  [[nodiscard]] std::uint32_t scopes(std::size_t blocks) const;
  bool new_local(std::uint32_t slot, bool named);
  bool find_label_offset(std::uint32_t label, std::uint32_t& offset);

  std::array<std::uint8_t, 64> window_{};
  TextWriter out_;
  CodeReader reader_;
  std::uint32_t record_;
  Purpose purpose_;
  Instruction in_;
  std::uint32_t next_ = 0;        ///< Where the instruction after in_ starts.
  std::uint32_t options_at_ = 0;  ///< Where the options of the declared trigger begin.
  std::uint32_t prefix_ = 0;      ///< Columns before the declaration.
  std::uint32_t indent_ = 0;      ///< Blanks before its lines.
  bool in_layer_ = false;
  bool one_line_ = false;
  bool ended_ = false;                      ///< The end of a word completes the abbreviation.
  const MeasuringSink* measure_ = nullptr;  ///< Set while fits() tries.
  SlotNames names_;
  std::uint8_t locals_ = 0;   ///< Slots in use.
  std::uint32_t labels_ = 0;  ///< Last LABELS of the body + 1.
  std::uint32_t limit_ = 0;   ///< Of the UNTIL that must follow, + 1.
  std::array<std::uint32_t, kMaxDepth + 1> starts_{};
  std::size_t depth_ = 0;  ///< Values on the stack.
  std::array<OpenBlock, kMaxBlocks> blocks_{};
  std::size_t block_count_ = 0;
};

}  // namespace pianola::lang
