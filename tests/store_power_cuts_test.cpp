// Power is cut at every step of what changes a store: at every byte that is programmed and at
// several points of every erase. After each cut the store must hold exactly what it held before the
// change or after it, must go on saying so, and must go on working.
//
// Unstable bits are read in several ways. In short workloads each cut is tried with all of them, in
// others with one after another. In workloads of very many steps each operation is cut at its start
// and end and at some bytes between; where power is cut twice, some pairs of steps stand for all.
// PIANOLA_CUTS=all tries everything. PIANOLA_CUT_STRIDE=n cuts at every nth step only; 1 unless
// told, more with the sanitizers.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/memory/simulated_flash.hpp"
#include "store/draft_edit.hpp"
#include "store/flash_scratch.hpp"
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

unsigned stride() {
  return std::max(1U, static_cast<unsigned>(test::volume("PIANOLA_CUT_STRIDE", 1, 127)));
}

/// Whether all pairs of cuts are tried, and all ways to read unstable bits.
bool everything() {
  const char* text = std::getenv("PIANOLA_CUTS");
  return text != nullptr && std::string_view(text) == "all";
}

/// Number `i` of some definitions, different for each `version`.
std::string definition(unsigned i, unsigned version = 0) {
  const std::string number = std::to_string(i);
  std::string text = i % 5 == 0 ? "# note " + number + "\n" : "";
  text += "macro m" + number + " { \"text " + std::to_string(version) + " of " + number;
  return text + std::string(10 + i * 7 % 31 * 2 + version * 6, 'x') + "\" ENTER }\n";
}

std::string definitions(unsigned begin, unsigned end) {
  std::string text;
  for (unsigned i = begin; i < end; ++i) text += definition(i);
  return text;
}

/// A long definition, which is hard to compress into a sector that is nearly full.
std::string long_definition(unsigned i, std::size_t size) {
  return "macro long" + std::to_string(i) + " { \"" + std::string(size, 'y') + "\" }\n";
}

Bytes draft_data(unsigned sectors, std::uint8_t first) {
  Bytes data(std::size_t{store::Store::kDraftSector} * sectors);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(first + i * 3);
  return data;
}

/// One change of the store, and what it makes of the model.
struct Change {
  std::function<Status(StoreDevice&)> act;
  std::function<void(StoreState&)> model;  ///< Not if the store was too full.
};

struct Workload {
  std::vector<Change> prepare;
  std::vector<Change> changes;  ///< All in one session.
};

Change save(const std::string& text) {
  return {[text](StoreDevice& rig) { return rig.save(text); },
          [text](StoreState& state) { state.set_text(text); }};
}

Change edit(std::uint32_t position, std::uint32_t count, const std::string& text) {
  return {[=](StoreDevice& rig) { return rig.edit(position, count, text); },
          [=](StoreState& state) {
            std::string all;
            for (std::uint32_t i = 0; i <= state.definitions.size(); ++i) {
              if (i == position) all += text;
              const bool kept = i < position || i >= position + count;
              if (kept && i < state.definitions.size()) all += state.definitions[i].source;
            }
            state.set_text(all);
          }};
}

Change write_draft(std::uint32_t first, const Bytes& data) {
  return {
      [=](StoreDevice& rig) { return rig.draft(first, data); },
      [=](StoreState& state) {
        for (std::size_t at = 0; at < data.size(); at += store::Store::kDraftSector) {
          const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at);
          state.draft[first + static_cast<std::uint32_t>(at / store::Store::kDraftSector)].assign(
              begin, begin + store::Store::kDraftSector);
        }
      }};
}

/// The file that was on the drive is saved: the overlay is emptied in the same commit.
Change save_and_clear(const std::string& text) {
  return {[text](StoreDevice& rig) { return rig.save(text, {.clear_draft = true}); },
          [text](StoreState& state) {
            state.set_text(text);
            state.draft.clear();
          }};
}

/// As save(), but what the compiler must remember stands in the store's own flash.
Change save_with_flash_scratch(const std::string& text) {
  return {[text](StoreDevice& rig) {
            std::array<std::uint8_t, store::FlashScratch::kLeastMemory + 48> memory{};
            store::FlashScratch scratch(rig.store.log(), memory);
            memory::Source source(text);
            return rig.save(source, scratch);
          },
          [text](StoreState& state) { state.set_text(text); }};
}

