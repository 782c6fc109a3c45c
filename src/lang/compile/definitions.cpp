#include <algorithm>

#include "base/status.hpp"
#include "lang/compile/compiler.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// Definitions that cannot stand in a layer.
constexpr bool is_no_item(Keyword word) {
  return word == Keyword::k_set || word == Keyword::k_var || word == Keyword::k_macro ||
         word == Keyword::k_layer || word == Keyword::k_define;
}

}  // namespace

/// One definition's head; of bindings, macros and layers everything up to and with `{`.
bool Compiler::definition() {
  // What begins with one of these words and is no `macro::` belongs to no other program.
  const bool own = is_no_item(keyword()) && lexer_.following() != ':';
  if (!own && !at_named_text() && foreign_definition()) return false;
  Keyword word = definition_keyword();
  const bool marked = at_symbol('[') || word == Keyword::k_public || word == Keyword::k_private;
  if (at_symbol('[') && !bracketed_visibility()) return false;
  if (marked && word != Keyword::no_keyword && !visibility(word)) return false;
  if (marked) word = definition_keyword();
  const bool text = at_named_text();
  if (!text && !is_no_item(word)) return binding();
  if (depth_ > 0) {
    return error(word == Keyword::k_layer ? Message::nested_layer : Message::only_bindings);
  }
  if (word == Keyword::k_set && marked) return error(Message::not_private);
  return text ? text_definition() : definition_of(word);
}

/// The keyword at which a definition starts, also if it is misspelt, which is reported.
Keyword Compiler::definition_keyword() {
  const bool known = !is_unknown_word() || at_old_command() || at_named_text() || at_dance();
  if (known) return keyword();
  if (!unknown_word()) return Keyword::no_keyword;
  const Keyword meant = find_keyword(closest_keyword(lexer_.word()));
  Lexer& ahead = next_ahead();
  const Token& next = ahead.token();
  const bool marks = meant == Keyword::k_public || meant == Keyword::k_private;
  const bool good = marks ? !next.is_symbol('{') && !next.is_symbol('(') && !next.is_symbol('=')
                          : is_no_item(meant) && next.kind == TokenKind::word;
  return good && !next.line_before ? meant : Keyword::no_keyword;
}

/// At the keyword `word` or at what was meant for it.
bool Compiler::definition_of(Keyword word) {
  if (word == Keyword::k_var) return variable_definition();
  if (word == Keyword::k_macro) return macro_definition();
  if (word == Keyword::k_layer) return layer_definition();
  if (word == Keyword::k_define) return old_definition();
  return set_definition();
}

/// `[private]`, as old files have it.
bool Compiler::bracketed_visibility() {
  const Position at = token().at;
  advance();
  if (token().kind != TokenKind::word) return error_at(Message::quote_this_key, at, 1, "["sv);
  const Keyword word = keyword();
  if (word == Keyword::k_private) private_mark();
  const bool known = word == Keyword::k_private || word == Keyword::k_public;
  if (!known) error(Message::expected_visibility);
  do {
    advance();
  } while (!known && !at_symbol(']') && !token().line_before && token().kind != TokenKind::end);
  // What `[F1] { … }` should be was told.
  return expect_symbol(']') && (known || !at_symbol('{'));
}

bool Compiler::visibility(Keyword word) {
  const Position at = token().at;
  if (word == Keyword::k_private) {
    if (const auto number = lexer_.placeholder_number()) {
      advance();
      if (at_word("locked")) advance();
      return error_at(Message::locked_placeholder, at, 7, *number);
    }
    private_mark();
  }
  advance();
  return true;
}

/// At the word `private`. Warns once in a file that it promises nothing yet.
void Compiler::private_mark() {
  emit(Opcode::private_next);
  if (!private_seen_) warn_at(Message::private_is_plain, token().at, token().length, {}, {});
  private_seen_ = true;
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
  if (token().kind == TokenKind::text) {
    skip_text();
  } else if (!at_symbol('{') && !at_symbol('(')) {
    advance();
  }
  return true;
}

/// Prepares the record of a declaration, whose instruction comes next.
void Compiler::start_declaration(IndexSpace space, const NameAt& name) {
  pending_ = {};
  pending_good_ = true;
  pending_.offset = name.at.offset;
  pending_.entry.record = records_ - 1;
  pending_.entry.code = code_size_;
  pending_.entry.key = name_key(space, name.hash());
}

