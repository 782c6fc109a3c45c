// Keys as hands press them: the next one goes down before the last one is up.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "support/played.hpp"
#include "support/volume.hpp"

namespace pianola {
namespace {

using test::Played;

struct Rolled {
  std::string_view macros;
  std::string_view keys;
  std::string_view expected;
};

// ---- A chord's modifiers belong to its own key --------------------------------------------------

TEST(RolledKeys, TypeWhatTheyWouldApart) {
  const std::vector<Rolled> cases = {
      {"F1 = '!'", "+F1 30 +b 30 -F1 30 -b", "!b"},
      {"F1 = '!'\nm { tap b }", "+F1 30 m 30 -F1", "!b"},
      {"F1 = '!'\nm { \"b1\" }", "+F1 30 m 30 -F1", "!b1"},
      {"F1 = '!'\nm { [00:05] }", "+F1 30 m 30 -F1", "!b"},
      {"F1 = '!'\nm { hold b }", "+F1 30 m 30 -F1", "!b"},
      {"F1 = '!'\nm { press b wait 1ms release b }", "+F1 30 m 30 -F1", "!b"},
      {"F1 = '!'\nLSHIFT = b", "+F1 30 +LSHIFT 30 -F1 30 -LSHIFT", "!b"},
      {"F1 { hold '!' }", "+F1 30 +b 30 -F1 30 -b", "!b"},
      {"F1 & F2 = '!'", "+F1 5 +F2 60 +b 30 -F1 -F2 30 -b", "!b"},
      {"set autoshift = 175ms", "+a 180 +b 30 -a 30 -b", "Ab"},
      {"RSHIFT = ')' / RSHIFT", "+RSHIFT 60 +; 30 -RSHIFT 30 -;", ");"},
      {"F1 = '+'\nF2 = '='", "+F1 30 +F2 30 -F1 30 -F2", "+="},
      {"F1 = '='\nF2 = '+'", "+F1 30 +F2 30 -F1 30 -F2", "=+"},
      {"F1 { hold '+' }\nF2 { hold '=' }", "+F1 30 +F2 30 -F1 30 -F2", "+="},
      {"F1 = '!'", "+F1 30 +0x1e 30 -F1 30 -0x1e", "!1"},
      {"set layout = de\nF1 = '@'", "+F1 30 +q 30 -F1 30 -q", "@q"},
      {"shift+',' = ';'\nshift+'.' = ':'", "+LSHIFT 30 +, 30 +. 30 -, 30 -. -LSHIFT", ";:"},
      {"SPACE = SPACE / layer sym\nlayer sym { u = '[' k = '{' }",
       "+SPACE 300 +k 30 +u 30 -k 30 -u 30 -SPACE", "{["},
  };
  for (const Rolled& rolled : cases) {
    EXPECT_EQ(Played(rolled.macros, rolled.keys).text(), rolled.expected)
        << rolled.macros << "  " << rolled.keys;
  }
}

TEST(RolledKeys, SendTheirChordsOnly) {
  const std::vector<Rolled> cases = {
      {"F1 = ctrl+c", "+F1 50 +q 30 -F1 30 -q", "[01:06] [00:06,14] [00:14] [00:]"},
      {"F1 = ctrl+a\nF2 = shift+b", "+F1 30 +F2 30 -F1 30 -F2", "[01:04] [02:04,05] [02:05] [00:]"},
      {"F1 = ctrl+shift+b\nF2 = ctrl+d", "+F1 30 +F2 30 -F1 30 -F2",
       "[03:05] [01:05,07] [01:07] [00:]"},
      {"shift+1 = ctrl+2", "+LSHIFT 10 +1 10 +c 10 -c -1 -LSHIFT",
       "[02:] [01:1f] [02:06,1f] [02:1f] [02:] [00:]"},
      {"F1 { hold alt+TAB }", "+F1 30 +x 30 -x 30 -F1", "[04:2b] [00:1b,2b] [00:2b] [00:]"},
      {"SPACE = SPACE / layer nav\nlayer nav { h = ctrl+LEFT j = DOWN }",
       "+SPACE 300 +h 30 +j 30 -h 30 -j -SPACE", "[01:50] [00:50,51] [00:51] [00:]"},
      // The new key needs what the old one had, and keeps it when that goes up.
      {"F1 = ctrl+a\nF2 = ctrl+b", "+F1 30 +F2 30 -F1 30 -F2", "[01:04] [01:04,05] [01:05] [00:]"},
      // Those of the old one do not come back.
      {"F1 = ctrl+a", "+F1 30 +b 30 -b 30 -F1", "[01:04] [00:04,05] [00:04] [00:]"},
      {"F1 = '!'\nF8 { record it }\nF9 { record stop }\nm { play it }",
       "F8 b F9 50 +F1 30 m 50 -F1", "[00:05] [00:] [02:1e] [00:05,1e] [00:1e] [00:]"},
      // In safe typing the chord's key goes up first, then its modifiers.
      {"set typing = safe\nF1 = ctrl+a\nm { tap b }", "+F1 30 m 30 -F1",
       "[01:] [01:04] [01:] [00:] [00:05] [00:]"},
  };
  for (const Rolled& rolled : cases) {
    EXPECT_EQ(Played(rolled.macros, rolled.keys).reports(), rolled.expected)
        << rolled.macros << "  " << rolled.keys;
  }
}

TEST(RolledKeys, WhatIsNoKeyOfItsOwnLeavesChordsAlone) {
  const std::vector<Rolled> cases = {
      {"h = ctrl+LEFT", "+h 30 +LSHIFT 30 -LSHIFT 30 -h", "[01:50] [03:50] [01:50] [00:]"},
      {"F1 = ctrl+a\nF2 { }", "+F1 30 +F2 30 -F2 30 -F1", "[01:04] [00:]"},
      {"F1 = ctrl+a\nF2 = none", "+F1 30 +F2 30 -F2 30 -F1", "[01:04] [00:]"},
      {"F1 = ctrl+a\nF2 = SPACE / layer x\nlayer x { }", "+F1 30 +F2 300 -F2 30 -F1",
       "[01:04] [00:]"},
      {"F1 = ctrl+a\nF2 = 0x10e9", "+F1 30 +F2 30 -F2 30 -F1",
       "[01:04] [01:04] consumer:00e9 [01:04] [00:]"},
      {"F1 = ctrl+a\nF2 { click left }", "+F1 30 F2 30 -F1",
       "[01:04] [01:04] buttons:01 [01:04] [00:]"},
      // Own keys: held as long as the finger holds them.
      {"CAPSLOCK = LCTRL", "+CAPSLOCK 30 +a 30 -a 30 -CAPSLOCK", "[01:] [01:04] [01:] [00:]"},
      {"CAPSLOCK = ctrl+shift", "+CAPSLOCK 30 +a 30 -a 30 -CAPSLOCK", "[03:] [03:04] [03:] [00:]"},
      {"F1 = ctrl+c", "+LCTRL 30 +F1 30 +q 30 -F1 30 -q -LCTRL",
       "[01:] [01:06] [01:06,14] [01:14] [01:] [00:]"},
      // A modifier does not show again what the trigger hides.
      {"shift+BACKSPACE = DELETE", "+LSHIFT 30 +BACKSPACE 30 +LCTRL 30 -LCTRL -BACKSPACE -LSHIFT",
       "[02:] [00:4c] [01:4c] [00:4c] [02:] [00:]"},
      {"F1 { press ctrl+c wait release release all }", "+F1 30 +q 30 -q 30 -F1",
       "[01:06] [01:06,14] [01:06] [00:]"},
  };
  for (const Rolled& rolled : cases) {
    EXPECT_EQ(Played(rolled.macros, rolled.keys).reports(), rolled.expected)
        << rolled.macros << "  " << rolled.keys;
  }
}

// ---- Safe typing --------------------------------------------------------------------------------

/// Each report changes the modifiers only, or keys in one direction only.
void expect_separate(std::string_view macros, const std::vector<hid::Report>& reports) {
  hid::Report before;
  for (const hid::Report& report : reports) {
    hid::KeySet up = before.keys;
    up -= report.keys;
    hid::KeySet down = report.keys;
    down -= before.keys;
    const int changes =
        (report.mods != before.mods ? 1 : 0) + (up.empty() ? 0 : 1) + (down.empty() ? 0 : 1);
    EXPECT_LE(changes, 1) << macros << "  " << sim::format_report(report);
    before = report;
  }
}

TEST(RolledKeys, SafeTypingSeparatesWhatRemapsChange) {
  const std::vector<Rolled> cases = {
      {"F1 = ctrl+c", "+F1 50 -F1", "[01:] [01:06] [01:] [00:]"},
      {"F1 = '!'\nF2 = '\"'", "+F1 30 +F2 30 -F1 30 -F2",
       "[02:] [02:1e] [02:] [02:1f] [02:] [00:]"},
      {"F1 = ctrl+c", "+F1 50 +q 30 -F1 30 -q", "[01:] [01:06] [01:] [00:] [00:14] [00:]"},
      {"F1 = ctrl+a\nF2 = shift+b", "+F1 30 +F2 30 -F1 30 -F2",
       "[01:] [01:04] [01:] [02:] [02:05] [02:] [00:]"},
      // A key that is down already goes up before the modifiers change.
      {"F1 = '+'\nF2 = '='", "+F1 30 +F2 30 -F1 30 -F2", "[02:] [02:2e] [02:] [00:] [00:2e] [00:]"},
      {"shift+1 = ctrl+2", "+LSHIFT 10 +1 10 -1 -LSHIFT", "[02:] [01:] [01:1f] [01:] [02:] [00:]"},
      {"RSHIFT = ')' / RSHIFT", "RSHIFT", "[02:] [02:27] [02:] [00:]"},
      {"F1 = a", "+F1 50 -F1", "[00:04] [00:]"},
      {"F1 = ctrl+VOLUP", "+F1 50 -F1", "[01:] [01:] consumer:00e9 [01:] [00:]"},
      {"CAPSLOCK = ctrl+shift", "+CAPSLOCK 30 +a 30 -a 30 -CAPSLOCK", "[03:] [03:04] [03:] [00:]"},
  };
  for (const Rolled& rolled : cases) {
    const std::string macros = "set typing = safe\n" + std::string(rolled.macros);
    Played played(macros, rolled.keys);
    EXPECT_EQ(played.reports(), rolled.expected) << rolled.macros << "  " << rolled.keys;
    expect_separate(rolled.macros, played.sent());
  }
}

TEST(RolledKeys, SafeTypingOfOneBindingIsNotThatOfRemaps) {
  EXPECT_EQ(Played("F1 = ctrl+c\nF2 (typing: safe) { ctrl+v }", "F1 50 F2").reports(),
            "[01:06] [00:] [01:] [01:19] [01:] [00:]");
  EXPECT_EQ(
      Played("set typing = safe\nF1 = ctrl+c\nF2 (typing: fast) { ctrl+v }", "F1 50 F2").reports(),
      "[01:] [01:06] [01:] [00:] [01:19] [00:]");
}

TEST(RolledKeys, APauseIsBetweenThePartsOfARemap) {
  EXPECT_EQ(Played("set typing = safe\nset pause = 10ms\nF1 = ctrl+c", "+F1 50 -F1").trace(),
            "0 [01:]\n10 [01:06]\n50 [01:]\n60 [00:]\n");
  // The next key waits for it, also while a macro types.
  EXPECT_EQ(
      Played("set typing = safe\nset pause = 10ms\nF1 = ctrl+c", "+F1 5 +q 50 -F1 -q").trace(),
      "0 [01:]\n10 [01:06]\n11 [01:]\n21 [00:]\n31 [00:14]\n55 [00:]\n");
  EXPECT_EQ(Played("set typing = safe\nset pause = 10ms\nset busy = mix\nF1 = ctrl+c\n"
                   "F2 (typing: 100ms) { tap a, b }",
                   "+F2 5 +F1 200 -F1 -F2")
                .reports(),
            "[00:04] [01:04] [01:04,06] [00:05,06] [00:05] [00:]");
  EXPECT_EQ(Played("set pause = 10ms\nF1 = ctrl+c", "+F1 50 -F1").trace(), "0 [01:06]\n50 [00:]\n");
}

// ---- Two keys together are let go one by one ----------------------------------------------------

TEST(RolledKeys, WhatTwoKeysTogetherHoldEndsWithTheFirstOrTheLast) {
  const std::vector<Rolled> cases = {
      {"a & b (slow: on) = LCTRL", "+a 5 +b 60 -a 30 +x 10 -x 30 -b", "[01:] [01:1b] [01:] [00:]"},
      {"a & b (slow: on) = LCTRL", "+a 5 +b 60 -b 30 +x 10 -x 30 -a", "[01:] [01:1b] [01:] [00:]"},
      {"a & b = LCTRL", "+a 5 +b 60 -b 30 +x 10 -x 30 -a", "[01:] [00:] [00:1b] [00:]"},
      {"a & b = ctrl+LEFT", "+a 5 +b 60 -a 30 -b", "[01:50] [00:]"},
      {"a & b (slow: on) = LEFT", "+a 5 +b 60 -a 30 +a 30 -a 30 -b",
       "[00:50] [00:04,50] [00:50] [00:]"},
      // While another key is undecided, too.
      {"set hold = 500ms\nd = d / LSHIFT\na & b = LEFT", "+a 5 +b 60 +d 30 -a 30 -b 30 -d",
       "[00:50] [00:] [00:07] [00:]"},
  };
  for (const Rolled& rolled : cases) {
    EXPECT_EQ(Played(rolled.macros, rolled.keys).reports(), rolled.expected)
        << rolled.macros << "  " << rolled.keys;
  }
}

// A host repeats a key that stays down, so it goes up though another key is undecided.
TEST(RolledKeys, WhatKeysTogetherHoldGoesUpWhileAnotherKeyIsOpen) {
  const std::string macros = "set hold = 500ms\nd = d / LSHIFT\na & b & c = LEFT\n";
  for (const std::string first : {"a", "b", "c"}) {
    const std::string keys = "+a +b +c 60 +d 30 -" + first + " 300 -d";
    EXPECT_TRUE(Played(macros, keys).trace().starts_with("0 [00:50]\n90 [00:]\n")) << keys;
  }
  EXPECT_TRUE(Played("set slow = on\n" + macros, "+a +b +c 60 +d 30 -a 10 -c 10 -b 300 -d")
                  .trace()
                  .starts_with("0 [00:50]\n110 [00:]\n"));
}

// ---- A key that is down already is pressed anew -------------------------------------------------

TEST(RolledKeys, AKeyThatIsDownIsPressedAnewAndBelongsToTheLaterKey) {
  EXPECT_EQ(Played("F1 = '+'\nF2 = '='", "+F1 30 +F2 30 -F2 100 -F1").trace(),
            "0 [02:2e]\n30 [00:]\n31 [00:2e]\n60 [00:]\n");
  EXPECT_EQ(Played("F1 = a\nF2 = a", "+F1 30 +F2 30 -F1 30 -F2").trace(),
            "0 [00:04]\n30 [00:]\n31 [00:04]\n90 [00:]\n");
  EXPECT_EQ(Played("F1 { hold a }\nF2 { hold a }", "+F1 30 +F2 30 -F1 30 -F2").trace(),
            "0 [00:04]\n30 [00:]\n31 [00:04]\n90 [00:]\n");
}

TEST(RolledKeys, WhatIsToggledOrPressedStaysDownAfterIt) {
  EXPECT_EQ(Played("F1 { toggle a }", "F1 30 +a 30 -a 30 F1").trace(),
            "0 [00:04]\n40 [00:]\n41 [00:04]\n100 [00:]\n");
  EXPECT_EQ(Played("F1 { press a wait release release a }", "+F1 30 +a 30 -a 30 -F1").trace(),
            "0 [00:04]\n30 [00:]\n31 [00:04]\n90 [00:]\n");
}

TEST(RolledKeys, ModifiersAndButtonsThatAreDownStayDown) {
  EXPECT_EQ(Played("CAPSLOCK = LCTRL\nRCTRL = LCTRL",
                   "+CAPSLOCK 30 +LCTRL 30 +RCTRL 30 -CAPSLOCK -LCTRL 30 -RCTRL")
                .reports(),
            "[01:] [00:]");
  EXPECT_EQ(Played("F1 = VOLUP\nF2 = VOLUP", "+F1 30 +F2 30 -F1 30 -F2").reports().find("[00:]"),
            Played("F1 = VOLUP\nF2 = VOLUP", "+F1 90 -F1").reports().find("[00:]"));
}

// ---- Releases overtake what is undecided --------------------------------------------------------

constexpr std::string_view kGt = "g { match next within 400ms { t { \"tea\" } else { tap g } } }\n";

TEST(RolledKeys, AReleaseOvertakesWhatIsUndecidedOrKeptBack) {
  const std::vector<Rolled> cases = {
      // Kept back by `match next`.
      {kGt, "+u 60 +g 30 -u 20 -g", "0 [00:18]\n90 [00:]\n"},
      // Undecided: tap or hold.
      {"set hold = 500ms\nd = d / LCTRL", "+u 60 +d 30 -u 20 -d", "0 [00:18]\n90 [00:]\n"},
      // Kept back by `defer`.
      {"F1 { defer { wait 200ms } }", "+u 60 +F1 30 -u 20 -F1", "0 [00:18]\n90 [00:]\n"},
      // A chord's modifiers go with it.
      {"set hold = 500ms\nF1 = '!'\nd = d / LCTRL", "+F1 60 +d 30 -F1 20 -d",
       "0 [02:1e]\n90 [00:]\n"},
  };
  for (const Rolled& rolled : cases) {
    const std::string trace = Played(rolled.macros, rolled.keys).trace();
    EXPECT_EQ(trace.substr(0, rolled.expected.size()), rolled.expected)
        << rolled.macros << "  " << rolled.keys;
  }
}

TEST(RolledKeys, AReleaseThatOthersGoByWaitsItsTurn) {
  EXPECT_EQ(Played("a = a / LSHIFT\nF1 { hold LSHIFT }", "+F1 50 +a 30 -F1 60 -a").text(), "A");
  EXPECT_EQ(Played("SPACE = SPACE / layer nav\nlayer nav { h = LEFT / LCTRL }",
                   "+SPACE 300 +h 30 -SPACE 60 -h")
                .reports(),
            "[00:50] [00:]");
  EXPECT_EQ(Played("set hold = 500ms\nd = d / LCTRL", "+LSHIFT 60 +d 30 -LSHIFT 20 -d").text(),
            "D");
}

TEST(RolledKeys, ARecordingDoesNotHoldTheModifiersOfTheChordThatEndsIt) {
  EXPECT_EQ(Played("F8 { record it }\ngui+F9 { record stop }\nF10 { play it }",
                   "F8 a 50 +LGUI +F9 50 -F9 -LGUI 50 F10")
                .text(),
            "aa");
  const std::string reports = Played("F8 { record it }\ngui+F9 { record stop }\nF10 { play it }",
                                     "F8 a 50 +LGUI +F9 50 -F9 -LGUI 50 F10")
                                  .reports();
  EXPECT_TRUE(reports.ends_with(" [00:04] [00:]")) << reports;
}

// ---- The leader
// ----------------------------------------------------------------------------------

TEST(RolledKeys, TheLeaderEndsAfterItsTime) {
  const std::string macros = "leader a { \"yes\" }\n";
  const std::string shifts = "+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT ";
  EXPECT_EQ(Played(macros, shifts + "2000 a").text(), "yes");
  EXPECT_EQ(Played(macros, shifts + "2001 a").text(), "a");
  EXPECT_EQ(Played(macros, shifts + "3000 " + shifts + "50 a").text(), "yes") << "once more";
  EXPECT_EQ(Played("set leader_time = 300ms\n" + macros, shifts + "300 a").text(), "yes");
  EXPECT_EQ(Played("set leader_time = 300ms\n" + macros, shifts + "301 a").text(), "a");
  EXPECT_EQ(Played("set leader = F9\n" + macros, "F9 1900 a").text(), "yes");
  EXPECT_EQ(Played("set leader = F9\n" + macros, "F9 2000 a").text(), "a");
}

// ---- Pairs of signs -----------------------------------------------------------------------------

/// The signs of ASCII that one stroke types on `layout`, but for those that are key names.
std::string signs_of(const hid::Layout& layout) {
  std::string signs;
  for (char c = '!'; c <= '~'; ++c) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '\'' && c != '\\' &&
        layout.strokes(static_cast<char32_t>(c)).count == 1) {
      signs += c;
    }
  }
  return signs;
}

