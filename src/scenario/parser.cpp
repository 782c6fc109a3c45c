#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/status.hpp"
#include "base/utf8.hpp"
#include "engine/settings.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/lexer.hpp"
#include "ports/sim/memory_compiler.hpp"
#include "scenario/duration.hpp"
#include "scenario/key_chord.hpp"
#include "scenario/key_script.hpp"
#include "scenario/report_text.hpp"
#include "scenario/scenario.hpp"

namespace pianola::scenario {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The layout that compiled macros set.
hid::Layout layout_of(lang::Roll& roll) {
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(roll, window);
  return hid::layouts()[engine::load_settings(roll, reader).layout];
}

/// Reads one line after another.
class Parser {
 public:
  Parser(Scenario& scenario, const FileReader& read_file)
      : scenario_(scenario), read_file_(read_file) {}

  std::string run() {
    for (number_ = 1; number_ <= scenario_.lines.size(); ++number_) {
      line_ = scenario_.lines[number_ - 1];
      at_ = 0;
      blamed_ = 0;
      try {
        if (more()) command();
      } catch (const TextError& error) {
        const std::size_t line = blamed_ != 0 ? blamed_ : number_;
        problems_ += format_error(scenario_.file, line, scenario_.lines[line - 1], error);
      }
    }
    return std::move(problems_);
  }

 private:
  using Kind = Step::Kind;
  struct Command {
    std::string_view name;
    void (Parser::*read)();
  };

  [[noreturn]] static void fail(const std::string& message, std::size_t offset, std::size_t size) {
    throw TextError(message, offset, size);
  }

  /// Goes to the next word. False at the end of the line or at a comment.
  bool more() {
    while (at_ < line_.size() && at_separator(line_, at_)) ++at_;
    return at_ < line_.size() && line_[at_] != '#';
  }
  void need(std::string_view what) {
    if (!more()) fail(fmt::format("expected {}", what), at_, 1);
  }
  void end_of_line() {
    if (more()) fail("nothing more is expected on this line", at_, line_.size() - at_);
  }
  /// The word at the place, which stays where it is.
  [[nodiscard]] std::string_view peek_word() const {
    std::size_t end = at_;
    while (!at_separator(line_, end)) ++end;
    return std::string_view(line_).substr(at_, end - at_);
  }
  std::string_view take_word() {
    const std::string_view word = peek_word();
    at_ += word.size();
    return word;
  }

  /// Reads the word at the place as one of `commands`.
  void choose(std::span<const Command> commands, std::string_view what) {
    const std::string_view word = peek_word();
    std::string_view best;
    ClosestWord closest(word);
    for (const Command& command : commands) {
      if (word == command.name) {
        at_ += word.size();
        (this->*command.read)();
        return;
      }
      if (closest.offer(command.name)) best = command.name;
    }
    fail(best.empty() ? fmt::format("{} '{}'", what, word)
                      : fmt::format("{} '{}'; did you mean '{}'?", what, word, best),
         at_, word.size());
  }

  void command() {
    static constexpr Command kCommands[] = {
        {"press", &Parser::press},  {"release", &Parser::release},     {"tap", &Parser::tap},
        {"type", &Parser::type},    {"wait", &Parser::wait},           {"expect", &Parser::expect},
        {"led", &Parser::led},      {"reconnect", &Parser::reconnect}, {"layout", &Parser::layout},
        {"macros", &Parser::macros}};
    begin_ = at_;
    choose(kCommands, "unknown command");
  }

  /// A new step, of all that was read of the line.
  Step& step(Kind kind) {
    scenario_.steps.emplace_back();
    Step& made = scenario_.steps.back();
    made.kind = kind;
    made.at = {number_, begin_, std::max<std::size_t>(at_ - begin_, 1)};
    return made;
  }

  // ---- What is done ----

  static Action change(hid::Usage usage, bool down) {
    return {.usage = usage, .down = down, .milliseconds = 0};
  }
  static Action pass(std::uint32_t time) {
    return {.usage = hid::kNoKey, .down = false, .milliseconds = time};
  }

