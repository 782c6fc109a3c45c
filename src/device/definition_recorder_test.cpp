#include "device/definition_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.hpp"
#include "support/device_rig.hpp"

namespace pianola::device {
namespace {

using test::DeviceRig;
using test::NewDevice;
using ::testing::HasSubstr;

/// A device on which definitions are recorded.
class Recording : public ::testing::Test {
 protected:
  /// Leader `=`, then the trigger and the keys, then the leader. What comes of it.
  Notice record(std::string_view keys) {
    rig.leader("0x2E");
    EXPECT_EQ(rig.device->notice(), Notice::recording);
    rig.play(keys);
    rig.play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT");
    rig.pass(100);
    return rig.device->notice();
  }
  void save(std::string_view text) { ASSERT_EQ(rig.save(text), Status::ok); }
  /// What `keys` type from now on.
  std::string typed(std::string_view keys) {
    rig.clear_typed();
    rig.play(keys);
    rig.pass(200);
    return rig.typed();
  }

  NewDevice device;
  DeviceRig& rig = device.rig;
};

TEST_F(Recording, TheTriggerPlaysWhatTheHostSaw) {
  save("# mine\n");
  rig.clear_typed();
  EXPECT_EQ(record("F5 shift+h e l l o ENTER"), Notice::recorded);
  EXPECT_EQ(rig.typed(), "Hello\n");
  EXPECT_EQ(rig.text(), "# mine\nF5 { \"Hello\" ENTER }\n");
  EXPECT_EQ(typed("F5"), "Hello\n");
}

TEST_F(Recording, TheDefaultMacrosStay) {
  const std::string before = rig.text();
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(rig.text(), before + "F5 { \"a\" }\n");
}

TEST_F(Recording, AfterATextWithoutALineEndItStandsOnALineOfItsOwn) {
  save("F1 { \"x\" } # end");
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(rig.text(), "F1 { \"x\" } # end\nF5 { \"a\" }\n");
}

TEST_F(Recording, TheFirstOfAll) {
  save("");
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(rig.text(), "F5 { \"a\" }\n");
}

TEST_F(Recording, ReplacesWhatTheTriggerHasAndKeepsTheCommentAbove) {
  save("F1 { \"1\" }\n\n# about F5\nF5 (again: stop) {\n  \"old\"\n} # so\nF9 { \"9\" }\n");
  EXPECT_EQ(record("F5 n e w"), Notice::recorded);
  EXPECT_EQ(rig.text(), "F1 { \"1\" }\n\n# about F5\nF5 { \"new\" }\nF9 { \"9\" }\n");
  EXPECT_EQ(typed("F5"), "new");
}

TEST_F(Recording, ReplacesARemapToo) {
  save("F5 = F6\n");
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(rig.text(), "F5 { \"a\" }\n");
}

TEST_F(Recording, LeavesLayersAndOtherTriggersOfTheKeyAlone) {
  const std::string text = "double F5 { \"d\" }\nctrl+F5 { \"c\" }\nlayer x { F5 { \"l\" } }\n";
  save(text);
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(rig.text(), text + "F5 { \"a\" }\n");
}

TEST_F(Recording, AKeyThatPeopleTypeWithMustBePressedTwice) {
  save("");
  rig.leader("0x2E");
  rig.play("SPACE");
  EXPECT_EQ(rig.device->notice(), Notice::recording_again);
  rig.play("SPACE a +LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT");
  rig.pass(100);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  EXPECT_EQ(rig.text(), "SPACE { \"a\" }\n");
}

TEST_F(Recording, OrAnotherKeyIsTaken) {
  save("");
  EXPECT_EQ(record("q F5 a"), Notice::recorded);
  EXPECT_EQ(record("ctrl+q a"), Notice::recorded);
  EXPECT_EQ(rig.text(), "F5 { \"a\" }\nctrl+q { \"a\" }\n");
}

TEST_F(Recording, EndsAfterAMinuteWithoutAKey) {
  save("");
  rig.leader("0x2E");
  rig.pass(59'000);
  EXPECT_EQ(rig.device->notice(), Notice::recording);
  rig.play("F5");
  rig.pass(59'000);
  EXPECT_EQ(rig.device->notice(), Notice::recording);
  rig.play("a");
  rig.pass(61'000);
  EXPECT_EQ(rig.device->notice(), Notice::recording_left);
  rig.play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT");
  rig.pass(100);
  EXPECT_EQ(rig.text(), "");
}

TEST_F(Recording, TheLeaderIsOverAfterTwoSeconds) {
  save("");
  const std::uint32_t notices = rig.device->notices();
  rig.play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT");
  rig.pass(3000);
  rig.play("0x2E");
  EXPECT_EQ(rig.device->notices(), notices);
}

TEST_F(Recording, ChordsAsTriggers) {
  save("lctrl+m { \"left\" }\n");
  EXPECT_EQ(record("ctrl+alt+d a"), Notice::recorded);
  EXPECT_EQ(record("ctrl+m b"), Notice::recorded);
  EXPECT_EQ(rig.text(), "lctrl+m { \"b\" }\nctrl+alt+d { \"a\" }\n");
  EXPECT_EQ(record("ralt c"), Notice::recorded);
  EXPECT_THAT(rig.text(), HasSubstr("\nRALT { \"c\" }\n"));
}

TEST_F(Recording, NothingOfTheTriggerReachesTheHost) {
  save("F5 { \"old\" }\n");
  rig.leader("0x2E");
  rig.clear_typed();
  const std::size_t reports = rig.host.trace().size();
  rig.play("ctrl+F5");
  EXPECT_EQ(rig.host.trace().size(), reports);
  rig.play("+LSHIFT +RSHIFT ESC");
  EXPECT_EQ(rig.device->notice(), Notice::recording_cancelled);
}

TEST_F(Recording, MacrosRunAndWhatTheyTypeIsRecorded) {
  save("F1 { \"text of F1\" }\nCAPSLOCK = LCTRL\n");
  EXPECT_EQ(record("F5 a F1 50 CAPSLOCK +CAPSLOCK c -CAPSLOCK"), Notice::recorded);
  EXPECT_THAT(rig.text(), HasSubstr("F5 { \"atext of F1\" LCTRL ctrl+c }\n"));
}

TEST_F(Recording, WaitsForAMacroThatTypesStill) {
  save("F1 { \"" + std::string(200, 'x') + "\" }\n");
  EXPECT_EQ(record("F5 F1"), Notice::recording);
  rig.pass(400);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  rig.clear_typed();
  rig.play("F5 1000");
  EXPECT_EQ(rig.typed(), std::string(200, 'x'));
}

TEST_F(Recording, KeysThatComeInABunchAreHandledInTheirOrder) {
  save("F5 { \"old\" }\n");
  const auto script = scenario::parse_key_script(
      "+LSHIFT +RSHIFT -LSHIFT -RSHIFT 0x2E F5 h i +LSHIFT +RSHIFT -LSHIFT -RSHIFT x y",
      hid::default_layout());
  for (const engine::KeyEvent& event : script.events) {
    rig.device->key({event.usage, event.down, rig.now});
  }
  rig.live();
  rig.pass(200);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  EXPECT_EQ(rig.text(), "F5 { \"hi\" }\n");
  EXPECT_EQ(rig.typed(), "hixy");
}

TEST_F(Recording, KeysThatWaitForAMacroAreHandledInTheirOrder) {
  save("F1 { \"" + std::string(100, 'x') + "\" }\n");
  rig.play("F1 +LSHIFT +RSHIFT -LSHIFT -RSHIFT 0x2E 1000");
  rig.play("F5 a F1 10 b +LSHIFT +RSHIFT -LSHIFT -RSHIFT 1000");
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  EXPECT_THAT(rig.text(), HasSubstr("F5 { \"a" + std::string(70, 'x')));
  rig.clear_typed();
  rig.play("F5 1000");
  EXPECT_EQ(rig.typed(), "a" + std::string(100, 'x') + "b");
}

TEST_F(Recording, AMacroThatSleepsDoesNotHoldItUp) {
  save("F1 { wait 10min }\n");
  rig.play("F1");
  record("F5 a");
  rig.pass(1100);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
}

TEST_F(Recording, TheKeysAfterItAreKeysAgain) {
  save("");
  EXPECT_EQ(record("F5 a"), Notice::recorded);
  EXPECT_EQ(typed("d e"), "de");
  EXPECT_EQ(record("F5"), Notice::recording_empty);
  EXPECT_EQ(typed("d e"), "de");
}

TEST_F(Recording, ShiftKeysAndEscapeCancelIt) {
  save("");
  rig.leader("0x2E");
  rig.play("F5 a b +LSHIFT +RSHIFT ESC -LSHIFT -RSHIFT");
  EXPECT_EQ(rig.device->notice(), Notice::recording_cancelled);
  rig.play("c +LSHIFT +RSHIFT -LSHIFT -RSHIFT x");
  rig.pass(2000);
  EXPECT_EQ(rig.text(), "");
}

TEST_F(Recording, TheLeaderAtOnceCancelsIt) {
  save("");
  EXPECT_EQ(record(""), Notice::recording_cancelled);
  EXPECT_EQ(rig.text(), "");
}

TEST_F(Recording, TooMuchChangesNothing) {
  save("F5 { \"old\" }\n");
  std::string keys = "F5";
  for (int i = 0; i < 300; ++i) keys += " a ENTER";
  EXPECT_EQ(record(keys), Notice::recording_too_long);
  EXPECT_EQ(rig.text(), "F5 { \"old\" }\n");
}

TEST_F(Recording, NotWhileTheDriveIsIn) {
  rig.edit();
  rig.leader("0x2E");
  EXPECT_EQ(rig.device->notice(), Notice::recording_busy);
  EXPECT_EQ(typed("a"), "a");
}

TEST_F(Recording, EditModeCancelsIt) {
  save("");
  rig.leader("0x2E");
  rig.play("F5 a");
  rig.edit();
  EXPECT_EQ(rig.device->notice(), Notice::recording_cancelled);
  EXPECT_TRUE(rig.device->drive().inserted());
}

TEST_F(Recording, WithALeaderKeyOfItsOwn) {
  save("set leader = F12\n");
  rig.play("F12 0x2E F5 a F12");
  rig.pass(100);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  EXPECT_EQ(rig.text(), "set leader = F12\nF5 { \"a\" }\n");
  EXPECT_EQ(typed("d"), "d");
}

TEST_F(Recording, TheHostsLayoutDecidesWhatTheKeysAreCalled) {
  save("set layout = de\n");
  // The keys of y and z on a British keyboard.
  EXPECT_EQ(record("z z y z"), Notice::recorded);
  EXPECT_EQ(rig.text(), "set layout = de\ny { \"zy\" }\n");
}

TEST_F(Recording, AFullStoreRefusesIt) {
  std::string text;
  unsigned macros = 0;
  for (std::size_t size = 3000; size >= 40; size /= 4) {
    for (;;) {
      const std::string more =
          "macro m" + std::to_string(macros++) + " { \"" + std::string(size, 'x') + "\" }\n";
      if (rig.save(text + more) != Status::ok) break;
      text += more;
    }
  }
  ASSERT_TRUE(rig.text() == text);
  std::string keys = "F5";
  for (int i = 0; i < 400; ++i) keys += " a";
  record(keys);
  rig.pass(2000);
  EXPECT_EQ(rig.device->notice(), Notice::recording_no_room);
  EXPECT_TRUE(rig.text() == text);
}

}  // namespace
}  // namespace pianola::device
