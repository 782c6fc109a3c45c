#pragma once

#include <cstdint>
#include <span>

#include "drive/sector_ranges.hpp"
#include "drive/volume.hpp"

namespace pianola::drive {

/// What the drive keeps in the store beside sectors and texts: the object kDriveState.
struct DriveRecord {
  static constexpr std::uint32_t kSize = 72;
  static constexpr std::uint32_t kAbsent = VolumeFiles::kAbsent;

  std::uint32_t draft_size = kAbsent;   ///< Bytes of the draft, the file that had errors.
  std::uint32_t errors_size = kAbsent;  ///< Bytes of the text that says what is wrong with it.

  /// A host wrote to the volume: what is written here of the volume does not change any more.
  bool in_session = false;
  bool from_draft = false;         ///< macros.txt is the draft; otherwise it is the roll.
  bool from_saved = false;         ///< The roll is the user's; otherwise it is the default one.
  std::uint32_t roll_version = 0;  ///< Version of the roll in force when the session began.
  std::uint32_t seen_version = 0;  ///< Version of the roll taken from the volume last.
  std::uint32_t told = 0;  ///< Take::mark() of what ERRORS.TXT on the volume says; 0: of nothing.
  /// Sectors that the host wanted to write and could not, since there was no room: what is read
  /// there is not what the host thinks.
  SectorRanges refused;
  VolumeFiles files;  ///< Of which HELP.TXT and STATUS.TXT are not kept.

  void encode(std::span<std::uint8_t, kSize> out) const;
  /// False if the bytes are no record of this layout.
  bool decode(std::span<const std::uint8_t, kSize> bytes);
};

}  // namespace pianola::drive
