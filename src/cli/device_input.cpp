#include "cli/device_input.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <sstream>
#include <utility>

#include "cli/findings_printer.hpp"

namespace pianola::cli {

KeyInput::KeyInput(const DeviceOptions& options, Console& console) : console_(console) {
  if (!options.keys.empty()) {
    once_ = InputFile{.path = "--keys", .name = "--keys", .bytes = options.keys};
  } else if (!options.script.empty()) {
    once_ = read_input(options.script, console);
  } else if (options.evdev.empty()) {
    by_lines_ = true;
    descriptor_ = &console.in == &std::cin ? STDIN_FILENO : -1;
    if (descriptor_ < 0) read_stream();
  }
}

/// Not a file descriptor: all that there is.
void KeyInput::read_stream() {
  std::ostringstream all;
  all << console_.in.rdbuf();
  lines_.add(all.str());
  ended_ = true;
}

void KeyInput::read() {
  std::array<char, 4096> bytes{};
  const ssize_t size = ::read(descriptor_, bytes.data(), bytes.size());
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (size > 0) {
    lines_.add({bytes.data(), static_cast<std::size_t>(size)});
  } else {
    ended_ = true;
    descriptor_ = -1;
  }
}

void KeyInput::begin(KeyFeed& feed, const hid::Layout& layout) {
  if (!once_) return;
  LineReader lines;
  lines.add(once_->bytes);
  bool good = true;
  for (std::string line; lines.take(line, true);) {
    if (line.starts_with('#')) continue;
    scenario::KeyScript script;
    good = parse(line, once_->name, lines.number(), layout, script) && good;
    feed.add(std::move(script));
  }
  if (!good) throw CommandError(fmt::format("{} has errors", once_->name), wrong_usage);
}

std::size_t KeyInput::fill(KeyFeed& feed, const hid::Layout& layout) {
  std::size_t added = 0;
  std::string line;
  while (feed.waiting() < kMostLines && lines_.take(line, ended_)) {
    scenario::KeyScript script;
    if (!parse(line, "standard input", lines_.number(), layout, script)) continue;
    if (script.end == 0 && script.events.empty()) continue;
    feed.add(std::move(script));
    ++added;
  }
  return added;
}

/// Returns whether the line has no errors.
bool KeyInput::parse(const std::string& line, const std::string& name, std::size_t number,
                     const hid::Layout& layout, scenario::KeyScript& script) {
  scenario::Result<scenario::KeyScript> read = scenario::read_key_script(line, layout);
  if (read) {
    script = std::move(*read);
    return true;
  }
  console_.err << paint_diagnostic(console_.colour_err,
                                   scenario::format_error(name, number, line, read.error()));
  console_.err.flush();
  return false;
}

}  // namespace pianola::cli
