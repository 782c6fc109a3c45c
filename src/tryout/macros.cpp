#include "tryout/macros.hpp"

namespace pianola::tryout {

Macros::Macros(std::string_view text)
    : source_(text), roll_(&source_), status_(memory::compile(text, roll_, findings_)) {}

}  // namespace pianola::tryout
