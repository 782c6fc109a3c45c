#include "lang/text/listing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/text_writer.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/notation.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/words.hpp"
#include "lang/text/roll_measure.hpp"

namespace pianola::lang {
namespace {

/// Columns of the mnemonics, so that operands stand in a line.
constexpr std::size_t kMnemonicWidth = [] {
  std::size_t width = 0;
  for (const std::string_view mnemonic : kMnemonics) width = std::max(width, mnemonic.size());
  return width;
}();

class Lister {
 public:
  Lister(Roll& roll, TextSink& sink) : roll_(roll), out_(sink), reader_(roll, window_) {}

  Status run() {
    Totals totals;
    for (std::uint32_t position = 0; position < roll_.size(); ++position) {
      const std::uint32_t record = roll_.record_at(position);
      const DefinitionSize size = measure_definition(roll_, record);
      totals.code += size.code;
      totals.source += size.source;
      out_ << "definition ";
      out_.decimal(position + 1) << ": ";
      out_.decimal(size.source) << " bytes of source, ";
      out_.decimal(size.code) << " bytes of code\n";
      list_code(record, size.code);
    }
    list_index();
    out_ << "total: ";
    out_.decimal(roll_.size()) << " definitions, ";
    out_.decimal(totals.source) << " bytes of source, ";
    out_.decimal(totals.code) << " bytes of code, ";
    out_.decimal(roll_.index_size()) << " index entries\n";
    return status_;
  }

 private:
  struct Totals {
    std::uint32_t code = 0;
    std::uint32_t source = 0;
  };

  void list_code(std::uint32_t record, std::uint32_t size) {
    reader_.seek(record, 0);
    while (!reader_.at_end()) {
      Instruction in;
      const bool good = read_instruction(reader_, in) && in.end <= size;
      out_ << "  ";
      out_.hex(in.offset, 4);
      if (!good) {
        out_ << "  ???\n";
        status_ = Status::errors;
        return;
      }
      list_instruction(in);
      reader_.seek(record, in.end);
    }
  }

  void list_instruction(const Instruction& in) {
    const Operands& operands = operands_of(in.opcode);
    const std::string_view mnemonic = mnemonic_of(in.opcode);
    const std::uint32_t size = in.end - in.offset;
    out_.fill(' ', size < 10 ? 4 : size < 100 ? 3 : 2).decimal(size) << "  " << mnemonic;
    if (operands[0] == OperandKind::none) {
      out_ << "\n";
      return;
    }
    out_.fill(' ', static_cast<std::uint32_t>(kMnemonicWidth - mnemonic.size() + 1));
    bool good = true;
    if (in.opcode == Opcode::raw) {
      good = write_raw(out_, reader_, in);
    } else if (in.opcode == Opcode::mods_held || in.opcode == Opcode::without_some) {
      good = write_held_mods(
          out_, {static_cast<std::uint8_t>(in.value[0]), static_cast<std::uint8_t>(in.value[1])});
    } else if (in.opcode == Opcode::layer_mods) {
      good = write_layer_mods(out_, static_cast<hid::Modifiers>(in.value[0]));
    } else {
      for (std::size_t i = 0; i < operands.size(); ++i) {
        good = list_operand(in, operands, i) && good;
      }
    }
    if (!good) status_ = Status::errors;
    out_ << (good ? "\n" : "  ???\n");
  }

