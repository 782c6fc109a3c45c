#include "engine/recorder.hpp"
#include "support/keys.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pianola::engine {
namespace {

using hid::Report;
using hid::Usage;
using test::keys::kKeyA;
using test::keys::kKeyB;

class KeptErrors final : public ErrorSink {
 public:
  void error(const Error& error) override { all.push_back(error); }
  std::vector<Error> all;
};

Report report(std::initializer_list<Usage> usages) {
  Report made;
  for (const Usage usage : usages) made.press(usage);
  return made;
}

class RecorderTest : public ::testing::Test {
 protected:
  /// The host sees one report after the other.
  void see(std::initializer_list<Usage> usages) {
    const Report next = report(usages);
    recorder.note(shown, next, now);
    shown = next;
  }
  /// A recording as text: + and - and the usage.
  std::string recorded(std::uint32_t name) {
    std::string text;
    const auto size = recorder.size(name);
    if (!size) return "none";
    for (std::uint16_t i = 0; i < *size; ++i) {
      const auto change = recorder.change(name, i);
      if (change->wait != 0) {
        text += " " + std::to_string(change->wait) + " ";
        continue;
      }
      text += (change->down ? '+' : '-') + std::to_string(static_cast<unsigned>(change->usage));
    }
    EXPECT_FALSE(recorder.change(name, *size));
    return text;
  }

  std::array<std::uint16_t, 12> places{};
  KeptErrors errors;
  Wakes signals = 0;
  Recorder recorder{places, errors, signals};
  Report shown;
  Time now = 0;
};

TEST_F(RecorderTest, NotesEachChangeWhileItIsMade) {
  see({kKeyA});
  recorder.begin(1, {});
  EXPECT_TRUE(recorder.recording());
  see({kKeyA, kKeyB});
  see({kKeyA});
  recorder.end();
  see({kKeyA, kKeyB});
  EXPECT_FALSE(recorder.recording());
  EXPECT_EQ(recorded(1), "+5-5");
}

TEST_F(RecorderTest, WithinAReportKeysGoUpFirstAndDownLast) {
  recorder.begin(1, {});
  see({hid::kLeftShift, kKeyA});
  see({hid::kLeftCtrl, kKeyB});
  EXPECT_EQ(recorded(1), "+225+4-4-225+224+5");
}

TEST_F(RecorderTest, NotesEveryPage) {
  recorder.begin(1, {});
  see({hid::consumer_usage(0xCD)});
  see({hid::consumer_usage(0xE9)});
  see({hid::system_usage(0x81), hid::button_usage(3)});
  EXPECT_EQ(recorded(1), "+4301-4301+4329-4329+8321+12291");
}

TEST_F(RecorderTest, TheReleaseOfWhatWasDownBeforeIsNotPartOfIt) {
  see({kKeyA, hid::kLeftShift});
  recorder.begin(1, {});
  see({});
  see({kKeyA});
  see({});
  EXPECT_EQ(recorded(1), "+4-4");
}

TEST_F(RecorderTest, BeginningAndEndingIsTold) {
  recorder.begin(1, {});
  EXPECT_EQ(signals, kWakeTask);
  signals = 0;
  recorder.end();
  EXPECT_EQ(signals, kWakeTask);
  signals = 0;
  recorder.end();
  EXPECT_EQ(signals, 0) << "it had ended";
}

TEST_F(RecorderTest, SeveralShareTheMemory) {
  recorder.begin(0x12345678, {});
  see({kKeyA});
  recorder.begin(0x12340000, {});
  see({kKeyA, kKeyB});
  recorder.end();
  EXPECT_EQ(recorded(0x12345678), "+4");
  EXPECT_EQ(recorded(0x12340000), "+5");
  EXPECT_EQ(recorded(0x5678), "none");
}

TEST_F(RecorderTest, ANewOneOfTheSameNameReplacesTheOld) {
  recorder.begin(1, {});
  see({kKeyA});
  see({});
  recorder.begin(2, {});
  see({kKeyB});
  recorder.begin(1, {});
  see({});
  see({kKeyA});
  recorder.end();
  EXPECT_EQ(recorded(1), "+4") << "the release of b is not in it";
  EXPECT_EQ(recorded(2), "+5");
  for (int i = 0; i < 100; ++i) recorder.begin(1, {});
  EXPECT_TRUE(errors.all.empty()) << "its memory is used again";
}

TEST_F(RecorderTest, WhenFullItEndsAndKeepsWhatFits) {
  recorder.begin(1, {ErrorCode::full, 7, 9});
  for (int i = 0; i < 5; ++i) {
    see({kKeyA});
    see({});
  }
  EXPECT_FALSE(recorder.recording());
  EXPECT_EQ(recorded(1), "+4-4+4-4+4-4+4-4+4");
  EXPECT_EQ(errors.all, (std::vector<Error>{{ErrorCode::full, 7, 9}}));
  recorder.begin(2, {ErrorCode::full, 8, 1});
  EXPECT_FALSE(recorder.recording());
  EXPECT_EQ(errors.all.back(), (Error{ErrorCode::full, 8, 1})) << "no room to begin";
  EXPECT_EQ(recorded(1), "+4-4+4-4+4-4+4-4+4");
  EXPECT_EQ(recorded(2), "none");
}

TEST_F(RecorderTest, ATimedOneHasTheTimesBetweenChanges) {
  now = 0xFFFFFFF0;  // the clock wraps
  recorder.begin(1, {}, true);
  now += 1000;
  see({kKeyA});
  see({kKeyA, kKeyB});
  now += 80;
  see({kKeyB});
  now += 1;
  see({});
  now += 500;
  recorder.end();
  EXPECT_EQ(recorded(1), "+4+5 80 -4 1 -5");
}

TEST_F(RecorderTest, ALongTimeTakesSeveralPlaces) {
  recorder.begin(1, {}, true);
  see({kKeyA});
  now += 0x7FFF;
  see({});
  now += 0x7FFF + 0x4001;
  see({kKeyB});
  EXPECT_EQ(recorded(1), "+4 32767 -4 32767  16385 +5");
}

TEST_F(RecorderTest, TimesBeforeWhatDoesNotBelongToItDoNot) {
  recorder.begin(1, {}, true);
  see({kKeyA});
  now += 10;
  see({});
  now += 10;
  see({hid::kLeftCtrl});
  now += 10;
  see({hid::kLeftCtrl, hid::kLeftShift});
  recorder.end();
  EXPECT_EQ(recorded(1), "+4 10 -4");
}

TEST_F(RecorderTest, WhenATimedOneIsFullItEndsWithAChange) {
  recorder.begin(1, {ErrorCode::full, 7, 9}, true);
  for (int i = 0; i < 5; ++i, now += 10)
    see(i % 2 == 0 ? std::initializer_list<Usage>{kKeyA} : std::initializer_list<Usage>{});
  now += 0x7FFF;
  see({});
  EXPECT_FALSE(recorder.recording());
  EXPECT_EQ(recorded(1), "+4 10 -4 10 +4 10 -4 10 +4");
  EXPECT_EQ(errors.all, (std::vector<Error>{{ErrorCode::full, 7, 9}}));
}

TEST_F(RecorderTest, TheNextOneNeedNotBeTimed) {
  recorder.begin(1, {}, true);
  see({kKeyA});
  recorder.begin(2, {});
  see({});
  see({kKeyB});
  now += 10;
  see({});
  recorder.end();
  EXPECT_EQ(recorded(2), "+5-5");
}

}  // namespace
}  // namespace pianola::engine
