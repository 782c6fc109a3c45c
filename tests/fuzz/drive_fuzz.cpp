// The drive under a hostile host: sectors written at will, commands in any order, cables pulled and
// power cut at any step. Nothing may break, the store stays without a fault, and what is in force
// always compiles.
//
// The first byte chooses a geometry; the rest are operations, each a byte and what it takes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "store/check.hpp"
#include "support/drive_rig.hpp"

namespace {

using namespace pianola;

constexpr std::array<flash::Geometry, 3> kGeometries{
    {{4096, 256, 16}, {1024, 1, 48}, {4096, 4, 12}}};

void require(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool empty() const { return at_ >= size_; }
  std::uint8_t byte() { return empty() ? 0 : data_[at_++]; }
  std::uint32_t number() {
    const std::uint32_t low = byte();
    return low | std::uint32_t{byte()} << 8;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

class Findings final : public store::CheckSink {
 public:
  void report(const store::Finding&) override {}
};

class Hostile {
 public:
  Hostile(const flash::Geometry& geometry, Input& input) : rig_(geometry), input_(input) {
    require(rig_.save("F1 { \"first\" }\n") == lang::Status::ok);
    require(rig_.save("F1 { \"second\" }\nF2 { ENTER }\n") == lang::Status::ok);
    text_ = rig_.text();
    rig_.insert();
  }

  void step() {
    switch (input_.byte() % 12) {
      case 0:
        return rig_.insert();
      case 1:
        rig_.eject();
        break;
      case 2:
        for (unsigned i = input_.byte(); i > 0; --i) rig_.drive().step(rig_.now);
        break;
      case 3:
        rig_.wait(3500);
        break;
      case 4:
        return poke();
      case 5:
        return write_file();
      case 6:
        rig_.restart();
        break;
      case 7:
        rig_.flash.cut_after(input_.number());
        poke();
        rig_.wait(2500);
        rig_.eject();
        rig_.restart();
        break;
      case 8:
        rig_.drive().start_stop((input_.byte() & 1) != 0, (input_.byte() & 1) != 0);
        break;
      case 9:
        rig_.drive().disconnected();
        return;
      case 10:
        return raw();
      case 11:
        rig_.drive().eject();
        break;
    }
    look();
  }

  /// What is in force, if it is new, compiles.
  void look() {
    const std::string text = rig_.text();
    require(text.size() == rig_.roll().text_size());
    if (text == text_) return;
    text_ = text;
    sim::MemoryRoll roll;
    sim::Findings findings;
    require(sim::compile(text, roll, findings) == lang::Status::ok);
  }

  void check() {
    rig_.settle();
    look();
    std::vector<std::uint8_t> memory(store::check_memory(rig_.flash.geometry()));
    Findings findings;
    require(store::check(rig_.store().log(), memory, findings) == 0);
  }

 private:
  /// A sector of the medium: one of the metadata, or of macros.txt, or any.
  std::uint32_t sector() {
    const drive::VolumeShape shape = drive::volume_shape(rig_.flash.geometry());
    const std::uint32_t place = input_.byte();
    switch (place % 8) {
      case 0:
        return 0;
      case 1:
      case 2:
        return drive::VolumeShape::kFatSector + place / 8 % shape.fat_sectors;
      case 3:
      case 4:
        return shape.root_sector() + place / 64;
      case 5:
      case 6:
        return shape.data_sector() + 16 + place / 8;
      default:
        return input_.number() % (shape.sectors() + 2);
    }
  }
  /// Changes some bytes of a sector.
  void poke() {
    const std::uint32_t at = sector();
    std::array<std::uint8_t, drive::kSectorSize> bytes{};
    const bool read = rig_.drive().read(at, bytes).ok();
    for (unsigned i = input_.byte() % 16 + 1; i > 0; --i) {
      bytes[input_.number() % bytes.size()] = input_.byte();
    }
    const drive::Sense sense = rig_.drive().write(at, bytes);
    if (!read || !sense.ok() || rig_.flash.is_off()) return;
    std::array<std::uint8_t, drive::kSectorSize> again{};
    require(rig_.drive().read(at, again).ok() && again == bytes);
  }
  /// Writes over the file where it stood at first.
  void write_file() {
    constexpr std::array<std::string_view, 4> kTexts = {"F1 { \"other\" }", "F1 { ENTR call x }",
                                                        "macro m { loop { ENTER } }", ""};
    std::vector<std::uint8_t> bytes(drive::kSectorSize * (input_.byte() % 3 + 1), '\n');
    std::size_t at = 0;
    for (unsigned i = input_.byte() % 8; i > 0; --i) {
      const std::string_view text = kTexts[input_.byte() % kTexts.size()];
      std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      at += text.size() + 1;
    }
    const drive::VolumeShape shape = drive::volume_shape(rig_.flash.geometry());
    rig_.drive().write(shape.data_sector() + 20 + input_.byte() % 4, bytes);
    // The entry with the size stands third in the folder.
    std::array<std::uint8_t, drive::kSectorSize> folder{};
    if (!rig_.drive().read(shape.root_sector(), folder).ok()) return;
    drive::put32(&folder[2 * 32 + 28], input_.number() % 600);
    rig_.drive().write(shape.root_sector(), folder);
  }
  void raw() {
    const std::vector<std::uint8_t> bytes(drive::kSectorSize * (input_.byte() % 9), input_.byte());
    rig_.drive().write(sector(), bytes);
    std::vector<std::uint8_t> out(drive::kSectorSize * (input_.byte() % 9));
    rig_.drive().read(input_.number() * 7, out);
  }

  test::DriveRig rig_;
  Input& input_;
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 600) return 0;
  Input input(data, size);
  Hostile hostile(kGeometries[input.byte() % kGeometries.size()], input);
  while (!input.empty()) hostile.step();
  hostile.check();
  return 0;
}
