#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "lang/code/roll.hpp"
#include "lang/compile/source.hpp"

namespace pianola::memory {

/// Where the texts of a roll with source stand.
enum class Texts : std::uint8_t {
  in_source,  ///< There alone, if they can.
  in_code,    ///< In the code: it can be used without the source.
};

/// A roll in memory: the compiler writes it, the engine reads it. For the command line and tests.
class Roll final : public lang::Roll, public lang::RollWriter {
 public:
  struct Definition {
    std::string source;
    std::vector<std::uint8_t> code;
    friend bool operator==(const Definition&, const Definition&) = default;
  };

  /// With a source, each definition keeps its slice of it; without, only code is kept.
  explicit Roll(lang::Source* source = nullptr, Texts texts = Texts::in_source)
      : lang::RollWriter(source != nullptr && texts == Texts::in_source), source_(source) {}

  // Roll
  [[nodiscard]] std::uint32_t size() const override;
  std::uint32_t record_at(std::uint32_t position) override { return position; }
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override;
  std::size_t read_source(std::uint32_t record, std::uint32_t offset, std::span<char> out) override;
  [[nodiscard]] std::uint32_t index_size() const override;
  bool index_entry(std::uint32_t position, lang::IndexEntry& out) override;
  std::uint32_t lower_bound(const lang::IndexKey& key) override;

  // RollWriter
  Status begin_definition() override;
  Status append_code(std::span<const std::uint8_t> code) override;
  Status end_definition(std::uint32_t source_begin, std::uint32_t source_end) override;
  Status append_index(const lang::IndexEntry& entry) override;
  Status commit() override;
  void abandon() override;

  /// What commit() made current. (commit() also sorts an index that a test appended out of order.)
  [[nodiscard]] const std::vector<Definition>& definitions() const { return live_.definitions; }
  [[nodiscard]] const std::vector<lang::IndexEntry>& index() const { return live_.index; }

 private:
  struct Content {
    std::vector<Definition> definitions;
    std::vector<lang::IndexEntry> index;
  };

  lang::Source* source_;
  Content live_;
  Content next_;
};

}  // namespace pianola::memory
