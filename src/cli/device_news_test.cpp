// What standard error says of edits that wait.

#include "cli/device_news.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "base/status.hpp"
#include "support/device_rig.hpp"
#include "support/fat_host.hpp"

namespace pianola::cli {
namespace {

using ::testing::IsEmpty;

class DeviceNewsOfTheDrive : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(rig_.save("F1 { \"old\" }\n"), Status::ok);
    rig_.edit();
    wait(10);
  }

  /// A host changes files, and is told of `patience` ms later.
  std::string edit(const std::function<void(test::FatHost&)>& change, Time patience = 2500) {
    drive::Drive& drive = rig_.device->drive();
    drive.test_ready();
    std::vector<std::uint8_t> image(std::size_t{drive.sectors()} * drive::Drive::kSector);
    EXPECT_TRUE(drive.read(0, image).ok());
    test::FatHost host{image};
    change(host);
    host.flush();
    for (const auto& write : host.log) EXPECT_TRUE(rig_.write(write.sector, write.data).ok());
    rig_.live();
    return wait(patience);
  }
  /// What is told within `patience` ms.
  std::string wait(Time patience) {
    for (; patience > 0; --patience) {
      rig_.pass(1);
      news_.tell();
    }
    const std::string told = err_.str();
    err_.str("");
    return told;
  }
  std::string eject(Time patience) {
    rig_.device->drive().start_stop(false, true);
    rig_.live();
    return wait(patience);
  }

 private:
  test::NewDevice device_;
  test::DeviceRig& rig_ = device_.rig;
  std::istringstream in_;
  std::ostringstream err_;
  Console console_{.in = in_, .out = err_, .err = err_};
  DeviceNews news_{*rig_.device, console_};
};

TEST_F(DeviceNewsOfTheDrive, AFileThatIsSavedAndNotEjected) {
  EXPECT_THAT(edit([](test::FatHost& host) { host.mark_boot(true); }), IsEmpty());
  const auto save = [](test::FatHost& host) {
    host.truncate("macros.txt");
    host.append("macros.txt", "F1 { \"new\" }\n");
  };
  EXPECT_EQ(edit(save),
            "pianola: what was saved is not in force yet: the computer still uses the drive; eject "
            "it\n");
  EXPECT_EQ(edit([](test::FatHost& host) { host.create(".DS_Store"); }), "");
  EXPECT_EQ(edit([](test::FatHost& host) { host.mark_boot(false); }),
            "pianola: macros.txt is in force: 1 definition\n");
  EXPECT_EQ(eject(5000), "pianola: the drive is out\n");
}

TEST_F(DeviceNewsOfTheDrive, AFileWithErrorsThatIsNotEjected) {
  for (const bool in_use : {true, false}) {
    const auto save = [&](test::FatHost& host) {
      host.mark_boot(in_use);
      host.truncate("macros.txt");
      host.append("macros.txt", in_use ? "F1 { ENTR }\n" : "F2 { ENTR }\n");
    };
    EXPECT_EQ(edit(save), std::string("pianola: what was saved has errors; the macros stay as they "
                                      "were\n"
                                      "macros.txt:1:6: error: unknown key 'ENTR'; did you mean "
                                      "'ENTER'?\n") +
                              (in_use ? "  F1 { ENTR }\n" : "  F2 { ENTR }\n") + "       ^~~~\n");
  }
}

TEST_F(DeviceNewsOfTheDrive, ATextWithAnotherName) {
  const std::string text =
      "macros.txt.txt: error: only a text that is called macros.txt is taken\n";
  const auto add = [](test::FatHost& host) {
    host.create("macros.txt.txt");
    host.append("macros.txt.txt", "F1 { \"new\" }\n");
  };
  EXPECT_EQ(
      edit(add),
      "pianola: another text than macros.txt was saved; the macros stay as they were\n" + text);
  EXPECT_EQ(edit([](test::FatHost& host) { host.remove("macros.txt"); }, 1000), "");
  EXPECT_EQ(
      eject(5000),
      "pianola: there is no macros.txt, but another text; the macros stay as they were\n" + text);
  EXPECT_EQ(eject(5000), "pianola: the drive is out\n");
}

}  // namespace
}  // namespace pianola::cli
