// Arbitrary bytes as macros.txt: the compiler ends, its errors have places in the file, and what it
// accepts is a sound roll that decompiles to the same code.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "lang/code/code_reader.hpp"
#include "lang/compile/compiler.hpp"
#include "lang/text/decompiler.hpp"
#include "ports/memory/compile.hpp"
#include "support/texts.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace pianola;

void require(bool condition, const char* what, const std::string& more = {}) {
  if (condition) return;
  std::fprintf(stderr, "%s\n%s\n", what, more.c_str());
  std::abort();
}

/// Compiles with a bound on the steps, which is proportional to the size.
Status compile(lang::Source& source, std::size_t size, memory::Roll& roll,
               memory::Findings& findings) {
  memory::Scratch scratch;
  lang::Compiler compiler(source, roll, scratch, findings);
  for (std::size_t steps = 0; steps < 8 * size + 64; ++steps) {
    const Status status = compiler.step();
    if (status != Status::more) return status;
  }
  require(false, "the compiler does not end");
  return Status::more;
}

/// A diagnostic's place exists, and its line can be shown.
void check_findings(const memory::Findings& findings, std::string_view text, lang::Source& source) {
  for (const auto& finding : findings.all()) {
    const lang::Position& at = finding.diagnostic.at;
    require(at.line > 0 && at.column > 0 && at.offset <= text.size(), "a place outside the file");
    const auto before = text.substr(0, at.offset);
    require(
        before.size() - std::min(before.size(), before.find_last_of("\r\n") + 1) + 1 >= at.column,
        "a column outside its line");
  }
  require(!findings.text("f", source).empty() || findings.all().empty(), "no text");
}

void check_code(memory::Roll& roll) {
  for (std::uint32_t position = 0; position < roll.size(); ++position) {
    std::array<std::uint8_t, 32> window;
    lang::CodeReader reader(roll, window);
    reader.seek(roll.record_at(position), 0);
    while (!reader.at_end()) {
      lang::Instruction instruction;
      require(lang::read_instruction(reader, instruction), "code that cannot be read");
      require(
          !instruction.in_source || instruction.payload_size > instruction.end - instruction.offset,
          "a reference that is longer than its text");
    }
  }
}

/// The index is sorted and leads to the declarations.
void check_index(memory::Roll& roll) {
  lang::IndexEntry before;
  lang::IndexEntry entry;
  for (std::uint32_t i = 0; roll.index_entry(i, entry); ++i) {
    require(i == 0 || before.key < entry.key, "an index that is not sorted");
    require(entry.record < roll.size(), "an index entry without its definition");
    const auto size = static_cast<std::uint32_t>(roll.definitions()[entry.record].code.size());
    require(entry.code < entry.body && entry.body <= size && entry.labels <= size,
            "an index entry outside its code");
    before = entry;
  }
}

void check_round_trip(memory::Roll& roll) {
  memory::StringSink again;
  require(lang::decompile(roll, again) == Status::ok, "cannot be decompiled", again.text());
  memory::Source source(again.text());
  memory::Roll second;
  memory::Findings findings;
  const Status status = compile(source, again.text().size(), second, findings);
  require(status == Status::ok, "the decompiled program does not compile",
          findings.text("decompiled", source) + again.text());
  std::uint32_t other = 0;
  for (std::uint32_t record = 0; record < roll.size(); ++record) {
    const auto& code = roll.definitions()[record].code;
    if (code.empty()) continue;
    require(other < second.size() && second.definitions()[other].code == code,
            "the decompiled program has other code", again.text());
    ++other;
  }
}

/// The same text with copies of all texts in the code: it says the same, and comes back from
/// source.
void check_copies(const std::string& text, memory::Roll& roll) {
  memory::Source source(text);
  memory::Roll copies;
  memory::Findings findings;
  require(compile(source, text.size(), copies, findings) == Status::ok, "copies do not compile");
  require(test::said_by(roll) == test::said_by(copies), "what stands in the source says otherwise");
  check_round_trip(copies);
}

/// The whole at once gives what its pieces gave.
void check_pieces(const std::string& text, Status status, const memory::Roll& roll,
                  const memory::Findings& findings) {
  memory::Source source(text);
  memory::Roll whole(&source);
  memory::Findings found;
  require(compile(source, text.size(), whole, found) == status, "pieces give another status");
  found.sort();
  require(found.all().size() == findings.all().size(), "pieces give other errors");
  for (std::size_t i = 0; i < found.all().size(); ++i) {
    const lang::Diagnostic& one = found.all()[i].diagnostic;
    const lang::Diagnostic& other = findings.all()[i].diagnostic;
    require(one.at.offset == other.at.offset && one.at.column == other.at.column &&
                one.message == other.message,
            "pieces give other errors");
  }
  require(whole.definitions() == roll.definitions(), "pieces give other definitions");
}

/// Where the words of a text begin, and its end. What is between two words belongs to the first.
std::vector<std::size_t> word_starts(std::string_view text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i - 1] == ' ' || text[i - 1] == '\n') starts.push_back(i);
  }
  starts.push_back(text.size());
  return starts;
}

/// Takes some words out, or puts them in at another place: once, or so often that limits are met.
std::string move_words(std::string text, unsigned seed) {
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t end) { return random() % end; };
  const std::vector<std::size_t> starts = word_starts(text);
  const std::size_t first = below(starts.size() - 1);
  const std::size_t last = std::min(first + 1 + below(8), starts.size() - 1);
  const std::string words = text.substr(starts[first], starts[last] - starts[first]);
  if (below(2) == 0) return text.erase(starts[first], words.size());
  const std::size_t place = starts[below(starts.size())];
  for (std::size_t i = below(4) != 0 ? 1 : 2 + below(20); i > 0; --i) text.insert(place, words);
  return text;
}

}  // namespace

// Half of the changes are by the byte and with the dictionary, half by the word.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string text = move_words({reinterpret_cast<const char*>(data), size}, seed / 2);
  return text.copy(reinterpret_cast<char*>(data), max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // The input's hash says whether it is read in pieces, and how large they are, so that the seeds
  // are plain programs. As reading in pieces takes much longer, it is for one in four.
  const std::size_t hash = std::hash<std::string>{}(text);
  const std::size_t piece = hash % 4 == 0 ? hash / 4 % 64 : 0;
  memory::Source source(text, piece > 0 ? piece : SIZE_MAX);
  memory::Roll roll(&source);
  memory::Findings findings;
  const Status status = compile(source, size, roll, findings);
  findings.sort();
  check_findings(findings, text, source);
  require((status == Status::ok) == (findings.errors() == 0), "status and errors disagree");
  if (piece > 0) check_pieces(text, status, roll, findings);
  if (status != Status::ok) return 0;

  std::string slices;
  for (const auto& definition : roll.definitions()) slices += definition.source;
  require(slices == text, "the slices are not the file");
  check_code(roll);
  check_index(roll);
  check_copies(text, roll);
  return 0;
}
