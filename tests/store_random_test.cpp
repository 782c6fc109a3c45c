// Random changes of a store against a model of what it should hold, with power cuts and wrong bits.
//
// PIANOLA_STORE_COMMITS=n makes n changes in each test (3,000 unless told, fewer with the
// sanitizers); PIANOLA_SEED=n begins with other random numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ports/memory/simulated_flash.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola {
namespace {

using flash::Geometry;
using memory::SimulatedFlash;
using memory::Unstable;
using store::Mount;
using test::StoreDevice;
using test::StoreState;
using Bytes = std::vector<std::uint8_t>;

unsigned long commits() { return test::volume("PIANOLA_STORE_COMMITS", 3'000, 300); }

/// A change of the store, as it is done and as it should come out.
struct RandomChange {
  enum class Kind : std::uint8_t { edit, save, write_draft, clear_draft, reset };

  Kind kind = Kind::edit;
  std::uint32_t position = 0;  ///< Of an edit; of a write the first sector.
  std::uint32_t count = 0;     ///< Definitions that an edit replaces.
  std::string text;            ///< Of an edit or a save.
  Bytes data;                  ///< Of a write.
};

/// What a person knows of a store: its definitions one by one, the text before the last change, and
/// the overlay.
struct Model {
  bool saved = false;
  std::string backup;
  std::vector<std::string> definitions;
  std::map<std::uint32_t, Bytes> draft;

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& definition : definitions) all += definition;
    return all;
  }
  [[nodiscard]] StoreState state() const {
    StoreState out;
    if (saved) out.set_text(text());
    out.backup = backup;
    out.draft = draft;
    return out;
  }

  /// Edits and saves are of whole definitions, each of one line.
  void apply(const RandomChange& change) {
    const std::string before = text();
    switch (change.kind) {
      case RandomChange::Kind::edit: {
        const auto begin = definitions.begin() + change.position;
        const auto place = definitions.erase(begin, begin + change.count);
        const std::vector<std::string> lines = split(change.text);
        definitions.insert(place, lines.begin(), lines.end());
        saved = true;
        if (!before.empty() && before != text()) backup = before;
        break;
      }
      case RandomChange::Kind::save:
        definitions = split(change.text);
        saved = true;
        if (!before.empty() && before != text()) backup = before;
        break;
      case RandomChange::Kind::write_draft:
        for (std::size_t at = 0; at < change.data.size(); at += store::Store::kDraftSector) {
          const auto begin = change.data.begin() + static_cast<std::ptrdiff_t>(at);
          draft[change.position + static_cast<std::uint32_t>(at / store::Store::kDraftSector)]
              .assign(begin, begin + store::Store::kDraftSector);
        }
        break;
      case RandomChange::Kind::clear_draft:
        draft.clear();
        break;
      case RandomChange::Kind::reset:
        *this = {};
        break;
    }
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at) + 1;
      lines.push_back(text.substr(at, end - at));
      at = end;
    }
    return lines;
  }
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed) {}
  std::uint32_t below(std::uint64_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }

  std::string definition() {
    std::string text = "macro m" + std::to_string(++names_) + " { \"";
    const std::uint32_t size = below(chance(8) ? 400 : 60);
    for (std::uint32_t i = 0; i < size; ++i) text += static_cast<char>('a' + below(26));
    return text + "\" }" + (chance(3) ? " # a note\n" : "\n");
  }
  std::string definitions(std::uint32_t count) {
    std::string text;
    while (count-- > 0) text += definition();
    return text;
  }
  Bytes data(std::uint32_t sectors) {
    Bytes bytes(std::size_t{store::Store::kDraftSector} * sectors);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return bytes;
  }

  /// One that suits the model and leaves it with at most some 60 definitions.
  RandomChange change(const Model& model) {
    const auto size = static_cast<std::uint32_t>(model.definitions.size());
    switch (below(100)) {
      case 0:
        return {RandomChange::Kind::reset, 0, 0, {}, {}};
      case 1:
      case 2:
        return {RandomChange::Kind::save, 0, 0, definitions(below(50)), {}};
      case 3:
      case 4:
        return {RandomChange::Kind::clear_draft, 0, 0, {}, {}};
      default:
        break;
    }
    if (chance(8)) return {RandomChange::Kind::write_draft, below(12), 0, {}, data(1 + below(3))};
    if (size == 0 || (size < 60 && chance(3))) {  // insert or append
      const std::uint32_t at = chance(2) ? size : below(size + 1);
      return {RandomChange::Kind::edit, at, 0, definitions(1 + below(2)), {}};
    }
    if (chance(5)) {  // remove
      const std::uint32_t at = below(size);
      return {RandomChange::Kind::edit, at, 1 + below(std::min(3U, size - at)), {}, {}};
    }
    if (size > 1 && chance(4)) {  // move
      std::uint32_t from = below(size);
      std::uint32_t to = below(size);
      if (from > to) std::swap(from, to);
      const auto begin = model.definitions.begin();
      std::string text;
      for (auto i = begin + from + 1; i <= begin + to; ++i) text += *i;
      return {RandomChange::Kind::edit, from, to - from + 1, text + model.definitions[from], {}};
    }
    return {RandomChange::Kind::edit, below(size), 1, definition(), {}};
  }

 private:
  std::mt19937_64 random_;
  std::uint64_t names_ = 0;
};

