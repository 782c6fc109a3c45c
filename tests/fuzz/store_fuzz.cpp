// Flash with hostile content: a region that was in use, with bytes changed at will and checksums
// made right again. Mounting, reading all of it, checking it, dumping it and saving to it must end,
// without undefined behaviour, whatever it holds.
//
// The first byte chooses an image; the rest are changes, as steps (support/fuzz_steps.hpp): an
// operation, with a place (two bytes) and what the operation takes. The images are made once, and
// each run works on a copy of one of them, so they are small.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "inspect/check.hpp"
#include "inspect/dump.hpp"
#include "ports/memory/compile.hpp"
#include "store/draft_edit.hpp"
#include "store/frames.hpp"
#include "store/save.hpp"
#include "support/fuzz_steps.hpp"

namespace {

using namespace pianola;
using test::FuzzInput;
using test::FuzzStep;
using test::FuzzSteps;

constexpr std::array<flash::Geometry, 4> kGeometries{{
    {1024, 8, 14},
    {4096, 256, 5},
    {2048, 1, 7},
    {1024, 4, 12},
}};
/// More is read of nothing: hostile counts go up to four billion.
constexpr std::uint32_t kEnough = 2000;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Flash in memory; quick.
class Memory final : public flash::NorFlash {
 public:
  explicit Memory(const flash::Geometry& geometry)
      : bytes(geometry.size(), 0xFF), geometry_(geometry) {}

  [[nodiscard]] flash::Geometry geometry() const override { return geometry_; }
  /// Some of the regions are read in place.
  [[nodiscard]] const std::uint8_t* mapped() const override {
    return geometry_.program_unit >= 8 ? bytes.data() : nullptr;
  }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    if (!has(address, out.size())) return flash::FlashStatus::bad_argument;
    std::copy_n(bytes.begin() + address, out.size(), out.begin());
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    require(has(address, data.size()) && address % geometry_.program_unit == 0 &&
            data.size() % geometry_.program_unit == 0);
    const auto place = std::span{bytes}.subspan(address, data.size());
    require(std::ranges::all_of(place, [](std::uint8_t byte) { return byte == 0xFF; }));
    std::ranges::copy(data, place.begin());
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    require(has(address, geometry_.sector_size) && address % geometry_.sector_size == 0);
    std::fill_n(bytes.begin() + address, geometry_.sector_size, std::uint8_t{0xFF});
    return flash::FlashStatus::ok;
  }

  std::vector<std::uint8_t> bytes;

 private:
  [[nodiscard]] bool has(std::uint32_t address, std::size_t size) const {
    return address <= bytes.size() && size <= bytes.size() - address;
  }
  flash::Geometry geometry_;
};

std::string macros(unsigned count, char word) {
  std::string text = "# macros\n";
  for (unsigned i = 0; i < count; ++i) {
    text += "macro m" + std::to_string(i) + " { \"" + std::string(20 + i * 3, word) + "\" }\n";
  }
  return text + "F1 { call m1() }\nj & k { tap a }\n";
}

Status save(store::Store& store, const std::string& text) {
  memory::Source source{text};
  memory::Scratch scratch;
  memory::Findings findings;
  return store::Save{store, source, scratch, findings}.run();
}

/// Where the sectors' headers and frames stand.
class Places final : public inspect::DumpSink {
 public:
  explicit Places(std::uint32_t sector_size) : sector_size_(sector_size) {}
  void sector(std::uint32_t number, store::SectorState state,
              const store::SectorHeader& of) override {
    if (state != store::SectorState::pages && state != store::SectorState::states) return;
    logical_ = of.logical * sector_size_;
    store::Frame header;
    header.kind = store::FrameKind::unknown;
    header.address = number * sector_size_;
    header.size = store::SectorHeader::kSize;
    frames.push_back(header);
  }
  void frame(const store::Frame& frame) override {
    const bool is_content = frame.kind != store::FrameKind::filler &&
                            frame.kind != store::FrameKind::blank &&
                            frame.kind != store::FrameKind::unknown;
    if (!is_content) return;
    frames.push_back(frame);
    addresses.push_back(logical_ + frame.address % sector_size_);
  }
  std::vector<store::Frame> frames;
  std::vector<std::uint32_t> addresses;  ///< By which trees name the frames of pages.

