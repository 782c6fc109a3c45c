// What the store costs: reads of flash to start and to play macros, programs and erases to change
// them, how much of a region can be used, how evenly it wears, and what mounting reads.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/usage.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/sim/simulation.hpp"
#include "store/flash_scratch.hpp"
#include "support/store_device.hpp"

namespace {

using namespace pianola;
using Counter = benchmark::Counter;

/// The RP2040's flash chip, as much of it as `sectors` of 4 KB; other chips program smaller units.
flash::Geometry region(unsigned sectors, unsigned unit = 256) { return {4096, unit, sectors}; }

engine::KeyEvent key(unsigned usage, bool down, std::uint32_t time) {
  return {static_cast<hid::Usage>(usage), down, time};
}

std::string words(unsigned size) {
  constexpr std::string_view kSome = "all work and no play makes jack a dull boy ";
  std::string text;
  while (text.size() < size) text += kSome;
  text.resize(size);
  return text;
}

/// 1,000 bindings of different chords, each typing `size` characters.
std::string bindings(unsigned size) {
  std::string text;
  unsigned count = 0;
  for (const std::string_view mods : {"ctrl+", "shift+", "alt+", "gui+", "ctrl+shift+", "ctrl+alt+",
                                      "ctrl+gui+", "shift+alt+", "shift+gui+", "alt+gui+"}) {
    for (int i = 0; i < 100; ++i, ++count) {
      // The usages 04 to 67 of the keyboard page: letters to the keypad.
      constexpr char kDigits[] = "0123456789abcdef";
      const int usage = 4 + i;
      text += std::string{mods} + "0x" + kDigits[usage / 16] + kDigits[usage % 16] + " { \"" +
              words(size) + "\" }\n";
    }
  }
  return text;
}

/// A store with `text` in it, and the flash that it is in.
struct Stored {
  explicit Stored(const flash::Geometry& geometry, const std::string& text)
      : flash(geometry), device(flash) {
    device.store.format();
    status = device.save(text);
  }
  memory::SimulatedFlash flash;
  test::StoreDevice device;
  Status status;
};

/// Presses one of 1,000 bindings, up to its first report.
void StartOneOf1000(benchmark::State& state) {
  Stored stored{region(1024), bindings(40)};
  if (stored.status != Status::ok) return state.SkipWithError("the macros are not stored");
  sim::Simulation simulation{stored.device.store.roll(), {}};
  std::uint64_t most = 0;
  std::uint64_t all = 0;
  std::uint64_t count = 0;
  std::uint32_t now = 0;
  for (auto _ : state) {
    for (std::uint16_t usage = 4; usage < 104; ++usage) {
      simulation.run({}, now);
      const std::array events{key(0xE0, true, now + 10)};
      simulation.run(events, now + 10);
      stored.flash.reset_counts();
      const std::array press{key(usage, true, now + 20)};
      simulation.run(press, now + 20);
      most = std::max(most, stored.flash.counts().reads);
      all += stored.flash.counts().reads;
      ++count;
      const std::array release{key(usage, false, now + 500), key(0xE0, false, now + 500)};
      simulation.run(release, now + 1000);
      now += 1000;
    }
  }
  state.counters["reads_most"] = static_cast<double>(most);
  state.counters["reads_mean"] = static_cast<double>(all) / static_cast<double>(count);
}

/// Bytes that playing F1 of `macros` reads after its start, for each of the `typed` bytes of text.
double read_per_played(benchmark::State& state, const std::string& macros, std::uint32_t typed) {
  Stored stored{region(1024), macros};
  if (stored.status != Status::ok) {
    state.SkipWithError("the macros are not stored");
    return 0;
  }
  lang::Roll& roll = stored.device.store.roll();
  constexpr unsigned kF1 = 0x3A;
  for (auto _ : state) {
    sim::Simulation simulation{roll, {}};
    const std::array tap{key(kF1, true, 10), key(kF1, false, 20)};
    simulation.run(tap, 20);
    stored.flash.reset_counts();
    simulation.run({}, 2000000);
  }
  return static_cast<double>(stored.flash.counts().bytes_read) / typed;
}

/// Plays one macro of 1 MB; and 1,000 of 1 KB, each called by name.
void PlayOneMegabyte(benchmark::State& state) {
  std::string macros;
  if (state.range(0) == 1) {
    macros = "F1 { \"" + words(1000000) + "\" }\n";
  } else {
    std::string calls;
    for (unsigned i = 0; i < 1000; ++i) {
      const std::string name = "m" + std::to_string(i);
      macros += "macro " + name + " { \"" + words(1000) + "\" }\n";
      calls += " call " + name;
    }
    macros += "F1 {" + calls + " }\n";
  }
  state.counters["read_per_played"] = read_per_played(state, macros, 1000000);
}

/// Changes the text of definition `number`, which keeps its size.
void change(std::string& text, unsigned number, std::mt19937& random) {
  const std::size_t at = text.find("number " + std::to_string(number) + " ");
  for (unsigned i = 14; i < 17; ++i) text[at + i] = static_cast<char>('a' + random() % 26);
}

struct Edits {
  double units = 0;  ///< Programmed for each edit.
  double erases = 0;
  double spread = 0;  ///< Most erases of a sector over least.
  unsigned done = 0;
};

Edits edit(Stored& stored, std::string& text, unsigned definitions, unsigned edits) {
  std::mt19937 random{1};
  Edits result;
  stored.flash.reset_counts();
  for (; result.done < edits; ++result.done) {
    change(text, static_cast<unsigned>(random() % definitions), random);
    if (stored.device.save(text) != Status::ok) break;
  }
  const auto& counts = stored.flash.counts();
  result.units = static_cast<double>(counts.units_programmed) / edits;
  result.erases = static_cast<double>(counts.erases) / edits;
  std::uint32_t least = 0xFFFFFFFF;
  std::uint32_t most = 0;
  for (std::uint32_t sector = 0; sector < stored.flash.geometry().sectors; ++sector) {
    least = std::min(least, stored.flash.wear(sector));
    most = std::max(most, stored.flash.wear(sector));
  }
  result.spread = static_cast<double>(most) / std::max(1U, least);
  return result;
}

/// Edits of one of 100 definitions of 600 characters, in a region of 256 KB that is half
/// full of them; against the same edits where nothing must be moved.
void EditOneOf100HalfFull(benchmark::State& state) {
  const auto unit = static_cast<unsigned>(state.range(0));
  std::string text = test::many_macros(100, 600);
  std::string same = text;
  for (auto _ : state) {
    Stored roomy{region(1024, unit), same};
    const Edits alone = edit(roomy, same, 100, 100);
    Stored stored{region(64, unit), text};
    const auto wanted = static_cast<unsigned>(state.range(1));
    const Edits edits = edit(stored, text, 100, wanted);
    if (edits.done < wanted) return state.SkipWithError("an edit failed");
    state.counters["units_alone"] = alone.units;
    state.counters["units"] = edits.units;
    state.counters["ratio"] = edits.units / alone.units;
    state.counters["erases"] = edits.erases;
    state.counters["wear_spread"] = edits.spread;
  }
}

/// Edits of any of many definitions of 40 typed characters, with the scratch memory of a device:
/// 1 KB of RAM, and more in flash. A region of 1 MB for 1,000 of them, 4 MB for 10,000.
void EditOneOfMany(benchmark::State& state) {
  const auto definitions = static_cast<unsigned>(state.range(0));
  const auto unit = static_cast<unsigned>(state.range(1));
  constexpr unsigned kEdits = 100;
  std::string text = test::many_macros(definitions, 40);
  Stored stored{region(definitions > 1000 ? 1024 : 256, unit), text};
  std::vector<std::uint8_t> memory(unit + 1024);
  store::FlashScratch scratch{stored.device.store.log(), memory};
  std::mt19937 random{1};
  stored.flash.reset_counts();
  for (auto _ : state) {
    for (unsigned i = 0; i < kEdits; ++i) {
      change(text, static_cast<unsigned>(random() % definitions), random);
      memory::Source source{text};
      if (stored.device.save(source, scratch) != Status::ok) {
        return state.SkipWithError("an edit failed");
      }
    }
  }
  const auto& counts = stored.flash.counts();
  const auto each = [&](std::uint64_t count) { return static_cast<double>(count) / kEdits; };
  state.counters["bytes_programmed"] = each(counts.bytes_programmed);
  state.counters["erases"] = each(counts.erases);
  state.counters["bytes_read"] = each(counts.bytes_read);
  state.counters["bytes_read_per_byte"] =
      each(counts.bytes_read) / static_cast<double>(text.size());
}

/// The fullest region that takes a file of definitions of that many characters: the share of live
/// data, and the share at which 200 changes of single definitions still succeed (of any of them; of
/// ten of them).
void UsableShare(benchmark::State& state) {
  const auto size = static_cast<unsigned>(state.range(0));
  const auto share = [&](unsigned definitions, unsigned edits, unsigned edited) {
    std::string text = test::many_macros(definitions, size);
    Stored stored{region(64), text};
    if (stored.status != Status::ok) return 0.0;
    const store::Space space = stored.device.store.space();
    if (edits > 0 && edit(stored, text, edited, edits).done < edits) return 0.0;
    return static_cast<double>(space.live) / space.size;
  };
  const auto fullest = [&](unsigned edits, unsigned edited) {
    unsigned least = 1;
    unsigned most = 262144 / size;
    while (most - least > 1 + most / 40) {
      const unsigned middle = (least + most) / 2;
      const unsigned chosen = edited == 0 ? middle : std::min(edited, middle);
      (share(middle, edits, chosen) > 0 ? least : most) = middle;
    }
    return share(least, 0, 1);
  };
  for (auto _ : state) {
    state.counters["file"] = fullest(0, 0);
    state.counters["edit_ten"] = fullest(200, 10);
    state.counters["edit_any"] = fullest(200, 0);
  }
}

/// Mounting a region of that many KB with 100 definitions.
void Mount(benchmark::State& state) {
  const std::string text = test::many_macros(100, 100);
  Stored stored{region(static_cast<unsigned>(state.range(0)) / 4), text};
  for (auto _ : state) {
    stored.flash.reset_counts();
    test::StoreDevice device{stored.flash};
    if (device.store.mount() != store::Mount::ok) return state.SkipWithError("not mounted");
  }
  state.counters["reads"] = static_cast<double>(stored.flash.counts().reads);
  state.counters["bytes"] = static_cast<double>(stored.flash.counts().bytes_read);
}

/// Writing 4 KB anywhere in an overlay of that many sectors, in a region of 4 MB: what each such
/// write reads, programs and erases.
void WriteDraft(benchmark::State& state) {
  const auto sectors = static_cast<std::uint32_t>(state.range(1));
  constexpr std::uint32_t kPiece = 8;
  constexpr unsigned kWrites = 400;
  Stored stored{region(1024, static_cast<unsigned>(state.range(0))), test::many_macros(100, 100)};
  std::vector<std::uint8_t> data(kPiece * store::Store::kDraftSector, 0xA5);
  store::Store& store = stored.device.store;
  for (std::uint32_t first = 0; first < sectors; first += kPiece) store.write_draft(first, data);
  std::mt19937 random{1};
  stored.flash.reset_counts();
  for (auto _ : state) {
    for (unsigned i = 0; i < kWrites; ++i) {
      data[i % data.size()] ^= 1;
      const auto first = static_cast<std::uint32_t>(random() % (sectors / kPiece) * kPiece);
      if (store.write_draft(first, data) != Status::ok) {
        return state.SkipWithError("a write failed");
      }
    }
  }
  const auto& counts = stored.flash.counts();
  const auto each = [&](std::uint64_t count) { return static_cast<double>(count) / kWrites; };
  state.counters["reads"] = each(counts.reads);
  state.counters["bytes_read"] = each(counts.bytes_read);
  state.counters["programs"] = each(counts.programs);
  state.counters["bytes_programmed"] = each(counts.bytes_programmed);
  state.counters["erases"] = each(counts.erases);
}

BENCHMARK(StartOneOf1000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(PlayOneMegabyte)->Arg(1)->Arg(1000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(EditOneOf100HalfFull)
    ->Args({256, 10000})
    ->Args({4, 2000})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(EditOneOfMany)
    ->ArgsProduct({{1000, 10000}, {4, 256}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(UsableShare)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(8000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(WriteDraft)
    ->ArgsProduct({{1, 4, 256}, {16, 200, 2000}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(Mount)->Arg(256)->Arg(1024)->Arg(4096)->Arg(16384)->Unit(benchmark::kMillisecond);

}  // namespace
