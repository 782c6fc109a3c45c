#include "lang/decompiler.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "hid/key_names.hpp"
#include "lang/code_reader.hpp"
#include "lang/expression_writer.hpp"
#include "lang/notation.hpp"
#include "lang/settings.hpp"
#include "lang/text_writer.hpp"

namespace pianola::lang {
namespace {

/// A binding or macro of at most so many columns stands on one line.
constexpr std::uint32_t kColumns = 80;
/// Most values that wait on the stack: the arguments of a call, the last of them being computed.
constexpr std::size_t kMaxDepth = kMaxParameters + kMaxStack;
/// Deepest nesting of loops.
constexpr std::size_t kMaxLoops = 16;

/// Takes text away.
class NullSink final : public TextSink {
 public:
  void write(std::span<const char>) override {}
};

/// Counts columns.
class MeasuringSink final : public TextSink {
 public:
  void write(std::span<const char> text) override {
    for (const char c : text) {
      // Continuation bytes of UTF-8 take no column of their own.
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++columns_;
    }
  }
  [[nodiscard]] std::uint32_t columns() const { return columns_; }

 private:
  std::uint32_t columns_ = 0;
};

/// Writes one definition, or measures or checks it: that is the same with another sink.
class DefinitionWriter {
 public:
  /// What the text is for: read by people, or only to see if the code is right.
  enum class Purpose : std::uint8_t { reading, checking };

  DefinitionWriter(Roll& roll, std::uint32_t record, TextSink& sink, Purpose purpose)
      : out_(sink), reader_(roll, window_), record_(record), purpose_(purpose) {}

  /// False if the code cannot come from the compiler.
  bool run() {
    if (at_end()) return true;
    if (!declaration()) return false;
    while (in_layer_) {
      if (!declaration()) return false;
    }
    return at_end();
  }

 private:
  // ---- Reading ----

  /// Reads the next instruction into in_.
  bool read() {
    reader_.seek(record_, next_);
    if (!read_instruction(reader_, in_)) return false;
    next_ = in_.end;
    return true;
  }

  bool at_end() {
    reader_.seek(record_, next_);
    return reader_.at_end();
  }

  bool name() { return write_name(out_, reader_, in_.payload, in_.payload_size); }

  /// The chord whose modifiers are operand `mods` and whose key is the operand after it.
  bool chord(std::size_t mods, KeyPlace place) {
    return write_chord(out_, static_cast<hid::Modifiers>(in_.value[mods]),
                       KeyRef::from_raw(in_.value[mods + 1]), place);
  }

  // ---- Declarations ----

  bool declaration() {
    if (!read()) return false;
    prefix_ = 0;
    if (in_layer_ && in_.opcode != Opcode::layer_end) write_prefix("  ");
    if (in_.opcode == Opcode::private_next) {
      write_prefix("private ");
      if (!read() || in_.opcode == Opcode::layer_end) return false;
    }
    switch (in_.opcode) {
      case Opcode::set_number:
      case Opcode::set_name:
        return !in_layer_ && setting();
      case Opcode::variable:
        return !in_layer_ && variable();
      case Opcode::macro:
        return !in_layer_ && with_body();
      case Opcode::bind:
        return with_body();
      case Opcode::remap:
      case Opcode::remap_none:
        return remap();
      case Opcode::layer:
        return !in_layer_ && begin_layer();
      case Opcode::layer_end:
        out_ << "}\n";
        return std::exchange(in_layer_, false);
      default:
        return false;
    }
  }

  void write_prefix(std::string_view text) {
    out_ << text;
    prefix_ += static_cast<std::uint32_t>(text.size());
  }

  bool setting() {
    const std::uint32_t number = in_.value[0];
    if (number >= kSettings.size()) return false;
    const SettingInfo& info = kSettings[number];
    out_ << "set " << info.name << " = ";
    const bool named = in_.opcode == Opcode::set_name;
    if (named != (info.type == SettingType::layout)) return false;
    const bool good = named ? name() : setting_value(info, in_.value[1]);
    out_ << "\n";
    return good;
  }

  bool setting_value(const SettingInfo& info, std::uint32_t value) {
    const bool word = value < info.choices.size() && !info.choices[value].empty();
    switch (info.type) {
      case SettingType::choice:
        if (word) out_ << info.choices[value];
        return word;
      case SettingType::typing:
        return typing(value);
      case SettingType::duration:
        if (value != 0 || !word) return write_duration(out_, value);
        out_ << info.choices[0];
        return true;
      case SettingType::key:
        return setting_key(info, value);
      case SettingType::layout:
        break;
    }
    return false;
  }

