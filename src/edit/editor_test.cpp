#include "edit/editor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "ports/memory/compile.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/current_roll.hpp"
#include "support/store_device.hpp"

namespace pianola::edit {
namespace {

constexpr std::string_view kOld = "F1 { \"old\" }\n";
constexpr std::string_view kNew = "F1 { \"new\" }\nF2 { \"more\" }\n";

class EditorTest : public ::testing::Test {
 protected:
  EditorTest() {
    EXPECT_EQ(device_.store.format(), Status::ok);
    EXPECT_EQ(device_.save(kOld), Status::ok);
  }

  Status run() {
    Status status = Status::more;
    while (status == Status::more) status = editor_.step();
    return status;
  }
  /// Does so many steps of a save of kNew that it has begun to write.
  void save_halfway() {
    editor_.save(new_, findings_);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(editor_.step(), Status::more);
  }

  memory::SimulatedFlash flash_{{4096, 256, 64}};
  test::StoreDevice device_{flash_};
  std::vector<std::uint8_t> scratch_ = std::vector<std::uint8_t>(1024);
  Editor editor_{device_.store, {scratch_}};
  memory::Source new_{kNew};
  memory::Findings findings_;
};

TEST_F(EditorTest, SavesAText) {
  editor_.save(new_, findings_);
  EXPECT_EQ(run(), Status::ok);
  EXPECT_EQ(device_.text(), kNew);
  ASSERT_NE(editor_.saved(), nullptr);
  EXPECT_EQ(editor_.saved()->errors(), 0U);
  EXPECT_FALSE(editor_.saved()->unchanged());
  EXPECT_EQ(editor_.step(), Status::ok) << "after the end there is nothing to do";
  EXPECT_EQ(device_.text(), kNew);
}

TEST_F(EditorTest, ChecksATextAndStoresNothing) {
  memory::Source wrong{"F1 { \"new\" }\nF2 { whatever }\n"};
  editor_.check(wrong, findings_);
  EXPECT_EQ(run(), Status::errors);
  EXPECT_EQ(findings_.errors(), 1U);
  editor_.check(new_, findings_);
  EXPECT_EQ(run(), Status::ok);
  EXPECT_EQ(device_.text(), kOld);
  EXPECT_EQ(editor_.saved(), nullptr);
}

TEST_F(EditorTest, HasNothingToDoAtFirst) { EXPECT_EQ(editor_.step(), Status::ok); }

TEST_F(EditorTest, ADroppedSaveChangesNothing) {
  save_halfway();
  editor_.cancel();
  EXPECT_EQ(editor_.step(), Status::ok);
  EXPECT_EQ(device_.text(), kOld);
  EXPECT_EQ(device_.check(), "");
  editor_.save(new_, findings_);
  EXPECT_EQ(run(), Status::ok);
  EXPECT_EQ(device_.text(), kNew);
}

TEST_F(EditorTest, IsClaimedByOneAtATime) {
  EXPECT_EQ(editor_.user(), User::nobody);
  EXPECT_TRUE(editor_.claim(User::recorder));
  EXPECT_TRUE(editor_.claim(User::recorder));
  EXPECT_EQ(editor_.user(), User::recorder);
  editor_.release(User::drive);
  EXPECT_EQ(editor_.user(), User::recorder) << "only who has it gives it back";
  editor_.release(User::recorder);
  EXPECT_EQ(editor_.user(), User::nobody);
  EXPECT_TRUE(editor_.claim(User::drive));
  EXPECT_FALSE(editor_.claim(User::recorder));
}

TEST_F(EditorTest, TheDriveGetsItFromWhoeverHasIt) {
  ASSERT_TRUE(editor_.claim(User::recorder));
  save_halfway();
  EXPECT_TRUE(editor_.claim(User::drive));
  EXPECT_EQ(editor_.user(), User::drive);
  EXPECT_EQ(editor_.saved(), nullptr);
  EXPECT_EQ(editor_.step(), Status::ok);
  EXPECT_EQ(device_.text(), kOld);
  EXPECT_EQ(device_.check(), "");
}

TEST_F(EditorTest, WhatHasNotEndedIsDroppedAtRelease) {
  ASSERT_TRUE(editor_.claim(User::recorder));
  save_halfway();
  editor_.release(User::recorder);
  EXPECT_EQ(editor_.saved(), nullptr);
  EXPECT_EQ(editor_.step(), Status::ok) << "there is nothing left to do";
  EXPECT_EQ(device_.text(), kOld);
  EXPECT_EQ(device_.check(), "");
}

}  // namespace
}  // namespace pianola::edit
