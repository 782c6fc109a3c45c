#include "lang/code/roll_image.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/crc32.hpp"
#include "base/status.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/image_writer.hpp"
#include "lang/text/listing.hpp"
#include "ports/memory/compile.hpp"
#include "support/assembler.hpp"
#include "support/bytes_sink.hpp"

namespace pianola::lang {
namespace {

using memory::StringSink;
using test::Assembler;
using test::BytesSink;
using Bytes = std::vector<std::uint8_t>;

/// Two definitions, then a slice without code.
class RollImageTest : public ::testing::Test {
 protected:
  RollImageTest() {
    add({0, 0, 1, 2, 3, 4, 5}, 0, 5);
    add(Bytes(200, 0xAB), 5, 6);
    add({}, 6, 9);
    roll_.append_index(
        {name_key(IndexSpace::macro, 0x12345678), 1, 0x10203, 0x20304, 0x30405, 7, 8});
    roll_.append_index({trigger_key(0, TriggerKind::press, {}, 4), 0, 1, 2, 0, 0, 0});
    roll_.commit();
  }

  void add(const Bytes& code, std::uint32_t begin, std::uint32_t end) {
    roll_.begin_definition();
    roll_.append_code(code);
    roll_.end_definition(begin, end);
  }

  Bytes image(ImageContent content) {
    BytesSink sink;
    EXPECT_EQ(write_image(roll_, content, sink), Status::ok);
    return sink.bytes;
  }

  memory::Source source_{"aaaaabccc"};
  memory::Roll roll_{&source_};
};

Bytes all_code(Roll& roll, std::uint32_t record) {
  Bytes all;
  Bytes piece(3);
  while (const std::size_t count =
             roll.read_code(record, static_cast<std::uint32_t>(all.size()), piece)) {
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return all;
}

std::string all_source(Roll& roll, std::uint32_t record) {
  std::string text(100, ' ');
  text.resize(roll.read_source(record, 0, text));
  return text;
}

TEST_F(RollImageTest, HoldsTheWholeRoll) {
  const Bytes bytes = image(ImageContent::with_source);
  RollImage read;
  ASSERT_EQ(RollImage::open(bytes, read), ImageError::none);
  EXPECT_TRUE(read.has_source());
  EXPECT_EQ(read.image_size(), bytes.size());
  ASSERT_EQ(read.size(), 3U);
  for (std::uint32_t record = 0; record < 3; ++record) {
    EXPECT_EQ(all_code(read, record), roll_.definitions()[record].code);
    EXPECT_EQ(all_source(read, record), roll_.definitions()[record].source);
  }
  ASSERT_EQ(read.index_size(), 2U);
  for (std::uint32_t i = 0; i < 2; ++i) {
    IndexEntry entry;
    ASSERT_TRUE(read.index_entry(i, entry));
    const IndexEntry& expected = roll_.index()[i];
    EXPECT_EQ(entry.key, expected.key);
    EXPECT_EQ(entry.record, expected.record);
    EXPECT_EQ(entry.code, expected.code);
    EXPECT_EQ(entry.body, expected.body);
    EXPECT_EQ(entry.labels, expected.labels);
    EXPECT_EQ(entry.frame, expected.frame);
    EXPECT_EQ(entry.params, expected.params);
  }
}

TEST_F(RollImageTest, StrippedHasNoSourceAndNothingWithoutCode) {
  RollImage read;
  const Bytes bytes = image(ImageContent::stripped);
  ASSERT_EQ(RollImage::open(bytes, read), ImageError::none);
  EXPECT_FALSE(read.has_source());
  EXPECT_EQ(read.size(), 2U);
  EXPECT_EQ(all_source(read, 0), "");
  EXPECT_EQ(all_code(read, 1), Bytes(200, 0xAB));
}

// Its code points to where there is nothing then.
TEST(RollImage, ARollWithTextsInItsSourceCannotBeStripped) {
  const std::string text = "F1 { \"short\" }\nF2 { \"a text to type\" }\n";
  memory::Source source{text};
  for (const auto& [texts, status] : {std::pair{memory::Texts::in_source, Status::errors},
                                      {memory::Texts::in_code, Status::ok}}) {
    memory::Roll roll{&source, texts};
    memory::Findings findings;
    ASSERT_EQ(memory::compile(text, roll, findings), Status::ok);
    BytesSink image;
    EXPECT_EQ(write_image(roll, ImageContent::stripped, image), status);
    EXPECT_EQ(write_image(roll, ImageContent::with_source, image), Status::ok);
  }
}

TEST_F(RollImageTest, ReadsOutsideGiveNothing) {
  const Bytes bytes = image(ImageContent::with_source);
  RollImage read;
  ASSERT_EQ(RollImage::open(bytes, read), ImageError::none);
  Bytes out(4);
  std::vector<char> text(4);
  IndexEntry entry;
  EXPECT_EQ(read.read_code(3, 0, out), 0U);
  EXPECT_EQ(read.read_code(0, 7, out), 0U);
  EXPECT_EQ(read.read_code(0, 0xFFFFFFFF, out), 0U);
  EXPECT_EQ(read.read_code(0, 5, out), 2U);
  EXPECT_EQ(read.read_source(9, 0, text), 0U);
  EXPECT_FALSE(read.index_entry(2, entry));
}

TEST_F(RollImageTest, EqualRollsGiveEqualImages) {
  const Bytes bytes = image(ImageContent::with_source);
  EXPECT_EQ(bytes, image(ImageContent::with_source));
  RollImage read;
  ASSERT_EQ(RollImage::open(bytes, read), ImageError::none);
  BytesSink copy;
  EXPECT_EQ(write_image(read, ImageContent::with_source, copy), Status::ok);
  EXPECT_EQ(copy.bytes, bytes);
}

TEST_F(RollImageTest, MoreBytesAfterTheImageAreLeftAlone) {
  Bytes bytes = image(ImageContent::stripped);
  const std::size_t size = bytes.size();
  bytes.resize(size + 100, 0xFF);
  RollImage read;
  ASSERT_EQ(RollImage::open(bytes, read), ImageError::none);
  EXPECT_EQ(read.image_size(), size);
}

TEST_F(RollImageTest, EveryTruncationIsFound) {
  const Bytes bytes = image(ImageContent::with_source);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    RollImage read;
    const ImageError expected = size < 32 ? ImageError::too_short : ImageError::truncated;
    EXPECT_EQ(RollImage::open(std::span{bytes}.first(size), read), expected) << size;
    EXPECT_EQ(read.size(), 0U);
  }
}

TEST_F(RollImageTest, EverySingleByteOfDamageIsFound) {
  Bytes bytes = image(ImageContent::with_source);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
      RollImage read;
      EXPECT_NE(RollImage::open(bytes, read), ImageError::none) << at << " " << change;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
    }
  }
}

