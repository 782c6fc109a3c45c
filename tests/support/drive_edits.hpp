#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/drive_rig.hpp"
#include "support/fat_tools.hpp"

namespace pianola::test {

inline constexpr std::string_view kOld = "# old\nF1 { \"one\" }\n";
inline constexpr std::string_view kNew = "# new\nF1 { \"two\" }\nF2 { \"three\" }\n";
inline constexpr std::string_view kBad = "F1 { \"two\" ENTR }\nF2 { call nobody }\nF3 { ESCC }\n";
/// What ERRORS.TXT says of kBad, but for the lines at its end.
inline constexpr std::string_view kErrorsOfBad =
    "macros.txt:1:12: error: unknown key 'ENTR'; did you mean 'ENTER'?\n"
    "  F1 { \"two\" ENTR }\n"
    "             ^~~~\n"
    "macros.txt:2:11: error: unknown macro 'nobody'\n"
    "  F2 { call nobody }\n"
    "            ^~~~~~\n"
    "macros.txt:3:6: error: unknown key 'ESCC'; did you mean 'ESC'?\n"
    "  F3 { ESCC }\n"
    "       ^~~~\n"
    "\n";

/// A host that does with mtools what `change` says, then writes all sectors that changed.
template <typename Change>
drive::Sense edit(DriveRig& rig, Change change) {
  const auto before = rig.image();
  FatImage image(before);
  change(image);
  EXPECT_EQ(image.fsck(), "");
  return rig.write_changes(before, image.bytes());
}

inline drive::Sense put(DriveRig& rig, std::string_view text,
                        std::string_view name = "macros.txt") {
  return edit(rig, [&](FatImage& image) { EXPECT_EQ(image.copy_in(name, text), ""); });
}

inline std::string file(DriveRig& rig, std::string_view name) {
  return FatImage(rig.image()).type(name);
}

/// The drive after an eject that it did not take: back again.
inline void wait_for_errors(DriveRig& rig) {
  rig.wait(3000);
  EXPECT_EQ(rig.drive().test_ready(), drive::kMediumChanged);
  EXPECT_EQ(FatImage(rig.image()).fsck(), "");
}

}  // namespace pianola::test
