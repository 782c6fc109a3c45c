#pragma once

#include "hid/report.hpp"

namespace pianola::engine {

/// Where reports go: an endpoint, a simulated host, a test.
class ReportSink {
 public:
  /// Takes a copy of `report`. True: accepted, and in flight until the port calls
  /// Engine::report_taken(); the engine sends no other one before. False: busy; the engine tries
  /// again at its next step. Must not call the engine.
  virtual bool send(const hid::Report& report) = 0;

 protected:
  ~ReportSink() = default;
};

}  // namespace pianola::engine
