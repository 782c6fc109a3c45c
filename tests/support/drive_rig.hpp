#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_writer.hpp"
#include "drive/drive.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/current_roll.hpp"
#include "store/flash_scratch.hpp"
#include "store/store.hpp"
#include "support/drive_write.hpp"
#include "support/store_device.hpp"

namespace pianola::test {

/// A drive on simulated flash, as a device holds it, with a clock of its own.
class DriveRig {
 public:
  explicit DriveRig(const flash::Geometry& geometry = {4096, 256, 64}) : flash(geometry) {
    if (start() == store::Mount::unformatted) {
      parts_->store.format();
      parts_->drive.start(now);
    }
  }

  /// Goes on with a copy of somebody's flash, switched on anew.
  explicit DriveRig(const memory::SimulatedFlash& other) : flash(other) {
    flash.power_on();
    start();
  }

  /// The device loses its power and gets it again.
  store::Mount restart() {
    flash.power_on();
    return start();
  }

  [[nodiscard]] store::Store& store() { return parts_->store; }
  [[nodiscard]] store::CurrentRoll& roll() { return parts_->roll; }
  [[nodiscard]] drive::Drive& drive() { return parts_->drive; }
  [[nodiscard]] edit::Editor& editor() { return parts_->editor; }

  /// Lets `ms` pass.
  void wait(std::uint32_t ms) {
    const std::uint32_t end = now + ms;
    for (;;) {
      const Next next = drive().step(now);
      if (next.never || earlier(end, next.at)) break;
      now = next.at;
    }
    now = end;
    settle();
  }
  /// Lets the drive do what it can do at once.
  void settle() {
    for (Next next = Next::time(now); !next.never && next.at == now;) next = drive().step(now);
  }
  /// Puts the medium in, and tells the host.
  void insert() {
    drive().insert();
    settle();
    drive().test_ready();
  }
  /// The host ejects, and the edit is taken. Says how that ended, or nothing.
  std::optional<drive::Outcome> eject() {
    const std::uint32_t before = drive().outcomes();
    drive().start_stop(false, true);
    settle();
    if (drive().outcomes() == before) return std::nullopt;
    return drive().outcome();
  }

  /// All sectors of the medium.
  [[nodiscard]] std::vector<std::uint8_t> image() {
    std::vector<std::uint8_t> bytes(std::size_t{drive().sectors()} * drive::kSectorSize);
    if (!drive().read(0, bytes).ok()) bytes.clear();
    return bytes;
  }
  /// Writes whole sectors and waits for the answer.
  drive::Sense write(std::uint32_t first, std::span<const std::uint8_t> data) {
    return write_and_wait(drive(), first, data, [this] { drive().step(now); });
  }
  /// Writes what differs between two images, sector by sector; what a host made of the first.
  drive::Sense write_changes(std::span<const std::uint8_t> before,
                             std::span<const std::uint8_t> after) {
    for (const std::uint32_t sector : changes(before, after)) {
      const auto piece =
          after.subspan(std::size_t{sector} * drive::kSectorSize, drive::kSectorSize);
      if (const drive::Sense sense = write(sector, piece); !sense.ok()) return sense;
    }
    return drive::kFine;
  }
  static std::vector<std::uint32_t> changes(std::span<const std::uint8_t> before,
                                            std::span<const std::uint8_t> after) {
    std::vector<std::uint32_t> out;
    for (std::size_t at = 0; at < before.size(); at += drive::kSectorSize) {
      const auto old_piece = before.subspan(at, drive::kSectorSize);
      const auto new_piece = after.subspan(at, drive::kSectorSize);
      if (!std::equal(old_piece.begin(), old_piece.end(), new_piece.begin())) {
        out.push_back(static_cast<std::uint32_t>(at / drive::kSectorSize));
      }
    }
    return out;
  }

  /// The macros in force.
  [[nodiscard]] std::string text() {
    std::string text(roll().text_size(), '\0');
    text.resize(roll().read_text(0, text));
    return text;
  }
  [[nodiscard]] std::string backup() {
    if (!store().has_backup()) return {};
    store::StoredRoll roll(store().log(), store::StoredRoll::Of::backup);
    std::string text(roll.text_size(), '\0');
    text.resize(roll.read_text(0, text));
    return text;
  }
  /// Saves macros as if they had been taken some time ago.
  Status save(std::string_view macros) {
    memory::Source source(macros);
    memory::Scratch scratch;
    memory::Findings findings;
    return store::Save(store(), source, scratch, findings).run();
  }

  memory::SimulatedFlash flash;
  std::uint32_t now = 1000;

 private:
  class Report final : public drive::StatusReport {
   public:
    void write_status(TextSink& out) override {
      constexpr std::string_view kText = "Device: under test\n";
      out.write({kText.data(), kText.size()});
    }
  };

  struct Parts {
    explicit Parts(flash::NorFlash& flash)
        : memory(store::Log::memory_size(flash.geometry())),
          scratch(store::FlashScratch::kLeastMemory + 256),
          store(flash, memory),
          roll(store),
          editor(store, {scratch}),
          drive(store, roll, report, editor) {}

    std::vector<std::uint8_t> memory;
    std::vector<std::uint8_t> scratch;
    Report report;
    store::Store store;
    store::CurrentRoll roll;
    edit::Editor editor;
    drive::Drive drive;
  };

  store::Mount start() {
    parts_ = std::make_unique<Parts>(flash);
    const store::Mount mounted = parts_->store.mount();
    if (mounted == store::Mount::ok) parts_->drive.start(now);
    return mounted;
  }

  std::unique_ptr<Parts> parts_;
};

}  // namespace pianola::test
