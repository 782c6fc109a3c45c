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

  IndexEntry entry;  ///< For a use: its key, its definition, and in `params` the number of values
                     ///< passed, or of a variable what it is used for.
  Position at;       ///< Of the name or the trigger.
  std::uint8_t length = 0;  ///< Characters of the name or the trigger.
  Role role = Role::declaration;
  bool first_is_character = false;   ///< The trigger's usage is a character; the layout maps it.
  bool second_is_character = false;  ///< The trigger's second usage is a character.
  bool copy = false;                 ///< One before it has the same trigger, by another key of it.
  bool binding = false;              ///< It is a trigger's, and no remap's.
  bool decides = false;              ///< It is a remap's that is one thing tapped, another held.
  /// A sum of the options that decide between tap and hold, in whatever order; 0: there are none.
  std::uint32_t options = 0;
  bool text = false;  ///< It is a text's, whose key is that of a variable; the index gets another.
};

/// What the records are sorted by, apart from them so that sorting moves little.
struct SortItem {
  IndexKey key;
  std::uint32_t record = 0;  ///< Number of the record; the top bit is set for a use.
  friend constexpr auto operator<=>(const SortItem&, const SortItem&) = default;
};

/// Two append-only lists outside RAM (in flash on the device): the records, and their sort items.
/// One compilation uses them and leaves them clear.
class Scratch {
 public:
  /// Status::full or Status::io_error when the record is not stored.
  virtual Status append(const ScratchRecord& record) = 0;
  virtual Status append(const SortItem& item) = 0;
  /// Reads record or item `index`, counted from clear(). False if it cannot be read.
  virtual bool read(std::uint32_t index, ScratchRecord& out) = 0;
  virtual bool read(std::uint32_t index, SortItem& out) = 0;
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
