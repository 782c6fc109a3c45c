#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace pianola::usbip {

/// A USB request block: one transfer that the host wants.
struct Urb {
  std::uint32_t number = 0;   ///< The host's name for it.
  std::uint8_t endpoint = 0;  ///< Without the direction.
  bool in = false;
  std::array<std::uint8_t, 8> setup{};  ///< For endpoint 0.
  std::uint32_t length = 0;             ///< IN: at most so many bytes.
  std::vector<std::uint8_t> data;       ///< OUT: what goes. IN: what came.
};

/// How a request ended, as Linux numbers errors.
enum class UrbStatus : std::int32_t {
  ok = 0,
  invalid = -22,   ///< EINVAL: it contradicts itself.
  stall = -32,     ///< EPIPE
  protocol = -71,  ///< EPROTO: there is no such endpoint.
  overflow = -75,  ///< EOVERFLOW: more came than there is room for.
};

/// The host's end of the bus.
class BusHost {
 public:
  /// `urb` is over; of what was to go, `sent` bytes went. Must not call the controller.
  virtual void completed(const Urb& urb, UrbStatus status, std::uint32_t sent) = 0;
  /// The device left the bus: the requests that wait are lost.
  virtual void device_left() = 0;

 protected:
  ~BusHost() = default;
};

/// A full-speed USB bus with the device at one end and at most one host at the other, and the bus
/// controller that TinyUSB drives: it implements TinyUSB's dcd_* functions. As TinyUSB is one stack
/// for a whole program, there is one of these at a time.
///
/// Requests wait until the device has something for them. Those of an endpoint are served in their
/// order, those of different endpoints independently. An interrupt endpoint gives or takes at most
/// one packet in its interval.
class Controller {
 public:
  /// The largest packet of endpoint 0.
  static constexpr std::uint32_t kControlPacket = 64;

  Controller();
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  /// The one that TinyUSB drives; null: none.
  static Controller* current();

  // ---- For the host -----------------------------------------------------------------------------

  /// Whether the device wants to be seen.
  [[nodiscard]] bool device_present() const { return present_; }
  /// Whether a host is there.
  [[nodiscard]] bool attached() const { return host_ != nullptr; }
  /// Attaches a host, which is the caller's and resets the bus. There must be none.
  void attach(BusHost& host);
  /// The host goes, without completing what waits.
  void detach();
  /// Begins a transfer.
  void submit(Urb urb);
  /// Takes back a request, and gives it; nothing if it is not known any more.
  std::optional<Urb> unlink(std::uint32_t number);
  /// Resets the bus.
  void reset_bus();
  void suspend();
  void resume();
  /// Whether the device asked to be woken since the bus was suspended.
  [[nodiscard]] bool wake_asked() const { return wake_asked_; }
  /// How many requests wait.
  [[nodiscard]] std::size_t waiting() const;

  /// Moves what can be moved at `now`, and tells TinyUSB, whose turn it then is. False if there was
  /// nothing.
  bool step(Time now);
  /// When step() has something to do if nothing happens before.
  [[nodiscard]] Next next() const;

  // ---- For TinyUSB: its dcd_* functions ---------------------------------------------------------

  void open(std::uint8_t address, std::uint8_t type, std::uint16_t packet, std::uint8_t interval);
  void close(std::uint8_t address);
  void close_all();
  bool transfer(std::uint8_t address, std::uint8_t* buffer, std::uint16_t size);
  void stall(std::uint8_t address);
  void clear_stall(std::uint8_t address);
  void set_present(bool present);
  void ask_to_wake() { wake_asked_ = suspended_; }

 private:
  static constexpr std::size_t kEndpoints = 16;

  /// What the device wants to send, or has room for.
  struct Transfer {
    std::uint8_t* buffer = nullptr;
    std::uint32_t size = 0;
    std::uint32_t done = 0;
  };
  /// What a reset of the bus ends.
  struct EndpointState {
    bool open = false;
    bool stalled = false;
    bool interrupt = false;
    std::uint32_t packet = kControlPacket;
    Time interval = 1;
    std::optional<Time> moved_at;      ///< When it last gave or took a packet.
    std::optional<Transfer> transfer;  ///< The device's.
    std::uint32_t sent = 0;            ///< How many bytes of the host's first request went.
  };
  struct Endpoint : EndpointState {
    std::deque<Urb> urbs;  ///< What the host waits for, the first one being served.

    void reset() { static_cast<EndpointState&>(*this) = {}; }
  };

  [[nodiscard]] Endpoint& endpoint(std::uint8_t number, bool in) {
    return endpoints_[number * 2U + (in ? 1U : 0U)];
  }
  bool step_control();
  bool move_control_data(Urb& urb);
  bool begin_control(Urb& urb);
  void end_control(UrbStatus status);
  bool step_endpoint(std::uint8_t number, bool in, Time now);
  bool move_in(std::uint8_t number, Endpoint& endpoint);
  bool move_out(std::uint8_t number, Endpoint& endpoint);
  void finish(Endpoint& endpoint, UrbStatus status);
  void drop_device_side();

  std::array<Endpoint, kEndpoints * 2> endpoints_;
  BusHost* host_ = nullptr;
  Time now_ = 0;
  bool control_runs_ = false;     ///< TinyUSB has the setup packet of the first request.
  bool control_refused_ = false;  ///< TinyUSB refuses the first request.
  bool configured_ = false;       ///< A configuration was set since the bus was reset.
  bool present_ = false;
  bool suspended_ = false;
  bool wake_asked_ = false;
};

}  // namespace pianola::usbip