  /// Writes operand `i` with a space before it where one is needed. False if it makes no sense.
  bool list_operand(const Instruction& in, const Operands& operands, std::size_t i) {
    const OperandKind kind = operands[i];
    const std::uint32_t value = in.value[i];
    // Modifiers come with their key.
    if (kind == OperandKind::none || kind == OperandKind::mods) return true;
    if (i > 0 && !(i == 1 && operands[0] == OperandKind::mods)) out_.put(' ');
    switch (kind) {
      case OperandKind::number:
        list_number(in.opcode, i, value);
        break;
      case OperandKind::integer:
        out_.decimal(static_cast<std::int32_t>(value));
        break;
      case OperandKind::slot:
        out_.put('s').decimal(value);
        break;
      case OperandKind::key:
        // All but HELD have modifiers before it.
        return write_chord(
            out_, i == 0 ? hid::Modifiers{0} : static_cast<hid::Modifiers>(in.value[i - 1]),
            KeyRef::from_raw(value), KeyPlace::operand);
      case OperandKind::label:
        out_.put('L').decimal(value);
        break;
      case OperandKind::distance:
        out_.hex(in.offset - value, 4);
        break;
      case OperandKind::name:
        return write_name(out_, reader_, in.payload, value);
      case OperandKind::text:
        return list_text(in.text());
      case OperandKind::trigger:
        return write_trigger(out_, reader_, in);
      case OperandKind::pattern:
        return write_pattern(out_, reader_, in);
      case OperandKind::labels:
        list_labels(in);
        break;
      case OperandKind::none:
      case OperandKind::mods:
      case OperandKind::keys:  // of RAW only, which is spelled as a whole
        break;
    }
    return true;
  }

  /// With its offset, if it stands in the source.
  bool list_text(const TextPlace& text) {
    if (text.in_source) {
      out_ << "source ";
      out_.hex(text.offset, 4).put(' ');
    }
    out_.put('"');
    const bool good = write_text(out_, reader_, text);
    out_.put('"');
    return good;
  }

  void list_number(Opcode opcode, std::size_t i, std::uint32_t value) {
    const std::string_view word = opcode == Opcode::query ? query_name(value)
                                  : opcode == Opcode::led ? led_name(value)
                                                          : std::string_view{};
    if (!word.empty()) {
      out_ << word;
      return;
    }
    const bool setting = opcode == Opcode::set_number || opcode == Opcode::set_name ||
                         opcode == Opcode::set_keys || opcode == Opcode::option;
    const bool offset = (opcode == Opcode::labels && i == 0) || (opcode == Opcode::end && i == 1);
    if (setting && i == 0 && value < kSettings.size()) {
      out_ << kSettings[value].name;
    } else if (offset && value != 0) {
      out_.put('@').hex(value - 1, 4);
    } else if (offset) {
      out_.put('-');
    } else {
      out_.decimal(value);
    }
  }

  /// `L0=001a/2`: label, offset, block depth.
  void list_labels(const Instruction& in) {
    reader_.seek(reader_.record(), in.payload);
    for (std::uint32_t at = 0; at < in.payload_size; at += 6) {
      std::array<std::uint8_t, 6> entry{};
      reader_.bytes(entry);
      if (at > 0) out_.put(' ');
      out_.put('L').decimal(entry[0] | (std::uint32_t{entry[1]} << 8)).put('=');
      out_.hex(entry[2] | (std::uint32_t{entry[3]} << 8) | (std::uint32_t{entry[4]} << 16), 4);
      out_.put('/').decimal(std::uint32_t{entry[5]});
    }
  }

  // ---- The index ----

  void list_index() {
    out_ << "index\n";
    for (std::uint32_t position = 0; position < roll_.index_size(); ++position) {
      IndexEntry entry;
      if (!roll_.index_entry(position, entry)) {
        out_ << "  ???\n";
        status_ = Status::errors;
        continue;
      }
      out_ << "  ";
      list_key(entry);
      out_ << " -> definition ";
      list_definition(entry.record);
      out_ << " code ";
      out_.hex(entry.code, 4) << " body ";
      out_.hex(entry.body, 4) << " labels ";
      list_number(Opcode::labels, 0, entry.labels);
      out_ << " frame ";
      out_.decimal(std::uint32_t{entry.frame}) << " params ";
      out_.decimal(std::uint32_t{entry.params}) << "\n";
    }
  }

  void list_definition(std::uint32_t record) {
    const std::uint32_t definition = position_of(roll_, record);
    if (definition < roll_.size()) {
      out_.decimal(definition + 1);
    } else {
      out_ << "???";
      status_ = Status::errors;
    }
  }

