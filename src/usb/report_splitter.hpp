#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "hid/report.hpp"

namespace pianola::usb {

/// The interfaces, by their numbers; also TinyUSB's numbers of the first three, its HID instances.
enum class Interface : std::uint8_t {
  keyboard,  ///< A boot keyboard: modifiers and the first six keys.
  extra,     ///< All that a boot keyboard has no room for.
  raw,       ///< 32-byte messages either way.
  storage,   ///< The drive.
};

/// What Interface::extra reports.
enum class ReportId : std::uint8_t {
  none = 0,      ///< Interface::keyboard has one report, without an id.
  keys = 1,      ///< One bit for each of the keys 04–DF that the boot report has no room for.
  consumer = 2,  ///< A consumer usage, 16 bits; 0: none.
  system = 3,    ///< A system control usage, 8 bits; 0: none.
  mouse = 4,     ///< Buttons, x and y with 16 bits each, wheel.
};

/// The first usage that the report ReportId::keys has a bit for.
inline constexpr std::uint8_t kFirstExtraKey = 0x04;
/// The last usage that the report ReportId::keys has a bit for.
inline constexpr std::uint8_t kLastExtraKey = 0xDF;
/// Bytes of the report ReportId::keys, without its id.
inline constexpr std::size_t kExtraKeyBytes = (kLastExtraKey - kFirstExtraKey) / 8 + 1;

/// An input report of one interface.
struct Part {
  /// Little-endian, without the id. Aligned, so that copies go by words.
  alignas(4) std::array<std::uint8_t, kExtraKeyBytes> bytes{};
  Interface interface = Interface::keyboard;
  ReportId id = ReportId::none;
  std::uint8_t size = 0;  ///< Bytes, without the id.

  [[nodiscard]] std::span<const std::uint8_t> data() const { return {bytes.data(), size}; }
  friend bool operator==(const Part&, const Part&) = default;
};

/// Makes the input reports of the keyboard's interfaces out of what is to be down.
///
/// The first six keys have places in the boot report, which they keep; further keys have their bits
/// in the report of further keys, and none moves while it is down. In the boot protocol all keys
/// are in the boot report, which says ErrorRollOver if they are more than six, and nothing else is
/// reported. One change may need several reports: what goes up comes before what goes down, and a
/// modifier changes before keys go down and after keys went up.
class ReportSplitter {
 public:
  /// As after a bus reset: the host knows of no key, and speaks the report protocol.
  void reset() { *this = ReportSplitter{}; }

  /// Chooses the boot protocol, or the report protocol.
  void set_boot(bool boot);
  [[nodiscard]] bool boot() const { return boot_; }

  /// Whether somebody reads Interface::extra; true at first. While nobody does, it has no reports.
  void set_extra(bool listens);

  /// What is to be down from now on, and how the pointer moves. A movement that was not sent is
  /// lost.
  void set(const hid::Report& report);

  /// Whether there is something that the host does not know.
  [[nodiscard]] bool any() const { return (releases_ | presses_) != 0; }
  /// The report that is to be sent next; nothing if the host knows all.
  [[nodiscard]] std::optional<Part> next() const;
  /// `part`, as next() gave it, is on its way.
  void sent(const Part& part);

  /// What the host was told last: the answer to GET_REPORT. Size 0 if there is no such report.
  [[nodiscard]] Part state(Interface interface, ReportId id) const;

 private:
  /// What the reports say.
  struct State {
    hid::BootReport boot{};
    std::array<std::uint8_t, kExtraKeyBytes> keys{};
    std::uint16_t consumer = 0;
    std::uint8_t system = 0;
    std::uint8_t buttons = 0;
  };
  /// The reports, in the order in which they press.
  enum class Kind : std::uint8_t { boot, keys, consumer, system, mouse };

  void place_keys();
  void stop();
  [[nodiscard]] bool has(Kind kind) const { return kind == Kind::boot || (extra_ && !boot_); }
  void keep_extra(hid::KeySet& keys);
  void compare();
  void compare_extra();
  void note(Kind kind, bool releases, bool presses);
  [[nodiscard]] State released() const;
  [[nodiscard]] Part whole(Kind kind) const;
  [[nodiscard]] static Part part(Kind kind, const State& state);

  hid::KeySet keys_;         ///< What is to be down, besides modifiers.
  hid::Modifiers mods_ = 0;  ///< Modifiers that are to be down.
  State wanted_;
  State sent_;
  std::int16_t x_ = 0;
  std::int16_t y_ = 0;
  std::int8_t wheel_ = 0;
  std::uint8_t releases_ = 0;  ///< The kinds in which something is to go up, one bit each.
  std::uint8_t presses_ = 0;   ///< The kinds in which something is to go down or move, likewise.
  bool boot_ = false;
  bool extra_ = true;
  /// More than the boot report may be down, be wanted down, or move.
  bool extra_used_ = false;
};

}  // namespace pianola::usb
