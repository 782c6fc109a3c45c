#!/usr/bin/env python3
"""Prints what the core takes on the Cortex-M0+: flash and RAM of each library, and the size of the
objects that a user of the core must provide.

    footprint.py --build DIR [--prefix arm-none-eabi-] ARCHIVE...

DIR holds core_image.elf and footprint.o.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# What some of the objects should not exceed, in bytes.
TARGETS = {"engine::Task": 64, "engine::WholeEngine": 1536}
COLUMNS = ("code", "constants", "data", "bss")
KINDS = ((r"^\.text\b", "code"), (r"^\.rodata\b|^\.ARM\.ex", "constants"), (r"^\.data\b", "data"),
         (r"^\.bss\b|^COMMON$", "bss"))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sections(size_tool, file):
    """Bytes by kind, over all objects in the file."""
    total = dict.fromkeys(COLUMNS, 0)
    for line in run(size_tool, "-A", file).splitlines():
        fields = line.split()
        if len(fields) < 3 or not fields[1].isdigit():
            continue
        for pattern, kind in KINDS:
            if re.match(pattern, fields[0]):
                total[kind] += int(fields[1])
    return total


def objects(nm, file):
    """(name, bytes) of the objects that footprint.cpp lists, in its order."""
    found = []
    for line in run(nm, "-S", "--numeric-sort", file).splitlines():
        match = re.match(r"^([0-9a-f]+) ([0-9a-f]+) \w footprint_(\w+)$", line)
        if match:
            found.append((match.group(3), int(match.group(2), 16)))
    return sorted(found)


def row(name, total):
    print(f"{name:<12}" + "".join(f"{total[column]:>11}" for column in COLUMNS))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--prefix", default="arm-none-eabi-")
    parser.add_argument("archives", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    print("Cortex-M0+, -Os, bytes")
    print(f"{'':<12}" + "".join(f"{column:>11}" for column in COLUMNS))
    for archive in arguments.archives:
        row(re.sub(r"^libpianola_", "", archive.stem), sections(arguments.prefix + "size", archive))
    image = sections(arguments.prefix + "size", arguments.build / "core_image.elf")
    row("linked", image)
    print("(linked: all of it, with what it needs of libgcc and libc)")
    print(f"static RAM: {image['data'] + image['bss']}")
    print()
    print("objects, bytes of RAM each")
    for name, count in objects(arguments.prefix + "nm", arguments.build / "footprint.o"):
        name = name.replace("__", "::")
        target = f"   (target {TARGETS[name]:,})" if name in TARGETS else ""
        print(f"{name:<40}{count:>8,}{target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
