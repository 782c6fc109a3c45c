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
  Whole(flash::NorFlash& flash, FrameBuffer& buffer, const TreeRef& roll)
      : ApartVisitor(flash, buffer, roll), flash_(flash) {}

  void node(std::uint32_t, std::uint32_t, unsigned, bool good) override { all_good &= good; }
  void piece(const Chunk& piece, bool shared) override {
    if (!shared) all_good = all_good && is_chunk_good(flash_, piece);
  }
  bool all_good = true;

 private:
  flash::NorFlash& flash_;
};

}  // namespace

bool find_node(flash::NorFlash& flash, const TreeRef& tree, const lang::IndexKey& first,
               unsigned level, std::uint8_t* node, Child& out) {
  if (!is_plausible(tree) || level >= tree.levels) return false;
  out = {{}, tree.address, tree.count, tree.bytes, tree.size};
  for (unsigned above = tree.levels - 1U; above > level; --above) {
    std::uint32_t wrong_bit = kNoBit;
    if (!read_node(flash, TreeKind::objects, out.address, above, out.size, node, wrong_bit)) {
      return false;
    }
    Items items{node};
    items.go_to(child_for(node, TreeKind::objects, first));
    if (!items.any()) return false;
    get_child(TreeKind::objects, items.get(), out);
  }
  return true;
}

bool SharedChunks::has_node(const Child& node, unsigned level) {
  Child found;
  return find_node(flash_, roll_, node.first, level, buffer_.take(), found) &&
         found.address == node.address;
}

bool SharedChunks::has(const Chunk& piece) {
  const lang::IndexKey key = key_of(piece);
  for (unsigned step = 0; found_ && reader_.key() < key; ++step) {
    found_ = step < kSteps && reader_.next(roll_) == Search::found;
  }
  if (!found_) found_ = reader_.seek(roll_, key) == Search::found;
  if (!found_) return false;
  Chunk found;
  reader_.get(found);
  return found == piece;
}

bool is_apart_good(Log& log, const TreeRef& roll, const TreeRef& tree) {
  Whole whole{log.view(), log.frame_buffer(), roll};
  walk(log.view(), TreeKind::objects, tree, whole);
  return whole.all_good;
}

}  // namespace pianola::store
