#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "cli/flash_check.hpp"
#include "cli/flash_commands.hpp"
#include "cli/print.hpp"
#include "cli/region.hpp"
#include "lang/text/roll_measure.hpp"

namespace pianola::cli {
namespace {

/// Bytes of flash for each byte of text, code and trees included, as long as nothing is stored that
/// tells: of macros of a line each.
constexpr double kUsualCost = 2.0;

void print_row(std::string_view name, const std::string& text, Console& console) {
  constexpr std::size_t kIndent = 12;
  const std::string padded = fmt::format("{:<{}}", name, kIndent);
  print(console.out, "{}{}\n", paint(console.colour_out, Style::bold, padded),
        wrapped(text, kIndent, kIndent));
}

std::string flash_text(const flash::Geometry& geometry) {
  return fmt::format("{} bytes: {} sectors of {}, programmed by {}", geometry.size(),
                     geometry.sectors, geometry.sector_size, geometry.program_unit);
}

std::string macros_text(Region& region) {
  bool whole = true;
  const std::string text = region.text(whole);
  return fmt::format("{}{}, {} in the index, {} of text",
                     region.store().saved() ? "" : "the default ones: ",
                     counted(lang::count_definitions(region.roll().in_force()), "definition"),
                     region.roll().in_force().index_size(), counted(text.size(), "byte"));
}

/// With the length of another macros file that there is room for, more or less.
std::string free_text(Region& region, const store::Space& space) {
  const std::uint32_t free = space.usable - std::min(space.usable, space.live);
  const std::uint32_t size = region.store().roll().text_size();
  const bool tells = size >= 1024 && space.live > size;
  const double cost = tells ? static_cast<double>(space.live) / size : kUsualCost;
  return fmt::format("{}, {} to erase; for another macros file of about {}", counted(free, "byte"),
                     counted(space.free_sectors, "sector"),
                     counted(static_cast<std::size_t>(free / cost), "byte"));
}

std::string backup_text(Region& region, const store::Space& space) {
  if (!region.store().has_backup()) return "none";
  const std::uint32_t size = region.store().log().root()[store::TreeRole::backup].bytes;
  return fmt::format("{} of text; {} of flash are its own", counted(size, "byte"),
                     counted(space.backup, "byte"));
}

std::string damage_text(Region& region) {
  const std::uint32_t definitions = damaged_definitions(region);
  std::string text = definitions == 0 ? "" : counted(definitions, "definition");
  if (!region.store().has_whole_index()) text += text.empty() ? "the index" : ", the index";
  if (text.empty()) return "none";
  const std::string gaps = gaps_text(region);
  return gaps.empty() ? text : text + "; " + gaps;
}

std::string drive_text(Region& region) {
  const std::uint32_t sectors = region.store().log().root()[store::TreeRole::draft].count;
  if (sectors == 0) return "nothing waits";
  return fmt::format("{} of {} bytes wait", counted(sectors, "sector"), store::Store::kDraftSector);
}

}  // namespace

int flash_info(const std::string& flash, Console& console) {
  Region region(flash, Region::Use::look);
  const store::Space space = region.store().space();
  print_row("flash", flash_text(region.geometry()), console);
  print_row("macros", macros_text(region), console);
  print_row("backup", backup_text(region, space), console);
  print_row("damaged", damage_text(region), console);
  print_row("used",
            fmt::format("{} of {} usable bytes ({:.1f} %)", space.live, space.usable,
                        100.0 * space.live / space.usable),
            console);
  print_row("free", free_text(region, space), console);
  print_row("drive", drive_text(region), console);
  print_row("commits", std::to_string(region.store().log().root().commit), console);
  print_row("wear",
            fmt::format("{} to {} erases of a sector, {:.1f} on average", space.least_erases,
                        space.most_erases,
                        static_cast<double>(space.all_erases) / region.geometry().sectors),
            console);
  if (region.store().lost_state()) {
    print_row("note",
              "the last changes are lost, for their sector cannot be read; this is from before",
              console);
  } else if (region.cut_off()) {
    print_row("note", "the last change was cut off; this is what holds", console);
  }
  return fine;
}

}  // namespace pianola::cli
