#pragma once

#include <cstdint>

#include "store/log.hpp"
#include "store/tree.hpp"

namespace pianola::store {

/// Finds the node of that level of a tree of objects that begins with key `first`; {} stands for
/// the first one. Nodes are read to `node`.
bool find_node(flash::NorFlash& flash, const TreeRef& tree, const lang::IndexKey& first,
               unsigned level, std::uint8_t* node, Child& out);

/// What a tree of objects has in common with another, the roll: both were one before the last save.
/// Nodes and pieces in common stand in flash once.
class SharedChunks {
 public:
  /// Both are the caller's and outlive this.
  SharedChunks(flash::NorFlash& flash, FrameBuffer& buffer, const TreeRef& roll)
      : flash_(flash), buffer_(buffer), roll_(roll), reader_(flash, TreeKind::objects, buffer) {}

  /// Whether the roll has this very node.
  bool has_node(const Child& node, unsigned level);
  /// Whether the roll has this very piece under the same key. Quickest when keys rise.
  bool has(const Chunk& piece);

 private:
  flash::NorFlash& flash_;
  FrameBuffer& buffer_;
  TreeRef roll_;
  TreeReader reader_;
  bool found_ = false;
};

/// Is told what a tree has apart from the roll. For walk().
class ApartVisitor : public TreeVisitor {
 public:
  /// Both are the caller's and outlive this.
  ApartVisitor(flash::NorFlash& flash, FrameBuffer& buffer, const TreeRef& roll)
      : shared_(flash, buffer, roll) {}

  /// A piece named in a node that the tree has apart; `shared` if it is the roll's too.
  virtual void piece(const Chunk& piece, bool shared) = 0;

  bool enters(const Child& node, unsigned level) final { return !shared_.has_node(node, level); }
  void chunk(const Chunk& chunk) final {
    if (!chunk.inside) piece(chunk, shared_.has(chunk));
  }

 protected:
  ~ApartVisitor() = default;

 private:
  SharedChunks shared_;
};

/// Whether all that a tree has apart from the roll can be read: nodes and pieces.
bool is_apart_good(Log& log, const TreeRef& roll, const TreeRef& tree);

}  // namespace pianola::store
