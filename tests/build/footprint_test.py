#!/usr/bin/env python3
"""Tests tools/footprint.py on what a linker writes.

    footprint_test.py TOOLS_DIR
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, sys.argv[1])
import footprint  # noqa: E402

# As GNU ld writes it of a program that is optimised as a whole.
MAP = """Discarded input sections

 .text.unused   0x00000000       0x40 /tmp/ccPqT1.ltrans0.ltrans.o

Linker script and memory map

.text           0x00008000       0x40
 *(.text .text.*)
 .text.startup.main
                0x00008000        0xe /tmp/ccPqT1.ltrans0.ltrans.o
 *fill*         0x0000800e        0x2 
 .text._ZN7pianola4lang4stepEv.part.0
                0x00008010       0x10 /tmp/ccPqT1.ltrans0.ltrans.o
                0x00008010                pianola::lang::step()
 .text._ZN7pianola4LineC1Ev.isra.0
                0x00008020       0x10 /tmp/ccPqT1.ltrans0.ltrans.o
 .text.memcpy   0x00008030       0x10 /usr/lib/libc_nano.a(memcpy.o)

.rodata         0x00008040        0xa
 .rodata._ZN7pianola3hid4nameEv.str1.1
                0x00008040        0x4 /tmp/ccPqT1.ltrans0.ltrans.o
                                  0x9 (size before relaxing)
 .rodata.str1.1
                0x00008044        0x2 /tmp/ccPqT1.ltrans0.ltrans.o
 .rodata.str1.1
                0x00008046       0x20 /tmp/ccPqT1.ltrans0.ltrans.o
 .rodata.kTable
                0x00008046        0x4 /tmp/ccPqT1.ltrans0.ltrans.o

.bss            0x00009000        0x8
 .bss._usbd     0x00009000        0x8 /tmp/ccPqT1.ltrans0.ltrans.o

.debug_info     0x00000000       0x99
 .debug_info    0x00000000       0x99 /tmp/ccPqT1.ltrans0.ltrans.o
"""

# What the libraries have. Two layers instantiate the template that is called Line here.
LAYERS = {"main": [footprint.BOARD], "_ZN7pianola4lang4stepEv": ["lang/code"],
          "_ZN7pianola4LineC2Ev": ["lang/compile", "engine"], "_ZN7pianola3hid4nameEv": ["hid"],
          "kTable": ["base"], "_usbd": [footprint.TINYUSB]}
WANTED = ["base", "hid", "lang/code", "engine"]


def pieces_of(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "image.map"
        path.write_text(text)
        return footprint.read_map(path, LAYERS, WANTED)


class Footprint(unittest.TestCase):
    def test_pieces_of_an_image(self):
        self.assertEqual(
            [(size, kind, layer, text) for _, size, kind, layer, text in pieces_of(MAP)],
            [(0xE, "code", footprint.BOARD, False), (0x2, "code", footprint.BOARD, False),
             (0x10, "code", "lang/code", False), (0x10, "code", "engine", False),
             (0x10, "code", footprint.TOOLCHAIN, False), (0x4, "constants", "hid", True),
             (0x2, "constants", footprint.TEXTS, True), (0x4, "constants", "base", False),
             (0x8, "bss", footprint.TINYUSB, False)])

    def test_what_does_not_add_up_is_no_figure(self):
        with self.assertRaises(SystemExit):
            pieces_of(MAP.replace("       0x40\n", "       0x44\n"))

    def test_images_consist_of_the_layers_that_they_should(self):
        sizes = {"code": 4, "constants": 0, "data": 0, "bss": 0}
        image = {"layers": {"base": sizes, "engine": sizes, footprint.BOARD: {**sizes, "bss": 99}},
                 "symbols": {"engine: engine::step": 300}}
        self.assertEqual(list(footprint.check("x", {"base", "engine"}, image)), [])
        self.assertEqual(list(footprint.check("x", {"base"}, image)),
                         ["image_x has something of engine, such as engine: engine::step"])
        self.assertEqual(list(footprint.check("x", {"base", "engine", "hid"}, image)),
                         ["image_x has nothing of hid"])

    def test_layers_have_no_ram(self):
        image = {"layers": {"base": {"code": 4, "constants": 0, "data": 0, "bss": 4},
                            "usb": {"code": 4, "constants": 0, "data": 0, "bss": 4}}, "symbols": {}}
        self.assertEqual(list(footprint.check("x", {"base", "usb"}, image)),
                         ["image_x: base has 4 bytes of RAM"])

    def test_tables_of_one_kind_count_as_one(self):
        self.assertEqual(footprint.family("hid::kLayout_de"), "hid::kLayout_*")
        self.assertEqual(footprint.family("hid::make_report"), "hid::make_report")

    def test_changes(self):
        self.assertEqual(footprint.number(1200, None), "1,200")
        self.assertEqual(footprint.number(1200, 1200), "1,200")
        self.assertEqual(footprint.number(1200, 1000), "1,200 (+200)")
        self.assertEqual(footprint.number(0, 1000), "0 (-1,000)")
        self.assertEqual(footprint.number(0, 0), "-")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
