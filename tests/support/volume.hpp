#pragma once

#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PIANOLA_SANITIZED true
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define PIANOLA_SANITIZED true
#endif
#ifndef PIANOLA_SANITIZED
#define PIANOLA_SANITIZED false
#endif

/// How much the tests do that could go on for ever.
namespace pianola::test {

/// Built with sanitizers, which make everything several times as slow: then less is done.
constexpr bool kSanitized = PIANOLA_SANITIZED;

/// The number in the environment variable `name`, or `otherwise` if it is not set.
inline unsigned long number_from(const char* name, unsigned long otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoul(text, nullptr, 0) : otherwise;
}

/// The same; `usual`, or with sanitizers `sanitized`, if it is not set.
inline unsigned long volume(const char* name, unsigned long usual, unsigned long sanitized) {
  return number_from(name, kSanitized ? sanitized : usual);
}

/// How many of `usual` rounds a test makes: all, or with sanitizers a quarter, unless
/// PIANOLA_MORE_RUNS asks for more than is usual.
inline unsigned rounds(unsigned usual) {
  return kSanitized && number_from("PIANOLA_MORE_RUNS", 1) <= 1 ? (usual + 3) / 4 : usual;
}

}  // namespace pianola::test
