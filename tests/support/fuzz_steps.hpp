#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "support/fuzz_input.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace pianola::test {

// Inputs that say what to do step by step: a byte for the whole, then the steps. A step is a byte
// that says what is done, a byte that says how much it takes, and that many bytes. So a change of
// one step leaves the others as they are, and whole steps can be put in, taken out and moved.

struct FuzzStep {
  std::uint8_t what = 0;
  std::vector<std::uint8_t> body;

  [[nodiscard]] FuzzInput input() const { return {body.data(), body.size()}; }
};

struct FuzzSteps {
  std::uint8_t choice = 0;
  std::vector<FuzzStep> steps;

  /// Any bytes are steps; the last one may lack some.
  FuzzSteps(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    choice = input.byte();
    while (!input.empty()) {
      FuzzStep& step = steps.emplace_back();
      step.what = input.byte();
      const auto body = input.bytes(input.byte());
      step.body.assign(body.begin(), body.end());
    }
  }

  /// Steps for which there is no room are left out. Returns how many bytes there are.
  std::size_t write(std::span<std::uint8_t> out) const {
    out[0] = choice;
    std::size_t at = 1;
    for (const FuzzStep& step : steps) {
      if (out.size() - at < 2 + step.body.size()) break;
      out[at++] = step.what;
      out[at++] = static_cast<std::uint8_t>(step.body.size());
      at = static_cast<std::size_t>(std::ranges::copy(step.body, out.begin() + at).out -
                                    out.begin());
    }
    return at;
  }
};

/// Changes inputs of steps, for LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver.
class FuzzStepMutator {
 public:
  explicit FuzzStepMutator(unsigned seed) : random_(seed) {}

  std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
    FuzzSteps all(data, size);
    do change(all);
    while (below(3) == 0);
    return all.write({data, max_size});
  }

  /// The first steps of one, then the last ones of another.
  std::size_t cross(const FuzzSteps& one, const FuzzSteps& other, std::span<std::uint8_t> out) {
    FuzzSteps all = one;
    all.steps.resize(below(one.steps.size() + 1));
    const std::size_t from = below(other.steps.size() + 1);
    all.steps.insert(all.steps.end(), other.steps.begin() + static_cast<std::ptrdiff_t>(from),
                     other.steps.end());
    return all.write(out);
  }

 private:
  static constexpr std::size_t kMostBytes = 255;
  static constexpr std::size_t kMostErased = 8;

  std::size_t below(std::size_t end) { return random_() % end; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_() >> 8U); }

  void change(FuzzSteps& all) {
    auto& steps = all.steps;
    const std::size_t kind = steps.empty() ? 0 : below(10);
    if (kind == 0) {
      steps.insert(place(steps, 1), new_step());
      return;
    }
    const auto step = place(steps, 0);
    if (kind == 1) {
      const auto rest = static_cast<std::size_t>(steps.end() - step);
      steps.erase(step, step + static_cast<std::ptrdiff_t>(1 + below(std::min(rest, kMostErased))));
    } else if (kind == 2) {
      const FuzzStep copy = *step;
      steps.insert(place(steps, 1), copy);
    } else if (kind == 3) {
      std::swap(*step, *place(steps, 0));
    } else if (kind == 4) {
      step->what = byte();
    } else if (kind == 5) {
      all.choice = byte();
    } else {
      change_body(*step);
    }
  }
  std::vector<FuzzStep>::iterator place(std::vector<FuzzStep>& steps, std::size_t more) {
    return steps.begin() + static_cast<std::ptrdiff_t>(below(steps.size() + more));
  }
  FuzzStep new_step() {
    FuzzStep step{byte(), std::vector<std::uint8_t>(below(12))};
    std::ranges::generate(step.body, [this] { return byte(); });
    return step;
  }
  /// By the byte, as libFuzzer does it.
  static void change_body(FuzzStep& step) {
    const std::size_t size = step.body.size();
    step.body.resize(kMostBytes);
    step.body.resize(LLVMFuzzerMutate(step.body.data(), size, kMostBytes));
  }

  std::minstd_rand random_;
};

}  // namespace pianola::test

/// What libFuzzer calls; to be included by the one source file of a target.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return pianola::test::FuzzStepMutator(seed).mutate(data, size, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned seed) {
  using pianola::test::FuzzSteps;
  return pianola::test::FuzzStepMutator(seed).cross({one, one_size}, {other, other_size},
                                                    {out, max_size});
}
