#include "cli/flash_check.hpp"

#include <fmt/core.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "cli/flash_commands.hpp"
#include "cli/print.hpp"
#include "device/text_scan.hpp"
#include "inspect/check.hpp"
#include "ports/memory/compile.hpp"
#include "store/damage_scan.hpp"
#include "store/object.hpp"

namespace pianola::cli {
namespace {

/// Turns what is found into a line each.
class Lines final : public inspect::CheckSink {
 public:
  explicit Lines(Region& region) : region_(region) {}

  void report(const inspect::Finding& finding) override {
    std::string line = fmt::format("{:06x}: {}", finding.address, text(finding.part));
    if (finding.object != 0) line += ": " + object(finding);
    line += fmt::format(": {}", text(finding.problem));
    if (finding.problem == inspect::Problem::wrong_bit) {
      line += fmt::format(" (bit {})", finding.found);
    } else if (finding.found != 0 || finding.expected != 0) {
      line += fmt::format(" ({}, not {})", finding.found, finding.expected);
    }
    // What does not count may be damaged: it goes when its sector is erased.
    const bool counts = finding.problem != inspect::Problem::checksum;
    (counts ? all : notes).push_back(std::move(line));
  }

  /// "definition 3", or what else the number stands for.
  std::string object(const inspect::Finding& finding) {
    if (finding.part == inspect::Part::draft) return fmt::format("sector {}", finding.object);
    store::StoredRoll backup{region_.store().log(), store::StoredRoll::Of::backup};
    lang::Roll& roll = finding.part == inspect::Part::backup ? backup : region_.store().roll();
    const std::uint32_t position = lang::position_of(roll, finding.object);
    return position < roll.size() ? fmt::format("definition {}", position + 1)
                                  : fmt::format("record {}", finding.object);
  }

  std::vector<std::string> all;
  std::vector<std::string> notes;  ///< What is no reason to worry.

 private:
  Region& region_;
};

/// What `read(offset, out)` gives, up to its end.
template <typename Read>
std::uint32_t readable(Read read) {
  std::uint32_t size = 0;
  while (const auto count = static_cast<std::uint32_t>(read(size))) size += count;
  return size;
}

bool is_whole(store::StoredRoll& roll, store::Log& log, std::uint32_t position) {
  store::ObjectReader objects{log.view(), log.frame_buffer()};
  store::Chunk last;
  const std::uint32_t record = roll.record_at(position);
  if (!objects.last_chunk(log.root()[store::TreeRole::roll], record, last)) return false;
  std::array<std::uint8_t, 4096> code{};
  std::array<char, 4096> source{};
  return readable([&](std::uint32_t at) { return roll.read_code(record, at, code); }) ==
             last.code &&
         readable([&](std::uint32_t at) { return roll.read_source(record, at, source); }) ==
             last.source;
}

bool has_code(store::StoredRoll& roll, std::uint32_t record,
              const std::vector<std::uint8_t>& wanted) {
  std::vector<std::uint8_t> code(wanted.size() + 1);
  code.resize(roll.read_code(record, 0, code));
  return code == wanted;
}

bool has_entry(store::StoredRoll& roll, std::uint32_t position, const lang::IndexEntry& wanted) {
  lang::IndexEntry entry;
  return roll.index_entry(position, entry) && entry.key == wanted.key &&
         lang::position_of(roll, entry.record) == wanted.record && entry.code == wanted.code &&
         entry.body == wanted.body && entry.labels == wanted.labels &&
         entry.frame == wanted.frame && entry.params == wanted.params;
}

/// The code and the index are what the text compiles to: nothing else is the truth.
void check_code(Region& region, std::vector<std::string>& findings) {
  store::StoredRoll& roll = region.store().roll();
  bool whole = true;
  const std::string text = region.text(whole);
  memory::Source source{text};
  memory::Roll wanted{&source};
  memory::Findings errors;
  if (!whole) {
    findings.emplace_back("the text cannot be read to its end");
  } else if (memory::compile(text, wanted, errors) != Status::ok) {
    findings.push_back(fmt::format("the text has {}", counted(errors.errors(), "error")));
  } else if (wanted.size() != roll.size() || wanted.index_size() != roll.index_size()) {
    findings.push_back(fmt::format("{} with {} in the index are stored, but the text has {} and {}",
                                   counted(roll.size(), "definition"), roll.index_size(),
                                   wanted.size(), wanted.index_size()));
  } else {
    for (std::uint32_t i = 0; i < roll.size(); ++i) {
      if (has_code(roll, roll.record_at(i), wanted.definitions()[i].code)) continue;
      findings.push_back(fmt::format("definition {}: the code is not that of the text", i + 1));
    }
    for (std::uint32_t i = 0; i < roll.index_size(); ++i) {
      if (has_entry(roll, i, wanted.index()[i])) continue;
      findings.push_back(fmt::format("index: entry {} is not that of the text", i + 1));
    }
  }
}

}  // namespace

std::uint32_t damaged_definitions(Region& region) {
  store::StoredRoll& roll = region.store().roll();
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < roll.size(); ++i) {
    if (!is_whole(roll, region.store().log(), i)) ++count;
  }
  return count;
}

std::string gaps_text(Region& region) {
  store::StoredRoll& roll = region.store().roll();
  store::DamageScan scan{roll};
  scan.start();
  while (scan.step()) {
  }
  if (scan.gaps() == 0) return {};
  memory::StringSink place;
  TextWriter out{place};
  device::write_place(region.roll(), roll, scan.first(), out);
  return fmt::format("{}: {} cannot be read, shown as comments with ????", place.text(),
                     counted(scan.gaps(), "place"));
}

int flash_check(const std::string& flash, Console& console) {
  Region region(flash, Region::Use::look);
  Lines lines(region);
  std::vector<std::uint8_t> memory(inspect::check_memory(region.geometry()));
  inspect::check(region.store().log(), memory, lines);
  if (region.store().saved()) check_code(region, lines.all);
  for (const std::string& line : lines.all) print(console.err, "{}: {}\n", flash, line);
  for (const std::string& line : lines.notes) {
    print(console.err, "{}: note: {}\n", flash, line);
  }
  console.err.flush();
  const bool good = lines.all.empty();
  std::string result = good ? "all is well" : counted(lines.all.size(), "finding");
  result += ", " + counted(region.store().roll().size(), "definition");
  if (region.store().lost_state()) {
    result += "; the last changes are lost";
  } else if (region.cut_off()) {
    result += "; the last change was cut off";
  }
  print(console.out, "{}: {}\n", flash,
        paint(console.colour_out, good ? Style::good : Style::error, result));
  return good ? fine : file_error;
}

}  // namespace pianola::cli
