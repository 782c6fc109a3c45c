#include "drive/drive_record.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace pianola::drive {
namespace {

constexpr std::uint8_t kLayout = 1;  ///< Version of the record and of the volume's layout.
constexpr std::uint8_t kInSession = 1;
constexpr std::uint8_t kFromDraft = 2;
constexpr std::uint8_t kFromSaved = 4;

}  // namespace

void DriveRecord::encode(std::span<std::uint8_t, kSize> out) const {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  out[0] = kLayout;
  out[1] = static_cast<std::uint8_t>((in_session ? kInSession : 0) | (from_draft ? kFromDraft : 0) |
                                     (from_saved ? kFromSaved : 0));
  put32(&out[4], draft_size);
  put32(&out[8], errors_size);
  put32(&out[12], roll_version);
  put32(&out[16], files.serial);
  put32(&out[20], files.size(BaseFile::macros));
  put32(&out[24], files.size(BaseFile::backup));
  put32(&out[28], files.size(BaseFile::errors));
  put32(&out[32], seen_version);
  put32(&out[36], told);
  refused.encode(out.subspan<40, SectorRanges::kSize>());
}

bool DriveRecord::decode(std::span<const std::uint8_t, kSize> bytes) {
  if (bytes[0] != kLayout) return false;
  in_session = (bytes[1] & kInSession) != 0;
  from_draft = (bytes[1] & kFromDraft) != 0;
  from_saved = (bytes[1] & kFromSaved) != 0;
  draft_size = get32(&bytes[4]);
  errors_size = get32(&bytes[8]);
  roll_version = get32(&bytes[12]);
  files.serial = get32(&bytes[16]);
  files.size(BaseFile::macros) = get32(&bytes[20]);
  files.size(BaseFile::backup) = get32(&bytes[24]);
  files.size(BaseFile::errors) = get32(&bytes[28]);
  seen_version = get32(&bytes[32]);
  told = get32(&bytes[36]);
  refused.decode(bytes.subspan<40, SectorRanges::kSize>());
  return true;
}

}  // namespace pianola::drive
