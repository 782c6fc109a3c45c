#pragma once

#include <cstdint>
#include <span>

namespace pianola::store {

/// The roll of default_macros.txt, with its source: what a device plays and shows before the first
/// save and after a reset. lang::RollImage::open() reads it; it is constant data.
std::span<const std::uint8_t> default_roll();

}  // namespace pianola::store