/// The declaration is complete: its record goes to the scratch, unless an error made it worthless.
void Compiler::declare() {
  if (!pending_good_) return;
  note(pending_);
  if (pending_.text) {
    pending_.entry.key = text_key(pending_.entry.key);
    note(pending_);
  }
  const bool trigger = pending_.entry.key.high >> 28 == static_cast<unsigned>(IndexSpace::trigger);
  if (!trigger || key_kind(pending_.entry.key) != TriggerKind::together) return;
  // It is found by each of its keys.
  for (std::size_t i = 1; i < trigger_.keys; ++i) {
    index_key(pending_, i);
    note(pending_);
  }
}

/// A name is used that must be declared somewhere.
void Compiler::use(IndexSpace space, const NameAt& name, std::uint8_t params) {
  ScratchRecord record;
  record.role = ScratchRecord::Role::use;
  record.offset = name.at.offset;
  record.entry.key = name_key(space, name.hash());
  record.entry.record = records_ - 1;
  record.entry.params = params;
  note(record);
}

/// Keeps a record for the index. Those of a definition that is kept are there already, but for what
/// it uses.
void Compiler::note(ScratchRecord& record) {
  if (status_ != Status::more) return;
  if (keeps_) {
    if (record.role == ScratchRecord::Role::declaration ||
        IndexBuilder::mark_use(kept_->roll(), marks_, kept_record_, record.entry.key)) {
      return;
    }
    // The roll in force is damaged, or another: that will be found.
  }
  ++noted_;
  record.known = item_at_;
  keep(scratch_.append(record));
}

// ---- var, macro, layer ------------------------------------------------------------------------

[[gnu::noinline]] bool Compiler::variable_definition() {
  advance();
  NameAt variable;
  if (!name(variable)) return false;
  if (++variables_ == kMaxGlobals + 1) {
    error_at(Message::too_many_variables, variable.at, variable.size, kMaxGlobals);
  }
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
    return expected(Message::expected_symbol, "="sv);
  }
  const auto initial = static_cast<std::int32_t>(minus ? 0U - value : value);
  emit(NamedPiece(Opcode::variable).name(variable.view()).integer(initial));
  pending_.entry.body = code_size_ - variable.size;
  declare();
  return true;
}

/// Whether `text` stands here with a name behind it.
bool Compiler::at_named_text() {
  if (!at_word("text")) return false;
  Lexer& ahead = next_ahead();
  return ahead.token().kind == TokenKind::word && !ahead.token().line_before;
}

/// `text NAME = "…"`: the pieces of the text are compiled by text_step().
[[gnu::noinline]] bool Compiler::text_definition() {
  advance();
  NameAt text;
  if (!name(text)) return false;
  layout_ = file_layout_;
  start_declaration(IndexSpace::variable, text);
  pending_.text = true;
  emit(Opcode::named_text, text.view());
  pending_.entry.body = code_size_ - text.size;
  const bool equals = at_symbol('=');
  if (equals) advance();
  if (equals && token().kind == TokenKind::text) {
    start_text(Mode::named_text);
    return true;
  }
  declare();  // what uses it is right
  return equals ? expected(Message::expected_text) : expected(Message::expected_symbol, "="sv);
}

/// The name in a `${…}` of a text that has one itself.
[[gnu::noinline]] bool Compiler::text_part() {
  NameAt part;
  const bool named = token().kind == TokenKind::word && keyword() == Keyword::no_keyword;
  if (!named) return error(Message::text_parts);
  if (!name(part)) return false;
  if (!at_symbol('}')) return error(Message::text_parts);
  emit(Opcode::text_of, part.view());
  use(IndexSpace::variable, part, kTextUse);
  const auto depth = static_cast<std::uint8_t>(text_depth(part) + 1U);
  pending_.entry.frame = std::max(pending_.entry.frame, depth);
  if (depth <= kMaxTextDepth) return true;
  pending_.entry.frame = kMaxTextDepth;  // once is enough
  return error_at(Message::texts_too_deep, part.at, part.size, kMaxTextDepth);
}

/// How deep texts stand in each other in the one called `name`, which was declared before; else 0.
std::uint8_t Compiler::text_depth(const NameAt& name) {
  const IndexKey key = name_key(IndexSpace::variable, name.hash());
  ScratchRecord record;
  for (std::uint32_t i = 0; i < noted_ && scratch_.read(record.next, record); ++i) {
    const bool declares = record.role == ScratchRecord::Role::declaration;
    if (declares && record.text && record.entry.key == key) return record.entry.frame;
  }
  return 0;
}