 private:
  std::uint32_t sector_size_;
  std::uint32_t logical_ = 0;
};

/// A region, and where the frames are that there is something in.
struct Image {
  explicit Image(Memory made) : flash(std::move(made)) {
    Places places{flash.geometry().sector_size};
    inspect::dump(flash, places);
    frames = std::move(places.frames);
    addresses = std::move(places.addresses);
  }

  Memory flash;
  std::vector<store::Frame> frames;
  std::vector<std::uint32_t> addresses;  ///< As of Places.
};

/// A region that was written to for a while.
Memory make_image(const flash::Geometry& geometry, bool is_long) {
  Memory flash{geometry};
  std::vector<std::uint8_t> memory(store::Log::memory_size(geometry));
  store::Store store{flash, memory};
  require(store.format() == Status::ok);
  require(save(store, macros(is_long ? 9 : 3, 'x')) == Status::ok);
  const std::vector<std::uint8_t> sectors(1024, 0xA5);
  require(store.write_draft(3, sectors) == Status::ok);
  require(save(store, macros(is_long ? 8 : 4, 'y')) == Status::ok);
  return flash;
}

/// One that a former build made, without the header of its file.
Memory old_image() {
  std::ifstream file(PIANOLA_SOURCE_DIR "/tests/images/store-format-4.flash", std::ios::binary);
  file.seekg(4096);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  Memory flash{{1024, 8, 16}};
  require(bytes.size() == flash.bytes.size());
  std::ranges::copy(bytes, flash.bytes.begin());
  return flash;
}

const Image& image_of(std::uint8_t choice) {
  static const std::vector<Image> images = [] {
    std::vector<Image> made;
    for (const flash::Geometry& geometry : kGeometries) {
      made.emplace_back(make_image(geometry, false));
      made.emplace_back(make_image(geometry, true));
    }
    made.emplace_back(old_image());
    return made;
  }();
  return images[choice % images.size()];
}

/// Makes the frame's checksum right.
void seal(std::span<std::uint8_t> bytes) {
  Crc32 check;
  check.add(bytes.first(bytes.size() - 4));
  put32(bytes.data() + bytes.size() - 4, check.value());
}

void change(const FuzzStep& step, const Image& start, std::vector<std::uint8_t>& image) {
  const std::vector<store::Frame>& frames = start.frames;
  FuzzInput input = step.input();
  const std::uint8_t operation = step.what;
  const std::uint32_t place = input.word();
  const store::Frame& frame = frames[place % frames.size()];
  const auto bytes = std::span{image}.subspan(frame.address, frame.size);
  switch (operation % 6) {
    case 0:  // Any byte of the region.
      image[(place << 2 | operation >> 6) % image.size()] = input.byte();
      return;
    case 1: {  // A run of bytes.
      const std::uint8_t count = input.byte();
      const std::uint8_t value = input.byte();
      for (std::uint32_t i = 0; i < count; ++i) image[(place * 2 + i) % image.size()] = value;
      return;
    }
    case 2:  // A frame's byte.
      bytes[input.byte() % bytes.size()] = input.byte();
      break;
    case 3:  // A frame's 32-bit number.
      put32(bytes.data() + input.byte() % (bytes.size() - 3), input.number());
      break;
    case 4:  // The address of a frame, somewhere in a frame.
      put32(bytes.data() + input.byte() % (bytes.size() - 3),
            start.addresses[input.word() % start.addresses.size()]);
      break;
    default: {  // A frame's bytes, from another one.
      const store::Frame& other = frames[input.word() % frames.size()];
      const std::uint32_t count = std::min(frame.size, other.size);
      std::copy_n(
          std::vector(image.begin() + other.address, image.begin() + other.address + count).begin(),
          count, bytes.begin());
    }
  }
  seal(bytes);
}

class Nowhere final : public inspect::CheckSink, public inspect::DumpSink {
 public:
  void report(const inspect::Finding& finding) override { require(!text(finding.problem).empty()); }
  void sector(std::uint32_t, store::SectorState, const store::SectorHeader&) override {}
  void frame(const store::Frame&) override {}
};

