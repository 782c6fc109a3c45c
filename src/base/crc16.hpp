#pragma once

#include <cstdint>
#include <span>

namespace pianola {

/// CRC-16/IBM-SDLC (X.25: polynomial 1021, reflected, start and end value inverted). Over
/// "123456789" it is 906E.
std::uint16_t crc16(std::span<const std::uint8_t> bytes);

}  // namespace pianola
