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

/// The value of a setting that the file does not set.
template <lang::Setting Which>
inline constexpr std::uint16_t kInitial =
    lang::kSettings[static_cast<std::size_t>(Which)].initial & 0xFFFFU;

template <lang::Setting Which>
std::uint16_t load_number(lang::Roll& roll, lang::CodeReader& reader) {
  lang::Instruction found;
  if (!find_setting(roll, reader, Which, lang::Opcode::set_number, found)) return kInitial<Which>;
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(found.value[1], 0xFFFF));
}

/// A choice up to and with `last`; the first one if the roll says nonsense.
template <lang::Setting Which, typename Choice>
Choice load_choice(lang::Roll& roll, lang::CodeReader& reader, Choice last) {
  const std::uint16_t value = load_number<Which>(roll, reader);
  return value <= static_cast<std::uint16_t>(last) ? static_cast<Choice>(value) : Choice{};
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

Settings load_settings(lang::Roll& roll, lang::CodeReader& reader) {
  Settings settings;
  settings.pace.typing = load_number<lang::Setting::typing>(roll, reader);
  settings.pace.pause = load_number<lang::Setting::pause>(roll, reader);
  settings.tap = load_number<lang::Setting::tap>(roll, reader);
  settings.hold = load_number<lang::Setting::hold>(roll, reader);
  settings.rolls = load_number<lang::Setting::rolls>(roll, reader);
  settings.double_tap = load_number<lang::Setting::double_tap>(roll, reader);
  settings.together = load_number<lang::Setting::chord>(roll, reader);
  settings.slow = load_number<lang::Setting::slow>(roll, reader) != 0;
  settings.autoshift = load_number<lang::Setting::autoshift>(roll, reader);
  settings.leader = static_cast<hid::Usage>(load_number<lang::Setting::leader>(roll, reader));
  settings.leader_time = load_number<lang::Setting::leader_time>(roll, reader);
  settings.dual = load_choice<lang::Setting::dual>(roll, reader, Dual::timeout);
  settings.unicode = load_choice<lang::Setting::unicode>(roll, reader, UnicodeMethod::wincompose);
  settings.oneshot = load_number<lang::Setting::oneshot>(roll, reader);
  settings.oneshot_locks = load_number<lang::Setting::oneshot_again>(roll, reader) != 0;
  settings.caps_word = load_number<lang::Setting::caps_word_time>(roll, reader);
  settings.mix = load_number<lang::Setting::busy>(roll, reader) != 0;
  settings.neutral = static_cast<hid::Usage>(load_number<lang::Setting::neutral>(roll, reader));
  lang::Instruction found;
  if (find_setting(roll, reader, lang::Setting::layout, lang::Opcode::set_name, found)) {
    reader.seek(reader.record(), found.payload);
    settings.layout = read_layout(reader, found.payload_size).value_or(settings.layout);
  }
  // A second tap within `double` is what people know; who sets `quick` wants another time.
  const bool quick =
      find_setting(roll, reader, lang::Setting::quick, lang::Opcode::set_number, found);
  settings.quick = quick ? load_number<lang::Setting::quick>(roll, reader) : settings.double_tap;
  settings.idle = load_number<lang::Setting::idle>(roll, reader);
  settings.retro = load_number<lang::Setting::retro>(roll, reader) != 0;
  const hid::Layout layout = hid::layouts()[settings.layout];
  const bool left = load_keys(roll, reader, lang::Setting::left_hand, layout, settings.left);
  const bool right = load_keys(roll, reader, lang::Setting::right_hand, layout, settings.right);
  settings.hands = (left || right) && load_number<lang::Setting::hands>(roll, reader) == 0;
  return settings;
}

}  // namespace pianola::engine
