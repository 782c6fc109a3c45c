#include "timeline/transcript.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/utf8.hpp"
#include "scenario/report_text.hpp"

namespace pianola::timeline {
namespace {

/// Moves in one direction within so many ms of each other are one.
constexpr std::uint32_t kOneMove = 100;

/// `text` without `begin`, if it begins so.
std::string without(const std::string& text, std::string_view begin) {
  return text.starts_with(begin) ? text.substr(begin.size()) : text;
}

/// Makes the pieces of reports.
class Listener {
 public:
  explicit Listener(const hid::Layout& layout) : layout_(layout) {}

  void take(const sim::TraceEntry& entry, const sim::TextView::Effect& effect) {
    const hid::Report& report = entry.report;
    time_ = entry.time;
    modifiers(report);
    buttons(report);
    for (std::size_t i = 0; i < effect.erased; ++i) add(Heard::Kind::erase, "");
    std::string typed;
    for (const char32_t c : effect.typed) typed += std::string_view{encode_utf8(c)};
    if (!typed.empty()) add(Heard::Kind::text, typed);
    for (const hid::Usage key : effect.silent) {
      add(Heard::Kind::other, scenario::chord_text(report.mods, key, layout_));
    }
    if (report.consumer != last_.consumer) {
      special(report.mods, hid::consumer_usage(report.consumer));
    }
    if (report.system != last_.system) special(report.mods, hid::system_usage(report.system));
    if (report.moves()) move(report);
    last_ = report;
  }

  std::vector<Heard> finish() {
    end_move();
    if (last_.mods != 0 && alone_) {
      only_modifiers_.push_back({Heard::Kind::other, time_, names(last_.mods)});
    }
    return heard_.empty() ? std::move(only_modifiers_) : std::move(heard_);
  }

 private:
  struct Move {
    std::uint32_t time = 0;
    int x = 0;
    int y = 0;
    int wheel = 0;
    [[nodiscard]] bool any() const { return x != 0 || y != 0 || wheel != 0; }
  };

  void add(Heard::Kind kind, std::string text) {
    end_move();
    heard_.push_back({kind, time_, std::move(text)});
  }

  [[nodiscard]] std::string names(hid::Modifiers mods) const {
    hid::Report report;
    report.mods = mods;
    return scenario::report_text(report, layout_);
  }

  /// Those that go up without anything else having come are a piece of their own.
  void modifiers(const hid::Report& report) {
    hid::Report rest = report;
    rest.mods = 0;
    const auto gone = static_cast<hid::Modifiers>(last_.mods & ~report.mods);
    const auto news = static_cast<hid::Modifiers>(report.mods & ~last_.mods);
    if (gone != 0 && alone_) {
      constexpr unsigned kMenus = hid::kLGui | hid::kRGui | hid::kLAlt;
      const bool opens_menu = std::has_single_bit(last_.mods) && (last_.mods & kMenus) != 0;
      auto& where = opens_menu ? heard_ : only_modifiers_;
      where.push_back({Heard::Kind::other, time_, names(last_.mods)});
      alone_ = false;
    }
    if (news != 0) alone_ = true;
    if (rest != hid::Report{}) alone_ = false;
  }

  /// A button that goes down and up with nothing between is a click.
  void buttons(const hid::Report& report) {
    for (std::uint8_t number = 1; number <= hid::kMouseButtons; ++number) {
      const hid::Usage button = hid::button_usage(number);
      const bool down = report.contains(button);
      if (down == last_.contains(button)) continue;
      end_move();
      const std::string name =
          scenario::chord_text(down ? report.mods : hid::Modifiers{0}, button, layout_);
      if (down) {
        add(Heard::Kind::other, "press " + name);
      } else if (!heard_.empty() && heard_.back().text.starts_with("press ") &&
                 heard_.back().text.ends_with(name)) {
        heard_.back().text = "click " + without(name, "mouse ");
      } else {
        add(Heard::Kind::other, "release " + name);
      }
    }
  }

  /// A consumer or system key is another one now; of number 0, none is.
  void special(hid::Modifiers mods, hid::Usage key) {
    if (hid::id(key) != 0) add(Heard::Kind::other, scenario::chord_text(mods, key, layout_));
  }

  void move(const hid::Report& report) {
    const auto turns = [](int before, int now) { return before * now < 0; };
    if (time_ - move_.time > kOneMove || turns(move_.x, report.x) || turns(move_.y, report.y) ||
        turns(move_.wheel, report.wheel)) {
      end_move();
    }
    move_ = {time_, move_.x + report.x, move_.y + report.y, move_.wheel + report.wheel};
  }

  void end_move() {
    const Move move = std::exchange(move_, {});
    const auto put = [&](std::string text) {
      heard_.push_back({Heard::Kind::other, move.time, std::move(text)});
    };
    if (move.x != 0 || move.y != 0) put(fmt::format("move {} {}", move.x, move.y));
    if (move.wheel != 0) put(fmt::format("scroll {}", move.wheel));
  }

  const hid::Layout& layout_;
  std::vector<Heard> heard_;
  std::vector<Heard> only_modifiers_;
  hid::Report last_;
  Move move_;
  std::uint32_t time_ = 0;
  bool alone_ = false;  ///< Since the last modifier went down, nothing else came.
};

/// Takes the last character of UTF-8 text away.
void pop_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80) {
    text.pop_back();
  }
  if (!text.empty()) text.pop_back();
}

/// Text that is next to each other in one piece, what was erased gone.
std::vector<Heard> joined(const std::vector<Heard>& heard) {
  std::vector<Heard> pieces;
  for (const Heard& piece : heard) {
    const bool after_text = !pieces.empty() && pieces.back().kind == Heard::Kind::text;
    if (piece.kind == Heard::Kind::text && after_text) {
      pieces.back().text += piece.text;
    } else if (piece.kind != Heard::Kind::erase) {
      pieces.push_back(piece);
    } else if (after_text) {
      pop_character(pieces.back().text);
      if (pieces.back().text.empty()) pieces.pop_back();
    } else {
      pieces.push_back({Heard::Kind::other, piece.time, "BACKSPACE"});
    }
  }
  return pieces;
}

std::string doubled_brackets(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '[') out += c;
  }
  return out;
}

}  // namespace

std::vector<Heard> transcript(const sim::SimulatedHost& host, const hid::Layout& layout) {
  Listener listener(layout);
  for (std::size_t i = 0; i < host.trace().size(); ++i) {
    listener.take(host.trace()[i], host.effects()[i]);
  }
  return listener.finish();
}

std::string format_transcript(const std::vector<Heard>& heard) {
  const std::vector<Heard> pieces = joined(heard);
  const bool plain = std::ranges::all_of(
      pieces, [](const Heard& piece) { return piece.kind == Heard::Kind::text; });
  std::string out;
  bool after_other = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind == Heard::Kind::text) {
      out += plain ? pieces[i].text : doubled_brackets(pieces[i].text);
      after_other = false;
      continue;
    }
    std::size_t count = 1;
    for (; i + 1 < pieces.size() && pieces[i + 1].kind == Heard::Kind::other &&
           pieces[i + 1].text == pieces[i].text;
         ++i) {
      ++count;
    }
    if (after_other) out += ' ';
    after_other = true;
    out += "[" + pieces[i].text + (count > 1 ? fmt::format(" ×{}", count) : "") + "]";
  }
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

}  // namespace pianola::timeline
