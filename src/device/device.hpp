#pragma once

#include <cstdint>
#include <span>

#include "base/text_writer.hpp"
#include "base/time.hpp"
#include "device/definition_recorder.hpp"
#include "device/error_log.hpp"
#include "device/host.hpp"
#include "device/key_watch.hpp"
#include "device/notice.hpp"
#include "device/played_roll.hpp"
#include "drive/drive.hpp"
#include "edit/editor.hpp"
#include "engine/device_commands.hpp"
#include "engine/engine.hpp"
#include "flash/nor_flash.hpp"
#include "store/current_roll.hpp"
#include "store/store.hpp"

namespace pianola::device {

/// The parts of a device. All are the caller's and outlive the device.
struct Parts {
  flash::NorFlash& flash;
  std::span<std::uint8_t> store_memory;  ///< store::Log::memory_size() bytes.
  engine::StorageView engine;
  edit::Workspace workspace;
  Host& host;
  KeyboardLeds& leds;
  /// Holds the text of a definition that is recorded on the keys; without it none can be.
  std::span<char> recording = {};
};

/// How a device starts.
struct StartOptions {
  bool rescue = false;     ///< No macros run, and the drive is in from the start.
  std::uint32_t seed = 1;  ///< For random(n): different at each start.
};

/// The whole device: keys in, reports out, the drive, edit mode, definitions recorded on the keys.
/// Knows no bus: a port feeds it keys and tells it of the host.
///
/// All functions are called from one context.
class Device final : private engine::DeviceCommands,
                     private engine::ReportSink,
                     private drive::StatusReport {
 public:
  /// Within which leader DELETE must come again, in ms.
  static constexpr Time kResetTime = 5000;

  explicit Device(const Parts& parts);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Mounts the store (formats flash that was never ours) and begins. What mounting said: after all
  /// but Mount::ok there is no medium and nothing can be saved. The stored macros play after
  /// Mount::no_sector, else the default ones.
  store::Mount start(Time now, const StartOptions& options);

  /// Does what can be done at `now`, a bounded part of it, and returns when it wants to go on. May
  /// send one report.
  Next step(Time now);

  /// A key of the keyboard changed; see Engine::key(). Both Shift keys and `=` together put the
  /// medium in or take it out, whatever waits.
  void key(const engine::KeyEvent& event);

  // ---- What the host does -----------------------------------------------------------------------

  /// The host took the report in flight.
  void report_taken(Time now) { engine_.report_taken(now); }
  /// The host set its LEDs (HID 1.11, appendix B.1).
  void host_leds(std::uint8_t leds);
  /// The host configured the device.
  void connected() { suspended_ = false; }
  /// The host is gone, or begins anew.
  void disconnected();
  void suspended() { suspended_ = true; }
  void resumed() { suspended_ = false; }

  /// Whether a drive belongs to the device at present: not with `set drive = hidden` outside edit
  /// mode.
  [[nodiscard]] bool has_drive() const { return !hidden_ || editing(); }
  [[nodiscard]] drive::Drive& drive() { return drive_; }
  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] store::Store& store() { return store_; }
  /// The macros in force, which the drive shows.
  [[nodiscard]] store::CurrentRoll& roll() { return roll_; }

  /// The layout that the macros are for.
  [[nodiscard]] const hid::Layout& layout() const { return hid::layouts()[layout_]; }

  // ---- What the user may be told ----------------------------------------------------------------

  /// The last errors of macros.
  [[nodiscard]] const ErrorLog& errors() const { return errors_; }
  /// What came of the last command on the keys.
  [[nodiscard]] Notice notice() const { return notice_; }
  /// How many notices there were, so that two that say the same can be told apart. Wraps.
  [[nodiscard]] std::uint32_t notices() const { return notices_; }
  /// No macros run, because the device was started so.
  [[nodiscard]] bool rescuing() const { return played_.muted(); }

 private:
  // What macros and the leader ask for: done when the engine's step is over.
  void lock() override { lock_asked_ = true; }
  void edit() override { edit_asked_ = true; }
  void leader_key(hid::Usage key) override;
  bool take_key(const engine::KeyEvent& event) override;

  bool send(const hid::Report& report) override;
  void write_status(TextSink& out) override;

  /// The drive is in, or what was written to it is being taken.
  [[nodiscard]] bool editing() const { return editor_.user() == edit::User::drive; }
  void tell(Notice notice);
  void load_settings();
  void obey();
  void toggle_drive();
  void begin_recording();
  void cancel_recording();
  void command(hid::Usage key);
  void reset();
  void watch_drive();
  void record();
  Next watch_kind();

  Host& host_;
  KeyboardLeds& keyboard_leds_;
  store::Store store_;
  store::CurrentRoll roll_;
  PlayedRoll played_{roll_};
  ErrorLog errors_;
  edit::Editor editor_;
  drive::Drive drive_;
  engine::Engine engine_;
  DefinitionRecorder recorder_;
  KeyWatch keys_;
  hid::Report shown_;  ///< What was sent last.
  Time now_ = 0;
  Time reset_until_ = 0;     ///< Until when leader DELETE resets, if `reset_asked_`.
  Time wake_at_ = 0;         ///< When the host may be woken again, if `woken_`.
  Time change_at_ = 0;       ///< When to come back as another device, if `changing_`.
  std::uint32_t epoch_ = 0;  ///< Of the roll that the settings were read from.
  std::uint32_t notices_ = 0;
  hid::Usage leader_key_ = hid::kNoKey;  ///< The command that waits.
  hid::Usage leader_ = hid::kNoKey;      ///< The setting.
  Notice notice_ = Notice::none;
  std::uint8_t layout_ = 0;  ///< The setting: the index in hid::layouts().
  std::uint8_t leds_ = 0;    ///< The host's.
  bool leds_known_ = false;
  bool hidden_ = false;
  bool mounted_ = false;
  bool suspended_ = false;
  bool woken_ = false;
  bool lock_asked_ = false;
  bool edit_asked_ = false;
  bool reset_asked_ = false;
  bool edit_key_down_ = false;  ///< The `=` that put the medium in or took it out.
  bool was_inserted_ = false;
  bool had_drive_ = true;  ///< The host knows a device with a drive.
  bool changing_ = false;
};

}  // namespace pianola::device
