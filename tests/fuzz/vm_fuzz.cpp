// Arbitrary bytes as bytecode, as an index and as keys: the engine must end with nothing down,
// nothing running and no undefined behaviour, whatever they are.
//
// The first bytes are key events, two each (which key, and how long after the one before); the rest
// is split into definitions of code. All of it is the source of each.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "lang/code/roll.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/roll.hpp"

namespace {

using namespace pianola;

constexpr std::size_t kEvents = 16;
constexpr std::size_t kDefinitions = 3;
constexpr std::uint8_t kFirstKey = 0x3A;

void check(bool condition) {
  if (!condition) std::abort();
}

/// Takes some reports and refuses some, and checks that the engine keeps to one at a time.
class Host final : public engine::ReportSink {
 public:
  bool send(const hid::Report&) override {
    check(!in_flight);
    if (++sent_ % 5 == 0) return false;
    in_flight = true;
    return true;
  }
  bool in_flight = false;

 private:
  unsigned sent_ = 0;
};

class Errors final : public engine::ErrorSink {
 public:
  void error(const engine::Error&) override {}
};

/// Takes bytes from the input, then zeros.
class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  std::vector<std::uint8_t> bytes(std::size_t count) {
    const auto taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }
  [[nodiscard]] std::size_t size() const { return rest_.size(); }

 private:
  std::span<const std::uint8_t> rest_;
};

/// A binding for each definition, a macro "m", a global "g", a text "t" and a layer "l" whose index
/// entries are arbitrary.
void build(Input& input, memory::Roll& roll, std::uint32_t source) {
  const std::uint8_t shape = input.byte();
  for (std::uint32_t i = 0; i < kDefinitions; ++i) {
    roll.begin_definition();
    roll.append_code(input.bytes(i + 1 < kDefinitions ? input.size() / 2 : input.size()));
    roll.end_definition(0, source);
    lang::IndexEntry entry;
    entry.key = lang::trigger_key(0, lang::TriggerKind::press, {}, kFirstKey + i);
    entry.record = i;
    entry.body = (shape >> i) & 3U;
    entry.frame = static_cast<std::uint8_t>(shape & 7U);
    entry.labels = shape >> 3;
    roll.append_index(entry);
    constexpr lang::IndexSpace kSpaces[] = {lang::IndexSpace::layer, lang::IndexSpace::macro,
                                            lang::IndexSpace::variable};
    constexpr const char* kNames[] = {"l", "m", "g"};
    entry.key = name_key(kSpaces[i], lang::name_hash(kNames[i], 1));
    entry.params = static_cast<std::uint8_t>(shape & 1U);
    roll.append_index(entry);
  }
  // The last definition is a text too, which may name itself or what is none.
  lang::IndexEntry text;
  text.key = name_key(lang::IndexSpace::text, lang::name_hash("t", 1));
  text.record = kDefinitions - 1;
  text.body = shape & 3U;
  roll.append_index(text);
  roll.commit();
}

hid::Usage usage(std::uint8_t pick) {
  constexpr std::uint8_t kKeys[] = {kFirstKey, kFirstKey + 1, kFirstKey + 2, 0x04,
                                    0xE1,      0xE5,          0x29,          0xE2};
  return hid::keyboard_usage(kKeys[pick & 7U]);
}

class Taker final : public engine::KeyTaker {
 public:
  bool take_key(const engine::KeyEvent&) override { return false; }
};

/// An engine, its host and its clock.
class Device {
 public:
  explicit Device(lang::Roll& roll) : engine_(storage_.view(), roll, host_, errors_, &taker_) {}

  /// Lets `ms` pass.
  void live(unsigned ms) {
    for (; ms > 0; --ms, ++now_) {
      engine_.step(now_);
      if (host_.in_flight && now_ % 3 != 0) {
        host_.in_flight = false;
        engine_.report_taken(now_);
      }
    }
  }
  void key(hid::Usage key, bool down) { engine_.key({key, down, now_}); }
  engine::Engine& engine() { return engine_; }

 private:
  engine::Storage<engine::Capacities{.tasks = 4,
                                     .slots = 40,
                                     .holds = 12,
                                     .events = 8,
                                     .globals = 2,
                                     .recordings = 12,
                                     .window = 32}>
      storage_;
  Host host_;
  Errors errors_;
  Taker taker_;
  engine::Engine engine_;
  Time now_ = 0xFFFFFF80U;  // soon wraps
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{{data, size}};
  std::vector<std::uint8_t> events = input.bytes(2 * kEvents);
  events.resize(2 * kEvents);
  memory::Source source({reinterpret_cast<const char*>(data), size});
  memory::Roll roll{&source};
  build(input, roll, static_cast<std::uint32_t>(size));
  const auto device = std::make_unique<Device>(roll);
  for (std::size_t i = 0; i < kEvents; ++i) {
    device->key(usage(events[2 * i]), (events[2 * i] & 0x80U) == 0);
    device->engine().host_leds(events[2 * i + 1] >> 5);
    device->live(events[2 * i + 1] % 32U);
  }
  // All keys up, then the end of what still runs: nothing may be left.
  for (std::uint8_t i = 0; i < 8; ++i) device->key(usage(i), false);
  device->live(40);
  device->engine().cancel_all();
  device->live(40);
  check(device->engine().idle());
  check(device->engine().tasks() == 0);
  check(device->engine().shown().empty());
  return 0;
}
