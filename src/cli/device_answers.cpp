#include "cli/device_answers.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "cli/print.hpp"
#include "hid/key_names.hpp"
#include "timeline/roll_names.hpp"

namespace pianola::cli {

using engine::TaskEvent;

namespace {

/// What an answer can hold.
constexpr std::size_t kMostTyped = 65536;
/// Characters of it that are shown.
constexpr std::size_t kMostShown = 200;
constexpr std::uint8_t kCapsLed = 0x02;

std::string_view ending_text(TaskEvent event) {
  if (event == TaskEvent::failed) return "failed";
  return event == TaskEvent::stopped ? "was stopped" : "ran";
}

/// Where the text or word that begins at `at` ends.
std::size_t item_end(std::string_view items, std::size_t at) {
  if (items[at] != '"') return std::min(items.find_first_of(" \n", at), items.size());
  std::size_t end = at + 1;
  while (items[end] != '"') end += items[end] == '\\' ? 2 : 1;
  return end + 1;
}

/// Takes the last character of a text between quotes away. False if there is none.
bool backspace(std::string& text) {
  if (text.size() < 3 || text.front() != '"') return false;
  std::size_t last = 1;
  for (std::size_t at = 1; at + 1 < text.size();) {
    last = at;
    at += text[at] == '\\' ? 2 : 1;
    while ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  }
  text.erase(last, text.size() - 1 - last);
  return true;
}

bool is_one_of(std::string_view name, hid::Modifiers mods) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    const bool has = (mods >> bit & 1U) != 0;
    if (has && name == hid::canonical_name(hid::modifier_usage(bit))) return true;
  }
  return false;
}

/// `text`, or its beginning and how long it is.
std::string shortened(const std::string& text) {
  const std::size_t size = count_characters(text);
  if (size <= kMostShown) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && count++ == kMostShown) break;
  }
  return fmt::format("{}… ({} characters)", text.substr(0, end), size);
}

}  // namespace

std::string strokes_text(std::string_view definition, hid::Modifiers held) {
  const std::size_t begin = definition.find('{') + 1;
  const std::string_view body = definition.substr(begin, definition.rfind('}') - begin);
  std::vector<std::string> items;
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] == ' ' || body[at] == '\n') {
      ++at;
      continue;
    }
    const std::size_t end = item_end(body, at);
    std::string item(body.substr(at, end - at));
    at = end;
    if (is_one_of(item, held)) continue;
    const bool joins = item.front() == '"' && !items.empty() && items.back().front() == '"';
    if (joins) {
      items.back().replace(items.back().size() - 1, 1, item.substr(1));
    } else if (item != "BACKSPACE" || items.empty() || !backspace(items.back())) {
      items.push_back(std::move(item));
    }
    if (!items.empty() && items.back() == "\"\"") items.pop_back();
  }
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : " ") + item;
  return text;
}

DeviceAnswers::DeviceAnswers(device::Device& device, DeviceNews& news, Console& console)
    : device_(device), news_(news), console_(console), buffer_(kMostTyped), writer_(buffer_) {
  device_.engine().observe(this);
}

// ---- What happens -------------------------------------------------------------------------------

/// A line begins that is to be answered.
void DeviceAnswers::open() {
  if (open_) return;
  open_ = true;
  writer_.begin({}, lang::KeyRef::usage(static_cast<std::uint16_t>(hid::kKeyA)));
  pressed_ = {};
  seen_ = {};
  moved_ = false;
  endings_.clear();
  failures_.clear();
  repeated_.clear();
  known_errors_ = device_.errors().added();
  told_ = news_.count();
}

void DeviceAnswers::key(const engine::KeyEvent& event) {
  open();
  over_ = false;
  if (event.down) pressed_.press(event.usage);
}

void DeviceAnswers::sent(const hid::Report& report) {
  if (open_) {
    writer_.note(last_, report, device_.layout(), (leds_ & kCapsLed) != 0);
    seen_.mods = static_cast<hid::Modifiers>(seen_.mods | (report.mods & ~last_.mods));
    seen_.buttons = static_cast<std::uint8_t>(seen_.buttons | (report.buttons & ~last_.buttons));
    hid::KeySet news = report.keys;
    news -= last_.keys;
    news.for_each([&](std::uint8_t key) { seen_.keys.add(key); });
    if (report.consumer != 0) seen_.consumer = report.consumer;
    if (report.system != 0) seen_.system = report.system;
    moved_ = moved_ || report.moves();
  }
  last_ = report;
}

