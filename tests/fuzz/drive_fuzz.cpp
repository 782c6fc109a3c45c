// The drive under a hostile host: sectors written at will, commands in any order, cables pulled and
// power cut at any step. Nothing may break, the store stays without a fault, and what is in force
// always compiles.
//
// The first byte chooses a geometry; the rest are operations, as steps (support/fuzz_steps.hpp).

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/check.hpp"
#include "support/drive_rig.hpp"
#include "support/fuzz_steps.hpp"

namespace {

using namespace pianola;
using test::FuzzInput;
using test::FuzzStep;
using test::FuzzSteps;

constexpr std::array<flash::Geometry, 3> kGeometries{
    {{4096, 256, 10}, {1024, 1, 32}, {2048, 4, 16}}};
/// More would take long.
constexpr std::size_t kMostSteps = 28;

void require(bool condition) {
  if (!condition) std::abort();
}

class Findings final : public inspect::CheckSink {
 public:
  void report(const inspect::Finding&) override {}
};

/// Flash in which macros were saved twice. Made once: each run goes on with a copy.
const memory::SimulatedFlash& used_flash(std::uint8_t choice) {
  static const std::vector<memory::SimulatedFlash> all = [] {
    std::vector<memory::SimulatedFlash> made;
    for (const flash::Geometry& geometry : kGeometries) {
      test::DriveRig rig(geometry);
      require(rig.save("F1 { \"first\" }\n") == Status::ok);
      require(rig.save("F1 { \"second\" }\nF2 { ENTER }\n") == Status::ok);
      made.push_back(rig.flash);
    }
    return made;
  }();
  return all[choice % all.size()];
}

class Hostile {
 public:
  explicit Hostile(std::uint8_t choice)
      : rig_(used_flash(choice)), shape_(drive::volume_shape(rig_.flash.geometry())) {
    text_ = rig_.text();
    rig_.insert();
  }

  void step(const FuzzStep& step) {
    FuzzInput input = step.input();
    switch (step.what % 15) {
      case 0:
        return rig_.insert();
      case 1:
        rig_.eject();
        break;
      case 2:
        for (unsigned i = input.byte(); i > 0; --i) rig_.drive().step(rig_.now);
        break;
      case 3:
        rig_.wait(3500);
        break;
      case 4:
        return poke(input);
      case 5:
        return write_file(input);
      case 6:
        rig_.restart();
        break;
      case 7:
        rig_.flash.cut_after(input.word());
        poke(input);
        rig_.wait(2500);
        rig_.eject();
        rig_.restart();
        break;
      case 8:
        rig_.drive().start_stop((input.byte() & 1) != 0, (input.byte() & 1) != 0);
        break;
      case 9:
        rig_.drive().disconnected();
        return;
      case 10:
        return raw(input);
      case 11:
        rig_.drive().eject();
        break;
      case 12:
        return set_fat(input);
      case 13:
        return set_entry(input);
      case 14:
        return write_text(input);
    }
    look();
  }

  /// What is in force, if it is new, compiles.
  void look() {
    const std::string text = rig_.text();
    require(text.size() == rig_.roll().text_size());
    if (text == text_) return;
    text_ = text;
    memory::Roll roll;
    memory::Findings findings;
    require(memory::compile(text, roll, findings) == Status::ok);
  }

  /// Of all; the store's invariants if it is to be `thorough`.
  void check(bool thorough) {
    rig_.settle();
    look();
    if (!thorough) return;
    std::vector<std::uint8_t> memory(inspect::check_memory(rig_.flash.geometry()));
    Findings findings;
    require(inspect::check(rig_.store().log(), memory, findings) == 0);
  }

 private:
  using Sector = std::array<std::uint8_t, drive::kSectorSize>;

  /// A sector of the medium, said by its part and its place there.
  std::uint32_t sector(FuzzInput& input) const {
    const std::uint32_t part = input.byte() % 4;
    const std::uint32_t place = input.word();
    if (part == 0) return drive::VolumeShape::kFatSector + place % shape_.fat_sectors;
    if (part == 1) return shape_.root_sector() + place % 8;
    if (part == 2) return shape_.data_sector() + place % (shape_.clusters * shape_.cluster_sectors);
    return place % (shape_.sectors() + 2);
  }
  /// Writes a sector as `change` makes it of what is there. It reads so afterwards.
  template <typename Change>
  void rewrite(std::uint32_t at, const Change& change) {
    Sector bytes{};
    const bool read = rig_.drive().read(at, bytes).ok();
    change(bytes);
    const drive::Sense sense = rig_.write(at, bytes);
    if (!read || !sense.ok() || rig_.flash.is_off()) return;
    Sector again{};
    require(rig_.drive().read(at, again).ok() && again == bytes);
  }

