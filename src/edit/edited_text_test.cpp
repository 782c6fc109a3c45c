#include "edit/edited_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "ports/memory/simulated_flash.hpp"
#include "support/store_device.hpp"

namespace pianola::edit {
namespace {

class EditedTextTest : public ::testing::Test {
 protected:
  EditedTextTest() {
    EXPECT_EQ(device_.store.format(), Status::ok);
    EXPECT_EQ(device_.save("F1 { \"a\" }\nF2 { \"b\" }\nF3 { \"c\" }\n"), Status::ok);
  }

  /// All of it, read in pieces of that size.
  std::string read(std::size_t piece) {
    std::string all;
    std::array<char, 64> buffer;
    for (;;) {
      const auto offset = static_cast<std::uint32_t>(all.size());
      const std::size_t count = edited_.read(offset, std::span(buffer).first(piece));
      if (count == 0) return all;
      all.append(buffer.data(), count);
    }
  }
  void expect(std::string_view text) {
    for (const std::size_t piece : {1U, 7U, 64U}) EXPECT_EQ(read(piece), text) << piece;
  }

  memory::SimulatedFlash flash_{{4096, 256, 64}};
  test::StoreDevice device_{flash_};
  EditedText edited_{device_.current};
};

TEST_F(EditedTextTest, AsItIs) { expect("F1 { \"a\" }\nF2 { \"b\" }\nF3 { \"c\" }\n"); }

TEST_F(EditedTextTest, ADefinitionForAnother) {
  edited_.replace_definitions(1, 1, std::string_view("F2 { \"longer than before\" }\n"));
  expect("F1 { \"a\" }\nF2 { \"longer than before\" }\nF3 { \"c\" }\n");
}

TEST_F(EditedTextTest, Removed) {
  edited_.replace_definitions(0, 2, {});
  expect("F3 { \"c\" }\n");
}

TEST_F(EditedTextTest, Appended) {
  edited_.replace_definitions(3, 0, std::string_view("F4 { }\n"));
  expect("F1 { \"a\" }\nF2 { \"b\" }\nF3 { \"c\" }\nF4 { }\n");
}

TEST_F(EditedTextTest, BytesInTheMiddle) {
  edited_.replace(6, 7, std::string_view("xyz"));
  expect("F1 { \"xyz\" }\nF2 { \"b\" }\nF3 { \"c\" }\n");
}

}  // namespace
}  // namespace pianola::edit
