#include "lang/compile/index_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::lang {
namespace {

/// Counts what a run needs, and can fail at its nth call.
class CountingScratch final : public Scratch {
 public:
  Status append(const ScratchRecord& record) override {
    return fails() ? Status::full : inner_.append(record);
  }
  bool read(std::uint32_t place, ScratchRecord& out) override {
    return !fails() && inner_.read(place, out);
  }
  Status append_item(std::uint32_t place) override {
    if (fails()) return Status::full;
    ++items_;
    return inner_.append_item(place);
  }
  bool read_item(std::uint32_t index, std::uint32_t& place) override {
    EXPECT_GE(index, released_) << "read after its release";
    return !fails() && inner_.read_item(index, place);
  }
  void release_items(std::uint32_t count) override { released_ = count; }
  void clear() override { inner_.clear(); }

  std::uint64_t fail_at = UINT64_MAX;  ///< Number of the call that fails, and all after it.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] std::uint64_t items() const { return items_; }

 private:
  bool fails() { return ++calls_ > fail_at; }

  memory::Scratch inner_;
  std::uint64_t calls_ = 0;
  std::uint64_t items_ = 0;
  std::uint32_t released_ = 0;
};

/// Records of names that stand one after the other in a source.
class Names {
 public:
  void declare(IndexSpace space, const std::string& name, std::uint8_t params = 0) {
    add(space, name, params, ScratchRecord::Role::declaration);
  }
  void use(IndexSpace space, const std::string& name, std::uint8_t params = 0) {
    add(space, name, params, ScratchRecord::Role::use);
  }
  void declare(const ScratchRecord& record) { records_.push_back(record); }
  void shuffle(std::uint32_t seed) {
    std::mt19937 random{seed};
    std::shuffle(records_.begin(), records_.end(), random);
  }

  /// Builds the index.
  Status build(hid::Layout layout = hid::default_layout()) {
    memory::Source source(text_);
    for (const ScratchRecord& record : records_) {
      if (const Status status = scratch.append(record); status != Status::ok) return status;
    }
    IndexBuilder builder(static_cast<std::uint32_t>(records_.size()));
    for (steps = 1; steps < 1'000'000; ++steps) {
      const Status status = builder.step(
          {source, scratch, roll, findings, layout, ~0U, false, findings.errors() == 0});
      if (status != Status::more) return status;
    }
    return Status::more;
  }

  /// What was found: `name message`.
  [[nodiscard]] std::vector<std::string> errors() const {
    std::vector<std::string> all;
    for (const auto& finding : findings.all()) {
      memory::StringSink message;
      write_message(finding.view(), message);
      all.push_back(text_.substr(finding.diagnostic.at.offset, finding.diagnostic.length) + ' ' +
                    message.text());
    }
    return all;
  }

  CountingScratch scratch;
  memory::Roll roll;
  memory::Findings findings;
  std::uint32_t steps = 0;

 private:
  void add(IndexSpace space, const std::string& name, std::uint8_t params,
           ScratchRecord::Role role) {
    ScratchRecord record;
    record.role = role;
    record.offset = static_cast<std::uint32_t>(text_.size());
    record.known = {record.offset, ++lines_, 1};
    record.entry.key = name_key(space, name_hash(name.data(), name.size()));
    record.entry.record = lines_;
    record.entry.params = params;
    records_.push_back(record);
    text_ += name + '\n';
  }

  std::string text_;
  std::uint32_t lines_ = 0;
  std::vector<ScratchRecord> records_;
};

std::string name(std::uint32_t number) { return "name" + std::to_string(number); }

class Sizes : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Sizes, SortsAll) {
  Names names;
  for (std::uint32_t i = 0; i < GetParam(); ++i) names.declare(IndexSpace::variable, name(i));
  names.shuffle(GetParam());
  ASSERT_EQ(names.build(), Status::ok);
  names.roll.commit();
  ASSERT_EQ(names.roll.index().size(), GetParam());
  std::vector<bool> seen(GetParam() + 1);
  for (std::size_t i = 0; i < names.roll.index().size(); ++i) {
    const IndexEntry& entry = names.roll.index()[i];
    EXPECT_TRUE(i == 0 || names.roll.index()[i - 1].key < entry.key);
    EXPECT_FALSE(seen[entry.record]);
    seen[entry.record] = true;
  }
  // Each level of merging moves every item once: 16 to a run, then eight runs to one.
  std::uint64_t levels = 1;
  for (std::uint64_t run = 16; run < GetParam(); run *= 8) ++levels;
  EXPECT_EQ(names.scratch.items(), levels * GetParam());
  EXPECT_LE(names.steps, GetParam() * levels / 16 + 8 * levels + 8) << "steps are not bounded";
}

