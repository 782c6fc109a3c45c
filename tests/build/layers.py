#!/usr/bin/env python3
"""Checks that each layer can include its own headers and those of the layers below it, and that
including any other does not compile.

    layers.py COMPILER SOURCE_DIR INCLUDE_ROOTS
"""

import pathlib
import subprocess
import sys

# The layers that each layer may see. This is the rule; the CMakeLists.txt files must agree.
MAY_SEE = {
    "base": set(),
    "hid": {"base"},
    "lang": {"base", "hid"},
    "engine": {"base", "hid", "lang"},
    "flash": set(),
    "store": {"base", "hid", "lang", "flash"},
    "drive": {"base", "hid", "lang", "flash", "store"},
    "device": {"base", "hid", "lang", "engine", "flash", "store", "drive"},
    "usb": {"base", "hid", "lang", "engine", "flash", "store", "drive", "device"},
    "ports/sim": {"base", "hid", "lang", "engine", "flash"},
    "ports/file": {"base", "flash"},
    "ports/usbip": {"base", "hid", "lang", "engine", "flash", "store", "drive", "device", "usb"},
    "ports/evdev": {"base", "hid"},
    "scenario": {"base", "hid", "lang", "engine", "flash", "ports/sim"},
    "cli": {"base", "hid", "lang", "engine", "flash", "store", "drive", "device", "usb", "ports/sim",
            "ports/file", "ports/usbip", "ports/evdev", "scenario"},
}


def compiles(compiler, roots, header):
    """Whether a file that includes the header compiles, and what the compiler says."""
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"]
    command += [f"-I{root}" for root in roots]
    result = subprocess.run(command, input=f'#include "{header}"\n', capture_output=True, text=True)
    return result.returncode == 0, result.stderr


def check(compiler, source, layer, roots, other):
    """None if `layer` treats the headers of `other` as it must, else what is wrong."""
    headers = sorted((source / "src" / other).glob("*.hpp"))
    if not headers:
        return None
    header = f"{other}/{headers[0].name}"
    allowed = other == layer or other in MAY_SEE[layer]
    compiled, message = compiles(compiler, roots, header)
    if allowed and not compiled:
        return f"{layer} cannot include {header}:\n{message}"
    if not allowed and compiled:
        return f"{layer} can include {header}, which stands above it"
    if not allowed and f"{header}: No such file" not in message and "not found" not in message:
        return f"{layer} including {header} fails for another reason:\n{message}"
    return None


def main():
    compiler, source, roots_file = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    roots = {}
    for line in pathlib.Path(roots_file).read_text().splitlines():
        layer, _, paths = line.partition("=")
        roots[layer] = paths.split(":")
    wrong = []
    if set(roots) != set(MAY_SEE):
        wrong.append(f"the build has the layers {sorted(roots)}, this test {sorted(MAY_SEE)}")
    for layer in roots.keys() & MAY_SEE.keys():
        for other in MAY_SEE:
            wrong.append(check(compiler, source, layer, roots[layer], other))
    wrong = [finding for finding in wrong if finding]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
