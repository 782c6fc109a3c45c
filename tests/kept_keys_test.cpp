// Keys that `match next` and `defer` keep back, and what queries know of them.

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;

struct Typed {
  std::string_view macros;
  std::string_view keys;
  std::string_view expected;
};

void expect_text(const std::vector<Typed>& cases) {
  for (const Typed& each : cases) {
    Played played(each.macros, each.keys);
    EXPECT_EQ(played.text(), each.expected) << each.macros << '\n' << each.keys;
  }
}

// ---- How long keys stay back --------------------------------------------------------------------

TEST(KeptKeys, AreHandledWhenTheChosenBlockWaits) {
  expect_text({
      {"F1 { match next { a { } else { wait 200ms \"z\" } } }", "F1 20 b", "bz"},
      {"F1 { match next { a { wait 100ms \"z\" } } }", "F1 20 a 20 b", "bz"},
      {"F1 { match next keep { a { \"y\" wait 100ms \"z\" } } }", "F1 20 a", "yaz"},
      {"F1 { match next { a { } else { wait until pending == 0 \"z\" } } }", "F1 20 b", "bz"},
      {"F1 { match next { a { } else { call m() \"z\" } } } macro m { wait 50ms }", "F1 20 b",
       "bz"},
      {"F1 { match next { a { } else { match next { c { } else { wait 50ms \"z\" } } } } }",
       "F1 20 b", "bz"},
  });
  Played held("j { match next within 50ms { k { tap n } else { hold j } } }",
              "+j 100 +k 50 -k 5 -j");
  EXPECT_EQ(held.reports(), "[00:0d] [00:0d,0e] [00:0d] [00:]");
}

TEST(KeptKeys, StayBackInABlockThatDoesNotWait) {
  expect_text({
      {"F1 { match next { a { } else { yield call m() repeat 3 { \"r\" } \"z\" } } }\n"
       "macro m { \"m\" }",
       "F1 20 b", "mrrrzb"},
      {"F1 { match next { a { } else { wait 0ms \"z\" } } }", "F1 20 b", "zb"},
      {"F1 { defer { match next { a { } else { wait 100ms \"z\" } } } }", "F1 20 b", "zb"},
      {"F1 { match next { a { } else { defer { wait 100ms \"z\" } } } }", "F1 20 b", "zb"},
  });
}

TEST(KeptKeys, StayBackAfterTheBlockUntilTheMacroWaitsOrGoesRoundTwice) {
  expect_text({
      {"F1 { match next { a { } } \"1\" yield \"2\" wait 50ms \"3\" }", "F1 20 b", "12b3"},
      {"F1 { match next { a { } } \"1\" }", "F1 20 b", "1b"},
      {"F1 { match next { a { } } repeat 4 { \"r\" } }", "F1 20 b", "rrbrr"},
      {"F1 { repeat 3 { match next { a { continue } } \"r\" } \"z\" }", "F1 20 b", "rrrzb"},
      {"F1 { without mods { match next { a { } } } \"1\" wait 9ms \"2\" }", "F1 20 b", "1b2"},
      {"var n  F1 { match next { a { loop { n = n + 1 wait 1ms } } } }", "F1 20 a 20 b 20 c", "bc"},
  });
  Played endless("var n  F1 { match next { a { } } loop { n = n + 1 } }", "F1 20 a 20 b 20 c", 1,
                 200);
  EXPECT_EQ(endless.text(), "bc");
}

TEST(KeptKeys, AreThereForTheNextMatch) {
  expect_text({
      {"F5 { match next { a { } else { match next within 300ms { b {tap y} else {tap n} } } } }",
       "F5 20 b", "y"},
      // Faster than any hand: all comes before the first round is over.
      {"var n  F1 { loop { match next { 1 { n = n * 10 + 1 } 2 { n = n * 10 + 2 }"
       " F1 { break } } }  \"${n}\" }",
       "+F1 +1 -1 +2 -2 +1 -F1 -1 +F1 -F1 x", "121x"},
      {"F1 { repeat 2 { match next { a { \"1\" } else { \"2\" } } } }", "F1 20 +b +a -b -a",
       "22ba"},
      {"F1 { repeat 2 { match next { a { \"1\" } else { \"2\" } } } }", "F1 20 +a +b -b -a", "12b"},
  });
}

