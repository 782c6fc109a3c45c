// Saves while a definition cannot be read as a whole: it is shown as comments, and stays as it is
// stored as long as these come back as they were shown.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "lang/code/trigger.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "support/damage.hpp"
#include "support/replaced.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using memory::SimulatedFlash;
using test::replaced;
using test::StoreDevice;
using test::StoreState;

/// A macro of so many bytes of text in lines of 20, the first of which has `word`.
std::string long_macro(const std::string& name, const std::string& word, std::size_t size) {
  std::string text = "macro " + name + " {\n  \"" + word + "\"\n";
  while (text.size() + 22 < size) text += "  \"abcdefghijklmn\"\n";
  return text + "}\n";
}

class DamagedSaveTest : public ::testing::Test {
 protected:
  DamagedSaveTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  /// Damages each frame that has `text`.
  bool damage(std::string_view text) {
    return test::damage_text(flash, text) && device.mount() == Mount::ok;
  }
  /// All that was damaged can be read again.
  bool heal(std::string_view text) {
    for (std::string damaged(text);;) {
      damaged[0] = static_cast<char>(damaged[0] ^ 1);
      damaged[3] = static_cast<char>(damaged[3] ^ 4);
      return test::damage_text(flash, damaged) && device.mount() == Mount::ok;
    }
  }
  std::string shown() {
    std::string text(device.current.text_size(), '\0');
    text.resize(device.current.read_text(0, text));
    return text;
  }

  SimulatedFlash flash{flash::Geometry{4096, 256, 64}};
  StoreDevice device{flash};
};

const std::string kFirst = "F1 { \"first\" call signature }\n";
const std::string kSignature = long_macro("signature", "a word of it", 900);
const std::string kLast = "F3 { \"last\" }\n";

TEST_F(DamagedSaveTest, OtherLinesAreSavedAndItStays) {
  ASSERT_EQ(device.save(kFirst + kSignature + kLast), Status::ok);
  ASSERT_TRUE(damage("a word of it"));
  ASSERT_NE(shown(), kFirst + kSignature + kLast);
  const std::uint32_t code = device.store.roll().code_size(device.store.roll().record_at(1));
  for (const auto& [old, now] : std::vector<std::pair<std::string, std::string>>{
           {"\"last\"", "\"another\""},
           {"\"first\"", "\"the very first\""},
           {"F1 {", "# a comment\n\nF1 {"},
           {" }\n", " }\n# what????\n\n"},
           {"F3", "# behind it\nF3"},
           {"F3 {", "set layout = de\nF3 {"},
           {"F3 {", "macro more { call signature }\nF3 { call more "},
           {"F1 { \"the very first\" call signature }\n", ""},
       }) {
    SCOPED_TRACE(now);
    const std::string edited = replaced(shown(), old, now);
    EXPECT_EQ(device.save(edited), Status::ok);
    EXPECT_EQ(shown(), edited);
    ASSERT_EQ(device.mount(), Mount::ok);
    EXPECT_EQ(shown(), edited);
    lang::IndexEntry entry;
    const auto key = lang::name_key(lang::IndexSpace::macro, lang::name_hash("signature", 9));
    ASSERT_TRUE(lang::index_find(device.store.roll(), key, entry));
    EXPECT_EQ(device.store.roll().code_size(entry.record), code);
  }
  // Its bytes are the same as ever.
  ASSERT_TRUE(heal("a word of it"));
  EXPECT_NE(device.text().find(kSignature), std::string::npos) << device.text();
  EXPECT_EQ(device.check(), "");
}

TEST_F(DamagedSaveTest, TheSameTextChangesNothing) {
  ASSERT_EQ(device.save(kFirst + kSignature + kLast), Status::ok);
  ASSERT_TRUE(damage("a word of it"));
  const Root before = device.store.log().root();
  ASSERT_EQ(device.save(shown()), Status::ok);
  EXPECT_EQ(device.written, 0U);
  EXPECT_EQ(device.store.log().root()[TreeRole::roll], before[TreeRole::roll]);
  EXPECT_EQ(device.store.log().root()[TreeRole::index], before[TreeRole::index]);
}

// Wherever it stands in the file.
TEST_F(DamagedSaveTest, FirstAloneLastAndInALineWithOthers) {
  const std::string other = "F1 { \"first\" }\n";
  for (const std::string& text :
       {kSignature, kSignature + other, other + kSignature, "\xEF\xBB\xBF" + kSignature,
        "var a " + kSignature, replaced(other, "\n", " ") + kSignature + "\n# the end",
        other + replaced(kSignature, "}\n", "} F2 { \"x\" }\n"),
        "\n\n# notes\n" + kSignature + "\n\n\n" + other}) {
    SCOPED_TRACE(text);
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    ASSERT_TRUE(damage("a word of it"));
    const std::string edited = "# new\n" + shown() + "F5 { \"new\" }\n";
    ASSERT_EQ(device.save(edited), Status::ok);
    EXPECT_EQ(shown(), edited);
    ASSERT_TRUE(heal("a word of it"));
    EXPECT_EQ(device.text(), "# new\n" + text + "F5 { \"new\" }\n");
  }
}

