#include <algorithm>

#include "lang/code/words.hpp"
#include "lang/text/definition_writer.hpp"

// The statements of a body. Where conditions end is told by the offsets of their labels; all other
// blocks end with an instruction of their own.

namespace pianola::lang {

/// The body whose first instruction is the next one, with its braces.
bool DefinitionWriter::body() {
  out_ << "{";
  block_count_ = 0;
  locals_ = names_.parameters;
  limit_ = 0;
  for (bool empty = true;; empty = false) {
    if (!labels() || !values() || too_long()) return false;
    if (in_.opcode == Opcode::end) return end_of_body(empty);
    const bool passes = in_.opcode == Opcode::call || in_.opcode == Opcode::fork;
    if (depth_ != (passes ? in_.value[1] : effect_of(in_.opcode).pops)) return false;
    if (limit_ != 0 && in_.opcode != Opcode::until) return false;
    if (!statement()) return false;
  }
}

bool DefinitionWriter::end_of_body(bool empty) {
  if (block_count_ != 0 || depth_ != 0 || limit_ != 0) return false;
  if (empty) {
    out_ << " ";
  } else {
    new_line(0);
  }
  out_ << "}\n";
  return true;
}

/// What stands before a statement or a closing brace, `depth` steps further in than the head.
void DefinitionWriter::new_line(std::uint32_t depth) {
  if (one_line_) {
    out_.put(' ');
  } else {
    out_.put('\n').fill(' ', 2 * depth + indent_);
  }
}

/// Passes over the pieces of the label table that stand here, and closes the blocks that end here.
bool DefinitionWriter::labels() {
  for (;;) {
    if (!close_ended() || !read()) return false;
    if (in_.opcode == Opcode::labels) continue;
    unread();
    return true;
  }
}

/// Passes over the instructions that leave values on the stack; in_ is the first other one. Value
/// i of depth_ is then made by the code from starts_[i] to starts_[i + 1].
bool DefinitionWriter::values() {
  depth_ = 0;
  for (;;) {
    starts_[depth_] = next_;
    if (!read()) return false;
    std::size_t pops = effect_of(in_.opcode).pops;
    std::size_t pushes = effect_of(in_.opcode).pushes;
    if (in_.opcode == Opcode::labels) continue;
    if (in_.opcode == Opcode::more_text && depth_ > 0) continue;
    // The left side waits for the TRUTH that ends the right side.
    if (in_.opcode == Opcode::and_then || in_.opcode == Opcode::or_else) pushes = 1;
    if (in_.opcode == Opcode::truth) pops = 2;
    if (pushes == 0) return true;
    if (depth_ < pops) return false;
    depth_ = depth_ - pops + pushes;
    if (depth_ >= starts_.size()) return false;
  }
}

// ---- Statements -------------------------------------------------------------------------------

bool DefinitionWriter::statement() {
  // What ends a block writes its own line; a limit is written with what it limits.
  switch (in_.opcode) {
    case Opcode::otherwise:
      return otherwise();
    case Opcode::back:
      return back();
    case Opcode::matched:
      return matched();
    case Opcode::block_end:
      return block_end();
    case Opcode::wait_limit:
      return wait_limit();
    default:
      break;
  }
  const Statement* row = find_statement(in_.opcode);
  if (row == nullptr) return false;
  // A match holds patterns only.
  const bool item = row->form == StatementForm::pattern || row->form == StatementForm::match_else;
  if (inside(Block::match) != item) return false;
  new_line(static_cast<std::uint32_t>(block_count_) + 1);
  if (row->form != StatementForm::taps) out_ << row->words();
  return rest_of_statement(row->form);
}

/// What stands behind the words of the statement in in_.
bool DefinitionWriter::rest_of_statement(StatementForm form) {
  switch (form) {
    case StatementForm::nothing:
      return true;
    case StatementForm::taps:
      return chord(0, KeyPlace::statement);
    case StatementForm::chords:
    case StatementForm::chord:
      out_ << " ";
      return chord(0, KeyPlace::operand);
    case StatementForm::report:
      return write_raw(out_, reader_, in_);
    case StatementForm::text:
      return text();
    case StatementForm::text_value:
      return value_between("\"${", "}\"");
    case StatementForm::pointer:
      return pointer();
    case StatementForm::macro:
    case StatementForm::layer:
    case StatementForm::recording:
      out_ << " ";
      return name();
    case StatementForm::timed_recording:
      out_ << " ";
      if (!name()) return false;
      out_ << " " << kTimedWord;
      return true;
    case StatementForm::call:
      return call();
    case StatementForm::let:
      return let();
    case StatementForm::assignment:
      return assignment();
    case StatementForm::duration:
      out_ << " ";
      return write_duration(out_, in_.value[0]);
    case StatementForm::duration_value:
      return value_between(" (", ")");
    case StatementForm::until_release:
    case StatementForm::until_key:
      return wait_release();
    case StatementForm::until_condition:
      return wait_until();
    case StatementForm::condition:
      return begin_condition(0);
    case StatementForm::while_loop:
      return value_between(" ", " {") && begin_loop(starts_[0], in_.value[0]);
    case StatementForm::endless_loop:
      out_ << " {";
      return begin_loop(in_.end, in_.value[0]);
    case StatementForm::counted_loop:
      return repeat();
    case StatementForm::leave_loop:
      return leave();
    case StatementForm::next_round:
      return next_round();
    case StatementForm::label:
    case StatementForm::jump:
      return jump_label();
    case StatementForm::scope:
      if (in_.opcode == Opcode::without_some && !held_mods()) return false;
      out_ << " {";
      return open(in_.opcode == Opcode::defer ? Block::defer : Block::without, 0);
    case StatementForm::send:
      return std::ranges::any_of(blocks_.begin(),
                                 blocks_.begin() + static_cast<std::ptrdiff_t>(block_count_),
                                 [](const OpenBlock& block) { return block.kind == Block::defer; });
    case StatementForm::match:
      return match();
    case StatementForm::pattern:
      return pattern();
    case StatementForm::match_else:
      return match_else();
    case StatementForm::key:
    case StatementForm::buttons:
      break;  // They are written as taps.
  }
  return false;
}

bool DefinitionWriter::text() {
  out_.put('"');
  const bool good = write_text(out_, reader_, in_.text());
  out_.put('"');
  return good;
}

/// Value `i` of those that values() passed over.
bool DefinitionWriter::value(std::size_t i) {
  return write_expression(out_, reader_, starts_[i], starts_[i + 1], names_);
}

bool DefinitionWriter::value_between(std::string_view before, std::string_view after) {
  out_ << before;
  const bool good = value(0);
  out_ << after;
  return good;
}

/// `move 10 (a + b)`: only numbers and names stand without parentheses.
bool DefinitionWriter::pointer() {
  const std::size_t operands = depth_;
  for (std::size_t i = 0; i < operands; ++i) {
    Instruction first;
    reader_.seek(record_, starts_[i]);
    if (!read_instruction(reader_, first)) return false;
    const bool leaf = first.opcode == Opcode::push || first.opcode == Opcode::load ||
                      first.opcode == Opcode::load_global;
    const bool bare = leaf && first.end == starts_[i + 1];
    out_ << (bare ? " " : " (");
    if (!value(i)) return false;
    if (!bare) out_ << ")";
  }
  return true;
}

// ---- Waiting ----------------------------------------------------------------------------------

/// `wait release` and `wait key`: the limit, if there is one.
bool DefinitionWriter::wait_release() {
  if (in_.value[0] == 0) return true;
  out_ << " max ";
  return write_duration(out_, in_.value[0] - 1);
}

/// At LIMIT, which the condition and UNTIL must follow.
bool DefinitionWriter::wait_limit() {
  limit_ = in_.value[1] + 1;
  return in_.value[0] == locals_ && in_.value[1] <= kMaxDuration;
}

bool DefinitionWriter::wait_until() {
  const bool limited = limit_ != 0;
  if (limited ? in_.value[1] != locals_ + 1U : in_.value[1] != 0) return false;
  if (in_.offset - in_.value[2] != starts_[0]) return false;
  names_.until = true;
  const bool good = value_between(" ", "");
  names_.until = false;
  if (!good || !limited) return good;
  out_ << " max ";
  const std::uint32_t limit = limit_ - 1;
  limit_ = 0;
  return write_duration(out_, limit);
}

// ---- Values and calls -------------------------------------------------------------------------

/// The next slot comes into use.
bool DefinitionWriter::new_local(std::uint32_t slot, bool named) {
  if (slot != locals_ || slot >= kMaxSlots) return false;
  ++locals_;
  const std::uint32_t bit = 1U << slot;
  names_.known = named ? names_.known | bit : names_.known & ~bit;
  return true;
}

bool DefinitionWriter::let() {
  out_ << " ";
  write_slot(out_, names_, in_.value[0]);
  out_ << " = ";
  return value(0) && new_local(in_.value[0], true);
}

bool DefinitionWriter::assignment() {
  if (in_.opcode == Opcode::store_global) {
    if (!name()) return false;
  } else {
    if (!names_.has(in_.value[0])) return false;
    write_slot(out_, names_, in_.value[0]);
  }
  out_ << " = ";
  return value(0);
}

bool DefinitionWriter::call() {
  out_ << " ";
  const std::uint32_t count = in_.value[1];
  const bool named = name();
  for (std::uint32_t i = 0; i < count; ++i) {
    out_ << (i == 0 ? "(" : ", ");
    if (!text_argument(i) && !value(i)) return false;
  }
  if (count > 0) out_ << ")";
  return named;
}

/// Argument `i`, if it is a text.
bool DefinitionWriter::text_argument(std::size_t i) {
  Instruction in;
  reader_.seek(record_, starts_[i]);
  if (!read_instruction(reader_, in) || in.opcode != Opcode::push_text) return false;
  out_.put('"');
  for (;;) {
    const bool goes_on = in.end < starts_[i + 1];
    if (!write_text(out_, reader_, in.text(), goes_on)) return false;
    if (!goes_on) break;
    reader_.seek(record_, in.end);
    if (!read_instruction(reader_, in) || in.opcode != Opcode::more_text) return false;
  }
  out_.put('"');
  return true;
}

// ---- Blocks -----------------------------------------------------------------------------------

/// A block opens after what is written. `label` is where it is left.
bool DefinitionWriter::open(Block kind, std::uint32_t label) {
  if (one_line_ || block_count_ == blocks_.size()) return false;
  blocks_[block_count_++] = {kind, locals_, label, 0, 0, 0};
  return true;
}

/// The innermost block's closing brace.
void DefinitionWriter::close() {
  const OpenBlock& block = blocks_[block_count_ - 1];
  new_line(static_cast<std::uint32_t>(block_count_));
  out_ << "}";
  locals_ = block.locals;
  names_.known &= locals_ < 32 ? (1U << locals_) - 1U : 0xFFFFFFFFU;
  --block_count_;
}

/// Closes the conditions that end at next_. False if one should have ended before.
bool DefinitionWriter::close_ended() {
  while (inside(Block::condition) || inside(Block::otherwise)) {
    const std::uint32_t end = blocks_[block_count_ - 1].end;
    if (end != next_) return end > next_;
    close();
  }
  return true;
}

bool DefinitionWriter::find_label_offset(std::uint32_t label, std::uint32_t& offset) {
  const auto found = find_label(reader_, record_, labels_, label, in_.offset);
  if (found) offset = found->offset;
  return found.has_value();
}

/// How many of the outermost `blocks` blocks must be undone.
std::uint32_t DefinitionWriter::scopes(std::size_t blocks) const {
  return static_cast<std::uint32_t>(
      std::count_if(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(blocks),
                    [](const OpenBlock& block) {
                      return block.kind == Block::without || block.kind == Block::defer ||
                             block.kind == Block::match;
                    }));
}

/// At IF.
bool DefinitionWriter::begin_condition(std::uint32_t branch) {
  const std::uint32_t label = in_.value[0];
  if (!value_between(" ", " {") || !open(Block::condition, label)) return false;
  OpenBlock& block = blocks_[block_count_ - 1];
  block.branch = branch;
  return find_label_offset(label, block.end) && block.end >= next_;
}

/// At ELSE: it ends a condition's block, and goes on with another or with the last one.
bool DefinitionWriter::otherwise() {
  if (!inside(Block::condition)) return false;
  const OpenBlock ended = blocks_[block_count_ - 1];
  const std::uint32_t label = in_.value[0];
  std::uint32_t end = 0;
  if (ended.end != in_.end || (ended.branch != 0 && ended.branch != label + 1)) return false;
  if (!find_label_offset(label, end) || end < next_) return false;
  close();
  if (goes_on_with_if(label, end)) {
    if (!labels() || !values()) return false;
    out_ << " else if";
    return begin_condition(label + 1);
  }
  out_ << " else {";
  if (!open(Block::otherwise, label)) return false;
  blocks_[block_count_ - 1].end = end;
  return true;
}

/// Whether what follows ELSE with `label`, which stands at `end`, is `else if`. A condition in the
/// block of an `else` looks the same, but all branches of one condition end at one label.
bool DefinitionWriter::goes_on_with_if(std::uint32_t label, std::uint32_t end) {
  const std::uint32_t here = next_;
  const auto decide = [&] {
    do {
      if (!read()) return false;
    } while (in_.opcode == Opcode::labels);
    unread();
    if (next_ >= end || !values() || in_.opcode != Opcode::branch || depth_ != 1) return false;
    std::uint32_t stop = 0;
    if (!find_label_offset(in_.value[0], stop) || stop > end) return false;
    bool ends_with_else = false;
    bool same = false;
    while (next_ < stop) {
      if (!read()) return false;
      if (in_.opcode == Opcode::labels) continue;
      ends_with_else = in_.opcode == Opcode::otherwise;
      same = ends_with_else && in_.value[0] == label && in_.end == stop;
    }
    return same || (!ends_with_else && stop == end);
  };
  const bool decided = decide();
  next_ = here;
  return decided;
}

bool DefinitionWriter::begin_loop(std::uint32_t start, std::uint32_t label) {
  if (!open(Block::loop, label)) return false;
  blocks_[block_count_ - 1].start = start;
  return true;
}

/// At COUNTER: `repeat E {`. Goes on behind the REPEAT that must follow.
bool DefinitionWriter::repeat() {
  const std::uint32_t slot = in_.value[0];
  const std::uint8_t locals = locals_;
  if (!value_between(" ", " {")) return false;
  do {
    if (!read()) return false;
  } while (in_.opcode == Opcode::labels);
  if (in_.opcode != Opcode::repeat || in_.value[0] != slot) return false;
  if (!new_local(slot, false) || !begin_loop(in_.offset, in_.value[1])) return false;
  blocks_[block_count_ - 1].locals = locals;
  return true;
}

bool DefinitionWriter::back() {
  if (!inside(Block::loop)) return false;
  const OpenBlock& loop = blocks_[block_count_ - 1];
  std::uint32_t end = 0;
  if (in_.offset - in_.value[0] != loop.start) return false;
  if (!find_label_offset(loop.label, end) || end != in_.end) return false;
  close();
  return true;
}

const DefinitionWriter::OpenBlock* DefinitionWriter::innermost_loop() const {
  for (std::size_t i = block_count_; i-- > 0;) {
    if (blocks_[i].kind == Block::loop) return &blocks_[i];
  }
  return nullptr;
}

bool DefinitionWriter::leave() {
  const OpenBlock* loop = innermost_loop();
  return loop != nullptr && loop->label == in_.value[0];
}

bool DefinitionWriter::next_round() {
  const OpenBlock* loop = innermost_loop();
  return loop != nullptr && in_.offset - in_.value[1] == loop->start &&
         in_.value[0] == scopes(static_cast<std::size_t>(loop - blocks_.data()));
}

/// `label l3`, `goto l3`: the labels are called by their numbers.
bool DefinitionWriter::jump_label() {
  out_ << " l";
  out_.decimal(in_.value[0]);
  std::uint32_t offset = 0;
  if (!find_label_offset(in_.value[0], offset)) return false;
  return in_.opcode == Opcode::go_to || offset == in_.offset;
}

// ---- match, without, defer --------------------------------------------------------------------

/// The modifiers after `without`.
bool DefinitionWriter::held_mods() {
  out_ << " ";
  return write_held_mods(
      out_, {static_cast<std::uint8_t>(in_.value[0]), static_cast<std::uint8_t>(in_.value[1])});
}

bool DefinitionWriter::match() {
  const std::uint32_t flags = in_.value[0];
  const std::uint32_t within = in_.value[1];
  if (flags > 3) return false;
  if (within != 0) {
    out_ << " within ";
    if (!write_duration(out_, within - 1)) return false;
  }
  if ((flags & 1U) != 0) out_ << " any order";
  if ((flags & 2U) != 0) out_ << " keep";
  out_ << " {";
  return open(Block::match, in_.value[2]);
}

bool DefinitionWriter::pattern() {
  blocks_[block_count_ - 1].start = 1;
  if (!write_pattern(out_, reader_, in_)) return false;
  out_ << " {";
  return open(Block::arm, in_.value[0]);
}

/// At MATCHED, the end of a pattern's block.
bool DefinitionWriter::matched() {
  std::uint32_t next = 0;
  if (!inside(Block::arm) || in_.value[0] != blocks_[block_count_ - 2].label) return false;
  if (!find_label_offset(blocks_[block_count_ - 1].label, next) || next != in_.end) return false;
  close();
  return true;
}

bool DefinitionWriter::match_else() {
  out_ << " {";
  return blocks_[block_count_ - 1].start == 1 && open(Block::match_else, 0);
}

/// At ENDBLOCK.
bool DefinitionWriter::block_end() {
  if (inside(Block::match_else)) close();
  const bool is_match = inside(Block::match);
  if (!is_match && !inside(Block::without) && !inside(Block::defer)) return false;
  std::uint32_t end = 0;
  const OpenBlock& block = blocks_[block_count_ - 1];
  if (is_match && (block.start == 0 || !find_label_offset(block.label, end))) return false;
  close();
  return true;
}

}  // namespace pianola::lang