[[gnu::noinline]] bool Compiler::macro_definition() {
  advance();
  NameAt macro;
  const bool named = name(macro);
  if (!named && !skip_name()) return false;
  layout_ = file_layout_;
  std::uint8_t params = 0;
  local_count_ = 0;
  erase_ = 0;
  const bool good = parameters(params);
  start_declaration(IndexSpace::macro, macro);
  pending_good_ = named;
  pending_.entry.params = good ? params : kAnyParameters;
  if (!good) {
    declare();  // what calls it is right
    return false;
  }
  emit(Opcode::macro, macro.view(), params);
  pending_.entry.body = code_size_ - macro.size;
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
      return expected(Message::expected_symbol, ")"sv);
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
    return error_at(Message::too_many_parameters, at, parameter.size, kMaxParameters);
  }
  locals_[local_count_++] = {parameter.at.offset, static_cast<std::uint16_t>(parameter.hash()),
                             parameter.size};
  ++count;
  return true;
}

[[gnu::noinline]] bool Compiler::layer_definition() {
  advance();
  NameAt layer;
  const bool named = name(layer);
  if (!named && !skip_name()) return false;
  if (++layers_ == kMaxLayers + 1) {
    error_at(Message::too_many_layers, layer.at, layer.size, kMaxLayers);
  }
  start_declaration(IndexSpace::layer, layer);
  pending_good_ = named;
  emit(Opcode::layer, layer.view());
  const bool good = !at_symbol('(') || layer_modifiers();
  pending_.entry.body = code_size_ - layer.size;
  declare();
  if (!good) return false;
  scope_ = layer.hash();
  layer_home_ = home_;
  if (!at_symbol('{')) return expected(Message::expected_brace);
  brace_excused_ = false;
  outside_line_ = 0;
  return open_block(Block::layer, 0, 0);
}

/// `(ctrl+shift)`: the modifiers of what the layer does not bind.
bool Compiler::layer_modifiers() {
  advance();
  TriggerMods mods;
  if (!modifiers(mods) || !expect_symbol(')')) return false;
  pending_.entry.frame = mods.sides();
  emit(CodePiece(Opcode::layer_mods).byte(mods.sides()));
  return true;
}

/// A binding or a remap in a layer, or its end.
void Compiler::layer_item() {
  if (at_symbol(';')) return advance();
  if (at_symbol('}')) {
    --depth_;
    emit(Opcode::layer_end);
    advance();
    return end_definition();
  }
  std::uint32_t& column = blocks_[0].start;
  if (column == 0) column = token().line_before ? token().at.column : 2;
  // What stands as far out as the layer while its items do not is probably no part of the layer;
  // but it may be, so that is only said when the layer is not closed, or when it cannot be an item.
  const std::uint32_t here = token().at.column;
  const bool outside = token().line_before && here < column && (here == 1 || here == layer_home_);
  if (outside && outside_line_ == 0) outside_line_ = token().at.line;
  if (token().kind == TokenKind::end || (outside && is_no_item(keyword()))) {
    missing_brace();
    depth_ = 0;
    return end_definition();
  }
  start_item();
  const std::uint8_t depth = depth_;
  if (definition()) return;
  depth_ = depth;
  skip(Skip::item);
}

/// A clause of a dance, or its end.
[[gnu::noinline]] void Compiler::dance_item() {
  if (at_symbol(';')) return advance();
  OpenBlock& block = blocks_[depth_ - 1];
  const bool over = token().kind == TokenKind::end || (!at_clause() && starts_definition());
  if (over) return missing_brace();
  if (at_symbol('}')) {
    if (block.start == 0) error(Message::expected_clause);
    --depth_;
    advance();
    if (depth_ == 0) end_definition();
    return;
  }
  block.start = 1;
  const std::uint8_t depth = depth_;
  if (clause()) return;
  depth_ = depth;
  skip(Skip::statement);
}

/// Whether a clause surely starts here: `hold {`, and not `hold F5 {`.
bool Compiler::at_clause() {
  Lexer& ahead = next_ahead();
  const Keyword word = keyword();
  const bool open = ahead.token().is_symbol('{');
  if (word == Keyword::k_double) return open || ahead.word() == "hold"sv;
  return open && (word == Keyword::k_tap || word == Keyword::k_hold || at_word("triple"));
}

