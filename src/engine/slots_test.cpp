#include "engine/slots.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "lang/code/roll.hpp"

namespace pianola::engine {
namespace {

TEST(Value, HoldsWhatItWasGiven) {
  for (const std::int32_t number : {0, 1, -1, std::numeric_limits<std::int32_t>::max(),
                                    std::numeric_limits<std::int32_t>::min()}) {
    const Value value = Value::integer(number);
    EXPECT_EQ(value.kind(), Value::Kind::integer);
    EXPECT_EQ(value.number(), number);
  }
  const Value text = Value::text(lang::kRecordNumbers - 1, 0xFFFFFF);
  EXPECT_EQ(text.kind(), Value::Kind::text);
  EXPECT_EQ(text.record(), lang::kRecordNumbers - 1);
  EXPECT_EQ(text.offset(), 0xFFFFFFU);
  EXPECT_EQ(Value::text(0x1234, 5).record(), 0x1234U);
  EXPECT_EQ(Value{}.kind(), Value::Kind::free);
}

TEST(Slots, FramesAreTakenWhereTheyFirstFit) {
  std::array<Value, 8> values{};
  Slots slots{values};
  EXPECT_EQ(slots.take(3), 0U);
  EXPECT_EQ(slots.take(3), 3U);
  EXPECT_FALSE(slots.take(3));
  EXPECT_EQ(slots.take(2), 6U);
  EXPECT_EQ(slots.take(0), 0U);
  slots.release(3, 3);
  EXPECT_EQ(slots.take(2), 3U);
  EXPECT_FALSE(slots.take(2));
  EXPECT_EQ(slots.take(1), 5U);
}

TEST(Slots, ATakenSlotIsUnset) {
  std::array<Value, 2> values{};
  Slots slots{values};
  slots.take(2);
  slots[1] = Value::integer(5);
  slots.release(0, 2);
  slots.take(2);
  EXPECT_EQ(slots[1].kind(), Value::Kind::unset);
}

}  // namespace
}  // namespace pianola::engine
