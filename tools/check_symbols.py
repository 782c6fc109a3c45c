#!/usr/bin/env python3
"""Checks that the core, as built, needs no heap, operating system or run-time support, and that it
has no writable data.

    check_symbols.py [--nm NM] [--size SIZE] [--target FORMAT] [--data BYTES] [--beside ARCHIVE]... ARCHIVE...
        The undefined symbols of the archives, taken together, must be in the lists below, or be
        defined in the archives beside them, which are not checked. With --data so many bytes of
        writable data are all right.
    check_symbols.py [--nm NM] [--size SIZE] [--target FORMAT] --image [--with-data] ELF...
        Linked images with everything that the archives call: nothing undefined, and no function of
        a heap, of exceptions or of formatted output came with it. With --with-data they may have
        writable data: the objects of a board.

With --target the files are read as that format: of objects that can also be optimised as a whole that
is what their code names, which is more (functions that the compiler calls by itself).

GCC 12 puts an `inline constexpr std::array x = {...}` with a deduced type into .data: write the
type out, or make it a plain array.

Exit code 1, and a line for each finding, if something is wrong.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict

# What the core may leave to others to define.
ALLOWED = re.compile(
    "^(?:"
    # Functions of <cstring> without state. The compiler emits calls to the first four by itself.
    "memcpy|memmove|memset|memcmp|memchr|strlen"
    # Where a failed assertion ends, when assertions are on (glibc, newlib).
    "|__assert_fail|__assert_func"
    # What the stack protector calls, where a distribution's compiler has it on.
    "|__stack_chk_fail"
    # Fills the slots of pure virtual functions in an interface's own table. Never called; a port
    # defines it in one line.
    "|__cxa_pure_virtual"
    # Integer arithmetic and jump tables that the Cortex-M0+ has no instruction for (libgcc).
    # Floating point is not among them.
    "|__aeabi_(?:u?idiv|u?idivmod|u?ldivmod|lmul|llsl|llsr|lasr|u?lcmp|idiv0|ldiv0)"
    "|__aeabi_(?:memcpy|memmove|memset|memclr)[48]?"
    "|__gnu_thumb1_case_(?:uqi|sqi|uhi|shi|si)"
    "|__(?:clz|ctz|ffs|popcount|parity|bswap)[sd]i2"
    ")$"
)

# What must not be in a linked image: a sign that something above slipped in by way of a library.
FORBIDDEN = re.compile(
    r"^(?:_*(?:malloc|calloc|realloc|free|memalign|sbrk)(?:_r)?"
    r"|_Zn[wa]\w*|_Zd[la]\w*|__cxa_(?!pure_virtual$)\w+|__dynamic_cast|_Unwind_\w+"
    r"|_?v?[sf]?n?i?printf(?:_r)?|puts|putchar|abort|exit|atexit|__aeabi_unwind_cpp_pr\d)$"
)

# Sections that take RAM and would be written at run time. ".data.rel.ro" is not: it is constant
# data with addresses in it, made read-only once a host has loaded it.
WRITABLE = re.compile(r"^\.(?:data|bss|tdata|tbss|sdata|sbss|init_array|ctors|preinit_array)\b"
                      r"(?!\.rel\.ro)")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def demangle(name):
    try:
        return run("c++filt", name).strip()
    except (OSError, subprocess.CalledProcessError):
        return name


def undefined_and_defined(nm, target, files):
    """Undefined symbols with the objects that use them, and the set of the defined ones."""
    undefined, defined = defaultdict(set), set()
    for line in run(nm, *target, "-A", "-P", *files).splitlines():
        where, _, rest = line.partition(": ")
        fields = rest.split()
        if len(fields) < 2:
            continue
        name, kind = fields[:2]
        if kind in "Uwv":
            undefined[name].add(where)
        else:
            defined.add(name)
    return undefined, defined


def writable_sections(size, target, files):
    """(file, section, bytes) of each section with writable data."""
    where = ""
    for line in run(size, *target, "-A", *files).splitlines():
        header = line.endswith(":") and re.match(r"^(\S.*?)\s+(?:\(ex (.*)\))?\s*:$", line)
        if header:
            where = header.group(1)
            continue
        fields = line.split()
        if len(fields) >= 2 and WRITABLE.match(fields[0]) and int(fields[1]) > 0:
            yield where, fields[0], int(fields[1])


def findings(arguments):
    files = arguments.files
    target = ["--target=" + arguments.target] if arguments.target else []
    undefined, defined = undefined_and_defined(arguments.nm, target, files)
    known = set()
    if arguments.beside:
        known = undefined_and_defined(arguments.nm, target, arguments.beside)[1]
    for name, users in sorted(undefined.items()):
        if name in known or name in defined or (ALLOWED.match(name) and not arguments.image):
            continue
        yield f"{demangle(name)} is undefined; used by {', '.join(sorted(users))}"
    if arguments.image:
        for name in sorted(defined):
            if FORBIDDEN.match(name):
                yield f"{demangle(name)} was linked"
    if arguments.with_data:
        return
    sections = list(writable_sections(arguments.size, target, files))
    if sum(count for _, _, count in sections) <= arguments.data:
        return
    for where, section, count in sections:
        yield f"{where} has {count} bytes of writable data in {section}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--size", default="size")
    parser.add_argument("--target", metavar="FORMAT")
    parser.add_argument("--image", action="store_true", help="the files are linked images")
    parser.add_argument("--with-data", action="store_true", help="writable data is all right")
    parser.add_argument("--data", type=int, default=0, metavar="BYTES")
    parser.add_argument("--beside", action="append", default=[], metavar="ARCHIVE")
    parser.add_argument("files", nargs="+")
    found = list(findings(parser.parse_args()))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
