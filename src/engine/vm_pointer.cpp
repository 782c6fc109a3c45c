// The instructions that move the pointer and turn the wheel.

#include <algorithm>

#include "engine/vm.hpp"

namespace pianola::engine {

namespace {

// What one report can say.
constexpr std::int32_t kMostPixels = 32767;
constexpr std::int32_t kMostTicks = 127;

/// Takes out of `distance` what one report can say at most.
std::int32_t take(std::int32_t& distance, std::int32_t most) {
  const std::int32_t part = std::clamp(distance, -most, most);
  distance -= part;
  return part;
}

}  // namespace

/// No typed key is down, and the modifiers that the trigger named are hidden, so that the motion is
/// no drag and no shortcut. False: not yet.
bool Vm::hold_still() {
  TypedKey still;
  if (task().hides != 0) {
    still.mask = Mask::keys;
    still.mask_mods = task().hides;
  }
  if (core_.mixer.typed_key() == still) return true;
  core_.mixer.change_typed_key() = still;
  core_.typist.stand(task().pace);
  return false;
}

Vm::Flow Vm::on_move(const Operands&) {
  if (!ready() || !hold_still()) return Flow::repeat;
  drop_raw();
  Value* const top = &core_.stack[core_.floor.depth - 2U];
  if (!top[0].is_integer() || !top[1].is_integer()) return fail(ErrorCode::type);
  std::int32_t x = top[0].number();
  std::int32_t y = top[1].number();
  Motion motion;
  motion.x = static_cast<std::int16_t>(take(x, kMostPixels));
  motion.y = static_cast<std::int16_t>(take(y, kMostPixels));
  core_.mixer.move(motion);
  core_.typist.stand(task().pace);
  top[0] = Value::integer(x);
  top[1] = Value::integer(y);
  if (x != 0 || y != 0) return Flow::repeat;
  core_.floor.depth = static_cast<std::uint8_t>(core_.floor.depth - 2);
  return Flow::next;
}

Vm::Flow Vm::on_scroll(const Operands&) {
  if (!ready() || !hold_still()) return Flow::repeat;
  drop_raw();
  Value& top = core_.stack[core_.floor.depth - 1U];
  if (!top.is_integer()) return fail(ErrorCode::type);
  std::int32_t ticks = top.number();
  core_.spend_oneshots(core_.floor.task, false);
  Motion motion;
  motion.wheel = static_cast<std::int8_t>(take(ticks, kMostTicks));
  core_.mixer.move(motion);
  core_.typist.stand(task().pace);
  top = Value::integer(ticks);
  if (ticks != 0) return Flow::repeat;
  --core_.floor.depth;
  return Flow::next;
}

}  // namespace pianola::engine
