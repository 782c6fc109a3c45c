"""Losing the cable or the power while the host writes."""

import collections
import os
import random
import time

import texts
from cases_drive import WAYS
from rig import Failed, check, equal

DEFAULT_PULLS = 200
SIZES = (700, 3000, 9000, 20000)
# A small region, so that the store has to make room every now and then.
REGION = ("--size", "512k")


class Run:
    """One cut while `new` is saved over `old`; and all that is random about it."""

    def __init__(self, rng, number, old):
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
        self.writing = False

    def __str__(self):
        when = f"after {self.cut} bytes" if self.writing else f"{self.late * 1000:.1f} ms late"
        return (f"version {self.number}: {'kill' if self.kill else 'pull'} {when}, {self.way}, "
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

    def examine(self, rig, typing):
        """Looks at what is left, starts again, and returns the macros that are in force then. With
        `typing`, the guest sees them too. Leaves the device ended."""
        rig.flash.check()
        before = rig.flash.text()
        check(before in (self.old.text, self.new.text), f"neither, before the restart:\n{before}")
        rig.start()
        if typing:
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
        if typing:
            equal(typed, current.typed, "typed after the restart")
        return current


def pulls(rig):
    """The cable pulled and the device killed at random moments of saving: always old or new."""
    part, parts = rig.part
    count = -(-int(os.environ.get("PIANOLA_PULLS", DEFAULT_PULLS)) // parts)
    rng = random.Random(f"{rig.seed} {part} {parts}")
    seen = collections.Counter()
    current = texts.Version(1, 3000)
    rig.flash.init(*REGION)
    rig.flash.put(current.text)
    for number in range(2, count + 2):
        run = Run(rng, number, current)
        try:
            rig.start()
            rig.session.attach()
            run.cut_off(rig)
            current = run.examine(rig, typing=number % 5 == 0)
        except Exception as error:
            raise Failed(f"seed {rig.seed}, part {part} of {parts}, {run}: {error}") from error
        seen["killed" if run.kill else "pulled"] += 1
        seen["while writing" if run.writing else "while taking"] += 1
        seen["new" if current == run.new else "old"] += 1
        if current == run.old:
            # The unfinished edit waits on the drive. Without it, so that what becomes of it is not
            # taken for this run's doing or the next one's.
            rig.flash.init(*REGION)
            rig.flash.put(current.text)
    return f"{count} runs, seed {rig.seed}, part {part} of {parts}: " + ", ".join(
        f"{number} {what}" for what, number in sorted(seen.items()))


CASES = [pulls]
