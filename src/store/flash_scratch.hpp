#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/compile/scratch.hpp"
#include "store/log.hpp"
#include "store/scratch_code.hpp"

namespace pianola::store {

/// What the compiler must remember of a whole file: in RAM as far as that reaches, then in pages of
/// the log that no tree leads to, within the save's transaction. They are free again afterwards. A
/// file whose records fit in RAM programs nothing.
class FlashScratch final : public lang::Scratch {
 public:
  /// Most bytes of a record, and of an item. Nearly all take less: see scratch_code.hpp.
  static constexpr std::uint32_t kRecordSize = kMaxScratchRecord;
  static constexpr std::uint32_t kItemSize = 3;

  /// Bytes of `memory` that are needed at least: a page.
  static constexpr std::uint32_t kLeastMemory = kPage;

  /// `memory`: a page, and what is kept in RAM. Both are the caller's and outlive the scratch.
  FlashScratch(Log& log, std::span<std::uint8_t> memory);

  Status append(const lang::ScratchRecord& record) override;
  bool read(std::uint32_t place, lang::ScratchRecord& out) override;
  Status append_item(std::uint32_t place) override;
  bool read_item(std::uint32_t index, std::uint32_t& place) override;
  void release_items(std::uint32_t count) override;
  /// At most half of what is kept in RAM.
  std::span<std::uint8_t> marks(std::uint32_t bits) override;
  void clear() override;

 private:
  /// A page tells where those 1, 4, 16, 64 and 256 before it stand, so that each can be found from
  /// the last one in a few reads.
  static constexpr std::uint32_t kLinks = 5;
  static constexpr std::uint32_t kLinkSize = 3;  ///< The page's number.
  static constexpr std::uint32_t kPlaces = kPayload - kLinks * kLinkSize;

  [[nodiscard]] std::uint32_t item_size() const;
  Status begin_chunk(const lang::ScratchRecord& record, std::uint32_t& place);
  bool is_twin(const lang::ScratchRecord& record);
  std::span<const std::uint8_t> window(std::uint32_t place, std::span<std::uint8_t> out);
  [[nodiscard]] std::uint32_t in_flash(std::uint32_t place) const;
  bool find(std::uint32_t page, std::uint32_t& address);
  Status put(std::span<const std::uint8_t> bytes);
  Status write_page();
  bool get(std::uint32_t place, std::span<std::uint8_t> out);
  void drop(std::uint32_t begin, std::uint32_t end);

  // A place counts bytes: first those in RAM, then those of the pages, one after another.
  Log& log_;
  std::span<std::uint8_t, kPage> page_;  ///< The frame of the page that comes next.
  std::span<std::uint8_t> all_ram_;
  std::span<std::uint8_t> ram_;       ///< But for the marks.
  std::uint32_t end_ = 0;             ///< Place after the last byte.
  std::uint32_t records_end_ = 0;     ///< Place after the last record, where the items begin.
  std::uint32_t last_ = 0;            ///< Place of the last record.
  ScratchBase base_;                  ///< Of the chunk at the end.
  std::uint32_t scope_ = 0;           ///< The last scope that stands there,
  std::uint8_t scope_place_ = 0;      ///< and where; 0: none does.
  std::uint32_t pages_ = 0;           ///< Written so far.
  std::uint32_t last_page_ = 0;       ///< Address of the last one.
  std::uint32_t found_page_ = 0;      ///< That was looked for last, if there are any,
  std::uint32_t found_ = kNoAddress;  ///< and its address.
  std::uint32_t record_pages_ = 0;    ///< The first ones, that hold records: they stay.
  std::uint32_t record_last_ = 0;     ///< Address of the last of these.
  std::uint32_t given_ = 0;           ///< How many behind them were given back.
};

}  // namespace pianola::store
