#pragma once

#include <cstdint>
#include <string_view>

#include "flash/nor_flash.hpp"
#include "store/format.hpp"
#include "store/frames.hpp"

namespace pianola::inspect {

/// "filler", "block" and so on.
std::string_view text(store::FrameKind kind);

/// "blank", "unknown" and so on.
std::string_view text(store::SectorState state);

/// Is told what a region holds.
class DumpSink {
 public:
  virtual void sector(std::uint32_t number, store::SectorState state,
                      const store::SectorHeader& header) = 0;
  /// A frame of the sector that was told before.
  virtual void frame(const store::Frame& frame) = 0;

 protected:
  ~DumpSink() = default;
};

/// Tells of all sectors, and of the frames of those of pages and states.
void dump(flash::NorFlash& flash, DumpSink& sink);

}  // namespace pianola::inspect
