#!/usr/bin/env python3
"""Prints what Pianola takes on the Cortex-M0+: flash and RAM of images that boards would link, by
layer and by symbol, and the size of objects that a user of the core provides.

    footprint.py --build DIR --figures FILE [--prefix arm-none-eabi-] [--keep | --check] IMAGE…

An IMAGE is NAME:LAYER,LAYER,… and stands for DIR/image_NAME.elf and the linker's map beside it. The
LAYERS are those that it consists of. DIR/footprint.o has the objects. An image is optimised as a
whole when it is linked, so that the map names no files. A function is of the layer in whose source
it stands, as the .ci file beside the image says (see stack_depth.py); everything else of the layer
that has the symbol in its library: of several, such as for a template of the C++ library, the
lowest.

FILE has figures of former times; what has changed since is printed in parentheses. With --keep the
figures of now take their place. With --check nothing is printed but what is wrong, which is an
error: an image has code of a layer that is not named, or none of one that is, or something other
than the board, TinyUSB and what `usb` tells it has RAM.
"""

import argparse
import bisect
import collections
import json
import pathlib
import re
import subprocess
import sys

from stack_depth import Graph, read_ci, short

# What some of the objects should not exceed, in bytes.
TARGETS = {"engine::Task": 64, "engine::WholeEngine": 1536}
# Input sections by what they are.
KINDS = ((r"\.text\b", "code"), (r"\.(?:rodata|ARM\.ex|init_array|fini_array)", "constants"),
         (r"\.data\b", "data"), (r"\.bss\b|COMMON$", "bss"))
# Everything in an image stands in flash but what begins as 0; what can change stands in RAM.
FLASH = ("code", "constants", "data")
RAM = ("data", "bss")
# What is in an image besides the layers.
BOARD, TINYUSB, TOOLCHAIN = "the board", "TinyUSB", "toolchain"
# Literals that tables of constants point to; nothing says whose they are.
TEXTS = "texts of tables"
# Layers whose RAM is not the board's: a pointer for TinyUSB's callbacks.
WITH_RAM = {BOARD: None, TINYUSB: None, "usb": 4}
LARGEST = 20
# What is smaller is not named: of what stands in flash, and of what is in RAM.
LEAST_SYMBOL = 256
LEAST_OBJECT = 32


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# --- Reading ------------------------------------------------------------------------------------

def read_layers(build, order, prefix):
    """The layers that have each symbol in their library, and the board in its objects. `order`: the
    layers from the lowest up."""
    files = [(layer, build / f"src/{layer}/libpianola_{layer.rpartition('/')[2]}.a")
             for layer in order]
    files += [(re.search(r"src/(.*)/", str(file))[1], file)
              for file in sorted(build.glob("src/**/libpianola_*.a"))]
    files.append((TINYUSB, build / "libtinyusb.a"))
    files += [(BOARD, file) for file in sorted(build.glob("benchmarks/CMakeFiles/image_*/**/*.obj"))]
    layers = {}
    for layer, file in files:
        for line in run(prefix + "nm", "--target=elf32-littlearm", "-P", str(file)).splitlines():
            if found := re.match(r"(\S+) [TtWVRrBbDd] ", line):
                layers.setdefault(symbol_of(found[1]), []).append(layer)
    return layers


def read_functions(elf):
    """The layer in whose source each C++ function of an image stands."""
    graph = Graph()
    read_ci(elf.with_name(elf.name + ".ltrans0.ltrans.ci"), graph)
    return {symbol_of(name): [layer] for name, layer in graph.layer.items()
            if name.startswith("_Z")}


def symbol_of(name):
    """The name of a function or an object without what marks the compiler's copies of it; one for
    both names of a constructor."""
    return re.sub(r"C1E", "C2E", name.partition(".")[0])


def layer_of(section, file, layers, wanted):
    """The layer of an input section. What a file does not tell, the symbol does; of several layers
    that have it, the lowest `wanted` one."""
    if "ltrans" not in file:
        return TOOLCHAIN
    name = re.sub(r"^\.(?:text(?:\.(?:startup|unlikely|hot))?|rodata|data(?:\.rel\.ro)?|bss)\.", "",
                  section)
    if re.match(r"str\d", name):
        return TEXTS
    found = layers.get(symbol_of(name), [TOOLCHAIN])
    return next((layer for layer in found if layer in wanted), found[0])


def kind_of(section):
    return next((kind for pattern, kind in KINDS if re.match(pattern, section)), None)


