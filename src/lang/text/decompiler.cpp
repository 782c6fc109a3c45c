#include "lang/text/decompiler.hpp"

#include <utility>

#include "hid/key_names.hpp"
#include "lang/code/remap.hpp"
#include "lang/code/words.hpp"
#include "lang/text/definition_writer.hpp"

namespace pianola::lang {
namespace {

/// A binding or macro of at most so many columns stands on one line.
constexpr std::uint32_t kColumns = 80;

/// Takes text away.
class NullSink final : public TextSink {
 public:
  void write(std::span<const char>) override {}
};

}  // namespace

bool DefinitionWriter::run() {
  if (at_end()) return true;
  if (!declaration()) return false;
  while (in_layer_) {
    if (!declaration()) return false;
  }
  return at_end();
}

// ---- Reading ----------------------------------------------------------------------------------

/// Reads the next instruction into in_.
bool DefinitionWriter::read() {
  reader_.seek(record_, next_);
  if (!read_instruction(reader_, in_)) return false;
  next_ = in_.end;
  return true;
}

bool DefinitionWriter::at_end() {
  reader_.seek(record_, next_);
  return reader_.at_end();
}

/// The chord whose modifiers are operand `mods` and whose key is the operand after it.
bool DefinitionWriter::chord(std::size_t mods, KeyPlace place) {
  return write_chord(out_, static_cast<hid::Modifiers>(in_.value[mods]),
                     KeyRef::from_raw(in_.value[mods + 1]), place);
}

// ---- Declarations -----------------------------------------------------------------------------

bool DefinitionWriter::declaration() {
  if (!read()) return false;
  prefix_ = 0;
  if (in_layer_ && in_.opcode != Opcode::layer_end) write_prefix("  ");
  indent_ = prefix_;
  if (in_.opcode == Opcode::private_next) {
    write_prefix("private ");
    if (!read() || in_.opcode == Opcode::layer_end) return false;
  }
  if (!pass_options()) return false;
  switch (in_.opcode) {
    case Opcode::set_number:
    case Opcode::set_name:
    case Opcode::set_keys:
      return !in_layer_ && setting();
    case Opcode::variable:
      return !in_layer_ && variable();
    case Opcode::named_text:
      return !in_layer_ && named_text();
    case Opcode::macro:
      return !in_layer_ && with_body();
    case Opcode::bind:
      return in_.trigger.kind == TriggerKind::dance ? dance() : with_body();
    case Opcode::remap_none:
      return remap();
    case Opcode::layer:
      return !in_layer_ && begin_layer();
    case Opcode::layer_end:
      out_ << "}\n";
      return std::exchange(in_layer_, false);
    default:
      return find_remap(in_.opcode) != nullptr && remap();
  }
}

void DefinitionWriter::write_prefix(std::string_view text) {
  out_ << text;
  prefix_ += static_cast<std::uint32_t>(text.size());
}

bool DefinitionWriter::setting() {
  const std::uint32_t number = in_.value[0];
  if (number >= kSettings.size()) return false;
  const SettingInfo& info = kSettings[number];
  out_ << "set " << info.name << " = ";
  const bool named = in_.opcode == Opcode::set_name;
  const bool keys = in_.opcode == Opcode::set_keys;
  if (named != (info.type == SettingType::layout)) return false;
  if (keys != (info.type == SettingType::keys)) return false;
  const bool good = named  ? name()
                    : keys ? key_list(Opcode::listed_key)
                           : setting_value(info, in_.value[1]);
  out_ << "\n";
  return good;
}

bool DefinitionWriter::setting_value(const SettingInfo& info, std::uint32_t value) {
  const bool word = value < info.choices.size();
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
    case SettingType::lints:
      return lints(value);
    case SettingType::layout:
    case SettingType::keys:
      break;
  }
  return false;
}

/// A setting's key is written by name, letters too.
bool DefinitionWriter::setting_key(const SettingInfo& info, std::uint32_t value) {
  const bool word = value == 0 && !info.choices[0].empty();
  if (word) {
    out_ << info.choices[0];
    return true;
  }
  if (value > 0xFFFF) return false;
  const hid::KeyName name = hid::canonical_name(static_cast<hid::Usage>(value));
  out_ << name;
  return !name.empty();
}

