#include "lang/text/image_writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/image_format.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/text/roll_measure.hpp"

namespace pianola::lang {
namespace {

using Bytes = std::span<const std::uint8_t>;

class ImageWriter {
 public:
  ImageWriter(Roll& roll, ImageContent content, ImageSink& sink)
      : roll_(roll), sink_(sink), has_source_(content == ImageContent::with_source) {}

  Status run() {
    if (!measure()) return Status::full;
    if (!has_source_ && needs_source()) return Status::errors;
    write_header();
    write_table();
    write_index();
    write_all_code();
    if (has_source_) write_all_source();
    if (status_ == Status::ok && crc_bytes_ + kImageChecksum != header_.size)
      status_ = Status::io_error;
    number(crc_.value());
    return status_;
  }

 private:
  /// Whether texts stand in the source alone.
  bool needs_source() {
    std::array<std::uint8_t, 64> window{};
    CodeReader reader{roll_, window};
    for (std::uint32_t position = 0; position < roll_.size(); ++position) {
      Instruction in;
      reader.seek(roll_.record_at(position), 0);
      while (read_instruction(reader, in)) {
        if (in.in_source) return true;
      }
    }
    return false;
  }

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
    number(kImageMagic);
    number(kImageVersion | std::uint32_t{has_source_ ? kImageHasSource : std::uint16_t{0}} << 16);
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
  ImageHeader header_;
  Crc32 crc_;
  std::uint64_t crc_bytes_ = 0;
  Status status_ = Status::ok;
};

}  // namespace

Status write_image(Roll& roll, ImageContent content, ImageSink& sink) {
  return ImageWriter{roll, content, sink}.run();
}

}  // namespace pianola::lang
