#include "tryout/play.hpp"

#include <algorithm>

#include "engine/errors.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::tryout {

Play::Play(lang::Roll& roll, const Options& options)
    : roll_(roll),
      layout_(options.layout != nullptr ? *options.layout : layout_of(roll)),
      simulation_(roll, {.layout = layout_,
                         .poll = options.poll,
                         .start = 0,
                         .unicode = settings_of(roll).unicode}) {}

std::vector<std::string> Play::errors(std::string_view name) {
  std::vector<engine::Error> told;
  std::vector<std::string> texts;
  for (const engine::Error& error : simulation_.errors()) {
    if (std::ranges::find(told, error) != told.end()) continue;
    told.push_back(error);
    texts.push_back(
        located(roll_, name, error.record, error.offset, engine::error_text(error.code)));
  }
  return texts;
}

}  // namespace pianola::tryout
