#include "engine/settings.hpp"

#include <algorithm>
#include <array>

#include "lang/code/settings.hpp"

namespace pianola::engine {

namespace {

/// Finds the instruction that sets `setting`, if it is an `opcode`.
bool find_setting(lang::Roll& roll, lang::CodeReader& reader, lang::Setting setting,
                  lang::Opcode opcode, lang::Instruction& out) {
  lang::IndexEntry entry;
  const auto number = static_cast<std::uint32_t>(setting);
  if (!index_find(roll, name_key(lang::IndexSpace::setting, number), entry)) return false;
  reader.seek(entry.record, entry.code);
  return read_instruction(reader, out) && out.opcode == opcode;
}

/// A duration or a usage: numbers that are too large count as the largest.
std::uint16_t number(std::uint32_t value) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xFFFF));
}

/// A choice up to and with `last`; the first one if the roll says nonsense.
template <typename Choice>
Choice choice(std::uint32_t value, Choice last) {
  return value <= static_cast<std::uint32_t>(last) ? static_cast<Choice>(value) : Choice{};
}

/// The keys of a list, by the characters that they type in `layout`. False if there is no list.
bool load_keys(lang::Roll& roll, lang::CodeReader& reader, lang::Setting setting,
               const hid::Layout& layout, MainKeys& out) {
  lang::Instruction found;
  if (!find_setting(roll, reader, setting, lang::Opcode::set_keys, found)) return false;
  while (!reader.at_end() && read_instruction(reader, found)) {
    if (found.opcode != lang::Opcode::listed_key) break;
    const auto ref = lang::KeyRef::from_raw(found.value[0]);
    const auto usage = layout.key_of(static_cast<char32_t>(ref.value()));
    if (ref.is_character() && usage) out.add(*usage);
  }
  return true;
}

}  // namespace

std::optional<std::uint8_t> read_layout(lang::CodeReader& reader, std::uint32_t size) {
  std::array<char, lang::kMaxName> name{};
  if (size > name.size()) return std::nullopt;
  for (std::uint32_t i = 0; i < size; ++i) name[i] = static_cast<char>(reader.byte());
  const hid::Layout* found = hid::find_layout({name.data(), size});
  if (reader.failed() || found == nullptr) return std::nullopt;
  const auto all = hid::layouts();
  const auto place = std::ranges::find(all, *found);
  return static_cast<std::uint8_t>(place - all.begin());
}

void TriggerSettings::set(lang::Setting setting, std::uint32_t value) {
  switch (setting) {
    case lang::Setting::typing:
      pace.typing = number(value);
      break;
    case lang::Setting::pause:
      pace.pause = number(value);
      break;
    case lang::Setting::hold:
      hold = number(value);
      break;
    case lang::Setting::rolls:
      rolls = number(value);
      break;
    case lang::Setting::double_tap:
      double_tap = number(value);
      break;
    case lang::Setting::chord:
      together = number(value);
      break;
    case lang::Setting::idle:
      idle = number(value);
      break;
    case lang::Setting::quick:
      quick = number(value);
      break;
    case lang::Setting::dual:
      dual = choice(value, Dual::timeout);
      break;
    case lang::Setting::retro:
      retro = value != 0;
      break;
    case lang::Setting::hands:
      hands = value == 0;
      break;
    case lang::Setting::slow:
      slow = value != 0;
      break;
    default:
      break;
  }
}

void Settings::set(lang::Setting setting, std::uint32_t value) {
  switch (setting) {
    case lang::Setting::tap:
      tap = number(value);
      break;
    case lang::Setting::autoshift:
      autoshift = number(value);
      break;
    case lang::Setting::leader:
      leader = static_cast<hid::Usage>(number(value));
      break;
    case lang::Setting::caps_word_time:
      caps_word = number(value);
      break;
    case lang::Setting::leader_time:
      leader_time = number(value);
      break;
    case lang::Setting::neutral:
      neutral = static_cast<hid::Usage>(number(value));
      break;
    case lang::Setting::unicode:
      unicode = choice(value, UnicodeMethod::wincompose);
      break;
    case lang::Setting::oneshot:
      oneshot = number(value);
      break;
    case lang::Setting::oneshot_again:
      oneshot_locks = value != 0;
      break;
    case lang::Setting::busy:
      mix = value != 0;
      break;
    default:
      TriggerSettings::set(setting, value);
      break;
  }
}

Settings load_settings(lang::Roll& roll, lang::CodeReader& reader) {
  Settings settings;
  lang::Instruction found;
  bool quick = false;
  for (std::size_t i = 0; i < lang::kSettings.size(); ++i) {
    const auto setting = static_cast<lang::Setting>(i);
    if (!find_setting(roll, reader, setting, lang::Opcode::set_number, found)) continue;
    settings.set(setting, found.value[1]);
    quick = quick || setting == lang::Setting::quick;
  }
  if (find_setting(roll, reader, lang::Setting::layout, lang::Opcode::set_name, found)) {
    reader.seek(reader.record(), found.payload);
    settings.layout = read_layout(reader, found.payload_size).value_or(settings.layout);
  }
  // A second tap within `double` is what people know; who sets `quick` wants another time.
  if (!quick) settings.quick = settings.double_tap;
  const hid::Layout layout = hid::layouts()[settings.layout];
  const bool left = load_keys(roll, reader, lang::Setting::left_hand, layout, settings.left);
  const bool right = load_keys(roll, reader, lang::Setting::right_hand, layout, settings.right);
  const bool off =
      find_setting(roll, reader, lang::Setting::hands, lang::Opcode::set_number, found) &&
      found.value[1] != 0;
  settings.hands = (left || right) && !off;
  return settings;
}

}  // namespace pianola::engine
