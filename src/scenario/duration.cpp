#include "scenario/duration.hpp"

#include <charconv>

#include "lang/code/settings.hpp"

namespace pianola::scenario {

std::optional<std::uint32_t> parse_duration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, digits);
  const std::string_view unit = digits == std::string_view::npos ? "ms" : text.substr(digits);
  double factor = 0;
  if (unit == "ms") factor = 1;
  if (unit == "s") factor = 1000;
  if (unit == "min") factor = 60'000;
  if (factor == 0 || number.empty() || number.front() == '.' || number.back() == '.') return {};
  if (digits == std::string_view::npos && number.find('.') != std::string_view::npos) return {};

  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value,
                                            std::chars_format::fixed);
  if (error != std::errc{} || end != number.data() + number.size()) return {};
  value = value * factor + 0.5;
  if (value >= lang::kMaxDuration + 1.0) return {};
  return static_cast<std::uint32_t>(value);
}

}  // namespace pianola::scenario
