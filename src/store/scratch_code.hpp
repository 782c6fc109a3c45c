#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/compile/scratch.hpp"

namespace pianola::store {

// How FlashScratch codes its records: each as few bytes as it takes, against what those of its
// chunk have in common. A name takes 7, a use of one 7 or 8, a key that is bound 6, or 7 with
// modifiers, and some 3 more in a layer.

/// A chunk of records begins at each multiple of this. None of them goes beyond its end; what is
/// left over there is 0.
inline constexpr std::uint32_t kScratchChunk = 256;
/// Most bytes of a record.
inline constexpr std::uint32_t kMaxScratchRecord = 56;
/// Most bytes of a chunk's base.
inline constexpr std::uint32_t kMaxScratchBase = 20;

/// Where a chunk begins, in its first bytes.
struct ScratchBase {
  lang::Position at;         ///< No record of the chunk is before it.
  std::uint32_t record = 0;  ///< Number of the definition at which it begins.
};

/// Bytes of a record or of a base.
class ScratchCode {
 public:
  void byte(std::uint32_t value) { bytes_[size_++] = static_cast<std::uint8_t>(value); }
  /// Unsigned LEB128.
  void number(std::uint32_t value);
  /// The 4 bytes of `value`.
  void word(std::uint32_t value);

  /// The scope of a key, which records behind it may refer to.
  void scope(std::uint32_t value) {
    scope_at_ = size_;
    word(value);
  }
  /// Where it stands among the bytes; 0: nowhere.
  [[nodiscard]] std::uint32_t scope_at() const { return scope_at_; }

  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return std::span{bytes_}.first(size_);
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  std::array<std::uint8_t, kMaxScratchRecord> bytes_;
  std::uint8_t size_ = 0;
  std::uint8_t scope_at_ = 0;
};

/// Reads what ScratchCode wrote; behind the end there is 0.
class ScratchReader {
 public:
  explicit ScratchReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint32_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }
  std::uint32_t number();
  std::uint32_t word();
  /// Bytes read so far.
  [[nodiscard]] std::uint32_t at() const { return at_; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::uint32_t at_ = 0;
};

void encode(const ScratchBase& base, ScratchCode& out);
void decode(ScratchReader& in, ScratchBase& out);

/// What a record refers to that stands elsewhere in its chunk. Places count from the chunk's begin.
struct ScratchLink {
  enum class Kind : std::uint8_t {
    none,
    filling,  ///< There is no record.
    scope,    ///< At `place` are 4 bytes, the scope of its key.
    twin,     ///< At `place` is the record of the same text, whose key is a variable's.
  };
  Kind kind = Kind::none;
  std::uint8_t place = 0;
};

/// Codes a record of the chunk. `scope_place`: where the scope of its key stands; 0: nowhere yet.
void encode(const lang::ScratchRecord& record, const ScratchBase& base, std::uint8_t scope_place,
            ScratchCode& out);
/// Codes the second record of a text, the first of which is at `place`.
void encode_twin(std::uint8_t place, ScratchCode& out);
/// Whether this byte stands where the chunk has no more records.
bool is_filling(std::uint32_t byte);
/// Reads a record, but for what the link stands for, and for `next`.
ScratchLink decode(ScratchReader& in, const ScratchBase& base, lang::ScratchRecord& out);

}  // namespace pianola::store
