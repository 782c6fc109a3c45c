// A save that keeps the index entries of what did not change finds what a compilation of the whole
// file finds, and leaves the index that it makes.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "ports/memory/simulated_flash.hpp"
#include "store/flash_scratch.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;
using test::StoreState;

constexpr flash::Geometry kQuarter{4096, 256, 64};

/// Definitions that have to do with each other: the same names as other things, with other
/// parameters or used in other ways; triggers of one key; settings that change keys.
constexpr std::string_view kLines[] = {
    "macro a { \"text of a\" }\n",
    "macro a(n) { repeat n { tap x } }\n",
    "macro a { call a }\n",
    "macro b { call a }\n",
    "macro b { call a(2) wait 5ms call c }\n",
    "macro c { fork b }\n",
    "macro c { v = v + 1 }\n",
    "macro d { }\n",
    "# a comment with macro d in it\nmacro d { \"d\" } # and behind\n",
    "var v\n",
    "var v = 3\n",
    "var w\n",
    "text v = \"as text\"\n",
    "text s = \"a signature\"\n",
    "text t = \"with ${s} in it\"\n",
    "macro s { }\n",
    "F1 { \"${s} and ${v}\" }\n",
    "F1 { \"${t}\" }\n",
    "F1 { call d }\n",
    "F2 { v = 1 if w > v { tap y } }\n",
    "F2 { s = 1 }\n",
    "layer l { F5 { call b } F6 = F7 }\n",
    "layer l { }\n",
    "layer m { F5 = F8 }\n",
    "F3 { layer toggle l }\n",
    "F3 { layer on m }\n",
    "F4 = layer l\n",
    "tap F6 { \"tap\" }\n",
    "hold F6 { \"hold\" }\n",
    "hold F6 (hold: 300ms) { \"hold\" }\n",
    "F6 (hold: 300ms) { \"press\" }\n",
    "F6 (hold: 400ms) { \"press\" }\n",
    "F6 (again: stop) { \"press\" }\n",
    "F6 (hold: 250ms) = ESC / LCTRL\n",
    "double F6 { \"double\" }\n",
    "dance F6 {\n  tap { \"one\" }\n  double { \"two\" }\n}\n",
    "x { \"letter\" }\n",
    "q { \"letter that nothing types\" }\n",
    "shift+q { \"more\" }\n",
    "j & k { \"chord\" }\n",
    "j & k & l { \"three\" }\n",
    "\":x\" { \"abbreviation\" }\n",
    "set layout = uk\n",
    "set layout = de\n",
    "set trigger = leader\n",
    "set allow = \"unused\"\n",
    "; \n",
    "macro broken { call }\n",
    "F9 { tap \"\n",
};

