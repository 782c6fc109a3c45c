#include "lang/text/expression_writer.hpp"

#include <string_view>

#include "lang/code/expression.hpp"
#include "lang/code/notation.hpp"

namespace pianola::lang {
namespace {

/// How tightly what is compiled to `opcode` binds.
Precedence precedence(Opcode opcode) {
  const Operator* found = find_operator(opcode);
  return found != nullptr ? found->precedence : Precedence::atom;
}

/// Whether it may stand in the condition of `wait until`, or only there.
constexpr bool fits_place(const Instruction& in, bool until) {
  if (in.opcode == Opcode::elapsed_reached || in.opcode == Opcode::time_reached) return until;
  const bool clock =
      in.opcode == Opcode::query && (in.value[0] == static_cast<std::uint32_t>(Query::elapsed) ||
                                     in.value[0] == static_cast<std::uint32_t>(Query::time));
  return !until || (!clock && in.opcode != Opcode::random);
}

constexpr std::uint8_t kNoNode = 0xFF;
static_assert(kMaxExpression < kNoNode);

/// An instruction of the expression and its place in the tree.
struct Node {
  /// PUSH: the integer; LOAD: the slot; names: offset of the name's size; MODS: both operands;
  /// other queries: the operand.
  std::uint32_t value = 0;
  Opcode opcode{};
  std::uint8_t parent = kNoNode;
  std::uint8_t left = kNoNode;   ///< First operand.
  std::uint8_t right = kNoNode;  ///< Second operand.
};

class ExpressionWriter {
 public:
  ExpressionWriter(TextWriter& out, CodeReader& reader, const SlotNames& names)
      : out_(out), reader_(reader), names_(names) {}

  bool run(std::uint32_t begin, std::uint32_t end) {
    return build(begin, end) && top_ == 1 && !is_open(stack_[0]) && write(stack_[0]);
  }

 private:
  /// Makes the tree from postfix code.
  bool build(std::uint32_t begin, std::uint32_t end) {
    reader_.seek(reader_.record(), begin);
    while (reader_.offset() < end) {
      Instruction in;
      if (!read_instruction(reader_, in)) return false;
      if (in.opcode == Opcode::labels) continue;
      if (count_ == nodes_.size() || !add(in)) return false;
    }
    return reader_.offset() == end;
  }

  bool add(const Instruction& in) {
    if (!fits_place(in, names_.until)) return false;
    if (in.opcode == Opcode::truth) return end_right_side();
    const auto index = static_cast<std::uint8_t>(count_);
    Node& node = nodes_[count_++];
    node = {};
    node.opcode = in.opcode;
    switch (in.opcode) {
      case Opcode::push:
      case Opcode::load:
      case Opcode::query:
      case Opcode::held_key:
      case Opcode::last_key:
      case Opcode::led:
        node.value = in.value[0];
        break;
      case Opcode::mods_held:
        node.value = in.value[0] | in.value[1] << 8;
        break;
      case Opcode::load_global:
      case Opcode::layer_active:
      case Opcode::running:
        node.value = in.payload - 1;
        break;
      default: {
        // The left side of AND and OR waits for TRUTH.
        const std::size_t pops = effect_of(in.opcode).pops;
        if (find_operator(in.opcode) == nullptr || top_ < pops) return false;
        for (std::size_t i = 0; i < pops; ++i) {
          if (is_open(stack_[top_ - 1 - i])) return false;
        }
        if (pops == 2) node.right = adopt(index);
        node.left = adopt(index);
      }
    }
    if (top_ == stack_.size()) return false;
    stack_[top_++] = index;
    return true;
  }

  /// Whether the node is an AND or OR whose right side is not complete.
  [[nodiscard]] bool is_open(std::uint8_t index) const {
    const Node& node = nodes_[index];
    return (node.opcode == Opcode::and_then || node.opcode == Opcode::or_else) &&
           node.right == kNoNode;
  }

  bool end_right_side() {
    if (top_ < 2 || is_open(stack_[top_ - 1]) || !is_open(stack_[top_ - 2])) return false;
    const std::uint8_t index = stack_[top_ - 2];
    nodes_[index].right = adopt(index);
    return true;
  }

  /// Makes the value on top of the stack an operand of node `parent`.
  std::uint8_t adopt(std::uint8_t parent) {
    const std::uint8_t child = stack_[--top_];
    nodes_[child].parent = parent;
    return child;
  }

