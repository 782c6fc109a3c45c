// Regions that other versions wrote: tests/images holds one of each format, as `pianola flash`
// leaves it, beside the macros file and the backup that are in it. A format that was in anybody's
// hands is never replaced. Formats 1 to 3 were never in use: they are refused.

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ports/file/file_flash.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"
#include "support/store_device.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;

const fs::path kImages = test::source_dir() / "tests" / "images";

std::vector<std::string> images() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kImages)) {
    const std::string name = entry.path().stem().string();
    const bool texts = fs::exists(kImages / (name + ".txt"));
    if (entry.path().extension() == ".flash" && texts) names.push_back(name);
  }
  return names;
}

class StoreImages : public ::testing::TestWithParam<std::string> {};

fs::path copy_of(const std::string& name) {
  const fs::path copy = fs::temp_directory_path() / (name + std::to_string(::getpid()) + ".flash");
  fs::copy_file(kImages / (name + ".flash"), copy, fs::copy_options::overwrite_existing);
  return copy;
}

TEST(StoreImage, OldFormatsAreRefused) {
  for (const char* const name : {"store-format-1", "store-format-2", "store-format-3"}) {
    const fs::path copy = copy_of(name);
    {
      std::string error;
      auto flash = file::FileFlash::open(copy.string(), file::FileFlash::Access::read_write, error);
      ASSERT_TRUE(flash) << error;
      test::StoreDevice device{*flash};
      EXPECT_EQ(device.store.mount(), store::Mount::version) << name;
    }
    fs::remove(copy);
  }
}

TEST_P(StoreImages, IsReadAndChanged) {
  const fs::path copy = copy_of(GetParam());
  const std::string text = test::read_file((kImages / (GetParam() + ".txt")).string());
  const std::string backup = test::read_file((kImages / (GetParam() + ".backup.txt")).string());
  {
    std::string error;
    auto flash = file::FileFlash::open(copy.string(), file::FileFlash::Access::read_write, error);
    ASSERT_TRUE(flash) << error;
    test::StoreDevice device{*flash};
    ASSERT_EQ(device.store.mount(), store::Mount::ok);
    EXPECT_EQ(device.text(), text);
    EXPECT_EQ(device.backup(), backup);
    EXPECT_EQ(device.store.roll().index_size(), 7U);
    ASSERT_EQ(device.save(text + "\nF3 { \"more\" }\n"), Status::ok);
    EXPECT_EQ(device.text(), text + "\nF3 { \"more\" }\n");
    EXPECT_EQ(device.backup(), text);
  }
  fs::remove(copy);
}

INSTANTIATE_TEST_SUITE_P(All, StoreImages, ::testing::ValuesIn(images()), [](const auto& param) {
  return "Format" + std::to_string(param.index + 4);
});

}  // namespace
}  // namespace pianola