TEST_F(DamagedSaveTest, WhatTheUserWritesInItsPlaceCounts) {
  ASSERT_EQ(device.save(kFirst + kSignature + kLast), Status::ok);
  ASSERT_TRUE(damage("a word of it"));
  // Beside it.
  const std::string beside = shown() + "macro signature { \"short\" }\n";
  ASSERT_EQ(device.save(beside), Status::ok);
  EXPECT_EQ(shown(), beside);
  const auto key = lang::name_key(lang::IndexSpace::macro, lang::name_hash("signature", 9));
  lang::IndexEntry entry;
  ASSERT_TRUE(lang::index_find(device.store.roll(), key, entry));
  EXPECT_EQ(device.definition(entry.record).source, "macro signature { \"short\" }\n");
  // In its place.
  const std::string whole = kFirst + "macro signature { \"short\" }\n" + kLast;
  ASSERT_EQ(device.save(whole), Status::ok);
  EXPECT_EQ(device.text(), whole);
  EXPECT_EQ(device.check(), "");
}

// A line of it that is changed makes the rest what it seems to be: comments.
TEST_F(DamagedSaveTest, AnEditedCommentIsAComment) {
  ASSERT_EQ(device.save(kSignature + kLast), Status::ok);
  ASSERT_TRUE(damage("a word of it"));
  const std::string edited = replaced(shown(), "# \"abc", "# \"abd");
  ASSERT_EQ(device.save(edited), Status::ok);
  EXPECT_EQ(device.text(), edited);
  EXPECT_EQ(device.store.roll().index_size(), 1U);
}

// A user's own comment that only looks so is one.
TEST_F(DamagedSaveTest, WhatIsWholeIsNotKeptBehindAComment) {
  ASSERT_EQ(device.save(kSignature + kLast), Status::ok);
  const std::string text = kSignature + kLast;
  ASSERT_TRUE(damage("a word of it"));
  const std::string seen = shown();
  ASSERT_TRUE(heal("a word of it"));
  ASSERT_EQ(device.text(), text);
  ASSERT_EQ(device.save(seen), Status::ok);
  EXPECT_EQ(device.text(), seen);
  EXPECT_EQ(device.store.roll().index_size(), 1U);
}

TEST_F(DamagedSaveTest, ManyAtATime) {
  std::string text = "F1 { call m1 call m12 }\n";
  for (int i = 0; i < 20; ++i) text += long_macro("m" + std::to_string(i), "a word of it", 700);
  ASSERT_EQ(device.save(text), Status::ok);
  const std::uint32_t entries = device.store.roll().index_size();
  ASSERT_TRUE(damage("a word of it"));
  for (int i = 0; i < 3; ++i) {
    const std::string edited = "F" + std::to_string(i + 2) + " { \"new\" }\n" + shown();
    ASSERT_EQ(device.save(edited), Status::ok);
    EXPECT_EQ(shown(), edited);
    EXPECT_EQ(device.store.roll().index_size(), entries + i + 1);
  }
  ASSERT_TRUE(heal("a word of it"));
  EXPECT_EQ(device.text(), "F4 { \"new\" }\nF3 { \"new\" }\nF2 { \"new\" }\n" + text);
}

// Against a store that was never damaged: the index is the same, whatever is edited beside.
TEST_F(DamagedSaveTest, RandomEditsBesideRandomDamage) {
  std::minstd_rand random{5};
  for (unsigned round = 0; round < 60; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    SimulatedFlash good_flash{flash::Geometry{4096, 256, 64}};
    StoreDevice good{good_flash};
    ASSERT_EQ(good.store.format(), Status::ok);
    ASSERT_EQ(device.store.format(), Status::ok);
    std::vector<std::string> parts;
    for (unsigned i = 0; i < 20; ++i) {
      const std::string name = "m" + std::to_string(i);
      const std::string number = "number " + std::to_string(1000 + i);
      parts.push_back((random() % 3 == 0 ? "\n" : "") +
                      (random() % 2 == 0 ? long_macro(name, number, 400 + random() % 1500)
                                         : "macro " + name + " { call m" +
                                               std::to_string(random() % 20) + " }\n"));
    }
    const auto all = [](const std::vector<std::string>& list) {
      std::string text;
      for (const std::string& part : list) text += part;
      return text;
    };
    ASSERT_EQ(good.save(all(parts)), Status::ok);
    ASSERT_EQ(device.save(all(parts)), Status::ok);
    std::vector<bool> damaged(parts.size());
    for (unsigned i = 0; i < parts.size(); ++i) {
      const std::string number = "number " + std::to_string(1000 + i);
      const bool is_long = parts[i].find(number) != std::string::npos;
      damaged[i] = is_long && random() % 3 == 0 && test::damage_text(flash, number);
    }
    ASSERT_EQ(device.mount(), Mount::ok);
    std::vector<std::string> seen;
    std::string text = shown();
    for (const std::string& part : parts) {
      seen.push_back(text.substr(0, part.size()));
      text.erase(0, part.size());
    }
    for (unsigned edit = 0; edit < 5; ++edit) {
      const std::size_t at = random() % parts.size();
      if (damaged[at]) continue;
      switch (random() % 4) {
        case 0:
          parts[at] = seen[at] = "# note\n" + parts[at];
          break;
        case 1:
          parts[at] = seen[at] = parts[at] + "F" + std::to_string(1 + edit) + " { \"new\" }\n";
          break;
        case 2:
          parts[at] = seen[at] = parts[at] + "set tap = " + std::to_string(200 + edit) + "ms\n";
          damaged[at] = true;  // That is not edited again: there may be one such setting.
          break;
        default:
          parts[at] = seen[at] = replaced(parts[at], "{", "{ \"added\" ");
          break;
      }
      const Status status = good.save(all(parts));
      ASSERT_EQ(device.save(all(seen)), status);
      if (status != Status::ok) break;
      ASSERT_EQ(shown(), all(seen));
      ASSERT_EQ(device.state().index, good.state().index);
      ASSERT_EQ(device.mount(), Mount::ok);
    }
  }
}

}  // namespace
}  // namespace pianola::store
