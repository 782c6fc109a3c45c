#include "store/scratch_code.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "lang/code/trigger.hpp"

namespace pianola::store {
namespace {

using lang::IndexKey;
using lang::IndexSpace;
using lang::ScratchRecord;
using lang::TriggerKind;
using lang::TriggerMods;

// A record begins with 3 bytes: what it is (4 bits), whether more follows that is seldom there (1),
// its definition (5) and its place (14), both counted from the chunk's. Of these all bits set mean
// that they follow as LEB128, less that.

enum class Form : std::uint8_t {
  filling,
  trigger,
  layer_trigger,
  macro,
  variable,  // or a text
  layer,
  text_entry,
  twin,
  macro_use,  // without values
  macro_use_with,
  variable_use,
  text_use,
  assigned_use,
  layer_use,
  any_layer_use,
  setting,
};

constexpr std::uint32_t kMore = 0x10;
constexpr std::uint32_t kFarDefinition = 0x1F;
constexpr std::uint32_t kFarPlace = 0x3FFF;

/// A name or a setting: its space, and how many bytes its declaring instruction has beside the
/// name.
struct NameForm {
  Form form;
  IndexSpace space;
  std::uint8_t instruction;
};
constexpr std::array<NameForm, 5> kNames{{
    {Form::macro, IndexSpace::macro, 3},
    {Form::variable, IndexSpace::variable, 3},
    {Form::layer, IndexSpace::layer, 2},
    {Form::text_entry, IndexSpace::text, 2},
    {Form::setting, IndexSpace::setting, 3},
}};

struct UseForm {
  Form form;
  IndexSpace space;
  std::uint8_t params;
};
constexpr std::array<UseForm, 6> kUses{{
    {Form::macro_use, IndexSpace::macro, 0},
    {Form::variable_use, IndexSpace::variable, lang::kNumberUse},
    {Form::text_use, IndexSpace::variable, lang::kTextUse},
    {Form::assigned_use, IndexSpace::variable, lang::kAssignedUse},
    {Form::layer_use, IndexSpace::layer, 0},
    {Form::any_layer_use, IndexSpace::layer, lang::kAnyParameters},
}};

// What is seldom there: a byte of these, and what it says in their order.
constexpr std::uint32_t kHasCode = 1;
constexpr std::uint32_t kHasBody = 2;  // a name's, less the code
constexpr std::uint32_t kHasLabels = 4;
constexpr std::uint32_t kHasFrame = 8;
constexpr std::uint32_t kHasParams = 16;
constexpr std::uint32_t kHasOptions = 32;
constexpr std::uint32_t kText = 64;
constexpr std::uint32_t kDecides = 128;

// A trigger's first byte, beside its kind.
constexpr std::uint32_t kBinding = 0x10;
constexpr std::uint32_t kFirstIsCharacter = 0x20;
constexpr std::uint32_t kHasMods = 0x40;
constexpr std::uint32_t kHasRest = 0x80;
// In the byte of its modifiers, beside those of which either side counts.
constexpr std::uint32_t kMoreMods = 0x10;
constexpr std::uint32_t kExactMods = 0x20;
// Its rest.
constexpr std::uint32_t kMany = 1;
constexpr std::uint32_t kSecondIsCharacter = 2;
constexpr std::uint32_t kCopy = 4;

/// In half a byte: more than fits there, which follows.
constexpr std::uint32_t kFarHalf = 15;

constexpr std::uint32_t when(bool condition, std::uint32_t bit) { return condition ? bit : 0; }

/// Whether `low` of such a trigger's key is no key with modifiers.
constexpr bool has_number(TriggerKind kind) {
  return kind == TriggerKind::text || kind == TriggerKind::event;
}

Form form_of(const ScratchRecord& record) {
  const IndexKey& key = record.entry.key;
  const IndexSpace space = lang::key_space(key);
  if (record.role == ScratchRecord::Role::use) {
    for (const UseForm& use : kUses) {
      if (space == use.space && record.entry.params == use.params) return use.form;
    }
    return Form::macro_use_with;
  }
  for (const NameForm& name : kNames) {
    if (space == name.space) return name.form;
  }
  return key.scope == 0 ? Form::trigger : Form::layer_trigger;
}

const NameForm* find_name(Form form) {
  for (const NameForm& name : kNames) {
    if (name.form == form) return &name;
  }
  return nullptr;
}

const UseForm* find_use(Form form) {
  for (const UseForm& use : kUses) {
    if (use.form == form) return &use;
  }
  return nullptr;
}

/// Bytes from the code to the body of a name, its own ones not among them.
std::uint32_t usual_body(const NameForm& name, bool text) { return text ? 2 : name.instruction; }

/// What is seldom there and is there. A trigger has its own code and body.
std::uint32_t more_of(const ScratchRecord& record, Form form) {
  const NameForm* const name = find_name(form);
  if (name == nullptr && form != Form::trigger && form != Form::layer_trigger) return 0;
  const lang::IndexEntry& entry = record.entry;
  const bool body = name != nullptr && entry.body - entry.code != usual_body(*name, record.text);
  return when(form != Form::layer_trigger && entry.code != 0, kHasCode) | when(body, kHasBody) |
         when(entry.labels != 0, kHasLabels) | when(entry.frame != 0, kHasFrame) |
         when(entry.params != 0, kHasParams) | when(record.options != 0, kHasOptions) |
         when(record.text, kText) | when(record.decides, kDecides);
}

void encode_more(const ScratchRecord& record, std::uint32_t more, ScratchCode& out) {
  const lang::IndexEntry& entry = record.entry;
  out.byte(more);
  if ((more & kHasCode) != 0) out.number(entry.code);
  if ((more & kHasBody) != 0) out.number(entry.body - entry.code);
  if ((more & kHasLabels) != 0) out.number(entry.labels);
  if ((more & kHasFrame) != 0) out.byte(entry.frame);
  if ((more & kHasParams) != 0) out.byte(entry.params);
  if ((more & kHasOptions) != 0) out.word(record.options);
}

void encode_trigger(const ScratchRecord& record, std::uint8_t scope_place, ScratchCode& out) {
  const IndexKey& key = record.entry.key;
  if (key.scope != 0) {
    out.byte(scope_place);
    if (scope_place == 0) out.scope(key.scope);
    out.number(record.entry.code);
  }
  const TriggerKind kind = lang::key_kind(key);
  const TriggerMods mods = lang::key_mods(key);
  const bool with_mods = !has_number(kind) && (mods.any() || mods.more);
  const std::uint32_t rest = when((key.high & lang::kManyInIndex) != 0, kMany) |
                             when(record.second_is_character, kSecondIsCharacter) |
                             when(record.copy, kCopy);
  const bool with_rest = rest != 0 || lang::key_second(key) != 0;
  out.byte(static_cast<std::uint32_t>(kind) | when(record.binding, kBinding) |
           when(record.first_is_character, kFirstIsCharacter) | when(with_mods, kHasMods) |
           when(with_rest, kHasRest));
  has_number(kind) ? out.word(key.low) : out.number(key.low >> 16);
  if (with_mods) {
    out.byte(mods.either | when(mods.more, kMoreMods) | when(mods.exact != 0, kExactMods));
    if (mods.exact != 0) out.byte(mods.exact);
  }
  if (with_rest) {
    out.byte(rest);
    out.number(lang::key_second(key));
  }
  const std::uint32_t body = record.entry.body - record.entry.code;
  const std::uint32_t length = record.length;
  out.byte(std::min(length, kFarHalf) << 4 | std::min(body, kFarHalf));
  if (length >= kFarHalf) out.byte(length - kFarHalf);
  if (body >= kFarHalf) out.number(body - kFarHalf);
}

void decode_more(ScratchReader& in, std::uint32_t more, ScratchRecord& out) {
  lang::IndexEntry& entry = out.entry;
  if ((more & kHasCode) != 0) entry.code = in.number();
  if ((more & kHasBody) != 0) entry.body = in.number();
  if ((more & kHasLabels) != 0) entry.labels = in.number();
  if ((more & kHasFrame) != 0) entry.frame = static_cast<std::uint8_t>(in.byte());
  if ((more & kHasParams) != 0) entry.params = static_cast<std::uint8_t>(in.byte());
  if ((more & kHasOptions) != 0) out.options = in.word();
  out.text = (more & kText) != 0;
  out.decides = (more & kDecides) != 0;
}

ScratchLink decode_trigger(ScratchReader& in, bool in_layer, ScratchRecord& out) {
  ScratchLink link;
  IndexKey& key = out.entry.key;
  std::uint32_t scope = 0;
  if (in_layer) {
    link.place = static_cast<std::uint8_t>(in.byte());
    if (link.place == 0) {
      scope = in.word();
    } else {
      link.kind = ScratchLink::Kind::scope;
    }
    out.entry.code = in.number();
  }
  const std::uint32_t first = in.byte();
  const auto kind = static_cast<TriggerKind>(first & 0xFU);
  TriggerMods mods;
  std::uint32_t rest = 0;
  std::uint32_t second = 0;
  const std::uint32_t low = has_number(kind) ? in.word() : in.number();
  if ((first & kHasMods) != 0) {
    const std::uint32_t either = in.byte();
    mods.either = either & 0xFU;
    mods.more = (either & kMoreMods) != 0;
    if ((either & kExactMods) != 0) mods.exact = static_cast<std::uint8_t>(in.byte());
  }
  if ((first & kHasRest) != 0) {
    rest = in.byte();
    second = in.number();
  }
  const std::uint32_t halves = in.byte();
  key = lang::trigger_key(scope, kind, mods, low, static_cast<std::uint16_t>(second));
  if ((rest & kMany) != 0) key.high |= lang::kManyInIndex;
  out.binding = (first & kBinding) != 0;
  out.first_is_character = (first & kFirstIsCharacter) != 0;
  out.second_is_character = (rest & kSecondIsCharacter) != 0;
  out.copy = (rest & kCopy) != 0;
  const std::uint32_t length = halves >> 4;
  out.length = static_cast<std::uint8_t>(length == kFarHalf ? length + in.byte() : length);
  const std::uint32_t body = halves & 0xFU;
  out.entry.body = body == kFarHalf ? body + in.number() : body;
  return link;
}

}  // namespace

void ScratchCode::number(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) byte(value | 0x80U);
  byte(value);
}

