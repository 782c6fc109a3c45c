#include "lang/text/decompiler.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "lang/code/settings.hpp"
#include "ports/memory/compile.hpp"
#include "support/assembler.hpp"

namespace pianola::lang {
namespace {

using memory::StringSink;
using test::Assembler;

/// What the code decompiles to.
std::string source_of(const Assembler& code) {
  memory::Roll roll;
  code.into(roll);
  roll.commit();
  StringSink out;
  const Status status = decompile(roll, out);
  EXPECT_EQ(status == Status::errors, out.text().find("damaged") != std::string::npos);
  return out.text();
}

constexpr std::string_view kDamaged = "# definition 1 is damaged\n";

Assembler bind_f1() {
  Assembler code;
  code.op(Opcode::bind).trigger(0x3A);
  return code;
}

Assembler& ended(Assembler& code) { return code.op(Opcode::end).number(0).number(0); }

/// A binding of F1 with `body`; what stands between its braces.
std::string body_of(const Assembler& body) {
  Assembler code = bind_f1();
  code.code.insert(code.code.end(), body.code.begin(), body.code.end());
  std::string text = source_of(ended(code));
  if (!text.starts_with("F1 { ") || !text.ends_with(" }\n")) return text;
  return text.substr(5, text.size() - 8);
}

/// A macro with two parameters that types an expression; the expression.
std::string expression_of(const Assembler& expression) {
  Assembler code;
  code.op(Opcode::macro).counted("f").number(2);
  code.code.insert(code.code.end(), expression.code.begin(), expression.code.end());
  std::string text = source_of(ended(code.op(Opcode::type)));
  constexpr std::string_view kBefore = "macro f(p0, p1) { \"${";
  if (!text.starts_with(kBefore) || !text.ends_with("}\" }\n")) return text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - 5);
}

Assembler a() { return Assembler{}.op(Opcode::load).u8(0); }
Assembler b() { return Assembler{}.op(Opcode::load).u8(1); }
Assembler n(std::int32_t value) { return Assembler{}.op(Opcode::push).integer(value); }
Assembler apply(Opcode opcode, Assembler first, const Assembler& second = {}) {
  first.code.insert(first.code.end(), second.code.begin(), second.code.end());
  return first.op(opcode);
}

Assembler chord(Opcode opcode, std::uint8_t mods, KeyRef key) {
  return Assembler{}.op(opcode).u8(mods).number(key.raw());
}

// ---- Statements -------------------------------------------------------------------------------

TEST(Decompiler, Texts) {
  const auto text = [](std::string_view bytes) {
    return body_of(Assembler{}.op(Opcode::text).counted(bytes));
  };
  EXPECT_EQ(text("Help:"), R"("Help:")");
  EXPECT_EQ(text(""), R"("")");
  EXPECT_EQ(text("a\n\t\x1B\r\x7F\"\\'"), R"("a\n\t\e\u{d}\u{7f}\"\\'")");
  EXPECT_EQ(text("$5 ${x} $"), R"("$5 \${x} $")");
  EXPECT_EQ(text("é€😀\u200B"), R"("é€😀\u{200b}")");
}

TEST(Decompiler, TextsThatAreNoText) {
  for (const std::string_view bytes : {"\xC3(", "\xE2\x82", "\xFF", "\xED\xA0\x80"}) {
    EXPECT_EQ(body_of(Assembler{}.op(Opcode::text).counted(bytes)), kDamaged);
  }
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::text).u8(1).u8(0)), kDamaged);
}

