#pragma once

#include <array>
#include <cstdint>

#include "lang/compile/diagnostic.hpp"

namespace pianola::drive {

/// Puts errors in order of their places. The compiler reports last the errors that only the whole
/// file shows, and there is no room to keep its reports. So their places are noted when the file is
/// compiled first, and it is compiled again, mostly once or twice, to write them in order.
class ErrorOrder final : public lang::DiagnosticSink {
 public:
  /// Forgets all.
  void clear() { count_ = 0; }
  /// Notes an error. Warnings are of no interest.
  void report(const lang::Diagnostic& diagnostic) override;

  /// Nothing is written yet.
  void rewind();
  /// The file is about to be compiled once more.
  void begin_pass();
  /// Whether the error that is now reported is to be written now. Called for each, in order.
  /// Without `room` it is not, and comes in another pass.
  bool is_turn(bool room);
  /// All errors are written, or the pass that is over found none of those that are left.
  [[nodiscard]] bool is_done() const { return next_ == count_ || !progress_; }

 private:
  static constexpr unsigned kMost = lang::kMaxErrors + 1;
  static constexpr unsigned kMostPasses = 8;

  std::array<std::uint32_t, kMost> places_;            ///< Byte offset of each, as reported.
  std::array<std::uint8_t, kMost> order_;              ///< Their numbers, sorted by place.
  std::array<std::uint8_t, (kMost + 7) / 8> written_;  ///< A bit for each.
  std::uint8_t count_ = 0;
  std::uint8_t next_ = 0;    ///< How many are written.
  std::uint8_t number_ = 0;  ///< Of the next one that is reported.
  std::uint8_t passes_ = 0;
  bool progress_ = false;  ///< An error's turn came in this pass.
};

}  // namespace pianola::drive
