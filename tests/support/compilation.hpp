#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/compile/compiler.hpp"
#include "lang/text/listing.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::test {

/// The bits of the setting `allow` for the names of warnings.
constexpr std::uint32_t lints(std::initializer_list<std::string_view> names) {
  std::uint32_t bits = 0;
  for (const std::string_view name : names) bits |= 1U << lang::kLintWords.find(name);
  return bits;
}

/// Warnings of what only makes sense in a whole file, which most programs of tests are not.
inline constexpr std::uint32_t kFragment = lints({"bare-letter", "unused", "layout"});

/// A program, compiled from pieces of `piece` bytes, and all that came of it. Warnings of the kinds
/// `allowed` do not count.
class Compilation {
 public:
  /// With all texts in the code, which therefore is that of any text that says the same.
  static Compilation in_code(std::string text) {
    return Compilation{std::move(text), SIZE_MAX, kFragment, memory::Texts::in_code};
  }
  explicit Compilation(std::string text, std::size_t piece = SIZE_MAX,
                       std::uint32_t allowed = kFragment,
                       memory::Texts texts = memory::Texts::in_source)
      : text_(std::move(text)), source_(text_, piece), roll_(&source_, texts) {
    memory::Scratch scratch;
    lang::Compiler compiler(source_, roll_, scratch, findings_);
    compiler.allow(allowed);
    status_ = compiler.run();
    findings_.sort();
  }
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  [[nodiscard]] Status status() const { return status_; }
  [[nodiscard]] memory::Roll& roll() { return roll_; }
  [[nodiscard]] const memory::Findings& findings() const { return findings_; }

  /// `LINE:COLUMN message` for each error, `LINE:COLUMN warning: message` for each warning.
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> all;
    for (const auto& finding : findings_.all()) {
      memory::StringSink out;
      lang::write_message(finding.view(), out);
      const lang::Position& at = finding.diagnostic.at;
      all.push_back(std::to_string(at.line) + ':' + std::to_string(at.column) + ' ' +
                    (finding.diagnostic.warning ? "warning: " : "") + out.text());
    }
    return all;
  }

  /// What a person reads of it.
  [[nodiscard]] std::string text() { return findings_.text("macros.txt", source_); }

  [[nodiscard]] std::vector<std::string> slices() const {
    std::vector<std::string> all;
    for (const auto& definition : roll_.definitions()) all.push_back(definition.source);
    return all;
  }

  [[nodiscard]] std::string listing() {
    memory::StringSink out;
    lang::write_listing(roll_, out);
    return out.text();
  }

 private:
  std::string text_;
  memory::Source source_;
  memory::Roll roll_;
  memory::Findings findings_;
  Status status_{};
};

/// The messages of a program.
inline std::vector<std::string> messages_of(std::string text) {
  const Compilation compiled(std::move(text));
  for (const memory::Findings::Finding& finding : compiled.findings().all()) {
    EXPECT_LE(std::max(finding.a.size(), finding.b.size()), lang::kMaxDiagnosticWord);
  }
  return compiled.messages();
}

/// `text` `count` times.
inline std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

using Code = std::vector<std::uint8_t>;

/// The code of the one definition of `text`.
inline Code code_of(const std::string& text) {
  auto compiled = Compilation::in_code(text);
  EXPECT_EQ(compiled.findings().errors(), 0U) << compiled.text();
  if (compiled.roll().definitions().empty()) return {};
  return compiled.roll().definitions()[0].code;
}

}  // namespace pianola::test
