#pragma once

#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"

namespace pianola::test {

/// Passes everything on and counts it. The roll is the caller's and outlives it.
class CountingRoll final : public lang::Roll {
 public:
  explicit CountingRoll(lang::Roll& roll) : roll_(roll) {}
  [[nodiscard]] std::uint32_t size() const override { return roll_.size(); }
  std::uint32_t record_at(std::uint32_t position) override { return roll_.record_at(position); }
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override {
    ++codes;
    return roll_.read_code(record, offset, out);
  }
  std::size_t read_source(std::uint32_t record, std::uint32_t offset,
                          std::span<char> out) override {
    return roll_.read_source(record, offset, out);
  }
  [[nodiscard]] std::uint32_t index_size() const override { return roll_.index_size(); }
  bool index_entry(std::uint32_t position, lang::IndexEntry& out) override {
    ++entries;
    return roll_.index_entry(position, out);
  }
  std::uint32_t lower_bound(const lang::IndexKey& key) override {
    ++bounds;
    return roll_.lower_bound(key);
  }

  unsigned bounds = 0;
  unsigned entries = 0;
  unsigned codes = 0;

 private:
  lang::Roll& roll_;
};

}  // namespace pianola::test