void ScratchCode::word(std::uint32_t value) {
  put32(bytes_.data() + size_, value);
  size_ = static_cast<std::uint8_t>(size_ + 4U);
}

std::uint32_t ScratchReader::number() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint32_t next = byte();
    value |= (next & 0x7FU) << shift;
    if (next < 0x80) break;
  }
  return value;
}

std::uint32_t ScratchReader::word() {
  if (bytes_.size() - at_ < 4) return byte();  // damaged, and wrong anyhow
  at_ += 4;
  return get32(bytes_.data() + at_ - 4);
}

void encode(const ScratchBase& base, ScratchCode& out) {
  out.number(base.at.offset);
  out.number(base.at.line);
  out.number(base.at.column);
  out.number(base.record);
}

void decode(ScratchReader& in, ScratchBase& out) {
  out.at.offset = in.number();
  out.at.line = in.number();
  out.at.column = in.number();
  out.record = in.number();
}

void encode(const ScratchRecord& record, const ScratchBase& base, std::uint8_t scope_place,
            ScratchCode& out) {
  const Form form = form_of(record);
  const std::uint32_t more = more_of(record, form);
  const std::uint32_t definition = record.entry.record - base.record;
  const std::uint32_t place = record.offset - base.at.offset;
  const std::uint32_t head = static_cast<std::uint32_t>(form) | when(more != 0, kMore) |
                             std::min(definition, kFarDefinition) << 5 |
                             std::min(place, kFarPlace) << 10;
  out.byte(head);
  out.byte(head >> 8);
  out.byte(head >> 16);
  if (definition >= kFarDefinition) out.number(definition - kFarDefinition);
  if (place >= kFarPlace) out.number(place - kFarPlace);
  if (form == Form::trigger || form == Form::layer_trigger) {
    encode_trigger(record, scope_place, out);
  } else {
    out.word(record.entry.key.low);
    if (form == Form::macro_use_with) out.byte(record.entry.params);
    if (form == Form::setting) out.byte(record.length);
  }
  if (more != 0) encode_more(record, more, out);
}

