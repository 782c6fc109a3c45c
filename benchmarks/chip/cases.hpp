#pragma once

#include <cstdint>
#include <string_view>

#include "whole_device.hpp"

namespace pianola::bench {

/// What brackets the part of a case that counts.
struct Meter {
  void (*begin)();
  void (*end)();
};

/// Does the operation `name` at least `count` times on a device that plays `definitions`
/// definitions, three or more. Returns how often it was done; 0 if it went wrong.
std::uint32_t run_case(std::string_view name, std::uint32_t definitions, std::uint32_t count,
                       std::span<std::uint8_t> flash, const Meter& meter);

}  // namespace pianola::bench
