#include <algorithm>

#include "lang/compile/compiler.hpp"

// `match next`: what the next keys choose.

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// In OpenBlock::start of a match whose `else` was seen.
constexpr std::uint32_t kElseSeen = 0xFFFFFFFF;
/// Flags of MATCH.
constexpr std::uint8_t kAnyOrder = 1;
constexpr std::uint8_t kKeep = 2;

}  // namespace

/// `match next [within D] [any order] [keep] {`.
[[gnu::noinline]] bool Compiler::match_statement(const Position& at) {
  advance();
  std::uint8_t flags = 0;
  std::uint32_t within = 0;
  if (!match_options(flags, within) && !find_body(true)) return false;
  if (!at_symbol('{')) return expected(Message::expected_match);
  std::uint16_t label = 0;
  if (!enter_scope(at) || !new_label(label, at)) return false;
  emit(CodePiece(Opcode::match).number(flags).number(within).number(label));
  return open_block(Block::match, label, 0);
}

bool Compiler::match_options(std::uint8_t& flags, std::uint32_t& within) {
  while (!at_symbol('{')) {
    if (at_word("within") && within == 0) {
      advance();
      if (token().kind != TokenKind::duration) return expected_duration(Message::expected_duration);
      within = token().value + 1;
      advance();
    } else if (at_word("any") && (flags & kAnyOrder) == 0) {
      advance();
      if (!at_word("order")) return expected(Message::expected_symbol, "order"sv);
      flags = static_cast<std::uint8_t>(flags | kAnyOrder);
      advance();
    } else if (at_word("keep") && (flags & kKeep) == 0) {
      flags = static_cast<std::uint8_t>(flags | kKeep);
      advance();
    } else {
      return expected(Message::expected_match);
    }
  }
  return true;
}

/// A pattern with its block, or `else` with its block.
[[gnu::noinline]] void Compiler::match_item() {
  OpenBlock& block = blocks_[depth_ - 1];
  if (block.start == kElseSeen) {
    error(Message::match_else_last);
    return skip(Skip::statement);
  }
  if (keyword() == Keyword::k_else) {
    if (block.start == 0) error(Message::match_without_keys);
    block.start = kElseSeen;
    advance();
    emit(Opcode::match_else);
    if (!at_symbol('{')) {
      expected(Message::expected_brace);
      return skip(Skip::statement);
    }
    if (!open_block(Block::match_else, 0, 0)) skip(Skip::statement);
    return;
  }
  if (block.start == 0) block.start = token().line_before ? token().at.column : 2;
  if (!match_arm()) skip(Skip::statement);
}

/// `a shift+b {`.
[[gnu::noinline]] bool Compiler::match_arm() {
  const Position at = token().at;
  std::array<std::uint8_t, kMaxPattern * 7> keys{};
  std::size_t size = 0;
  std::uint8_t count = 0;
  bool good = true;
  while (good && !at_symbol('{')) {
    Chord key;
    good = chord(key);
    if (!good) break;
    if (count == kMaxPattern) {
      good = error_at(Message::pattern_too_long, at, 1, kMaxPattern);
      break;
    }
    if (key.good) check_key(key);
    ++count;
    const CodePiece piece = CodePiece().byte(key.mods.exact).byte(key.mods.either).key(key.key);
    const std::span<const std::uint8_t> bytes = piece;
    std::copy(bytes.begin(), bytes.end(), keys.begin() + static_cast<std::ptrdiff_t>(size));
    size += bytes.size();
    const bool over = token().line_before || at_symbol('}');
    if (over && !at_symbol('{')) good = expected(Message::expected_brace);
  }
  if (good && count == 0) good = expected(Message::expected_key);
  if (!good && !find_body(true)) return false;
  std::uint16_t label = 0;
  if (!new_label(label, at)) return false;
  emit(CodePiece(Opcode::pattern).number(label).byte(count));
  append(std::span{keys}.first(size));
  return open_block(Block::arm, label, 0);
}

}  // namespace pianola::lang
