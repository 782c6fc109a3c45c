#include "tryout/macros.hpp"

namespace pianola::tryout {

Macros::Macros(std::string_view text, memory::Texts texts)
    : source_(text), roll_(&source_, texts), status_(memory::compile(text, roll_, findings_)) {}

}  // namespace pianola::tryout
