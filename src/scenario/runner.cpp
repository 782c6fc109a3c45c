#include "scenario/runner.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/utf8.hpp"
#include "scenario/report_text.hpp"
#include "scenario/result.hpp"
#include "scenario/text.hpp"

namespace pianola::scenario {
namespace {

/// Reports shown before and after the one that is wrong.
constexpr std::size_t kContext = 6;

std::string named(const hid::Report& report, const hid::Layout& layout) {
  return joined({sim::format_report(report), " ", report_text(report, layout)});
}

/// What came to stand in a text field since it held `before`: for each character that was erased a
/// Backspace, then the new ones.
std::string added(std::string_view before, std::string_view now) {
  std::size_t same = 0;
  while (same < before.size() && same < now.size() && before[same] == now[same]) ++same;
  const auto inside = [](std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
  };
  while (same > 0 && (inside(before, same) || inside(now, same))) --same;
  std::string out;
  for (std::string_view lost = before.substr(same); !lost.empty();) {
    lost.remove_prefix(std::max<std::size_t>(decode_utf8(lost).size, 1));
    out += '\b';
  }
  return out.append(now.substr(same));
}

class Runner {
 public:
  Runner(const Scenario& scenario, Device& device) : scenario_(scenario), device_(device) {}

  Outcome run() {
    for (const Step& step : scenario_.steps) {
      play(step);
      if (!outcome_.failure.empty()) return std::move(outcome_);
    }
    settle();
    const std::vector<std::string> errors = device_.errors();
    if (errors_ < errors.size() && !scenario_.lines.empty()) {
      fail({scenario_.lines.size(), 0, scenario_.lines.back().size()},
           joined({"a macro failed that nobody expected to: ", errors[errors_]}));
    }
    return std::move(outcome_);
  }

 private:
  using Kind = Step::Kind;

  void play(const Step& step) {
    switch (step.kind) {
      case Kind::act:
        act(step);
        return;
      case Kind::macros:
        device_.load(step.text);
        return;
      case Kind::led:
        settle();
        device_.set_leds(static_cast<std::uint8_t>(step.on ? device_.leds() | step.led
                                                           : device_.leds() & ~step.led));
        return;
      case Kind::reconnect:
        settle();
        device_.reconnect();
        return;
      default:
        expect(step);
        if (outcome_.failure.empty() && step.kind != Kind::expect_reports) ++outcome_.expectations;
    }
  }

  void act(const Step& step) {
    for (const Action& action : step.actions) {
      if (action.usage == hid::kNoKey) {
        device_.pass(action.milliseconds);
      } else {
        device_.key(action.usage, action.down);
      }
    }
  }

  void expect(const Step& step) {
    switch (step.kind) {
      case Kind::expect_reports:
        for (const ExpectedReport& expected : step.reports) {
          if (!expect_report(expected)) return;
          ++outcome_.expectations;
        }
        return;
      case Kind::expect_text:
        expect_text(step);
        return;
      case Kind::expect_nothing:
        settle();
        if (next_ < device_.reports().size()) {
          fail(step.at, joined({"expected nothing, but ", came(), " came"}), next_);
        }
        return;
      case Kind::expect_idle:
        if (!wait_for([&] { return device_.idle(); })) {
          fail(step.at, "the device is still busy: a macro runs or waits, or a key event waits");
        }
        return;
      case Kind::expect_error:
        expect_error(step);
        return;
      default:
        if (!wait_for([&] { return ((device_.leds() & step.led) != 0) == step.on; })) {
          fail(step.at, joined({"the LED is ", step.on ? "off" : "on"}));
        }
    }
  }

  bool expect_report(const ExpectedReport& expected) {
    const bool any = wait_for([&] { return next_ < device_.reports().size(); });
    const std::string wanted = named(expected.report, layout());
    if (!any) {
      fail(expected.at, joined({"expected ", wanted, ", but no report came"}));
    } else if (device_.reports()[next_].report != expected.report) {
      fail(expected.at, joined({"expected ", wanted, ", but ", came(), " came"}), next_);
    } else {
      matched_.resize(next_, 0);
      matched_.push_back(expected.at.line);
      ++next_;
      return true;
    }
    return false;
  }

