#include "lang/code/code_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/memory/compile.hpp"
#include "ports/memory/roll.hpp"
#include "support/assembler.hpp"

namespace pianola::lang {
namespace {

using test::Assembler;

/// A roll of one definition with this code, and a reader with a window of `Window` bytes.
template <std::size_t Window = 4>
struct CodeIn {
  explicit CodeIn(const Assembler& code) {
    code.into(roll);
    roll.commit();
    reader.seek(0, 0);
  }
  memory::Roll roll;
  std::array<std::uint8_t, Window> window{};
  CodeReader reader{roll, window};
};

TEST(CodeReader, ReadsAcrossTheWindow) {
  Assembler code;
  for (unsigned i = 0; i < 20; ++i) code.u8(static_cast<std::uint8_t>(i));
  CodeIn<4> test(code);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT_FALSE(test.reader.at_end());
    EXPECT_EQ(test.reader.offset(), i);
    EXPECT_EQ(test.reader.byte(), i);
  }
  EXPECT_TRUE(test.reader.at_end());
  EXPECT_FALSE(test.reader.failed());
  EXPECT_EQ(test.reader.byte(), 0);
  EXPECT_TRUE(test.reader.failed());
  test.reader.seek(0, 3);
  EXPECT_FALSE(test.reader.failed());
  EXPECT_EQ(test.reader.byte(), 3);
  test.reader.skip(2);
  EXPECT_EQ(test.reader.byte(), 6);
  std::array<std::uint8_t, 7> bytes{};
  test.reader.bytes(bytes);
  EXPECT_EQ(bytes[0], 7);
  EXPECT_EQ(bytes[6], 13);
}

/// Counts what is read of the code of one definition.
class CountingRoll final : public Roll {
 public:
  explicit CountingRoll(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) code.push_back(static_cast<std::uint8_t>(i * 7));
  }
  [[nodiscard]] std::uint32_t size() const override { return 1; }
  std::uint32_t record_at(std::uint32_t) override { return 77; }
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override {
    EXPECT_EQ(record, 77U);
    EXPECT_EQ(offset % out.size(), 0U);
    ++reads;
    if (offset >= code.size()) return 0;
    const std::size_t count = std::min(out.size(), code.size() - offset);
    std::copy_n(code.begin() + offset, count, out.begin());
    bytes += count;
    return count;
  }
  std::size_t read_source(std::uint32_t, std::uint32_t, std::span<char>) override { return 0; }
  [[nodiscard]] std::uint32_t index_size() const override { return 0; }
  bool index_entry(std::uint32_t, IndexEntry&) override { return false; }
  std::uint32_t lower_bound(const IndexKey&) override { return 0; }

  std::vector<std::uint8_t> code;
  unsigned reads = 0;
  std::size_t bytes = 0;
};

TEST(CodeReader, ReadsEachBlockOnce) {
  for (std::size_t size = 1; size <= 130; ++size) {
    CountingRoll roll(300);
    std::vector<std::uint8_t> window(size);
    CodeReader reader(roll, window);
    reader.seek(77, 5);
    for (std::uint32_t at = 5; at < 300; ++at) {
      ASSERT_EQ(reader.peek(), roll.code[at]);
      std::uint32_t before = 0;
      const auto ahead = reader.ahead(before);
      ASSERT_EQ(before, at % size);
      ASSERT_EQ(ahead.size(), std::min<std::size_t>(size - at % size, 300 - at));
      ASSERT_EQ(ahead[0], roll.code[at]);
      ASSERT_FALSE(reader.at_end());
      ASSERT_EQ(reader.byte(), roll.code[at]);
    }
    EXPECT_LE(roll.bytes, 300U);
    EXPECT_EQ(roll.reads, (299 / size) - (5 / size) + 1) << size;
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(reader.peek(), 0);
    EXPECT_FALSE(reader.failed());
    EXPECT_EQ(reader.byte(), 0);
    EXPECT_TRUE(reader.failed());
  }
}