/// `double hold {`: what follows is the body of a binding of its own.
bool Compiler::clause() {
  const Position at = token().at;
  const Keyword word = keyword();
  Clause found = Clause::triple;
  if (word == Keyword::k_tap) {
    found = Clause::tap;
  } else if (word == Keyword::k_hold) {
    found = Clause::hold;
  } else if (word == Keyword::k_double) {
    found = Clause::double_tap;
  } else if (!at_word("triple")) {
    return error(Message::expected_clause);
  }
  advance();
  if (found == Clause::double_tap && keyword() == Keyword::k_hold) {
    found = Clause::double_hold;
    advance();
  }
  if (!at_symbol('{')) return error(Message::expected_clause);
  local_count_ = 0;
  pending_.offset = at.offset;
  pending_.length = static_cast<std::uint8_t>(last_end_.column - at.column);
  pending_.entry.key.high =
      (pending_.entry.key.high & 0xFF0000FFU) | static_cast<std::uint32_t>(found) << 8;
  emit(Opcode::clause, static_cast<std::uint32_t>(found));
  pending_.entry.body = code_size_;
  return open_body();
}

// ---- Bindings and remaps ----------------------------------------------------------------------

[[gnu::noinline]] bool Compiler::binding() {
  layout_ = file_layout_;
  local_count_ = 0;
  if (no_binding()) return false;
  if (at_symbol('{')) return expected(Message::expected_key);
  const bool unknown = is_unknown_word() && !at_dance();
  if (unknown) unknown_trigger();
  bool good = unknown || trigger();
  const bool with_options = good && at_symbol('(');
  if (with_options) good = options();
  const bool arrow = good && !unknown && foreign_arrow();
  if (arrow || (good && at_symbol('='))) return remap();
  write_trigger(Opcode::bind);
  const bool spaced = at_symbol('+') || ends_in_modifier();
  const bool sequence = trigger_.kind == TriggerKind::leader;
  if (good && !at_symbol('{')) {
    good = unknown        ? false
           : with_options ? expected(Message::expected_brace)
           : spaced       ? error(Message::space_in_chord)
                          : expected(sequence ? Message::leader_keys : Message::expected_body);
  }
  pending_good_ = good && trigger_good_;
  // The body may hold errors of its own: it is compiled even if the head has some.
  if (!find_body(with_options || spaced)) return false;
  return trigger_.kind == TriggerKind::dance ? open_block(Block::dance, 0, 0) : open_body();
}

/// After a trigger: whether it is a modifier alone, with its key behind a space.
bool Compiler::ends_in_modifier() const {
  const bool key = token().kind == TokenKind::word || token().kind == TokenKind::number;
  const KeyRef last = trigger_keys_[0];
  return key && !token().line_before && trigger_.kind == TriggerKind::press && trigger_good_ &&
         !last.is_character() && hid::is_modifier(static_cast<hid::Usage>(last.value()));
}

/// `MQTT(…)` of old files.
bool Compiler::at_old_command() { return at_word("MQTT") && lexer_.following() == '('; }

/// `;` before a comment, as elsewhere.
bool Compiler::at_semicolon() {
  if (!at_symbol(';') || !token().line_before) return false;
  Lexer& ahead = next_ahead();
  return !ahead.token().is_symbol('{') && !ahead.token().is_symbol('=');
}

/// Reports what is not even meant as a binding.
bool Compiler::no_binding() {
  if (at_symbol('}')) {
    error(Message::stray_brace);
    advance();
    return true;
  }
  if (at_old_command()) {
    error(Message::old_mqtt);
    advance();
    return true;
  }
  if (at_comment() || at_semicolon()) {
    error(Message::slash_comment);
    pass_rest_of_line();
    return true;
  }
  return false;
}

/// A trigger that is an unknown word, which is reported (once, also if it was before).
void Compiler::unknown_trigger() {
  unknown_word();
  trigger_ = {};
  trigger_at_ = token().at;
  trigger_length_ = token().length;
  trigger_good_ = false;
  text_size_ = 0;
  start_options();
  advance();
}

/// `= CHORD`, `= none`, `= oneshot …`, `= toggle …` or `= layer …`, at the `=`.
[[gnu::noinline]] bool Compiler::remap() {
  if (!can_remap(false)) trigger_good_ = false;
  constexpr unsigned kAgain = 1U;
  static_assert(kOptionWords[0] == "again");
  if ((options_ & kAgain) != 0) error_at(Message::again_of_remap, trigger_at_, trigger_length_);
  advance();
  const Position equals_end = last_end_;
  const bool next_line = token().line_before;
  if (keyword() == Keyword::k_none) {
    write_trigger(Opcode::remap_none);
    pending_good_ = trigger_good_;
    advance();
    declare();
    return true;
  }
  if (token().kind == TokenKind::text) return error(Message::remap_body);
  if (!next_line && neighbour(Place::target)) return false;
  if (at_symbol('{')) {
    error(Message::remap_body);
    write_trigger(Opcode::bind);
    return open_body();
  }
  const RemapForm* const form = remap_form();
  if (form == nullptr) return false;
  Chord target;
  NameAt layer;
  if (!remap_target(*form, target, layer)) return false;
  if (next_line && !token().line_before && (at_symbol('=') || at_symbol('{'))) {
    return error_at(Message::expected_key, equals_end, 1);  // that was the next definition's
  }
  if (form->only == Opcode::to_layer && at_symbol('/') && !token().line_before) {
    warn_at(Message::tapped_layer, layer.at, layer.size, layer.view(), {});
  }
  write_trigger(form->only);
  pending_good_ = trigger_good_;
  append_target(*form, target, layer);
  pending_.entry.body = code_size_;
  const bool two = at_symbol('/') && !token().line_before;
  pending_.decides = two || form->only == Opcode::once || form->only == Opcode::once_layer;
  const bool good = !two || second_target();
  if (good) declare();
  return good;
}

