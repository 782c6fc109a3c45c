#include "store/shared_chunks.hpp"

#include "store/object.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {
namespace {

/// Entries that are read one after another before the way from the top is shorter.
constexpr unsigned kSteps = 8;

/// Finds out whether what it is shown can be read.
class Whole final : public ApartVisitor {
 public:
  Whole(flash::NorFlash& flash, const TreeRef& roll) : ApartVisitor(flash, roll), flash_(flash) {}

  void node(std::uint32_t, std::uint32_t, unsigned, bool good) override { all_good &= good; }
  void chunk(const Chunk& chunk, bool shared) override {
    if (!shared) all_good = all_good && is_chunk_good(flash_, chunk);
  }
  bool all_good = true;

 private:
  flash::NorFlash& flash_;
};

}  // namespace

bool find_node(flash::NorFlash& flash, const TreeRef& tree, const lang::IndexKey& first,
               unsigned level, Child& out) {
  if (!is_plausible(tree) || level >= tree.levels) return false;
  out = {{}, tree.address, tree.count, tree.bytes, tree.entries};
  for (unsigned above = tree.levels - 1U; above > level; --above) {
    Node node;
    std::uint32_t wrong_bit = kNoBit;
    if (!read_node(flash, TreeKind::chunks, out.address, above, out.entries, node, wrong_bit)) {
      return false;
    }
    const unsigned position = child_for(node, TreeKind::chunks, above, first);
    out = get_child(TreeKind::chunks,
                    item(node, TreeKind::chunks, above, position == kChildren ? 0 : position));
  }
  return true;
}

bool SharedChunks::has_node(const Child& node, unsigned level) {
  Child found;
  return find_node(flash_, roll_, node.first, level, found) && found.address == node.address;
}

bool SharedChunks::has(const Entry& entry) {
  for (unsigned step = 0; found_ && entry_.key < entry.key; ++step) {
    found_ = step < kSteps && reader_.next(roll_, place_, entry_) == Search::found;
  }
  if (!found_) found_ = reader_.seek(roll_, entry.key, place_, entry_) == Search::found;
  return found_ && entry_ == entry;
}

bool is_apart_good(flash::NorFlash& flash, const TreeRef& roll, const TreeRef& tree) {
  Whole whole{flash, roll};
  walk(flash, TreeKind::chunks, tree, whole);
  return whole.all_good;
}

}  // namespace pianola::store
