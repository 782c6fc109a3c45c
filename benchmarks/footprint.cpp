// The objects that a user of the core provides. Built for the Cortex-M0+ only and never run: the
// tools read the sizes from the object file. One line adds an object.

#include <array>

#include "device/device.hpp"
#include "edit/editor.hpp"
#include "engine/engine.hpp"
#include "engine/storage.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/compile/compiler.hpp"
#include "lang/compile/lexer.hpp"
#include "lang/compile/scratch.hpp"
#include "store/flash_scratch.hpp"
#include "store/save.hpp"

/// Records the size of the type that follows NAME under that name.
#define PIANOLA_FOOTPRINT(NAME, ...)                       \
  extern const char footprint_##NAME[sizeof(__VA_ARGS__)]; \
  const char footprint_##NAME[sizeof(__VA_ARGS__)] {}

PIANOLA_FOOTPRINT(lang__Compiler, pianola::lang::Compiler);
PIANOLA_FOOTPRINT(lang__Lexer, pianola::lang::Lexer);
PIANOLA_FOOTPRINT(lang__IndexBuilder, pianola::lang::IndexBuilder);
PIANOLA_FOOTPRINT(lang__ScratchRecord, pianola::lang::ScratchRecord);

namespace pianola::engine {
/// A whole engine of the default capacities: itself and its storage.
struct WholeEngine {
  Storage<> storage;
  Engine engine;
};
}  // namespace pianola::engine

namespace pianola::store {
/// A store on 4 MB of the RP2040's flash, to read and play from: itself and its memory.
struct WholeStore {
  static constexpr flash::Geometry kGeometry{4096, 256, 1024};
  std::array<std::uint8_t, Log::memory_size(kGeometry)> memory;
  Store store;
};
}  // namespace pianola::store

PIANOLA_FOOTPRINT(store__Log, pianola::store::Log);
PIANOLA_FOOTPRINT(store__StoredRoll, pianola::store::StoredRoll);
PIANOLA_FOOTPRINT(store__WholeStore, pianola::store::WholeStore);
PIANOLA_FOOTPRINT(store__Save, pianola::store::Save);
PIANOLA_FOOTPRINT(store__TreeBuilder, pianola::store::TreeBuilder);
PIANOLA_FOOTPRINT(store__FlashScratch, pianola::store::FlashScratch);

PIANOLA_FOOTPRINT(engine__Task, pianola::engine::Task);
PIANOLA_FOOTPRINT(engine__Engine, pianola::engine::Engine);
PIANOLA_FOOTPRINT(engine__Storage, pianola::engine::Storage<>);
PIANOLA_FOOTPRINT(engine__WholeEngine, pianola::engine::WholeEngine);

PIANOLA_FOOTPRINT(edit__Editor, pianola::edit::Editor);
PIANOLA_FOOTPRINT(drive__Drive, pianola::drive::Drive);
PIANOLA_FOOTPRINT(device__Device, pianola::device::Device);
