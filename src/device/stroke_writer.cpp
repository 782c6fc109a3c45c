#include "device/stroke_writer.hpp"

#include <algorithm>

#include "lang/code/notation.hpp"
#include "lang/code/words.hpp"

namespace pianola::device {

using hid::Usage;
using lang::KeyPlace;
using lang::KeyRef;

namespace {

/// Lines are broken before they become longer than this.
constexpr std::uint32_t kWidth = 90;

/// What `stroke` types, if a text types it by the same key; else 0.
char32_t typed(hid::Stroke stroke, const hid::Layout& layout, bool caps_lock) {
  const char32_t c = layout.decode(stroke, caps_lock);
  if (c < U' ' || c == 0x7F) return 0;
  const hid::Strokes strokes = layout.strokes(c);
  return strokes.count == 1 && strokes.stroke[0].usage == stroke.usage ? c : 0;
}

}  // namespace

KeyRef key_name(Usage key, const hid::Layout& layout) {
  const auto usage = static_cast<std::uint16_t>(key);
  if (page(key) != hid::Page::keyboard) return KeyRef::usage(usage);
  const auto id = static_cast<std::uint8_t>(usage);
  const char32_t c = layout.decode({0, id});
  const bool named = c <= U' ' || c == 0x7F || (c >= U'0' && c <= U'9');
  if (named || layout.key_of(c) != id) return KeyRef::usage(usage);
  return KeyRef::character(c);
}

// ---- The frame ----------------------------------------------------------------------------------

void StrokeWriter::write(std::span<const char> text) {
  if (too_long_ || text.size() > buffer_.size() - size_) {
    too_long_ = true;
    return;
  }
  std::copy(text.begin(), text.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += text.size();
  column_ += static_cast<std::uint32_t>(text.size());
}

void StrokeWriter::begin(lang::TriggerMods mods, KeyRef key) {
  size_ = 0;
  dead_ = {};
  lone_ = 0;
  in_text_ = false;
  empty_ = true;
  too_long_ = false;
  TextWriter out{*this};
  out << "\n";
  column_ = 0;
  lang::write_mods(out, mods.either);
  unsigned exact = mods.exact;
  for (const std::string_view name : lang::kExactMods) {
    if ((exact & 1U) != 0) out << name;
    exact >>= 1;
  }
  lang::write_key(out, key, mods.any() ? KeyPlace::chord : KeyPlace::trigger);
  out << " {";
}

void StrokeWriter::end(const hid::Layout& layout) {
  finish_dead(layout);
  close_text();
  TextWriter out{*this};
  out << " }\n";
}

/// Makes room for `width` bytes more of a statement or a text.
void StrokeWriter::open(std::uint32_t width) {
  TextWriter out{*this};
  if (column_ + width > kWidth) {
    close_text();
    out << "\n  ";
    column_ = 2;
  } else if (!in_text_) {
    out << " ";
  }
  empty_ = false;
}

void StrokeWriter::close_text() {
  if (in_text_) TextWriter{*this} << "\"";
  in_text_ = false;
}

// ---- What is pressed ----------------------------------------------------------------------------

void StrokeWriter::note(const hid::Report& before, const hid::Report& after,
                        const hid::Layout& layout, bool caps_lock) {
  note_modifiers(before.mods, after, layout);
  hid::KeySet news = after.keys;
  news -= before.keys;
  news.for_each([&](std::uint8_t key) {
    note_key({after.mods, key}, layout, caps_lock);
    lone_ = 0;
  });
  if (after.consumer != 0 && after.consumer != before.consumer) {
    press(after.mods, hid::consumer_usage(after.consumer), layout);
  }
  if (after.system != 0 && after.system != before.system) {
    press(after.mods, hid::system_usage(after.system), layout);
  }
  for (std::uint8_t number = 1; number <= hid::kMouseButtons; ++number) {
    const Usage button = hid::button_usage(number);
    if (after.contains(button) && !before.contains(button)) press(after.mods, button, layout);
  }
}

/// A modifier that goes up, and nothing else was pressed since it went down, was tapped. Both Shift
/// keys together are the leader, and no taps.
void StrokeWriter::note_modifiers(hid::Modifiers before, const hid::Report& after,
                                  const hid::Layout& layout) {
  constexpr unsigned kShifts = hid::kLShift | hid::kRShift;
  const unsigned tapped = lone_ & ~unsigned{after.mods};
  lone_ = static_cast<hid::Modifiers>((lone_ | (after.mods & ~unsigned{before})) & after.mods);
  if ((after.mods & kShifts) == kShifts) lone_ = static_cast<hid::Modifiers>(lone_ & ~kShifts);
  const hid::Modifiers left = lone_;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((tapped >> bit & 1U) != 0) press(0, hid::modifier_usage(bit), layout);
  }
  lone_ = left;
}

void StrokeWriter::note_key(hid::Stroke stroke, const hid::Layout& layout, bool caps_lock) {
  if (dead_.usage != 0) {
    const char32_t c = layout.compose(dead_, stroke, caps_lock);
    if (c != 0 && layout.strokes(c).count != 0) {
      dead_ = {};
      return type(c);
    }
    finish_dead(layout);
  }
  if (layout.is_dead(stroke, caps_lock)) {
    dead_ = stroke;
    empty_ = false;
    return;
  }
  if (const char32_t c = typed(stroke, layout, caps_lock)) return type(c);
  press(stroke.mods, hid::keyboard_usage(stroke.usage), layout);
}

/// Nothing came of the dead key, so it stands for itself.
void StrokeWriter::finish_dead(const hid::Layout& layout) {
  const hid::Stroke dead = dead_;
  dead_ = {};
  if (dead.usage != 0) tap(dead.mods, hid::keyboard_usage(dead.usage), layout);
}

void StrokeWriter::press(hid::Modifiers mods, Usage key, const hid::Layout& layout) {
  finish_dead(layout);
  tap(mods, key, layout);
}

void StrokeWriter::tap(hid::Modifiers mods, Usage key, const hid::Layout& layout) {
  close_text();
  open(24);
  TextWriter out{*this};
  lang::write_chord(out, mods, key_name(key, layout), KeyPlace::statement);
  lone_ = 0;
}

void StrokeWriter::type(char32_t c) {
  open(8);
  TextWriter out{*this};
  if (!in_text_) out << "\"";
  // `${` begins a value.
  const bool value = in_text_ && after_dollar_ && c == U'{';
  in_text_ = true;
  after_dollar_ = c == U'$';
  if (c == U'"' || c == U'\\' || value) out << "\\";
  out.character(c);
}

}  // namespace pianola::device
