#include "ports/sim/simulated_host.hpp"

namespace pianola::sim {

bool SimulatedHost::send(const hid::Report& report) {
  if (waiting_) return false;
  waiting_ = report;
  return true;
}

bool SimulatedHost::poll(std::uint32_t now) {
  if (!waiting_) return false;
  effects_.push_back(view_.take(*waiting_));
  trace_.push_back({now, *waiting_});
  waiting_.reset();
  return true;
}

void SimulatedHost::reconnect() {
  waiting_.reset();
  view_.let_go();
}

}  // namespace pianola::sim
