#!/usr/bin/env python3
"""Makes seeds for drive_fuzz of what systems wrote: tests/fuzz/drive_seeds.py FOLDER

Takes tests/recordings, whose volume has FAT16, and gives the same changes of the FAT, of the folder
and of texts as steps of drive_fuzz, whose volumes have FAT12. Of a sector of text one line is kept.
"""

import struct
import sys
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"

# The steps of drive_fuzz.cpp, and the parts of the volume that they name.
EJECT, RUN, WAIT, POKE, SET_FAT, SET_ENTRY, WRITE_TEXT = 1, 2, 3, 4, 12, 13, 14
DATA, ANY = 2, 3

# Where these are on the recorded volume.
FAT, ROOT, TEXTS = 1, 66, 98
BOOT_STATE = 0x25
CLUSTERS = range(2, 40)  # More are not used.


def step(what, body=b""):
    return bytes([what, len(body)]) + body


def fat_step(before, sector):
    """The entries that changed."""
    entries = struct.unpack("<256H", sector)
    old = struct.unpack("<256H", before) if before else [None] * 256
    changed = [i for i in CLUSTERS if entries[i] != old[i]]
    return step(SET_FAT, b"".join(bytes([i, entries[i] & 0xFF]) for i in changed))


def folder_steps(before, sector):
    """The entries that changed."""
    before = before or bytes(512)
    for i in range(16):
        entry = sector[32 * i:32 * i + 32]
        if entry != before[32 * i:32 * i + 32]:
            yield step(SET_ENTRY, bytes([i, 0]) + entry)


def text_step(number, sector):
    lines = sector.split(b"\n")
    line = lines[1] if len(lines) > 1 else lines[0]  # The first may have begun before.
    return step(WRITE_TEXT, struct.pack("<BH", DATA, number) + line[:200])


def sector_steps(number, before, sector):
    if number < FAT:
        yield step(POKE, struct.pack("<BHHB", ANY, number, BOOT_STATE, sector[BOOT_STATE]))
    elif number == FAT:
        yield fat_step(before, sector)
    elif number == ROOT:
        yield from folder_steps(before, sector)
    elif number >= TEXTS:
        yield text_step(number - TEXTS, sector)


def steps(lines):
    volume = {}
    lines = iter(lines)
    for line in lines:
        words = line.split()
        if words[0] == "write":
            for number in range(int(words[1]), int(words[1]) + int(words[2])):
                text = next(lines).strip()
                sector = bytes.fromhex("" if text == "." else text).ljust(512, b"\0")
                yield from sector_steps(number, volume.get(number), sector)
                volume[number] = sector
        elif words == ["start_stop", "2"]:
            yield step(EJECT)
        elif words[0] == "synchronize":
            yield step(RUN, b"\x10")
    yield step(WAIT)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for choice, recording in enumerate(sorted(RECORDINGS.glob("*.txt"))):
        seed = bytes([choice]) + b"".join(steps(recording.read_text().splitlines()))
        (folder / recording.stem).write_bytes(seed)


main()
