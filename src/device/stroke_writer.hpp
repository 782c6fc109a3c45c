#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/text_writer.hpp"
#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "lang/code/opcode.hpp"
#include "lang/code/trigger.hpp"

namespace pianola::device {

/// A key of `layout` as source names it: the character on it where that is how people call it.
lang::KeyRef key_name(hid::Usage key, const hid::Layout& layout);

/// Writes a definition whose body does what a host saw: characters as texts, all other keys as taps
/// and chords, in the order in which they went down. How long a key stayed down and when is lost.
class StrokeWriter final : private TextSink {
 public:
  /// `buffer` is the caller's and outlives the writer. Without one, all is too long.
  explicit StrokeWriter(std::span<char> buffer) : buffer_(buffer) {}

  /// Begins a definition: `mods` and `key` are its trigger.
  void begin(lang::TriggerMods mods, lang::KeyRef key);

  /// The host saw `before`, and now sees `after`.
  void note(const hid::Report& before, const hid::Report& after, const hid::Layout& layout,
            bool caps_lock);

  /// The definition is complete.
  void end(const hid::Layout& layout);

  /// The body has nothing in it.
  [[nodiscard]] bool empty() const { return empty_; }
  /// The definition did not fit; it has no text then.
  [[nodiscard]] bool too_long() const { return too_long_; }
  /// The definition, with a line end.
  [[nodiscard]] std::span<const char> text() const { return text_on_new_line().subspan(1); }
  /// The definition, with a line end before it and one after it.
  [[nodiscard]] std::span<const char> text_on_new_line() const { return buffer_.first(size_); }

 private:
  void write(std::span<const char> text) override;
  void note_modifiers(hid::Modifiers before, const hid::Report& after, const hid::Layout& layout);
  void note_key(hid::Stroke stroke, const hid::Layout& layout, bool caps_lock);
  void press(hid::Modifiers mods, hid::Usage key, const hid::Layout& layout);
  void tap(hid::Modifiers mods, hid::Usage key, const hid::Layout& layout);
  void finish_dead(const hid::Layout& layout);
  void type(char32_t c);
  void open(std::uint32_t width);
  void close_text();

  std::span<char> buffer_;
  std::size_t size_ = 0;
  std::uint32_t column_ = 0;  ///< Bytes of the last line.
  hid::Stroke dead_;          ///< A dead key that waits for the next one, if it has a usage.
  hid::Modifiers lone_ = 0;   ///< Modifiers that are down, and nothing went down after them.
  bool in_text_ = false;
  bool after_dollar_ = false;
  bool empty_ = true;
  bool too_long_ = false;
};

}  // namespace pianola::device