TEST_P(Sizes, FindsDoubledAndUnknownNames) {
  if (GetParam() == 0) return;
  Names names;
  for (std::uint32_t i = 0; i < GetParam(); ++i) {
    names.declare(IndexSpace::macro, name(i), i % 3);
    names.use(IndexSpace::macro, name(i), i % 3);
  }
  const std::uint32_t last = GetParam() - 1;
  names.declare(IndexSpace::macro, name(last));
  names.declare(IndexSpace::variable, name(last));
  names.use(IndexSpace::macro, "nmae0");
  names.use(IndexSpace::variable, "unheard");
  names.use(IndexSpace::layer, name(0));
  names.use(IndexSpace::macro, name(0), 3);
  ASSERT_EQ(names.build(), Status::ok);
  std::vector<std::string> errors = names.errors();
  std::ranges::sort(errors);
  const std::string at = std::to_string(2 * last + 1) + ":1";
  std::vector<std::string> expected = {
      name(0) + " unknown layer 'name0'",
      name(0) + " wrong number of values; macro 'name0', declared at 1:1, takes 0",
      name(last) + " '" + name(last) + "' is declared already at " + at,
      "nmae0 unknown macro 'nmae0'; did you mean 'name0'?",
      "unheard unknown variable 'unheard'",
  };
  std::ranges::sort(expected);
  EXPECT_EQ(errors, expected);
}

INSTANTIATE_TEST_SUITE_P(Index, Sizes,
                         ::testing::Values(0, 1, 15, 16, 17, 127, 128, 129, 1000, 1024, 1025,
                                           5000));

TEST(IndexBuilder, TheFirstDeclarationCounts) {
  Names names;
  for (int i = 0; i < 3; ++i) names.declare(IndexSpace::macro, "twice", i == 0 ? 1 : 2);
  names.use(IndexSpace::macro, "twice", 1);
  ASSERT_EQ(names.build(), Status::ok);
  EXPECT_EQ(names.errors(), (std::vector<std::string>{"twice 'twice' is declared already at 1:1",
                                                      "twice 'twice' is declared already at 1:1"}));
}

TEST(IndexBuilder, AMacroWithABadHeadIsNotChecked) {
  Names names;
  names.declare(IndexSpace::macro, "f", kAnyParameters);
  names.use(IndexSpace::macro, "f", 3);
  ASSERT_EQ(names.build(), Status::ok);
  EXPECT_EQ(names.errors(), std::vector<std::string>{});
}

TEST(IndexBuilder, NamesWithTheSameHash) {
  // Found by trying n0, n1, n2 and so on.
  const std::string one = "n512789";
  const std::string two = "n749192";
  ASSERT_EQ(name_hash(one.data(), one.size()), name_hash(two.data(), two.size()));
  Names declared;
  declared.declare(IndexSpace::macro, one);
  declared.declare(IndexSpace::macro, two);
  ASSERT_EQ(declared.build(), Status::ok);
  EXPECT_EQ(declared.errors(), (std::vector<std::string>{two + " '" + two +
                                                         "' and the name at 1:1 cannot be told "
                                                         "apart by the device; rename one"}));
  Names used;
  used.declare(IndexSpace::macro, one);
  used.use(IndexSpace::macro, two);
  ASSERT_EQ(used.build(), Status::ok);
  ASSERT_EQ(used.errors().size(), 1U);
  EXPECT_TRUE(used.errors()[0].starts_with(two + " unknown macro '" + two + "'"));
}

// ---- Triggers -----------------------------------------------------------------------------------

