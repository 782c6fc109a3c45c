// When the roll or the scratch cannot be written or read.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using test::repeated;
using Words = std::vector<std::string>;

/// Counts the calls of all that it is given to; from `at` on each fails with `status`.
struct Fault {
  std::uint64_t at = UINT64_MAX;
  Status status = Status::full;
  std::uint64_t calls = 0;

  [[nodiscard]] bool strikes() { return calls++ >= at; }
};

class FaultyWriter final : public RollWriter {
 public:
  explicit FaultyWriter(Fault& fault) : fault_(fault) {}

  Status begin_definition() override { return call(Status::ok); }
  Status append_code(std::span<const std::uint8_t> /*code*/) override { return call(Status::ok); }
  Status end_definition(std::uint32_t /*begin*/, std::uint32_t /*end*/) override {
    return call(Status::ok);
  }
  Status append_index(const IndexEntry& /*entry*/) override { return call(Status::ok); }
  Status commit() override {
    const Status status = call(Status::ok);
    committed += status == Status::ok ? 1 : 0;
    return status;
  }
  void abandon() override {
    ++abandoned;
    open_ = false;
  }

  int committed = 0;
  int abandoned = 0;

 private:
  Status call(Status good) {
    EXPECT_TRUE(open_) << "called after abandon()";
    EXPECT_FALSE(failed_) << "called after a failure";
    failed_ = fault_.strikes();
    return failed_ ? fault_.status : good;
  }

  Fault& fault_;
  bool open_ = true;
  bool failed_ = false;
};

class FaultyScratch final : public Scratch {
 public:
  explicit FaultyScratch(Fault& fault) : fault_(fault) {}

  Status append(const ScratchRecord& record) override {
    return fault_.strikes() ? fault_.status : inner_.append(record);
  }
  Status append_item(std::uint32_t place) override {
    return fault_.strikes() ? fault_.status : inner_.append_item(place);
  }
  bool read(std::uint32_t place, ScratchRecord& out) override {
    return !fault_.strikes() && inner_.read(place, out);
  }
  bool read_item(std::uint32_t index, std::uint32_t& place) override {
    return !fault_.strikes() && inner_.read_item(index, place);
  }
  void release_items(std::uint32_t count) override { inner_.release_items(count); }
  void clear() override {
    ++cleared;
    inner_.clear();
  }

  int cleared = 0;

 private:
  Fault& fault_;
  memory::Scratch inner_;
};

std::string program() {
  std::string text = "set tap = 5ms\nvar x = 3\nmacro f(a) { \"${a}\" repeat 3 { \"y\" } }\n";
  for (int i = 0; i < 20; ++i) {
    text += "layer l" + std::to_string(i) + " { a { call f(\"z\") } b = c }\n";
  }
  return text + "F1 { call f(x) }\n# the end\n";
}

struct Result {
  Status status;
  int committed;
  int abandoned;
  int cleared;
  Words messages;
};

/// Compiles with the faults of the writer, of the scratch or both.
Result compile(const std::string& text, Fault& writer_fault, Fault& scratch_fault) {
  memory::Source source(text);
  FaultyWriter writer(writer_fault);
  FaultyScratch scratch(scratch_fault);
  memory::Findings findings;
  Compiler compiler(source, writer, scratch, findings);
  compiler.allow(test::kFragment);
  Result result{compiler.run(), 0, 0, 0, {}};
  EXPECT_EQ(compiler.step(), result.status) << "a step after the end changes nothing";
  result.committed = writer.committed;
  result.abandoned = writer.abandoned;
  result.cleared = scratch.cleared;
  for (const auto& finding : findings.all()) {
    memory::StringSink message;
    write_diagnostic(finding.view(), "m", source, message);
    result.messages.push_back(message.text());
  }
  return result;
}

TEST(Failures, NoneIsCommitted) {
  Fault none;
  const Result result = compile(program(), none, none);
  EXPECT_EQ(result.status, Status::ok);
  EXPECT_EQ(result.committed, 1);
  EXPECT_EQ(result.abandoned, 0);
  EXPECT_EQ(result.cleared, 2) << "before and after";
  EXPECT_EQ(result.messages, Words{});
}

