// The instructions for layers, recordings and the device around the engine.

#include "engine/vm.hpp"

namespace pianola::engine {

using hid::Usage;

// ---- Layers ------------------------------------------------------------------------------------

/// `owner` keeps the layer on, or no longer does.
Vm::Flow Vm::set_layer(Owner owner, Usage layer, bool on) {
  if (layer == hid::kNoKey) return fail(ErrorCode::layer);
  if (core_.mixer.holds().contains(owner, layer) == on) return Flow::next;
  if (!on) {
    core_.mixer.change().remove(owner, layer);
  } else if (!core_.mixer.change().add(owner, layer, false, 0)) {
    return fail(ErrorCode::keys);
  }
  core_.signal(kWakeLayer);
  return Flow::next;
}

Vm::Flow Vm::on_layer_hold(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  Task& self = task();
  const Usage layer = core_.layer_usage(operands.value[0]);
  if (self.resumed == 0) {
    if (layer != hid::kNoKey && !trigger_held()) return Flow::next;
    if (set_layer(owner(), layer, true) != Flow::next) return Flow::yielded;
    self.resumed = 1;
    return wait(start_, kWakeRelease);
  }
  if (trigger_held()) return wait(start_, kWakeRelease);
  self.resumed = 0;
  return set_layer(owner(), layer, false);
}

Vm::Flow Vm::on_layer_on(const Operands& operands) {
  return set_layer(kDevice, core_.layer_usage(operands.value[0]), true);
}

Vm::Flow Vm::on_layer_off(const Operands& operands) {
  return set_layer(kDevice, core_.layer_usage(operands.value[0]), false);
}

Vm::Flow Vm::on_layer_toggle(const Operands& operands) {
  const Usage layer = core_.layer_usage(operands.value[0]);
  return set_layer(kDevice, layer, !core_.mixer.holds().contains(kDevice, layer));
}

// ---- Recordings --------------------------------------------------------------------------------

Vm::Flow Vm::record(std::uint32_t name, bool timed) {
  // What this task typed before is no part of it.
  if (!flush()) return Flow::repeat;
  core_.recorder.begin(name, {ErrorCode::full, core_.reader.record(), start_}, timed);
  return Flow::next;
}

Vm::Flow Vm::on_record(const Operands& operands) { return record(operands.value[0], false); }
Vm::Flow Vm::on_record_timed(const Operands& operands) { return record(operands.value[0], true); }

Vm::Flow Vm::on_record_stop(const Operands&) {
  if (!flush()) return Flow::repeat;
  core_.recorder.end();
  return Flow::next;
}

/// Makes one change of a recording. False: not yet, a key that somebody holds has to go up first,
/// or there is no room, and the task failed.
Vm::Flow Vm::play_one(UsageChange change) {
  core_.typist.stand(task().pace);
  TypedKey stroke{.mask = Mask::text};
  if (change.down && core_.mixer.shown().contains(change.usage)) {
    // The host would not see it go down.
    stroke.lifted = change.usage;
    stroke.mask_mods = pressed_modifiers();
    core_.mixer.change_typed_key() = stroke;
    return Flow::repeat;
  }
  if (change.down && hid::is_plain_key(change.usage)) core_.mixer.end_chords(owner(), false);
  Holds& holds = core_.mixer.change();
  if (!change.down) {
    holds.remove(owner(), change.usage);
  } else if (!holds.add(owner(), change.usage, false, 0)) {
    return fail(ErrorCode::keys);
  }
  stroke.mask_mods = pressed_modifiers();
  core_.mixer.change_typed_key() = stroke;
  return Flow::next;
}

/// Keys that the played part of the recording left down go up.
void Vm::end_play(std::uint32_t name) {
  Holds& holds = core_.mixer.change();
  for (std::uint16_t i = 0; i < task().played; ++i) {
    const auto change = core_.recorder.change(name, i);
    if (change && change->down) holds.remove(owner(), change->usage);
  }
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
}

/// Passes `time` ms of a recording. Others may run meanwhile.
Vm::Flow Vm::play_wait(std::uint16_t time) {
  if (!flush()) return Flow::repeat;
  Task& self = task();
  ++self.played;
  self.deadline += time;  // so that what comes late makes nothing after it late
  if (reached(core_.now, self.deadline)) return Flow::repeat;
  self.resumed = 2;
  return wait(start_, kWakeTime);
}

Vm::Flow Vm::on_play(const Operands& operands) {
  if (!ready()) return Flow::repeat;
  Task& self = task();
  const std::uint32_t name = operands.value[0];
  if (self.resumed != 1) {
    if (!flush()) return Flow::repeat;
    const std::optional<std::uint16_t> size = core_.recorder.size(name);
    const bool begins = self.resumed == 0;
    if (begins && !size) return fail(ErrorCode::recording);
    if (begins) {
      drop_raw();
      self.played = 0;
    }
    core_.floor.to_play = size.value_or(0);
    self.resumed = 1;
    return Flow::repeat;
  }
  // It may have been replaced meanwhile, by a shorter one.
  const auto change =
      self.played < core_.floor.to_play ? core_.recorder.change(name, self.played) : std::nullopt;
  if (change) {
    // One that is being made grows as it is played: it must end some time.
    if (change->wait != 0 && !core_.recorder.recording(name)) return play_wait(change->wait);
    const Flow flow = change->wait != 0 ? Flow::next : play_one(*change);
    if (flow != Flow::next) return flow;
    if (self.played++ == 0) self.deadline = core_.now;
    return Flow::repeat;
  }
  end_play(name);
  self.resumed = 0;
  return Flow::next;
}

// ---- The device --------------------------------------------------------------------------------

Vm::Flow Vm::ask(Request::Kind what) {
  if (core_.device == nullptr) return Flow::next;
  core_.request.kind = what;
  return Flow::asks;
}

Vm::Flow Vm::on_lock(const Operands&) {
  if (!flush()) return Flow::repeat;
  return ask(Request::Kind::lock);
}

Vm::Flow Vm::on_edit(const Operands&) {
  if (!flush()) return Flow::repeat;
  return ask(Request::Kind::edit);
}

}  // namespace pianola::engine
