#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "store/log.hpp"
#include "store/object.hpp"

namespace pianola::store {

class Store;

/// Writes objects of the overlay, in place of those with their numbers, a step at a time: each
/// erases once at most, or programs a few pages. They are one transaction, which is open in
/// between; no other may begin before it ended or was dropped.
class DraftWrite {
 public:
  /// `store` is the caller's and outlives this.
  explicit DraftWrite(Store& store);

  /// Status::more: to be called again, with the same. Status::full or io_error: nothing changes.
  /// `data` has one byte at least.
  Status step(std::uint32_t first, std::span<const std::uint8_t> data);
  /// Drops what was begun, if anything was.
  void drop();

 private:
  enum class Phase : std::uint8_t {
    idle,
    room,     ///< Makes room, as far as there is any.
    mark,     ///< Finds out how much room there is really.
    before,   ///< Takes over the objects before the first.
    objects,  ///< Writes the new ones, one a step,
    after,    ///< takes over those behind the last, and commits.
  };

  void start();
  Status advance();
  Status before();
  Status object();
  Status after();
  Status keep_from(const lang::IndexKey& from, const lang::IndexKey& to);
  Status failed(Status status);
  bool is_over();

  Store& store_;
  LogNodes nodes_;
  TreeBuilder* builder_ = nullptr;  ///< The log's.
  std::span<const std::uint8_t> data_;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;    ///< Objects.
  std::uint32_t written_ = 0;  ///< Of these.
  std::uint32_t reserve_ = 0;  ///< Pages that are left free.
  Phase phase_ = Phase::idle;
  bool failed_ = false;  ///< The flash did; it is tried once more.
  bool marked_ = false;  ///< It was found out how much room there is.
};

}  // namespace pianola::store
