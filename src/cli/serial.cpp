#include "cli/serial.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>

namespace pianola::cli {
namespace {

/// FNV-1a.
constexpr std::uint64_t kBasis = 0xCBF29CE484222325;
constexpr std::uint64_t kPrime = 0x00000100000001B3;

std::uint64_t add(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

/// Makes each bit depend on all (the finalizer of SplitMix64).
std::uint64_t mix(std::uint64_t hash) {
  hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EB;
  return hash ^ (hash >> 31U);
}

}  // namespace

std::string machine_id(const std::string& file) {
  std::string id;
  if (std::getline(std::ifstream(file), id) && !id.empty()) return id;
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string serial_of(std::string_view machine, std::string_view device) {
  return fmt::format("{:016x}", mix(add(mix(add(kBasis, machine)), device)));
}

}  // namespace pianola::cli
