#include "lang/code/code_reader.hpp"

#include "base/fnv.hpp"

namespace pianola::lang {
namespace {

constexpr std::uint32_t kLabelEntry = 6;

/// Remembers where a counted payload lies and goes on after it.
bool read_payload(CodeReader& reader, std::uint32_t most, std::uint32_t unit, Instruction& out) {
  const std::uint32_t count = reader.byte();
  out.payload = reader.offset();
  out.payload_size = count * unit;
  reader.skip(out.payload_size);
  return count <= most;
}

/// The keys of a trigger; `many`: a byte before them says how many.
bool read_keys(CodeReader& reader, bool many, Trigger& trigger) {
  const bool together = trigger.kind == TriggerKind::together;
  trigger.keys = together ? 2 : 1;
  if (many) {
    const std::size_t least = trigger.keys;
    const std::size_t most = together                              ? kMaxTogether
                             : trigger.kind == TriggerKind::leader ? kMaxSequence
                                                                   : 0;
    trigger.keys = reader.byte();
    if (trigger.keys <= least || trigger.keys > most) return false;
  }
  trigger.key = KeyRef::from_raw(reader.number());
  for (std::size_t i = 1; i < trigger.keys; ++i) reader.number();
  return true;
}

bool read_trigger(CodeReader& reader, Instruction& out) {
  const std::uint8_t head = reader.byte();
  Trigger& trigger = out.trigger;
  trigger = {};
  if ((head & 0x1FU) >= kTriggerKinds) return false;
  trigger.kind = static_cast<TriggerKind>(head & 0x1FU);
  trigger.mods.more = (head & 0x40U) != 0;
  if (trigger.mods.more && (head & 0x80U) == 0) return false;
  if ((head & 0x80U) != 0) {
    trigger.mods.exact = reader.byte();
    trigger.mods.either = reader.byte();
    if (!trigger.mods.any() || trigger.mods.either > 0xF) return false;
  }
  const auto hashed = [&](std::uint32_t most) {
    if (!read_payload(reader, most, 1, out)) return false;
    // The hash is of the payload: read it, then stand after it again.
    const std::uint32_t end = reader.offset();
    reader.seek(reader.record(), out.payload);
    trigger.hash = kFnvStart;
    while (reader.offset() < end) {
      trigger.hash = fnv_step(trigger.hash, reader.byte());
      if (reader.failed()) return false;
    }
    return true;
  };
  switch (trigger.kind) {
    case TriggerKind::text:
      return hashed(kMaxText) && out.payload_size > 0;
    case TriggerKind::vial:
      trigger.number = reader.byte();
      return trigger.number < 128;
    case TriggerKind::event:
      trigger.number = reader.byte();
      if (trigger.number > static_cast<std::uint8_t>(Event::layer)) return false;
      return trigger.number != static_cast<std::uint8_t>(Event::layer) ||
             (hashed(kMaxName) && out.payload_size > 0);
    default:
      return read_keys(reader, (head & kManyKeys) != 0, trigger);
  }
}

bool read_text(CodeReader& reader, Instruction& out) {
  TextPlace text;
  const bool good = read_text_place(reader, text);
  out.payload = text.offset;
  out.payload_size = text.size;
  out.in_source = text.in_source;
  return good;
}

/// The payload holds the keys; their number is the byte before it.
bool read_pattern(CodeReader& reader, Instruction& out) {
  const std::uint8_t count = reader.byte();
  out.payload = reader.offset();
  for (std::uint8_t i = 0; i < count && !reader.failed(); ++i) {
    reader.skip(2);
    reader.number();
  }
  out.payload_size = reader.offset() - out.payload;
  return count > 0 && count <= kMaxPattern;
}

bool read_operand(CodeReader& reader, OperandKind kind, std::uint32_t& value, Instruction& out) {
  bool good = true;
  switch (kind) {
    case OperandKind::none:
      return true;
    case OperandKind::number:
    case OperandKind::label:
    case OperandKind::distance:
    case OperandKind::key:
      value = reader.number();
      break;
    case OperandKind::integer:
      value = static_cast<std::uint32_t>(reader.integer());
      break;
    case OperandKind::slot:
      value = reader.byte();
      good = value < kMaxSlots;
      break;
    case OperandKind::mods:
      value = reader.byte();
      break;
    case OperandKind::name:
      good = read_payload(reader, kMaxName, 1, out) && out.payload_size > 0;
      value = out.payload_size;
      break;
    case OperandKind::text:
      good = read_text(reader, out);
      value = out.payload_size;
      break;
    case OperandKind::keys:
      good = read_payload(reader, kMaxRawKeys, 1, out);
      value = out.payload_size;
      break;
    case OperandKind::pattern:
      good = read_pattern(reader, out);
      value = out.payload_size;
      break;
    case OperandKind::labels:
      good = read_payload(reader, 255, kLabelEntry, out);
      value = out.payload_size / kLabelEntry;
      break;
    case OperandKind::trigger:
      good = read_trigger(reader, out);
      break;
  }
  return good && !reader.failed();
}

}  // namespace

bool read_text_place(CodeReader& reader, TextPlace& out) {
  const std::uint8_t size = reader.byte();
  out.size = size & kMaxText;
  out.in_source = (size & kTextInSource) != 0;
  if (out.in_source) {
    out.offset = reader.number();
    return out.size != 0 && out.offset <= kMaxSource;
  }
  out.offset = reader.offset();
  reader.skip(size);
  return true;
}

/// The rest of a number whose first byte says that it goes on.
std::uint32_t CodeReader::long_number(std::uint8_t first) {
  std::uint32_t value = first & 0x7FU;
  for (unsigned shift = 7; shift < 35; shift += 7) {
    const std::uint32_t next = byte();
    if (failed_ || (shift == 28 && next > 0xF)) break;
    value |= (next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  failed_ = true;
  return 0;
}

std::int32_t CodeReader::integer() {
  const std::uint32_t zigzag = number();
  return static_cast<std::int32_t>((zigzag >> 1) ^ (~(zigzag & 1U) + 1U));
}

void CodeReader::bytes(std::span<std::uint8_t> out) {
  for (std::uint8_t& value : out) value = byte();
}

bool CodeReader::at_end() {
  const std::uint32_t at = offset_ - start_;
  return at >= filled_ && !load();
}

/// Makes the window hold the byte at the place, which it does not hold yet. False if the code or
/// the slice ends before it.
bool CodeReader::load() {
  const std::uint32_t into = offset_ % static_cast<std::uint32_t>(window_.size());
  const std::uint32_t start = offset_ - into;
  // A byte that is not in the window of its place is after the end.
  if (filled_ == 0 || start != start_) {
    start_ = start;
    const std::span chars{reinterpret_cast<char*>(window_.data()), window_.size()};
    filled_ = static_cast<std::uint32_t>(in_source() ? roll_->read_source(record(), start, chars)
                                                     : roll_->read_code(record_, start, window_));
  }
  return into < filled_;
}

std::uint8_t CodeReader::refill() {
  if (failed_ || !load()) {
    failed_ = true;
    return 0;
  }
  return window_[offset_++ - start_];
}

bool read_instruction(CodeReader& reader, Instruction& out) {
  out.offset = reader.offset();
  out.value = {};
  out.payload_size = 0;
  out.in_source = false;
  const std::uint8_t code = reader.byte();
  if (reader.failed() || code >= kOpcodeCount) return false;
  out.opcode = static_cast<Opcode>(code);
  const Operands& operands = kOperands[code];
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!read_operand(reader, operands[i], out.value[i], out)) return false;
  }
  out.end = reader.offset();
  return out.end <= kMaxCode;
}

std::uint8_t seek_keys(CodeReader& reader, std::uint32_t record, std::uint32_t code) {
  reader.seek(record, code + 1);
  const std::uint8_t head = reader.byte();
  if ((head & 0x80U) != 0) reader.skip(2);
  if ((head & kManyKeys) != 0) return reader.byte();
  return (head & 0x1FU) == static_cast<std::uint8_t>(TriggerKind::together) ? 2 : 1;
}

namespace {

/// How many bytes find_label() looks ahead: the labels of short blocks stand there.
constexpr std::uint32_t kLabelsAhead = 512;

/// Reads the piece of the label table that the reader stands before; `before` gets the link to the
/// piece before it. The label, if it is there; failed() if that is no piece.
std::optional<Label> read_labels(CodeReader& reader, std::uint32_t label, std::uint32_t& before) {
  reader.byte();
  before = reader.number();
  for (std::uint32_t count = reader.byte(); count > 0 && !reader.failed(); --count) {
    std::array<std::uint8_t, kLabelEntry> entry{};
    reader.bytes(entry);
    if ((entry[0] | (std::uint32_t{entry[1]} << 8)) != label || reader.failed()) continue;
    const std::uint32_t high = std::uint32_t{entry[4]} << 16;
    return Label{entry[2] | (std::uint32_t{entry[3]} << 8) | high, entry[5]};
  }
  return std::nullopt;
}

/// Whether the reader stands before a piece of the label table.
bool at_labels(CodeReader& reader) {
  return reader.peek() == static_cast<std::uint8_t>(Opcode::labels);
}

/// Looks for the label in the pieces that stand within kLabelsAhead bytes from `from` on. Never
/// inlined: its frame is gone when the rest of the table is read.
[[gnu::noinline]] std::optional<Label> find_ahead(CodeReader& reader, std::uint32_t record,
                                                  std::uint32_t from, std::uint32_t label) {
  Instruction instruction;
  reader.seek(record, from);
  while (reader.offset() - from < kLabelsAhead) {
    if (at_labels(reader)) {
      std::uint32_t before = 0;
      const std::optional<Label> found = read_labels(reader, label, before);
      if (found || reader.failed()) return found;
    } else if (!read_instruction(reader, instruction)) {
      break;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Label> find_label(CodeReader& reader, std::uint32_t record, std::uint32_t labels,
                                std::uint32_t label, std::uint32_t from) {
  for (bool last = true; labels != 0; last = false) {
    const std::uint32_t at = labels - 1;
    reader.seek(record, at);
    if (!at_labels(reader)) return std::nullopt;
    std::optional<Label> found = read_labels(reader, label, labels);
    // Pieces are linked backwards only: a loop among them is a corrupt roll.
    if (reader.failed() || labels > at) return std::nullopt;
    // A body with thousands of blocks has as many pieces, but that of a short block is near.
    if (!found && last && labels != 0) found = find_ahead(reader, record, from, label);
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace pianola::lang
