#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ports/sim/memory_compiler.hpp"
#include "ports/sim/simulated_flash.hpp"
#include "store/save.hpp"
#include "store/store.hpp"

namespace pianola::test {

/// A store on flash, with the memory it needs.
class StoreDevice {
 public:
  explicit StoreDevice(flash::NorFlash& flash)
      : memory_(store::Log::memory_size(flash.geometry())), store(flash, memory_) {}

  /// Saves `text`; what the compiler found is in `findings`.
  lang::Status save(std::string_view text) {
    sim::MemorySource source{text};
    return save(source);
  }
  lang::Status save(lang::Source& source) {
    sim::MemoryScratch scratch;
    findings = {};
    store::Save save{store, source, scratch, findings};
    const lang::Status status = save.run();
    kept = save.kept();
    written = save.written();
    return status;
  }
  /// Saves the stored text with `count` definitions from `position` on replaced.
  lang::Status edit(std::uint32_t position, std::uint32_t count, std::string_view text) {
    store::EditedText edited{store.roll(), position, count, text};
    return save(edited);
  }
  /// The stored text, as far as it can be read.
  std::string text() {
    std::string text(store.roll().text_size(), '\0');
    text.resize(store.roll().read_text(0, text));
    return text;
  }

 private:
  std::vector<std::uint8_t> memory_;

 public:
  store::Store store;
  sim::Findings findings;
  std::uint32_t kept = 0;
  std::uint32_t written = 0;
};

/// `count` definitions: keys of their own, each typing a text of `size` characters. One each line.
inline std::string many_macros(unsigned count, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    std::string words = "number " + std::to_string(i) + " ";
    while (words.size() < size) words += "and so on ";
    words.resize(size);
    text += "macro m" + std::to_string(i) + " { \"" + words + "\" }\n";
  }
  return text;
}

}  // namespace pianola::test
