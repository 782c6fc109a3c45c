#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lang/code/roll.hpp"
#include "lang/code/settings.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/roll.hpp"
#include "ports/sim/simulation.hpp"
#include "support/assembler.hpp"

namespace pianola::test {

/// Definitions written in bytecode, and their index.
class BytecodeRoll {
 public:
  /// What follows a declaration, and what the index says about it.
  struct Body {
    Assembler code;
    std::uint8_t frame = 0;
    std::uint8_t params = 0;
    std::uint32_t labels = 0;  ///< Offset of the last LABELS + 1 within `code`; 0: none.
  };

  /// The options of the trigger that is declared next.
  BytecodeRoll& options(const Assembler& code) {
    options_ = code;
    return *this;
  }

  /// A binding of `usage` with `mods`. END is added.
  BytecodeRoll& bind(std::uint16_t usage, const Body& body, lang::TriggerMods mods = {}) {
    Assembler code;
    trigger(code.op(lang::Opcode::bind), usage, mods);
    return add(press_key(usage, mods), code, body);
  }
  BytecodeRoll& bind(std::uint16_t usage, const Assembler& body, lang::TriggerMods mods = {}) {
    return bind(usage, Body{body}, mods);
  }

  BytecodeRoll& remap(std::uint16_t usage, std::uint8_t to_mods, std::uint16_t to,
                      lang::TriggerMods mods = {}) {
    Assembler code;
    trigger(code.op(lang::Opcode::remap), usage, mods).u8(to_mods).key(to);
    return declare(press_key(usage, mods), code);
  }
  /// A remap with tap and hold, without modifiers.
  BytecodeRoll& remap_hold(std::uint16_t usage, std::uint16_t tap, std::uint16_t hold) {
    Assembler code;
    code.op(lang::Opcode::remap).trigger(usage).u8(0).key(tap);
    code.op(lang::Opcode::remap_hold).u8(0).key(hold);
    return declare(press_key(usage, {}), code);
  }
  BytecodeRoll& remap_layer(std::uint16_t usage, std::uint16_t tap, std::string_view layer) {
    Assembler code;
    code.op(lang::Opcode::remap).trigger(usage).u8(0).key(tap);
    code.op(lang::Opcode::remap_layer).counted(layer);
    return declare(press_key(usage, {}), code);
  }
  BytecodeRoll& remap_none(std::uint16_t usage) {
    Assembler code;
    code.op(lang::Opcode::remap_none).trigger(usage);
    return declare(press_key(usage, {}), code);
  }

  /// A binding of another kind of one key: leader, double tap, hold, tap or vial.
  BytecodeRoll& on(lang::TriggerKind kind, std::uint16_t usage, const Assembler& body) {
    Assembler code;
    code.op(lang::Opcode::bind).u8(static_cast<std::uint8_t>(kind));
    kind == lang::TriggerKind::vial ? code.u8(static_cast<std::uint8_t>(usage)) : code.key(usage);
    return add(lang::trigger_key(scope_, kind, {}, usage), code, {body});
  }
  /// A binding of two keys.
  BytecodeRoll& both(std::uint16_t one, std::uint16_t other, const Assembler& body) {
    Assembler code;
    code.op(lang::Opcode::bind).u8(static_cast<std::uint8_t>(lang::TriggerKind::together));
    code.key(one).key(other);
    add(lang::trigger_key(scope_, lang::TriggerKind::together, {}, one, other), code, {body});
    lang::IndexEntry mirrored = index_.back();
    mirrored.key = lang::trigger_key(scope_, lang::TriggerKind::together, {}, other, one);
    index_.push_back(mirrored);
    return *this;
  }
  /// An abbreviation; `body` has its ERASE.
  BytecodeRoll& abbreviation(std::string_view what, const Assembler& body) {
    Assembler code;
    code.op(lang::Opcode::bind).u8(static_cast<std::uint8_t>(lang::TriggerKind::text));
    code.counted(what);
    const std::uint32_t hash = lang::name_hash(what.data(), what.size());
    return add(lang::trigger_key(scope_, lang::TriggerKind::text, {}, hash), code, {body});
  }
  BytecodeRoll& event(lang::Event event, const Assembler& body, std::string_view layer = {}) {
    const auto number = static_cast<std::uint8_t>(event);
    Assembler code;
    code.op(lang::Opcode::bind).u8(static_cast<std::uint8_t>(lang::TriggerKind::event));
    code.u8(number);
    if (!layer.empty()) code.counted(layer);
    const std::uint32_t hash = layer.empty() ? 0 : lang::name_hash(layer.data(), layer.size());
    return add(lang::trigger_key(0, lang::TriggerKind::event, {}, hash, number), code, {body});
  }
  /// Declares a layer; the bindings that follow are in it, up to the next one or outside().
  BytecodeRoll& layer(std::string_view name) {
    Assembler code;
    declare(key(lang::IndexSpace::layer, name), code.op(lang::Opcode::layer).counted(name));
    scope_ = lang::name_hash(name.data(), name.size());
    return *this;
  }
  BytecodeRoll& outside() {
    scope_ = 0;
    return *this;
  }

  BytecodeRoll& macro(std::string_view name, const Body& body) {
    Assembler code;
    code.op(lang::Opcode::macro).counted(name).number(body.params);
    return add(key(lang::IndexSpace::macro, name), code, body);
  }
  BytecodeRoll& macro(std::string_view name, const Assembler& body) {
    return macro(name, Body{body});
  }

