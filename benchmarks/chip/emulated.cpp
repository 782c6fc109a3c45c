// The cases on the chip: a program for QEMU's machine mps2-an385, whose Cortex-M3 executes what is
// compiled for a Cortex-M0+ instruction by instruction. With -icount shift=0 each of them takes a
// nanosecond, so that the processor's own timer, which counts at 25 MHz, counts in steps of forty.
// Started as `CASE DEFINITIONS COUNT`, it prints the instructions that one operation took.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "cases.hpp"

extern "C" {
// The linker script says where they are.
extern std::uint8_t chip_heap[];
extern std::uint8_t chip_stack[];
extern std::uint8_t chip_flash[];
extern void (*const chip_constructors[])();
extern void (*const chip_constructors_end[])();

void chip_reset();
void chip_fault();

/// The first words of the memory: where the stack begins, and what a reset and faults call.
[[gnu::section(".vectors"), gnu::used]] const std::uintptr_t chip_vectors[16] = {
    reinterpret_cast<std::uintptr_t>(chip_stack), reinterpret_cast<std::uintptr_t>(chip_reset),
    reinterpret_cast<std::uintptr_t>(chip_fault), reinterpret_cast<std::uintptr_t>(chip_fault),
    reinterpret_cast<std::uintptr_t>(chip_fault), reinterpret_cast<std::uintptr_t>(chip_fault),
    reinterpret_cast<std::uintptr_t>(chip_fault)};

// Copying and filling as the RP2040's boot ROM has it, which its SDK links in place of the C
// library's (RP2040 Datasheet, section 2.8.3): by words, if both sides are aligned.

void* memcpy(void* to, const void* from, std::size_t size) {
  auto* target = static_cast<std::uint8_t*>(to);
  const auto* source = static_cast<const std::uint8_t*>(from);
  const auto both =
      reinterpret_cast<std::uintptr_t>(target) | reinterpret_cast<std::uintptr_t>(source);
  if (both % 4 == 0) {
    for (; size >= 4; size -= 4, target += 4, source += 4) {
      *reinterpret_cast<std::uint32_t*>(target) = *reinterpret_cast<const std::uint32_t*>(source);
    }
  }
  for (; size > 0; --size) *target++ = *source++;
  return to;
}

void* memset(void* to, int value, std::size_t size) {
  auto* target = static_cast<std::uint8_t*>(to);
  const auto byte = static_cast<std::uint8_t>(value);
  if (reinterpret_cast<std::uintptr_t>(target) % 4 == 0) {
    for (; size >= 4; size -= 4, target += 4) {
      *reinterpret_cast<std::uint32_t*>(target) = byte * 0x01010101U;
    }
  }
  for (; size > 0; --size) *target++ = byte;
  return to;
}

void* _sbrk(std::ptrdiff_t size) {
  static std::uint8_t* end = chip_heap;
  std::uint8_t* const begin = end;
  end += size;
  return begin;
}
}

namespace {

using namespace pianola;

// ---- Semihosting (Arm's "Semihosting for AArch32 and AArch64", section 6) -----------------------

enum class Call : std::uint32_t { write0 = 0x04, command_line = 0x15, exit = 0x18 };

std::uint32_t semihosting(Call call, const void* argument) {
  register std::uint32_t r0 asm("r0") = static_cast<std::uint32_t>(call);
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void end(bool good) {
  constexpr std::uint32_t kFinished = 0x20026;
  constexpr std::uint32_t kFailed = 0x20023;
  const std::uint32_t reason = good ? kFinished : kFailed;
  semihosting(Call::exit, reinterpret_cast<const void*>(reason));
  for (;;) {
  }
}

void print(const char* text) { semihosting(Call::write0, text); }

// ---- The processor's timer (Armv6-M Architecture Reference Manual, "SysTick") -------------------

volatile std::uint32_t& control = *reinterpret_cast<volatile std::uint32_t*>(0xE000E010);
volatile std::uint32_t& reload = *reinterpret_cast<volatile std::uint32_t*>(0xE000E014);
volatile std::uint32_t& current = *reinterpret_cast<volatile std::uint32_t*>(0xE000E018);

constexpr std::uint32_t kWrap = 0xFFFFFF;
/// Runs by the processor's clock, and has passed 0.
constexpr std::uint32_t kRuns = 5;
constexpr std::uint32_t kPassed = 0x10000;
constexpr std::uint32_t kInstructionsPerTick = 40;

std::uint32_t ticks;

void begin_counting() {
  reload = kWrap;
  current = 0;
  control = kRuns;
}

void end_counting() {
  const std::uint32_t left = current;
  if ((control & kPassed) != 0) {
    print("too long to be counted\n");
    end(false);
  }
  ticks = kWrap - left;
}

// ---- The program --------------------------------------------------------------------------------

std::string_view next_word(std::string_view& line) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  std::size_t size = 0;
  while (size < line.size() && line[size] != ' ') ++size;
  const std::string_view word{line.data(), size};
  line.remove_prefix(size);
  return word;
}

std::uint32_t next_number(std::string_view& line) {
  std::uint32_t number = 0;
  for (const char c : next_word(line)) number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return number;
}

void print(std::uint32_t number) {
  char digits[12] = {};
  char* first = &digits[10];
  *first = '\n';
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(first);
}

}  // namespace

void chip_reset() {
  for (auto* constructor = chip_constructors; constructor != chip_constructors_end; ++constructor) {
    (*constructor)();
  }
  static char command[80];
  struct {
    char* text;
    std::uint32_t size;
  } argument{command, sizeof command};
  semihosting(Call::command_line, &argument);
  std::string_view line{command};
  next_word(line);  // the program's name
  const std::string_view name = next_word(line);
  const std::uint32_t definitions = next_number(line);
  const std::uint32_t count = next_number(line);
  const std::span flash{chip_flash, bench::Chip::kGeometry.size()};
  std::memset(flash.data(), 0xFF, flash.size());
  const std::uint32_t done =
      bench::run_case(name, definitions, count, flash, {begin_counting, end_counting});
  if (done == 0) {
    print("the case went wrong\n");
    end(false);
  }
  print(static_cast<std::uint32_t>(std::uint64_t{ticks} * kInstructionsPerTick / done));
  end(true);
}

void chip_fault() {
  print("the processor met a fault\n");
  end(false);
}