  /// One or more keys, each of which does what `down` and `up` say.
  void keys(bool down, bool up) {
    std::vector<Action> actions;
    need("a key");
    while (more()) {
      const std::size_t begin = at_;
      const std::vector<hid::Usage> chord = read_chord(line_, at_, scenario_.keyboard);
      if (!at_separator(line_, at_)) fail("expected a space after this", begin, at_ - begin);
      if (down) {
        for (const hid::Usage usage : chord) actions.push_back(change(usage, true));
      }
      if (down && up) actions.push_back(pass(kTapTime));
      if (up) {
        for (auto usage = chord.rbegin(); usage != chord.rend(); ++usage) {
          actions.push_back(change(*usage, false));
        }
      }
    }
    step(Kind::act).actions = std::move(actions);
  }
  void press() { keys(true, false); }
  void release() { keys(false, true); }
  void tap() { keys(true, true); }

  void type() {
    need("a text, such as \"Hello\"");
    const std::size_t begin = at_;
    const std::string text = quoted_text();
    std::vector<Action> actions;
    try {
      for (const hid::Stroke typed : strokes_of(text, scenario_.keyboard)) stroke(typed, actions);
    } catch (const TextError& error) {
      fail(error.what(), begin, at_ - begin);
    }
    end_of_line();
    step(Kind::act).actions = std::move(actions);
  }

