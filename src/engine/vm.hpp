#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "engine/core.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::engine {

/// Executes the instructions of the task that has the floor. Each opcode of the table has a handler
/// of its name; operands are read and checked, and the stack's depth is checked, as the table says.
/// Instructions that only compute are executed where they lie in the reader's window by compute(),
/// which is much faster and leaves whatever is unusual to the handlers.
/// Made anew for each step; all state is in the Core.
class Vm {
 public:
  /// Why run() came back.
  enum class Stop : std::uint8_t {
    budget,   ///< It executed as much as it may; the task keeps the floor.
    waiting,  ///< The task waits for the host, or for a report to have stood; it keeps the floor.
    yielded,  ///< The floor is free.
    asks,     ///< The task asks something of the device (Core::request); it keeps the floor.
  };

  explicit Vm(Core& core) : core_(core) {}

  /// Executes at most `budget` instructions and characters, and counts it down.
  Stop run(unsigned& budget);

  /// `task`, the one with the earliest deadline, wakes, has the floor, and sleeps again by the WAIT
  /// that comes next and before which the reader stands, all in one: that is one change of the
  /// floor and one instruction. Only while nobody has the floor, nor is ready, and the deadline has
  /// come. False if it is for run(): nothing happened.
  bool sleep_on(TaskIndex task);

 private:
  /// What became of one instruction.
  enum class Flow : std::uint8_t {
    next,     ///< Done: the next one.
    repeat,   ///< Not done or not wholly: again, when the typist is ready.
    yielded,  ///< The task gave up the floor.
    asks,     ///< Done, and the device is asked something.
  };

  /// How an instruction is run.
  enum class Kind : std::uint8_t {
    plain,
    computes,  ///< Begin with compute().
    types,     ///< Its handler wants the typist to be ready.
    waits,     ///< Begin with wait_at_once().
  };
  static constexpr unsigned kKindBits = 2;
  static constexpr unsigned kOthers = 3;
  static constexpr Kind kind_of(lang::Opcode opcode);
  static constexpr unsigned numbers_of(lang::Opcode opcode);
  static unsigned traits(std::uint8_t code);
  static Kind kind(std::uint8_t code);

  /// The operands in their order: a number as it is, a name as its hash, one with a length as that
  /// length.
  struct Operands {
    std::array<std::uint32_t, 4> value{};
    std::uint32_t payload = 0;  ///< Where a name or the operand of a text begins.
  };

  Flow one();
  bool tap_at_once();
  bool type_at_once();
  [[nodiscard]] const std::uint8_t* leaving() const;
  static std::uint32_t short_time(const std::uint8_t* code, std::uint32_t& size);
  bool wait_at_once();
  bool yield_at_once();
  Flow execute(std::uint8_t code);
  void compute(unsigned& budget, bool alone);
  bool decode(std::uint8_t code, Operands& operands);
  bool read(lang::OperandKind kind, std::uint32_t& value, Operands& operands);
  bool read_name(std::uint32_t& value, Operands& operands);
  bool read_sized(std::uint32_t most, std::uint32_t& value, Operands& operands);
  bool read_text(Operands& operands);

  // One handler an opcode; none for those that lang::declares().
#define PIANOLA_X(symbol, ...) Flow on_##symbol(const Operands& operands);
  PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X

  // The task and what it holds.
  Task& task() { return *self_; }
  [[nodiscard]] Owner owner() const { return task_owner(core_.floor.task); }
  Flow fail(ErrorCode code);
  [[nodiscard]] std::size_t known_events();
  [[nodiscard]] bool trigger_held();

  // Values.
  void push(Value value) { core_.stack[core_.floor.depth++] = value; }
  Value pop() { return core_.stack[--core_.floor.depth]; }
  Value& slot(std::uint32_t number) { return core_.slots[task().frame + number]; }
  void push(bool truth) { push(Value::integer(truth ? 1 : 0)); }
  [[nodiscard]] const Value& top() const { return core_.stack[core_.floor.depth - 1U]; }
  Flow binary(lang::Opcode opcode);
  void note_timer(Time at);
  [[nodiscard]] std::uint32_t elapsed();

  // Yielding.
  bool flush();
  [[nodiscard]] bool nobody_waits();
  bool park(std::uint32_t pc);
  Flow yield(std::uint32_t pc);
  Flow sleep(std::uint32_t pc, Wakes wakes);
  Flow wait(std::uint32_t pc, Wakes wakes);
  Flow sleep_for(std::uint32_t pc, std::uint32_t duration);

  // Control.
  [[nodiscard]] std::optional<lang::Label> find(std::uint32_t label);
  Flow jump(std::uint32_t label);
  Flow go_back(std::uint32_t target, unsigned depth);
  Flow branch(std::uint32_t label, bool jump_if, bool keep);
  [[nodiscard]] bool find_macro(std::uint32_t name, Found& out);
  std::optional<ErrorCode> spawn(const Operands& operands, TaskIndex& out);
  std::optional<ErrorCode> make_child(const Found& found, TaskIndex& out);
  Flow run_child(TaskIndex child);
  Flow repeat_binding(std::uint32_t binding);
  Flow wait_for(bool over, std::uint32_t limit, Wakes wakes);
  Flow finish();
  bool leave_to(unsigned depth);
  Flow hide(hid::Modifiers mods);

  // What comes on the keyboard.
  [[nodiscard]] hid::Usage usage_of(lang::KeyRef key);
  [[nodiscard]] hid::Modifiers held_modifiers();
  [[nodiscard]] bool interrupted();
  [[nodiscard]] char32_t last_typed();

  // `match next`.
  struct PatternKey;
  struct Pattern;
  struct Match;
  bool read_pattern(Pattern& out);
  static std::optional<unsigned> met_by(const Pattern& pattern, hid::Usage key, hid::Modifiers mods,
                                        unsigned done, bool any_order, int& best);
  bool meets(const Pattern& pattern, bool any_order, std::optional<Time> last, Match& out);

  // Layers and recordings.
  Flow set_layer(Owner owner, hid::Usage layer, bool on);
  Flow record(std::uint32_t name, bool timed);
  Flow play_wait(std::uint16_t time);
  Flow play_one(UsageChange change);
  void end_play(std::uint32_t name);

  // The pointer.
  bool hold_still();

  // The device.
  Flow ask(Request::Kind what);

  // Keys.
  [[nodiscard]] std::optional<Chord> chord(const Operands& operands);
  bool ready() { return core_.typist.ready(core_.now); }
  [[nodiscard]] bool is_safe() { return task().pace.safe(); }
  /// A raw report of the task is over.
  void drop_raw() {
    if (task().raw == 0) return;
    task().raw = 0;
    core_.mixer.change().remove_loose(owner());
  }
  Chord with_layers(Chord chord);
  Flow tap(const Chord& chord);
  Flow put_down(const Chord& chord, Owner owner, std::uint32_t info);
  Flow let_up(const Chord& chord, Owner owner);
  bool clear_way(hid::Usage key);

  // Text.
  Flow start_typing();
  Flow type();
  Flow end_typing();
  Flow start_named();
  char32_t capital(char32_t character);
  [[nodiscard]] std::optional<Value> value_of(std::uint32_t name);
  bool start_value(Value value);
  [[nodiscard]] hid::Modifiers pressed_modifiers();

  Core& core_;
  Task* self_ = nullptr;     ///< The task that has the floor.
  std::uint32_t start_ = 0;  ///< Offset of the instruction or character.
};

}  // namespace pianola::engine
