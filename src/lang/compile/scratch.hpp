#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/diagnostic.hpp"

namespace pianola::lang {

/// `params` of a macro whose head has errors: calls are not checked against it.
inline constexpr std::uint8_t kAnyParameters = 0xFF;

/// `params` of the use of a variable: whether it may be a text.
inline constexpr std::uint8_t kNumberUse = 0;    ///< No: a number is needed.
inline constexpr std::uint8_t kTextUse = 1;      ///< Yes: it is typed or handed on.
inline constexpr std::uint8_t kAssignedUse = 2;  ///< No: it gets a value.

/// What the compiler must remember of one trigger or name until the end of the file: a declaration,
/// which becomes an index entry, or a use, which must find its declaration.
struct ScratchRecord {
  enum class Role : std::uint8_t { declaration, use };

  /// For a use: its key, its definition, and in `params` the number of values passed, or of a
  /// variable what it is used for. `body` is that of the entry less the characters of the name, if
  /// it has one.
  IndexEntry entry;
  std::uint32_t offset = 0;  ///< Where the name or the trigger begins in the source.
  /// A place at or before that, from which lines are counted. read() may tell one that is further
  /// off than the one that was appended. In the order of the records it never goes back.
  Position known;
  std::uint32_t next = 0;  ///< Where the next record stands, if there is one: set by read().
  /// Characters of the trigger or the setting. 0: it is a name, and ends where its letters do.
  std::uint8_t length = 0;
  Role role = Role::declaration;
  bool first_is_character = false;   ///< The trigger's usage is a character; the layout maps it.
  bool second_is_character = false;  ///< The trigger's second usage is a character.
  bool copy = false;                 ///< One before it has the same trigger, by another key of it.
  bool binding = false;              ///< It is a trigger's, and no remap's.
  bool decides = false;              ///< It is a remap's that is one thing tapped, another held.
  /// A sum of the options that decide between tap and hold, in whatever order; 0: there are none.
  std::uint32_t options = 0;
  /// It is a text's. There are two of them: with the key of a variable, as which it is checked, and
  /// with that of its index entry.
  bool text = false;

  friend constexpr bool operator==(const ScratchRecord&, const ScratchRecord&) = default;
};

/// Two append-only lists outside RAM (in flash on the device): the records, and their sort items,
/// which are places of records and nothing else, so that sorting moves little. One compilation uses
/// them and leaves them clear.
class Scratch {
 public:
  /// Status::full or Status::io_error when the record is not stored.
  virtual Status append(const ScratchRecord& record) = 0;
  /// Reads the record at `place`: 0 for the first, of another ScratchRecord::next of the one before
  /// it. False if it cannot be read.
  virtual bool read(std::uint32_t place, ScratchRecord& out) = 0;
  /// Appends the place of a record, below 2^24. All records are there by then.
  virtual Status append_item(std::uint32_t place) = 0;
  /// Reads item `index`, counted from clear(). False if it cannot be read.
  virtual bool read_item(std::uint32_t index, std::uint32_t& place) = 0;
  /// The first `count` items will not be read again; their room may be reused.
  virtual void release_items(std::uint32_t count) = 0;
  /// RAM for so many bits, which are 0, or for fewer, or none. Asked for once, after clear() and
  /// before anything is appended. The scratch's, up to the next clear().
  virtual std::span<std::uint8_t> marks(std::uint32_t bits) {
    static_cast<void>(bits);
    return {};
  }
  /// Forgets all.
  virtual void clear() = 0;

 protected:
  ~Scratch() = default;
};

}  // namespace pianola::lang