  /// Waits until the text is there, since nobody knows how long it takes. Its reports count as seen
  /// then, as do those that have come after it.
  void expect_text(const Step& step) {
    std::string text;
    const bool good = wait_for([&] {
      settle();
      text = device_.text();
      return added(text_, text) == step.text;
    });
    if (!good) {
      fail(step.at, joined({"expected the text ", quoted(step.text), ", but ",
                            quoted(added(text_, text)), " came"}));
      return;
    }
    text_ = std::move(text);
    matched_.resize(std::max(next_, matched_.size()), 0);
    next_ = device_.reports().size();
    matched_.resize(next_, step.at.line);
  }

  void expect_error(const Step& step) {
    if (!wait_for([&] { return errors_ < device_.errors().size(); })) {
      fail(step.at, joined({"expected the error ", quoted(step.text), ", but no macro failed"}));
      return;
    }
    const std::string message = device_.errors()[errors_++];
    if (message.find(step.text) == std::string::npos) {
      fail(step.at,
           joined({"expected the error ", quoted(step.text), ", but ", quoted(message), " came"}));
    }
  }

  /// Lets time pass until `done`. False if that takes too long.
  template <typename Done>
  bool wait_for(Done&& done) {
    for (std::uint32_t waited = 0; !done(); ++waited) {
      if (waited == kPatience) return false;
      device_.pass(1);
    }
    return true;
  }

  /// Lets the device send what it has to send now.
  void settle() {
    for (std::uint32_t waited = 0; device_.sending() && waited < kPatience; ++waited) {
      device_.pass(1);
    }
  }

  [[nodiscard]] const hid::Layout& layout() const {
    return scenario_.layout ? *scenario_.layout : scenario_.keyboard;
  }

  /// The next report, with the names of its keys.
  std::string came() { return named(device_.reports()[next_].report, layout()); }

  /// The failure `message` at a place; `wrong` is the report that it is about.
  void fail(const Place& at, const std::string& message, std::optional<std::size_t> wrong = {}) {
    outcome_.failure = format_error(scenario_.file, at.line, scenario_.lines[at.line - 1],
                                    {message, at.offset, at.size}) +
                       surroundings(wrong);
  }

  /// The reports around `wrong`, or the last ones.
  std::string surroundings(std::optional<std::size_t> wrong) {
    const std::vector<sim::TraceEntry>& reports = device_.reports();
    if (reports.empty()) return "reports: none\n";
    const std::size_t centre = wrong.value_or(reports.size() - 1);
    const std::size_t first = centre > kContext ? centre - kContext : 0;
    const std::size_t last = std::min(reports.size(), centre + kContext + 1);
    std::string out = "reports:\n";
    if (first > 0) out += joined({"  … ", std::to_string(first), " before\n"});
    for (std::size_t i = first; i < last; ++i) {
      out += joined({wrong == i ? "> " : "  ", right(std::to_string(reports[i].time), 6), " ms  ",
                     named(reports[i].report, layout())});
      if (i < matched_.size() && matched_[i] != 0) {
        out += joined({"  (line ", std::to_string(matched_[i]), ")"});
      }
      out += '\n';
    }
    if (last < reports.size()) {
      out += joined({"  … ", std::to_string(reports.size() - last), " after\n"});
    }
    return out;
  }

  const Scenario& scenario_;
  Device& device_;
  Outcome outcome_;
  std::size_t next_ = 0;              ///< The first report that no expectation has matched.
  std::size_t errors_ = 0;            ///< The first error likewise.
  std::string text_;                  ///< What the host showed at the last `expect text`.
  std::vector<std::size_t> matched_;  ///< For each report the line that expected it; 0: none.
};

}  // namespace

Outcome run_scenario(const Scenario& scenario, Device& device) {
  return Runner(scenario, device).run();
}

}  // namespace pianola::scenario
