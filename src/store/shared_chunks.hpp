#pragma once

#include <cstdint>

#include "store/tree.hpp"

namespace pianola::store {

/// Finds the node of that level of a tree of chunks that begins with key `first`; {} stands for the
/// first one. `flash` is the caller's.
bool find_node(flash::NorFlash& flash, const TreeRef& tree, const lang::IndexKey& first,
               unsigned level, Child& out);

/// What a tree of chunks has in common with another, the roll: both were one before the last save.
/// Nodes and chunks in common stand in flash once.
class SharedChunks {
 public:
  /// `flash` is the caller's and outlives this.
  SharedChunks(flash::NorFlash& flash, const TreeRef& roll)
      : flash_(flash), roll_(roll), reader_(flash, TreeKind::chunks) {}

  /// Whether the roll has this very node.
  bool has_node(const Child& node, unsigned level);
  /// Whether the roll has this very chunk under the same key. Quickest when keys rise.
  bool has(const Entry& entry);

 private:
  flash::NorFlash& flash_;
  TreeRef roll_;
  TreeReader reader_;
  Place place_;  ///< Of entry_.
  Entry entry_;  ///< Of the roll, that was found last.
  bool found_ = false;
};

/// Is told what a tree has apart from the roll. For walk().
class ApartVisitor : public TreeVisitor {
 public:
  /// `flash` is the caller's and outlives this.
  ApartVisitor(flash::NorFlash& flash, const TreeRef& roll) : shared_(flash, roll) {}

  /// A chunk in a node that the tree has apart; `shared` if the chunk itself is the roll's too.
  virtual void chunk(const Chunk& chunk, bool shared) = 0;

  bool enters(const Child& node, unsigned level) final { return !shared_.has_node(node, level); }
  void entry(const Entry& entry) final { chunk(to_chunk(entry), shared_.has(entry)); }

 protected:
  ~ApartVisitor() = default;

 private:
  SharedChunks shared_;
};

/// Whether all that a tree has apart from the roll can be read: nodes, and the blocks of chunks.
bool is_apart_good(flash::NorFlash& flash, const TreeRef& roll, const TreeRef& tree);

}  // namespace pianola::store