  /// A setting's key is written by name, letters too.
  bool setting_key(const SettingInfo& info, std::uint32_t value) {
    const bool word = value == 0 && !info.choices[0].empty();
    const std::string_view name = value > 0xFFFF ? std::string_view{}
                                  : word         ? info.choices[0]
                                         : hid::canonical_name(static_cast<hid::Usage>(value));
    out_ << name;
    return !name.empty();
  }

  bool typing(std::uint32_t value) {
    if (value >= 2) return write_duration(out_, value - 2);
    out_ << (value == 0 ? "fast" : "safe");
    return true;
  }

  bool variable() {
    out_ << "var ";
    if (!name()) return false;
    const auto initial = static_cast<std::int32_t>(in_.value[1]);
    if (initial != 0) {
      out_ << " = ";
      out_.decimal(initial);
    }
    out_ << "\n";
    return true;
  }

  bool remap() {
    if (!write_trigger(out_, reader_, in_)) return false;
    out_ << " = ";
    if (in_.opcode == Opcode::remap_none) {
      out_ << "none\n";
      return true;
    }
    if (!chord(1, KeyPlace::operand)) return false;
    const std::uint32_t after = next_;
    if (!at_end()) {
      if (!read()) return false;
      if (in_.opcode == Opcode::remap_hold) {
        out_ << " / ";
        if (!chord(0, KeyPlace::operand)) return false;
      } else if (in_.opcode == Opcode::remap_layer) {
        out_ << " / layer ";
        if (!name()) return false;
      } else {
        next_ = after;
      }
    }
    out_ << "\n";
    return true;
  }

  bool begin_layer() {
    in_layer_ = true;
    out_ << "layer ";
    if (!name()) return false;
    out_ << " {\n";
    return true;
  }

  // ---- Bindings and macros ----

  /// The binding or macro in in_, on one line if it fits.
  bool with_body() {
    const std::uint32_t start = in_.offset;
    one_line_ = purpose_ == Purpose::reading && fits();
    next_ = start;
    return read() && head_and_body();
  }

  /// Whether the binding or macro in in_ fits on one line.
  bool fits() {
    MeasuringSink measure;
    const TextWriter out = std::exchange(out_, TextWriter{measure});
    measure_ = &measure;
    one_line_ = true;
    const bool good = head_and_body();
    out_ = out;
    measure_ = nullptr;
    return good && prefix_ + measure.columns() - 1 <= kColumns;
  }

  /// Being measured, and no use to go on.
  [[nodiscard]] bool too_long() const {
    return measure_ != nullptr && prefix_ + measure_->columns() > kColumns;
  }

  bool head_and_body() {
    const bool good = in_.opcode == Opcode::macro ? macro_head() : binding_head();
    return good && body();
  }

  bool binding_head() {
    parameters_ = {};
    if (!write_trigger(out_, reader_, in_)) return false;
    unsigned seen = 0;  // one bit an option
    for (;;) {
      const std::uint32_t after = next_;
      if (!read()) return false;
      const unsigned bit = in_.opcode == Opcode::option_again    ? 1U
                           : in_.opcode == Opcode::option_typing ? 2U
                           : in_.opcode == Opcode::option_layout ? 4U
                                                                 : 0U;
      if (bit == 0) {
        next_ = after;
        break;
      }
      if ((seen & bit) != 0) return false;
      out_ << (seen == 0 ? " (" : ", ");
      seen |= bit;
      if (!option()) return false;
    }
    out_ << (seen == 0 ? " " : ") ");
    return true;
  }

  bool option() {
    constexpr std::array<std::string_view, 4> kAgain = {"ignore", "stop", "restart", "parallel"};
    const std::uint32_t value = in_.value[0];
    switch (in_.opcode) {
      case Opcode::option_again:
        if (value >= kAgain.size()) return false;
        out_ << "again: " << kAgain[value];
        return true;
      case Opcode::option_typing:
        out_ << "typing: ";
        return typing(value);
      default:
        out_ << "layout: ";
        return name();
    }
  }

