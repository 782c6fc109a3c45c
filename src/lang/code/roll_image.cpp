#include "lang/code/roll_image.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "lang/code/image_format.hpp"

namespace pianola::lang {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <typename Out>
std::size_t copy(Bytes from, std::span<Out> out) {
  const std::size_t count = std::min(from.size(), out.size());
  std::copy_n(from.begin(), count, out.begin());
  return count;
}

}  // namespace

const char* image_error_text(ImageError error) {
  switch (error) {
    case ImageError::none:
      return "no error";
    case ImageError::too_short:
      return "too short to be a roll";
    case ImageError::bad_magic:
      return "not a roll";
    case ImageError::version:
      return "a roll of another version";
    case ImageError::truncated:
      return "the end of the roll is missing";
    case ImageError::checksum:
      return "the roll is damaged: its checksum is wrong";
    case ImageError::content:
      return "the roll contradicts itself";
  }
  return "unknown error";
}

ImageError RollImage::open(std::span<const std::uint8_t> bytes, RollImage& out) {
  out = {};
  const ImageError error = out.set(bytes);
  if (error != ImageError::none) out = {};
  return error;
}

ImageError RollImage::set(Bytes bytes) {
  if (bytes.size() < kImageHeader + kImageChecksum) return ImageError::too_short;
  if (get32(&bytes[0]) != kImageMagic) return ImageError::bad_magic;
  const std::uint32_t flags = get16(&bytes[6]);
  if (get16(&bytes[4]) != kImageVersion || (flags & ~std::uint32_t{kImageHasSource}) != 0) {
    return ImageError::version;
  }
  const ImageHeader header{(flags & kImageHasSource) != 0,
                           get32(&bytes[8]),
                           get32(&bytes[12]),
                           get32(&bytes[16]),
                           get32(&bytes[20]),
                           get32(&bytes[24])};
  if (header.size > bytes.size()) return ImageError::truncated;
  if (header.size < kImageHeader + kImageChecksum) return ImageError::content;
  Crc32 crc;
  crc.add(bytes.first(header.size - kImageChecksum));
  if (crc.value() != get32(&bytes[header.size - kImageChecksum])) return ImageError::checksum;
  if (header.expected_size() != header.size) return ImageError::content;

  definitions_ = header.definitions;
  entries_ = header.entries;
  image_size_ = header.size;
  has_source_ = header.has_source;
  bytes = bytes.subspan(kImageHeader);
  const auto take = [&](std::size_t size) {
    const Bytes part = bytes.first(size);
    bytes = bytes.subspan(size);
    return part;
  };
  table_ = take(std::size_t{definitions_} * kImageRow);
  index_ = take(std::size_t{entries_} * kImageEntry);
  code_ = take(header.code);
  source_ = take(header.source);
  return consistent() ? ImageError::none : ImageError::content;
}

/// Whether the table and the index keep the promises that a reader relies on.
bool RollImage::consistent() {
  std::uint32_t code = 0;
  std::uint32_t source = 0;
  for (std::size_t at = 0; at < table_.size(); at += kImageRow) {
    const std::uint32_t code_end = get32(&table_[at]);
    const std::uint32_t source_end = get32(&table_[at + 4]);
    if (code_end < code || source_end < source) return false;
    code = code_end;
    source = source_end;
  }
  if (code != code_.size() || source != source_.size()) return false;
  if (!has_source_ && source != 0) return false;
  IndexKey last;
  for (std::uint32_t position = 0; position < entries_; ++position) {
    IndexEntry entry;
    index_entry(position, entry);
    if (entry.record >= definitions_ || (position > 0 && entry.key < last)) return false;
    if (get16(&index_[std::size_t{position} * kImageEntry + 30]) != 0) return false;
    last = entry.key;
  }
  return true;
}

/// The part of code (`column` 0) or source (`column` 1) that definition `record` has from `offset`
/// on.
Bytes RollImage::slice(std::uint32_t record, std::uint32_t offset, unsigned column) const {
  if (record >= definitions_) return {};
  const std::size_t at = std::size_t{record} * kImageRow + column * 4U;
  const std::uint32_t begin = record == 0 ? 0 : get32(&table_[at - kImageRow]);
  const std::uint32_t size = get32(&table_[at]) - begin;
  if (offset >= size) return {};
  return (column == 0 ? code_ : source_).subspan(begin + std::size_t{offset}, size - offset);
}

std::size_t RollImage::read_code(std::uint32_t record, std::uint32_t offset,
                                 std::span<std::uint8_t> out) {
  return copy(slice(record, offset, 0), out);
}

std::size_t RollImage::read_source(std::uint32_t record, std::uint32_t offset,
                                   std::span<char> out) {
  return copy(slice(record, offset, 1), out);
}

std::size_t RollImage::read_text(std::uint32_t offset, std::span<char> out) const {
  return copy(source_.subspan(std::min<std::size_t>(offset, source_.size())), out);
}

std::uint32_t RollImage::begin_of(std::uint32_t position) const {
  if (position >= definitions_) return text_size();
  return position == 0 ? 0 : get32(&table_[std::size_t{position} * kImageRow - 4]);
}

bool RollImage::index_entry(std::uint32_t position, IndexEntry& out) {
  if (position >= entries_) return false;
  const Bytes entry = index_.subspan(std::size_t{position} * kImageEntry, kImageEntry);
  out.key = {get32(&entry[0]), get32(&entry[4]), get32(&entry[8])};
  out.record = get32(&entry[12]);
  out.code = get32(&entry[16]);
  out.body = get32(&entry[20]);
  out.labels = get32(&entry[24]);
  out.frame = entry[28];
  out.params = entry[29];
  return true;
}

// ---- Writing ------------------------------------------------------------------------------------

}  // namespace pianola::lang
