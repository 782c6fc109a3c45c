#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "base/text_writer.hpp"
#include "base/time.hpp"
#include "engine/errors.hpp"
#include "engine/key_event.hpp"
#include "flash/nor_flash.hpp"
#include "hid/report.hpp"
#include "lang/compile/source.hpp"
#include "player/player.hpp"

/// A board that does not exist: registers in place of a keyboard, a bus and flash, so that a
/// compiler can know nothing of what they say. The images are linked for it, never run. What stands
/// here is not counted as Pianola's.
namespace pianola::board {

/// Memory for an object that is made once and never destroyed, since a device does not end. A plain
/// static object would ask the C library to destroy it at the end of the program.
template <class Object>
class Forever {
 public:
  template <class... Arguments>
  Object& make(Arguments&&... arguments) {
    return *new (memory_) Object(std::forward<Arguments>(arguments)...);
  }

 private:
  alignas(Object) std::byte memory_[sizeof(Object)];
};

// ---- What the board can do ----------------------------------------------------------------------

Time now();
/// Changes of keys since the last call, in order.
std::optional<engine::KeyEvent> next_key();
/// False: the endpoint is busy.
bool start_report(const hid::BootReport& report);
/// Once after each report that the host took.
bool report_done();
/// As the host has set them.
std::uint8_t leds();
void show_leds(std::uint8_t leds);
/// Asks a host that sleeps to wake up.
void wake_host();
/// Different at each start.
std::uint32_t noise();
void edit();
/// Until then, or an interrupt.
void sleep(Next next);

/// A roll that was put into the program when it was built.
std::span<const std::uint8_t> built_in_roll();
/// A roll that a computer has compiled and sent; empty: none.
std::span<const std::uint8_t> received_roll();
/// A text that a computer has sent; empty: none.
std::span<const char> received_text();

/// 4 MB of flash as boards with the RP2040 have it.
class Flash final : public flash::NorFlash {
 public:
  static constexpr flash::Geometry kGeometry{4096, 256, 1024};

  [[nodiscard]] flash::Geometry geometry() const override { return kGeometry; }
  [[nodiscard]] const std::uint8_t* mapped() const override;
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override;
  flash::FlashStatus erase(std::uint32_t address) override;
};

/// Where a person can read what went wrong.
class Screen final : public TextSink {
 public:
  void write(std::span<const char> text) override;
};

// ---- What a player asks of a port; as in docs/porting.md ----------------------------------------

class Host final : public player::Host {
 public:
  bool send(const hid::Report& report) override { return start_report(hid::boot_report(report)); }
  void wake() override { wake_host(); }
};

class Leds final : public player::KeyboardLeds {
 public:
  void show(std::uint8_t leds) override { show_leds(leds); }
};

class Errors final : public engine::ErrorSink {
 public:
  void error(const engine::Error& error) override;
};

/// What a port does with a player, again and again. When the player wants to go on.
Next serve(player::Player& player);

}  // namespace pianola::board