class Signs : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, Signs, ::testing::Values("uk", "us", "de", "fr"));

TEST_P(Signs, ComeOutRightHoweverTheyAreRolled) {
  struct Hands {
    unsigned overlap;
    unsigned poll;
  };
  const std::string set = std::string("set layout = ") + GetParam() + "\n";
  const std::string signs = signs_of(*hid::find_layout(GetParam()));
  ASSERT_GE(signs.size(), 25U);
  for (const char first : signs) {
    for (const char second : signs) {
      if (first == second) continue;
      const std::string macros = set + "F1 = '" + first + "'\nF2 = '" + second + "'\n";
      for (const Hands& hands : {Hands{10, 1}, Hands{40, 4}, Hands{80, 8}}) {
        const std::string overlap = std::to_string(hands.overlap);
        ASSERT_EQ(Played(macros, "+F1 50 +F2 " + overlap + " -F1 50 -F2", hands.poll).text(),
                  std::string{first} + second)
            << "overlap " << overlap << " ms, poll " << hands.poll << " ms";
      }
    }
  }
}

// ---- Any hands ----------------------------------------------------------------------------------

/// What fast hands do on twelve keys: up to three are down at a time, and go up in any order.
std::string rolled(std::mt19937& random, std::vector<std::string>& order) {
  std::string script;
  std::vector<std::string> down;
  for (unsigned left = 8; left > 0 || !down.empty();) {
    const std::string key = "F" + std::to_string(random() % 12 + 1);
    const bool is_down = std::ranges::find(down, key) != down.end();
    if (left > 0 && !is_down && down.size() < 3 && (down.empty() || random() % 2 == 0)) {
      script += "+" + key;
      down.push_back(key);
      order.push_back(key);
      --left;
    } else if (!down.empty()) {
      const std::size_t up = random() % down.size();
      script += "-" + down[up];
      down.erase(down.begin() + static_cast<std::ptrdiff_t>(up));
    }
    script += " " + std::to_string(random() % 60) + " ";
  }
  return script;
}