  BytecodeRoll& variable(std::string_view name, std::int32_t value) {
    Assembler code;
    code.op(lang::Opcode::variable).counted(name).integer(value);
    return declare(key(lang::IndexSpace::variable, name), code);
  }

  /// A text with a name; `pieces` are all its pieces.
  BytecodeRoll& named_text(std::string_view name, const Assembler& pieces) {
    Assembler code;
    code.op(lang::Opcode::named_text).counted(name);
    return add(key(lang::IndexSpace::text, name), code, {pieces});
  }

  BytecodeRoll& set(lang::Setting setting, std::uint32_t value) {
    const auto number = static_cast<std::uint32_t>(setting);
    Assembler code;
    code.op(lang::Opcode::set_number).number(number).number(value);
    return declare(name_key(lang::IndexSpace::setting, number), code);
  }
  BytecodeRoll& layout(std::string_view name) {
    Assembler code;
    code.op(lang::Opcode::set_name).number(0).counted(name);
    return declare(name_key(lang::IndexSpace::setting, 0), code);
  }

  /// What stands in the source of each definition.
  BytecodeRoll& source(std::string_view slice) {
    source_ = slice;
    return *this;
  }
  [[nodiscard]] const std::string& source() const { return source_; }

  /// Makes the definitions the content of `roll`, whose source is source().
  void into(memory::Roll& roll) const {
    const auto size = static_cast<std::uint32_t>(source_.size());
    for (const Assembler& definition : definitions_) definition.into(roll, 0, size);
    for (const lang::IndexEntry& entry : index_) roll.append_index(entry);
    roll.commit();
  }

 private:
  [[nodiscard]] lang::IndexKey press_key(std::uint16_t usage, lang::TriggerMods mods) const {
    return lang::trigger_key(scope_, lang::TriggerKind::press, mods, usage);
  }
  static lang::IndexKey key(lang::IndexSpace space, std::string_view name) {
    return name_key(space, lang::name_hash(name.data(), name.size()));
  }
  static Assembler& trigger(Assembler& code, std::uint16_t usage, lang::TriggerMods mods) {
    if (!mods.any()) return code.trigger(usage);
    return code.u8(0x80).u8(mods.exact).u8(mods.either).key(usage);
  }
  BytecodeRoll& declare(const lang::IndexKey& key, const Assembler& code) {
    Assembler all = std::exchange(options_, {});
    lang::IndexEntry entry;
    entry.key = key;
    entry.record = static_cast<std::uint32_t>(definitions_.size());
    entry.code = static_cast<std::uint32_t>(all.code.size());
    entry.params = static_cast<std::uint8_t>(entry.code);
    all.code.insert(all.code.end(), code.code.begin(), code.code.end());
    entry.body = static_cast<std::uint32_t>(all.code.size());
    index_.push_back(entry);
    definitions_.push_back(all);
    return *this;
  }
  BytecodeRoll& add(const lang::IndexKey& key, Assembler code, const Body& body) {
    declare(key, code);
    lang::IndexEntry& entry = index_.back();
    entry.frame = body.frame;
    if (body.params != 0) entry.params = body.params;
    entry.labels = body.labels == 0 ? 0 : entry.body + body.labels;
    Assembler& all = definitions_.back();
    all.code.insert(all.code.end(), body.code.code.begin(), body.code.code.end());
    all.op(lang::Opcode::end).number(body.frame).number(entry.labels);
    return *this;
  }

  std::vector<Assembler> definitions_;
  std::vector<lang::IndexEntry> index_;
  std::uint32_t scope_ = 0;
  Assembler options_;
  std::string source_;
};

/// A roll and a simulation that plays it.
class Rig {
 public:
  explicit Rig(const BytecodeRoll& builder, sim::Simulation::Options options = {})
      : slice(builder.source()) {
    builder.into(roll);
    simulation = std::make_unique<sim::Simulation>(roll, options);
  }

  // Keys, at `time` ms.
  Rig& press(std::uint16_t usage, std::uint32_t time) { return key(usage, true, time); }
  Rig& release(std::uint16_t usage, std::uint32_t time) { return key(usage, false, time); }
  Rig& tap(std::uint16_t usage, std::uint32_t time) {
    return press(usage, time).release(usage, time + 10);
  }

  /// Plays the keys told since the last time.
  sim::Ending run(std::uint32_t limit = 60'000) {
    const std::vector<engine::KeyEvent> played = std::move(keys);
    keys.clear();
    return simulation->run(played, limit);
  }
  /// Plays them and returns the trace, lines ended by a line feed.
  std::string trace(std::uint32_t limit = 60'000) {
    run(limit);
    return sim::format_trace(simulation->host().trace());
  }
  /// The reports alone, separated by blanks, without their times.
  std::string reports(std::uint32_t limit = 60'000) {
    run(limit);
    std::string text;
    for (const sim::TraceEntry& entry : simulation->host().trace()) {
      if (!text.empty()) text += ' ';
      text += sim::format_report(entry.report);
    }
    return text;
  }
  [[nodiscard]] std::string text() const { return simulation->host().text(); }

  std::string slice;
  memory::Source source{slice};
  memory::Roll roll{&source};
  std::unique_ptr<sim::Simulation> simulation;
  std::vector<engine::KeyEvent> keys;

 private:
  Rig& key(std::uint16_t usage, bool down, std::uint32_t time) {
    keys.push_back({static_cast<hid::Usage>(usage), down, time});
    return *this;
  }
};

}  // namespace pianola::test