TEST(CodeReader, JumpsInsideTheWindowReadNothing) {
  CountingRoll roll(200);
  std::array<std::uint8_t, 64> window{};
  CodeReader reader(roll, window);
  reader.seek(77, 100);
  EXPECT_EQ(reader.byte(), roll.code[100]);
  EXPECT_EQ(roll.reads, 1U);
  for (const std::uint32_t at : {64U, 127U, 90U, 64U}) {
    reader.seek(77, at);
    EXPECT_EQ(reader.peek(), roll.code[at]);
    EXPECT_EQ(reader.byte(), roll.code[at]);
  }
  reader.move(20);
  EXPECT_EQ(reader.byte(), roll.code[85]);
  reader.move(-22);
  EXPECT_EQ(reader.byte(), roll.code[64]);
  EXPECT_EQ(roll.reads, 1U);
  reader.move(-2);
  EXPECT_EQ(reader.byte(), roll.code[63]);
  EXPECT_EQ(roll.reads, 2U);
  // The end is known once its block is there; a place before the beginning is no code either.
  reader.seek(77, 199);
  EXPECT_EQ(reader.byte(), roll.code[199]);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.peek(), 0);
  EXPECT_EQ(roll.reads, 3U);
  reader.seek(77, 0);
  reader.move(-1);
  EXPECT_TRUE(reader.at_end());
  reader.seek(77, 0xFFFFFFFF);
  EXPECT_EQ(reader.byte(), 0);
  EXPECT_TRUE(reader.failed());
  reader.seek(77, 3);
  EXPECT_EQ(reader.byte(), roll.code[3]);
}

TEST(CodeReader, SeesAChangedRoll) {
  memory::Roll roll;
  Assembler{}.u8(1).into(roll);
  roll.commit();
  std::array<std::uint8_t, 8> window{};
  CodeReader reader(roll, window);
  reader.seek(0, 0);
  EXPECT_EQ(reader.byte(), 1);
  Assembler{}.u8(2).into(roll);
  roll.commit();
  reader.read(roll);
  reader.seek(0, 0);
  EXPECT_EQ(reader.byte(), 2);
  reader.seek(1, 0);
  EXPECT_EQ(reader.byte(), 0);
  EXPECT_TRUE(reader.failed());
}

