#include <algorithm>
#include <span>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/lexer.hpp"
#include "ports/memory/compile.hpp"
#include "scenario/duration.hpp"
#include "scenario/key_chord.hpp"
#include "scenario/key_script.hpp"
#include "scenario/report_text.hpp"
#include "scenario/result.hpp"
#include "scenario/scenario.hpp"
#include "scenario/text.hpp"
#include "tryout/macros.hpp"
#include "tryout/roll_text.hpp"

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

/// Reads one line after another. What returns bool returns false if the line is wrong, having said
/// so, but for more().
class Parser {
 public:
  Parser(Scenario& scenario, const FileReader& read_file)
      : scenario_(scenario), read_file_(read_file) {}

  std::string run() {
    for (number_ = 1; number_ <= scenario_.lines.size(); ++number_) {
      line_ = scenario_.lines[number_ - 1];
      at_ = 0;
      if (more()) command();
    }
    return std::move(problems_);
  }

 private:
  using Kind = Step::Kind;
  struct Command {
    std::string_view name;
    bool (Parser::*read)();
  };

  bool fail(const TextError& error) { return fail_at(number_, error); }
  bool fail_at(std::size_t line, const TextError& error) {
    problems_ += format_error(scenario_.file, line, scenario_.lines[line - 1], error);
    return false;
  }

