#include "cli/reasons.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "scenario/report_text.hpp"

namespace pianola::cli {
namespace {

using Choice = engine::Choice;
using engine::TaskEvent;

/// `words` with commas, and `last` before the last one.
std::string listed(const std::vector<std::string>& words, std::string_view last = "and") {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : fmt::format(" {} ", last);
    text += words[i];
  }
  return text;
}

/// `not bound`, or what it is bound with instead.
std::string not_bound(lang::Roll& roll, hid::Usage key) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> others = timeline::triggers_with(roll, key);
  if (others.empty()) return "not bound";
  if (others.size() > kMost) {
    others.resize(kMost);
    others.emplace_back("more");
  }
  return fmt::format("not bound by itself, only in {}", listed(others));
}

/// What became of the macro called `name`, as its last run went.
std::string macro_text(const timeline::RunRecorder& run, const std::string& name) {
  const auto& lives = run.lives();
  const auto life =
      std::find_if(lives.rbegin(), lives.rend(),
                   [&](const timeline::RunRecorder::Life& one) { return one.name == name; });
  if (life == lives.rend()) return fmt::format("the macro of {} did not start", name);
  const timeline::RunRecorder::Moment& last = life->moments.back();
  switch (last.event) {
    case TaskEvent::ended:
      return fmt::format("the macro of {} typed nothing", name);
    case TaskEvent::failed:
      return fmt::format("the macro of {} ended by an error", name);
    case TaskEvent::stopped:
      return fmt::format("the macro of {} was stopped", name);
    case TaskEvent::slept:
      return fmt::format("the macro of {} waits for {}", name, timeline::wakes_text(last.why));
    default:
      return fmt::format("the macro of {} did not come to its end", name);
  }
}

std::string press_text(const timeline::RunRecorder& run, const timeline::RunRecorder::Press& press,
                       lang::Roll& roll, const hid::Layout& layout) {
  const std::string key = scenario::key_text(press.event.usage, layout);
  switch (press.choice.kind) {
    case Choice::Kind::found:
    case Choice::Kind::held:
    case Choice::Kind::together:
      if (press.found.opcode == lang::Opcode::bind) return macro_text(run, press.found.name);
      if (press.found.opcode == lang::Opcode::remap_none) return press.found.name + " = none";
      return fmt::format("{} was {}", key,
                         press.choice.kind == Choice::Kind::held ? "held" : "tapped");
    case Choice::Kind::leader:
      return press.event.usage == press.settings.leader
                 ? fmt::format("{} is the leader", key)
                 : fmt::format("{} is not bound after the leader", key);
    case Choice::Kind::pass:
      if (hid::page(press.event.usage) == hid::Page::macro) {
        return fmt::format("{} is {}", key, not_bound(roll, press.event.usage));
      }
      [[fallthrough]];
    default:
      return fmt::format("{} shows nothing by itself", key);
  }
}

/// The layers and caps word, as far as they were on, each with whether it still is.
std::string layers_text(const timeline::RunRecorder& run) {
  std::set<std::string> all;
  for (const timeline::RunRecorder::Layers& layers : run.layers())
    all.insert(layers.on.begin(), layers.on.end());
  std::vector<std::string> words;
  for (const std::string& name : all) {
    const bool still = std::ranges::count(run.layers().back().on, name) > 0;
    words.push_back(fmt::format("layer {} {} on", name, still ? "is" : "was"));
  }
  if (!run.caps_words().empty()) {
    const bool still = run.caps_words().back().end > run.simulation().now() * std::uint64_t{1000};
    words.push_back(fmt::format("caps word {} on", still ? "is" : "was"));
  }
  return listed(words);
}

}  // namespace

std::string why_nothing(const timeline::RunRecorder& run, lang::Roll& roll,
                        const hid::Layout& layout) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> causes;
  unsigned more = 0;  // keys of the sequence `keys`, which came to nothing
  std::string keys;
  for (const timeline::RunRecorder::Press& press : run.presses()) {
    const Choice::Kind kind = press.choice.kind;
    if (kind == Choice::Kind::begun) continue;
    std::string cause = press_text(run, press, roll, layout);
    if (kind == Choice::Kind::leader && (more > 0 || press.choice.more > 0)) {
      keys += " " + scenario::key_text(press.event.usage, layout);
      more = press.choice.more;
      if (more > 0) continue;
      cause = fmt::format("leader{} is not bound", std::exchange(keys, {}));
    }
    if (std::ranges::count(causes, cause) == 0) causes.push_back(std::move(cause));
    if (causes.size() == kMost) break;
  }
  if (causes.empty()) return "no key came to be handled";
  if (std::string layers = layers_text(run); !layers.empty()) causes.push_back(std::move(layers));
  std::string text;
  for (const std::string& cause : causes) text += (text.empty() ? "" : "; ") + cause;
  return text;
}

std::string unbound_keys(const timeline::RunRecorder& run, lang::Roll& roll,
                         const hid::Layout& layout) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> plain;
  std::vector<std::string> others;
  std::set<hid::Usage> seen;
  for (const timeline::RunRecorder::Press& press : run.presses()) {
    const hid::Usage key = press.event.usage;
    if (press.choice.kind != Choice::Kind::pass) return {};
    if (hid::is_modifier(key) || hid::page(key) == hid::Page::macro) continue;
    if (!seen.insert(key).second || seen.size() > kMost) continue;
    const std::string name = scenario::key_text(key, layout);
    const std::string how = not_bound(roll, key);
    if (how == "not bound") {
      plain.push_back(name);
    } else {
      others.push_back(fmt::format("{} is {}", name, how));
    }
  }
  if (seen.size() > kMost) plain.emplace_back("others");
  std::string text;
  if (!plain.empty()) {
    text = fmt::format("{} {} not bound", listed(plain), plain.size() == 1 ? "is" : "are");
  }
  for (const std::string& other : others) text += (text.empty() ? "" : "; ") + other;
  if (text.empty()) return {};
  const bool one = plain.size() + others.size() == 1;
  return text + (one ? "; the computer gets it as it is" : "; the computer gets them as they are");
}

}  // namespace pianola::cli
