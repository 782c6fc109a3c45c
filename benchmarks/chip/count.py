#!/usr/bin/env python3
"""Counts the instructions that operations of the whole device take, whose macros come from the
store: on this machine with valgrind's callgrind, on the Cortex-M0+ with an emulator.

    count.py HOST_PROGRAM CHIP_PROGRAM [CASE]

The operations and what belongs to them are in cases.cpp. Of typing, macros and keys, a report counts
up to the moment at which the host has read it, the USB stack included.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# Case, label, how often.
CASES = [
    ("unbound", "a change of a key that nothing binds", 200),
    ("start", "starting a macro and its end, two changes of its key", 100),
    ("character", "a character of text", 400),
    ("tap", "a tap", 400),
    ("sleeper", "a macro that wakes and sleeps again", 400),
    ("sleepers", "sixteen different ones at once", 100),
    ("save", "saving the file, a byte", 1),
]
DEFINITIONS = (3, 102, 1002)


def on_host(program, case, definitions, count):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "callgrind.out"
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}",
             "--toggle-collect=*bench*measured*", program, case, str(definitions), str(count)],
            capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{program} {case} {definitions}: {result.stdout}{result.stderr}")
        total = re.search(r"^(?:summary|totals): (\d+)", output.read_text(), re.MULTILINE)
        return int(total.group(1)) / int(result.stdout)


def on_chip(program, case, definitions, count):
    arguments = ",".join(f"arg={word}" for word in ("chip", case, definitions, count))
    result = subprocess.run(
        ["qemu-system-arm", "-M", "mps2-an385", "-icount", "shift=0", "-nographic", "-monitor",
         "none", "-serial", "none", "-kernel", program,
         "-semihosting-config", f"enable=on,target=native,{arguments}"],
        capture_output=True, text=True, timeout=300)
    said = result.stdout + result.stderr
    if result.returncode != 0 or not said.strip().isdigit():
        sys.exit(f"{program} {case} {definitions}: {said}")
    return int(said)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    host, chip = sys.argv[1:3]
    print(f"{'':<54}{'definitions':>12}{'this machine':>14}{'Cortex-M0+':>12}")
    for case, label, count in CASES:
        if len(sys.argv) == 4 and case != sys.argv[3]:
            continue
        # What does not look anything up does not depend on how much there is.
        few = () if case == "sleepers" else DEFINITIONS[:1]
        many = (*few, *DEFINITIONS[1:])
        for definitions in many if case in ("unbound", "start", "sleepers", "save") else (102,):
            here = on_host(host, case, definitions, count)
            there = on_chip(chip, case, definitions, count)
            print(f"{label:<54}{definitions:>12,}{here:>14,.0f}{there:>12,.0f}", flush=True)


if __name__ == "__main__":
    main()
