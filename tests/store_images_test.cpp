// Regions that released versions wrote are still read: tests/images holds one of each format, as
// `pianola flash` leaves it, beside the macros file that is in it. A format is added, none is
// replaced.

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ports/file/file_flash.hpp"
#include "support/markdown.hpp"
#include "support/store_device.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;

const fs::path kImages = fs::path(PIANOLA_SOURCE_DIR) / "tests" / "images";

std::vector<std::string> images() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kImages)) {
    if (entry.path().extension() == ".flash") names.push_back(entry.path().stem().string());
  }
  return names;
}

class StoreImages : public testing::TestWithParam<std::string> {};

TEST_P(StoreImages, IsReadAndChanged) {
  const fs::path copy =
      fs::temp_directory_path() / (GetParam() + std::to_string(::getpid()) + ".flash");
  fs::copy_file(kImages / (GetParam() + ".flash"), copy, fs::copy_options::overwrite_existing);
  const std::string text = test::read_file((kImages / (GetParam() + ".txt")).string());
  {
    std::string error;
    auto flash = file::FileFlash::open(copy.string(), file::FileFlash::Access::read_write, error);
    ASSERT_TRUE(flash) << error;
    test::StoreDevice device{*flash};
    ASSERT_EQ(device.store.mount(), store::Mount::ok);
    EXPECT_EQ(device.text(), text);
    EXPECT_EQ(device.store.roll().index_size(), 6U);
    ASSERT_EQ(device.save(text + "\nF3 { \"more\" }\n"), lang::Status::ok);
    EXPECT_EQ(device.text(), text + "\nF3 { \"more\" }\n");
  }
  fs::remove(copy);
}

INSTANTIATE_TEST_SUITE_P(All, StoreImages, testing::ValuesIn(images()), [](const auto& info) {
  return "Format" + std::to_string(info.index + 1);
});

}  // namespace
}  // namespace pianola
