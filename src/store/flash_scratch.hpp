#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/compile/scratch.hpp"
#include "store/log.hpp"
#include "store/scratch_code.hpp"

namespace pianola::store {

/// What the compiler must remember of a whole file: in RAM as far as that reaches, then in free
/// sectors of the store, which are free again afterwards. A file whose records fit in RAM costs no
/// erase.
class FlashScratch final : public lang::Scratch {
 public:
  /// Most bytes of a record, and of an item. Nearly all take less: see scratch_code.hpp.
  static constexpr std::uint32_t kRecordSize = kMaxScratchRecord;
  static constexpr std::uint32_t kItemSize = 3;

  /// Bytes of `memory` that are needed at least.
  static constexpr std::uint32_t least_memory(const flash::Geometry& geometry) {
    return geometry.program_unit < kRecordSize ? kRecordSize : geometry.program_unit;
  }

  /// `memory`: a program unit (at least kRecordSize bytes), and what is kept in RAM. `sectors`: as
  /// many as may be in use at a time. All are the caller's and outlive the scratch.
  FlashScratch(Log& log, std::span<std::uint8_t> memory, std::span<std::uint16_t> sectors);

  Status append(const lang::ScratchRecord& record) override;
  bool read(std::uint32_t place, lang::ScratchRecord& out) override;
  Status append_item(std::uint32_t place) override;
  bool read_item(std::uint32_t index, std::uint32_t& place) override;
  void release_items(std::uint32_t count) override;
  /// At most half of what is kept in RAM.
  std::span<std::uint8_t> marks(std::uint32_t bits) override;
  void clear() override;

 private:
  [[nodiscard]] std::uint16_t& sector(std::uint32_t number) const;
  [[nodiscard]] std::uint32_t address_of(std::uint32_t place) const;
  [[nodiscard]] std::uint32_t taken_with_records() const;
  [[nodiscard]] std::uint32_t item_size() const;
  Status begin_chunk(const lang::ScratchRecord& record, std::uint32_t& place);
  bool is_twin(const lang::ScratchRecord& record);
  std::span<const std::uint8_t> window(std::uint32_t place, std::span<std::uint8_t> out);
  Status put(std::span<const std::uint8_t> bytes);
  Status program();
  bool get(std::uint32_t place, std::span<std::uint8_t> out);

  // A place counts bytes: first those in RAM, then those of the sectors, one after another.
  Log& log_;
  std::span<std::uint8_t> buffer_;  ///< What is to be programmed next: at the end.
  std::span<std::uint8_t> all_ram_;
  std::span<std::uint8_t> ram_;  ///< But for the marks.
  std::span<std::uint16_t> sectors_;
  std::uint32_t unit_ = 0;
  std::uint32_t header_ = 0;       ///< Bytes before a sector's first place.
  std::uint32_t payload_ = 0;      ///< Places of a sector.
  std::uint32_t end_ = 0;          ///< Place after the last byte.
  std::uint32_t records_end_ = 0;  ///< Place after the last record, where the items begin.
  std::uint32_t last_ = 0;         ///< Place of the last record.
  ScratchBase base_;               ///< Of the chunk at the end.
  std::uint32_t scope_ = 0;        ///< The last scope that stands there,
  std::uint8_t scope_place_ = 0;   ///< and where; 0: none does.
  std::uint32_t taken_ = 0;        ///< Sectors taken so far.
  std::uint32_t fixed_ = 0;        ///< The first ones, that hold records: they stay.
  std::uint32_t given_ = 0;        ///< How many behind them were given back.
};

}  // namespace pianola::store