/// What was found, sorted. Beside errors, it depends on the order of checks which names nobody is
/// told of that nothing uses.
std::vector<std::string> told(const memory::Findings& findings) {
  std::vector<std::string> out;
  for (const auto& finding : findings.all()) {
    const lang::Diagnostic& found = finding.diagnostic;
    if (findings.errors() > 0 && found.message == lang::Message::unused) continue;
    out.push_back(std::to_string(found.at.line) + ":" + std::to_string(found.at.column) + "+" +
                  std::to_string(found.length) + " " +
                  std::to_string(static_cast<int>(found.message)) + " " + finding.a + " " +
                  finding.b + " " + std::to_string(found.other.line));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string shown(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& line : list) out += line + "\n";
  return out;
}

/// Counts what must be sorted.
class CountingScratch final : public lang::Scratch {
 public:
  Status append(const lang::ScratchRecord& record) override {
    ++records;
    return scratch_.append(record);
  }
  Status append_item(std::uint32_t place) override { return scratch_.append_item(place); }
  bool read(std::uint32_t place, lang::ScratchRecord& out) override {
    return scratch_.read(place, out);
  }
  bool read_item(std::uint32_t index, std::uint32_t& place) override {
    return scratch_.read_item(index, place);
  }
  void release_items(std::uint32_t count) override { scratch_.release_items(count); }
  std::span<std::uint8_t> marks(std::uint32_t bits) override { return scratch_.marks(bits); }
  void clear() override { scratch_.clear(); }
  std::uint32_t records = 0;

 private:
  memory::Scratch scratch_;
};

/// Saves `text` and compares with a compilation of it.
void expect_as_whole(StoreDevice& device, lang::Scratch& scratch, const std::string& text) {
  SCOPED_TRACE(text);
  memory::Source whole{text};
  memory::Roll roll{&whole};
  memory::Scratch whole_scratch;
  memory::Findings findings;
  lang::Compiler compiler{whole, roll, whole_scratch, findings};
  const Status status = compiler.run();
  memory::Source source{text};
  device.findings = {};
  Save save{device.store, source, scratch, device.findings, {}};
  ASSERT_EQ(save.run(), status);
  if (!save.unchanged()) {
    ASSERT_EQ(shown(told(device.findings)), shown(told(findings)));
    ASSERT_EQ(save.errors(), compiler.errors());
    if (status == Status::ok) {
      ASSERT_EQ(save.warnings(), compiler.warnings());
    }
  }
  if (status != Status::ok) return;
  StoreState should;
  should.set_text(text);
  const StoreState now = device.state();
  ASSERT_EQ(now.index, should.index);
  ASSERT_EQ(now.definitions, should.definitions);
}

TEST(KeptIndex, FindsWhatACompilationOfTheWholeFinds) {
  std::mt19937 random{static_cast<unsigned>(test::number_from("PIANOLA_SEED", 3))};
  const auto below = [&](std::size_t most) { return static_cast<unsigned>(random() % most); };
  memory::SimulatedFlash flash{kQuarter};
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  CountingScratch scratch;
  std::vector<std::string> file;
  unsigned good = 0;
  unsigned few = 0;
  // A few of the lines at a time, so that they meet often.
  std::array<std::size_t, 9> some{};
  const auto any = [&] { return std::string{kLines[some[below(some.size())]]}; };
  for (unsigned i = 0; i < 30000; ++i) {
    if (i % 100 == 0) {
      for (std::size_t& line : some) line = below(std::size(kLines));
    }
    std::vector<std::string> edited = file;
    for (unsigned changes = 1 + below(2); changes > 0; --changes) {
      const auto place = edited.begin() + below(edited.size() + 1);
      switch (below(4)) {
        case 0:
          if (edited.size() < 12) edited.insert(place, any());
          break;
        case 1:
          if (place != edited.end()) *place = any();
          break;
        case 2:
          if (place != edited.end()) edited.erase(place);
          break;
        default:
          if (place != edited.end()) std::swap(*place, edited.front());
      }
    }
    std::string text;
    for (const std::string& line : edited) text += line;
    scratch.records = 0;
    expect_as_whole(device, scratch, text);
    if (testing::Test::HasFatalFailure()) return;
    // Go on from what is good, so that there is something to keep.
    if (device.store.saved() && device.text() == text) {
      file = edited;
      ++good;
      if (scratch.records <= 6) ++few;
    }
  }
  EXPECT_GT(good, 1000U);
  EXPECT_GT(few, good / 2) << "of most edits, only what changed is sorted";
}

/// Saves one file after the other, each compared with a compilation of it.
void expect_each_as_whole(std::initializer_list<std::string> files) {
  memory::SimulatedFlash flash{kQuarter};
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  memory::Scratch scratch;
  for (const std::string& file : files) {
    expect_as_whole(device, scratch, file);
    if (testing::Test::HasFatalFailure()) return;
  }
}

// That no key types the trigger is found before it is known that all must be read again.
TEST(KeptIndex, ToldOnceWhatIsFoundBeforeAllIsReadAgain) {
  expect_each_as_whole(
      {"macro a { }\nF1 { call a }\n", "macro a(n) { }\nF1 { call a }\n'\xC3\xA4' { }\n"});
}

// `text` is no keyword.
TEST(KeptIndex, FindsTheNameThatNothingUses) {
  expect_each_as_whole({"text text = \"t\"\nF1 { }\n", "text text = \"t\"\nF2 { }\n"});
  expect_each_as_whole({"[private] text private_text = \"text\"\nF1 { }\n",
                        "[private] text private_text = \"text\"\nF2 { }\n"});
}

TEST(KeptIndex, FindsANameAtTheEndOfTheFile) {
  expect_each_as_whole({"F1 { }\nvar last", "F2 { }\nvar last"});
}

// The setting counts from where it stands on, also when all is read again.
TEST(KeptIndex, CountsWhatWasToldBeforeItWasSwitchedOff) {
  const std::string rest = "private F2 { call m }\nset allow = \"private\"\n";
  expect_each_as_whole({"macro m { }\n" + rest, "macro m { }\nmacro unknown { }\n" + rest,
                        "F3 { }\nmacro m { tap x }\nset hold = 300ms\n" + rest});
}

// Whatever does not fit into a small region, be it the last node: nothing failed.
TEST(KeptIndex, ARollThatDoesNotFitIsFull) {
  unsigned full = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random{seed};
    memory::SimulatedFlash flash{{4096, 256, 4}};
    StoreDevice device{flash};
    ASSERT_EQ(device.store.format(), Status::ok);
    std::vector<std::string> lines;
    std::string saved;
    for (unsigned i = 0; i < 60; ++i) {
      std::vector<std::string> edited = lines;
      const bool shorter = random() % 12 == 0;
      if (shorter) edited.resize(edited.size() / 2);
      const std::string words(random() % (random() % 3 == 0 ? 700 : 40), 'x');
      const std::string macro = "macro m" + std::to_string(i) + " { \"" + words + "\" }\n";
      const auto place = edited.begin() + static_cast<int>(random() % (edited.size() + 1));
      if (!shorter) edited.insert(place, macro);
      std::string text;
      for (const std::string& line : edited) text += line;
      SavePolicy policy;
      policy.may_drop_backup = random() % 3 != 0;
      if (random() % 5 == 0) policy.backup = Backup::drop;
      const Status status = device.save(text, policy);
      ASSERT_TRUE(status == Status::ok || status == Status::full) << seed << " " << i;
      if (status == Status::full) ++full;
      if (status == Status::ok) saved = text;
      if (status == Status::ok) lines = edited;
      ASSERT_EQ(device.text(), saved) << seed << " " << i;
    }
  }
  EXPECT_GT(full, 10U);
}

}  // namespace
}  // namespace pianola::store
