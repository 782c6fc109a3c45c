"""What the tests have to work with, and how they say what is wrong."""

import pathlib
import re

from device import Device, Flash, edit_keys, free_port
from session import Session

# What the device says on standard error: of an edit in general, and how it may end.
OUTCOME = (r"pianola: (macros\.txt |there is no macros\.txt|another text than |"
           r"the drive's file system|the flash failed)")
TAKEN = r"macros\.txt is in force"
ERRORS = r"macros\.txt has errors"
OTHER_TEXT = r"there is no macros\.txt, but another text"
# And of one that it waits for an eject.
WAITS = r"not in force yet"


class Failed(Exception):
    """A test found something wrong."""


def check(condition, what):
    if not condition:
        raise Failed(what)


def equal(found, expected, what):
    if found == expected:
        return
    if isinstance(found, str) and isinstance(expected, str):
        at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b),
                  min(len(found), len(expected)))
        raise Failed(f"{what}: differs from character {at} on: {found[at:at + 60]!r} instead of "
                     f"{expected[at:at + 60]!r} ({len(found)} characters, {len(expected)} expected)")
    raise Failed(f"{what}: {found!r} instead of {expected!r}")


def no_complaints(rig, mark):
    lines = rig.session.complaints(mark)
    check(not lines, "the kernel complains:\n" + "\n".join(lines))


class Rig:
    """What the tests work with; one for all, since booting takes longer than most tests."""

    def __init__(self, guest, pianola, folder, seed, pulls=()):
        self.pianola = pianola
        self.folder = pathlib.Path(folder)
        self.seed = seed
        self.pulls = pulls  # The numbers of the runs of the test `pulls`.
        self.port = free_port()
        self.guest = guest
        self.session = Session(guest, self.port)
        self.flash = Flash(pianola, self.folder / "device.flash")
        self.device = None

    def start(self, *options):
        self.device = Device(self.pianola, self.flash, self.port, *options)
        return self.device

    def plug(self, macros, *init):
        """A device with these macros, plugged in."""
        self.flash.init(*init)
        self.flash.put(macros)
        self.start()
        self.session.attach()
        return self.device

    def insert(self):
        """Enters edit mode on the keys; returns when the guest sees the medium."""
        since = self.device.mark()
        self.device.keys(edit_keys())
        self.device.wait_for("the drive is in", since)
        self.session.wait_medium(True)

    def must_type(self, keys, expected):
        typed = self.session.types(self.device, keys, expected)
        equal(typed.text, expected, f"typed by {keys}")
        equal(typed.down, set(), "keys left down")
        return typed

    def wait_outcome(self, since, expected=TAKEN):
        """Waits until the device said what became of an edit; that must be as expected."""
        said = self.device.wait_for(OUTCOME, since).string
        check(re.search(expected, said), f"the device said: {said.strip()}")

    def stop(self):
        """Ends the device as Ctrl-C does; returns the macros in its flash, which is checked."""
        self.device.stop()
        self.flash.check()
        return self.flash.text()

    def clear(self):
        """Unplugs whatever is there."""
        self.session.cable.cancel_trip()
        self.session.cable.pull()
        self.session.cable.watch = None
        self.guest.run("umount -l /mnt 2>/dev/null; [ -f /tmp/keys.pid ] && "
                       "kill $(cat /tmp/keys.pid) 2>/dev/null; rm -f /tmp/keys.pid")
        self.session.wait_gone()
        if self.device:
            if self.device.running():
                self.device.kill()
            self.device = None