TEST(Decompiler, Taps) {
  const auto tap = [](std::uint8_t mods, KeyRef key) {
    return body_of(chord(Opcode::tap, mods, key));
  };
  EXPECT_EQ(tap(0, KeyRef::usage(0x28)), "ENTER");
  EXPECT_EQ(tap(0, KeyRef::character('c')), "tap c");
  EXPECT_EQ(tap(0, KeyRef::character('#')), "tap '#'");
  EXPECT_EQ(tap(0, KeyRef::character(U'é')), "tap 'é'");
  EXPECT_EQ(tap(0, KeyRef::usage(0x1E)), "tap 1");
  EXPECT_EQ(tap(0, KeyRef::usage(0x27)), "tap 0");
  EXPECT_EQ(tap(0, KeyRef::usage(0x04)), "key 0x04");
  EXPECT_EQ(tap(0, KeyRef::usage(0xDE)), "key 0xde");
  EXPECT_EQ(tap(0, KeyRef::usage(0x13FE)), "key 0x13fe");
  EXPECT_EQ(tap(0, KeyRef::usage(0xE1)), "LSHIFT");
  EXPECT_EQ(tap(0x01, KeyRef::character('c')), "ctrl+c");
  EXPECT_EQ(tap(0x03, KeyRef::character('+')), "ctrl+shift+'+'");
  EXPECT_EQ(tap(0xFC, KeyRef::usage(0x1F)), "alt+gui+rctrl+rshift+ralt+rgui+2");
  EXPECT_EQ(tap(0x01, KeyRef::usage(0x04)), "ctrl+0x04");
  EXPECT_EQ(tap(0x40, KeyRef::usage(0x3A)), "ralt+F1");
}

TEST(Decompiler, KeysThatSourceCannotName) {
  for (const KeyRef key :
       {KeyRef::usage(0), KeyRef::usage(0xE8), KeyRef::usage(0x1000), KeyRef::usage(0x3000),
        KeyRef::character('A'), KeyRef::character('1'), KeyRef::character('\n'),
        KeyRef::character(0xD800), KeyRef::from_raw(0xFFFFFFFF), KeyRef::from_raw(0xFFFFFFFE)}) {
    EXPECT_EQ(body_of(chord(Opcode::tap, 0, key)), kDamaged) << key.raw();
  }
}

TEST(Decompiler, OtherKeyStatements) {
  EXPECT_EQ(body_of(chord(Opcode::press, 0, KeyRef::character('a'))), "press a");
  EXPECT_EQ(body_of(chord(Opcode::release, 2, KeyRef::usage(0x1E))), "release shift+1");
  EXPECT_EQ(body_of(chord(Opcode::hold, 0, KeyRef::usage(0x04))), "hold 0x04");
  EXPECT_EQ(body_of(chord(Opcode::toggle, 0, KeyRef::character(';'))), "toggle ';'");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::release_all)), "release all");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::raw).u8(1).counted("\x06\x19")), "[01:06,19]");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::raw).u8(0xFF).u8(0)), "[ff:]");
}

TEST(Decompiler, Waits) {
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait).number(50)), "wait 50ms");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait).number(0)), "wait 0ms");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait).number(2000)), "wait 2s");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait).number(120000)), "wait 2min");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait).number(kMaxDuration + 1)), kDamaged);
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait_release).number(0)), "wait release");
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::wait_release).number(1501)), "wait release max 1500ms");
  EXPECT_EQ(body_of(n(5).op(Opcode::wait_value)), "wait (5)");
}

TEST(Decompiler, Calls) {
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::call).counted("f").number(0)), "call f");
  Assembler code = apply(Opcode::add, n(1), n(2));
  code.op(Opcode::push_text).counted("a\"").op(Opcode::more_text).counted("b");
  code.op(Opcode::push_text).counted("");
  code.op(Opcode::load_global).counted("x").op(Opcode::negate);
  code.op(Opcode::call).counted("f").number(4);
  EXPECT_EQ(body_of(code), R"(call f(1 + 2, "a\"b", "", -x))");
  EXPECT_EQ(body_of(n(1).op(Opcode::call).counted("f").number(2)), kDamaged);
  EXPECT_EQ(body_of(n(1).op(Opcode::call).counted("f").number(0)), kDamaged);
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::call).counted("f g").number(0)), kDamaged);
  EXPECT_EQ(body_of(Assembler{}.op(Opcode::more_text).counted("b")), kDamaged);
}

TEST(Decompiler, Repeats) {
  Assembler code = bind_f1();
  code.op(Opcode::push).integer(3);                                            // 3
  code.op(Opcode::counter).u8(0);                                              // 5
  code.op(Opcode::repeat).u8(0).number(0);                                     // 7
  code.op(Opcode::load_global).counted("n").op(Opcode::counter).u8(1);         // 10
  code.op(Opcode::labels).number(0).u8(0).op(Opcode::repeat).u8(1).number(1);  // 15, 18
  code.op(Opcode::tap).u8(0).key(0x28);                                        // 21
  code.op(Opcode::back).number(6);                                             // 24
  code.op(Opcode::back).number(19);                                            // 26
  code.op(Opcode::release_all);                                                // 28
  code.op(Opcode::labels).number(0).u8(2).label(1, 26).label(0, 28);           // 29
  code.op(Opcode::end).number(2).number(30);
  EXPECT_EQ(source_of(code), R"(F1 {
  repeat 3 {
    repeat n {
      ENTER
    }
  }
  release all
}
)");
}

