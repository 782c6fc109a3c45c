#include "lang/expression_writer.hpp"

#include <string_view>

#include "lang/notation.hpp"

namespace pianola::lang {
namespace {

/// How tightly an operator binds, from the loosest; a function call and a leaf never need
/// parentheses.
enum class Precedence : std::uint8_t { sum, product, unary, atom };

/// How an operator is spelled.
struct Spelling {
  Precedence precedence = Precedence::atom;
  std::string_view before;   ///< Before the first operand.
  std::string_view between;  ///< Before the second.
  std::string_view after;    ///< After the last.
};

constexpr Spelling spelling(Opcode opcode) {
  switch (opcode) {
    case Opcode::add:
      return {Precedence::sum, "", " + ", ""};
    case Opcode::subtract:
      return {Precedence::sum, "", " - ", ""};
    case Opcode::multiply:
      return {Precedence::product, "", " * ", ""};
    case Opcode::divide:
      return {Precedence::product, "", " / ", ""};
    case Opcode::modulo:
      return {Precedence::product, "", " % ", ""};
    case Opcode::negate:
      return {Precedence::unary, "-", "", ""};
    case Opcode::minimum:
      return {Precedence::atom, "min(", ", ", ")"};
    case Opcode::maximum:
      return {Precedence::atom, "max(", ", ", ")"};
    default:
      return {};
  }
}

constexpr std::uint8_t kNoNode = 0xFF;
static_assert(kMaxExpression < kNoNode);

/// An instruction of the expression and its place in the tree.
struct Node {
  std::uint32_t value =
      0;  ///< PUSH: the integer; LOAD: the slot; LOADG: offset of the name's size.
  Opcode opcode{};
  std::uint8_t parent = kNoNode;
  std::uint8_t left = kNoNode;   ///< First operand.
  std::uint8_t right = kNoNode;  ///< Second operand.
};

class ExpressionWriter {
 public:
  ExpressionWriter(TextWriter& out, CodeReader& reader, const ParameterNames& names)
      : out_(out), reader_(reader), names_(names) {}

  bool run(std::uint32_t begin, std::uint32_t end) {
    return build(begin, end) && top_ == 1 && write(stack_[0]);
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
    const auto index = static_cast<std::uint8_t>(count_);
    Node& node = nodes_[count_++];
    node = {};
    node.opcode = in.opcode;
    switch (in.opcode) {
      case Opcode::push:
      case Opcode::load:
        node.value = in.value[0];
        break;
      case Opcode::load_global:
        node.value = in.payload - 1;
        break;
      default: {
        const OpcodeInfo& info = kOpcodes[static_cast<std::size_t>(in.opcode)];
        if (spelling(in.opcode).between.empty() && in.opcode != Opcode::negate) return false;
        if (top_ < info.pops) return false;
        if (info.pops == 2) node.right = adopt(index);
        node.left = adopt(index);
      }
    }
    if (top_ == stack_.size()) return false;
    stack_[top_++] = index;
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
        out_ << spelling(node.opcode).between;
        to = node.right;
      }
      if (to == node.parent) {
        if (!is_joined(node, at)) out_ << spelling(node.opcode).after;
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
        out_.fill('p', names_.letters).decimal(node.value);
        return node.value < names_.count;
      case Opcode::load_global:
        reader_.seek(reader_.record(), node.value);
        return write_name(out_, reader_, node.value + 1, reader_.byte());
      default:
        out_ << spelling(node.opcode).before;
        return true;
    }
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
    const Precedence outer = spelling(parent.opcode).precedence;
    const Precedence inner = spelling(node.opcode).precedence;
    if (outer == Precedence::atom) return false;
    return index == parent.right ? inner <= outer : inner < outer;
  }

  TextWriter& out_;
  CodeReader& reader_;
  ParameterNames names_;
  std::array<Node, kMaxExpression> nodes_{};
  std::array<std::uint8_t, kMaxStack> stack_{};
  std::size_t count_ = 0;
  std::size_t top_ = 0;
};

}  // namespace

bool write_expression(TextWriter& out, CodeReader& reader, std::uint32_t begin, std::uint32_t end,
                      const ParameterNames& names) {
  return ExpressionWriter{out, reader, names}.run(begin, end);
}

}  // namespace pianola::lang