void encode_twin(std::uint8_t place, ScratchCode& out) {
  out.byte(static_cast<std::uint32_t>(Form::twin));
  out.byte(place);
}

bool is_filling(std::uint32_t byte) { return (byte & 0xFU) == 0; }

ScratchLink decode(ScratchReader& in, const ScratchBase& base, ScratchRecord& out) {
  std::uint32_t head = in.byte();
  const auto form = static_cast<Form>(head & 0xFU);
  if (is_filling(head)) return {ScratchLink::Kind::filling, 0};
  const std::uint32_t second = in.byte();
  if (form == Form::twin) return {ScratchLink::Kind::twin, static_cast<std::uint8_t>(second)};
  head |= second << 8;
  head |= in.byte() << 16;
  out = {};
  out.known = base.at;
  std::uint32_t definition = head >> 5 & kFarDefinition;
  if (definition == kFarDefinition) definition += in.number();
  std::uint32_t place = head >> 10;
  if (place == kFarPlace) place += in.number();
  out.entry.record = base.record + definition;
  out.offset = base.at.offset + place;
  ScratchLink link;
  const bool in_layer = form == Form::layer_trigger;
  if (in_layer || form == Form::trigger) {
    link = decode_trigger(in, in_layer, out);
    if ((head & kMore) != 0) decode_more(in, in.byte(), out);
    out.entry.body += out.entry.code;
    return link;
  }
  const std::uint32_t low = in.word();
  if (const NameForm* const name = find_name(form); name != nullptr) {
    out.entry.key = lang::name_key(name->space, low);
    if (form == Form::setting) out.length = static_cast<std::uint8_t>(in.byte());
    const std::uint32_t more = (head & kMore) != 0 ? in.byte() : 0;
    out.entry.body = usual_body(*name, (more & kText) != 0);
    decode_more(in, more, out);
    out.entry.body += out.entry.code;
    return link;
  }
  out.role = ScratchRecord::Role::use;
  const UseForm* const use = find_use(form);
  out.entry.key = lang::name_key(use != nullptr ? use->space : IndexSpace::macro, low);
  out.entry.params = use != nullptr ? use->params : static_cast<std::uint8_t>(in.byte());
  return link;
}

}  // namespace pianola::store
