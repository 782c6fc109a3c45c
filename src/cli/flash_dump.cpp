#include <fmt/core.h>

#include <set>
#include <string>

#include "cli/flash_commands.hpp"
#include "cli/print.hpp"
#include "cli/region.hpp"
#include "inspect/dump.hpp"
#include "store/frames.hpp"
#include "store/tree.hpp"

namespace pianola::cli {
namespace {

using store::Frame;
using store::FrameKind;

/// Notes where the frames of trees and of what they refer to stand.
class LiveFrames final : public store::TreeVisitor {
 public:
  explicit LiveFrames(store::Log& log) { store::walk(log.view(), log.root(), *this, *this); }

  void node(std::uint32_t address, std::uint32_t, unsigned, bool) override { all_.insert(address); }
  void chunk(const store::Chunk& chunk) override {
    if (chunk.inside) return;
    for (std::uint32_t frame = 0; frame * store::kPayload < chunk.size; ++frame) {
      all_.insert(chunk.address + frame * store::kMaxFrame);
    }
  }

  [[nodiscard]] bool has(std::uint32_t address) const { return all_.contains(address); }

 private:
  std::set<std::uint32_t> all_;
};

std::string tree_text(const store::TreeRef& tree) {
  if (tree.levels == 0) return "empty";
  return fmt::format("{} at {:06x}", tree.count, tree.address);
}

std::string root_text(const store::Root& root) {
  using store::TreeRole;
  std::string text =
      fmt::format("commit {}: roll {} ({}), index {}", root.commit, tree_text(root[TreeRole::roll]),
                  root.saved ? "saved" : "the defaults are used", tree_text(root[TreeRole::index]));
  const store::TreeRef& draft = root[TreeRole::draft];
  const store::TreeRef& backup = root[TreeRole::backup];
  if (draft.levels != 0) text += ", overlay " + tree_text(draft);
  if (backup.levels != 0) text += ", backup " + tree_text(backup);
  return text;
}

class Printer final : public inspect::DumpSink {
 public:
  Printer(store::Log& log, Console& console) : log_(log), live_(log), console_(console) {}

  void sector(std::uint32_t number, store::SectorState state,
              const store::SectorHeader& header) override {
    print_run();
    if (state == store::SectorState::blank) {
      if (blanks_++ == 0) first_blank_ = number;
      return;
    }
    print_blanks();
    const std::string_view use = log_.is_head(number)  ? ", holds the state"
                                 : log_.in_use(number) ? ", in use"
                                                       : ", free";
    std::string line = fmt::format("sector {} at {:06x}: {}{}", number,
                                   number * log_.geometry().sector_size, inspect::text(state), use);
    base_ = number * log_.geometry().sector_size;
    logical_ =
        header.kind == store::SectorHeader::Kind::pages && log_.sector_of(header.logical) == number
            ? header.logical * log_.geometry().sector_size
            : store::kNoAddress;
    const bool ours = state == store::SectorState::pages || state == store::SectorState::states ||
                      state == store::SectorState::free;
    if (ours) {
      line += fmt::format(", erased {}",
                          header.erases == 1 ? "once" : fmt::format("{} times", header.erases));
    }
    print(console_.out, "{}\n", paint(console_.colour_out, Style::bold, line));
    std::string opened = fmt::format("  opened as number {}", header.sequence);
    if (state == store::SectorState::states) opened += " after " + root_text(header.root);
    if (state == store::SectorState::pages) {
      opened += fmt::format(", stands for {:06x}", header.logical * log_.geometry().sector_size);
    }
    if (ours && state != store::SectorState::free) {
      print(console_.out, "{}\n", wrapped(opened, 0, 4));
    }
  }

  void frame(const Frame& frame) override {
    const bool live =
        logical_ != store::kNoAddress && live_.has(logical_ + (frame.address - base_));
    const bool repeats = frame.kind == FrameKind::data || frame.kind == FrameKind::blank;
    const bool goes_on = count_ != 0 && repeats && first_.kind == frame.kind &&
                         frame.good == first_.good && live == is_live_;
    if (!goes_on) {
      print_run();
      first_ = frame;
      is_live_ = live;
      size_ = 0;
    }
    ++count_;
    size_ += frame.size;
  }

  void finish() {
    print_run();
    print_blanks();
  }

 private:
  /// Frames that look the same, one after another, are a line.
  void print_run() {
    if (count_ == 0) return;
    const std::string place =
        fmt::format("  {:06x} {} {:6}  ", first_.address, is_live_ ? '*' : ' ', size_);
    const std::string line = place + run_text() + quality();
    const Style style = !first_.good ? Style::error : is_live_ ? Style::plain : Style::dim;
    print(console_.out, "{}\n",
          paint(console_.colour_out, style, wrapped(line, 0, place.size() + 2)));
    count_ = 0;
  }

  [[nodiscard]] std::string run_text() const {
    switch (first_.kind) {
      case FrameKind::data:
        return counted(count_, "frame") + " of data";
      case FrameKind::node:
        return fmt::format("node of {}, level {}, {}",
                           first_.tree == store::TreeKind::index ? "an index" : "objects",
                           first_.level, counted(first_.payload, "byte"));
      case FrameKind::commit:
        return first_.good ? root_text(first_.root) : "commit";
      case FrameKind::settled:
        return first_.good ? fmt::format("settled commit {}", first_.root.commit) : "settled";
      case FrameKind::filler:
      case FrameKind::blank:
      case FrameKind::unknown:
        break;
    }
    return std::string(inspect::text(first_.kind));
  }

  [[nodiscard]] std::string quality() const {
    if (first_.kind == FrameKind::unknown) return "";
    if (!first_.good) return ", damaged";
    return first_.wrong_bit == store::kNoBit ? "" : ", with a wrong bit";
  }

  void print_blanks() {
    if (blanks_ == 1) print(console_.out, "sector {}: blank\n", first_blank_);
    if (blanks_ > 1) {
      print(console_.out, "sectors {} to {}: blank\n", first_blank_, first_blank_ + blanks_ - 1);
    }
    blanks_ = 0;
  }

  store::Log& log_;
  LiveFrames live_;
  Console& console_;
  Frame first_;  ///< Of the run.
  std::uint32_t count_ = 0;
  std::uint32_t size_ = 0;
  bool is_live_ = false;
  std::uint32_t base_ = 0;                     ///< Address of the sector.
  std::uint32_t logical_ = store::kNoAddress;  ///< The address that it stands for, if it does.
  std::uint32_t blanks_ = 0;
  std::uint32_t first_blank_ = 0;
};

}  // namespace

int flash_dump(const std::string& flash, Console& console) {
  Region region(flash, Region::Use::look);
  store::Log& log = region.store().log();
  print(console.out, "{}\n", wrapped("in force: " + root_text(log.root()), 0, 2));
  Printer printer(log, console);
  inspect::dump(log.flash(), printer);
  printer.finish();
  return fine;
}

}  // namespace pianola::cli