TEST(Decompiler, BrokenRepeats) {
  const auto with = [](const Assembler& code) { return body_of(code); };
  EXPECT_EQ(with(n(3).op(Opcode::counter).u8(0)), kDamaged);
  EXPECT_EQ(with(n(3).op(Opcode::counter).u8(0).op(Opcode::repeat).u8(1).number(0)), kDamaged);
  EXPECT_EQ(with(n(3).op(Opcode::counter).u8(0).op(Opcode::repeat).u8(0).number(0)), kDamaged);
  EXPECT_EQ(with(Assembler{}.op(Opcode::back).number(3)), kDamaged);
  EXPECT_EQ(with(Assembler{}.op(Opcode::repeat).u8(0).number(0)), kDamaged);
  EXPECT_EQ(with(n(3).op(Opcode::counter)
                     .u8(0)
                     .op(Opcode::repeat)
                     .u8(0)
                     .number(0)
                     .op(Opcode::back)
                     .number(2)),
            kDamaged);
  Assembler deep;
  for (int i = 0; i < 40; ++i) {
    deep.op(Opcode::push).integer(1).op(Opcode::counter).u8(0).op(Opcode::repeat).u8(0).number(0);
  }
  EXPECT_EQ(with(deep), kDamaged);
}

// ---- Expressions ------------------------------------------------------------------------------

TEST(Decompiler, ExpressionsNeedFewParentheses) {
  using enum Opcode;
  EXPECT_EQ(expression_of(a()), "p0");
  EXPECT_EQ(expression_of(n(-2147483647 - 1)), "-2147483648");
  EXPECT_EQ(expression_of(Assembler{}.op(load_global).counted("total")), "total");
  EXPECT_EQ(expression_of(apply(add, apply(add, a(), b()), n(1))), "p0 + p1 + 1");
  EXPECT_EQ(expression_of(apply(add, a(), apply(add, b(), n(1)))), "p0 + (p1 + 1)");
  EXPECT_EQ(expression_of(apply(subtract, a(), apply(subtract, b(), n(-1)))), "p0 - (p1 - -1)");
  EXPECT_EQ(expression_of(apply(add, a(), apply(multiply, b(), n(2)))), "p0 + p1 * 2");
  EXPECT_EQ(expression_of(apply(multiply, apply(add, a(), b()), n(2))), "(p0 + p1) * 2");
  EXPECT_EQ(expression_of(apply(divide, a(), apply(modulo, b(), n(2)))), "p0 / (p1 % 2)");
  EXPECT_EQ(expression_of(apply(modulo, apply(divide, a(), b()), n(2))), "p0 / p1 % 2");
  EXPECT_EQ(expression_of(apply(negate, apply(add, a(), b()))), "-(p0 + p1)");
  EXPECT_EQ(expression_of(apply(multiply, apply(negate, a()), b())), "-p0 * p1");
  EXPECT_EQ(expression_of(apply(negate, apply(multiply, a(), b()))), "-(p0 * p1)");
  EXPECT_EQ(expression_of(apply(negate, apply(negate, a()))), "--p0");
  EXPECT_EQ(expression_of(apply(negate, n(5))), "-(5)");
  EXPECT_EQ(expression_of(apply(negate, n(0))), "-(0)");
  EXPECT_EQ(expression_of(apply(negate, n(-5))), "--5");
  EXPECT_EQ(expression_of(apply(minimum, apply(minimum, a(), b()), n(1))), "min(p0, p1, 1)");
  EXPECT_EQ(expression_of(apply(minimum, a(), apply(minimum, b(), n(1)))), "min(p0, min(p1, 1))");
  EXPECT_EQ(expression_of(apply(minimum, apply(maximum, a(), b()), n(1))), "min(max(p0, p1), 1)");
  EXPECT_EQ(expression_of(apply(minimum, apply(add, a(), b()), apply(maximum, a(), n(0)))),
            "min(p0 + p1, max(p0, 0))");
  EXPECT_EQ(expression_of(apply(negate, apply(minimum, a(), b()))), "-min(p0, p1)");
}