/// An edit of the overlay: keeps two of its objects, in another order, and adds another.
Change edit_draft(std::uint32_t first, std::uint32_t second, const Bytes& data) {
  return {[=](StoreDevice& rig) {
            store::DraftEdit edit(rig.store);
            Status status = edit.begin();
            if (status == Status::ok) status = edit.keep(first, store::kDraftText);
            if (status == Status::ok) status = edit.keep(second, store::kDraftText + 1);
            if (status == Status::ok) status = edit.put(store::kErrorText, data);
            return edit.commit();
          },
          [=](StoreState& state) {
            state.draft = {{store::kDraftText, state.draft[first]},
                           {store::kDraftText + 1, state.draft[second]},
                           {store::kErrorText, data}};
          }};
}

Change drop_backup() {
  return {[](StoreDevice& rig) { return rig.store.drop_backup(); },
          [](StoreState& state) { state.backup.clear(); }};
}

Change clear_draft() {
  return {[](StoreDevice& rig) { return rig.store.clear_draft(); },
          [](StoreState& state) { state.draft.clear(); }};
}

Change reset() {
  return {[](StoreDevice& rig) { return rig.store.reset(); },
          [](StoreState& state) { state = {}; }};
}

/// Whether a state is what it should be; if the room was short, perhaps without the backup.
bool is(const StoreState& state, const StoreState& should, bool may_lack_backup) {
  if (!may_lack_backup || !state.backup.empty()) return state == should;
  StoreState without = should;
  without.backup.clear();
  return state == without;
}

/// Notes what is done to a flash, so that it can be done again up to any step.
class FlashRecorder final : public flash::NorFlash {
 public:
  struct Operation {
    std::uint32_t address = 0;
    Bytes data;  ///< To program; an erase if there is none.
  };

  explicit FlashRecorder(SimulatedFlash& flash) : flash_(flash) {}
  [[nodiscard]] Geometry geometry() const override { return flash_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    return flash_.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    operations.push_back({address, {data.begin(), data.end()}});
    return flash_.program(address, data);
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    operations.push_back({address, {}});
    return flash_.erase(address);
  }

  std::vector<Operation> operations;

 private:
  SimulatedFlash& flash_;
};

flash::FlashStatus perform(const FlashRecorder::Operation& operation, SimulatedFlash& flash) {
  return operation.data.empty() ? flash.erase(operation.address)
                                : flash.program(operation.address, operation.data);
}

std::uint32_t steps_of(const FlashRecorder::Operation& operation) {
  return operation.data.empty() ? SimulatedFlash::kEraseSteps
                                : static_cast<std::uint32_t>(operation.data.size());
}

/// Tells which of some states a store is in. To read a state takes long, so it is done once for
/// each root; from then on the same root over the same frames is the same state.
class States {
 public:
  States(std::vector<StoreState> states, bool may_lack_backup)
      : states_(std::move(states)), may_lack_backup_(may_lack_backup) {}
  [[nodiscard]] const std::vector<StoreState>& all() const { return states_; }

  /// The number of the first state in `from` to `to` that it is in, or nothing.
  std::optional<std::size_t> find(StoreDevice& rig, std::size_t from, std::size_t to) {
    const store::Root root = rig.store.log().root();
    for (const Known& known : known_) {
      if (known.root != root || read(rig, known.frames) != known.bytes) continue;
      for (std::size_t i = from; i <= to; ++i) {
        if (is(known.state, states_[i], may_lack_backup_)) return i;
      }
      return std::nullopt;
    }
    std::string wrong;
    const StoreDevice::Frames frames = rig.frames(wrong);
    if (!wrong.empty()) return std::nullopt;
    const StoreState state = rig.state();
    for (std::size_t i = from; i <= to; ++i) {
      if (!is(state, states_[i], may_lack_backup_)) continue;
      known_.push_back({root, frames, read(rig, frames), state});
      return i;
    }
    return std::nullopt;
  }

 private:
  struct Known {
    store::Root root;
    StoreDevice::Frames frames;
    Bytes bytes;
    StoreState state;
  };