Status make_change(const RandomChange& change, StoreDevice& rig) {
  switch (change.kind) {
    case RandomChange::Kind::edit:
      // (What is edited before the first save would be the default roll.)
      return rig.store.saved() ? rig.edit(change.position, change.count, change.text)
                               : rig.save(change.text);
    case RandomChange::Kind::save:
      return rig.save(change.text);
    case RandomChange::Kind::write_draft:
      return rig.draft(change.position, change.data);
    case RandomChange::Kind::clear_draft:
      return rig.store.clear_draft();
    case RandomChange::Kind::reset:
      return rig.store.reset();
  }
  return Status::errors;
}

/// The first difference, for people.
std::string difference(const StoreState& now, const StoreState& should) {
  if (now.saved != should.saved) return "saved";
  for (std::size_t i = 0; i < std::max(now.definitions.size(), should.definitions.size()); ++i) {
    const std::string number = std::to_string(i);
    if (i >= now.definitions.size()) return "no definition " + number;
    if (i >= should.definitions.size()) return "a definition " + number + " too much";
    if (now.definitions[i].source != should.definitions[i].source) {
      return "source of definition " + number + ": \"" + now.definitions[i].source +
             "\" instead of \"" + should.definitions[i].source + "\"";
    }
    if (now.definitions[i].code != should.definitions[i].code) {
      return "code of definition " + number + ": " +
             std::to_string(now.definitions[i].code.size()) + " of " +
             std::to_string(should.definitions[i].code.size()) + " bytes";
    }
  }
  if (now.text != should.text) return "the text";
  if (now.index != should.index) return "the index";
  if (now.backup != should.backup) return "the backup";
  return now.draft == should.draft ? "" : "the overlay";
}

class StoreRandomTest : public ::testing::TestWithParam<Geometry> {
 protected:
  StoreRandomTest()
      : seed_(test::number_from("PIANOLA_SEED", 1)),
        random_(seed_),
        flash_(GetParam(), seed_, is_mapped()) {
    start();
    EXPECT_EQ(rig_->store.format(), Status::ok);
  }

  /// Half of the geometries are those of flash that is read in place.
  static bool is_mapped() { return GetParam().program_unit >= 8; }

  void start() { rig_ = std::make_unique<StoreDevice>(flash_); }

  void print(const std::string& what) const {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::cout << "[ random   ] " << info->name() << ": seed " << seed_ << ", " << what << std::endl;
  }

  [[nodiscard]] static bool is_less(const RandomChange& change, const Model& before) {
    if (change.kind == RandomChange::Kind::clear_draft || change.kind == RandomChange::Kind::reset)
      return true;
    return change.kind == RandomChange::Kind::edit && change.text.empty() && before.saved;
  }

  /// How full the region is.
  [[nodiscard]] std::string room() {
    const store::Space space = rig_->store.space();
    return std::to_string(space.live) + " of " + std::to_string(space.usable) +
           " bytes are in use, " + std::to_string(space.free_sectors) + " sectors free";
  }

  /// The backup may be given up for room; then the model has none either.
  void note_backup(Model& model) {
    if (model.backup.empty() || rig_->store.has_backup()) return;
    const store::Space space = rig_->store.space();
    EXPECT_GT(space.live + 3 * model.backup.size(), space.usable / 3) << "there was room for it";
    model.backup.clear();
    ++given_up_;
  }

