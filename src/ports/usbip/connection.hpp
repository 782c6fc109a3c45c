#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/usbip/controller.hpp"
#include "ports/usbip/protocol.hpp"

namespace pianola::usbip {

/// Why a client did not get the device.
enum class Refusal : std::uint8_t {
  none,
  busy,       ///< Another client has it.
  forbidden,  ///< It must not have it.
};

/// One client of the USB/IP protocol, as bytes in and bytes out. It may look what there is, and
/// attach the device if nobody has it; then its requests go to the controller and the answers come
/// back as they are ready.
///
/// A client that does not keep to the protocol, or wants more than is sensible, is closed.
class Connection final : private BusHost {
 public:
  /// The longest transfer.
  static constexpr std::uint32_t kMaxTransfer = 1U << 20;
  /// Most requests at a time.
  static constexpr std::size_t kMaxRequests = 1024;
  /// Most bytes of requests at a time, beyond which there are no more.
  static constexpr std::size_t kMaxRequested = 16U << 20;

  /// The controller is the caller's and outlives this. Whoever is not admitted may look what there
  /// is, but not attach it.
  explicit Connection(Controller& controller, bool admitted = true)
      : controller_(controller), admitted_(admitted) {}
  /// Detaches the device.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes what the client sent, in pieces of any size.
  void receive(std::span<const std::uint8_t> bytes);

  /// The bytes that the client is to get. Whoever sends some of them removes those.
  [[nodiscard]] std::vector<std::uint8_t>& output() { return output_; }

  /// Whether it has the device.
  [[nodiscard]] bool attached() const { return attached_; }
  /// Whether it has the device and took its configuration away. Linux does so when somebody removes
  /// a device, and then says nothing more.
  [[nodiscard]] bool unconfigured() const { return attached_ && unconfigured_; }
  /// Whether it wanted the device and did not get it, since this was asked last.
  Refusal take_refusal() { return std::exchange(refusal_, Refusal::none); }
  /// Nothing more will be taken: what is in output() is the last.
  [[nodiscard]] bool closed() const { return !why_closed_.empty(); }
  /// Why it is closed, for people.
  [[nodiscard]] std::string_view why_closed() const { return why_closed_; }

 private:
  void completed(const Urb& urb, UrbStatus status, std::uint32_t sent) override;
  void device_left() override;

  std::size_t take(std::span<const std::uint8_t> bytes);
  std::size_t take_operation(std::span<const std::uint8_t> bytes);
  std::size_t take_command(std::span<const std::uint8_t> bytes);
  void list();
  void import(std::string_view bus_id);
  void submit(const Command& command, std::span<const std::uint8_t> data);
  void unlink(const Command& command);
  void close(std::string_view why);

  Controller& controller_;
  std::vector<std::uint8_t> input_;  ///< The beginning of a message.
  std::vector<std::uint8_t> output_;
  std::string_view why_closed_;
  std::size_t requested_ = 0;  ///< Bytes of the requests that wait.
  std::size_t requests_ = 0;
  bool admitted_;
  bool attached_ = false;
  bool unconfigured_ = false;
  Refusal refusal_ = Refusal::none;
};

}  // namespace pianola::usbip