void read_roll(store::Store& store) {
  store::StoredRoll& roll = store.roll();
  std::array<std::uint8_t, 48> code;
  std::array<char, 48> text;
  for (std::uint32_t i = 0; i < std::min(roll.size(), kEnough / 10); ++i) {
    const std::uint32_t record = roll.record_at(i);
    std::uint32_t offset = 0;
    std::size_t count = 1;
    for (; count != 0 && offset < kEnough; offset += static_cast<std::uint32_t>(count)) {
      count = roll.read_code(record, offset, code);
      require(count <= code.size());
    }
    roll.read_source(record, i, text);
  }
  for (std::uint32_t i = 0; i < std::min(roll.index_size(), kEnough / 10); ++i) {
    lang::IndexEntry entry;
    if (roll.index_entry(i, entry)) roll.lower_bound(entry.key);
  }
  std::size_t count = 1;
  for (std::uint32_t at = 0; count != 0 && at < kEnough * 10;
       at += static_cast<std::uint32_t>(count)) {
    count = roll.read_text(at, text);
    require(count <= text.size());
  }
}

void read_backup(store::Store& store) {
  store::StoredRoll backup{store.log(), store::StoredRoll::Of::backup};
  std::array<char, 48> text;
  std::size_t count = 1;
  for (std::uint32_t at = 0; count != 0 && at < kEnough * 10;
       at += static_cast<std::uint32_t>(count)) {
    count = backup.read_text(at, text);
    require(count <= text.size());
  }
}

/// Keeps what can be kept of the overlay, under other numbers.
void edit_draft(store::Store& store) {
  store::DraftEdit edit{store};
  if (edit.begin() != Status::ok) return;
  std::optional<std::uint32_t> number = store.next_draft(0);
  for (std::uint32_t i = 0; number && i < kEnough; ++i) {
    if (edit.keep(*number, store::kDraftText + i) != Status::ok) break;
    if (*number == 0xFFFFFFFF) break;
    number = store.next_draft(*number + 1);
  }
  edit.put(store::kErrorText, std::vector<std::uint8_t>(99, 0x33));
  edit.commit();
}

void read_draft(store::Store& store) {
  std::array<std::uint8_t, store::Store::kDraftSector> data;
  std::optional<std::uint32_t> number = store.next_draft(0);
  for (std::uint32_t i = 0; number && i < kEnough; ++i) {
    store.read_draft(*number, data);
    store.read_draft(*number, store.draft_size(*number) / 2, data);
    if (*number == 0xFFFFFFFF) break;
    const std::uint32_t next = *number + 1;
    number = store.next_draft(next);
    require(!number || *number >= next);
  }
}

/// All that can be done with a region. What was changed is looked at again `thoroughly`.
void use(flash::NorFlash& flash, bool thoroughly) {
  std::vector<std::uint8_t> memory(store::Log::memory_size(flash.geometry()));
  Nowhere nowhere;
  inspect::dump(flash, nowhere);
  store::Store store{flash, memory};
  if (store.mount() != store::Mount::ok) return;
  std::vector<std::uint8_t> map(inspect::check_memory(flash.geometry()));
  inspect::check(store.log(), map, nowhere);
  require(store.space().size == flash.geometry().size());
  require(store.draft_room() < flash.geometry().size());
  read_roll(store);
  read_backup(store);
  read_draft(store);
  const std::string text = macros(5, 'z');
  if (save(store, text) == Status::ok) {
    std::string stored(store.roll().text_size(), '\0');
    require(stored.size() == text.size());
    stored.resize(store.roll().read_text(0, stored));
    require(stored == text);
  }
  const std::vector<std::uint8_t> sectors(512, 0x5A);
  store.write_draft(1, sectors);
  edit_draft(store);
  if (!thoroughly) return;
  read_backup(store);
  read_roll(store);
  inspect::check(store.log(), map, nowhere);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzSteps steps(data, size);
  const Image& image = image_of(steps.choice);
  Memory flash = image.flash;
  for (const FuzzStep& step : steps.steps) change(step, image, flash.bytes);
  use(flash, test::share_of(data, size, 8));
  return 0;
}
