// Compiles macros, keeps them in flash and plays them.

#include <algorithm>
#include <array>
#include <cstdint>

#include "board.hpp"
#include "edit/editor.hpp"
#include "lang/compile/diagnostic.hpp"
#include "store/current_roll.hpp"
#include "store/flash_scratch.hpp"
#include "store/store.hpp"

namespace {

using namespace pianola;

/// As docs/porting.md has it: some 100 triggers and names cost no erase.
constexpr std::size_t kScratch = 8192;

board::Flash chip;
board::Host host;
board::Leds leds;
board::Errors errors;
std::array<std::uint8_t, store::Log::memory_size(board::Flash::kGeometry)> store_memory;
std::array<std::uint8_t, store::FlashScratch::kLeastMemory + kScratch> scratch_memory;
board::Forever<store::Store> store_itself;
board::Forever<store::CurrentRoll> current_roll;
board::Forever<edit::Editor> editor_itself;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<player::Player> player_itself;

class ReceivedText final : public lang::Source {
 public:
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    const auto text = board::received_text();
    if (offset >= text.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), text.size() - offset);
    std::copy_n(text.begin() + offset, size, out.begin());
    return size;
  }
};

/// Shows errors with the line of the source.
class Findings final : public lang::DiagnosticSink {
 public:
  explicit Findings(lang::Source& source) : source_(source) {}
  void report(const lang::Diagnostic& diagnostic) override {
    board::Screen screen;
    lang::write_diagnostic(diagnostic, "macros.txt", source_, screen);
  }

 private:
  lang::Source& source_;
};

/// Saves the text that was received; macros play meanwhile.
void save(edit::Editor& editor, store::CurrentRoll& roll, player::Player& player) {
  ReceivedText text;
  Findings findings(text);
  editor.save(text, findings);
  while (editor.step() == Status::more) board::serve(player);
  editor.cancel();
  player.play(roll.in_force());
}

}  // namespace

int main() {
  store::Store& store = store_itself.make(chip, store_memory);
  if (store.mount() == store::Mount::unformatted) store.format();
  store::CurrentRoll& roll = current_roll.make(store);
  player::Player& player = player_itself.make(
      player::Parts{engine_storage.make().view(), host, leds, errors}, roll.in_force());
  edit::Editor& editor = editor_itself.make(store, edit::Workspace{scratch_memory});
  player.engine().seed(board::noise());
  for (;;) {
    if (!board::received_text().empty()) save(editor, roll, player);
    board::sleep(board::serve(player));
  }
}