void DeviceAnswers::gone() {
  last_ = {};
  if (!open_) return;
  open_ = false;
  running_.clear();
  say(console_, "the rest of what was being pressed is given up");
}

void DeviceAnswers::task_event(engine::TaskIndex index, const engine::Task& task, TaskEvent event,
                               engine::Wakes) {
  // What a macro calls is a part of it.
  const bool own = task.parent.index == engine::kNoTask;
  if (event == TaskEvent::failed) note_failure();
  if (event == TaskEvent::started && own && open_) {
    running_[index] = timeline::macro_name(device_.roll().in_force(), task);
  }
  const bool over =
      event == TaskEvent::ended || event == TaskEvent::failed || event == TaskEvent::stopped;
  if (!over) return;
  for (auto* const tasks : {&running_, &late_}) {
    const auto found = tasks->find(index);
    if (found == tasks->end()) continue;
    ended(found->second, event);
    tasks->erase(found);
  }
}

void DeviceAnswers::ended(const std::string& name, TaskEvent event) {
  if (!open_) {
    const std::string_view how = event == TaskEvent::ended ? "has ended" : ending_text(event);
    late_endings_.push_back(fmt::format("{} {}", name, how));
    return;
  }
  const Ending ending{name, ending_text(event)};
  if (std::ranges::find(endings_, ending) == endings_.end()) endings_.push_back(ending);
}

/// The news tell each error once; the answer to a line tells it again. The macros that called the
/// one that failed fail with it.
void DeviceAnswers::note_failure() {
  const device::ErrorLog& log = device_.errors();
  const bool told = log.added() != known_errors_;
  known_errors_ = log.added();
  if (!open_ || std::ranges::find(failures_, log.latest()) != failures_.end()) return;
  failures_.push_back(log.latest());
  if (!told) repeated_.push_back(log.latest());
}

// ---- Answers ------------------------------------------------------------------------------------

Next DeviceAnswers::step(Time now, bool playing) {
  for (const std::string& text : late_endings_) say(console_, text);
  late_endings_.clear();
  if (!open_ || playing) return {};
  if (!over_) over_at_ = now;
  over_ = true;
  // While a macro of a former line runs, the device is never idle.
  const bool only_late = running_.empty() && !late_.empty();
  const Time until = over_at_ + (only_late ? kPatienceBesides : kPatience);
  if (!device_.engine().idle() && !reached(now, until)) return Next::time(until);
  answer();
  return {};
}

void DeviceAnswers::answer() {
  open_ = false;
  over_ = false;
  for (const engine::Error& error : repeated_) news_.tell_error(error);
  const std::string macros = macros_text();
  const std::string done = done_text(macros.empty());
  late_.merge(running_);
  running_.clear();
  // A command of the device has been told, which is answer enough.
  if (macros.empty() && done.empty() && news_.count() != told_) return;
  say(console_, fmt::format("{}; {}", macros.empty() ? "no macro ran" : macros,
                            done.empty() ? "typed nothing" : done));
}

/// Which macros ran, and how they ended; those that ended alike together.
std::string DeviceAnswers::macros_text() const {
  std::vector<Ending> all = endings_;
  for (const auto& [index, name] : running_) all.push_back({name, "still runs"});
  std::ranges::stable_sort(all, {}, &Ending::how);
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool goes_on = i + 1 < all.size() && all[i + 1].how == all[i].how;
    text += all[i].name;
    text += goes_on ? ", " : fmt::format(" {}{}", all[i].how, i + 1 < all.size() ? "; " : "");
  }
  return text;
}

/// What the computer got, empty if nothing; `no_macro`: without a macro.
std::string DeviceAnswers::done_text(bool no_macro) {
  writer_.end(device_.layout());
  if (writer_.too_long()) return "typed more than can be shown";
  // Modifiers that belong to a macro's trigger are no news.
  const hid::Modifiers held = no_macro ? hid::Modifiers{0} : pressed_.mods;
  const std::string typed =
      shortened(strokes_text({writer_.text().data(), writer_.text().size()}, held));
  if (typed.empty()) return moved_ ? "moved the pointer" : "";
  const bool passed = no_macro && pressed_ == seen_;
  return fmt::format("{} {}{}", passed ? "the keys passed through:" : "typed", typed,
                     moved_ ? "; moved the pointer" : "");
}

}  // namespace pianola::cli