TEST(Decompiler, ExpressionsThatAreNone) {
  using enum Opcode;
  EXPECT_EQ(expression_of({}), kDamaged);
  EXPECT_EQ(expression_of(apply(add, a())), kDamaged);
  EXPECT_EQ(expression_of(apply(type, a(), b())), kDamaged);
  EXPECT_EQ(expression_of(Assembler{}.op(load).u8(2)), kDamaged);
  EXPECT_EQ(expression_of(Assembler{}.op(push_text).counted("a")), kDamaged);
  Assembler longest = a();
  for (std::size_t i = 1; i < kMaxExpression; ++i) longest.op(negate);
  EXPECT_NE(expression_of(longest), kDamaged);
  EXPECT_EQ(expression_of(longest.op(negate)), kDamaged);
  Assembler deepest;
  for (std::size_t i = 0; i < 60; ++i) deepest.op(push).integer(1);
  EXPECT_EQ(expression_of(deepest), kDamaged);
}

TEST(Decompiler, ParametersKeepClearOfGlobals) {
  Assembler code;
  code.op(Opcode::macro).counted("f").number(1);
  for (const std::string_view name : {"p0", "pp7", "pppp1", "ppp", "q0"}) {
    code.op(Opcode::load_global).counted(name).op(Opcode::type);
  }
  code.op(Opcode::load).u8(0).op(Opcode::type);
  EXPECT_EQ(
      source_of(ended(code)),
      "macro f(ppp0) { \"${p0}\" \"${pp7}\" \"${pppp1}\" \"${ppp}\" \"${q0}\" \"${ppp0}\" }\n");
}

// ---- Declarations -----------------------------------------------------------------------------

TEST(Decompiler, Triggers) {
  const auto trigger = [](const Assembler& bytes) {
    Assembler code;
    code.op(Opcode::remap_none).code.insert(code.code.end(), bytes.code.begin(), bytes.code.end());
    std::string text = source_of(code);
    if (text.ends_with(" = none\n")) text.resize(text.size() - 8);
    return text;
  };
  const auto kind = [](TriggerKind value) {
    return Assembler{}.u8(static_cast<std::uint8_t>(value));
  };
  const auto mods = [](std::uint8_t exact, std::uint8_t either) {
    return Assembler{}.u8(0x80).u8(exact).u8(either);
  };
  EXPECT_EQ(trigger(kind(TriggerKind::press).character('m')), "m");
  EXPECT_EQ(trigger(kind(TriggerKind::press).character('^')), "^");
  EXPECT_EQ(trigger(kind(TriggerKind::press).character(U'ü')), "ü");
  for (const char c : std::string_view{"\"#[]{}();,' =/"}) {
    EXPECT_EQ(trigger(kind(TriggerKind::press).character(static_cast<char32_t>(c))),
              std::string{"'"} + c + "'");
  }
  EXPECT_EQ(trigger(kind(TriggerKind::press).key(0x20)), "3");
  EXPECT_EQ(trigger(kind(TriggerKind::press).key(0x04)), "0x04");
  EXPECT_EQ(trigger(mods(0, 3).character('m')), "ctrl+shift+m");
  EXPECT_EQ(trigger(mods(0x81, 0x0C).character('-')), "alt+gui+lctrl+rgui+'-'");
  EXPECT_EQ(trigger(kind(TriggerKind::leader).character('m')), "leader m");
  EXPECT_EQ(trigger(kind(TriggerKind::double_tap).key(0x3E)), "double F5");
  EXPECT_EQ(trigger(kind(TriggerKind::hold).key(0x3E)), "hold F5");
  EXPECT_EQ(trigger(kind(TriggerKind::tap).key(0x3E)), "tap F5");
  EXPECT_EQ(trigger(kind(TriggerKind::together).character('j').character('k')), "j & k");
  EXPECT_EQ(trigger(kind(TriggerKind::text).counted("brb ")), kDamaged);
  EXPECT_EQ(trigger(kind(TriggerKind::vial).u8(127)), "M127");
  EXPECT_EQ(trigger(kind(TriggerKind::event).u8(0)), kDamaged);
  EXPECT_EQ(trigger(kind(TriggerKind::vial).u8(128)), kDamaged);
  EXPECT_EQ(trigger(Assembler{}.u8(0x87).u8(1).u8(0).u8(0)), kDamaged);
}

