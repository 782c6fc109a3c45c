#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "lang/compile/diagnostic.hpp"
#include "lang/compile/scratch.hpp"
#include "lang/compile/source.hpp"
#include "ports/memory/roll.hpp"

namespace pianola::memory {

/// Source text in memory. `piece` limits how much one read gives, as slow media do.
class Source final : public lang::Source {
 public:
  explicit Source(std::string_view text, std::size_t piece = SIZE_MAX)
      : text_(text), piece_(piece) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override;

 private:
  std::string_view text_;
  std::size_t piece_;
};

/// Scratch records in memory.
class Scratch final : public lang::Scratch {
 public:
  Status append(const lang::ScratchRecord& record) override;
  bool read(std::uint32_t place, lang::ScratchRecord& out) override;
  Status append_item(std::uint32_t place) override;
  bool read_item(std::uint32_t index, std::uint32_t& place) override;
  void release_items(std::uint32_t count) override;
  std::span<std::uint8_t> marks(std::uint32_t bits) override;
  void clear() override;

 private:
  std::vector<lang::ScratchRecord> records_;
  std::vector<std::uint8_t> marks_;
  std::vector<std::uint32_t> items_;
};

/// Text in a string.
class StringSink final : public TextSink {
 public:
  void write(std::span<const char> text) override { text_.append(text.data(), text.size()); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// What one compilation found, sorted by place.
class Findings final : public lang::DiagnosticSink {
 public:
  /// A diagnostic with copies of its words.
  struct Finding {
    lang::Diagnostic diagnostic;
    std::string a;
    std::string b;
    [[nodiscard]] lang::Diagnostic view() const;
  };

  void report(const lang::Diagnostic& diagnostic) override;
  /// Sorts by line and column; call once after the compilation.
  void sort();
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
  [[nodiscard]] std::size_t errors() const;
  [[nodiscard]] std::size_t warnings() const { return all_.size() - errors(); }
  /// All of them as people read them: `FILE:LINE:COLUMN: error: …` with line and caret.
  [[nodiscard]] std::string text(std::string_view file, lang::Source& source) const;

 private:
  std::vector<Finding> all_;
};

/// Compiles `text` into `roll` (which is left alone after errors). Warnings of the kinds `allowed`,
/// bits as of the setting `allow`, are not told.
Status compile(std::string_view text, Roll& roll, Findings& findings, std::uint32_t allowed = 0);

}  // namespace pianola::memory
