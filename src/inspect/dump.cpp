#include "inspect/dump.hpp"

namespace pianola::inspect {
namespace {

using store::Frame;
using store::FrameKind;
using store::FrameReader;
using store::SectorHeader;
using store::SectorState;

}  // namespace

std::string_view text(FrameKind kind) {
  switch (kind) {
    case FrameKind::filler:
      return "filler";
    case FrameKind::data:
      return "block";
    case FrameKind::node:
      return "node";
    case FrameKind::commit:
      return "commit";
    case FrameKind::settled:
      return "settled";
    case FrameKind::blank:
      return "blank";
    case FrameKind::unknown:
      break;
  }
  return "unknown";
}

std::string_view text(SectorState state) {
  switch (state) {
    case SectorState::blank:
      return "blank";
    case SectorState::unknown:
      break;
    case SectorState::foreign:
      return "foreign";
    case SectorState::pages:
      return "pages";
    case SectorState::states:
      return "states";
    case SectorState::free:
      return "free";
  }
  return "unknown";
}

void dump(flash::NorFlash& flash, DumpSink& sink) {
  for (std::uint32_t sector = 0; sector < flash.geometry().sectors; ++sector) {
    SectorHeader header;
    const SectorState state = read_sector(flash, sector, header);
    sink.sector(sector, state, header);
    if (state != SectorState::pages && state != SectorState::states) continue;
    FrameReader reader(flash, sector, header.kind);
    Frame frame;
    while (reader.next(frame)) sink.frame(frame);
  }
}

}  // namespace pianola::inspect
