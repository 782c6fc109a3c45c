"""Losing the cable or the power while the host writes."""

import collections
import random
import time

import texts
from cases_drive import WAYS
from rig import Failed, check, equal

SIZES = (700, 3000, 9000, 20000)
# A small region, so that the store has to make room every now and then.
REGION = ("--size", "512k")


class Run:
    """One cut while `new` is saved over `old`; and all that is random about it, by its number."""

    def __init__(self, seed, number, old):
        rng = random.Random(f"{seed} {number}")
        self.number = number
        self.way = rng.choice(list(WAYS))
        self.kill = rng.random() < 0.5
        size = rng.choice(SIZES)
        self.old = old
        self.new = texts.Version(number, size)
        # Somewhere in what is written, or beyond its end: then the edit is just being taken.
        self.cut = rng.randrange(31, size * 3 // 2 + 8000)
        self.late = rng.random() * 0.06
        # Whether the start after a loss of power is cut off too, and when.
        self.second = rng.random() * 0.03 if self.kill and rng.random() < 0.3 else None
        self.typing = rng.random() < 0.2  # Whether the guest looks too at what is in force then.
        self.writing = False

    def __str__(self):
        when = f"after {self.cut} bytes" if self.writing else f"{self.late * 1000:.1f} ms late"
        return (f"pull {self.number}: {'kill' if self.kill else 'pull'} {when}, {self.way}, "
                f"{len(self.new.text.encode())} bytes")

    def cut_off(self, rig):
        """Saves, and is cut off. Leaves the device ended, one way or the other."""
        session, device = rig.session, rig.device
        rig.guest.put("/tmp/new", self.new.text.encode())
        rig.insert()
        session.cable.trip_after(self.cut, device.kill if self.kill else lambda: None)
        # The errors that this brings are the guest's own affair.
        rig.guest.run(f"{WAYS[self.way].format(disk=session.disk)} && "
                      f"guest_tool eject {session.disk}; umount -l /mnt", timeout=120)
        self.writing = session.cable.tripped.is_set()
        if not self.writing:
            time.sleep(self.late)
            session.cable.cancel_trip()
            if self.kill:
                device.kill()
            session.cable.pull()
        session.wait_gone()
        if not self.kill:
            device.stop()
        if self.second is not None:
            rig.start()
            time.sleep(self.second)
            rig.device.kill()

    def examine(self, rig):
        """Looks at what is left, starts again, and returns the macros that are in force then.
        Leaves the device ended."""
        rig.flash.check()
        before = rig.flash.text()
        check(before in (self.old.text, self.new.text), f"neither, before the restart:\n{before}")
        rig.start()
        if self.typing:
            rig.session.attach()
            shorter = min(self.old.typed, self.new.typed, key=len)
            typed = rig.session.types(rig.device, "F1", shorter).text
            rig.session.cable.pull()
            rig.session.wait_gone()
        else:
            time.sleep(0.2)  # An edit that is complete is taken now.
        after = rig.stop()
        check(after in (self.old.text, self.new.text), f"neither, after the restart:\n{after}")
        check(after == self.new.text or before == self.old.text,
              "old after the restart, and new before it")
        current = self.new if after == self.new.text else self.old
        if self.typing:
            # The edit may be taken after the key was pressed, or meanwhile, which stops the macro.
            taken_late = (before == self.old.text and after == self.new.text
                          and self.old.typed.startswith(typed))
            if not taken_late:
                equal(typed, current.typed, "typed after the restart")
        return current


def pulls(rig):
    """The cable pulled and the device killed at random moments of saving: always old or new."""
    seen = collections.Counter()
    current = texts.Version(0, 3000)
    rig.flash.init(*REGION)
    rig.flash.put(current.text)
    for number in rig.pulls:
        run = Run(rig.seed, number, current)
        before = rig.flash.path.read_bytes()
        try:
            rig.start()
            rig.session.attach()
            run.cut_off(rig)
            current = run.examine(rig)
        except Exception as error:
            raise Failed(f"seed {rig.seed}, {run}: {error}") from error
        seen["killed" if run.kill else "pulled"] += 1
        seen["while writing" if run.writing else "while taking"] += 1
        seen["new" if current is run.new else "old"] += 1
        if current is run.old:
            # The unfinished edit waits on the drive. Without it, so that what becomes of it is not
            # taken for this run's doing or the next one's.
            rig.flash.path.write_bytes(before)
    return f"{len(rig.pulls)} runs, seed {rig.seed}: " + ", ".join(
        f"{number} {what}" for what, number in sorted(seen.items()))


CASES = [pulls]