TEST(CodeReader, Numbers) {
  for (const std::uint32_t value : {0U, 1U, 127U, 128U, 16383U, 16384U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    CodeIn<2> test(Assembler{}.number(value).number(value));
    EXPECT_EQ(test.reader.number(), value);
    EXPECT_EQ(test.reader.number(), value);
    EXPECT_TRUE(test.reader.at_end());
    EXPECT_FALSE(test.reader.failed());
  }
  for (const std::int32_t value : {0, 1, -1, 63, -64, 64, 2147483647, -2147483647 - 1}) {
    CodeIn<3> test(Assembler{}.integer(value));
    EXPECT_EQ(test.reader.integer(), value);
    EXPECT_FALSE(test.reader.failed());
  }
}

TEST(CodeReader, NumbersThatAreTooLong) {
  // Six bytes, or five of which the last has more than the 32nd bit, or no end.
  const std::vector<std::vector<std::uint8_t>> bad = {
      {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, {0xFF, 0xFF, 0xFF, 0xFF, 0x1F}, {0x80, 0x80}, {}};
  for (const auto& bytes : bad) {
    Assembler code;
    code.code = bytes;
    CodeIn<8> test(code);
    EXPECT_EQ(test.reader.number(), 0U);
    EXPECT_TRUE(test.reader.failed());
  }
}

// ---- Instructions -------------------------------------------------------------------------------

/// Whether one instruction can be read and is all of the code.
bool readable(const Assembler& code, Instruction* out = nullptr) {
  CodeIn<3> test(code);
  Instruction instruction;
  const bool good = read_instruction(test.reader, instruction);
  if (out != nullptr) *out = instruction;
  return good && test.reader.at_end();
}

TEST(Instruction, EveryOpcodeWithSimpleOperands) {
  for (std::size_t i = 0; i < kOpcodeCount; ++i) {
    Assembler code;
    code.u8(static_cast<std::uint8_t>(i));
    for (const OperandKind kind : kOperands[i]) {
      if (kind == OperandKind::none) continue;
      if (kind == OperandKind::trigger) {
        code.trigger(0x3A);
      } else if (kind == OperandKind::name) {
        code.counted("nav");
      } else if (kind == OperandKind::pattern) {
        code.u8(1).u8(0).u8(0).key(0x04);
      } else {
        code.u8(0);
      }
    }
    Instruction in;
    EXPECT_TRUE(readable(code, &in)) << kMnemonics[i];
    EXPECT_EQ(in.opcode, static_cast<Opcode>(i));
    EXPECT_EQ(in.offset, 0U);
    EXPECT_EQ(in.end, code.code.size());
    // Every prefix of it is refused, but for a counted payload, of which only the length is read.
    for (std::size_t size = 0; size < code.code.size(); ++size) {
      Assembler cut;
      cut.code.assign(code.code.begin(), code.code.begin() + static_cast<std::ptrdiff_t>(size));
      CodeIn<3> test(cut);
      Instruction part;
      const bool good = read_instruction(test.reader, part);
      EXPECT_TRUE(!good || part.end > size) << kMnemonics[i] << ' ' << size;
    }
  }
  EXPECT_FALSE(readable(Assembler{}.u8(static_cast<std::uint8_t>(kOpcodeCount))));
  EXPECT_FALSE(readable(Assembler{}.u8(0xFF)));
}

TEST(Instruction, OperandsInOrder) {
  Instruction in;
  ASSERT_TRUE(readable(Assembler{}.op(Opcode::variable).counted("count").integer(-7), &in));
  EXPECT_EQ(in.value[0], 5U);
  EXPECT_EQ(in.payload, 2U);
  EXPECT_EQ(in.payload_size, 5U);
  EXPECT_EQ(static_cast<std::int32_t>(in.value[1]), -7);

  ASSERT_TRUE(readable(
      Assembler{}.op(Opcode::labels).number(300).u8(2).label(1, 0x010203).label(2, 5, 3), &in));
  EXPECT_EQ(in.value[0], 300U);
  EXPECT_EQ(in.value[1], 2U);
  EXPECT_EQ(in.payload_size, 12U);
}

TEST(Instruction, LimitsOfOperands) {
  EXPECT_TRUE(readable(Assembler{}.op(Opcode::load).u8(kMaxSlots - 1)));
  EXPECT_FALSE(readable(Assembler{}.op(Opcode::load).u8(kMaxSlots)));
  EXPECT_TRUE(readable(Assembler{}.op(Opcode::load_global).counted(std::string(kMaxName, 'a'))));
  EXPECT_FALSE(
      readable(Assembler{}.op(Opcode::load_global).counted(std::string(kMaxName + 1, 'a'))));
  EXPECT_FALSE(readable(Assembler{}.op(Opcode::load_global).counted("")));
  EXPECT_TRUE(readable(Assembler{}.op(Opcode::text).counted(std::string(kMaxText, 'a'))));
  EXPECT_FALSE(readable(Assembler{}.op(Opcode::text).counted(std::string(kMaxText + 1, 'a'))));
  EXPECT_TRUE(readable(Assembler{}.op(Opcode::raw).u8(1).counted("abcdef")));
  EXPECT_FALSE(readable(Assembler{}.op(Opcode::raw).u8(1).counted("abcdefg")));
}

// ---- Texts in the source ------------------------------------------------------------------------

/// A roll of one definition with this code and this source, and a reader with a window of 4 bytes.
struct WithSource {
  WithSource(const Assembler& code, std::string_view slice) : source{slice} {
    code.into(roll, 0, static_cast<std::uint32_t>(slice.size()));
    roll.commit();
    reader.seek(0, 0);
  }
  /// The text of the instruction that the reader stands before, which then is behind it; nothing if
  /// there is none, or if the text cannot be read.
  std::optional<std::string> text() {
    Instruction in;
    if (!read_instruction(reader, in) || !in.in_source) return std::nullopt;
    std::string text;
    seek_text(reader, in.text());
    for (std::uint32_t i = 0; i < in.payload_size; ++i) text += static_cast<char>(reader.byte());
    const bool good = !reader.failed();
    reader.seek(0, in.end);
    return good ? std::optional(text) : std::nullopt;
  }
  memory::Source source;
  memory::Roll roll{&source};
  std::array<std::uint8_t, 4> window{};
  CodeReader reader{roll, window};
};

TEST(TextInSource, MayBeTheWholeSliceOrAnyPartOfIt) {
  Assembler code;
  for (const auto& [offset, size] : {std::pair{0U, 10U}, {0U, 1U}, {9U, 1U}, {3U, 6U}}) {
    code.op(Opcode::text).in_source(offset, size);
  }
  WithSource test{code, "0123456789"};
  EXPECT_EQ(test.text(), "0123456789");
  EXPECT_EQ(test.text(), "0");
  EXPECT_EQ(test.text(), "9");
  EXPECT_EQ(test.text(), "345678");
  EXPECT_TRUE(test.reader.at_end());
}

// Opcode, length and two bytes of offset: below 16,384. Then three, then four.
TEST(TextInSource, TakesFourBytesAndFarAwayAFewMore) {
  for (const auto& [offset, size] :
       {std::pair{127U, 3U}, {128U, 4U}, {16383U, 4U}, {16384U, 5U}, {2097152U, 6U}}) {
    const Assembler code = Assembler{}.op(Opcode::more_text).in_source(offset, 4);
    EXPECT_EQ(code.code.size(), size);
    WithSource test{code, std::string(offset, '.') + "text"};
    EXPECT_EQ(test.text(), "text") << offset;
  }
}

TEST(TextInSource, IsNotBelieved) {
  const auto text = [](const Assembler& operand) {
    Assembler code;
    code.op(Opcode::push_text);
    code.code.insert(code.code.end(), operand.code.begin(), operand.code.end());
    return WithSource{code, "0123456789"}.text();
  };
  EXPECT_EQ(text(Assembler{}.in_source(8, 2)), "89");
  EXPECT_EQ(text(Assembler{}.in_source(8, 3)), std::nullopt) << "behind the end";
  EXPECT_EQ(text(Assembler{}.in_source(10, 1)), std::nullopt);
  EXPECT_EQ(text(Assembler{}.in_source(0xFFFFFFFF, 1)), std::nullopt);
  EXPECT_EQ(text(Assembler{}.in_source(0xFFFFFFFE, 4)), std::nullopt);
  EXPECT_EQ(text(Assembler{}.in_source(3, 0)), std::nullopt) << "no text at all";
  EXPECT_EQ(text(Assembler{}.u8(0x82)), std::nullopt) << "no offset";
  EXPECT_EQ(text(Assembler{}.u8(0x82).u8(0x80)), std::nullopt) << "half an offset";
  EXPECT_EQ(text(Assembler{}.u8(0x82).u8(0xFF).u8(0xFF).u8(0xFF).u8(0xFF).u8(0x7F)), std::nullopt);
}

TEST(TextInSource, AReaderComesBackToItsPlace) {
  WithSource test{Assembler{}.u8(1).u8(2).u8(3), "abcdefgh"};
  test.reader.seek_source(0, 5);
  EXPECT_EQ(test.reader.byte(), 'f');
  EXPECT_TRUE(test.reader.in_source());
  const CodeReader::Place place = test.reader.place();
  test.reader.seek(0, 1);
  EXPECT_FALSE(test.reader.in_source());
  EXPECT_EQ(test.reader.byte(), 2);
  test.reader.go_to(place);
  EXPECT_EQ(test.reader.record(), 0U);
  EXPECT_EQ(test.reader.offset(), 6U);
  EXPECT_EQ(test.reader.byte(), 'g');
  EXPECT_EQ(test.reader.byte(), 'h');
  EXPECT_TRUE(test.reader.at_end());
}

/// The trigger that `bytes` after BIND mean; false if they mean none.
bool trigger_of(const std::vector<std::uint8_t>& bytes, Instruction& out) {
  Assembler code;
  code.op(Opcode::bind);
  code.code.insert(code.code.end(), bytes.begin(), bytes.end());
  return readable(code, &out);
}

TEST(Instruction, Triggers) {
  Instruction in;
  ASSERT_TRUE(trigger_of({0x00, 0x74}, in));
  EXPECT_EQ(in.trigger.kind, TriggerKind::press);
  EXPECT_EQ(in.trigger.key, KeyRef::usage(0x3A));
  EXPECT_FALSE(in.trigger.mods.any());

  ASSERT_TRUE(trigger_of({0x80, 0x01, 0x02, 0x74}, in));
  EXPECT_EQ(in.trigger.mods, (TriggerMods{1, 2}));

  ASSERT_TRUE(trigger_of({0x05, 0x08, 0x0A}, in));
  EXPECT_EQ(in.trigger.key, KeyRef::usage(4));
  EXPECT_EQ(in.trigger.keys, 2);

  ASSERT_TRUE(trigger_of({0x06, 3, 'b', 'r', 'b'}, in));
  EXPECT_EQ(in.trigger.hash, name_hash("brb", 3));
  EXPECT_EQ(in.payload_size, 3U);

  ASSERT_TRUE(trigger_of({0x07, 127}, in));
  EXPECT_EQ(in.trigger.number, 127);

  ASSERT_TRUE(trigger_of({0x08, 0}, in));
  ASSERT_TRUE(trigger_of({0x08, 4, 3, 'n', 'a', 'v'}, in));
  EXPECT_EQ(in.trigger.hash, name_hash("nav", 3));
}

TEST(Instruction, TriggersThatAreNone) {
  Instruction in;
  EXPECT_FALSE(trigger_of({0x0A, 0x74}, in));              // no such kind
  EXPECT_FALSE(trigger_of({0x80, 0x00, 0x00, 0x74}, in));  // modifiers, but none
  EXPECT_FALSE(trigger_of({0x80, 0x00, 0x10, 0x74}, in));  // a bit that means nothing
  EXPECT_FALSE(trigger_of({0x06, 0}, in));                 // an empty abbreviation
  EXPECT_FALSE(trigger_of({0x06, 3, 'b'}, in));            // its end is missing
  EXPECT_FALSE(trigger_of({0x07, 128}, in));
  EXPECT_FALSE(trigger_of({0x08, 5}, in));
  EXPECT_FALSE(trigger_of({0x08, 4, 0}, in));
  EXPECT_FALSE(trigger_of({0x00}, in));
  EXPECT_FALSE(trigger_of({}, in));
}

// ---- Labels -------------------------------------------------------------------------------------

TEST(Labels, AreFoundThroughAllPieces) {
  Assembler code;
  code.op(Opcode::release_all);
  code.op(Opcode::labels).number(0).u8(2).label(0, 7).label(1, 0x0A0B0C, 2);
  const std::size_t second = code.code.size();
  code.op(Opcode::labels).number(2).u8(1).label(0x1234, 9);
  CodeIn<5> test(code);
  const auto last = static_cast<std::uint32_t>(second + 1);
  EXPECT_EQ(find_label(test.reader, 0, last, 0, 0).value().offset, 7U);
  EXPECT_EQ(find_label(test.reader, 0, last, 1, 0).value().offset, 0x0A0B0CU);
  EXPECT_EQ(find_label(test.reader, 0, last, 0x1234, 0).value().offset, 9U);
  EXPECT_FALSE(find_label(test.reader, 0, last, 2, 0));
  EXPECT_FALSE(find_label(test.reader, 0, 0, 0, 0));
  EXPECT_FALSE(find_label(test.reader, 0, 2, 0x1234, 0));  // only in the later piece
  EXPECT_FALSE(find_label(test.reader, 0, 1, 0, 0));       // no LABELS there
  EXPECT_FALSE(find_label(test.reader, 0, 999, 0, 0));
  EXPECT_FALSE(find_label(test.reader, 9, last, 0, 0));
}

TEST(Labels, ALoopOfPiecesEnds) {
  Assembler itself;
  itself.op(Opcode::labels).number(1).u8(0);
  CodeIn<4> test(itself);
  EXPECT_FALSE(find_label(test.reader, 0, 1, 0, 0));

  Assembler cut;
  cut.op(Opcode::labels).number(0).u8(9).label(1, 2);
  CodeIn<4> other(cut);
  EXPECT_EQ(find_label(other.reader, 0, 1, 1, 0).value().offset, 2U);
  EXPECT_FALSE(find_label(other.reader, 0, 1, 7, 0));
}

}  // namespace
}  // namespace pianola::lang