def read_map(path, layers, wanted):
    """The pieces of an image: (address, bytes, kind, layer, whether it is literal texts). What fills
    a gap is the piece's before it."""
    text = path.read_text().partition("\nLinker script and memory map\n")[2]
    pieces, whole, end, kind, layer = [], 0, 0, None, TOOLCHAIN
    line = re.compile(r"^( ?)(\.\S+|COMMON|\*fill\*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)(?: (.*))?$",
                      re.M)
    for indent, section, address, size, file in line.findall(text):
        address, size = int(address, 16), int(size, 16)
        if not indent:  # A section of the image, which consists of the pieces that follow.
            kind = kind_of(section)
            whole += size if kind else 0
            end = address + size
            continue
        if section != "*fill*":
            layer = layer_of(section, file, layers, wanted)
        if size and kind:
            pieces.append([address, min(address + size, end), kind, layer, ".str" in section])
    # Texts that others contain have their own size in the map, but take no room.
    for piece, following in zip(pieces, pieces[1:]):
        if piece[2] == following[2]:
            piece[1] = min(piece[1], following[0])
    pieces = [(start, end - start, *rest) for start, end, *rest in pieces if end > start]
    if sum(piece[1] for piece in pieces) != whole:
        sys.exit(f"{path}: the pieces do not add up to the image")
    return sorted(pieces)


def family(name):
    """Tables of which there are many, such as kLayout_de and kLayout_us, count as one."""
    return re.sub(r"\b(k[A-Z]\w*?)_\w+$", r"\1_*", name)


def read_symbols(elf, prefix, pieces):
    """Bytes of each symbol by (kind, layer, name). Of several names of one place one counts. The
    literal texts of a layer, which have no names, are one."""
    starts = [piece[0] for piece in pieces]
    by_place = {}
    for line in run(prefix + "nm", "-S", "-C", elf).splitlines():
        if found := re.match(r"([0-9a-f]+) ([0-9a-f]+) (\w) (.+)$", line):
            thumb = found[3] in "tTwW"  # The address of a function is odd.
            by_place.setdefault(int(found[1], 16) & (~1 if thumb else ~0),
                                (int(found[2], 16), found[4]))
    symbols = collections.Counter()
    for _, size, kind, layer, is_text in pieces:
        if is_text:
            symbols[kind, layer, "(texts)"] += size
    for address, (size, name) in by_place.items():
        at = bisect.bisect(starts, address) - 1
        if at >= 0 and address < starts[at] + pieces[at][1]:
            name = re.sub(r"\(anonymous namespace\)::|\bpianola::", "", short(name))
            symbols[*pieces[at][2:4], family(name)] += size
    return symbols


def read_image(build, name, wanted, symbol_layers, prefix):
    """What figures.json keeps of an image."""
    pieces = read_map(build / f"image_{name}.map",
                      symbol_layers | read_functions(build / f"image_{name}.elf"), wanted)
    symbols = read_symbols(build / f"image_{name}.elf", prefix, pieces)
    layers = {}
    for _, size, kind, layer, _ in pieces:
        layers.setdefault(layer, dict.fromkeys(("code", "constants", "data", "bss"), 0))
        layers[layer][kind] += size
    symbols = [(kind in RAM, f"{layer}: {symbol}", size)
               for (kind, layer, symbol), size in symbols.most_common()]
    return {"layers": layers,
            "symbols": {name: size for in_ram, name, size in symbols
                        if not in_ram and size >= LEAST_SYMBOL},
            "objects": {name: size for in_ram, name, size in symbols
                        if in_ram and size >= LEAST_OBJECT}}


def read_objects(prefix, file):
    """Bytes of the objects that footprint.cpp lists, by name."""
    found = {}
    for line in run(prefix + "nm", "--target=elf32-littlearm", "-S", file).splitlines():
        if match := re.match(r"[0-9a-f]+ ([0-9a-f]+) \w footprint_(\w+)$", line):
            found[match[2].replace("__", "::")] = int(match[1], 16)
    return dict(sorted(found.items()))


# --- Report -------------------------------------------------------------------------------------

def total(layers, kinds):
    return sum(layer[kind] for layer in layers.values() for kind in kinds)


def number(value, before):
    """A number and its change; `before`: as it was kept, None if it was not."""
    change = f" ({value - before:+,})" if before is not None and before != value else ""
    return f"{value:,}{change}" if value or change else "-"