/// Puts the right checksum on an image that was tampered with.
void seal(Bytes& bytes) {
  Crc32 crc;
  crc.add(std::span{bytes}.first(bytes.size() - 4));
  for (unsigned i = 0; i < 4; ++i) {
    bytes[bytes.size() - 4 + i] = static_cast<std::uint8_t>(crc.value() >> (8 * i));
  }
}

// With a right checksum the content may be anything, but no read may leave the image; the
// sanitizers watch that. Readers of the code must survive it too.
TEST_F(RollImageTest, SealedDamageIsFoundOrHarmless) {
  memory::Roll roll{&source_};
  Assembler{}
      .op(Opcode::bind)
      .trigger(0x3A)
      .op(Opcode::text)
      .counted("abc")
      .op(Opcode::end)
      .number(0)
      .number(0)
      .into(roll);
  roll.append_index({trigger_key(0, TriggerKind::press, {}, 0x3A), 0, 0, 3, 0, 0, 0});
  roll.commit();
  BytesSink good;
  ASSERT_EQ(write_image(roll, ImageContent::with_source, good), Status::ok);
  for (std::size_t at = 0; at + 4 < good.bytes.size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      Bytes bytes = good.bytes;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
      seal(bytes);
      RollImage read;
      if (RollImage::open(bytes, read) != ImageError::none) continue;
      StringSink out;
      write_listing(read, out);
      decompile(read, out);
      BytesSink again;
      EXPECT_EQ(write_image(read, ImageContent::with_source, again), Status::ok);
    }
  }
}

TEST_F(RollImageTest, TellsWhatIsWrong) {
  const Bytes good = image(ImageContent::with_source);
  const auto error_of = [&](std::size_t at, std::uint8_t value, bool sealed) {
    Bytes bytes = good;
    bytes[at] = value;
    if (sealed) seal(bytes);
    RollImage read;
    return RollImage::open(bytes, read);
  };
  EXPECT_EQ(error_of(0, 'Q', true), ImageError::bad_magic);
  EXPECT_EQ(error_of(4, 9, true), ImageError::version);
  EXPECT_EQ(error_of(6, 3, true), ImageError::version);
  EXPECT_EQ(error_of(6, 0, true), ImageError::content);      // source, but said to be stripped
  EXPECT_EQ(error_of(8, 33, false), ImageError::checksum);   // a shorter size
  EXPECT_EQ(error_of(11, 1, false), ImageError::truncated);  // a longer one
  EXPECT_EQ(error_of(12, 4, true), ImageError::content);     // more definitions than there are
  EXPECT_EQ(error_of(15, 0xFF, true), ImageError::content);
  EXPECT_EQ(error_of(28, 0xFF, true), ImageError::content);  // code that ends before it begins
  EXPECT_EQ(error_of(28 + 3 * 8 + 12, 9, true), ImageError::content);    // no such definition
  EXPECT_EQ(error_of(28 + 3 * 8 + 7, 0xF0, true), ImageError::content);  // index out of order
  EXPECT_EQ(error_of(28 + 3 * 8 + 31, 1, true), ImageError::content);
  EXPECT_EQ(error_of(good.size() - 1, static_cast<std::uint8_t>(good.back() ^ 1), false),
            ImageError::checksum);
  EXPECT_STREQ(image_error_text(ImageError::bad_magic), "not a roll");
}

TEST_F(RollImageTest, PassesOnWhatTheSinkSays) {
  class Full final : public ImageSink {
   public:
    explicit Full(unsigned room) : room_(room) {}
    Status write(std::span<const std::uint8_t> bytes) override {
      if (bytes.size() > room_) return Status::full;
      room_ -= static_cast<unsigned>(bytes.size());
      return Status::ok;
    }

   private:
    unsigned room_;
  };
  const std::size_t size = image(ImageContent::with_source).size();
  for (unsigned room = 0; room <= size; ++room) {
    Full sink{room};
    EXPECT_EQ(write_image(roll_, ImageContent::with_source, sink),
              room < size ? Status::full : Status::ok);
  }
}

}  // namespace
}  // namespace pianola::lang
