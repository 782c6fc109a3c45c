// What the host is sent, and when.

#include "engine/mixer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "base/time.hpp"
#include "support/keys.hpp"

namespace pianola::engine {
namespace {

using hid::Report;
using hid::Usage;
using test::keys::kKeyA;
using test::keys::kKeyB;

constexpr Owner kTask = task_owner(0);

class NoErrors final : public ErrorSink {
 public:
  void error(const Error&) override {}
};

/// Takes reports, but refuses the next `refusals`.
class RefusingHost final : public ReportSink {
 public:
  bool send(const Report& report) override {
    if (refusals > 0) {
      --refusals;
      return false;
    }
    reports.push_back(report);
    return true;
  }
  unsigned refusals = 0;
  std::vector<Report> reports;
};

class MixerTest : public ::testing::Test {
 protected:
  /// Lets the host take what there is, until nothing is left.
  void settle() {
    for (int i = 0; i < 20 && !mixer.settle(now); ++i) mixer.taken(++now);
  }
  Report report(hid::Modifiers mods, std::initializer_list<Usage> usages) {
    Report made;
    for (const Usage usage : usages) made.press(usage);
    made.mods = mods;
    return made;
  }

  std::array<Hold, 8> holds{};
  std::array<std::uint16_t, 16> places{};
  NoErrors errors;
  Wakes signals = 0;
  RefusingHost host;
  Recorder recorder{places, errors, signals};
  Mixer mixer{holds, host, recorder};
  Time now = 0;
};

TEST_F(MixerTest, OneReportIsInFlight) {
  mixer.change_typed_key().key = kKeyA;
  EXPECT_FALSE(mixer.settle(now));
  mixer.change_typed_key().key = kKeyB;
  EXPECT_FALSE(mixer.settle(now));
  EXPECT_EQ(host.reports.size(), 1U);
  mixer.taken(now);
  EXPECT_FALSE(mixer.settle(now));
  EXPECT_EQ(host.reports.back(), report(0, {kKeyB}));
}

TEST_F(MixerTest, ARefusedReportIsTriedAgainAndNothingIsShownBefore) {
  for (const Usage key : {kKeyA, kKeyB}) {
    host.refusals = 3;
    const Report before = mixer.shown();
    mixer.change_typed_key().key = key;
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(mixer.settle(now));
      EXPECT_TRUE(mixer.refused());
      EXPECT_EQ(mixer.shown(), before);
    }
    settle();
    EXPECT_FALSE(mixer.refused());
    EXPECT_EQ(host.reports.back(), report(0, {key}));
  }
  EXPECT_EQ(host.reports.size(), 2U);
}

TEST_F(MixerTest, WhatSomebodyElseHoldsStaysDownWhenTheStrokeEnds) {
  mixer.change().add(kTask, kKeyA, false, 0);
  mixer.change_typed_key().key = kKeyB;
  settle();
  mixer.change_typed_key().key = kKeyA;
  settle();
  mixer.change_typed_key() = {};
  settle();
  EXPECT_EQ(host.reports.back(), report(0, {kKeyA}));
}

TEST_F(MixerTest, ARecordingThatBeginsWhileTypingMissesNothing) {
  mixer.change_typed_key().key = kKeyA;
  settle();
  recorder.begin(1, {});
  mixer.change_typed_key().key = kKeyB;
  settle();
  mixer.change_typed_key() = {};
  settle();
  EXPECT_EQ(recorder.size(1), 2);
}

TEST_F(MixerTest, AMotionWaitsForTheKeysAndIsSentOnce) {
  mixer.change_typed_key().key = kKeyA;
  mixer.move({3, -4, 5});
  settle();
  ASSERT_EQ(host.reports.size(), 2U);
  EXPECT_EQ(host.reports[0], report(0, {kKeyA}));
  Report moved = report(0, {kKeyA});
  moved.x = 3;
  moved.y = -4;
  moved.wheel = 5;
  EXPECT_EQ(host.reports[1], moved);
  EXPECT_EQ(mixer.shown(), report(0, {kKeyA}));
}

TEST_F(MixerTest, ARefusedMotionIsTriedAgain) {
  host.refusals = 2;
  mixer.move({1, 0, 0});
  EXPECT_FALSE(mixer.settle(now));
  EXPECT_FALSE(mixer.settle(now));
  settle();
  ASSERT_EQ(host.reports.size(), 1U);
  EXPECT_EQ(host.reports[0].x, 1);
}

/// The quick way of sending strokes must send what the long way would. A mixer whose holds are
/// touched before each change never takes the quick one.
TEST_F(MixerTest, TheQuickWayAndTheLongWayAgree) {
  std::array<Hold, 8> other_holds{};
  RefusingHost other_host;
  Recorder other_recorder{places, errors, signals};
  Mixer other{other_holds, other_host, other_recorder};
  std::mt19937 random{1};
  const auto pick = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  for (int round = 0; round < 20'000; ++round) {
    TypedKey stroke;
    constexpr std::array kKeys{hid::kNoKey, kKeyA, kKeyB, hid::kLeftShift, hid::consumer_usage(5)};
    stroke.key = kKeys[pick(kKeys.size())];
    stroke.mods = static_cast<hid::Modifiers>(pick(2) * (pick(8) == 0 ? hid::kLAlt : hid::kLShift));
    stroke.mask = static_cast<Mask>(pick(3));
    stroke.mask_mods = static_cast<hid::Modifiers>(pick(4));
    if (pick(8) == 0) stroke.lifted = pick(2) == 0 ? kKeyA : hid::kLeftShift;
    const unsigned hold = pick(30);
    const bool hides = pick(40) == 0;
    const unsigned refusals = pick(6) == 0 ? 1 : 0;
    for (Mixer* mixed : {&mixer, &other}) {
      if (hold < 3) mixed->change().add(key_owner(kKeys[hold + 1]), kKeys[hold + 1], false, 0);
      if (hold >= 27) mixed->change().remove_all(key_owner(kKeys[hold - 26]));
      if (hides) mixed->change().add(task_owner(0), veil_usage(0), false, 0xFF);
      mixed->change_typed_key() = stroke;
      (mixed == &mixer ? host : other_host).refusals = refusals;
      for (int i = 0; i < 20 && !mixed->settle(now); ++i) mixed->taken(now);
      if (hides) mixed->change().remove(task_owner(0), veil_usage(0));
    }
    other.change();
    ASSERT_EQ(mixer.shown(), other.shown()) << round;
    ASSERT_EQ(host.reports, other_host.reports) << round;
    host.reports.clear();
    other_host.reports.clear();
  }
}

}  // namespace
}  // namespace pianola::engine