  static Bytes read(StoreDevice& rig, const StoreDevice::Frames& frames) {
    std::size_t size = 0;
    for (const auto& frame : frames) size += frame.second;
    Bytes out(size);
    std::span<std::uint8_t> rest(out);
    for (const auto& frame : frames) {
      if (rig.store.log().flash().read(frame.first, rest.first(frame.second)) !=
          flash::FlashStatus::ok) {
        return {};
      }
      rest = rest.subspan(frame.second);
    }
    return out;
  }

  std::vector<StoreState> states_;
  bool may_lack_backup_;
  std::vector<Known> known_;
};

/// How unstable bits read at the first mount after the cut and at the second.
constexpr std::array<std::array<Unstable, 2>, 4> kModes = {{
    {Unstable::random, Unstable::random},
    {Unstable::new_content, Unstable::old_content},
    {Unstable::old_content, Unstable::new_content},
    {Unstable::frozen, Unstable::frozen},
}};

/// A workload that was played once without cuts.
class Cuts {
 public:
  explicit Cuts(const Geometry& geometry, bool may_lack_backup = false)
      : start_(geometry), flash_(start_), may_lack_backup_(may_lack_backup) {}

  /// Plays it. What went wrong, or nothing.
  std::string play(const Workload& workload) {
    StoreState model;
    {
      StoreDevice rig(start_);
      if (rig.store.format() != Status::ok) return "format";
      for (const Change& change : workload.prepare) {
        if (change.act(rig) != Status::ok) return "preparation";
        change.model(model);
        note_backup(rig, model);
      }
    }
    flash_ = start_;
    FlashRecorder recorder(flash_);
    StoreDevice rig(recorder);
    if (rig.mount() != Mount::ok || rig.state() != model) return "start";
    std::vector<StoreState> states = {model};
    for (const Change& change : workload.changes) {
      const Status status = change.act(rig);
      if (status == Status::full) ++refused_;
      if (status != Status::ok && status != Status::full) return "change";
      if (status == Status::ok) change.model(model);
      note_backup(rig, model);
      states.push_back(model);
      if (rig.state() != model) return "changed state";
      if (const std::string wrong = rig.check(); !wrong.empty()) return wrong;
      done_.push_back(recorder.operations.size());
    }
    operations_ = std::move(recorder.operations);
    for (const auto& operation : operations_) steps_ += steps_of(operation);
    states_.emplace(std::move(states), may_lack_backup_);
    return "";
  }

  /// How many changes the store refused because it was full.
  [[nodiscard]] unsigned refused() const { return refused_; }
  /// How many steps were played.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  /// Cuts everywhere, with each kind of instability; if there are many steps, with one of them.
  void cut_once() {
    const bool all = everything() || steps_ <= kManySteps;
    each_cut(stride(), [&](const SimulatedFlash& cut, std::size_t before, std::size_t after) {
      const std::size_t some = cuts_ * 7 / 4 % kModes.size();
      for (std::size_t mode = 0; mode < kModes.size(); ++mode) {
        if (mode != some && !all) continue;
        // In a full region it takes long to go on: nearly all must be collected.
        const bool goes_on = mode == some && (all || cuts_ % (refused_ > 0 ? 16 : 2) == 0);
        SimulatedFlash flash = cut;
        if (const auto result = recover(flash, kModes[mode], before, after, goes_on); !result) {
          return ::testing::AssertionFailure()
                 << result.message() << ", with unstable bits of kind " << mode;
        }
      }
      return ::testing::AssertionSuccess();
    });
  }

  /// Cuts everywhere, and then once more everywhere in the mount and the change that follow; the
  /// kind of instability changes from cut to cut. Unless everything is tried, of the first cuts one
  /// in `first`, and more in the commit; of the second one in `second`, and all in erases.
  void cut_twice(unsigned first, unsigned second) {
    second_every_ = everything() ? 1 : second;
    commit_from_ = operations_.size() - std::min<std::size_t>(4, operations_.size());
    const unsigned every = everything() ? 1 : stride() * first;
    each_cut(every, [&](const SimulatedFlash& cut, std::size_t before, std::size_t after) {
      const std::uint64_t number = cuts_;
      const Unstable mode = kModes[number % kModes.size()][0];
      SimulatedFlash flash = cut;
      flash.set_unstable(mode);
      flash.power_on();
      const SimulatedFlash off = flash;
      FlashRecorder recorder(flash);
      StoreDevice rig(recorder);
      if (rig.mount() != Mount::ok) return ::testing::AssertionFailure() << "no mount";
      const auto state = states_->find(rig, before, after);
      if (!state) return ::testing::AssertionFailure() << "neither the old nor the new state";
      const std::size_t mounted = recorder.operations.size();
      if (rig.draft(kFurther, draft_data(1, 9)) != Status::ok) {
        return ::testing::AssertionFailure() << "no further change";
      }
      return cut_again(off, recorder.operations, mounted, *state, before, after);
    });
  }