/// What the words before the chord or the name say that a remap does. Null after an error.
const RemapForm* Compiler::remap_form() {
  for (const RemapForm& form : kRemapForms) {
    if (form.operand != RemapOperand::nothing || !at_word(form.words)) continue;
    advance();
    return &form;
  }
  const Keyword first = keyword();
  Lexer& ahead = next_ahead();
  const Keyword second = find_keyword(ahead.word());
  const bool layer = first == Keyword::k_layer;
  const bool once_layer = first == Keyword::k_oneshot && second == Keyword::k_layer;
  if (first == Keyword::k_toggle && second == Keyword::k_layer) {
    error(Message::neighbour, "toggle layer"sv, Advice::layer_remap);
    return nullptr;
  }
  if (layer && (second == Keyword::k_hold || second == Keyword::k_on)) {
    error(Message::neighbour, second == Keyword::k_on ? "layer on"sv : "layer hold"sv,
          Advice::layer_binding);
    return nullptr;
  }
  // A layer's name stands in the line of its word: what begins the next line is a definition.
  if ((layer && token().line_before) || (once_layer && ahead.token().line_before)) {
    expected(Message::expected_key);
    return nullptr;
  }
  const bool toggle_layer = layer && second == Keyword::k_toggle;
  const Opcode opcode = toggle_layer                  ? Opcode::remap_toggle_layer
                        : layer                       ? Opcode::to_layer
                        : once_layer                  ? Opcode::once_layer
                        : first == Keyword::k_oneshot ? Opcode::once
                        : first == Keyword::k_toggle  ? Opcode::remap_toggle
                                                      : Opcode::remap;
  if (opcode != Opcode::remap) advance();
  if (toggle_layer || once_layer) advance();
  const RemapForm* const form = find_remap(opcode);
  const bool chord = form->operand == RemapOperand::chord;
  if (*form->words == 0 || !chord || !token().line_before) return form;
  expected(Message::expected_key);
  return nullptr;
}

/// The chord or the layer's name after the words of `form`, if it has one.
bool Compiler::remap_target(const RemapForm& form, Chord& keys, NameAt& layer) {
  if (form.operand == RemapOperand::nothing) return true;
  if (form.operand == RemapOperand::chord) return chord(keys);
  if (token().line_before) return expected(Message::expected_name);
  if (!name(layer)) return false;
  use(IndexSpace::layer, layer, kAnyParameters);
  return true;
}

/// The operands of what remap_target() read, the rest of an instruction.
void Compiler::append_target(const RemapForm& form, const Chord& keys, const NameAt& layer) {
  if (form.operand == RemapOperand::nothing) return;
  if (form.operand == RemapOperand::layer) return append(NamedPiece().name(layer.view()));
  if (keys.good) check_sent(keys);
  note_letter(keys.key);
  append(CodePiece().byte(keys.sides()).key(keys.key));
}

/// What the key does when it is held, at the `/` before it.
bool Compiler::second_target() {
  if (!can_remap(true)) pending_good_ = false;
  advance();
  if (token().line_before) return expected(Message::expected_key);
  const RemapForm* const form = remap_form();
  if (form == nullptr) return false;
  Chord target;
  NameAt layer;
  if (!remap_target(*form, target, layer)) return false;
  emit(form->held);
  append_target(*form, target, layer);
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
  may_end_ = false;
  frame_ = local_count_;
  label_count_ = 0;
  named_count_ = 0;
  next_label_ = 0;
  last_labels_ = 0;
  if (erase_ > 0) emit(Opcode::erase, erase_);
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
[[gnu::noinline]] bool Compiler::define_report(std::uint32_t line) {
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