  bool macro_head() {
    out_ << "macro ";
    if (!name() || in_.value[1] > kMaxParameters) return false;
    if (!name_parameters(static_cast<std::uint8_t>(in_.value[1]))) return false;
    for (std::uint32_t i = 0; i < parameters_.count; ++i) {
      out_ << (i == 0 ? "(" : ", ");
      out_.fill('p', parameters_.letters).decimal(i);
    }
    out_ << (parameters_.count == 0 ? " " : ") ");
    return true;
  }

  /// Chooses names for `count` parameters that no global has which the body reads. False if the
  /// body is broken.
  bool name_parameters(std::uint8_t count) {
    parameters_ = {count, 1};
    if (count == 0) return true;
    std::uint32_t taken = 0;  // bit n: some name of n letters p and a digit
    const std::uint32_t start = next_;
    do {
      if (!read()) return false;
      if (in_.opcode == Opcode::load_global) taken |= 1U << parameter_like();
    } while (in_.opcode != Opcode::end);
    next_ = start;
    while (parameters_.letters < kMaxName && (taken >> parameters_.letters & 1U) != 0) {
      ++parameters_.letters;
    }
    return parameters_.letters < kMaxName;
  }

  /// How many letters p the name in in_ has, if it is like a parameter's; otherwise 0.
  std::uint32_t parameter_like() {
    reader_.seek(record_, in_.payload);
    const std::uint32_t letters = in_.payload_size - 1;
    for (std::uint32_t i = 0; i < letters; ++i) {
      if (reader_.byte() != 'p') return 0;
    }
    const std::uint8_t digit = reader_.byte();
    return digit >= '0' && digit <= '9' ? letters : 0;
  }

  // ---- Statements ----

  /// The body whose first instruction is the next one, with its braces.
  bool body() {
    out_ << "{";
    loops_ = 0;
    for (bool empty = true;; empty = false) {
      if (!values() || too_long()) return false;
      if (in_.opcode == Opcode::end) {
        if (loops_ != 0 || depth_ != 0) return false;
        if (empty) {
          out_ << " ";
        } else {
          new_line(0);
        }
        out_ << "}\n";
        return true;
      }
      if (in_.opcode == Opcode::back) {
        if (!end_loop()) return false;
      } else {
        new_line(loops_ + 1);
        if (!statement()) return false;
      }
    }
  }

  /// What stands before a statement or a closing brace, `depth` steps further in than the head.
  void new_line(std::uint32_t depth) {
    if (one_line_) {
      out_.put(' ');
    } else {
      out_.put('\n').fill(' ', 2 * depth + (in_layer_ ? 2 : 0));
    }
  }

  /// Passes over the instructions that leave values on the stack; in_ is the first other one. Value
  /// i of depth_ is then made by the code from starts_[i] to starts_[i + 1].
  bool values() {
    depth_ = 0;
    for (;;) {
      starts_[depth_] = next_;
      if (!read()) return false;
      const OpcodeInfo& info = kOpcodes[static_cast<std::size_t>(in_.opcode)];
      if (in_.opcode == Opcode::labels) continue;
      if (in_.opcode == Opcode::more_text && depth_ > 0) continue;
      if (info.pushes == 0) return true;
      if (depth_ < info.pops) return false;
      depth_ = depth_ - info.pops + info.pushes;
      if (depth_ >= starts_.size()) return false;
    }
  }

  bool statement() {
    const OpcodeInfo& info = kOpcodes[static_cast<std::size_t>(in_.opcode)];
    if (depth_ != (in_.opcode == Opcode::call ? in_.value[1] : info.pops)) return false;
    switch (in_.opcode) {
      case Opcode::tap:
        return chord(0, KeyPlace::statement);
      case Opcode::press:
        return chord_after("press ");
      case Opcode::release:
        return chord_after("release ");
      case Opcode::hold:
        return chord_after("hold ");
      case Opcode::toggle:
        return chord_after("toggle ");
      case Opcode::release_all:
        out_ << "release all";
        return true;
      case Opcode::raw:
        return write_raw(out_, reader_, in_);
      case Opcode::text:
        return text();
      case Opcode::type:
        return value_between("\"${", "}\"");
      case Opcode::wait:
        out_ << "wait ";
        return write_duration(out_, in_.value[0]);
      case Opcode::wait_value:
        return value_between("wait (", ")");
      case Opcode::wait_release:
        return wait_release();
      case Opcode::counter:
        return begin_loop();
      case Opcode::call:
        return call();
      default:
        return false;
    }
  }

