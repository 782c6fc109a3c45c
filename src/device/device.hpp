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
#include "device/repair.hpp"
#include "drive/drive.hpp"
#include "edit/editor.hpp"
#include "engine/engine.hpp"
#include "engine/request.hpp"
#include "engine/storage.hpp"
#include "flash/nor_flash.hpp"
#include "hid/layout.hpp"
#include "lang/code/empty_roll.hpp"
#include "player/player.hpp"
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
  player::KeyboardLeds& leds;
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
class Device final : private drive::StatusReport {
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
  void report_taken(Time now) { player_.report_taken(now); }
  /// The host set its LEDs (HID 1.11, appendix B.1).
  void host_leds(std::uint8_t leds) { player_.host_leds(leds); }
  /// The host configured the device.
  void connected() { player_.connected(); }
  /// The host is gone, or begins anew.
  void disconnected();
  void suspended() { player_.suspended(); }
  void resumed() { player_.resumed(); }

  /// Whether a drive belongs to the device at present: not with `set drive = hidden` outside edit
  /// mode.
  [[nodiscard]] bool has_drive() const { return !hidden_ || editing(); }
  [[nodiscard]] drive::Drive& drive() { return drive_; }
  [[nodiscard]] engine::Engine& engine() { return player_.engine(); }
  [[nodiscard]] store::Store& store() { return store_; }
  /// The macros in force, which the drive shows.
  [[nodiscard]] store::CurrentRoll& roll() { return roll_; }

  /// The layout that the macros are for.
  [[nodiscard]] const hid::Layout& layout() const { return player_.layout(); }

  // ---- What the user may be told ----------------------------------------------------------------

  /// The last errors of macros.
  [[nodiscard]] const ErrorLog& errors() const { return errors_; }
  /// What came of the last command on the keys.
  [[nodiscard]] Notice notice() const { return notice_; }
  /// How many notices there were, so that two that say the same can be told apart. Wraps.
  [[nodiscard]] std::uint32_t notices() const { return notices_; }
  /// No macros run, because the device was started so.
  [[nodiscard]] bool rescuing() const { return muted_; }

 private:
  void write_status(TextSink& out) override;
  void write_damage(TextSink& out) override;

  /// The drive is in, or what was written to it is being taken.
  [[nodiscard]] bool editing() const { return editor_.user() == edit::User::drive; }
  void tell(Notice notice);
  void play();
  bool rests();
  Next play_step(const Next& drive);
  void unmute();
  void obey(const engine::Request& request);
  void toggle_drive();
  void begin_recording();
  void command(hid::Usage key);
  void reset();
  void watch_drive();
  Next watch_kind();

  Host& host_;
  store::Store store_;
  store::CurrentRoll roll_;
  lang::EmptyRoll nothing_;
  ErrorLog errors_;
  edit::Editor editor_;
  drive::Drive drive_;
  player::Player player_;
  DefinitionRecorder recorder_;
  Repair repair_;
  KeyWatch keys_;
  Time now_ = 0;
  Time rests_until_ = 0;      ///< When the drive goes on, if `rests_`.
  std::uint32_t erased_ = 0;  ///< Log::opened() at the drive's last step.
  bool rests_ = false;
  bool typed_ = false;       ///< A key changed since the last step.
  Time reset_until_ = 0;     ///< Until when leader DELETE resets, if `reset_asked_`.
  Time change_at_ = 0;       ///< When to come back as another device, if `changing_`.
  std::uint32_t epoch_ = 0;  ///< Of the macros that are played.
  std::uint32_t notices_ = 0;
  Notice notice_ = Notice::none;
  bool hidden_ = false;
  bool mounted_ = false;
  bool muted_ = false;  ///< No macros run, whatever is stored.
  bool reset_asked_ = false;
  bool edit_key_down_ = false;  ///< The `=` that put the medium in or took it out.
  bool was_inserted_ = false;
  bool had_drive_ = true;  ///< The host knows a device with a drive.
  bool changing_ = false;
};

}  // namespace pianola::device