// ---- What queries know --------------------------------------------------------------------------

TEST(KeptKeys, AreNotForgottenWhenTheBlockEnds) {
  expect_text({
      {"F1 { defer { wait 50ms if released {\"y\"} } if released {\"y\"} else {\"n\"} }", "F1",
       "yy"},
      {"F1 { match next { a { } } if held(a) {\"y\"} else {\"n\"} }", "F1 20 +a 50 -a", "y"},
      {"F1 { match next { a { } } repeat 2 { if held(a) {\"y\"} else {\"n\"} wait 30ms } }",
       "F1 20 +a 50 -a", "yy"},
      {"F1 { match next { a { } } repeat 2 { if held(a) {\"y\"} else {\"n\"} wait 30ms } }",
       "F1 20 +a 10 -a", "yn"},
      {"F1 { defer { wait 50ms } if mods(shift) {\"y\"} else {\"n\"} }", "F1 20 +LSHIFT 90 -LSHIFT",
       "y"},
      {"F1 { defer { wait 50ms call m() } call m() } macro m { if released {\"y\"} else {\"n\"} }",
       "F1", "yy"},
  });
}

TEST(KeptKeys, OfOtherMacrosAreUnknown) {
  expect_text({
      {"F1 { wait 40ms if held(a) {\"y\"} else {\"n\"} wait 100ms if held(a) {\"y\"} else {\"n\"} }"
       " F2 { defer { wait 100ms } }",
       "F1 5 F2 5 +a 300 -a", "nay"},
      {"a = a / LSHIFT  F1 { wait 50ms if interrupted {\"y\"} else {\"n\"} }",
       "+F1 20 +a 300 -a -F1", "n"},
      // Not what comes after the block, while what was kept back has not had its turn.
      {"F1 { defer { wait 50ms } wait 40ms if held(b) {\"y\"} else {\"n\"} }\n"
       "F2 { defer { wait 100ms } }",
       "F1 20 F2 10 +a 40 +b 200 -b -a", "nab"},
  });
}

TEST(KeptKeys, InterruptedIsAboutTheKeyThatStartedItAll) {
  expect_text({
      {"F1 { call m() wait 50ms call m() } macro m { if interrupted {\"y\"} else {\"n\"} }",
       "F1 20 a", "nay"},
      {"on start { wait 50ms if interrupted {\"y\"} else {\"n\"} }", "20 a", "ay"},
      {"on start { wait 50ms if interrupted {\"y\"} else {\"n\"} }", "100 a", "na"},
      {"on start { wait 50ms if held {\"y\"} else {\"n\"} }", "+a 100 -a", "an"},
      {"layer nav { }\nF2 { layer hold nav }\non layer nav { wait 50ms if interrupted {\"y\"} else "
       "{\"n\"} "
       "}",
       "b 20 +F2 20 a 60 -F2", "bay"},
      {"F1 { match next { a { repeat 2 { if interrupted {\"y\"} else {\"n\"} wait 50ms } } } }",
       "F1 20 a", "yy"},
      {"j & k { defer { if interrupted {\"y\"} else {\"n\"} } wait 50ms"
       " if interrupted {\"y\"} else {\"n\"} }",
       "+j 5 +k 20 -k -j", "nn"},
      {"j & k { defer { wait 50ms if interrupted {\"y\"} else {\"n\"} } }", "+j 5 +k 20 a -k -j",
       "ya"},
  });
}

}  // namespace
}  // namespace pianola