  void print(const std::string& name) const {
    std::cout << "[ cuts     ] " << name << ": " << cuts_ << " cuts in " << steps_ << " steps";
    if (second_ > 0) std::cout << ", " << second_ << " second cuts";
    std::cout << ", " << recoveries_ << " recoveries";
    if (stride() > 1) std::cout << " (only every " << stride() << "th step)";
    std::cout << std::endl;
  }

 private:
  static constexpr std::uint32_t kFurther = 500;  ///< A sector of the overlay that nobody uses.

  /// A backup may be given up for room.
  void note_backup(StoreDevice& rig, StoreState& model) const {
    if (may_lack_backup_ && !rig.store.has_backup()) model.backup.clear();
  }

  static constexpr std::uint64_t kManySteps = 1'500;
  static constexpr std::uint64_t kVeryManySteps = 3'000;

  /// `check` says whether a flash that was cut off is right, between which two states.
  template <class Check>
  void each_cut(unsigned every, Check check) {
    SimulatedFlash flash = start_;
    const std::uint32_t unit = flash.geometry().program_unit;
    std::uint64_t step = 0;
    std::size_t before = 0;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      while (before < done_.size() && done_[before] <= i) ++before;
      for (std::uint32_t at = 0; at < steps_of(operations_[i]); ++at, ++step) {
        if (steps_ > kVeryManySteps && step % 11 != 0 && !everything() && at != 0 &&
            at + 1 != steps_of(operations_[i])) {
          continue;
        }
        const bool commits = i >= commit_from_ && at % std::max(stride(), unit / 16) == 0;
        if (step % every != 0 && !commits) continue;
        SimulatedFlash cut = flash;
        cut.set_seed(step + 1);
        cut.cut_after(at);
        (void)perform(operations_[i], cut);
        ASSERT_TRUE(cut.is_off());
        ++cuts_;
        ASSERT_TRUE(check(cut, before, std::min(before + 1, done_.size())))
            << "cut at step " << step << ", in operation " << i << " at its step " << at;
      }
      ASSERT_EQ(perform(operations_[i], flash), flash::FlashStatus::ok);
    }
    ASSERT_TRUE(std::ranges::equal(flash.bytes(), flash_.bytes()));
  }

  /// Mounts twice, and goes on if told.
  ::testing::AssertionResult recover(SimulatedFlash& flash, const std::array<Unstable, 2>& modes,
                                     std::size_t before, std::size_t after, bool goes_on) {
    ++recoveries_;
    flash.set_unstable(modes[0]);
    flash.power_on();
    std::optional<std::size_t> first;
    {
      StoreDevice rig(flash);
      const Mount mount = rig.mount();
      if (mount != Mount::ok) return ::testing::AssertionFailure() << "mount " << int(mount);
      first = states_->find(rig, before, after);
      if (!first) {
        return ::testing::AssertionFailure()
               << "neither the old nor the new state; " << rig.check();
      }
    }
    flash.set_unstable(modes[1]);
    flash.power_on();
    StoreDevice rig(flash);
    if (rig.mount() != Mount::ok) return ::testing::AssertionFailure() << "second mount";
    if (states_->find(rig, *first, *first) != first) {
      return ::testing::AssertionFailure() << "another state at the second mount; " << rig.check();
    }
    return goes_on ? go_on(rig, flash, *first) : ::testing::AssertionSuccess();
  }

  /// Further changes, of which some are edits and most are quick ones.
  ::testing::AssertionResult go_on(StoreDevice& rig, SimulatedFlash& flash, std::size_t now) {
    ++went_on_;
    StoreState state = states_->all()[now];
    const bool edits = went_on_ % 32 == 1;
    const std::string more = "macro more { ENTER }\n";
    Change change = !edits        ? write_draft(kFurther, draft_data(1, 77))
                    : state.saved ? edit(0, 1, more)
                                  : save(more);
    Status status = change.act(rig);
    if (status == Status::full && refused_ > 0) {
      // In a full region a change that needs little room is still possible.
      change = edit(0, 1, "macro more {}\n");
      status = change.act(rig);
    }
    if (status != Status::ok) {
      return ::testing::AssertionFailure() << "no further change: status " << int(status);
    }
    if (const std::string wrong = rig.check(); !wrong.empty()) {
      return ::testing::AssertionFailure() << "after a further change: " << wrong;
    }
    if (flash.counts().refused != 0) {
      return ::testing::AssertionFailure() << "a call outside the region or not at a unit";
    }
    if (went_on_ % 16 != 1) return ::testing::AssertionSuccess();
    change.model(state);
    if (!is(rig.state(), state, may_lack_backup_)) {
      return ::testing::AssertionFailure() << "wrong after a further change";
    }
    flash.power_on();
    StoreDevice again(flash);
    if (again.mount() != Mount::ok || !is(again.state(), state, may_lack_backup_)) {
      return ::testing::AssertionFailure() << "a further change is lost";
    }
    return ::testing::AssertionSuccess();
  }

  ::testing::AssertionResult cut_again(SimulatedFlash flash,
                                       const std::vector<FlashRecorder::Operation>& operations,
                                       std::size_t mounted, std::size_t state, std::size_t before,
                                       std::size_t after) {
    std::uint64_t step = 0;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      for (std::uint32_t at = 0; at < steps_of(operations[i]); ++at, ++step) {
        // Each step of the recovery after one first cut or another.
        const bool erases = operations[i].data.empty();
        if (!erases && step % second_every_ != cuts_ % second_every_) continue;
        SimulatedFlash cut = flash;
        cut.cut_after(at);
        (void)perform(operations[i], cut);
        ++second_;
        const bool decided = i >= mounted;
        if (const auto result = recover_again(cut, kModes[second_ % kModes.size()],
                                              decided ? state : before, decided ? state : after);
            !result) {
          return ::testing::AssertionFailure()
                 << result.message() << "; second cut in operation " << i << " at its step " << at
                 << (decided ? ", of the further change" : ", of the mount");
        }
      }
      (void)perform(operations[i], flash);
    }
    return ::testing::AssertionSuccess();
  }

  /// As recover(), but the further change of the first recovery may be there.
  ::testing::AssertionResult recover_again(SimulatedFlash& flash,
                                           const std::array<Unstable, 2>& modes, std::size_t before,
                                           std::size_t after) {
    ++recoveries_;
    std::optional<std::size_t> states[2];
    bool further[2] = {};
    for (std::size_t i = 0; i < 2; ++i) {
      flash.set_unstable(modes[i]);
      flash.power_on();
      StoreDevice rig(flash);
      if (rig.mount() != Mount::ok) return ::testing::AssertionFailure() << "mount " << i;
      std::array<std::uint8_t, store::Store::kDraftSector> data{};
      further[i] = rig.store.next_draft(kFurther).has_value();
      if (further[i] &&
          (!rig.store.read_draft(kFurther, data) || !std::ranges::equal(data, draft_data(1, 9)))) {
        return ::testing::AssertionFailure() << "the further change is wrong";
      }
      states[i] = further_.find(rig, *states_, further[i], before, after, may_lack_backup_);
      if (!states[i]) return ::testing::AssertionFailure() << "neither state at mount " << i;
    }
    if (states[0] != states[1] || further[0] != further[1]) {
      return ::testing::AssertionFailure() << "another state at the second mount";
    }
    return ::testing::AssertionSuccess();
  }

  /// The states, with and without the further change.
  class Further {
   public:
    std::optional<std::size_t> find(StoreDevice& rig, States& plain, bool further,
                                    std::size_t before, std::size_t after, bool may_lack_backup) {
      if (!further) return plain.find(rig, before, after);
      if (!with_) {
        std::vector<StoreState> states = plain.all();
        for (StoreState& state : states) write_draft(kFurther, draft_data(1, 9)).model(state);
        with_.emplace(std::move(states), may_lack_backup);
      }
      return with_->find(rig, before, after);
    }

   private:
    std::optional<States> with_;
  };

  SimulatedFlash start_;
  SimulatedFlash flash_;  ///< After the workload.
  bool may_lack_backup_;  ///< The room is short.
  std::vector<FlashRecorder::Operation> operations_;
  std::vector<std::size_t> done_;  ///< Operations when each change was complete.
  std::optional<States> states_;
  Further further_;
  std::uint64_t second_every_ = 1;
  std::size_t commit_from_ = SIZE_MAX;  ///< The operations that are cut more often.
  unsigned refused_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t cuts_ = 0;
  std::uint64_t second_ = 0;
  std::uint64_t recoveries_ = 0;
  std::uint64_t went_on_ = 0;
};

