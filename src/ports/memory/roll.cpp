#include "ports/memory/roll.hpp"

#include <algorithm>
#include <utility>

namespace pianola::memory {
namespace {

template <typename Bytes, typename Out>
std::size_t copy_from(const Bytes& bytes, std::uint32_t offset, std::span<Out> out) {
  if (offset >= bytes.size()) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
  std::copy_n(bytes.begin() + offset, count, out.begin());
  return count;
}

}  // namespace

std::uint32_t Roll::size() const { return static_cast<std::uint32_t>(live_.definitions.size()); }

std::size_t Roll::read_code(std::uint32_t record, std::uint32_t offset,
                            std::span<std::uint8_t> out) {
  if (record >= live_.definitions.size()) return 0;
  return copy_from(live_.definitions[record].code, offset, out);
}

std::size_t Roll::read_source(std::uint32_t record, std::uint32_t offset, std::span<char> out) {
  if (record >= live_.definitions.size()) return 0;
  return copy_from(live_.definitions[record].source, offset, out);
}

std::uint32_t Roll::index_size() const { return static_cast<std::uint32_t>(live_.index.size()); }

bool Roll::index_entry(std::uint32_t position, lang::IndexEntry& out) {
  if (position >= live_.index.size()) return false;
  out = live_.index[position];
  return true;
}

std::uint32_t Roll::lower_bound(const lang::IndexKey& key) {
  const auto found = std::ranges::lower_bound(live_.index, key, {}, &lang::IndexEntry::key);
  return static_cast<std::uint32_t>(found - live_.index.begin());
}

Status Roll::begin_definition() {
  next_.definitions.emplace_back();
  return Status::ok;
}

Status Roll::append_code(std::span<const std::uint8_t> code) {
  auto& out = next_.definitions.back().code;
  out.insert(out.end(), code.begin(), code.end());
  return Status::ok;
}

Status Roll::end_definition(std::uint32_t source_begin, std::uint32_t source_end) {
  if (source_ == nullptr) return Status::ok;
  std::string& slice = next_.definitions.back().source;
  slice.resize(source_end - source_begin);
  for (std::size_t done = 0; done < slice.size();) {
    const auto at = static_cast<std::uint32_t>(source_begin + done);
    const std::size_t count = source_->read(at, std::span{slice}.subspan(done));
    if (count == 0) return Status::io_error;
    done += count;
  }
  return Status::ok;
}

Status Roll::append_index(const lang::IndexEntry& entry) {
  next_.index.push_back(entry);
  return Status::ok;
}

Status Roll::commit() {
  std::ranges::stable_sort(next_.index, {}, &lang::IndexEntry::key);
  live_ = std::exchange(next_, {});
  return Status::ok;
}

void Roll::abandon() { next_ = {}; }

}  // namespace pianola::memory
