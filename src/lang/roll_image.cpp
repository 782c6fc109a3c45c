#include "lang/roll_image.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "lang/roll_measure.hpp"

namespace pianola::lang {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// "PNLA", read as a little-endian number.
constexpr std::uint32_t kMagic = 0x414C4E50U;
/// The flag for source.
constexpr std::uint16_t kHasSource = 1;

// Sizes in bytes; docs/roll-format.md shows the fields.
constexpr std::uint32_t kHeader = 28;
constexpr std::uint32_t kRow = 8;
constexpr std::uint32_t kEntry = 32;
constexpr std::uint32_t kChecksum = 4;

/// What the header says.
struct Header {
  bool has_source = false;
  std::uint32_t size = 0;  ///< Of the whole image.
  std::uint32_t definitions = 0;
  std::uint32_t entries = 0;
  std::uint32_t code = 0;
  std::uint32_t source = 0;

  /// The size that the counts make up; 64 bits, since a hostile header may claim anything.
  [[nodiscard]] std::uint64_t expected_size() const {
    return std::uint64_t{kHeader} + std::uint64_t{definitions} * kRow +
           std::uint64_t{entries} * kEntry + code + source + kChecksum;
  }
};

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
  const std::uint32_t epoch = out.epoch_ + 1;
  out = {};
  const ImageError error = out.set(bytes);
  if (error != ImageError::none) out = {};
  out.epoch_ = epoch;
  return error;
}

ImageError RollImage::set(Bytes bytes) {
  if (bytes.size() < kHeader + kChecksum) return ImageError::too_short;
  if (get32(&bytes[0]) != kMagic) return ImageError::bad_magic;
  const std::uint32_t flags = get16(&bytes[6]);
  if (get16(&bytes[4]) != kImageVersion || (flags & ~std::uint32_t{kHasSource}) != 0) {
    return ImageError::version;
  }
  const Header header{(flags & kHasSource) != 0, get32(&bytes[8]),  get32(&bytes[12]),
                      get32(&bytes[16]),         get32(&bytes[20]), get32(&bytes[24])};
  if (header.size > bytes.size()) return ImageError::truncated;
  if (header.size < kHeader + kChecksum) return ImageError::content;
  Crc32 crc;
  crc.add(bytes.first(header.size - kChecksum));
  if (crc.value() != get32(&bytes[header.size - kChecksum])) return ImageError::checksum;
  if (header.expected_size() != header.size) return ImageError::content;

  definitions_ = header.definitions;
  entries_ = header.entries;
  image_size_ = header.size;
  has_source_ = header.has_source;
  bytes = bytes.subspan(kHeader);
  const auto take = [&](std::size_t size) {
    const Bytes part = bytes.first(size);
    bytes = bytes.subspan(size);
    return part;
  };
  table_ = take(std::size_t{definitions_} * kRow);
  index_ = take(std::size_t{entries_} * kEntry);
  code_ = take(header.code);
  source_ = take(header.source);
  return consistent() ? ImageError::none : ImageError::content;
}

/// Whether the table and the index keep the promises that a reader relies on.
bool RollImage::consistent() {
  std::uint32_t code = 0;
  std::uint32_t source = 0;
  for (std::size_t at = 0; at < table_.size(); at += kRow) {
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
    if (get16(&index_[std::size_t{position} * kEntry + 30]) != 0) return false;
    last = entry.key;
  }
  return true;
}

/// The part of code (`column` 0) or source (`column` 1) that definition `record` has from `offset`
/// on.
Bytes RollImage::slice(std::uint32_t record, std::uint32_t offset, unsigned column) const {
  if (record >= definitions_) return {};
  const std::size_t at = std::size_t{record} * kRow + column * 4U;
  const std::uint32_t begin = record == 0 ? 0 : get32(&table_[at - kRow]);
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
  return position == 0 ? 0 : get32(&table_[std::size_t{position} * kRow - 4]);
}