/// Of about 64 KB: enough for the workloads, so that few of them have to collect.
Geometry region(std::uint32_t sector, std::uint32_t unit) {
  return {sector, unit, sector == 1024 ? 48U : 16U};
}

/// One that soon runs out of free sectors.
Geometry small(const Geometry& geometry) {
  return {geometry.sector_size, geometry.program_unit, geometry.sector_size == 1024 ? 24U : 8U};
}

/// Edits of which the first needs sectors to be collected.
Workload with_collection(const Geometry& geometry) {
  Workload workload;
  workload.prepare = {save(definitions(0, 60))};
  SimulatedFlash flash(geometry);
  StoreDevice rig(flash);
  EXPECT_EQ(rig.store.format(), Status::ok);
  EXPECT_EQ(workload.prepare[0].act(rig), Status::ok);
  for (unsigned i = 0; i < 1000; ++i) {
    const Change change = edit(i * 7 % 60, 1, definition(i * 7 % 60, 1 + i % 4));
    SimulatedFlash copy = flash;
    StoreDevice remounted(copy);
    EXPECT_EQ(remounted.mount(), Mount::ok);
    const std::uint32_t commits = remounted.store.log().root().commit;
    EXPECT_EQ(change.act(remounted), Status::ok);
    if (remounted.store.log().root().commit > commits + 1) {
      workload.changes = {change, edit(3, 1, definition(3, 7))};
      return workload;
    }
    EXPECT_EQ(change.act(rig), Status::ok);
    workload.prepare.push_back(change);
  }
  ADD_FAILURE() << "nothing was collected";
  return workload;
}