  void poke(FuzzInput& input) {
    rewrite(sector(input), [&](Sector& bytes) {
      while (!input.empty()) bytes[input.word() % bytes.size()] = input.byte();
    });
  }
  /// What comes after a cluster, said in a byte: a cluster, one near by, or one of the highest
  /// numbers, among which are those that end a file.
  static std::uint32_t next_cluster(std::uint32_t cluster, std::uint8_t byte) {
    if (byte >= 0xF0) return 0xF00U | byte;
    return byte >= 0xC0 ? (cluster + byte - 0xD8U) & 0xFFFU : byte;
  }
  /// Sets entries of the FAT (FAT12: three bytes hold two), each a cluster and what comes after it.
  void set_fat(FuzzInput& input) {
    std::vector<std::uint8_t> fat(std::size_t{shape_.fat_sectors} * drive::kSectorSize);
    if (!rig_.drive().read(drive::VolumeShape::kFatSector, fat).ok()) return;
    while (!input.empty()) {
      const std::uint32_t cluster = input.byte() % (shape_.clusters + 2);
      const std::uint32_t next = next_cluster(cluster, input.byte());
      std::uint8_t* const there = &fat[cluster + cluster / 2];
      const unsigned shift = cluster % 2 * 4;
      const std::uint32_t other = get16(there) & ~(0xFFFU << shift);
      put16(there, other | next << shift);
    }
    rig_.write(drive::VolumeShape::kFatSector, fat);
  }
  /// Writes bytes of an entry of the folder.
  void set_entry(FuzzInput& input) {
    const std::uint32_t at = input.byte() * 32U + input.byte() % 32;
    rewrite(shape_.root_sector() + at / drive::kSectorSize, [&](Sector& bytes) {
      for (std::size_t i = at % bytes.size(); i < bytes.size() && !input.empty(); ++i) {
        bytes[i] = input.byte();
      }
    });
  }
  /// Writes text, and lines without anything up to the sector's end.
  void write_text(FuzzInput& input) {
    rewrite(sector(input), [&](Sector& bytes) {
      bytes.fill('\n');
      for (std::size_t i = 0; !input.empty(); ++i) bytes[i] = input.byte();
    });
  }
  /// Writes over the file where it stood at first.
  void write_file(FuzzInput& input) {
    constexpr std::array<std::string_view, 4> kTexts = {"F1 { \"other\" }", "F1 { ENTR call x }",
                                                        "macro m { loop { ENTER } }", ""};
    std::vector<std::uint8_t> bytes(drive::kSectorSize * (input.byte() % 3 + 1), '\n');
    std::size_t at = 0;
    for (unsigned i = input.byte() % 8; i > 0; --i) {
      const std::string_view text = kTexts[input.byte() % kTexts.size()];
      std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      at += text.size() + 1;
    }
    rig_.write(shape_.data_sector() + 20 + input.byte() % 4, bytes);
    // The entry with the size stands third in the folder.
    Sector folder{};
    if (!rig_.drive().read(shape_.root_sector(), folder).ok()) return;
    put32(&folder[2 * 32 + 28], input.word() % 600);
    rig_.write(shape_.root_sector(), folder);
  }
  void raw(FuzzInput& input) {
    const std::vector<std::uint8_t> bytes(drive::kSectorSize * (input.byte() % 9), input.byte());
    rig_.write(sector(input), bytes);
    std::vector<std::uint8_t> out(drive::kSectorSize * (input.byte() % 9));
    rig_.drive().read(input.word() * 7U, out);
  }

  test::DriveRig rig_;
  const drive::VolumeShape shape_;
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzSteps steps(data, size);
  if (steps.steps.size() > kMostSteps) steps.steps.resize(kMostSteps);
  Hostile hostile(steps.choice);
  for (const FuzzStep& step : steps.steps) hostile.step(step);
  hostile.check(test::share_of(data, size, 2));
  return 0;
}
