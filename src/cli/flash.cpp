// The commands that change a region or print what it holds.

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>

#include "base/status.hpp"
#include "cli/files.hpp"
#include "cli/findings_printer.hpp"
#include "cli/flash_check.hpp"
#include "cli/flash_commands.hpp"
#include "cli/print.hpp"
#include "cli/region.hpp"
#include "lang/text/roll_measure.hpp"
#include "ports/memory/compile.hpp"
#include "store/flash_scratch.hpp"
#include "store/save.hpp"

namespace pianola::cli {
namespace {

// ---- Making a region ----------------------------------------------------------------------------

/// A number of bytes, perhaps with k or M after it.
std::uint32_t size_option(std::string_view option, const std::string& text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  unsigned shift = 0;
  std::string_view suffix{rest, static_cast<std::size_t>(end - rest)};
  if (suffix == "k" || suffix == "K") shift = 10;
  if (suffix == "m" || suffix == "M") shift = 20;
  const bool good = error == std::errc{} && (suffix.empty() || shift != 0) &&
                    value <= std::numeric_limits<std::uint32_t>::max() >> shift;
  if (good) return static_cast<std::uint32_t>(value << shift);
  throw CommandError(
      fmt::format("{} is a number of bytes, such as 4096, 64k or 4M; not '{}'", option, text),
      wrong_usage);
}

flash::Geometry geometry_of(const FlashInitOptions& options) {
  const std::uint32_t size = size_option("--size", options.size);
  flash::Geometry geometry;
  geometry.sector_size = size_option("--sector", options.sector);
  geometry.program_unit = size_option("--unit", options.unit);
  if (geometry.sector_size != 0) geometry.sectors = size / geometry.sector_size;
  if (!is_supported(geometry) || geometry.size() != size) {
    throw CommandError(
        "flash has 4 to 65535 whole sectors (--size) of 1k to 64k (--sector), programmed by 1 to "
        "256 bytes (--unit); the last two are powers of two",
        wrong_usage);
  }
  return geometry;
}

std::string geometry_text(const flash::Geometry& geometry) {
  return fmt::format("{} bytes, {} sectors of {}, programmed by {}", geometry.size(),
                     geometry.sectors, geometry.sector_size, geometry.program_unit);
}

void format(file::FileFlash& flash, const std::string& path) {
  StoreOn store{flash};
  if (store->format() == Status::ok && flash.sync() == flash::FlashStatus::ok) return;
  const std::string failure = flash.failure();
  throw CommandError(
      fmt::format("cannot write {}{}{}", path, failure.empty() ? "" : ": ", failure));
}

/// A new file of that name, or nothing of it.
void create(const std::string& path, const flash::Geometry& geometry) {
  std::string error;
  auto flash = file::FileFlash::create(path, geometry, error);
  if (!flash) throw CommandError(error);
  try {
    format(*flash, path);
  } catch (const CommandError&) {
    flash->discard(path);
    throw;
  }
}

/// Puts an empty region in the place of one that is there.
void replace(const std::string& path, const flash::Geometry& geometry) {
  std::string error;
  auto old = file::FileFlash::open(path, file::FileFlash::Access::read_write, error);
  if (!old) throw CommandError(error);
  if (old->geometry() == geometry) {
    // As a device does it: how often the sectors were erased is still known.
    format(*old, path);
    return;
  }
  const std::string temporary = path + ".new";
  std::remove(temporary.c_str());
  create(temporary, geometry);
  std::error_code failed;
  std::filesystem::rename(temporary, path, failed);
  if (!failed) return;
  std::remove(temporary.c_str());
  throw CommandError(fmt::format("cannot replace {}: {}", path, failed.message()));
}

// ---- Saving -------------------------------------------------------------------------------------

/// What the compiler may remember in RAM while it saves, in bytes; the rest goes to free pages.
constexpr std::size_t kScratchMemory = 8192;

struct Saved {
  Status status = Status::ok;
  std::uint32_t kept = 0;
  std::uint32_t written = 0;
  bool unchanged = false;
};

Saved save(store::Store& store, std::string_view text, memory::Findings& findings) {
  std::vector<std::uint8_t> memory(store::FlashScratch::kLeastMemory + kScratchMemory);
  store::FlashScratch scratch{store.log(), memory};
  memory::Source source{text};
  store::Save save{store, source, scratch, findings};
  const Status status = save.run();
  findings.sort();
  return {status, save.kept(), save.written(), save.unchanged()};
}

/// What `text` takes in flash, found out by saving it to flash that is large enough.
std::optional<std::uint32_t> space_for(std::string_view text, flash::Geometry geometry) {
  constexpr std::uint32_t kMost = 0xFFFF;
  geometry.sectors =
      std::min(kMost, (std::numeric_limits<std::uint32_t>::max)() / geometry.sector_size);
  BlankFlash blank{geometry};
  ShadowFlash flash{blank};
  StoreOn store{flash};
  memory::Findings findings;
  if (store->format() != Status::ok || save(*store, text, findings).status != Status::ok) {
    return std::nullopt;
  }
  return store->space().live;
}

[[noreturn]] void refuse_full(const InputFile& file, Region& region) {
  const store::Space space = region.store().space();
  const std::uint32_t free = space.usable - std::min(space.live, space.usable);
  const auto needed = space_for(file.bytes, region.geometry());
  throw CommandError(
      fmt::format("{} does not fit into {}: it needs {} of flash, {} are free beside what is there "
                  "({} of {}); the macros stay as they were",
                  file.name, region.path(), needed ? counted(*needed, "byte") : "more", free,
                  space.live, space.usable));
}

void print_saved(const Region& region, const Saved& saved, Console& console) {
  if (saved.unchanged) {
    print(console.out, "{}: unchanged, nothing was written\n", region.path());
    return;
  }
  print(console.out, "{}: {} ({} written, {} kept), {} programmed, {} erased\n", region.path(),
        counted(saved.kept + saved.written, "definition"), saved.written, saved.kept,
        counted(region.programmed(), "byte"), counted(region.erased(), "sector"));
}

}  // namespace

int flash_init(const FlashInitOptions& options, Console& console) {
  const flash::Geometry geometry = geometry_of(options);
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(options.flash, ignored);
  if (!std::filesystem::exists(status)) {
    create(options.flash, geometry);
  } else if (options.force) {
    replace(options.flash, geometry);
  } else {
    throw CommandError(
        fmt::format("{} is there already; --force gives up what it holds", options.flash));
  }
  print(console.out, "{}: {}\n", options.flash, geometry_text(geometry));
  return fine;
}

int flash_put(const std::string& file, const std::string& flash, Console& console) {
  const InputFile input = read_macros(file, console);
  Region region(flash, Region::Use::change);
  region.note_readers(console);
  memory::Findings findings;
  const Saved saved = save(region.store(), input.bytes, findings);
  // A file that cannot be written has no sectors left, either.
  if (saved.status == Status::full && region.failure().empty()) refuse_full(input, region);
  if (saved.unchanged) {  // and so it was not compiled
    memory::Roll roll;
    memory::compile(input.bytes, roll, findings);
  }
  print_findings(input, findings, console);
  console.err.flush();
  if (saved.status == Status::errors) {
    throw CommandError(fmt::format("{} has {}; the macros in {} stay as they were", input.name,
                                   counted(findings.errors(), "error"), flash));
  }
  if (saved.status != Status::ok) {
    const std::string failure = region.failure();
    throw CommandError(fmt::format("cannot save in {}{}{}; the macros stay as they were", flash,
                                   failure.empty() ? "" : ": ", failure));
  }
  region.sync();
  print_saved(region, saved, console);
  return fine;
}

int flash_get(const std::string& flash, const std::string& output, Console& console) {
  refuse_to_overwrite(flash, output);
  Region region(flash, Region::Use::look);
  bool whole = true;
  const std::string text = region.text(whole);
  write_output(output, text, console);
  if (!whole) {
    throw CommandError(fmt::format("{}: {}", flash, gaps_text(region)));
  }
  if (!region.store().saved()) {
    console.out.flush();
    print(console.err, "pianola: {} has the default macros; none were saved yet\n", flash);
  }
  return fine;
}

int flash_reset(const std::string& flash, bool force, Console& console) {
  if (!force) {
    Region region(flash, Region::Use::look);
    if (!region.store().saved()) {
      print(console.out, "{}: has the default macros already\n", flash);
      return fine;
    }
    throw CommandError(fmt::format(
        "this would give up {} in {}; add --force to do it, or keep a copy first:\n"
        "  pianola flash get --flash {} -o macros.txt",
        counted(lang::count_definitions(region.roll().in_force()), "definition"), flash, flash));
  }
  Region region(flash, Region::Use::change);
  region.note_readers(console);
  if (region.store().reset() != Status::ok) {
    const std::string failure = region.failure();
    throw CommandError(
        fmt::format("cannot reset {}{}{}", flash, failure.empty() ? "" : ": ", failure));
  }
  region.sync();
  print(console.out, "{}: has the default macros now\n", flash);
  return fine;
}

}  // namespace pianola::cli
