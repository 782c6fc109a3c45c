#include "store/current_roll.hpp"

#include "store/default_roll.hpp"

namespace pianola::store {

CurrentRoll::CurrentRoll(Store& store) : store_(store), shown_(store.roll()) {
  lang::RollImage::open(default_roll(), defaults_);
}

lang::Roll& CurrentRoll::in_force() const {
  if (store_.saved()) return store_.roll();
  return defaults_;
}

std::uint32_t CurrentRoll::text_size() const {
  return store_.saved() ? store_.roll().text_size() : defaults_.text_size();
}

[[gnu::noinline]] std::size_t CurrentRoll::read_text(std::uint32_t offset, std::span<char> out) {
  return store_.saved() ? shown_.read(offset, out) : defaults_.read_text(offset, out);
}

std::uint32_t CurrentRoll::begin_of(std::uint32_t position) {
  return store_.saved() ? store_.roll().begin_of(position) : defaults_.begin_of(position);
}

}  // namespace pianola::store
