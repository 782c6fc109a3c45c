#include "board.hpp"

#include <algorithm>

// Registers and memory that the linker gives an address: they take no room in an image.
extern "C" {
extern volatile std::uint32_t board_registers[64];
extern const volatile std::uint8_t board_flash[];
extern const std::uint8_t board_memory[];

/// A port's answer to the call of a pure virtual function, which cannot happen.
void __cxa_pure_virtual() {}
}

namespace pianola::board {
namespace {

enum class Register : std::uint8_t {
  clock,
  key,
  key_time,
  report_state,
  report,  // two words
  leds = 6,
  keyboard_leds,
  noise,
  command,
  sleep,
  wake_at,
  roll_size,
  received_roll_size,
  received_text_size,
  flash_command,
  flash_address,
  flash_data,
  flash_state,
  screen,
};

volatile std::uint32_t& at(Register name) { return board_registers[static_cast<unsigned>(name)]; }

constexpr std::uint32_t kBusy = 1;
constexpr std::uint32_t kFailed = 2;

flash::FlashStatus wait_for_flash() {
  while ((at(Register::flash_state) & kBusy) != 0) {
  }
  return (at(Register::flash_state) & kFailed) == 0 ? flash::FlashStatus::ok
                                                    : flash::FlashStatus::failed;
}

}  // namespace

Time now() { return at(Register::clock); }

std::optional<engine::KeyEvent> next_key() {
  const std::uint32_t change = at(Register::key);
  if (change == 0) return std::nullopt;
  return engine::KeyEvent{.usage = static_cast<hid::Usage>(change & 0xFFFFU),
                          .down = change >> 31 != 0,
                          .time = at(Register::key_time)};
}

bool start_report(const hid::BootReport& report) {
  if (at(Register::report_state) != 0) return false;
  for (const std::uint8_t byte : report) at(Register::report) = byte;
  return true;
}

bool report_done() { return at(Register::report_state) != 0; }
std::uint8_t leds() { return static_cast<std::uint8_t>(at(Register::leds)); }
void show_leds(std::uint8_t leds) { at(Register::keyboard_leds) = leds; }
std::uint32_t noise() { return at(Register::noise); }
void wake_host() { at(Register::command) = 1; }
void edit() { at(Register::command) = 2; }

void sleep(Next next) {
  at(Register::wake_at) = next.at;
  at(Register::sleep) = next.never ? 1 : 2;
}

std::span<const std::uint8_t> built_in_roll() { return {board_memory, at(Register::roll_size)}; }

std::span<const std::uint8_t> received_roll() {
  return {board_memory, at(Register::received_roll_size)};
}

std::span<const char> received_text() {
  return {reinterpret_cast<const char*>(board_memory), at(Register::received_text_size)};
}

const std::uint8_t* Flash::mapped() const {
  return const_cast<const std::uint8_t*>(&board_flash[0]);
}

flash::FlashStatus Flash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (out.size() > kGeometry.size() - std::min(address, kGeometry.size())) {
    return flash::FlashStatus::bad_argument;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = board_flash[address + i];
  return flash::FlashStatus::ok;
}

flash::FlashStatus Flash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  at(Register::flash_address) = address;
  for (const std::uint8_t byte : data) at(Register::flash_data) = byte;
  at(Register::flash_command) = 1;
  return wait_for_flash();
}

flash::FlashStatus Flash::erase(std::uint32_t address) {
  at(Register::flash_address) = address;
  at(Register::flash_command) = 2;
  return wait_for_flash();
}

void Screen::write(std::span<const char> text) {
  for (const char c : text) at(Register::screen) = static_cast<std::uint8_t>(c);
}

void Errors::error(const engine::Error& error) { Screen{}.write(engine::error_text(error.code)); }

Next serve(player::Player& player) {
  player.host_leds(leds());
  while (const auto change = next_key()) player.key(*change);
  if (report_done()) player.report_taken(now());
  const Next next = player.step(now());
  const engine::Request request = player.take_request();
  const bool end = request.key == hid::keyboard_usage(0x4D);
  if (request.kind == engine::Request::Kind::lock || end) player.lock();
  if (request.kind == engine::Request::Kind::edit) edit();
  return next;
}

}  // namespace pianola::board
