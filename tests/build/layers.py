#!/usr/bin/env python3
"""Checks that each layer can include its own headers and those of the layers below it, and finds no
others.

    layers.py COMPILER SOURCE_DIR INCLUDE_ROOTS
"""

import pathlib
import subprocess
import sys

# The layers that each layer may see. This is the rule; the CMakeLists.txt files must agree.
MAY_SEE = {layer: set(below.split()) for layer, below in {
    "base": "",
    "hid": "base",
    "lang/code": "base hid",
    "lang/compile": "base hid lang/code",
    "lang/text": "base hid lang/code lang/compile",
    "engine": "base hid lang/code",
    "flash": "",
    "store": "base hid lang/code lang/compile flash",
    "edit": "base hid lang/code lang/compile flash store",
    "drive": "base hid lang/code lang/compile flash store edit",
    "player": "base hid lang/code engine",
    "device": "base hid lang/code lang/compile engine player flash store edit drive",
    "usb": "base hid lang/code lang/compile engine player flash store edit drive device",
    "ports/sim": "base hid lang/code lang/compile engine flash",
    "ports/file": "base flash",
    "ports/usbip": "base hid lang/code lang/compile engine player flash store edit drive device"
                   " usb",
    "ports/evdev": "base hid",
    "ports/linux": "base",
    "tryout": "base hid lang/code lang/compile engine flash ports/sim",
    "scenario": "base hid lang/code lang/compile engine flash ports/sim tryout",
    "timeline": "base hid lang/code lang/compile engine flash ports/sim tryout scenario",
    "cli": "base hid lang/code lang/compile lang/text engine flash store edit drive device usb"
           " ports/sim ports/file ports/usbip ports/evdev ports/linux tryout scenario timeline",
}.items()}


def seen_from(compiler, roots, headers):
    """The layers of which a file that is compiled with these include roots finds a header."""
    text = "".join(f'#if __has_include("{header}")\n=={layer}\n#endif\n'
                   for layer, header in headers.items())
    command = [compiler, "-std=c++20", "-E", "-P", "-x", "c++", "-"]
    command += [f"-I{root}" for root in roots]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return set(result.stdout.replace("==", "").split())


def a_header(source, layer):
    """A header of the layer as others include it."""
    headers = sorted((source / "src" / layer).glob("*.hpp"))
    return f"{layer}/{headers[0].name}"


def findings(layer, seen):
    for other in sorted(MAY_SEE):
        allowed = other == layer or other in MAY_SEE[layer]
        if allowed and other not in seen:
            yield f"{layer} cannot include {other}"
        if not allowed and other in seen:
            yield f"{layer} can include {other}, which stands above it"


def main():
    compiler, source, roots_file = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    roots = {}
    for line in pathlib.Path(roots_file).read_text().splitlines():
        layer, _, paths = line.partition("=")
        roots[layer] = paths.split(":")
    wrong = []
    if set(roots) != set(MAY_SEE):
        wrong.append(f"the build has the layers {sorted(roots)}, this test {sorted(MAY_SEE)}")
    headers = {layer: a_header(source, layer) for layer in MAY_SEE}
    for layer in roots.keys() & MAY_SEE.keys():
        wrong += findings(layer, seen_from(compiler, roots[layer], headers))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