class Report:
    """Tables with a column for each image."""

    def __init__(self, now, before):
        self.now, self.before = now, before

    def head(self, title):
        print()
        print(f"{title:<24}" + "".join(f"{name:>19}" for name in self.now))

    def row(self, title, value):
        """`value` gives the number of an image, 0 if it has none."""
        cells = (number(value(image), value(self.before[name]) if name in self.before else None)
                 for name, image in self.now.items())
        print(f"{title:<24}" + "".join(f"{cell:>19}" for cell in cells))

    def layers(self, order):
        self.head("flash by layer")
        for layer in order:
            self.row(layer, lambda image: sum(image["layers"].get(layer, {}).get(kind, 0)
                                              for kind in FLASH))
        self.row("all", lambda image: total(image["layers"], FLASH))
        self.row("of it constant data", lambda image: total(image["layers"], ("constants", "data")))

    def ram(self):
        self.head("RAM by object, no stack")
        names = {name: size for image in self.now.values()
                 for name, size in image["objects"].items()}
        for name in sorted(names, key=lambda name: -names[name]):
            self.row(re.sub(rf"^{BOARD}: ", "", name), lambda image: image["objects"].get(name, 0))
        self.row("all", lambda image: total(image["layers"], RAM))

    def largest(self):
        """The largest symbols of all images, each once."""
        print()
        print(f"the {LARGEST} largest symbols of each")
        print("".join(f"{name:>9}" for name in self.now))
        sizes = {name: size for image in self.now.values()
                 for name, size in list(image["symbols"].items())[:LARGEST]}
        for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
            cells, change = "", ""
            for image, now in self.now.items():
                size = now["symbols"].get(name, 0)
                cells += f"{f'{size:,}' if size else '-':>9}"
                # Nearly always the same in all images.
                before = self.before.get(image, {"symbols": {}})["symbols"].get(name, size)
                change = f" ({size - before:+,})" if size and before != size else change
            print(f"{cells}  {name}{change}")


def print_objects(now, before):
    print()
    print("objects, bytes of RAM each")
    for name, size in now.items():
        target = f"   (target {TARGETS[name]:,})" if name in TARGETS else ""
        print(f"{name:<24}{number(size, before.get(name)):>19}{target}")


def check(name, wanted, image):
    """What is wrong with an image."""
    for layer in sorted(set(image["layers"]) | wanted):
        known = layer in wanted or layer in (BOARD, TOOLCHAIN, TINYUSB, TEXTS)
        if layer in image["layers"] and not known:
            symbols = [symbol for symbol in image["symbols"] if symbol.startswith(layer + ": ")]
            yield f"image_{name} has something of {layer}{', such as ' if symbols else ''}" + (
                ", ".join(symbols[:5]))
        if layer in wanted and layer not in image["layers"]:
            yield f"image_{name} has nothing of {layer}"
    for layer, sizes in image["layers"].items():
        size = sum(sizes[kind] for kind in RAM)
        allowed = WITH_RAM.get(layer, 0)
        if allowed is not None and size > allowed:
            yield f"image_{name}: {layer} has {size} bytes of RAM"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--figures", required=True, type=pathlib.Path)
    parser.add_argument("--prefix", default="arm-none-eabi-", help="of the binutils")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("images", nargs="+")
    arguments = parser.parse_args()

    wanted = {name: layers.split(",") for name, _, layers in
              (image.partition(":") for image in arguments.images)}
    order = max(wanted.values(), key=len)
    symbol_layers = read_layers(arguments.build, order, arguments.prefix)
    images = {name: read_image(arguments.build, name, layers, symbol_layers, arguments.prefix)
              for name, layers in wanted.items()}
    if arguments.check:
        found = [line for name, image in images.items()
                 for line in check(name, set(wanted[name]), image)]
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0

    now = {"compiler": run(arguments.prefix + "g++", "-dumpfullversion").strip(), "images": images,
           "objects": read_objects(arguments.prefix, arguments.build / "footprint.o")}
    try:
        before = json.loads(arguments.figures.read_text())
    except FileNotFoundError:
        before = {"compiler": now["compiler"], "images": {}, "objects": {}}
    print(f"Cortex-M0+, GCC {now['compiler']}, -Os, optimised as a whole, bytes; "
          "what is not used is removed")
    if before["compiler"] != now["compiler"]:
        print(f"(the changes are from GCC {before['compiler']})")
    report = Report(images, before["images"])
    report.layers([*order, TEXTS, TINYUSB, TOOLCHAIN, BOARD])
    report.ram()
    report.largest()
    print_objects(now["objects"], before["objects"])
    if arguments.keep:
        arguments.figures.write_text(json.dumps(now, indent=1) + "\n")
        print(f"\nkept in {arguments.figures.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
