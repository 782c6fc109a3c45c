#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/compile/scratch.hpp"
#include "store/log.hpp"

namespace pianola::store {

/// What the compiler must remember of a whole file: in RAM as far as that reaches, then in pages of
/// the log that no tree leads to, within the save's transaction. They are free again afterwards. A
/// file whose records fit in RAM programs nothing.
class FlashScratch final : public lang::Scratch {
 public:
  static constexpr std::uint32_t kRecordSize = 48;
  static constexpr std::uint32_t kItemSize = 16;

  /// Bytes of `memory` that are needed at least: a page.
  static constexpr std::uint32_t kLeastMemory = kPage;

  /// `memory`: a page, and what is kept in RAM. Both are the caller's and outlive the scratch.
  FlashScratch(Log& log, std::span<std::uint8_t> memory);

  Status append(const lang::ScratchRecord& record) override;
  Status append(const lang::SortItem& item) override;
  bool read(std::uint32_t index, lang::ScratchRecord& out) override;
  bool read(std::uint32_t index, lang::SortItem& out) override;
  void release_items(std::uint32_t count) override;
  /// At most half of what is kept in RAM.
  std::span<std::uint8_t> marks(std::uint32_t bits) override;
  void clear() override;

 private:
  /// A page tells where those 1, 2, 4 … 512 before it stand, so that each can be found from the
  /// last one in a few reads.
  static constexpr std::uint32_t kLinks = 10;
  static constexpr std::uint32_t kLinkSize = 4;
  static constexpr std::uint32_t kPlaces = kPayload - kLinks * kLinkSize;

  [[nodiscard]] std::uint32_t records_end() const { return records_ * kRecordSize; }
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
  std::span<std::uint8_t> ram_;  ///< But for the marks.
  std::uint32_t end_ = 0;        ///< Place after the last byte.
  std::uint32_t records_ = 0;
  std::uint32_t pages_ = 0;         ///< Written so far.
  std::uint32_t last_ = 0;          ///< Address of the last one.
  std::uint32_t found_page_ = 0;    ///< That was looked for last, if there are any,
  std::uint32_t found_ = 0;         ///< and its address.
  std::uint32_t record_pages_ = 0;  ///< The first ones, that hold records: they stay.
  std::uint32_t record_last_ = 0;   ///< Address of the last of these.
  std::uint32_t given_ = 0;         ///< How many behind them were given back.
};

}  // namespace pianola::store
