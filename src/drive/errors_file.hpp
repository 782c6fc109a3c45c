#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "drive/fat_reader.hpp"
#include "drive/session.hpp"
#include "store/store.hpp"

namespace pianola::drive {

/// Puts ERRORS.TXT into a volume as a host left it: over the one that is there, or as a new file.
/// What is there already costs nothing.
class ErrorsFile {
 public:
  /// The text is what the store has of it, `size` bytes and at least one. `fat` is an open reader
  /// of `session`. All are the caller's and outlive this. `renumber`: the volume gets another
  /// number, so that no host takes it for the one that it knows.
  ErrorsFile(store::Store& store, Session& session, FatReader& fat, std::uint32_t size,
             bool renumber)
      : store_(store), session_(session), fat_(fat), size_(size), renumber_(renumber) {}

  /// Does a bounded piece of work; `buffer` is scratch for it. Status::more: call again.
  /// Status::ok: it is there. Otherwise the volume has no place for it, or it cannot be read or
  /// written.
  Status step(std::span<std::uint8_t, kSectorSize> buffer);

 private:
  enum class Phase : std::uint8_t { find, text, rest, entry, number, done };

  Status find();
  Status write_text();
  Status end_text();
  Status free_rest();
  Status write_entry();
  Status write_number();
  std::uint32_t free_cluster();
  Status set_fat(std::uint32_t cluster, std::uint32_t value);
  bool load(std::uint32_t sector) { return session_.read(sector, 0, buffer_); }
  Status save(std::uint32_t sector);

  store::Store& store_;
  Session& session_;
  FatReader& fat_;
  std::span<std::uint8_t> buffer_;
  std::uint32_t size_;
  std::uint32_t sector_ = 0;   ///< Of the file's entry.
  std::uint32_t offset_ = 0;   ///< Of the file's entry in there.
  std::uint32_t first_ = 0;    ///< The file's first cluster.
  std::uint32_t cluster_ = 0;  ///< The one that is written, later one to free.
  std::uint32_t at_ = 0;       ///< Next sector of the text.
  Phase phase_ = Phase::find;
  bool renumber_;
};

}  // namespace pianola::drive