TEST(Decompiler, TriggersOfBindingsAlone) {
  const auto binding = [](const Assembler& trigger, const Assembler& body = {}) {
    Assembler code;
    code.op(Opcode::bind);
    for (const Assembler* part : {&trigger, &body}) {
      code.code.insert(code.code.end(), part->code.begin(), part->code.end());
    }
    return source_of(ended(code));
  };
  const auto event = [](std::uint8_t number) {
    return Assembler{}.u8(static_cast<std::uint8_t>(TriggerKind::event)).u8(number);
  };
  const auto text = [](std::string_view typed) {
    return Assembler{}.u8(static_cast<std::uint8_t>(TriggerKind::text)).counted(typed);
  };
  const auto erase = [](std::uint32_t count) {
    return Assembler{}.op(Opcode::erase).number(count);
  };
  EXPECT_EQ(binding(event(0)), "on start { }\n");
  EXPECT_EQ(binding(event(3)), "on capslock { }\n");
  EXPECT_EQ(binding(event(4).counted("nav")), "on layer nav { }\n");
  EXPECT_EQ(binding(text("é"), {}), "\"é\" { }\n");
  EXPECT_EQ(binding(text("brb \""), erase(4)), "\"brb \\\"\" { }\n");
  EXPECT_EQ(binding(text("brb"), erase(3)), kDamaged);
  EXPECT_EQ(binding(text("brb")), kDamaged);
  EXPECT_EQ(binding(text("b"), erase(1)), kDamaged);
  EXPECT_EQ(binding(text(std::string(32, 'x')), erase(31)), kDamaged);
}

TEST(Decompiler, Settings) {
  const auto set = [](Setting setting, std::uint32_t value) {
    return source_of(Assembler{}
                         .op(Opcode::set_number)
                         .number(static_cast<std::uint32_t>(setting))
                         .number(value));
  };
  EXPECT_EQ(source_of(Assembler{}.op(Opcode::set_name).number(0).counted("uk")),
            "set layout = uk\n");
  EXPECT_EQ(set(Setting::typing, 0), "set typing = fast\n");
  EXPECT_EQ(set(Setting::typing, 1), "set typing = safe\n");
  EXPECT_EQ(set(Setting::typing, 22), "set typing = 20ms\n");
  EXPECT_EQ(set(Setting::dual, 2), "set dual = timeout\n");
  EXPECT_EQ(set(Setting::dual, 3), kDamaged);
  EXPECT_EQ(set(Setting::hold, 200), "set hold = 200ms\n");
  EXPECT_EQ(set(Setting::autolock, 0), "set autolock = off\n");
  EXPECT_EQ(set(Setting::autolock, 60000), "set autolock = 1min\n");
  EXPECT_EQ(set(Setting::leader, 0), "set leader = shifts\n");
  EXPECT_EQ(set(Setting::neutral, 0xE0), "set neutral = LCTRL\n");
  EXPECT_EQ(set(Setting::neutral, 0x04), "set neutral = KC_A\n");
  EXPECT_EQ(set(Setting::neutral, 0xDE), kDamaged);
  EXPECT_EQ(set(Setting::layout, 0), kDamaged);
  EXPECT_EQ(set(static_cast<Setting>(99), 0), kDamaged);
  EXPECT_EQ(source_of(Assembler{}.op(Opcode::set_name).number(1).counted("uk")), kDamaged);
}

TEST(Decompiler, VariablesAndRemaps) {
  EXPECT_EQ(source_of(Assembler{}.op(Opcode::variable).counted("n").integer(0)), "var n\n");
  EXPECT_EQ(
      source_of(Assembler{}.op(Opcode::private_next).op(Opcode::variable).counted("n").integer(-3)),
      "private var n = -3\n");
  const auto remap = [] { return Assembler{}.op(Opcode::remap).trigger(0x2C).u8(0).key(0x2C); };
  EXPECT_EQ(source_of(remap()), "SPACE = SPACE\n");
  EXPECT_EQ(source_of(remap().op(Opcode::remap_hold).u8(1).character('c')),
            "SPACE = SPACE / ctrl+c\n");
  EXPECT_EQ(source_of(remap().op(Opcode::remap_layer).counted("nav")),
            "SPACE = SPACE / layer nav\n");
  EXPECT_EQ(source_of(remap().op(Opcode::release_all)), kDamaged);
  EXPECT_EQ(source_of(remap().op(Opcode::remap).trigger(0x2C).u8(0).key(0x2C)), kDamaged);
}

