#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "drive/sense.hpp"
#include "drive/session.hpp"
#include "drive/status_text.hpp"
#include "drive/take.hpp"
#include "edit/editor.hpp"
#include "lang/compile/source.hpp"
#include "store/current_roll.hpp"
#include "store/store.hpp"

namespace pianola::drive {

/// The removable medium: a FAT volume with macros.txt. Its sectors are made when they are read.
/// Those that the host writes go to the store's overlay, and the file is taken from the volume's
/// final state. docs/drive.md says what hosts see.
///
/// What the host asks is answered at once, but for a write: it begins with begin_write(), goes on
/// in step(), and is over when answer() says what came of it.
class Drive {
 public:
  /// Bytes of a sector.
  static constexpr std::uint32_t kSector = kSectorSize;

  /// How the last edit ended.
  using Outcome = pianola::drive::Outcome;

  /// All are the caller's and outlive the drive. `roll` is the roll of `store`, `editor` edits it.
  /// The drive has the editor while it is busy.
  Drive(store::Store& store, store::CurrentRoll& roll, StatusReport& status, edit::Editor& editor);
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  // ---- What the host asks (any time between two steps) ---------------------------------------

  /// Whether a medium is in; a change of medium is told once.
  Sense test_ready();
  /// Sectors of the medium; 0 without one.
  [[nodiscard]] std::uint32_t sectors() const;
  /// Reads whole sectors from `first` on. Without a medium, or beyond its end, nothing is read.
  Sense read(std::uint32_t first, std::span<std::uint8_t> out);
  /// Begins to write whole sectors from `first` on. Without a medium, or beyond its end, nothing is
  /// written. `data` is the caller's and stays as it is until answer() has given the answer, or
  /// abort() was called. There must be no other write that was not answered.
  void begin_write(std::uint32_t first, std::span<const std::uint8_t> data);
  /// What came of the write, once, when it is over: its data are in flash, or it failed. What fails
  /// without a look at the flash is over when it begins.
  std::optional<Sense> answer();
  /// Drops a write that was not answered. Each of its sectors reads as it did before or as it was
  /// to; its data are used no more. No other answer comes.
  void abort();
  /// START STOP UNIT (SBC-3, 5.25). After an eject there is no medium for the host any more; that
  /// its edit is taken, and all else, happens in step().
  Sense start_stop(bool start, bool load_eject);

  // ---- What the device asks -------------------------------------------------------------------

  /// After the store was mounted, before all else: an edit that was cut off by a loss of power is
  /// taken as if it had been quiet.
  void start(std::uint32_t now);
  /// Puts the medium in; nothing if it is in, or as soon as the last edit is taken.
  void insert();
  /// Takes the medium out, as the host's eject does.
  void eject();
  /// A medium is in, or will be as soon as the last edit is taken.
  [[nodiscard]] bool inserted() const;
  /// Nobody else may change the store: a medium is in, or an edit is being taken.
  [[nodiscard]] bool busy() const;
  /// The host went away without ejecting: what it wrote stays, and the medium too. A write that was
  /// not answered is dropped, as by abort().
  void disconnected();

  /// Does a bounded piece of work, if the flash is not busy: what the host waits for comes first.
  /// Returns when it wants to go on.
  Next step(Time now);

  /// Reads ERRORS.TXT, as the host finds it, from byte `offset` on. The bytes read: fewer than
  /// asked for at its end; none if there is no such file.
  std::size_t read_errors(std::uint32_t offset, std::span<std::uint8_t> out);

  /// The volume as the host left it. Only to be read, and while the outcome is_waiting().
  [[nodiscard]] Session& volume() { return session_; }
  /// What a host wrote waits on the volume: it would be lost if the macros changed otherwise.
  [[nodiscard]] bool waits() { return is_waiting(outcome_) && session_.is_unfinished(); }

  /// How the last edit ended.
  [[nodiscard]] Outcome outcome() const;
  /// How many edits have ended, so that two that ended alike can be told apart. Wraps.
  [[nodiscard]] std::uint32_t outcomes() const;

 private:
  enum class State : std::uint8_t {
    out,
    in,
    taking,     ///< Out for hosts: an edit is being taken, or looked at before it is shown.
    returning,  ///< Out for hosts until return_at_: then they see that the medium was changed.
  };

  void hold_editor();
  /// A medium is in for the host.
  [[nodiscard]] bool is_in() const { return state_ == State::in && !leaving_; }
  bool ready(Sense& sense);
  void step_write();
  Next show(bool is_return);
  void put_in(bool is_return);
  void take_out();
  Next go_on(Time now);
  void ended();
  Next wait_in();
  Next make_room();

  store::Store& store_;
  store::CurrentRoll& roll_;
  StatusReport& report_;
  edit::Editor& editor_;
  StatusText status_;
  Session session_;
  std::optional<Take> take_;
  State state_ = State::out;
  std::optional<Sense> answer_;  ///< What the host is still to be told about its write.
  bool writing_ = false;         ///< A write of the host's goes on.
  bool leaving_ = false;         ///< The medium is to be taken out when nothing is being written.
  bool wanted_ = false;          ///< The medium is to be put in at the next step.
  bool attention_ = false;       ///< The host has to be told that the medium was changed.
  bool written_ = false;         ///< Since the last step.
  bool pending_ = false;         ///< Something was written that was not looked at yet.
  bool has_room_ = false;  ///< Room was made for what is written next, as far as there can be.
  Outcome outcome_ = Outcome::none;
  std::uint32_t warnings_ = 0;  ///< Of the file that was taken.
  std::uint32_t mark_ = 0;      ///< Take::mark() of the last outcome.
  std::uint32_t outcomes_ = 0;
  Time now_ = 0;
  Time asked_at_ = 0;  ///< When the host read or wrote last.
  Time quiet_at_ = 0;
  Time return_at_ = 0;
  std::uint32_t insertions_ = 0;
};

}  // namespace pianola::drive
