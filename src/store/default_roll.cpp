#include "store/default_roll.hpp"

namespace pianola::store {
namespace {

constexpr std::uint8_t kDefaultRoll[] = {
#include "store/default_roll.inc"
};

}  // namespace

std::span<const std::uint8_t> default_roll() { return kDefaultRoll; }

}  // namespace pianola::store