class StorePowerCutsTest : public ::testing::TestWithParam<Geometry> {
 protected:
  void cut_once(const Workload& workload, const Geometry& geometry = GetParam()) {
    Cuts cuts(geometry);
    ASSERT_EQ(cuts.play(workload), "");
    cuts.cut_once();
    cuts.print(name());
  }
  void cut_twice(const Workload& workload, const Geometry& geometry = GetParam(),
                 unsigned first = 9, unsigned second = 7) {
    Cuts cuts(geometry);
    ASSERT_EQ(cuts.play(workload), "");
    cuts.cut_twice(first, second);
    cuts.print(name());
  }

  static std::string name() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    return info->name();
  }
};

TEST_P(StorePowerCutsTest, FirstSave) { cut_once({{}, {save(definitions(0, 30))}}); }

TEST_P(StorePowerCutsTest, EditsOf100Definitions) {
  cut_once({{save(definitions(0, 100))},
            {edit(17, 1, definition(17, 1)), edit(60, 1, definition(60, 9)),
             edit(17, 1, "macro m17 {}\n")}});
}

TEST_P(StorePowerCutsTest, Delete) {
  cut_once({{save(definitions(0, 100))}, {edit(50, 1, ""), edit(0, 2, ""), edit(96, 1, "")}});
}

TEST_P(StorePowerCutsTest, Reorder) {
  cut_once({{save(definitions(0, 100))},
            {edit(10, 81, definition(90) + definitions(10, 90)),
             edit(0, 3, definition(2) + definition(1) + definition(0))}});
}

TEST_P(StorePowerCutsTest, DraftWrites) {
  cut_once({{save(definitions(0, 30))},
            {write_draft(3, draft_data(3, 1)), write_draft(4, draft_data(1, 2)), clear_draft(),
             write_draft(0, draft_data(1, 3))}});
}

TEST_P(StorePowerCutsTest, EditOfTheDraft) {
  cut_once({{save(definitions(0, 20)), write_draft(3, draft_data(6, 1))},
            {edit_draft(7, 4, Bytes(100, 0x21)), save_and_clear(definitions(0, 21))}});
}

