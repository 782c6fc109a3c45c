// The compiler's speed, and that its state does not grow with the file: its size, and the stack
// that one compilation touches (seen on a painted stack).

#include <benchmark/benchmark.h>
#include <pthread.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lang/compile/compiler.hpp"
#include "ports/memory/compile.hpp"

namespace {

using namespace pianola;

/// About `size` bytes of macros as people write them, 1,000 bytes each, every one called by a key
/// name of its own (macros have names, so that there may be any number).
std::string program(std::size_t size) {
  std::string out = "set layout = uk\n";
  for (unsigned n = 0; out.size() < size; ++n) {
    out += "\nmacro m" + std::to_string(n) + "(who) {   # number " + std::to_string(n) + "\n";
    for (unsigned line = 0; line < 12; ++line) {
      out += "  \"Dear ${who}, the quick brown fox jumps over the lazy dog.\" ENTER ctrl+c\n";
    }
    out += "  repeat 3 { TAB wait 50ms }\n";
    if (n > 0) out += "  call m" + std::to_string(n - 1) + "(\"Bob\")\n";
    out += "}\n";
  }
  return out;
}

/// Takes the code and counts it.
class CountingWriter final : public lang::RollWriter {
 public:
  CountingWriter() : lang::RollWriter(true) {}
  Status begin_definition() override { return Status::ok; }
  Status append_code(std::span<const std::uint8_t> code) override {
    bytes += code.size();
    return Status::ok;
  }
  Status end_definition(std::uint32_t, std::uint32_t) override { return Status::ok; }
  Status append_index(const lang::IndexEntry&) override {
    ++entries;
    return Status::ok;
  }
  Status commit() override { return Status::ok; }
  void abandon() override {}

  std::size_t bytes = 0;
  std::size_t entries = 0;
};

struct Job {
  const std::string* text;
  std::size_t code = 0;
  bool good = false;
};

void* compile_once(void* argument) {
  auto* job = static_cast<Job*>(argument);
  memory::Source source(*job->text);
  memory::Scratch scratch;
  memory::Findings findings;
  CountingWriter writer;
  lang::Compiler compiler(source, writer, scratch, findings);
  job->good = compiler.run() == Status::ok;
  job->code = writer.bytes;
  return nullptr;
}

/// Bytes of stack that a compilation of `text` touches.
std::size_t stack_used(const std::string& text) {
  constexpr std::size_t kSize = 256 * 1024;
  constexpr unsigned char kPaint = 0xA5;
  std::vector<unsigned char> memory(kSize + 4096, kPaint);
  auto* base = memory.data() + (4096 - reinterpret_cast<std::uintptr_t>(memory.data()) % 4096);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, base, kSize);
  Job job{&text};
  pthread_t thread;
  if (pthread_create(&thread, &attributes, compile_once, &job) != 0) return 0;
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  const auto* touched =
      std::find_if(base, base + kSize, [](unsigned char b) { return b != kPaint; });
  return static_cast<std::size_t>(base + kSize - touched);
}

void compile(benchmark::State& state) {
  const std::string text = program(static_cast<std::size_t>(state.range(0)));
  Job job{&text};
  for (auto _ : state) compile_once(&job);
  if (!job.good) state.SkipWithError("the program does not compile");
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
  state.counters["state"] = sizeof(lang::Compiler);
  state.counters["stack"] = static_cast<double>(stack_used(text));
  state.counters["code/source"] = static_cast<double>(job.code) / static_cast<double>(text.size());
}
BENCHMARK(compile)->Arg(1 << 10)->Arg(1 << 20)->Unit(benchmark::kMillisecond);

}  // namespace