TEST(Failures, OfTheWriterAtEachCall) {
  Fault count;
  Fault none;
  compile(program(), count, none);
  ASSERT_GT(count.calls, 200U);
  for (std::uint64_t at = 0; at < count.calls; ++at) {
    for (const Status status : {Status::full, Status::io_error}) {
      Fault fault{at, status};
      Fault healthy;
      const Result result = compile(program(), fault, healthy);
      EXPECT_EQ(result.status, status) << at;
      EXPECT_EQ(result.committed, 0);
      EXPECT_EQ(result.abandoned, 1);
      EXPECT_EQ(result.cleared, 2);
      EXPECT_EQ(result.messages,
                (Words{status == Status::full
                           ? "m: error: no room for what this file needs\n"
                           : "m: error: the source cannot be read or the result cannot be "
                             "written\n"}));
    }
  }
}

TEST(Failures, OfTheScratchAtEachCall) {
  Fault count;
  Fault none;
  compile(program(), none, count);
  ASSERT_GT(count.calls, 200U);
  for (std::uint64_t at = 0; at < count.calls; ++at) {
    Fault healthy;
    Fault fault{at, Status::full};
    const Result result = compile(program(), healthy, fault);
    EXPECT_TRUE(result.status == Status::full || result.status == Status::io_error) << at;
    EXPECT_EQ(result.committed, 0);
    EXPECT_EQ(result.abandoned, 1);
    EXPECT_EQ(result.messages.size(), 1U);
  }
}

TEST(Failures, ErrorsOfTheFileAreToldAsWell) {
  Fault none;
  Fault fault{3, Status::full};
  const Result result = compile("F1 { ENTR }\n" + program() + "F2 { ENTR }", none, fault);
  EXPECT_EQ(result.status, Status::full);
  EXPECT_EQ(result.abandoned, 1);
  ASSERT_EQ(result.messages.size(), 2U);
  EXPECT_TRUE(result.messages[0].starts_with("m:1:6: error: unknown key 'ENTR'"));
  EXPECT_TRUE(result.messages[1].starts_with("m: error: no room"));
}

TEST(Failures, AFileWithErrorsWritesNoMore) {
  Fault writer;
  Fault scratch;
  const Result result = compile("F1 { ENTR }\n" + program(), writer, scratch);
  EXPECT_EQ(result.status, Status::errors);
  EXPECT_EQ(result.committed, 0);
  EXPECT_EQ(result.abandoned, 1);
  EXPECT_EQ(writer.calls, 2U) << "begin_definition() and BIND, before the error was found";
}

/// Steps are bounded by the size of the file, whatever is in it.
TEST(Failures, StepsAreBounded) {
  for (const std::string& text :
       {repeated("F1 { ", 5000), repeated("ENTR ", 5000), repeated("\"\"\"", 5000),
        repeated("}", 5000), repeated("{", 5000), repeated("(", 5000), repeated("a = ", 5000),
        repeated("\xFF", 5000), repeated("'", 5000), repeated("layer l {\n", 5000),
        "F1 { \"" + repeated("${", 5000), "F1 { call f(" + repeated("1,", 5000),
        repeated("define F1\n", 5000), "x " + repeated("{\n", 5000), repeated("[private]", 5000)}) {
    memory::Source source(text);
    memory::Roll roll(&source);
    memory::Scratch scratch;
    memory::Findings findings;
    Compiler compiler(source, roll, scratch, findings);
    std::size_t steps = 0;
    while (compiler.step() == Status::more && steps <= text.size()) ++steps;
    EXPECT_LT(steps, text.size()) << text.substr(0, 20);
    EXPECT_LE(findings.errors(), 101U);
    EXPECT_GT(findings.errors(), 0U);
  }
}

}  // namespace
}  // namespace pianola::lang