  static void stroke(hid::Stroke stroke, std::vector<Action>& actions) {
    const hid::Usage key = hid::keyboard_usage(stroke.usage);
    const auto modifiers = [&](bool down) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((stroke.mods >> bit & 1U) != 0) {
          actions.push_back(change(hid::modifier_usage(bit), down));
        }
      }
    };
    modifiers(true);
    actions.push_back(change(key, true));
    actions.push_back(pass(kTapTime));
    actions.push_back(change(key, false));
    modifiers(false);
  }

  void wait() {
    need("a time, such as 20ms");
    const std::size_t begin = at_;
    const std::string_view word = take_word();
    const auto duration = parse_duration(word);
    if (!duration) {
      fail(fmt::format("'{}' is no time to wait; write 500ms, 1.5s or 2min", word), begin,
           word.size());
    }
    end_of_line();
    step(Kind::act).actions = {pass(*duration)};
  }

  void led() {
    Step read;
    led_state(read);
    Step& made = step(Kind::led);
    made.led = read.led;
    made.on = read.on;
  }

  void reconnect() {
    end_of_line();
    step(Kind::reconnect);
  }

  void layout() {
    need("the name of a layout");
    const std::size_t begin = at_;
    const std::string name(take_word());
    const hid::Layout* const found = hid::find_layout(name);
    if (found == nullptr) {
      const std::string_view closest = hid::closest_layout_name(name);
      fail(closest.empty() ? fmt::format("unknown layout '{}'; pianola layouts lists them", name)
                           : fmt::format("unknown layout '{}'; did you mean '{}'?", name, closest),
           begin, name.size());
    }
    end_of_line();
    if (scenario_.layout || !scenario_.steps.empty()) {
      fail("layout stands once, before all that is done", begin_, at_ - begin_);
    }
    scenario_.layout = *found;
  }

  // ---- Macros ----

  void macros() {
    need("\"FILE\" or {");
    if (line_[at_] == '{') {
      ++at_;
      end_of_line();
      const Place at{number_, begin_, at_ - begin_};
      take_macros(block(at), scenario_.file, at);
      return;
    }
    const std::size_t begin = at_;
    const std::string name = quoted_text();
    end_of_line();
    const std::optional<std::string> text = read_file_(name);
    if (!text) fail(fmt::format("cannot read {}", name), begin, at_ - begin);
    take_macros(*text, name, {number_, begin_, at_ - begin_});
  }

  /// The lines up to one that begins with `}`. Each stands where it does in the file, so that
  /// messages about them are right.
  std::string block(const Place& at) {
    std::string text(number_, '\n');
    for (std::size_t next = number_ + 1; next <= scenario_.lines.size(); ++next) {
      const std::string& line = scenario_.lines[next - 1];
      if (line.starts_with('}')) {
        number_ = next;
        line_ = line;
        at_ = 1;
        return text;
      }
      text += line + '\n';
    }
    number_ = scenario_.lines.size();
    blamed_ = at.line;
    fail("no line that begins with } ends these macros", at.offset, at.size);
  }

  void take_macros(const std::string& text, const std::string& name, const Place& at) {
    sim::MemoryRoll roll;
    sim::Findings findings;
    sim::MemorySource source(text);
    if (sim::compile(text, roll, findings) != Status::ok) {
      problems_ += findings.text(name, source);
      return;
    }
    scenario_.keyboard = layout_of(roll);
    scenario_.steps.emplace_back();
    Step& made = scenario_.steps.back();
    made.kind = Kind::macros;
    made.at = at;
    made.text = text;
    end_of_line();
  }

  // ---- What is expected ----

  void expect() {
    static constexpr Command kExpectations[] = {
        {"text", &Parser::expect_text}, {"nothing", &Parser::expect_nothing},
        {"idle", &Parser::expect_idle}, {"error", &Parser::expect_error},
        {"led", &Parser::expect_led},
    };
    need("a report such as [02:0b], text, nothing, idle, error or led");
    if (line_[at_] == '[') {
      expect_reports();
    } else {
      choose(kExpectations,
             "expected a report such as [02:0b], text, nothing, idle, error or "
             "led, not");
    }
  }

  void expect_reports() {
    std::vector<ExpectedReport> reports;
    while (more()) {
      const std::size_t begin = at_;
      const hid::Report report = read_report(line_, at_);
      if (!at_separator(line_, at_)) fail("expected a space after this", begin, at_ - begin);
      reports.push_back({report, {number_, begin, at_ - begin}});
    }
    step(Kind::expect_reports).reports = std::move(reports);
  }

  void expect_text() { expect_words(Kind::expect_text, "a text, such as \"Hello\""); }
  void expect_error() { expect_words(Kind::expect_error, "a part of the message, in quotes"); }
  void expect_words(Kind kind, std::string_view what) {
    need(what);
    std::string text = quoted_text();
    end_of_line();
    step(kind).text = std::move(text);
  }

  void expect_nothing() {
    end_of_line();
    step(Kind::expect_nothing);
  }
  void expect_idle() {
    end_of_line();
    step(Kind::expect_idle);
  }

  void expect_led() {
    Step read;
    led_state(read);
    Step& made = step(Kind::expect_led);
    made.led = read.led;
    made.on = read.on;
  }

  /// `caps on` and the like.
  void led_state(Step& out) {
    constexpr std::string_view kForms = "num, caps, scroll, compose or kana, and on or off";
    need(kForms);
    std::size_t begin = at_;
    const std::string_view name = take_word();
    const std::size_t bit = lang::find_word(lang::kLedWords, name);
    if (bit == lang::kLedWords.size()) {
      fail(fmt::format("expected {}", kForms), begin, name.size());
    }
    out.led = static_cast<std::uint8_t>(1U << bit);
    need("on or off");
    begin = at_;
    const std::string_view state = take_word();
    if (state != "on" && state != "off") fail("expected on or off", begin, state.size());
    out.on = state == "on";
    end_of_line();
  }

  /// A text between quotation marks, with the escapes of macros.txt.
  std::string quoted_text() {
    const std::string_view rest = std::string_view(line_).substr(at_);
    sim::MemorySource source(rest);
    sim::Findings findings;
    lang::Lexer lexer(source, &findings);
    lexer.next();
    if (lexer.token().kind != lang::TokenKind::text) {
      fail("expected a text between quotation marks", at_, peek_word().size());
    }
    std::string text;
    for (;;) {
      const lang::StringItem item = lexer.string_item();
      if (item.kind == lang::StringItem::Kind::value) {
        fail("no value can stand here; a dollar is written \\$", at_ + item.at.offset, 2);
      }
      if (item.kind != lang::StringItem::Kind::character) break;
      text += std::string_view(encode_utf8(item.character));
    }
    if (!findings.all().empty()) {
      const lang::Diagnostic diagnostic = findings.all().front().view();
      sim::StringSink message;
      lang::write_message(diagnostic, message);
      fail(message.text(), at_ + diagnostic.at.offset, diagnostic.length);
    }
    at_ += lexer.position().offset;
    return text;
  }

  Scenario& scenario_;
  const FileReader& read_file_;
  std::string problems_;
  std::string line_;
  std::size_t number_ = 0;  ///< Of the line.
  std::size_t blamed_ = 0;  ///< The line that a mistake is told about, if it is another.
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  ///< Where the line's command begins.
};

}  // namespace

std::string parse_scenario(std::string_view text, const std::string& file,
                           const hid::Layout& keyboard, const FileReader& read_file,
                           Scenario& scenario) {
  scenario = {};
  scenario.file = file;
  scenario.lines = lines_of(text);
  scenario.keyboard = keyboard;
  return Parser(scenario, read_file).run();
}

}  // namespace pianola::scenario
