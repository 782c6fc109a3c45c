#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pianola::test {

/// A test of another program, in our notation: its file and name, macros that ask for the same, the
/// keys that it presses, and what it expects: reports if it begins with `[`, else text.
struct PeerRow {
  std::string_view test;
  std::string macros;
  std::string_view keys;
  std::string_view expected;
};

/// One whose result is another here, on purpose. The reason is in docs/peers.md.
struct PeerDifference {
  std::string_view test;
  std::string_view reason;
  std::string macros;
  std::string_view keys;
  std::string_view theirs;
  std::string_view ours;
};

struct Peer {
  std::string_view name;
  std::vector<PeerRow> same;
  std::vector<PeerDifference> different;
};

Peer keyd();
Peer zmk();
Peer kanata();
Peer qmk();
Peer rmk();
Peer uhk();

}  // namespace pianola::test