ScratchRecord trigger(TriggerKind kind, std::uint32_t first, bool character,
                      std::uint16_t second = 0, bool second_character = false,
                      std::uint32_t line = 1) {
  ScratchRecord record;
  record.entry.key = trigger_key(0, kind, {}, first, second);
  record.first_is_character = character;
  record.second_is_character = second_character;
  record.known = {0, line, 1};
  record.length = 1;
  return record;
}

TEST(IndexBuilder, CharactersBecomeTheLayoutsKeys) {
  Names names;
  names.declare(trigger(TriggerKind::press, 'z', true));
  names.declare(trigger(TriggerKind::press, 0x1D, false, 0, false, 2));
  ASSERT_EQ(names.build(), Status::ok);
  EXPECT_EQ(names.findings.errors(), 1U) << "z is key 1D on uk";

  Names german;
  german.declare(trigger(TriggerKind::press, 'z', true));
  german.declare(trigger(TriggerKind::press, 0x1D, false));
  ASSERT_EQ(german.build(*hid::find_layout("de")), Status::ok);
  german.roll.commit();
  ASSERT_EQ(german.findings.errors(), 0U);
  IndexEntry entry;
  EXPECT_TRUE(index_find(german.roll, trigger_key(0, TriggerKind::press, {}, 0x1C), entry));
}

TEST(IndexBuilder, TwoKeysStandInOneOrder) {
  for (const bool first : {true, false}) {
    for (const bool second : {true, false}) {
      const std::uint32_t j = first ? 'j' : 0x0D;
      const auto k = static_cast<std::uint16_t>(second ? 'k' : 0x0E);
      Names names;
      const auto low_j = static_cast<std::uint16_t>(j);
      for (const std::uint32_t line : {1U, 2U}) {
        // `j & k`, then `k & j`: each is declared by either of its keys.
        ScratchRecord record = trigger(TriggerKind::together, j, first, k, second, line);
        ScratchRecord other = trigger(TriggerKind::together, k, second, low_j, first, line);
        (line == 1 ? record : other).copy = true;
        names.declare(line == 1 ? other : record);
        names.declare(line == 1 ? record : other);
      }
      ASSERT_EQ(names.build(), Status::ok);
      EXPECT_EQ(names.findings.errors(), 1U);
    }
  }
}

TEST(IndexBuilder, EventsKeepTheirNumbers) {
  Names names;
  names.declare(trigger(TriggerKind::event, 0, false, 2));
  names.declare(trigger(TriggerKind::event, 0x12345678, false, 4));
  names.declare(trigger(TriggerKind::text, 0x00010002, false));
  ASSERT_EQ(names.build(), Status::ok);
  names.roll.commit();
  IndexEntry entry;
  EXPECT_TRUE(index_find(names.roll, trigger_key(0, TriggerKind::event, {}, 0, 2), entry));
  EXPECT_TRUE(index_find(names.roll, trigger_key(0, TriggerKind::event, {}, 0x12345678, 4), entry));
  EXPECT_TRUE(index_find(names.roll, trigger_key(0, TriggerKind::text, {}, 0x00010002), entry));
}

TEST(IndexBuilder, ACharacterWithoutAKey) {
  Names names;
  names.declare(trigger(TriggerKind::press, 0x2603, true));
  names.declare(trigger(TriggerKind::press, 'a', true));
  ASSERT_EQ(names.build(), Status::ok);
  EXPECT_EQ(names.errors(), (std::vector<std::string>{" no key of layout uk types '☃'"}));
}

TEST(IndexBuilder, FailuresOfTheScratchAreReturned) {
  std::uint64_t all = 0;
  for (std::uint64_t at = 0; at == 0 || at < all; ++at) {
    Names names;
    for (std::uint32_t i = 0; i < 40; ++i) names.declare(IndexSpace::variable, name(i));
    names.use(IndexSpace::variable, "nowhere");
    names.scratch.fail_at = all == 0 ? UINT64_MAX : at;
    const Status status = names.build();
    if (all == 0) {
      ASSERT_EQ(status, Status::ok);
      all = names.scratch.calls();
    }
    // Only the search for a similar name does without.
    if (names.scratch.fail_at != UINT64_MAX && names.findings.errors() == 0) {
      EXPECT_TRUE(status == Status::full || status == Status::io_error) << at;
    }
  }
  EXPECT_GT(all, 100U);
}

}  // namespace
}  // namespace pianola::lang