  /// Goes to the next word. False at the end of the line or at a comment.
  bool more() {
    while (at_ < line_.size() && at_separator(line_, at_)) ++at_;
    return at_ < line_.size() && line_[at_] != '#';
  }
  bool need(std::string_view what) { return more() || fail({joined({"expected ", what}), at_, 1}); }
  bool end_of_line() {
    return !more() || fail({"nothing more is expected on this line", at_, line_.size() - at_});
  }
  /// Whether what was read from `begin` on ends here.
  bool ends_word(std::size_t begin) {
    return at_separator(line_, at_) || fail({"expected a space after this", begin, at_ - begin});
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
  bool choose(std::span<const Command> commands, std::string_view what) {
    const std::string_view word = peek_word();
    std::string_view best;
    ClosestWord closest(word);
    for (const Command& command : commands) {
      if (word == command.name) {
        at_ += word.size();
        return (this->*command.read)();
      }
      if (closest.offer(command.name)) best = command.name;
    }
    return fail({best.empty() ? joined({what, " '", word, "'"})
                              : joined({what, " '", word, "'; did you mean '", best, "'?"}),
                 at_, word.size()});
  }

  bool command() {
    static constexpr Command kCommands[] = {
        {"press", &Parser::press},  {"release", &Parser::release},     {"tap", &Parser::tap},
        {"type", &Parser::type},    {"wait", &Parser::wait},           {"expect", &Parser::expect},
        {"led", &Parser::led},      {"reconnect", &Parser::reconnect}, {"layout", &Parser::layout},
        {"macros", &Parser::macros}};
    begin_ = at_;
    return choose(kCommands, "unknown command");
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
  bool keys(bool down, bool up) {
    std::vector<Action> actions;
    if (!need("a key")) return false;
    while (more()) {
      const std::size_t begin = at_;
      Result<std::vector<hid::Usage>> chord = read_chord(line_, at_, scenario_.keyboard);
      if (!chord) return fail(chord.error());
      if (!ends_word(begin)) return false;
      if (down) {
        for (const hid::Usage usage : *chord) actions.push_back(change(usage, true));
      }
      if (down && up) actions.push_back(pass(kTapTime));
      if (up) {
        for (auto usage = chord->rbegin(); usage != chord->rend(); ++usage) {
          actions.push_back(change(*usage, false));
        }
      }
    }
    step(Kind::act).actions = std::move(actions);
    return true;
  }
  bool press() { return keys(true, false); }
  bool release() { return keys(false, true); }
  bool tap() { return keys(true, true); }

  bool type() {
    if (!need("a text, such as \"Hello\"")) return false;
    const std::size_t begin = at_;
    std::string text;
    if (!quoted_text(text)) return false;
    Result<std::vector<hid::Stroke>> strokes = strokes_of(text, scenario_.keyboard);
    if (!strokes) return fail({strokes.error().message, begin, at_ - begin});
    std::vector<Action> actions;
    for (const hid::Stroke typed : *strokes) stroke(typed, actions);
    if (!end_of_line()) return false;
    step(Kind::act).actions = std::move(actions);
    return true;
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

  bool wait() {
    if (!need("a time, such as 20ms")) return false;
    const std::size_t begin = at_;
    const std::string_view word = take_word();
    const auto duration = parse_duration(word);
    if (!duration) {
      return fail({joined({"'", word, "' is no time to wait; write 500ms, 1.5s or 2min"}), begin,
                   word.size()});
    }
    if (!end_of_line()) return false;
    step(Kind::act).actions = {pass(*duration)};
    return true;
  }

  bool led() {
    Step read;
    if (!led_state(read)) return false;
    Step& made = step(Kind::led);
    made.led = read.led;
    made.on = read.on;
    return true;
  }

  bool reconnect() { return bare(Kind::reconnect); }
  /// A step of its word alone.
  bool bare(Kind kind) {
    if (!end_of_line()) return false;
    step(kind);
    return true;
  }

  bool layout() {
    if (!need("the name of a layout")) return false;
    const std::size_t begin = at_;
    const std::string name(take_word());
    const hid::Layout* const found = hid::find_layout(name);
    if (found == nullptr) {
      const std::string_view closest = hid::closest_layout_name(name);
      return fail({closest.empty()
                       ? joined({"unknown layout '", name, "'; pianola layouts lists them"})
                       : joined({"unknown layout '", name, "'; did you mean '", closest, "'?"}),
                   begin, name.size()});
    }
    if (!end_of_line()) return false;
    if (scenario_.layout || !scenario_.steps.empty()) {
      return fail({"layout stands once, before all that is done", begin_, at_ - begin_});
    }
    scenario_.layout = *found;
    return true;
  }

  // ---- Macros ----

  bool macros() {
    if (!need("\"FILE\" or {")) return false;
    if (line_[at_] == '{') {
      ++at_;
      if (!end_of_line()) return false;
      const Place at{number_, begin_, at_ - begin_};
      std::string text;
      return block(at, text) && take_macros(text, scenario_.file, at);
    }
    const std::size_t begin = at_;
    std::string name;
    if (!quoted_text(name) || !end_of_line()) return false;
    const std::optional<std::string> text = read_file_(name);
    if (!text) return fail({joined({"cannot read ", name}), begin, at_ - begin});
    return take_macros(*text, name, {number_, begin_, at_ - begin_});
  }

  /// The lines up to one that begins with `}`. Each stands where it does in the file, so that
  /// messages about them are right.
  bool block(const Place& at, std::string& text) {
    text.assign(number_, '\n');
    for (std::size_t next = number_ + 1; next <= scenario_.lines.size(); ++next) {
      const std::string& line = scenario_.lines[next - 1];
      if (line.starts_with('}')) {
        number_ = next;
        line_ = line;
        at_ = 1;
        return true;
      }
      text += line + '\n';
    }
    number_ = scenario_.lines.size();
    return fail_at(at.line, {"no line that begins with } ends these macros", at.offset, at.size});
  }

  bool take_macros(const std::string& text, const std::string& name, const Place& at) {
    tryout::Macros macros(text);
    if (!macros.good()) {
      problems_ += macros.messages(name);
      return false;
    }
    scenario_.keyboard = tryout::layout_of(macros.roll());
    scenario_.steps.emplace_back();
    Step& made = scenario_.steps.back();
    made.kind = Kind::macros;
    made.at = at;
    made.text = text;
    return end_of_line();
  }

  // ---- What is expected ----

  bool expect() {
    static constexpr Command kExpectations[] = {
        {"text", &Parser::expect_text}, {"nothing", &Parser::expect_nothing},
        {"idle", &Parser::expect_idle}, {"error", &Parser::expect_error},
        {"led", &Parser::expect_led},
    };
    if (!need("a report such as [02:0b], text, nothing, idle, error or led")) return false;
    if (line_[at_] == '[') return expect_reports();
    return choose(kExpectations,
                  "expected a report such as [02:0b], text, nothing, idle, error or led, not");
  }

  bool expect_reports() {
    std::vector<ExpectedReport> reports;
    while (more()) {
      const std::size_t begin = at_;
      Result<hid::Report> report = read_report(line_, at_);
      if (!report) return fail(report.error());
      if (!ends_word(begin)) return false;
      reports.push_back({*report, {number_, begin, at_ - begin}});
    }
    step(Kind::expect_reports).reports = std::move(reports);
    return true;
  }

  bool expect_text() { return expect_words(Kind::expect_text, "a text, such as \"Hello\""); }
  bool expect_error() {
    return expect_words(Kind::expect_error, "a part of the message, in quotes");
  }
  bool expect_words(Kind kind, std::string_view what) {
    std::string text;
    if (!need(what) || !quoted_text(text) || !end_of_line()) return false;
    step(kind).text = std::move(text);
    return true;
  }

  bool expect_nothing() { return bare(Kind::expect_nothing); }
  bool expect_idle() { return bare(Kind::expect_idle); }

  bool expect_led() {
    Step read;
    if (!led_state(read)) return false;
    Step& made = step(Kind::expect_led);
    made.led = read.led;
    made.on = read.on;
    return true;
  }

  /// `caps on` and the like.
  bool led_state(Step& out) {
    constexpr std::string_view kForms = "num, caps, scroll, compose or kana, and on or off";
    if (!need(kForms)) return false;
    std::size_t begin = at_;
    const std::string_view name = take_word();
    const std::size_t bit = lang::kLedWords.find(name);
    if (bit == lang::kLedWords.size()) {
      return fail({joined({"expected ", kForms}), begin, name.size()});
    }
    out.led = static_cast<std::uint8_t>(1U << bit);
    if (!need("on or off")) return false;
    begin = at_;
    const std::string_view state = take_word();
    if (state != "on" && state != "off") return fail({"expected on or off", begin, state.size()});
    out.on = state == "on";
    return end_of_line();
  }

  /// A text between quotation marks, with the escapes of macros.txt.
  bool quoted_text(std::string& text) {
    const std::string_view rest = std::string_view(line_).substr(at_);
    memory::Source source(rest);
    memory::Findings findings;
    lang::SourceWindow window(source);
    lang::Lexer lexer(window, &findings);
    lexer.next();
    if (lexer.token().kind != lang::TokenKind::text) {
      return fail({"expected a text between quotation marks", at_, peek_word().size()});
    }
    for (;;) {
      const lang::StringItem item = lexer.string_item();
      if (item.kind == lang::StringItem::Kind::value) {
        return fail({"no value can stand here; a dollar is written \\$", at_ + item.at.offset, 2});
      }
      if (item.kind != lang::StringItem::Kind::character) break;
      text += std::string_view(encode_utf8(item.character));
    }
    if (!findings.all().empty()) {
      const lang::Diagnostic diagnostic = findings.all().front().view();
      memory::StringSink message;
      lang::write_message(diagnostic, message);
      return fail({message.text(), at_ + diagnostic.at.offset, diagnostic.length});
    }
    at_ += lexer.position().offset;
    return true;
  }

  Scenario& scenario_;
  const FileReader& read_file_;
  std::string problems_;
  std::string line_;
  std::size_t number_ = 0;  ///< Of the line.
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