  /// Scope, kind and key, each as the index holds it; hashes with the name that they stand for.
  void list_key(const IndexEntry& entry) {
    constexpr std::array<std::string_view, 6> kSpaces = {"trigger ", "macro ",   "variable ",
                                                         "layer ",   "setting ", "text "};
    constexpr std::array<std::string_view, kTriggerKinds> kKinds = {
        "press", "leader", "double", "hold", "tap", "together", "text", "vial", "event", "dance"};
    const std::uint32_t space = entry.key.high >> 28;
    const std::uint32_t kind = entry.key.high >> 24 & 0xFU;
    list_scope(entry.key.scope);
    if (space >= kSpaces.size() || (space == 0 && kind >= kKinds.size())) {
      out_ << "???";
      status_ = Status::errors;
      return;
    }
    out_ << kSpaces[space];
    if (space == static_cast<std::uint32_t>(IndexSpace::setting)) {
      list_number(Opcode::set_number, 0, entry.key.low);
    } else if (space != 0) {
      list_hash(entry.key.low);
      list_name(entry);
    } else {
      out_ << kKinds[kind] << " ";
      list_trigger_key(entry, static_cast<TriggerKind>(kind));
      list_declared_trigger(entry);
    }
  }

  void list_scope(std::uint32_t scope) {
    if (scope == 0) return;
    IndexEntry layer;
    out_ << "in layer ";
    list_hash(scope);
    if (index_find(roll_, name_key(IndexSpace::layer, scope), layer)) list_name(layer);
    out_ << ": ";
  }

  void list_hash(std::uint32_t hash) { out_.put('#').hex(hash, 8); }

  /// What the index is searched for: usages and modifiers, or a hash or a number.
  void list_trigger_key(const IndexEntry& entry, TriggerKind kind) {
    const std::uint32_t second = key_second(entry.key);
    const TriggerMods mods = key_mods(entry.key);
    switch (kind) {
      case TriggerKind::text:
        list_hash(entry.key.low);
        return;
      case TriggerKind::event:
        out_.decimal(second) << "/";
        list_hash(entry.key.low);
        return;
      case TriggerKind::vial:
        out_.decimal(entry.key.low >> 16);
        return;
      default:
        break;
    }
    const bool many = (entry.key.high & kManyInIndex) != 0;
    if (kind == TriggerKind::dance)
      out_ << kClauseWords[std::min<std::size_t>(second, kClauses - 1)] << " ";
    if (many || kind == TriggerKind::together) {
      out_ << "0x";
      out_.hex(second, 2) << (kind == TriggerKind::together ? "+" : " ");
    }
    out_ << (many ? "#" : "0x");
    out_.hex(entry.key.low >> 16, many ? 4 : 2);
    if (mods.any()) {
      out_ << " exact ";
      out_.hex(mods.exact, 2) << " either ";
      out_.hex(mods.either, 1);
      if (mods.more) out_ << " " << kAnyMods;
    }
  }

  /// The declaring instruction that `entry` leads to. False if there is none.
  bool read_declaration(const IndexEntry& entry, Instruction& in) {
    reader_.seek(entry.record, entry.code);
    return read_instruction(reader_, in);
  }

  void list_name(const IndexEntry& entry) {
    Instruction in;
    const bool named = read_declaration(entry, in) &&
                       (in.opcode == Opcode::macro || in.opcode == Opcode::variable ||
                        in.opcode == Opcode::layer || in.opcode == Opcode::named_text);
    out_.put(' ');
    if (named) {
      write_name(out_, reader_, in.payload, in.payload_size);
    } else {
      out_ << "???";
      status_ = Status::errors;
    }
  }

  void list_declared_trigger(const IndexEntry& entry) {
    Instruction in;
    const bool triggered =
        read_declaration(entry, in) && operands_of(in.opcode)[0] == OperandKind::trigger;
    out_ << " (";
    if (triggered) {
      write_trigger(out_, reader_, in);
    } else {
      out_ << "???";
      status_ = Status::errors;
    }
    out_ << ")";
  }

  Roll& roll_;
  TextWriter out_;
  std::array<std::uint8_t, 64> window_{};
  CodeReader reader_;
  Status status_ = Status::ok;
};

}  // namespace

Status write_listing(Roll& roll, TextSink& sink) { return Lister{roll, sink}.run(); }

}  // namespace pianola::lang