TEST_P(StorePowerCutsTest, Backup) {
  cut_once({{save(definitions(0, 20)), save(definitions(0, 22))},
            {drop_backup(),
             save(definitions(2, 22)),
             {[](StoreDevice& rig) {
                return rig.save(definitions(2, 21), {.backup = store::Backup::keep});
              },
              [](StoreState& state) {
                const std::string backup = state.backup;
                state.set_text(definitions(2, 21));
                state.backup = backup;
              }}}});
}

TEST_P(StorePowerCutsTest, SaveWithFlashScratch) {
  cut_once({{save(definitions(0, 20))}, {save_with_flash_scratch(definitions(5, 45))}});
}

// Sectors that were lent to the compiler lie between those that are collected.
TEST_P(StorePowerCutsTest, CollectionWithFlashScratch) {
  const Geometry geometry = small(GetParam());
  Workload workload = with_collection(geometry);
  std::string text;
  for (unsigned i = 0; i < 24; ++i) text += definition(i, i % 3);
  workload.changes = {save_with_flash_scratch(text)};
  Cuts cuts(geometry, true);
  ASSERT_EQ(cuts.play(workload), "");
  cuts.cut_once();
  cuts.print(name());
}

TEST_P(StorePowerCutsTest, SaveOverAll) {
  cut_once(
      {{save(definitions(0, 40)), write_draft(0, draft_data(1, 1))}, {save(definitions(30, 60))}});
}

/// Appends until nothing more fits, then changes what is there.
TEST_P(StorePowerCutsTest, FillTheRegion) {
  const Geometry geometry{GetParam().sector_size, GetParam().program_unit, 16};
  Workload workload;
  SimulatedFlash flash(geometry);
  StoreDevice rig(flash);
  ASSERT_EQ(rig.store.format(), Status::ok);
  for (unsigned i = 0;; ++i) {
    ASSERT_LT(i, 100U);
    const std::string text = long_definition(i, geometry.size() / 40);
    const Change change = i == 0 ? save(text) : edit(i, 0, text);
    if (change.act(rig) != Status::ok) break;
    workload.prepare.push_back(change);
  }
  ASSERT_GT(workload.prepare.size(), 5U);
  workload.prepare.pop_back();
  const auto count = static_cast<std::uint32_t>(workload.prepare.size());
  workload.changes.push_back(edit(count, 0, long_definition(count, geometry.size() / 40)));
  workload.changes.push_back(edit(count, 0, long_definition(100, geometry.size() / 8)));
  workload.changes.push_back(edit(2, 1, long_definition(2, 20)));
  Cuts cuts(geometry, true);
  ASSERT_EQ(cuts.play(workload), "");
  EXPECT_GE(cuts.refused(), 1U);
  cuts.cut_once();
  cuts.print(name());
}

TEST_P(StorePowerCutsTest, GarbageCollection) {
  const Geometry geometry = small(GetParam());
  cut_once(with_collection(geometry), geometry);
}

TEST_P(StorePowerCutsTest, Reset) {
  cut_once({{save(definitions(0, 30)), write_draft(0, draft_data(1, 1))},
            {reset(), save(definitions(0, 3))}});
}

TEST_P(StorePowerCutsTest, TwoCutsInAnEdit) {
  cut_twice({{save(definitions(0, 4))}, {edit(1, 1, definition(1, 1))}});
}

TEST_P(StorePowerCutsTest, TwoCutsInASaveWithFlashScratch) {
  cut_twice({{save(definitions(0, 4))}, {save_with_flash_scratch(definitions(0, 14))}}, GetParam(),
            37, 17);
}

TEST_P(StorePowerCutsTest, TwoCutsInAReset) { cut_twice({{save(definitions(0, 4))}, {reset()}}); }

// Few sectors are free, so that settling takes one that the other state may need.
TEST_P(StorePowerCutsTest, TwoCutsInACollection) {
  const Geometry geometry = small(GetParam());
  Workload workload = with_collection(geometry);
  workload.changes.resize(1);
  cut_twice(workload, geometry, 101, 41);
}

INSTANTIATE_TEST_SUITE_P(All, StorePowerCutsTest,
                         ::testing::Values(region(4096, 256), region(4096, 4), region(4096, 1),
                                           region(1024, 8)),
                         [](const auto& param) {
                           return std::to_string(param.param.sector_size) + "_" +
                                  std::to_string(param.param.program_unit);
                         });

}  // namespace
}  // namespace pianola
