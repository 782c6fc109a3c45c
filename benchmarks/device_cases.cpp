// The cases of chip/ on this machine, for chip/count.py: `device_cases CASE DEFINITIONS COUNT`
// prints how often it did the operation.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "chip/cases.hpp"

int main(int argc, char** argv) {
  if (argc != 4) return EXIT_FAILURE;
  const auto definitions = static_cast<std::uint32_t>(std::stoul(argv[2]));
  const auto count = static_cast<std::uint32_t>(std::stoul(argv[3]));
  std::vector<std::uint8_t> flash(pianola::bench::Chip::kGeometry.size(), 0xFF);
  const std::uint32_t done =
      pianola::bench::run_case(argv[1], definitions, count, flash, {[] {}, [] {}});
  std::printf("%u\n", static_cast<unsigned>(done));
  return done != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
