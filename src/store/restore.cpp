#include "store/restore.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "store/object.hpp"
#include "store/shared_chunks.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {
namespace {

/// Frames that are looked for and stay as they are. (To find one takes a walk through all.)
constexpr std::uint32_t kMostPassed = 32;

/// Whether the bytes are those of `item`, but for an eighth of their bits: not quite.
bool is_near(Item item, const std::uint8_t* bytes) {
  std::size_t differ = 0;
  for (const std::uint8_t byte : item) {
    differ += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(byte ^ *bytes++)));
    if (differ > item.size()) return false;
  }
  return differ != 0;
}

}  // namespace

/// A frame that cannot be read.
struct Restore::Damage {
  std::uint32_t address = kNoAddress;
  std::uint32_t object = 0;  ///< That the data are of.
  std::uint32_t offset = 0;  ///< Of the data in the object.
  lang::IndexKey first;      ///< Key of a node's first entry; {} of the first one.
  std::uint8_t size = 0;     ///< Of the payload.
  std::uint8_t level = 0;    ///< Of a node.
  bool is_node = false;
};

/// Finds the one behind so many others.
class Restore::Finder final : public TreeVisitor {
 public:
  Finder(flash::NorFlash& flash, std::uint32_t passed, Damage& out)
      : flash_(flash), passed_(passed), out_(out) {}

  bool enters(const Child& node, unsigned) override {
    first_ = node.first;
    return !found();
  }
  void node(std::uint32_t address, std::uint32_t size, unsigned level, bool good) override {
    if (!good && is_next()) {
      out_ = {address,
              0,
              0,
              first_,
              static_cast<std::uint8_t>(size - frame_size(0)),
              static_cast<std::uint8_t>(level),
              true};
    }
  }
  void chunk(const Chunk& chunk) override {
    if (chunk.inside) return;
    Chunk frame = chunk;
    for (std::uint32_t done = 0; done < chunk.size && !found(); done += kPayload) {
      frame.address = chunk.address + done / kPayload * kPage;
      frame.size = static_cast<std::uint16_t>(std::min(kPayload, chunk.size - done));
      if (is_chunk_good(flash_, frame) || !is_next()) continue;
      out_ = {frame.address,
              chunk.object,
              chunk.offset + done,
              {},
              static_cast<std::uint8_t>(frame.size),
              0,
              false};
    }
  }

 private:
  [[nodiscard]] bool found() const { return out_.address != kNoAddress; }
  bool is_next() { return !found() && passed_-- == 0; }

  flash::NorFlash& flash_;
  std::uint32_t passed_;
  Damage& out_;
  lang::IndexKey first_;
};

bool Restore::find(Damage& out) {
  Finder finder{log_.view(), passed_, out};
  walk(log_.view(), TreeKind::objects, log_.root()[TreeRole::roll], finder);
  return out.address != kNoAddress;
}

/// Reads the frame as it stands there.
bool Restore::read(const Damage& damage) {
  frame_ = log_.object_buffer().first(frame_size(damage.size));
  if (log_.view().read(damage.address, frame_) != flash::FlashStatus::ok) return false;
  frame_[0] = damage.is_node ? node_type(TreeKind::objects, damage.level)
                             : static_cast<std::uint8_t>(FrameType::data);
  frame_[1] = damage.size;
  return true;
}

/// Looks for the bytes in what the definition was before, as they stand there counted from its
/// beginning, from where its source begins, and from its end.
[[gnu::noinline]] bool Restore::rebuild_data(const Damage& damage) {
  const TreeRef& backup = log_.root()[TreeRole::backup];
  ObjectReader reader{log_.view(), log_.frame_buffer()};
  Chunk now;
  Chunk before;
  if (!reader.last_chunk(log_.root()[TreeRole::roll], damage.object, now)) return false;
  reader.forget();
  if (!reader.last_chunk(backup, damage.object, before)) return false;
  const std::uint32_t code = before.code - now.code;
  for (const std::uint32_t shift : {std::uint32_t{0}, code, code + before.source - now.source}) {
    if (!read(damage)) return false;
    const auto data = frame_.subspan(kFrameHeader, damage.size);
    if (reader.read(backup, damage.object, damage.offset + shift, data) == data.size() &&
        check_and_correct(frame_)) {
      return true;
    }
  }
  return false;
}

/// Takes an item from the node that stood there before, wherever it nearly stands. One that is not
/// quite the same may be damaged, or new.
[[gnu::noinline]] bool Restore::rebuild_node(const Damage& damage) {
  FrameBuffer& buffer = log_.frame_buffer();
  Child place;
  if (!find_node(log_.view(), log_.root()[TreeRole::backup], damage.first, damage.level,
                 buffer.take(), place)) {
    return false;
  }
  std::uint32_t wrong_bit = kNoBit;
  const std::uint8_t* const node = load_node(log_.view(), buffer, TreeKind::objects, place.address,
                                             damage.level, place.size, wrong_bit);
  if (node == nullptr || !read(damage)) return false;
  // Its header may be what is damaged.
  if (check_and_correct(frame_)) return true;
  for (Items items{node}; items.any(); items.next()) {
    const Item item = items.get();
    const std::uint32_t end = kFrameHeader + damage.size;
    for (std::uint32_t at = kFrameHeader; at + item.size() <= end; ++at) {
      if (!is_near(item, frame_.data() + at)) continue;
      std::ranges::copy(item, frame_.begin() + at);
      if (check_and_correct(frame_)) return true;
      if (!read(damage)) return false;
    }
  }
  return false;
}

bool Restore::rebuild(const Damage& damage) {
  // Whatever a node says of it.
  if (damage.size > kPayload || damage.address % kPage + frame_size(damage.size) > kPage) {
    return false;
  }
  return damage.is_node ? rebuild_node(damage) : rebuild_data(damage);
}

[[gnu::noinline]] Status Restore::step() {
  Damage damage;
  if (passed_ == kMostPassed || !find(damage)) return Status::ok;
  if (damage.address == last_ || !rebuild(damage)) {
    ++passed_;
    return Status::more;
  }
  last_ = damage.address;
  const Status status = log_.mend(last_, frame_);
  if (status != Status::ok) return status;
  ++restored_;
  return Status::more;
}

}  // namespace pianola::store