bool RollImage::index_entry(std::uint32_t position, IndexEntry& out) {
  if (position >= entries_) return false;
  const Bytes entry = index_.subspan(std::size_t{position} * kEntry, kEntry);
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

namespace {

class ImageWriter {
 public:
  ImageWriter(Roll& roll, ImageContent content, ImageSink& sink)
      : roll_(roll), sink_(sink), has_source_(content == ImageContent::with_source) {}

  Status run() {
    if (!measure()) return Status::full;
    write_header();
    write_table();
    write_index();
    write_all_code();
    if (has_source_) write_all_source();
    if (status_ == Status::ok && crc_bytes_ + kChecksum != header_.size) status_ = Status::io_error;
    number(crc_.value());
    return status_;
  }

 private:
  /// Fills in the header. False if the image would be too large.
  bool measure() {
    std::uint64_t code = 0;
    std::uint64_t source = 0;
    for (std::uint32_t position = 0; position < roll_.size(); ++position) {
      const DefinitionSize size = measure_definition(roll_, roll_.record_at(position));
      code += size.code;
      source += has_source_ ? size.source : 0;
      if (has_source_ || size.code > 0) header_.definitions = position + 1;
      if (code + source > std::numeric_limits<std::uint32_t>::max()) return false;
    }
    header_.has_source = has_source_;
    header_.entries = roll_.index_size();
    header_.code = static_cast<std::uint32_t>(code);
    header_.source = static_cast<std::uint32_t>(source);
    const std::uint64_t size = header_.expected_size();
    header_.size = static_cast<std::uint32_t>(size);
    return size <= std::numeric_limits<std::uint32_t>::max();
  }

  void write_header() {
    number(kMagic);
    number(kImageVersion | std::uint32_t{has_source_ ? kHasSource : std::uint16_t{0}} << 16);
    number(header_.size);
    number(header_.definitions);
    number(header_.entries);
    number(header_.code);
    number(header_.source);
  }

  void write_table() {
    std::uint32_t code = 0;
    std::uint32_t source = 0;
    for (std::uint32_t position = 0; position < header_.definitions; ++position) {
      const DefinitionSize size = measure_definition(roll_, roll_.record_at(position));
      code += size.code;
      source += has_source_ ? size.source : 0;
      number(code);
      number(source);
    }
  }

  void write_index() {
    for (std::uint32_t position = 0; position < header_.entries; ++position) {
      IndexEntry entry;
      if (!roll_.index_entry(position, entry)) status_ = Status::io_error;
      number(entry.key.scope);
      number(entry.key.high);
      number(entry.key.low);
      number(position_of(roll_, entry.record));
      number(entry.code);
      number(entry.body);
      number(entry.labels);
      number(entry.frame | (std::uint32_t{entry.params} << 8));
    }
  }

  void write_all_code() {
    std::array<std::uint8_t, 64> piece{};
    for (std::uint32_t position = 0; position < header_.definitions; ++position) {
      const std::uint32_t record = roll_.record_at(position);
      for (std::uint32_t at = 0;;) {
        const std::size_t count = roll_.read_code(record, at, piece);
        if (count == 0 || status_ != Status::ok) break;
        put(std::span{piece}.first(count));
        at += static_cast<std::uint32_t>(count);
      }
    }
  }

  void write_all_source() {
    std::array<char, 64> text{};
    std::array<std::uint8_t, 64> piece{};
    for (std::uint32_t position = 0; position < header_.definitions; ++position) {
      const std::uint32_t record = roll_.record_at(position);
      for (std::uint32_t at = 0;;) {
        const std::size_t count = roll_.read_source(record, at, text);
        if (count == 0 || status_ != Status::ok) break;
        std::ranges::transform(text, piece.begin(),
                               [](char c) { return static_cast<std::uint8_t>(c); });
        put(std::span{piece}.first(count));
        at += static_cast<std::uint32_t>(count);
      }
    }
  }

  void number(std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    put32(bytes.data(), value);
    put(bytes);
  }

  void put(Bytes bytes) {
    if (status_ != Status::ok) return;
    crc_.add(bytes);
    crc_bytes_ += bytes.size();
    status_ = sink_.write(bytes);
  }

  Roll& roll_;
  ImageSink& sink_;
  bool has_source_;
  Header header_;
  Crc32 crc_;
  std::uint64_t crc_bytes_ = 0;
  Status status_ = Status::ok;
};

}  // namespace

Status write_image(Roll& roll, ImageContent content, ImageSink& sink) {
  return ImageWriter{roll, content, sink}.run();
}

}  // namespace pianola::lang
