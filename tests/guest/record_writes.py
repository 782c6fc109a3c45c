#!/usr/bin/env python3
"""Records what a Linux kernel and mtools write to the drive, in their order, for the drive's tests.

  record_writes.py PIANOLA GUEST_TOOL    writes tests/recordings/*.txt anew

Each recording is one edit, from the insertion to the eject, as the commands that arrived at the
device. To be run by hand when what the volume looks like has changed.
"""

import pathlib
import sys
import tempfile

import booted
import texts
from cable import ScsiWatch
from cases_drive import WAYS
from rig import Rig

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "recordings"

# Name, way, size before, size after.
EDITS = [
    ("linux-in-place-longer", "in place", 1500, 4000),
    ("linux-in-place-shorter", "in place", 4000, 1500),
    ("linux-rename", "rename", 2500, 3000),
    ("linux-flush", "flush", 2500, 3000),
    ("linux-backup", "backup", 2500, 3000),
    ("mtools-longer", "mtools", 1500, 4000),
    ("mtools-shorter", "mtools", 4000, 1500),
]

FORMAT = """\
# Lines of this file: `region` bytes, sector, unit: the flash; `medium` sectors: the volume;
# `before |` and `after |` a line of macros.txt; then the commands. `write` FIRST COUNT is followed by
# one line for each sector: its bytes in hex without the zeros at its end (`.` for a sector of zeros).
# `start_stop` and `prevent_allow` have byte 4 of the command, `synchronize` nothing.
"""


def lines_of(command):
    name, first, count, data = command
    if name != "write":
        return [f"{name} {first}"]
    sectors = [data[i:i + 512].rstrip(b"\0").hex() or "." for i in range(0, len(data), 512)]
    return [f"write {first} {count}", *sectors]


def record(rig, way, before, after):
    """The commands of one edit, and how many sectors the medium has."""
    rig.plug(before.text)
    rig.insert()
    size = int(rig.guest.must(f"cat /sys/block/{rig.session.disk[5:]}/size"))
    rig.guest.put("/tmp/new", after.text.encode())
    rig.session.cable.watch = watch = ScsiWatch()
    since = rig.device.mark()
    rig.guest.must(WAYS[way].format(disk=rig.session.disk))
    rig.session.eject()
    rig.wait_outcome(since)
    rig.clear()
    return watch.commands, size


def main():
    pianola, tool = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, booted.start(folder) as guest:
        guest.install(tool, "/bin/guest_tool")
        rig = Rig(guest, pianola, folder, 1)
        system = guest.must("uname -sr").strip()
        mtools = guest.must("mcopy --version").split(")")[1].split()[0]
        for name, way, size_before, size_after in EDITS:
            before, after = texts.Version(1, size_before), texts.Version(2, size_after)
            commands, medium = record(rig, way, before, after)
            shown = WAYS[way].format(disk="DISK")
            lines = [f"# Recorded by tests/guest/record_writes.py from {system}"
                     + (f", mtools {mtools}" if way == "mtools" else ""),
                     f"# {shown}; eject", *FORMAT.splitlines(), "region 4194304 4096 256",
                     f"medium {medium}"]
            lines += [f"before |{line}" for line in before.text.splitlines()]
            lines += [f"after |{line}" for line in after.text.splitlines()]
            for command in commands:
                lines += lines_of(command)
            (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{name}: {len(commands)} commands, "
                  f"{sum(c[2] for c in commands)} sectors written")


if __name__ == "__main__":
    main()
