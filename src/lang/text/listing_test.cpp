#include "lang/text/listing.hpp"

#include <gtest/gtest.h>

#include "base/status.hpp"
#include "lang/code/settings.hpp"
#include "ports/memory/compile.hpp"
#include "support/assembler.hpp"

namespace pianola::lang {
namespace {

using memory::StringSink;
using test::Assembler;

TEST(Listing, BindingWithIndex) {
  memory::Roll roll;
  Assembler{}
      .op(Opcode::bind)
      .trigger(0x3A)
      .op(Opcode::text)
      .counted("Help:\n\"\\${")
      .op(Opcode::tap)
      .u8(0x21)
      .character('c')
      .op(Opcode::raw)
      .u8(0x01)
      .counted("\x06\x19")
      .op(Opcode::wait_release)
      .number(200)
      .op(Opcode::release_all)
      .op(Opcode::end)
      .number(0)
      .number(0)
      .into(roll);
  roll.append_index({trigger_key(0, TriggerKind::press, {}, 0x3A), 0, 0, 3, 0, 0, 0});
  roll.commit();
  StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::ok);
  EXPECT_EQ(out.text(), R"(definition 1: 0 bytes of source, 31 bytes of code
  0000    3  BIND        F1
  0003   12  TEXT        "Help:\n\"\\\${"
  000f    4  TAP         ctrl+rshift+c
  0013    5  RAW         [01:06,19]
  0018    3  WAITRELEASE 200
  001b    1  RELEASEALL
  001c    3  END         0 -
index
  trigger press 0x3a (F1) -> definition 1 code 0000 body 0003 labels - frame 0 params 0
total: 1 definitions, 0 bytes of source, 31 bytes of code, 1 index entries
)");
}

TEST(Listing, TextsInTheSource) {
  const std::string text = "F1 { \"a text \\\"to\\\" type it all\" }\n";
  memory::Source source{text};
  memory::Roll roll{&source};
  memory::Findings findings;
  ASSERT_EQ(memory::compile(text, roll, findings), Status::ok);
  memory::StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::ok);
  EXPECT_EQ(out.text(), R"(definition 1: 35 bytes of source, 22 bytes of code
  0000    3  BIND        F1
  0003   13  TEXT        "a text \"to\""
  0010    3  TEXT        source 0013 " type it all"
  0013    3  END         0 -
index
  trigger press 0x3a (F1) -> definition 1 code 0000 body 0003 labels - frame 0 params 0
total: 1 definitions, 35 bytes of source, 22 bytes of code, 1 index entries
)");
}

TEST(Listing, MacroLayerAndLoops) {
  memory::Roll roll;
  Assembler{}
      .op(Opcode::macro)
      .counted("f")
      .number(1)
      .op(Opcode::load)
      .u8(0)
      .op(Opcode::counter)
      .u8(1)
      .op(Opcode::repeat)
      .u8(1)
      .number(0)
      .op(Opcode::push)
      .integer(-7)
      .op(Opcode::type)
      .op(Opcode::back)
      .number(6)
      .op(Opcode::labels)
      .number(0)
      .u8(1)
      .label(0, 16, 1)
      .op(Opcode::end)
      .number(2)
      .number(17)
      .into(roll);
  Assembler{}
      .op(Opcode::layer)
      .counted("nav")
      .op(Opcode::remap)
      .u8(0x80)
      .u8(0x01)
      .u8(0x02)
      .character('h')
      .u8(0)
      .key(0x50)
      .op(Opcode::remap_layer)
      .counted("nav")
      .op(Opcode::layer_end)
      .into(roll);
  Assembler{}
      .op(Opcode::set_number)
      .number(static_cast<std::uint32_t>(Setting::tap))
      .number(20)
      .into(roll);
  const std::uint32_t f = name_hash("f", 1);
  const std::uint32_t nav = name_hash("nav", 3);
  roll.append_index({name_key(IndexSpace::macro, f), 0, 0, 4, 17, 2, 1});
  roll.append_index({name_key(IndexSpace::layer, nav), 1, 0, 5, 0, 0, 0});
  roll.append_index(
      {name_key(IndexSpace::setting, static_cast<std::uint32_t>(Setting::tap)), 2, 0, 3, 0, 0, 0});
  roll.append_index({trigger_key(nav, TriggerKind::press, {1, 2}, 0x0B), 1, 5, 14, 0, 0, 0});
  roll.commit();
  StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::ok);
  EXPECT_EQ(out.text(), R"(definition 1: 0 bytes of source, 28 bytes of code
  0000    4  MACRO       f 1
  0004    2  LOAD        s0
  0006    2  COUNTER     s1
  0008    3  REPEAT      s1 L0
  000b    2  PUSH        -7
  000d    1  TYPE
  000e    2  BACK        0008
  0010    9  LABELS      - L0=0010/1
  0019    3  END         2 @0010
definition 2: 0 bytes of source, 20 bytes of code
  0000    5  LAYER       nav
  0005    9  REMAP       shift+lctrl+h LEFT
  000e    5  REMAPLAYER  nav
  0013    1  LAYEREND
definition 3: 0 bytes of source, 3 bytes of code
  0000    3  SET         tap 20
index
  macro #e30c2799 f -> definition 1 code 0000 body 0004 labels @0010 frame 2 params 1
  layer #178eedf2 nav -> definition 2 code 0000 body 0005 labels - frame 0 params 0
  setting tap -> definition 3 code 0000 body 0003 labels - frame 0 params 0
  in layer #178eedf2 nav: trigger press 0x0b exact 01 either 2 (shift+lctrl+h) -> definition 2 code 0005 body 000e labels - frame 0 params 0
total: 3 definitions, 0 bytes of source, 51 bytes of code, 4 index entries
)");
}

TEST(Listing, DamageEndsOneDefinitionOnly) {
  memory::Roll roll;
  Assembler{}.op(Opcode::release_all).u8(0xFF).op(Opcode::release_all).into(roll);
  Assembler{}.op(Opcode::text).u8(9).u8('x').into(roll);
  Assembler{}.op(Opcode::text).counted("\xC3(").into(roll);
  Assembler{}.op(Opcode::private_next).into(roll);
  roll.append_index({{0, 0xF0000000U, 0}, 0, 0, 0, 0, 0, 0});
  roll.append_index({name_key(IndexSpace::macro, 5), 9, 0, 0, 0, 0, 0});
  roll.commit();
  StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::errors);
  EXPECT_EQ(out.text(), R"(definition 1: 0 bytes of source, 3 bytes of code
  0000    1  RELEASEALL
  0001  ???
definition 2: 0 bytes of source, 3 bytes of code
  0000  ???
definition 3: 0 bytes of source, 4 bytes of code
  0000    4  TEXT        "�"  ???
definition 4: 0 bytes of source, 1 bytes of code
  0000    1  PRIVATE
index
  macro #00000005 ??? -> definition ??? code 0000 body 0000 labels - frame 0 params 0
  ??? -> definition 1 code 0000 body 0000 labels - frame 0 params 0
total: 4 definitions, 0 bytes of source, 11 bytes of code, 2 index entries
)");
}

TEST(Listing, EmptyRoll) {
  memory::Roll roll;
  StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::ok);
  EXPECT_EQ(out.text(),
            "index\ntotal: 0 definitions, 0 bytes of source, 0 bytes of code, 0 index entries\n");
}

}  // namespace
}  // namespace pianola::lang
