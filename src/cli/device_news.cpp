#include "cli/device_news.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "cli/files.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"
#include "drive/file_view.hpp"
#include "drive/other_texts.hpp"
#include "lang/text/roll_measure.hpp"
#include "ports/memory/compile.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::cli {

void DeviceNews::tell(std::string_view text) {
  ++count_;
  say(console_, text);
}

void DeviceNews::tell_contents(const std::string& name, bool mounted, bool by_lines) {
  std::string text = fmt::format(
      "{}: {}{}, layout {}", name,
      counted(lang::count_definitions(device_.roll().in_force()), "definition"),
      device_.roll().is_default() ? " (the default macros)" : "", device_.layout().name());
  if (mounted) {
    const store::Space space = device_.store().space();
    text += fmt::format(", {} free",
                        counted(space.usable - std::min(space.usable, space.live), "byte"));
  }
  tell(text);
  if (!device_.roll().is_default() || !mounted) return;
  tell(by_lines ? "for your own, put the drive in: +LSHIFT +RSHIFT 0x2E -LSHIFT -RSHIFT"
                : "for your own, put the drive in: both Shift keys held, and =");
}

void DeviceNews::tell() {
  const bool inserted = device_.drive().inserted();
  if (inserted != was_inserted_) tell(inserted ? "the drive is in" : "the drive is out");
  was_inserted_ = inserted;
  if (device_.drive().outcomes() != outcomes_) tell_outcome();
  outcomes_ = device_.drive().outcomes();
  if (device_.notices() != notices_) tell_notice();
  notices_ = device_.notices();
  tell_errors();
  tell_lost();
}

void DeviceNews::tell_notice() {
  memory::StringSink text;
  TextWriter out(text);
  device::write_notice(out, device_.notice());
  tell(text.text());
}

void DeviceNews::tell_outcome() {
  using Outcome = drive::Drive::Outcome;
  switch (device_.drive().outcome()) {
    case Outcome::none:
      break;
    case Outcome::taken:
      tell(fmt::format("macros.txt is in force: {}",
                       counted(lang::count_definitions(device_.roll().in_force()), "definition")));
      break;
    case Outcome::unchanged:
      tell("macros.txt says what is in force already");
      break;
    case Outcome::errors:
      tell("macros.txt has errors, as ERRORS.TXT on the drive says; the macros stay as they were");
      console_.err << errors_file();
      console_.err.flush();
      break;
    case Outcome::no_room:
      tell("macros.txt does not fit into the flash; the macros stay as they were");
      break;
    case Outcome::damaged:
      tell("the drive's file system makes no sense; the macros stay as they were");
      break;
    case Outcome::failed:
      tell("the flash failed; the macros stay as they were");
      break;
    case Outcome::waits:
    case Outcome::errors_wait:
    case Outcome::other_texts:
      tell_waiting();
      break;
  }
}

/// What was written waits on the drive: why, and for what.
void DeviceNews::tell_waiting() {
  drive::FatReader fat(device_.drive().volume());
  if (!fat.open()) return;
  drive::RootEntry entry;
  const bool has_macros = fat.find_macros(entry) == drive::Lookup::found && entry.size > 0;
  const drive::Outcome outcome = device_.drive().outcome();
  if (outcome == drive::Outcome::waits) {
    return tell("what was saved is not in force yet: the computer still uses the drive; eject it");
  }
  if (outcome == drive::Outcome::errors_wait) {
    tell("what was saved has errors; the macros stay as they were");
    return print_errors(fat, entry);
  }
  tell(has_macros ? "another text than macros.txt was saved; the macros stay as they were"
                  : "there is no macros.txt, but another text; the macros stay as they were");
  memory::StringSink lines;
  TextWriter out(lines);
  drive::OtherTexts texts(fat, device_.drive().volume(), has_macros);
  drive::write_other_texts(texts, out);
  console_.err << lines.text();
  console_.err.flush();
}

/// What is wrong with macros.txt as it stands on the volume.
void DeviceNews::print_errors(drive::FatReader& fat, const drive::FileEntry& entry) {
  drive::FileView file(fat, entry);
  while (file.check() == drive::FileView::Chain::more) continue;
  InputFile text{.path = {}, .name = "macros.txt", .bytes = std::string(file.usable(), '\0')};
  std::size_t size = 0;
  while (const std::size_t count =
             file.read(static_cast<std::uint32_t>(size), std::span{text.bytes}.subspan(size))) {
    size += count;
  }
  memory::Roll roll;
  memory::Findings findings;
  memory::compile(text.bytes, roll, findings);
  print_findings(text, findings, console_);
  console_.err.flush();
}

/// What stands in ERRORS.TXT.
std::string DeviceNews::errors_file() {
  std::string text;
  std::array<std::uint8_t, 512> piece;
  for (;;) {
    const std::size_t count =
        device_.drive().read_errors(static_cast<std::uint32_t>(text.size()), piece);
    if (count == 0) return text;
    text.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

/// The errors of macros that are new.
void DeviceNews::tell_errors() {
  const device::ErrorLog& log = device_.errors();
  const std::size_t news = std::min<std::size_t>(log.added() - errors_, log.size());
  errors_ = log.added();
  for (std::size_t i = log.size() - news; i < log.size(); ++i) tell_error(log.at(i));
}

void DeviceNews::tell_error(const engine::Error& error) {
  ++count_;
  memory::StringSink what;
  TextWriter out{what};
  engine::write_error(error, out);
  console_.err << paint_diagnostic(
      console_.colour_err, tryout::located(device_.roll().in_force(), "macros.txt", error.record,
                                           error.offset, what.text()));
  console_.err.flush();
}

/// Taps that had no room: the first at once, since it may take long until no more are lost, and
/// then how many they were.
void DeviceNews::tell_lost() {
  const engine::Engine& engine = device_.engine();
  const std::uint32_t lost = engine.lost_taps() - lost_;
  if (lost == 0) return;
  const bool by_host = engine.taps_lost_by_host() != lost_by_host_;
  const std::string_view why =
      by_host ? "the computer takes none at present" : "too much is pressed while a macro types";
  if (!losing_) tell(fmt::format("keys are being lost, because {}", why));
  losing_ = true;
  if (!engine.keys_have_room()) return;
  losing_ = false;
  lost_ = engine.lost_taps();
  lost_by_host_ = engine.taps_lost_by_host();
  tell(fmt::format("{} lost", lost == 1 ? "1 tap was" : fmt::format("{} taps were", lost)));
}

}  // namespace pianola::cli
