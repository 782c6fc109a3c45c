#include <algorithm>

#include "hid/edit_distance.hpp"
#include "hid/key_names.hpp"
#include "lang/compiler.hpp"

namespace pianola::lang {
namespace {

/// The setting called `name`, or kSettings.size().
std::size_t find_setting(std::string_view name) {
  const auto* found =
      std::find_if(kSettings.begin(), kSettings.end(),
                   [&](const SettingInfo& setting) { return setting.name == name; });
  return static_cast<std::size_t>(found - kSettings.begin());
}

std::string_view closest_setting(std::string_view name) {
  std::string_view best;
  unsigned best_distance = hid::likely_slips(name.size()) + 1;
  for (const SettingInfo& setting : kSettings) {
    const unsigned distance = hid::edit_distance(name, setting.name, best_distance);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = setting.name;
  }
  return best;
}

/// The number of `word` among the choices, or their number if it is none of them.
std::size_t find_choice(const SettingInfo& setting, std::string_view word) {
  const auto* found = std::find(setting.choices.begin(), setting.choices.end(), word);
  return word.empty() ? setting.choices.size()
                      : static_cast<std::size_t>(found - setting.choices.begin());
}

/// Definitions that cannot stand in a layer.
constexpr bool is_no_item(Keyword word) {
  return word == Keyword::k_set || word == Keyword::k_var || word == Keyword::k_macro ||
         word == Keyword::k_layer || word == Keyword::k_define;
}

/// What may be written, for an error message.
constexpr std::array<std::string_view, 16> kExpectedValue = {
    "a layout's name",
    "fast, safe or a duration",
    "a duration",
    "a duration",
    "release, press or timeout",
    "a duration",
    "a duration",
    "a duration",
    "off or a duration",
    "shifts or a key",
    "direct or leader",
    "off, linux, windows, macos or wincompose",
    "ejected or hidden",
    "off or a duration",
    "queue or mix",
    "a key"};
static_assert(kExpectedValue.size() == kSettings.size());

}  // namespace

/// One definition's head; of bindings, macros and layers everything up to and with `{`.
bool Compiler::definition() {
  const Keyword word = keyword();
  const bool marked = at_symbol('[') || word == Keyword::k_public || word == Keyword::k_private;
  if (at_symbol('[') && !bracketed_visibility()) return false;
  if (marked && word != Keyword::no_keyword && !visibility(word)) return false;
  return definition_after_visibility(marked);
}

bool Compiler::definition_after_visibility(bool marked) {
  const Keyword word = keyword();
  switch (word) {
    case Keyword::k_set:
    case Keyword::k_var:
    case Keyword::k_macro:
    case Keyword::k_layer:
    case Keyword::k_define:
      break;
    default:
      return binding();
  }
  if (depth_ > 0) {
    return error(word == Keyword::k_layer ? Message::nested_layer : Message::only_bindings);
  }
  if (word == Keyword::k_var) return variable_definition();
  if (word == Keyword::k_macro) return macro_definition();
  if (word == Keyword::k_layer) return layer_definition();
  if (word == Keyword::k_define) return old_definition();
  return marked ? error(Message::not_private) : set_definition();
}

/// `[private]`, as old files have it.
bool Compiler::bracketed_visibility() {
  const Position at = token().at;
  advance();
  if (token().kind != TokenKind::word) return error_at(Message::quote_this_key, at, 1, "[");
  const Keyword word = keyword();
  if (word == Keyword::k_private) emit(CodePiece(Opcode::private_next));
  if (word != Keyword::k_private && word != Keyword::k_public) error(Message::expected_visibility);
  advance();
  return expect_symbol(']', "]");
}

bool Compiler::visibility(Keyword word) {
  const Position at = token().at;
  if (word == Keyword::k_private) {
    if (const auto number = lexer_.placeholder_number()) {
      advance();
      if (at_word("locked")) advance();
      return error_at(Message::locked_placeholder, at, 7, {}, {}, *number);
    }
    emit(CodePiece(Opcode::private_next));
  }
  advance();
  return true;
}

// ---- Names ------------------------------------------------------------------------------------

/// A name that somebody chooses. Advances past it.
bool Compiler::name(NameAt& out) {
  if (token().kind != TokenKind::word) return expected(Message::expected_name);
  std::string_view word = lexer_.word();
  if (find_keyword(word) != Keyword::no_keyword) return error(Message::keyword_as_name, word);
  if (token().length > kMaxName) error(Message::name_too_long, {}, {}, kMaxName);
  word = word.substr(0, kMaxName);
  out.at = token().at;
  out.size = static_cast<std::uint8_t>(word.size());
  std::copy(word.begin(), word.end(), out.text.begin());
  advance();
  return true;
}

/// Goes on after what should have been a name. False if nothing stands there.
bool Compiler::skip_name() {
  if (token().kind == TokenKind::end || token().line_before) return false;
  if (!at_symbol('{') && !at_symbol('(')) advance();
  return true;
}

/// Prepares the record of a declaration, whose instruction comes next.
void Compiler::start_declaration(IndexSpace space, const NameAt& name) {
  pending_ = {};
  pending_good_ = true;
  pending_.at = name.at;
  pending_.length = name.size;
  pending_.entry.record = records_ - 1;
  pending_.entry.code = code_size_;
  pending_.entry.key = name_key(space, name.hash());
}

/// The declaration is complete: its record goes to the scratch, unless an error made it worthless.
void Compiler::declare() {
  if (pending_good_) keep(builder_.add(scratch_, pending_));
}

/// A name is used that must be declared somewhere.
void Compiler::use(IndexSpace space, const NameAt& name, std::uint8_t params) {
  ScratchRecord record;
  record.role = ScratchRecord::Role::use;
  record.at = name.at;
  record.length = name.size;
  record.entry.key = name_key(space, name.hash());
  record.entry.params = params;
  keep(builder_.add(scratch_, record));
}

// ---- set, var, macro, layer -------------------------------------------------------------------

bool Compiler::set_definition() {
  advance();
  if (token().kind != TokenKind::word) return expected(Message::expected_name);
  NameAt spelled;
  const std::string_view word = lexer_.word();
  const std::size_t index = find_setting(word);
  if (index == kSettings.size()) {
    return error(Message::unknown_setting, word, closest_setting(word));
  }
  spelled.at = token().at;
  spelled.size = static_cast<std::uint8_t>(word.size());
  start_declaration(IndexSpace::setting, spelled);
  pending_.entry.key = name_key(IndexSpace::setting, static_cast<std::uint32_t>(index));
  advance();
  if (!expect_symbol('=', "=")) return false;
  const SettingInfo& info = kSettings[index];
  if (!info.supported) {
    return error_at(Message::not_yet, spelled.at, spelled.size, info.name);
  }
  if (!set_value(static_cast<Setting>(index), info)) return false;
  pending_.entry.body = code_size_;
  declare();
  return true;
}

/// The value, with the instruction that holds it. Advances past it.
bool Compiler::set_value(Setting setting, const SettingInfo& info) {
  if (info.type == SettingType::layout) return layout_value(Opcode::set_name, file_layout_);
  std::uint32_t value = 0;
  const bool good =
      info.type == SettingType::key ? key_value(info, value) : plain_value(info, value);
  if (!good) {
    const std::string_view wanted = kExpectedValue[static_cast<std::size_t>(setting)];
    const bool timed = info.type == SettingType::duration || info.type == SettingType::typing;
    if (timed) return expected_duration(Message::expected_value, wanted);
    return expected(Message::expected_value, {}, wanted);
  }
  emit(CodePiece(Opcode::set_number).number(static_cast<std::uint32_t>(setting)).number(value));
  return true;
}

/// A layout's name, for the file or for one binding.
bool Compiler::layout_value(Opcode opcode, hid::Layout& layout) {
  if (token().kind != TokenKind::word) {
    return expected(Message::expected_value, {}, kExpectedValue[0]);
  }
  const std::string_view word = lexer_.word();
  const hid::Layout* found = hid::find_layout(word);
  if (found == nullptr) {
    return error(Message::unknown_layout, word, hid::closest_layout_name(word));
  }
  if (opcode == Opcode::set_name && layout_used_ && !(*found == file_layout_)) {
    warn_at(Message::layout_after_text, token().at, token().length, {}, file_layout_.name());
  }
  layout = *found;
  layout_ = *found;
  CodePiece piece(opcode);
  if (opcode == Opcode::set_name) piece.number(static_cast<std::uint32_t>(Setting::layout));
  emit(piece.name(found->name()));
  advance();
  return true;
}

/// A word among the choices, or a duration where one may stand. False, without a report, if it is
/// neither.
bool Compiler::plain_value(const SettingInfo& info, std::uint32_t& value) {
  const std::size_t choice =
      token().kind == TokenKind::word ? find_choice(info, lexer_.word()) : info.choices.size();
  const bool timed = info.type == SettingType::duration || info.type == SettingType::typing;
  if (choice < info.choices.size()) {
    value = static_cast<std::uint32_t>(choice);
  } else if (timed && token().kind == TokenKind::duration) {
    value = token().value + (info.type == SettingType::typing ? 2 : 0);
  } else if (timed && token().kind == TokenKind::number && token().value == 0) {
    value = info.type == SettingType::typing ? 2 : 0;
  } else {
    return false;
  }
  advance();
  return true;
}

bool Compiler::key_value(const SettingInfo& info, std::uint32_t& value) {
  if (token().kind == TokenKind::word && find_choice(info, lexer_.word()) < info.choices.size()) {
    value = 0;
    advance();
    return true;
  }
  const auto usage =
      token().kind == TokenKind::word ? hid::usage_from_name(lexer_.word()) : std::nullopt;
  if (!usage) return false;
  value = static_cast<std::uint32_t>(*usage);
  advance();
  return true;
}

bool Compiler::variable_definition() {
  advance();
  NameAt variable;
  if (!name(variable)) return false;
  start_declaration(IndexSpace::variable, variable);
  std::uint32_t value = 0;
  bool minus = false;
  if (at_symbol('=') && !token().line_before) {
    advance();
    minus = at_symbol('-');
    if (minus) advance();
    const bool number = token().kind == TokenKind::number;
    value = token().value;
    if (!number || (!minus && value > 0x7FFFFFFFU)) {
      declare();  // what uses it is right
      return number ? error(Message::number_too_large) : expected(Message::expected_number);
    }
    advance();
  } else if (token().kind == TokenKind::number && !token().line_before) {
    declare();
    return expected(Message::expected_symbol, "=");
  }
  const auto initial = static_cast<std::int32_t>(minus ? 0U - value : value);
  emit(CodePiece(Opcode::variable).name(variable.view()).integer(initial));
  pending_.entry.body = code_size_;
  declare();
  return true;
}

bool Compiler::macro_definition() {
  advance();
  NameAt macro;
  const bool named = name(macro);
  if (!named && !skip_name()) return false;
  layout_ = file_layout_;
  std::uint8_t params = 0;
  local_count_ = 0;
  const bool good = parameters(params);
  start_declaration(IndexSpace::macro, macro);
  pending_good_ = named;
  pending_.entry.params = good ? params : kAnyParameters;
  if (!good) {
    declare();  // what calls it is right
    return false;
  }
  emit(CodePiece(Opcode::macro).name(macro.view()).number(params));
  pending_.entry.body = code_size_;
  if (!at_symbol('{')) declare();
  return open_body();
}

/// `(a, b)`, if it stands there.
bool Compiler::parameters(std::uint8_t& count) {
  if (!at_symbol('(')) return true;
  advance();
  while (!at_symbol(')')) {
    if (!parameter(count)) return false;
    if (at_symbol(',')) {
      advance();
    } else if (!at_symbol(')')) {
      return expected(Message::expected_symbol, ")");
    }
  }
  advance();
  return true;
}

bool Compiler::parameter(std::uint8_t& count) {
  const Position at = token().at;
  NameAt parameter;
  if (!name(parameter)) return false;
  if (find_local(parameter)) {
    error_at(Message::parameter_twice, at, parameter.size, parameter.view());
  }
  if (count == kMaxParameters) {
    return error_at(Message::too_many_parameters, at, parameter.size, {}, {}, kMaxParameters);
  }
  locals_[local_count_++] = {parameter.hash(), parameter.at.offset, parameter.size};
  ++count;
  return true;
}

bool Compiler::layer_definition() {
  advance();
  NameAt layer;
  const bool named = name(layer);
  if (!named && !skip_name()) return false;
  start_declaration(IndexSpace::layer, layer);
  pending_good_ = named;
  emit(CodePiece(Opcode::layer).name(layer.view()));
  pending_.entry.body = code_size_;
  declare();
  scope_ = layer.hash();
  if (!at_symbol('{')) return expected(Message::expected_brace);
  brace_excused_ = false;
  outside_line_ = 0;
  return open_block(Block::layer, 0, 0);
}

/// A binding or a remap in a layer, or its end.
void Compiler::layer_item() {
  if (at_symbol(';')) return advance();
  if (at_symbol('}')) {
    --depth_;
    emit(CodePiece(Opcode::layer_end));
    advance();
    return end_definition();
  }
  std::uint32_t& column = blocks_[0].start;
  if (column == 0) column = token().line_before ? token().at.column : 2;
  // What stands in column 1 while the items do not is probably no part of the layer; but it may be,
  // so that is only said when the layer is not closed, or when it cannot be an item.
  const bool outside = token().line_before && token().at.column < column && token().at.column == 1;
  if (outside && outside_line_ == 0) outside_line_ = token().at.line;
  if (token().kind == TokenKind::end || (outside && is_no_item(keyword()))) {
    missing_brace();
    depth_ = 0;
    return end_definition();
  }
  item_at_ = token().at;
  const std::uint8_t depth = depth_;
  if (definition()) return;
  depth_ = depth;
  skip(Skip::item);
}

// ---- Bindings and remaps ----------------------------------------------------------------------

bool Compiler::binding() {
  layout_ = file_layout_;
  local_count_ = 0;
  if (no_binding()) return false;
  const bool unknown = is_unknown_word();
  bool good = unknown ? unknown_trigger() : trigger();
  if (unknown && !good) return false;
  if (good && at_symbol('=')) return remap();
  write_trigger(Opcode::bind);
  const bool with_options = good && at_symbol('(');
  if (with_options) good = options();
  if (good && !at_symbol('{')) {
    good = unknown          ? false
           : with_options   ? expected(Message::expected_brace)
           : at_symbol('+') ? error(Message::space_in_chord)
                            : expected(Message::expected_body);
  }
  pending_good_ = good && trigger_good_;
  // The body may hold errors of its own: it is compiled even if the head has some.
  if (!find_body()) return false;
  return open_body();
}

/// Reports what is not even meant as a binding.
bool Compiler::no_binding() {
  if (at_symbol('}')) {
    error(Message::stray_brace);
    advance();
    return true;
  }
  if (at_word("MQTT") && lexer_.following() == '(') {
    error(Message::old_mqtt);
    advance();
    return true;
  }
  if (at_comment()) {
    error(Message::slash_comment);
    skip_line(token().at.line);
    return true;
  }
  return false;
}

/// A trigger that is an unknown word. False if another kind of definition is meant.
bool Compiler::unknown_trigger() {
  const Keyword meant =
      unknown_word() ? find_keyword(closest_keyword(lexer_.word())) : Keyword::no_keyword;
  trigger_ = {};
  trigger_at_ = token().at;
  trigger_length_ = token().length;
  trigger_good_ = false;
  text_size_ = 0;
  advance();
  return meant != Keyword::k_set && meant != Keyword::k_var && meant != Keyword::k_macro &&
         meant != Keyword::k_layer && meant != Keyword::k_define;
}

/// `(again: stop, typing: 20ms)`.
bool Compiler::options() {
  std::uint8_t seen = 0;
  advance();
  while (!at_symbol(')')) {
    if (!option(seen)) return false;
    if (at_symbol(',')) {
      advance();
    } else if (!at_symbol(')')) {
      return expected(Message::expected_symbol, ")");
    }
  }
  advance();
  return true;
}

bool Compiler::option(std::uint8_t& seen) {
  constexpr std::array<std::string_view, 3> kOptions = {"again", "typing", "layout"};
  const auto* found = std::find(kOptions.begin(), kOptions.end(),
                                token().kind == TokenKind::word ? lexer_.word() : "");
  if (found == kOptions.end()) return expected(Message::expected_option);
  const auto index = static_cast<unsigned>(found - kOptions.begin());
  if ((seen & (1U << index)) != 0) return error(Message::option_twice, *found);
  seen = static_cast<std::uint8_t>(seen | (1U << index));
  advance();
  if (!expect_symbol(':', ":")) return false;
  if (index == 0) return again_option();
  if (index == 2) return layout_value(Opcode::option_layout, layout_);
  std::uint32_t value = 0;
  if (!plain_value(kSettings[static_cast<std::size_t>(Setting::typing)], value)) {
    return expected_duration(Message::expected_value,
                             kExpectedValue[static_cast<std::size_t>(Setting::typing)]);
  }
  emit(CodePiece(Opcode::option_typing).number(value));
  return true;
}

bool Compiler::again_option() {
  constexpr std::array<std::string_view, 4> kChoices = {"ignore", "stop", "restart", "parallel"};
  const auto* found = std::find(kChoices.begin(), kChoices.end(),
                                token().kind == TokenKind::word ? lexer_.word() : "");
  if (found == kChoices.end()) {
    return expected(Message::expected_value, {}, "ignore, stop, restart or parallel");
  }
  if (found != kChoices.begin()) return not_yet(*found);
  emit(
      CodePiece(Opcode::option_again).number(static_cast<std::uint32_t>(found - kChoices.begin())));
  advance();
  return true;
}

/// `= CHORD` or `= none`, at the `=`.
bool Compiler::remap() {
  advance();
  if (keyword() == Keyword::k_none) {
    write_trigger(Opcode::remap_none);
    pending_good_ = trigger_good_;
    advance();
    declare();
    return true;
  }
  if (token().kind == TokenKind::text) return error(Message::remap_body);
  if (at_symbol('{')) {
    error(Message::remap_body);
    write_trigger(Opcode::bind);
    return open_body();
  }
  Chord target;
  if (!chord(target)) return false;
  write_trigger(Opcode::remap);
  pending_good_ = trigger_good_;
  if (target.good) check_key(target);
  append(CodePiece().byte(target.sides()).key(target.key).bytes());
  pending_.entry.body = code_size_;
  if (at_symbol('/') && !token().line_before) return not_yet("/");
  declare();
  return true;
}

// ---- Bodies -----------------------------------------------------------------------------------

/// At the `{` of a body: its parameters are the first locals.
bool Compiler::open_body() {
  if (!at_symbol('{')) return expected(Message::expected_brace);
  start_body();
  return open_block(Block::body, 0, 0);
}

void Compiler::start_body() {
  brace_excused_ = false;
  frame_ = local_count_;
  label_count_ = 0;
  next_label_ = 0;
  last_labels_ = 0;
}

/// The body is complete: writes what is left of it and its record. In the file itself the
/// definition ends with it.
void Compiler::close_body() {
  flush_labels();
  emit(CodePiece(Opcode::end).number(frame_).number(last_labels_));
  pending_.entry.frame = frame_;
  pending_.entry.labels = last_labels_;
  declare();
  --depth_;
  if (depth_ == 0) end_definition();
}

// ---- The old form: define KEY … end -----------------------------------------------------------

bool Compiler::old_definition() {
  const Position at = token().at;
  layout_ = file_layout_;
  local_count_ = 0;
  advance();
  const bool good = trigger();
  if (!good && token().at.line == at.line) skip_line(at.line);
  write_trigger(Opcode::bind);
  pending_good_ = good && trigger_good_;
  start_body();
  OpenBlock& block = blocks_[depth_++];
  block = {};
  block.kind = Block::define;
  block.at = at;
  return true;
}

/// `type "…"`, `report mod=… keys=…` or `end`.
void Compiler::define_line() {
  const bool over = token().kind == TokenKind::end || starts_definition();
  if (keyword() == Keyword::k_end || over) {
    if (over) {
      error_at(Message::missing_end, blocks_[0].at, 6);
    } else {
      advance();
    }
    return close_body();
  }
  const std::uint32_t line = token().at.line;
  if (at_word("type")) {
    advance();
    if (token().kind == TokenKind::text && token().at.line == line) return start_text(Mode::text);
  } else if (at_word("report")) {
    advance();
    if (define_report(line)) return;
  }
  token().at.line == line ? error(Message::define_line) : expected(Message::define_line);
  skip_line(line);
}

/// `mod=0x01 keys=0x06,0x19`, either of them alone too.
bool Compiler::define_report(std::uint32_t line) {
  std::uint8_t mods = 0;
  std::uint8_t count = 0;
  std::array<std::uint8_t, kMaxRawKeys> keys{};
  if (token().at.line != line) return false;
  while (!token().line_before && token().kind == TokenKind::word) {
    const bool is_mods = at_word("mod");
    if (!is_mods && !at_word("keys")) return false;
    advance();
    if (!at_symbol('=')) return false;
    do {
      advance();
      const bool good = token().kind == TokenKind::number && !token().line_before &&
                        token().value <= 0xFF && (is_mods || count < keys.size());
      if (!good) return false;
      const auto value = static_cast<std::uint8_t>(token().value);
      if (is_mods) {
        mods = value;
      } else if (value != 0) {
        keys[count++] = value;
      }
      advance();
    } while (!is_mods && at_symbol(','));
  }
  emit(CodePiece(Opcode::raw).byte(mods).byte(count));
  append(std::span{keys}.first(count));
  return true;
}

}  // namespace pianola::lang
