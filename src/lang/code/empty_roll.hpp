#pragma once

#include "lang/code/roll.hpp"

namespace pianola::lang {

/// A roll without definitions.
class EmptyRoll final : public Roll {
 public:
  [[nodiscard]] std::uint32_t size() const override { return 0; }
  std::uint32_t record_at(std::uint32_t position) override { return position; }
  std::size_t read_code(std::uint32_t, std::uint32_t, std::span<std::uint8_t>) override {
    return 0;
  }
  std::size_t read_source(std::uint32_t, std::uint32_t, std::span<char>) override { return 0; }
  [[nodiscard]] std::uint32_t index_size() const override { return 0; }
  bool index_entry(std::uint32_t, IndexEntry&) override { return false; }
  std::uint32_t lower_bound(const IndexKey&) override { return 0; }
};

}  // namespace pianola::lang
