// Keeps macros in flash and plays them. They come from a computer that has compiled them.

#include <array>
#include <cstdint>

#include "board.hpp"
#include "lang/code/roll_image.hpp"
#include "store/current_roll.hpp"
#include "store/roll_builder.hpp"
#include "store/store.hpp"

namespace {

using namespace pianola;

board::Flash chip;
board::Host host;
board::Leds leds;
board::Errors errors;
std::array<std::uint8_t, store::Log::memory_size(board::Flash::kGeometry)> store_memory;
board::Forever<store::Store> store_itself;
board::Forever<store::CurrentRoll> current_roll;
board::Forever<store::RollBuilder> roll_builder;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<player::Player> player_itself;

/// The text of an image, as the builder reads it.
class ImageText final : public lang::Source {
 public:
  explicit ImageText(const lang::RollImage& image) : image_(image) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    return image_.read_text(offset, out);
  }

 private:
  const lang::RollImage& image_;
};

Status copy(lang::RollImage& from, lang::RollWriter& to) {
  for (std::uint32_t position = 0; position < from.size(); ++position) {
    Status status = to.begin_definition();
    std::array<std::uint8_t, 64> piece;
    std::uint32_t offset = 0;
    while (status == Status::ok) {
      const std::size_t size = from.read_code(position, offset, piece);
      if (size == 0) break;
      status = to.append_code(std::span(piece).first(size));
      offset += static_cast<std::uint32_t>(size);
    }
    if (status == Status::ok) {
      status = to.end_definition(from.begin_of(position), from.begin_of(position + 1));
    }
    if (status != Status::ok) return status;
  }
  lang::IndexEntry entry;
  for (std::uint32_t position = 0; from.index_entry(position, entry); ++position) {
    if (const Status status = to.append_index(entry); status != Status::ok) return status;
  }
  return to.commit();
}

/// Puts an image into the store. Makes room if it must.
Status keep(std::span<const std::uint8_t> bytes, store::Store& store) {
  lang::RollImage image;
  if (lang::RollImage::open(bytes, image) != lang::ImageError::none) return Status::errors;
  ImageText text(image);
  const store::SavePolicy policy{.backup = store::Backup::drop};
  Status status = Status::full;
  for (unsigned tries = 0; status == Status::full && tries < 2; ++tries) {
    if (tries > 0) store.log().mark();
    if (status = store.log().make_room(1); status != Status::ok) return status;
    store.log().begin(store.log().reserve());
    store::RollBuilder& builder = roll_builder.make(store.log(), text, policy);
    status = copy(image, builder);
    if (status != Status::ok) builder.abandon();
  }
  return status;
}

}  // namespace

int main() {
  store::Store& store = store_itself.make(chip, store_memory);
  if (store.mount() == store::Mount::unformatted) store.format();
  store::CurrentRoll& roll = current_roll.make(store);
  player::Player& player = player_itself.make(
      player::Parts{engine_storage.make().view(), host, leds, errors}, roll.in_force());
  player.engine().seed(board::noise());
  for (;;) {
    const auto received = board::received_roll();
    if (!received.empty()) {
      if (keep(received, store) != Status::ok) store.reset();
      player.play(roll.in_force());
    }
    board::sleep(board::serve(player));
  }
}