TEST(Decompiler, BindingsWithOptions) {
  Assembler code;
  code.op(Opcode::private_next);
  code.op(Opcode::option_again).number(1).op(Opcode::option_typing).number(22);
  code.op(Opcode::option_layout).counted("de").op(Opcode::option_pause).number(5);
  code.op(Opcode::bind).trigger(0x42);
  EXPECT_EQ(source_of(ended(code)),
            "private F9 (again: stop, typing: 20ms, layout: de, pause: 5ms) { }\n");
  Assembler twice = Assembler{}.op(Opcode::option_again).number(1);
  twice.op(Opcode::option_again).number(1).op(Opcode::bind).trigger(0x3A);
  EXPECT_EQ(source_of(ended(twice)), kDamaged);
  Assembler nothing = Assembler{}.op(Opcode::option_pause).number(5);
  EXPECT_EQ(source_of(nothing.op(Opcode::variable).counted("n").integer(0)), kDamaged);
}

TEST(Decompiler, Layers) {
  Assembler code;
  code.op(Opcode::layer).counted("nav");
  code.op(Opcode::remap).u8(0).character('h').u8(0).key(0x50);
  code.op(Opcode::bind).u8(0).character('q').op(Opcode::text).counted("quit");
  ended(code);
  code.op(Opcode::private_next).op(Opcode::bind).u8(0).character('r');
  code.op(Opcode::push).integer(2).op(Opcode::counter).u8(0);
  code.op(Opcode::repeat).u8(0).number(0).op(Opcode::back).number(3);
  const auto after = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::labels).number(0).u8(1).label(0, after);
  code.op(Opcode::end).number(1).number(after + 1).op(Opcode::layer_end);
  EXPECT_EQ(source_of(code), R"(layer nav {
  h = LEFT
  q { "quit" }
  private r {
    repeat 2 {
    }
  }
}
)");
  code.code.pop_back();
  EXPECT_EQ(source_of(code), kDamaged);
  EXPECT_EQ(source_of(Assembler{}
                          .op(Opcode::layer)
                          .counted("a")
                          .op(Opcode::layer)
                          .counted("b")
                          .op(Opcode::layer_end)),
            kDamaged);
}

TEST(Decompiler, OneLineUpToEightyColumns) {
  const auto with_text = [](std::size_t size) {
    return body_of(Assembler{}.op(Opcode::text).counted(std::string(size, 'x')));
  };
  EXPECT_EQ(with_text(71), '"' + std::string(71, 'x') + '"');  // F1 { "…" }
  EXPECT_EQ(with_text(72), "F1 {\n  \"" + std::string(72, 'x') + "\"\n}\n");
}

// ---- Damage -----------------------------------------------------------------------------------

TEST(Decompiler, DamageIsToldAndTheRestStays) {
  memory::Roll roll;
  Assembler first = bind_f1();
  ended(first).into(roll);
  Assembler{}.u8(0xEE).into(roll);
  Assembler{}.into(roll);
  Assembler last = bind_f1();
  ended(last).into(roll);
  roll.commit();
  StringSink out;
  EXPECT_EQ(decompile(roll, out), Status::errors);
  EXPECT_EQ(out.text(), "F1 { }\n# definition 2 is damaged\nF1 { }\n");
}

TEST(Decompiler, EveryTruncationIsDamage) {
  Assembler whole = Assembler{}.op(Opcode::option_typing).number(1);
  whole.op(Opcode::bind).trigger(0x3A);
  whole.op(Opcode::push).integer(300).op(Opcode::push_text).counted("ab");
  whole.op(Opcode::call).counted("f").number(2);
  ended(whole);
  for (std::size_t size = 1; size < whole.code.size(); ++size) {
    Assembler cut = whole;
    cut.code.resize(size);
    EXPECT_EQ(source_of(cut), kDamaged) << size;
  }
  EXPECT_EQ(source_of(whole), "F1 (typing: safe) { call f(300, \"ab\") }\n");
  EXPECT_EQ(source_of(whole.op(Opcode::release_all)), kDamaged);
}

}  // namespace
}  // namespace pianola::lang
