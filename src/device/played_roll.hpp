#pragma once

#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"

namespace pianola::device {

/// The roll that the engine plays: the device's, or none while that is muted.
class PlayedRoll final : public lang::Roll {
 public:
  /// `roll` is the caller's and outlives this.
  explicit PlayedRoll(lang::Roll& roll) : roll_(roll) {}

  void mute(bool muted) { muted_ = muted; }
  [[nodiscard]] bool muted() const { return muted_; }

  [[nodiscard]] std::uint32_t epoch() const override {
    return roll_.epoch() ^ (muted_ ? 0x80000000U : 0U);
  }
  [[nodiscard]] std::uint32_t size() const override { return muted_ ? 0 : roll_.size(); }
  std::uint32_t record_at(std::uint32_t position) override { return roll_.record_at(position); }
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override {
    return muted_ ? 0 : roll_.read_code(record, offset, out);
  }
  std::size_t read_source(std::uint32_t record, std::uint32_t offset,
                          std::span<char> out) override {
    return muted_ ? 0 : roll_.read_source(record, offset, out);
  }
  [[nodiscard]] std::uint32_t index_size() const override {
    return muted_ ? 0 : roll_.index_size();
  }
  bool index_entry(std::uint32_t position, lang::IndexEntry& out) override {
    return !muted_ && roll_.index_entry(position, out);
  }
  std::uint32_t lower_bound(const lang::IndexKey& key) override {
    return muted_ ? 0 : roll_.lower_bound(key);
  }

 private:
  lang::Roll& roll_;
  bool muted_ = false;
};

}  // namespace pianola::device
