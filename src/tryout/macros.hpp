#pragma once

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/roll.hpp"

namespace pianola::tryout {

/// The text of a macros file, compiled into memory.
class Macros {
 public:
  /// Compiles `text`, which is the caller's and outlives this.
  explicit Macros(std::string_view text, memory::Texts texts = memory::Texts::in_source);
  Macros(const Macros&) = delete;
  Macros& operator=(const Macros&) = delete;

  /// Whether the text has no errors. If it has some, the roll is empty.
  [[nodiscard]] bool good() const { return status_ == Status::ok; }
  /// What was found, warnings too, in the order of the text.
  [[nodiscard]] const memory::Findings& findings() const { return findings_; }
  /// All of it as people read it, in GCC's form; `name` is what it calls the text.
  [[nodiscard]] std::string messages(std::string_view name) {
    return findings_.text(name, source_);
  }
  [[nodiscard]] memory::Roll& roll() { return roll_; }

 private:
  memory::Source source_;
  memory::Roll roll_;
  memory::Findings findings_;
  Status status_;
};

}  // namespace pianola::tryout
