#include "cli/region.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/print.hpp"

namespace pianola::cli {

using flash::FlashStatus;

// ---- Flash of other kinds -----------------------------------------------------------------------

FlashStatus ShadowFlash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (sectors_.empty()) return base_.read(address, out);
  const std::uint32_t size = base_.geometry().sector_size;
  while (!out.empty()) {
    const std::uint32_t begin = address % size;
    const std::size_t count = std::min<std::size_t>(out.size(), size - begin);
    const auto found = sectors_.find(address - begin);
    if (found == sectors_.end()) {
      const FlashStatus status = base_.read(address, out.first(count));
      if (status != FlashStatus::ok) return status;
    } else {
      std::copy_n(found->second.begin() + begin, count, out.begin());
    }
    address += static_cast<std::uint32_t>(count);
    out = out.subspan(count);
  }
  return FlashStatus::ok;
}

/// The sector that begins at `address`, in memory. Nothing if it cannot be read.
std::vector<std::uint8_t>* ShadowFlash::sector(std::uint32_t address) {
  const auto [place, made] = sectors_.try_emplace(address);
  if (!made) return &place->second;
  place->second.resize(base_.geometry().sector_size);
  if (base_.read(address, place->second) == FlashStatus::ok) return &place->second;
  sectors_.erase(place);
  return nullptr;
}

FlashStatus ShadowFlash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::uint32_t begin = address % base_.geometry().sector_size;
  if (address >= base_.geometry().size() ||
      data.size() > base_.geometry().sector_size - std::size_t{begin}) {
    return FlashStatus::bad_argument;
  }
  std::vector<std::uint8_t>* const bytes = sector(address - begin);
  if (bytes == nullptr) return FlashStatus::failed;
  for (std::size_t i = 0; i < data.size(); ++i) (*bytes)[begin + i] &= data[i];
  return FlashStatus::ok;
}

FlashStatus ShadowFlash::erase(std::uint32_t address) {
  const flash::Geometry geometry = base_.geometry();
  if (address >= geometry.size() || address % geometry.sector_size != 0) {
    return FlashStatus::bad_argument;
  }
  sectors_[address].assign(geometry.sector_size, 0xFF);
  return FlashStatus::ok;
}

FlashStatus BlankFlash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (address > geometry_.size() || out.size() > geometry_.size() - address) {
    return FlashStatus::bad_argument;
  }
  std::ranges::fill(out, std::uint8_t{0xFF});
  return FlashStatus::ok;
}

// ---- Regions ------------------------------------------------------------------------------------

namespace {

file::FileFlash open_file(const std::string& path, Region::Use use) {
  const bool changes = use == Region::Use::change;
  std::string error;
  auto file = file::FileFlash::open(
      path, changes ? file::FileFlash::Access::read_write : file::FileFlash::Access::read_only,
      error);
  if (!file) throw CommandError(error);
  return std::move(*file);
}

}  // namespace

std::string mount_problem(const std::string& path, store::Mount status) {
  switch (status) {
    case store::Mount::unformatted:
      return fmt::format(
          "it holds no macros yet; to make it ready: pianola flash init --force --flash {}", path);
    case store::Mount::version:
      return "another version of Pianola wrote it, whose format this one does not know";
    case store::Mount::geometry:
      return "what is in it was written to flash of another size";
    case store::Mount::no_sector:
      return "the last change was cut off, and no sector can be written to settle it in";
    case store::Mount::ok:
    case store::Mount::failed:
      break;
  }
  return "it cannot be read";
}

void note_readers(const std::string& path, const file::FileFlash& file, Console& console) {
  if (!file.others_can_read()) return;
  say(console, fmt::format("other users can read {0} and the macros in it; if they are not to: "
                           "chmod 600 {0}",
                           path));
}

Region::Region(const std::string& path, Use use)
    : path_(path),
      file_(open_file(path, use)),
      shadow_(file_),
      counting_(base(use)),
      store_(counting_),
      roll_(*store_) {
  if (const store::Mount status = store_->mount(); status != store::Mount::ok) {
    throw CommandError(fmt::format("cannot use {}: {}", path, mount_problem(path, status)));
  }
  programmed_ = counting_.programmed();
  erased_ = counting_.erased();
}

flash::NorFlash& Region::base(Use use) {
  if (use == Use::change) return file_;
  return shadow_;
}

std::string Region::text(bool& whole) {
  std::string text(std::min(roll_.text_size(), store_->log().geometry().size()), '\0');
  whole = !store_->saved() || store_->roll().read_text(0, text) == roll_.text_size();
  roll_.read_text(0, text);
  return text;
}

void Region::sync() {
  if (file_.sync() != FlashStatus::ok)
    throw CommandError(fmt::format("cannot write {}: {}", path_, failure()));
}

}  // namespace pianola::cli
