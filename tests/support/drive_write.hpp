#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "drive/drive.hpp"

namespace pianola::test {

/// Writes to the drive as a host that waits for the answer; `step` lets the drive go on.
template <typename Step>
drive::Sense write_and_wait(drive::Drive& drive, std::uint32_t first,
                            std::span<const std::uint8_t> data, const Step& step) {
  drive.begin_write(first, data);
  for (;;) {
    if (const std::optional<drive::Sense> answer = drive.answer()) return *answer;
    step();
  }
}

}  // namespace pianola::test