TEST(RolledKeys, TypeTheSameAsKeysOneByOne) {
  std::mt19937 random(13);
  const std::string signs = signs_of(*hid::find_layout("uk")) + "abcABC123";
  for (unsigned run = 0; run < test::volume("PIANOLA_SCENARIOS", 10'000, 500); ++run) {
    std::string macros;
    for (unsigned key = 1; key <= 12; ++key) {
      const char sign = signs[random() % signs.size()];
      const std::string name = "F" + std::to_string(key);
      const bool plain = std::isalnum(static_cast<unsigned char>(sign)) != 0;
      const unsigned kind = random() % 8;
      if (plain || kind == 0) {
        macros += name + " { tap " + (plain ? std::string("'") + sign + "'" : "a") + " }\n";
      } else if (kind == 1) {
        macros += name + " { hold '" + sign + "' }\n";
      } else {
        macros += name + " = '" + sign + "'\n";
      }
    }
    std::vector<std::string> order;
    const std::string script = rolled(random, order);
    std::string apart;
    for (const std::string& key : order) apart += key + " 50 ";
    const std::uint32_t poll = 1U << random() % 4;
    ASSERT_EQ(Played(macros, script, poll).text(), Played(macros, apart).text())
        << macros << script << " poll " << poll;
  }
}

}  // namespace
}  // namespace pianola
