// Plays a roll that is part of the program.

#include "board.hpp"
#include "lang/code/roll_image.hpp"

namespace {

using namespace pianola;

board::Reports reports;
board::Errors errors;
board::Commands commands;
board::Forever<lang::RollImage> roll_image;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<engine::Engine> engine_itself;

}  // namespace

int main() {
  lang::RollImage& roll = roll_image.make();
  const lang::ImageError error = lang::RollImage::open(board::built_in_roll(), roll);
  if (error != lang::ImageError::none) {
    board::Screen screen;
    TextWriter(screen) << lang::image_error_text(error);
  }
  engine::Engine& engine =
      engine_itself.make(engine_storage.make().view(), roll, reports, errors, &commands);
  engine.seed(board::noise());
  for (;;) board::sleep(board::serve(engine));
}
