#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/compilation.hpp"

namespace pianola::test {

using Words = std::vector<std::string>;

/// A program and what the compiler must say of it; nothing if it is right.
struct Mistake {
  std::string text;
  Words messages;
};

inline void expect_all(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages_of(mistake.text), mistake.messages) << mistake.text;
  }
}

}  // namespace pianola::test