  bool chord_after(std::string_view word) {
    out_ << word;
    return chord(0, KeyPlace::operand);
  }

  bool text() {
    out_.put('"');
    const bool good = write_text(out_, reader_, in_.payload, in_.payload_size);
    out_.put('"');
    return good;
  }

  /// Value `i` of those that values() passed over.
  bool value(std::size_t i) {
    return write_expression(out_, reader_, starts_[i], starts_[i + 1], parameters_);
  }

  bool value_between(std::string_view before, std::string_view after) {
    out_ << before;
    const bool good = value(0);
    out_ << after;
    return good;
  }

  bool wait_release() {
    out_ << "wait release";
    if (in_.value[0] == 0) return true;
    out_ << " max ";
    return write_duration(out_, in_.value[0] - 1);
  }

  /// At COUNTER: `repeat E {`. Goes on behind the REPEAT that must follow.
  bool begin_loop() {
    if (one_line_ || loops_ == heads_.size()) return false;
    const std::uint32_t slot = in_.value[0];
    if (!value_between("repeat ", " {")) return false;
    do {
      if (!read()) return false;
    } while (in_.opcode == Opcode::labels);
    heads_[loops_++] = in_.offset;
    return in_.opcode == Opcode::repeat && in_.value[0] == slot;
  }

  /// At BACK.
  bool end_loop() {
    if (loops_ == 0 || depth_ != 0 || in_.offset - in_.value[0] != heads_[loops_ - 1]) return false;
    new_line(loops_);
    --loops_;
    out_ << "}";
    return true;
  }

  bool call() {
    out_ << "call ";
    const std::uint32_t count = in_.value[1];
    const bool named = name();
    for (std::uint32_t i = 0; i < count; ++i) {
      out_ << (i == 0 ? "(" : ", ");
      if (!text_argument(i) && !value(i)) return false;
    }
    if (count > 0) out_ << ")";
    return named;
  }

  /// Argument `i`, if it is a text.
  bool text_argument(std::size_t i) {
    Instruction in;
    reader_.seek(record_, starts_[i]);
    if (!read_instruction(reader_, in) || in.opcode != Opcode::push_text) return false;
    out_.put('"');
    for (;;) {
      const bool goes_on = in.end < starts_[i + 1];
      if (!write_text(out_, reader_, in.payload, in.payload_size, goes_on)) return false;
      if (!goes_on) break;
      reader_.seek(record_, in.end);
      if (!read_instruction(reader_, in) || in.opcode != Opcode::more_text) return false;
    }
    out_.put('"');
    return true;
  }

  std::array<std::uint8_t, 64> window_{};
  TextWriter out_;
  CodeReader reader_;
  std::uint32_t record_;
  Purpose purpose_;
  Instruction in_;
  std::uint32_t next_ = 0;    ///< Where the instruction after in_ starts.
  std::uint32_t prefix_ = 0;  ///< Columns before the declaration.
  bool in_layer_ = false;
  bool one_line_ = false;
  const MeasuringSink* measure_ = nullptr;  ///< Set while fits() tries.
  ParameterNames parameters_;
  std::array<std::uint32_t, kMaxDepth + 1> starts_{};
  std::size_t depth_ = 0;                         ///< Values on the stack.
  std::array<std::uint32_t, kMaxLoops> heads_{};  ///< Offsets of the open loops' REPEAT.
  std::uint32_t loops_ = 0;                       ///< How many are open.
};

}  // namespace

Status decompile_definition(Roll& roll, std::uint32_t record, TextSink& sink) {
  using Purpose = DefinitionWriter::Purpose;
  NullSink nowhere;
  if (!DefinitionWriter{roll, record, nowhere, Purpose::checking}.run()) {
    TextWriter{sink} << "# definition ";
    TextWriter{sink}.decimal(record + 1) << " is damaged\n";
    return Status::errors;
  }
  DefinitionWriter{roll, record, sink, Purpose::reading}.run();
  return Status::ok;
}

Status decompile(Roll& roll, TextSink& sink) {
  Status status = Status::ok;
  for (std::uint32_t record = 0; record < roll.size(); ++record) {
    if (decompile_definition(roll, record, sink) != Status::ok) status = Status::errors;
  }
  return status;
}

}  // namespace pianola::lang
