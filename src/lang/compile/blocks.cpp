#include <algorithm>

#include "base/edit_distance.hpp"
#include "lang/compile/compiler.hpp"

// Blocks and jumps: conditions, loops, labels, and the blocks that a task must undo when it leaves
// them.

namespace pianola::lang {

using std::string_view_literals::operator""sv;

// ---- Blocks -----------------------------------------------------------------------------------

/// At the `{`. Advances past it.
bool Compiler::open_block(Block kind, std::uint16_t label, std::uint32_t start) {
  if (depth_ == kMaxBlocks) return error(Message::too_many_blocks, {}, {}, kMaxBlocks);
  endless_ = static_cast<std::uint16_t>(endless_ & ~(1U << depth_));
  blocks_[depth_++] = {token().at, start, label, kind, local_count_};
  if (at_symbol('{')) advance();
  return true;
}

/// At the `}` of the innermost block.
[[gnu::noinline]] void Compiler::close_block() {
  const OpenBlock block = blocks_[depth_ - 1];
  if (block.kind == Block::match && block.start == 0) error(Message::match_without_keys);
  advance();
  if (block.kind == Block::body) {
    check_labels();
    return close_body();
  }
  if (block.kind == Block::match) {
    // Where it ends is still inside it.
    place_label(block.label, scopes(depth_));
  }
  block_closed();
  local_count_ = block.locals;
  --depth_;
  close_inner(block);
}

/// What stands at the end of a block in a body. The block is no longer open.
[[gnu::noinline]] void Compiler::close_inner(const OpenBlock& block) {
  const unsigned around = scopes(depth_);
  switch (block.kind) {
    case Block::condition:
      if (keyword() == Keyword::k_else) return otherwise(block);
      place_label(block.label, around);
      if (block.start != 0) place_label(static_cast<std::uint16_t>(block.start - 1), around);
      break;
    case Block::otherwise:
      place_label(block.label, around);
      break;
    case Block::loop:
      emit(Opcode::back, code_size_ - block.start);
      place_label(block.label, around);
      check_reached();
      break;
    case Block::arm:
      emit(Opcode::matched, blocks_[depth_ - 1].label);
      place_label(block.label, around);
      break;
    case Block::scope:
    case Block::match:
      emit(Opcode::block_end);
      break;
    default:
      break;
  }
}

/// Behind a loop, which is no longer open: warns of what follows if nothing leads there. Apart, so
/// that it takes no stack while conditions are compiled.
[[gnu::noinline]] void Compiler::check_reached() {
  const bool endless = (endless_ >> depth_ & 1U) != 0;
  const bool label = keyword() == Keyword::k_label;
  const bool over = at_symbol('}') || at_symbol(';') || token().kind == TokenKind::end ||
                    (endless && starts_definition());
  if (!endless || label || over) return;
  warn_at(Message::unreachable, token().at, token().length, {}, {});
}

/// How many of the outermost `blocks` blocks must be undone.
unsigned Compiler::scopes(std::size_t blocks) const {
  return static_cast<unsigned>(
      std::count_if(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(blocks),
                    [](const OpenBlock& block) {
                      return block.kind == Block::scope || block.kind == Block::match;
                    }));
}

// ---- Conditions -------------------------------------------------------------------------------

/// The expression after the word at hand, up to the `{`. After an error in it the block is compiled
/// all the same.
[[gnu::noinline]] bool Compiler::condition(Keyword word) {
  const std::uint32_t line = token().at.line;
  advance();
  if (at_symbol('{')) {
    const bool repeat = word == Keyword::k_repeat;
    error(repeat ? Message::expected_value_here : Message::expected_condition, keyword_name(word));
    return true;
  }
  if (token().at.line != line && token().line_before && keyword() != Keyword::no_keyword) {
    return expected(Message::expected_condition, keyword_name(word));
  }
  if (!expression()) return find_body(true);
  if (at_symbol('{')) return true;
  expected(Message::expected_brace);
  // If lines follow, then probably its `}` too.
  brace_excused_ = token().line_before;
  return token().line_before || find_body(true);
}

[[gnu::noinline]] bool Compiler::if_statement() {
  const Position at = token().at;
  return condition(Keyword::k_if) && begin_if(at);
}

/// Behind the condition. Apart, so that it takes no stack while that is compiled; likewise below.
[[gnu::noinline]] bool Compiler::begin_if(const Position& at) {
  std::uint16_t label = 0;
  if (!new_label(label, at)) return false;
  emit(Opcode::branch, label);
  return open_block(Block::condition, label, 0);
}

/// At the `else` after a condition's block: all branches jump to one label at the end.
[[gnu::noinline]] void Compiler::otherwise(const OpenBlock& block) {
  const Position at = token().at;
  std::uint32_t end = block.start;
  std::uint16_t label = 0;
  if (end == 0) {
    if (!new_label(label, at)) return skip(Skip::statement);
    end = label + 1U;
  }
  emit(Opcode::otherwise, end - 1);
  place_label(block.label, scopes(depth_));
  advance();
  if (keyword() != Keyword::k_if) {
    const bool good = at_symbol('{')
                          ? open_block(Block::otherwise, static_cast<std::uint16_t>(end - 1), 0)
                          : expected(Message::expected_else);
    return good ? void() : skip(Skip::statement);
  }
  if (!condition(Keyword::k_if) || !new_label(label, at)) return skip(Skip::statement);
  emit(Opcode::branch, label);
  if (!open_block(Block::condition, label, end)) skip(Skip::statement);
}

// ---- Loops ------------------------------------------------------------------------------------

[[gnu::noinline]] bool Compiler::while_statement() {
  const Position at = token().at;
  const std::uint32_t start = code_size_;
  return condition(Keyword::k_while) && begin_while(at, start);
}

[[gnu::noinline]] bool Compiler::begin_while(const Position& at, std::uint32_t start) {
  std::uint16_t label = 0;
  if (!new_label(label, at)) return false;
  emit(Opcode::while_true, label);
  return open_block(Block::loop, label, start);
}

[[gnu::noinline]] bool Compiler::loop_statement() {
  const Position at = token().at;
  advance();
  if (!at_symbol('{')) return expected(Message::expected_brace);
  std::uint16_t label = 0;
  if (!new_label(label, at)) return false;
  emit(Opcode::forever, label);
  if (!open_block(Block::loop, label, code_size_)) return false;
  endless_ = static_cast<std::uint16_t>(endless_ | 1U << (depth_ - 1U));
  return true;
}

/// `repeat N {`: the counter is a local without a name.
[[gnu::noinline]] bool Compiler::repeat_statement() {
  const Position at = token().at;
  return condition(Keyword::k_repeat) && begin_repeat(at);
}

[[gnu::noinline]] bool Compiler::begin_repeat(const Position& at) {
  std::uint16_t label = 0;
  std::uint8_t slot = 0;
  const std::uint8_t locals = local_count_;
  if (!new_label(label, at)) return false;
  if (!new_local(slot)) return error_at(Message::too_many_locals, at, 6, kMaxSlots);
  emit(Opcode::counter, slot);
  const std::uint32_t start = code_size_;
  emit(CodePiece(Opcode::repeat).byte(slot).number(label));
  if (!open_block(Block::loop, label, start)) return false;
  blocks_[depth_ - 1].locals = locals;
  return true;
}

/// The innermost loop around this place; null if there is none.
const Compiler::OpenBlock* Compiler::innermost_loop() const {
  for (std::size_t i = depth_; i-- > 0;) {
    if (blocks_[i].kind == Block::loop) return &blocks_[i];
  }
  return nullptr;
}

[[gnu::noinline]] bool Compiler::break_statement() {
  const OpenBlock* loop = innermost_loop();
  if (loop == nullptr) {
    error(Message::outside_loop, lexer_.word());
  } else {
    endless_ = static_cast<std::uint16_t>(endless_ & ~(1U << (loop - blocks_.data())));
    emit(Opcode::leave, loop->label);
  }
  advance();
  return true;
}

[[gnu::noinline]] bool Compiler::continue_statement() {
  const OpenBlock* loop = innermost_loop();
  if (loop == nullptr) {
    error(Message::outside_loop, lexer_.word());
  } else {
    emit(CodePiece(Opcode::next_round)
             .number(scopes(static_cast<std::size_t>(loop - blocks_.data())))
             .number(code_size_ - loop->start));
  }
  advance();
  return true;
}

// ---- Labels with names ------------------------------------------------------------------------

/// The label of this name; null if there is none yet.
Compiler::NamedLabel* Compiler::find_label(const NameAt& name) {
  const auto end = named_.begin() + named_count_;
  const auto found = std::ranges::find_if(named_.begin(), end, [&](const NamedLabel& label) {
    return label.size == name.size && source_has(label.at.offset, name);
  });
  if (found != end) return &*found;
  return nullptr;
}

[[gnu::noinline]] bool Compiler::label_statement() {
  advance();
  NameAt label;
  if (token().line_before) return expected(Message::expected_name);
  if (!name(label)) return false;
  NamedLabel* found = find_label(label);
  if (found != nullptr && found->declared) {
    error_other(Message::label_twice, label, found->at);
    return true;
  }
  if (found == nullptr) {
    if (named_count_ == named_.size()) {
      error_at(Message::too_many_labels, label.at, label.size, kMaxNamedLabels);
      return true;
    }
    found = &named_[named_count_];
    *found = {};
    if (!new_label(found->label, label.at)) return false;
    ++named_count_;
  } else if (depth_ > found->depth || local_count_ > found->locals) {
    NameAt jump = label;
    jump.at = found->at;
    error_other(depth_ > found->depth ? Message::goto_into : Message::goto_skips_let, jump,
                label.at);
  }
  found->at = label.at;
  found->size = label.size;
  found->depth = depth_;
  found->declared = true;
  const std::uint32_t offset = code_size_;
  emit(Opcode::label, found->label);
  place_label_at(offset, found->label, scopes(depth_));
  return true;
}

[[gnu::noinline]] bool Compiler::goto_statement() {
  advance();
  NameAt label;
  if (token().line_before) return expected(Message::expected_name);
  if (!name(label)) return false;
  NamedLabel* found = find_label(label);
  if (found == nullptr) {
    if (named_count_ == named_.size()) {
      error_at(Message::too_many_labels, label.at, label.size, kMaxNamedLabels);
      return true;
    }
    found = &named_[named_count_];
    *found = {label.at, 0, label.size, depth_, local_count_, false, false};
    if (!new_label(found->label, label.at)) return false;
    ++named_count_;
  } else if (found->closed) {
    error_other(Message::goto_into, label, found->at);
  }
  may_end_ = true;
  emit(Opcode::go_to, found->label);
  return true;
}

/// The innermost block closes: nobody can jump to a label in it any more, and who waits for a label
/// cannot be told of one in the next block.
void Compiler::block_closed() {
  const OpenBlock& block = blocks_[depth_ - 1];
  for (NamedLabel& label : std::span{named_}.first(named_count_)) {
    if (label.declared) {
      label.closed = label.closed || label.depth == depth_;
    } else {
      label.depth = std::min<std::uint8_t>(label.depth, static_cast<std::uint8_t>(depth_ - 1));
      label.locals = std::min(label.locals, block.locals);
    }
  }
}

/// At the end of a body: tells of labels that are wanted and nowhere declared.
[[gnu::noinline]] void Compiler::check_labels() {
  const auto name_of = [&](const NamedLabel& label, std::array<char, kMaxName>& out) {
    std::size_t done = 0;
    while (done < label.size) {
      const std::size_t count = source_.read(static_cast<std::uint32_t>(label.at.offset + done),
                                             std::span{out}.subspan(done, label.size - done));
      if (count == 0) break;
      done += count;
    }
    return std::string_view{out.data(), done};
  };
  for (const NamedLabel& wanted : std::span{named_}.first(named_count_)) {
    if (wanted.declared) continue;
    std::array<char, kMaxName> wanted_text;
    std::array<char, kMaxName> best_text;
    std::string_view best;
    const std::string_view name = name_of(wanted, wanted_text);
    ClosestWord closest(name);
    for (const NamedLabel& other : std::span{named_}.first(named_count_)) {
      std::array<char, kMaxName> other_text;
      if (!other.declared) continue;
      const std::string_view candidate = name_of(other, other_text);
      if (!closest.offer(candidate)) continue;
      std::copy(candidate.begin(), candidate.end(), best_text.begin());
      best = {best_text.data(), candidate.size()};
    }
    error_at(Message::unknown_label, wanted.at, wanted.size, name, best);
  }
}

// ---- Blocks that must be undone ---------------------------------------------------------------

bool Compiler::enter_scope(const Position& at) {
  if (scopes(depth_) < kMaxScopes) return true;
  return error_at(Message::too_many_scopes, at, 1, kMaxScopes);
}

/// `defer {`, `without mods {`, `without ctrl+shift {`.
[[gnu::noinline]] bool Compiler::scope_statement(Opcode opcode, const Position& at) {
  advance();
  TriggerMods mods;
  const bool some = opcode == Opcode::without_some;
  if (some && at_symbol('{')) return expected(Message::expected_symbol, "mods"sv);
  if (some && !modifiers(mods)) return false;
  if (!at_symbol('{')) return expected(Message::expected_brace);
  if (!enter_scope(at)) return false;
  emit(opcode);
  if (some) append(CodePiece().byte(mods.exact).byte(mods.either));
  return open_block(Block::scope, 0, opcode == Opcode::defer ? 1 : 0);
}

/// `send next`, in a `defer`.
bool Compiler::send_statement(const Position& at) {
  const bool deferring = std::ranges::any_of(
      blocks_.begin(), blocks_.begin() + depth_,
      [](const OpenBlock& block) { return block.kind == Block::scope && block.start == 1; });
  if (!deferring) error_at(Message::send_outside_defer, at, 4);
  return simple(Opcode::send_next);
}

// ---- The table of labels ----------------------------------------------------------------------

/// The next number of a label.
bool Compiler::new_label(std::uint16_t& label, const Position& at) {
  if (next_label_ == kMaxLabels) {
    return error_at(Message::too_many_jumps, at, 1, kMaxLabels);
  }
  label = static_cast<std::uint16_t>(next_label_++);
  return true;
}

/// The label stands here; jumps to it undo all but `depth` blocks.
void Compiler::place_label(std::uint16_t label, unsigned depth) {
  place_label_at(code_size_, label, depth);
}

void Compiler::place_label_at(std::uint32_t offset, std::uint16_t label, unsigned depth) {
  labels_[label_count_++] = {offset, label, static_cast<std::uint8_t>(depth)};
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
