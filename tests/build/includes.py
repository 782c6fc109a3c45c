#!/usr/bin/env python3
"""Checks how the sources include: other files by the name of their layer, never relative to the
including file, and no .cpp; in the core, only those standard headers that need no heap and no
system, and what saves only in the editor; in what a browser or a firmware's test may build as well,
none of a library or for exceptions, streams or files.

    includes.py SOURCE_DIR
"""

import pathlib
import re
import sys

LAYERS = ("base/", "hid/", "lang/code/", "lang/compile/", "lang/text/", "engine/", "player/", "flash/",
          "store/", "inspect/", "edit/", "drive/", "device/", "usb/", "ports/memory/", "ports/sim/",
          "ports/file/", "ports/evdev/", "ports/usbip/", "ports/linux/", "tryout/", "scenario/",
          "timeline/", "cli/")
TESTS = ("support/",)
CORE = ("base", "hid", "lang", "engine", "player", "flash", "store", "inspect", "edit", "drive",
        "device", "usb")
# A device has memory for one save and its scratch: the editor's. Others ask the editor.
EDITORS = {"store/save.hpp": ("store", "edit"), "store/flash_scratch.hpp": ("store", "edit")}
CORE_HEADERS = {
    "algorithm", "array", "bit", "cassert", "compare", "concepts", "cstddef", "cstdint", "cstring",
    "initializer_list", "iterator", "limits", "new", "optional", "span", "string_view", "tuple",
    "type_traits", "utility",
}
TINYUSB = {"tusb.h", "device/usbd_pvt.h"}  # For usb.
PORTABLE = ("tryout", "scenario")
NOT_PORTABLE = re.compile(r".*/|stdexcept$|exception$|filesystem$|i?o?f?s?stream$|.*\.h$")


def findings(source):
    for path in sorted((source / "src").rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".inc"):
            continue
        name = path.relative_to(source)
        is_test = path.stem.endswith("_test")
        in_core = name.parts[1] in CORE and not is_test
        roots = LAYERS + TESTS if is_test else LAYERS
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
            if not found:
                continue
            kind, header = found.groups()
            if kind == '"' and not header.startswith(roots):
                yield f'{name}:{number}: "{header}" does not begin with the name of a layer'
            if ".." in pathlib.PurePosixPath(header).parts:
                yield f'{name}:{number}: "{header}" is relative'
            if header.endswith(".cpp"):
                yield f"{name}:{number}: {header} is not a header"
            if in_core and name.parts[1] not in EDITORS.get(header, CORE):
                yield f"{name}:{number}: {header} is for the editor alone"
            known = CORE_HEADERS | (TINYUSB if name.parts[1] == "usb" else set())
            if kind == "<" and in_core and header not in known:
                yield f"{name}:{number}: <{header}> is not for the core"
            if kind == "<" and name.parts[1] in PORTABLE and not is_test:
                if NOT_PORTABLE.match(header):
                    yield f"{name}:{number}: <{header}> is not for {name.parts[1]}"


def main():
    found = list(findings(pathlib.Path(sys.argv[1])))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