  /// Two bits of a frame in force are inverted, which is more than can be put right. Then the host
  /// writes its whole text again, and the overlay.
  void lose_a_frame(const StoreState& should);

  static constexpr std::array kUnstable = {Unstable::random, Unstable::old_content,
                                           Unstable::new_content, Unstable::frozen};
  Unstable any_instability() { return kUnstable[random_.below(kUnstable.size())]; }

  std::uint64_t seed_;
  Random random_;
  SimulatedFlash flash_;
  std::unique_ptr<StoreDevice> rig_;
  Model model_;
  unsigned long given_up_ = 0;  ///< Backups.
};

TEST_P(StoreRandomTest, ChangesAndCuts) {
  unsigned long cuts = 0;
  unsigned long refused = 0;
  for (unsigned long i = 0; i < commits(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", change " + std::to_string(i));
    const RandomChange change = random_.change(model_);
    Model after = model_;
    after.apply(change);
    if (random_.chance(4)) flash_.cut_after(random_.below(random_.chance(2) ? 300 : 6'000));
    const Status status = make_change(change, *rig_);
    if (!flash_.is_off()) {
      flash_.power_on();
      if (status == Status::full) {
        ++refused;
        ASSERT_FALSE(is_less(change, model_)) << "what makes room must not need any; " << room();
      } else {
        ASSERT_EQ(status, Status::ok);
        model_ = after;
      }
      note_backup(model_);
      if (random_.chance(10)) {  // power is switched off between two changes
        flash_.power_on();
        start();
        ASSERT_EQ(rig_->mount(), Mount::ok);
        note_backup(model_);
      }
    } else {
      ++cuts;
      // Some cuts in a row, each in the mount after the one before.
      while (random_.chance(3)) {
        flash_.set_unstable(any_instability());
        flash_.power_on();
        flash_.cut_after(random_.below(400));
        start();
        (void)rig_->mount();
        if (!flash_.is_off()) break;
        ++cuts;
      }
      flash_.set_unstable(any_instability());
      flash_.power_on();
      start();
      ASSERT_EQ(rig_->mount(), Mount::ok);
      const StoreState now = rig_->state();
      StoreState before = model_.state();
      if (now.backup.empty()) before.backup.clear();
      if (now != before) model_ = after;
      note_backup(model_);
      ASSERT_EQ(difference(now, model_.state()), "") << "neither the old nor the new state";
      flash_.set_unstable(any_instability());
      flash_.power_on();
      start();
      ASSERT_EQ(rig_->mount(), Mount::ok);
      StoreState same = now;
      if (!rig_->store.has_backup()) {
        note_backup(model_);
        same.backup.clear();
      }
      ASSERT_EQ(difference(rig_->state(), same), "") << "another state at the next mount";
    }
    if (i % 16 == 0) {
      ASSERT_EQ(difference(rig_->state(), model_.state()), "");
    }
    ASSERT_EQ(rig_->check(), "");
    ASSERT_EQ(flash_.counts().refused, 0U);
  }
  print(std::to_string(commits()) + " changes, " + std::to_string(cuts) + " cuts, " +
        std::to_string(refused) + " refused as too much, " + std::to_string(given_up_) +
        " backups given up");
}

/// What was read, piece by piece, agrees with what should be there: each piece is right or missing.
bool agrees(const StoreState& now, const StoreState& should) {
  if (should.text.compare(0, now.text.size(), now.text) != 0) return false;
  if (should.backup.compare(0, now.backup.size(), now.backup) != 0) return false;
  for (std::size_t i = 0; i < now.definitions.size() && i < should.definitions.size(); ++i) {
    const auto& got = now.definitions[i];
    const auto& want = should.definitions[i];
    if (want.source.compare(0, got.source.size(), got.source) != 0) return false;
    if (got.code.size() > want.code.size() ||
        !std::equal(got.code.begin(), got.code.end(), want.code.begin())) {
      return false;
    }
  }
  for (const auto& [number, data] : now.draft) {
    const auto place = should.draft.find(number);
    if (place == should.draft.end() || place->second != data) return false;
  }
  return true;
}

void StoreRandomTest::lose_a_frame(const StoreState& should) {
  std::string wrong;
  const StoreDevice::Frames frames = rig_->frames(wrong);
  ASSERT_EQ(wrong, "");
  if (frames.empty()) return;
  // (Several frames of data side by side are one entry.)
  const auto [begin, all] = frames[random_.below(static_cast<std::uint32_t>(frames.size()))];
  const std::uint32_t address = begin + random_.below((all + 255) / 256) * 256;
  const std::uint32_t size = std::min<std::uint32_t>(256, begin + all - address);
  const std::uint32_t first = random_.below(size * 8);
  const std::uint32_t second = (first + 1 + random_.below(size * 8 - 1)) % (size * 8);
  for (const std::uint32_t bit : {first, second}) flash_.flip(address + bit / 8, bit % 8);
  flash_.power_on();
  start();
  ASSERT_EQ(rig_->mount(), Mount::ok);
  ASSERT_TRUE(agrees(rig_->state(), should)) << "wrong bytes were read";
  if (model_.saved && rig_->save(model_.text()) != Status::ok) {
    // As long as a node is lost nothing can be collected.
    ASSERT_EQ(rig_->store.reset(), Status::ok) << room();
    ASSERT_EQ(rig_->save(model_.text()), Status::ok) << room();
  }
  ASSERT_EQ(rig_->store.clear_draft(), Status::ok);
  model_.draft.clear();
  // A damaged backup is no good any more.
  if (!rig_->store.has_backup()) model_.backup.clear();
  ASSERT_EQ(difference(rig_->state(), model_.state()), "") << "a new save repairs";
}

// A bit of what is stored is inverted, sometimes while the store is in use (but for flash that is
// read in place, where good sectors are not looked at again), sometimes before a mount: that does
// no harm. If two bits of one frame are wrong, what is read is right or missing, and a save of the
// whole makes all good again.
TEST_P(StoreRandomTest, FlippedBits) {
  const unsigned long rounds = commits() / 4;
  for (unsigned long i = 0; i < rounds; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", round " + std::to_string(i));
    for (std::uint32_t n = random_.below(4); n > 0; --n) {
      const RandomChange change = random_.change(model_);
      const Status status = make_change(change, *rig_);
      ASSERT_TRUE(status == Status::ok || status == Status::full) << "status " << int(status);
      if (status == Status::ok) model_.apply(change);
      note_backup(model_);
    }
    const StoreState should = model_.state();
    ASSERT_EQ(difference(rig_->state(), should), "");
    const std::uint32_t address = random_.below(GetParam().size());
    const std::uint32_t bit = random_.below(8);
    const std::uint64_t steps = flash_.steps();
    const bool blank = flash_.bytes()[address] == 0xFF;
    const std::uint32_t wear = flash_.wear(address / GetParam().sector_size);
    flash_.flip(address, bit);
    SCOPED_TRACE("bit flipped in the byte at " + std::to_string(address));
    if (random_.chance(2) || is_mapped()) {
      flash_.power_on();
      start();
      ASSERT_EQ(rig_->mount(), Mount::ok);
    } else {
      // A node that was checked a moment ago is not checked for each of its entries: look it up
      // anew.
      (void)rig_->store.roll().lower_bound({});
    }
    ASSERT_EQ(difference(rig_->state(), should), "") << "a wrong bit is put right";
    // Put it right here too, lest two wrong bits come together in one frame; but not where
    // something else may have been written since.
    const bool stays = wear == flash_.wear(address / GetParam().sector_size) && !blank;
    if (stays || flash_.steps() == steps) flash_.flip(address, bit);
    (void)rig_->store.roll().lower_bound({});
    if (i % 8 == 0) {
      ASSERT_NO_FATAL_FAILURE(lose_a_frame(should));
    }
  }
  print(std::to_string(rounds) + " wrong bits");
}

INSTANTIATE_TEST_SUITE_P(All, StoreRandomTest,
                         ::testing::Values(Geometry{4096, 256, 16}, Geometry{4096, 4, 16},
                                           Geometry{4096, 1, 16}, Geometry{1024, 8, 48}),
                         [](const auto& param) {
                           return std::to_string(param.param.sector_size) + "_" +
                                  std::to_string(param.param.program_unit);
                         });

}  // namespace
}  // namespace pianola
