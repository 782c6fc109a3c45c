#include "ports/memory/compile.hpp"

#include <algorithm>
#include <tuple>

#include "lang/compile/compiler.hpp"

namespace pianola::memory {

std::size_t Source::read(std::uint32_t offset, std::span<char> out) {
  if (offset >= text_.size()) return 0;
  const std::size_t count = std::min({out.size(), text_.size() - offset, piece_});
  std::copy_n(text_.data() + offset, count, out.data());
  return count;
}

Status Scratch::append(const lang::ScratchRecord& record) {
  records_.push_back(record);
  return Status::ok;
}

Status Scratch::append_item(std::uint32_t place) {
  items_.push_back(place);
  return Status::ok;
}

bool Scratch::read(std::uint32_t place, lang::ScratchRecord& out) {
  if (place >= records_.size()) return false;
  out = records_[place];
  out.next = place + 1;
  return true;
}

bool Scratch::read_item(std::uint32_t index, std::uint32_t& place) {
  if (index >= items_.size()) return false;
  place = items_[index];
  return true;
}

void Scratch::release_items(std::uint32_t /*count*/) {}

std::span<std::uint8_t> Scratch::marks(std::uint32_t bits) {
  marks_.assign((bits + 7) / 8, 0);
  return marks_;
}

void Scratch::clear() {
  records_.clear();
  items_.clear();
}

lang::Diagnostic Findings::Finding::view() const {
  lang::Diagnostic out = diagnostic;
  out.a = a;
  out.b = b;
  return out;
}

void Findings::report(const lang::Diagnostic& diagnostic) {
  all_.push_back({diagnostic, std::string(diagnostic.a), std::string(diagnostic.b)});
}

void Findings::sort() {
  std::ranges::stable_sort(all_, {}, [](const Finding& finding) {
    return std::tuple(finding.diagnostic.at.line, finding.diagnostic.at.column);
  });
}

std::size_t Findings::errors() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      all_, [](const Finding& finding) { return !finding.diagnostic.warning; }));
}

std::string Findings::text(std::string_view file, lang::Source& source) const {
  StringSink out;
  for (const Finding& finding : all_) {
    lang::write_diagnostic(finding.view(), file, source, out);
  }
  return out.text();
}

Status compile(std::string_view text, Roll& roll, Findings& findings, std::uint32_t allowed) {
  Source source(text);
  Scratch scratch;
  lang::Compiler compiler(source, roll, scratch, findings);
  compiler.allow(allowed);
  const Status status = compiler.run();
  findings.sort();
  return status;
}

}  // namespace pianola::memory
