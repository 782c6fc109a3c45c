#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "store/object.hpp"
#include "store/store.hpp"

namespace pianola::store {

/// Makes another overlay of the one that is stored, in one transaction: objects are kept under new
/// numbers where they stand, new ones are written, and what is not kept is dropped. As long as it
/// is not committed, the old overlay is in force and can be read; nobody else may change the store.
class DraftEdit {
 public:
  /// `store` is the caller's and outlives the edit.
  explicit DraftEdit(Store& store);

  /// Makes room and begins; after Status::full again, with as much room as there can be. Not while
  /// a FlashScratch holds pages: they would be taken for free ones.
  Status begin();
  /// Appends an old object under a number that is larger than those before. Each may be kept once.
  /// Status::io_error if there is no such object, or it cannot be found.
  Status keep(std::uint32_t from, std::uint32_t to);
  /// Appends a new object of at most Store::kDraftSector bytes, under a number that is larger than
  /// those before.
  Status put(std::uint32_t number, std::span<const std::uint8_t> bytes);
  /// The new overlay takes effect. What failed before fails here too: then the old one stays.
  Status commit();
  /// Drops what was begun. Not needed after commit().
  void abandon();

 private:
  Status add(std::uint32_t from, std::uint32_t to);

  Store& store_;
  LogNodes nodes_;
  TreeBuilder& tree_;  ///< The log's.
  ObjectWriter writer_;
  Status status_ = Status::ok;
  bool again_ = false;  ///< It is not the first time.
};

}  // namespace pianola::store
