#!/usr/bin/env python3
"""Counts the instructions that one operation takes, with valgrind's callgrind: the same figure on
every run and every machine of one kind.

    instructions.py BINARY CASE [--function PATTERN] [--count N]
    instructions.py --list FILE --build DIR

BINARY is run as `BINARY CASE N` and as `BINARY CASE 2N`, N being the number of operations; the
difference leaves out what happens once. If BINARY prints a number, that is how many there were. With --function, only what runs inside functions that match
the PATTERN counts (callgrind's --toggle-collect: the demangled name, `*` for any text).

--list runs all cases of a file, a line each:
`binary case count function-pattern-or-dash target-or-dash label`.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def instructions(binary, case, count, function):
    """Instructions executed by one run, and the number of operations."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}"]
        if function:
            command.append(f"--toggle-collect={function}")
        result = subprocess.run([*command, binary, case, str(count)], capture_output=True,
                                text=True)
        if result.returncode != 0:
            sys.exit(f"{binary} {case} {count} failed:\n{result.stdout}{result.stderr}")
        # "summary:" holds what was collected; "totals:" too, but is missing if nothing was.
        found = re.search(r"^(?:summary|totals): (\d+)", output.read_text(), re.MULTILINE)
        return int(found.group(1)) if found else 0, int(result.stdout or count)


def per_operation(binary, case, count, function):
    once, operations = instructions(binary, case, count, function)
    twice, twice_operations = instructions(binary, case, 2 * count, function)
    if twice <= once:
        sys.exit(f"{binary} {case}: nothing was counted; is {function or 'the case'} right?")
    return (twice - once) / (twice_operations - operations)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?")
    parser.add_argument("case", nargs="?")
    parser.add_argument("--function")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--list", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("."))
    arguments = parser.parse_args()
    if arguments.list:
        for line in arguments.list.read_text().splitlines():
            line = line.split("#", 1)[0].strip()
            if line:
                binary, case, count, function, target, label = line.split(None, 5)
                value = per_operation(arguments.build / binary, case, int(count),
                                      None if function == "-" else function)
                beside = "" if target == "-" else f"   (target {int(target):,})"
                print(f"{label:<52}{value:>10,.1f}{beside}", flush=True)
    elif arguments.binary and arguments.case:
        value = per_operation(arguments.binary, arguments.case, arguments.count, arguments.function)
        print(f"{arguments.case}: {value:.1f} instructions per operation")
    else:
        parser.error("name a binary and a case, or a --list")


if __name__ == "__main__":
    main()
