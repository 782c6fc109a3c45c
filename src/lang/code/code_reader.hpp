#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lang/code/opcode.hpp"
#include "lang/code/roll.hpp"

namespace pianola::lang {

/// Reads a definition's code in order through a small window, so that code of any length plays
/// from flash with no more RAM than the window; or likewise its source slice, where texts of the
/// code stand. A read outside the code or the slice returns 0 and sets failed(), which stays until
/// the next seek.
///
/// The window always begins at a multiple of its size, so that a roll which stores code in blocks
/// of that size (or of a part of it) reads each once while the code is read in order.
class CodeReader {
 public:
  /// `window` is the caller's (32 to 128 bytes is sensible) and lives as long as the reader.
  CodeReader(Roll& roll, std::span<std::uint8_t> window) : roll_(&roll), window_(window) {}

  /// Reads `roll` from now on, or the same one, whose content changed. A seek() must follow.
  void read(Roll& roll) {
    roll_ = &roll;
    record_ = kNoRecord;
  }

  /// Goes to `offset` of definition `record`. Bytes that the window holds already are not read
  /// again.
  void seek(std::uint32_t record, std::uint32_t offset) {
    if (record != record_) {
      record_ = record;
      filled_ = 0;
    }
    offset_ = offset;
    failed_ = false;
  }
  /// Goes to `offset` of the source slice of definition `record`.
  void seek_source(std::uint32_t record, std::uint32_t offset) { seek(record | kSource, offset); }

  /// Where a reader stands.
  struct Place {
    std::uint32_t record = 0;  ///< With kSource if it is in the source slice.
    std::uint32_t offset = 0;
  };
  /// To come back with go_to().
  [[nodiscard]] Place place() const { return {record_, offset_}; }
  void go_to(Place place) { seek(place.record, place.offset); }

  [[nodiscard]] std::uint32_t record() const { return record_ & ~kSource; }
  /// In the code, or in the source slice if in_source().
  [[nodiscard]] std::uint32_t offset() const { return offset_; }
  [[nodiscard]] bool in_source() const { return (record_ & kSource) != 0; }
  [[nodiscard]] bool failed() const { return failed_; }

  /// One byte.
  std::uint8_t byte() {
    const std::uint32_t at = offset_ - start_;
    if (at < filled_) {
      ++offset_;
      return window_[at];
    }
    return refill();
  }

  /// Unsigned LEB128, at most 5 bytes; longer ones and those over 32 bits fail.
  std::uint32_t number() {
    const std::uint8_t first = byte();
    return first < 0x80 ? first : long_number(first);
  }
  /// Zigzag LEB128.
  std::int32_t integer();
  /// Copies `out.size()` bytes.
  void bytes(std::span<std::uint8_t> out);
  /// Goes on after `count` bytes without reading them.
  void skip(std::uint32_t count) { offset_ += count; }
  /// True at the end of the code (reads ahead, consumes nothing).
  bool at_end();

  /// Goes on `by` bytes farther, or back.
  void move(std::int32_t by) { offset_ += static_cast<std::uint32_t>(by); }

  /// The byte that byte() would return; 0 at the end. Consumes nothing.
  [[nodiscard]] std::uint8_t peek() {
    const std::uint32_t at = offset_ - start_;
    if (at < filled_) return window_[at];
    return load() ? window_[offset_ - start_] : std::uint8_t{0};
  }

  /// The bytes that the window holds from the place on, perhaps none, to be decoded there; move()
  /// then goes on after them. `before` bytes in front of the place are in the window too.
  [[nodiscard]] std::span<const std::uint8_t> ahead(std::uint32_t& before) const {
    const std::uint32_t at = offset_ - start_;
    before = at < filled_ ? at : 0;
    return at < filled_ ? std::span<const std::uint8_t>{window_}.subspan(at, filled_ - at)
                        : std::span<const std::uint8_t>{};
  }

  /// The `count` bytes from the place on, if the window holds them all; else null.
  [[nodiscard]] const std::uint8_t* bytes_ahead(std::uint32_t count) const {
    const std::uint32_t at = offset_ - start_;
    return at < filled_ && filled_ - at >= count ? &window_[at] : nullptr;
  }

 private:
  std::uint32_t long_number(std::uint8_t first);
  std::uint8_t refill();
  bool load();

  static constexpr std::uint32_t kNoRecord = 0xFFFFFFFF;
  /// Besides a record number (kRecordNumbers): its source is read.
  static constexpr std::uint32_t kSource = 0x80000000;

  Roll* roll_;
  std::span<std::uint8_t> window_;
  std::uint32_t record_ = kNoRecord;
  std::uint32_t offset_ = 0;
  std::uint32_t start_ = 0;
  std::uint32_t filled_ = 0;
  bool failed_ = false;
};

/// Where the text of an operand stands.
struct TextPlace {
  std::uint32_t offset = 0;  ///< In the code, or in the definition's source slice.
  std::uint8_t size = 0;     ///< Bytes.
  bool in_source = false;
};

/// Decodes the text operand at the reader's place and goes on after it. False if it breaks its
/// rules. Whether the text is there at all shows when it is read.
bool read_text_place(CodeReader& reader, TextPlace& out);
/// Goes to the first byte of a text of the definition that is being read.
inline void seek_text(CodeReader& reader, const TextPlace& text) {
  if (text.in_source) {
    reader.seek_source(reader.record(), text.offset);
  } else {
    reader.seek(reader.record(), text.offset);
  }
}

/// One decoded instruction. Numbers of its operands in order; a name, text, key list or label list
/// lies at `payload` (`payload_size` bytes; for `labels` 6 bytes an entry).
struct Instruction {
  Opcode opcode{};
  bool in_source = false;    ///< `payload`, that of a text, is in the definition's source slice.
  std::uint32_t offset = 0;  ///< Where it starts.
  std::uint32_t end = 0;     ///< Where the next one starts.
  std::array<std::uint32_t, 4>
      value{};                ///< `integer` operands as two's complement; payloads: size.
  Trigger trigger;            ///< If it has one.
  std::uint32_t payload = 0;  ///< Offset of the last payload's first byte (that of a trigger too).
  std::uint32_t payload_size = 0;  ///< Bytes of the last payload.

  /// Of an instruction whose payload is a text.
  [[nodiscard]] TextPlace text() const {
    return {payload, static_cast<std::uint8_t>(payload_size), in_source};
  }
};

/// Decodes the instruction at the reader's place and goes on after it. False if the code ends, the
/// opcode is unknown or an operand breaks its rules.
bool read_instruction(CodeReader& reader, Instruction& out);

/// Goes to the first key of the trigger that the instruction at `code` of definition `record`
/// declares, which is one of keys. Returns how many follow, LEB128 each.
std::uint8_t seek_keys(CodeReader& reader, std::uint32_t record, std::uint32_t code);

/// Where a label stands.
struct Label {
  std::uint32_t offset = 0;
  std::uint8_t depth = 0;  ///< How many blocks that must be left in order are around it.
};

/// Finds label `label` in the body whose last LABELS is at `labels` - 1; nothing if there is none.
/// Found soonest if it stands soon after the instruction at `from`. Leaves the reader elsewhere.
std::optional<Label> find_label(CodeReader& reader, std::uint32_t record, std::uint32_t labels,
                                std::uint32_t label, std::uint32_t from);

}  // namespace pianola::lang