  /// Walks the tree from `root` and writes it. The parent links stand in for recursion.
  bool write(std::uint8_t root) {
    std::uint8_t from = kNoNode;  // where the walk comes from: the parent or one of the operands
    for (std::uint8_t at = root; at != kNoNode;) {
      const Node& node = nodes_[at];
      std::uint8_t to = node.parent;
      if (from == node.parent) {
        if (has_parentheses(node, at)) out_.put('(');
        if (!is_joined(node, at) && !write_front(node)) return false;
        if (node.left != kNoNode) to = node.left;
      } else if (from == node.left && node.right != kNoNode) {
        write_between(*find_operator(node.opcode));
        to = node.right;
      }
      if (to == node.parent) {
        if (precedence(node.opcode) == Precedence::atom && node.left != kNoNode &&
            !is_joined(node, at)) {
          out_.put(')');
        }
        if (has_parentheses(node, at)) out_.put(')');
      }
      from = at;
      at = to;
    }
    return true;
  }

  /// A leaf, or what stands before an operator's first operand.
  bool write_front(const Node& node) {
    switch (node.opcode) {
      case Opcode::push:
        out_.decimal(static_cast<std::int32_t>(node.value));
        return true;
      case Opcode::load:
        write_slot(out_, names_, node.value);
        return names_.has(node.value);
      case Opcode::load_global:
        return write_name_at(node.value);
      case Opcode::query:
        out_ << query_name(node.value);
        return node.value < kQueryCount;
      default:
        return write_word(node);
    }
  }

  /// The word of an operator that stands before its operands, or all of a query with an operand.
  bool write_word(const Node& node) {
    if (const Operator* found = find_operator(node.opcode)) {
      if (found->form == OperatorForm::infix) return true;
      out_ << found->word;
      if (found->form == OperatorForm::call) out_.put('(');
      if (found->form == OperatorForm::prefix && node.opcode != Opcode::negate) out_.put(' ');
      return true;
    }
    out_ << find_query(node.opcode)->word << "(";
    const bool good = write_operand(node);
    out_.put(')');
    return good;
  }

  void write_between(const Operator& found) {
    if (found.form == OperatorForm::call) {
      out_ << ", ";
    } else {
      out_ << " " << found.word << " ";
    }
  }

  /// What stands between the parentheses of a query.
  bool write_operand(const Node& node) {
    switch (node.opcode) {
      case Opcode::held_key:
      case Opcode::last_key:
        return write_key(out_, KeyRef::from_raw(node.value), KeyPlace::operand);
      case Opcode::mods_held:
        return write_held_mods(out_, {static_cast<std::uint8_t>(node.value),
                                      static_cast<std::uint8_t>(node.value >> 8)});
      case Opcode::led:
        out_ << led_name(node.value);
        return !led_name(node.value).empty();
      default:
        return write_name_at(node.value);
    }
  }

  bool write_name_at(std::uint32_t offset) {
    reader_.seek(reader_.record(), offset);
    return write_name(out_, reader_, offset + 1, reader_.byte());
  }

  /// Whether the node is the start of a longer list: min(min(a, b), c) is min(a, b, c).
  [[nodiscard]] bool is_joined(const Node& node, std::uint8_t index) const {
    const bool list = node.opcode == Opcode::minimum || node.opcode == Opcode::maximum;
    if (!list || node.parent == kNoNode) return false;
    const Node& parent = nodes_[node.parent];
    return parent.opcode == node.opcode && parent.left == index;
  }

  /// Operators group from the left, so an equal one needs parentheses on the right. A minus before
  /// a number is part of the number, so NEG of a number keeps apart from it.
  [[nodiscard]] bool has_parentheses(const Node& node, std::uint8_t index) const {
    if (node.parent == kNoNode) return false;
    const Node& parent = nodes_[node.parent];
    if (parent.opcode == Opcode::negate && node.opcode == Opcode::push) {
      return static_cast<std::int32_t>(node.value) >= 0;
    }
    const Precedence outer = precedence(parent.opcode);
    const Precedence inner = precedence(node.opcode);
    if (outer == Precedence::atom) return false;
    // Comparisons do not group at all.
    const bool apart = index == parent.right || outer == Precedence::comparison;
    return apart ? inner <= outer : inner < outer;
  }

  TextWriter& out_;
  CodeReader& reader_;
  SlotNames names_;
  std::array<Node, kMaxExpression> nodes_{};
  std::array<std::uint8_t, kMaxExpression> stack_{};
  std::size_t count_ = 0;
  std::size_t top_ = 0;
};

}  // namespace

void write_slot(TextWriter& out, const SlotNames& names, std::uint32_t slot) {
  out.fill(slot < names.parameters ? 'p' : 'v', names.letters).decimal(slot);
}

bool write_expression(TextWriter& out, CodeReader& reader, std::uint32_t begin, std::uint32_t end,
                      const SlotNames& names) {
  return ExpressionWriter{out, reader, names}.run(begin, end);
}

}  // namespace pianola::lang
