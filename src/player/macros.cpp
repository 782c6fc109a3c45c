#include "player/macros.hpp"

namespace pianola::player {

Macros::Macros(std::string_view text)
    : source_(text), roll_(&source_), status_(sim::compile(text, roll_, findings_)) {}

}  // namespace pianola::player