bool DefinitionWriter::lints(std::uint32_t value) {
  out_ << "\"";
  for (std::size_t i = 0; i < kLintWords.size(); ++i) {
    if ((value >> i & 1U) == 0) continue;
    out_ << kLintWords[i] << (value >> i == 1 ? "" : " ");
  }
  out_ << "\"";
  return value >> kLintWords.size() == 0;
}

bool DefinitionWriter::typing(std::uint32_t value) {
  if (value >= 2) return write_duration(out_, value - 2);
  out_ << (value == 0 ? "fast" : "safe");
  return true;
}

bool DefinitionWriter::variable() {
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

bool DefinitionWriter::named_text() {
  out_ << "text ";
  if (!name()) return false;
  out_ << " = \"";
  bool good = read() && in_.opcode == Opcode::more_text;
  while (good) {
    const Instruction piece = in_;
    const bool last = at_end();
    good = last || read();
    const bool goes_on = !last && in_.opcode == Opcode::more_text;
    if (piece.opcode == Opcode::more_text) {
      good = good && write_text(out_, reader_, piece.text(), goes_on);
    } else {
      good = good && piece.opcode == Opcode::text_of;
      out_ << "${";
      good = good && write_name(out_, reader_, piece.payload, piece.payload_size);
      out_ << "}";
    }
    if (last) break;
  }
  out_ << "\"\n";
  return good;
}

bool DefinitionWriter::remap() {
  const TriggerKind kind = in_.trigger.kind;
  if (kind == TriggerKind::text || kind == TriggerKind::event) return false;
  if (!write_trigger(out_, reader_, in_) || !options()) return false;
  out_ << " = ";
  if (in_.opcode == Opcode::remap_none) {
    out_ << "none\n";
    return true;
  }
  if (!remap_form(*find_remap(in_.opcode), 1)) return false;
  const bool alone = kind == TriggerKind::press || kind == TriggerKind::vial;
  if (alone && !at_end()) {
    if (!read()) return false;
    if (const RemapForm* const held = find_remap_hold(in_.opcode)) {
      out_ << " / ";
      if (!remap_form(*held, 0)) return false;
    } else {
      unread();
    }
  }
  out_ << "\n";
  return true;
}

/// What the remap in in_ does; the modifiers of a chord are operand `mods`.
bool DefinitionWriter::remap_form(const RemapForm& form, std::size_t mods) {
  out_ << form.words;
  switch (form.operand) {
    case RemapOperand::chord:
      return chord(mods, KeyPlace::operand);
    case RemapOperand::layer:
      return name();
    case RemapOperand::nothing:
      break;
  }
  return true;
}

bool DefinitionWriter::begin_layer() {
  in_layer_ = true;
  out_ << "layer ";
  if (!name() || !read()) return false;
  if (in_.opcode == Opcode::layer_mods) {
    out_ << " (";
    if (!write_layer_mods(out_, static_cast<hid::Modifiers>(in_.value[0]))) return false;
    out_ << ")";
  } else {
    unread();
  }
  out_ << " {\n";
  return true;
}

/// The dance in in_, each of its clauses with the body that follows it.
bool DefinitionWriter::dance() {
  const std::uint32_t indent = indent_;
  unsigned seen = 0;  // one bit a clause
  if (!write_trigger(out_, reader_, in_) || !options()) return false;
  out_ << " {\n";
  while (!at_end()) {
    if (!read()) return false;
    if (in_.opcode != Opcode::clause) {
      unread();
      break;
    }
    const std::uint32_t clause = in_.value[0];
    if (clause >= kClauseWords.size() || (seen >> clause & 1U) != 0) return false;
    seen |= 1U << clause;
    prefix_ = indent_ = indent + 2;
    out_.fill(' ', indent_);
    if (!with_body()) return false;
  }
  out_.fill(' ', indent) << "}\n";
  return seen != 0;
}

// ---- Bindings and macros ----------------------------------------------------------------------

/// The binding or macro in in_, on one line if it fits.
bool DefinitionWriter::with_body() {
  const std::uint32_t start = in_.offset;
  one_line_ = purpose_ == Purpose::reading && fits();
  next_ = start;
  return read() && head_and_body();
}

/// Whether the binding or macro in in_ fits on one line.
bool DefinitionWriter::fits() {
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
bool DefinitionWriter::too_long() const {
  return measure_ != nullptr && prefix_ + measure_->columns() > kColumns;
}

bool DefinitionWriter::head_and_body() {
  const bool good = in_.opcode == Opcode::macro    ? macro_head()
                    : in_.opcode == Opcode::clause ? clause_head()
                                                   : binding_head();
  return good && body();
}

bool DefinitionWriter::clause_head() {
  out_ << kClauseWords[in_.value[0]] << " ";
  return survey(0);
}

bool DefinitionWriter::binding_head() {
  if (!write_trigger(out_, reader_, in_)) return false;
  const bool text = in_.trigger.kind == TriggerKind::text;
  if (text && in_.payload_size > kMaxAbbreviation) return false;
  const std::uint32_t erased = text ? abbreviation_size() - 1 : 0;
  ended_ = false;
  if (!options() || (ended_ && !text)) return false;
  out_ << " ";
  return erase(ended_ ? erased + 1 : erased) && survey(0);
}

/// Characters of the abbreviation in in_.
std::uint32_t DefinitionWriter::abbreviation_size() {
  reader_.seek(record_, in_.payload);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < in_.payload_size; ++i) {
    if ((reader_.byte() & 0xC0U) != 0x80U) ++count;
  }
  return count;
}

/// Passes over the ERASE that an abbreviation of `characters` + 1 characters begins with.
bool DefinitionWriter::erase(std::uint32_t characters) {
  if (characters == 0) return true;
  return read() && in_.opcode == Opcode::erase && in_.value[0] == characters;
}

// ---- Options of a trigger ---------------------------------------------------------------------

/// Goes on to the trigger that the options from here on, if there are any, belong to.
bool DefinitionWriter::pass_options() {
  const auto is_it = [&](const OptionInfo& info) { return info.opcode == in_.opcode; };
  options_at_ = in_.offset;
  while (std::ranges::any_of(kOptions, is_it)) {
    if (!read()) return false;
  }
  return in_.offset == options_at_ || operands_of(in_.opcode)[0] == OperandKind::trigger;
}

/// The options of the trigger in in_.
bool DefinitionWriter::options() {
  const Instruction trigger = in_;
  next_ = options_at_;
  unsigned seen = 0;  // one bit an option
  while (next_ < trigger.offset) {
    if (!read() || !option(seen)) return false;
  }
  if (seen != 0) out_ << ")";
  in_ = trigger;
  next_ = trigger.end;
  return true;
}

/// The option in in_, with its word.
bool DefinitionWriter::option(unsigned& seen) {
  std::size_t index = 0;
  for (; index < kOptions.size(); ++index) {
    const OptionInfo& info = kOptions[index];
    const bool named =
        info.opcode != Opcode::option || static_cast<std::uint32_t>(info.setting) == in_.value[0];
    if (info.opcode == in_.opcode && named) break;
  }
  if (index == kOptions.size() || (seen >> index & 1U) != 0) return false;
  out_ << (seen == 0 ? " (" : ", ") << kOptionWords[index] << ": ";
  seen |= 1U << index;
  return option_value(kOptions[index]);
}

/// The value of the option in in_.
bool DefinitionWriter::option_value(const OptionInfo& info) {
  const std::uint32_t value = in_.value[0];
  switch (in_.opcode) {
    case Opcode::option_again:
      if (value >= kAgainWords.size()) return false;
      out_ << kAgainWords[value];
      return true;
    case Opcode::option_typing:
      return typing(value);
    case Opcode::option_pause:
      return write_duration(out_, value);
    case Opcode::option:
      return setting_value(kSettings[static_cast<std::size_t>(info.setting)], in_.value[1]);
    case Opcode::option_with:
      unread();
      return key_list(Opcode::option_with);
    case Opcode::option_anywhere:
    case Opcode::option_case:
    case Opcode::option_end:
      if (value >= kSwitchWords.size()) return false;
      ended_ = ended_ || (in_.opcode == Opcode::option_end && value == 1);
      out_ << kSwitchWords[value];
      return true;
    default:
      return name();
  }
}

/// The keys of all the `opcode`s from here on, in quotes.
bool DefinitionWriter::key_list(Opcode opcode) {
  bool good = true;
  out_.put('"');
  while (good && !at_end()) {
    if (!read()) return false;
    if (in_.opcode != opcode) {
      unread();
      break;
    }
    const KeyRef key = KeyRef::from_raw(in_.value[0]);
    // A dollar may be before a brace.
    good = key.is_character() && write_text_character(out_, key.value(), U'{');
  }
  out_.put('"');
  return good;
}

// ---- Bodies ------------------------------------------------------------------------------------

bool DefinitionWriter::macro_head() {
  out_ << "macro ";
  if (!name() || in_.value[1] > kMaxParameters) return false;
  if (!survey(static_cast<std::uint8_t>(in_.value[1]))) return false;
  for (std::uint32_t i = 0; i < names_.parameters; ++i) {
    out_ << (i == 0 ? "(" : ", ");
    write_slot(out_, names_, i);
  }
  out_ << (names_.parameters == 0 ? " " : ") ");
  return true;
}

/// Reads the body ahead: where its labels are, and names for its locals that no global has which it
/// uses. False if the body is broken.
bool DefinitionWriter::survey(std::uint8_t parameters) {
  names_ = {};
  names_.parameters = parameters;
  names_.known = (1U << parameters) - 1U;
  std::uint32_t taken = 0;  // bit n: some name of n letters and a number
  const std::uint32_t start = next_;
  do {
    if (!read()) return false;
    const bool global = in_.opcode == Opcode::load_global || in_.opcode == Opcode::store_global;
    if (global) taken |= 1U << name_like();
  } while (in_.opcode != Opcode::end);
  labels_ = in_.value[1];
  next_ = start;
  while (names_.letters < kMaxName && (taken >> names_.letters & 1U) != 0) ++names_.letters;
  return names_.letters < kMaxName - 1;
}

/// How many letters the name in in_ has, if it is like one that survey() chooses; otherwise 0.
std::uint32_t DefinitionWriter::name_like() {
  reader_.seek(record_, in_.payload);
  const std::uint8_t letter = reader_.byte();
  if (letter != 'p' && letter != 'v') return 0;
  std::uint32_t letters = 1;
  for (std::uint32_t i = 1; i < in_.payload_size; ++i) {
    const std::uint8_t c = reader_.byte();
    if (c == letter && i == letters) {
      ++letters;
    } else if (c < '0' || c > '9') {
      return 0;
    }
  }
  return letters < in_.payload_size ? letters : 0;
}

// ---- Definitions ------------------------------------------------------------------------------

Status decompile_definition(Roll& roll, std::uint32_t record, TextSink& sink) {
  using Purpose = DefinitionWriter::Purpose;
  NullSink nowhere;
  if (!DefinitionWriter{roll, record, nowhere, Purpose::checking}.run()) {
    TextWriter{sink} << "# definition ";
    TextWriter{sink}.decimal(position_of(roll, record) + 1) << " is damaged\n";
    return Status::errors;
  }
  DefinitionWriter{roll, record, sink, Purpose::reading}.run();
  return Status::ok;
}

Status decompile(Roll& roll, TextSink& sink) {
  Status status = Status::ok;
  for (std::uint32_t position = 0; position < roll.size(); ++position) {
    const std::uint32_t record = roll.record_at(position);
    if (decompile_definition(roll, record, sink) != Status::ok) status = Status::errors;
  }
  return status;
}

}  // namespace pianola::lang
