#pragma once

#include <cstdint>
#include <string_view>

namespace pianola::lang {

// Every reserved word. Words of options, settings and queries that can only stand in one place
// (again, typing, left, within …) are not reserved.
// clang-format off
#define PIANOLA_KEYWORDS(X) \
  X(set) X(var) X(macro) X(layer) X(define) X(end) X(public) X(private) \
  X(leader) X(none) X(on) \
  X(tap) X(press) X(release) X(hold) X(toggle) X(oneshot) \
  X(click) X(move) X(scroll) \
  X(wait) X(yield) X(until) \
  X(if) X(else) X(while) X(repeat) X(loop) X(break) X(continue) X(exit) X(label) X(goto) \
  X(let) X(call) X(fork) X(stop) \
  X(match) X(defer) X(send) X(record) X(play) X(without) X(lock) X(edit) \
  X(and) X(or) X(not) X(min) X(max) X(random) \
  X(held) X(released) X(interrupted) X(elapsed) X(mods) X(led) X(running) X(pending) \
  X(recording) X(time) X(all) X(key) X(double)
// clang-format on

/// The reserved words, with k_ before them since many are reserved in C++ too.
enum class Keyword : std::uint8_t {
#define PIANOLA_X(word) k_##word,
  PIANOLA_KEYWORDS(PIANOLA_X)
#undef PIANOLA_X
      no_keyword
};

/// The keyword spelt exactly so, or Keyword::no_keyword.
Keyword find_keyword(std::string_view word);
/// How `keyword` is spelt.
std::string_view keyword_name(Keyword keyword);
/// The keyword, or the word that starts a statement, spelt most like `word`; empty if none is near.
std::string_view closest_keyword(std::string_view word);

}  // namespace pianola::lang
