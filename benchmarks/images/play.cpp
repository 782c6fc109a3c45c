// Plays a roll that is part of the program.

#include "board.hpp"
#include "lang/code/roll_image.hpp"
#include "player/player.hpp"

namespace {

using namespace pianola;

board::Host host;
board::Leds leds;
board::Errors errors;
board::Forever<lang::RollImage> roll_image;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<player::Player> player_itself;

}  // namespace

int main() {
  lang::RollImage& roll = roll_image.make();
  const lang::ImageError error = lang::RollImage::open(board::built_in_roll(), roll);
  if (error != lang::ImageError::none) {
    board::Screen screen;
    TextWriter(screen) << lang::image_error_text(error);
  }
  player::Player& player =
      player_itself.make(player::Parts{engine_storage.make().view(), host, leds, errors}, roll);
  player.engine().seed(board::noise());
  for (;;) board::sleep(board::serve(player));
}
