#!/usr/bin/env python3
"""Tests tools/stack_depth.py on small programs for the Cortex-M0+.

    stack_depth_test.py TOOLS_DIR ARM_COMPILER
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(sys.argv[1])
COMPILER = sys.argv[2]

LEAF = "[[gnu::noinline]] int leaf(int n) { volatile char b[64]; b[n & 63] = 1; return b[0]; }\n"
SINK = ("struct Sink { virtual int put(int) = 0; protected: ~Sink() = default; };\n"
        "extern \"C\" void __cxa_pure_virtual() {}\n")


def analyse(source, indirect="", entries="", options=()):
    """The exit code, the standard output and the errors of the tool for one program, which is
    optimised as a whole but keeps all functions."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "case.cpp").write_text(source)
        (folder / "indirect.txt").write_text(indirect)
        (folder / "entries.txt").write_text(entries)
        flags = ["-mcpu=cortex-m0plus", "-mthumb", "-Os", "-flto", "-flto-partition=one",
                 "-fno-exceptions", "-fno-rtti"]
        subprocess.run([COMPILER, "-std=c++20", *flags, "-c", "case.cpp", "-o", "case.o"],
                       check=True, cwd=folder)
        subprocess.run([COMPILER, *flags, "-fcallgraph-info=su", "--specs=nosys.specs",
                        "-nostartfiles", "case.o", "-Wl,--entry=0", "-Wl,--export-dynamic",
                        "-o", "case.elf"], check=True, cwd=folder)
        result = subprocess.run(
            [sys.executable, TOOLS / "stack_depth.py", "--image", "case.elf", *options,
             "--indirect", "indirect.txt", "--entries", "entries.txt"],
            capture_output=True, text=True, cwd=folder)
        return result.returncode, result.stdout, result.stderr


class StackDepth(unittest.TestCase):
    def test_frames_add_up_along_the_deepest_path(self):
        code, output, errors = analyse(
            LEAF + "[[gnu::noinline]] int middle(int n) { return leaf(n) + 1; }\n"
                   "int top(int n) { return middle(n) + leaf(n + 1); }\n",
            entries="the top: ^top\\(\n")
        self.assertEqual((code, errors), (0, ""))
        lines = [line.split() for line in output.splitlines()]
        self.assertEqual([line[-1] for line in lines], ["top", "top", "middle", "leaf"])
        frames = [int(line[0]) for line in lines]
        self.assertEqual(frames[0], sum(frames[1:]))
        self.assertGreaterEqual(frames[3], 64)

    def test_an_entry_above_its_limit_is_an_error(self):
        code, output, errors = analyse(LEAF, entries="a leaf <= 500: ^leaf\\(\n")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("a leaf: leaf", output)
        code, _, errors = analyse(LEAF, entries="a leaf <= 50: ^leaf\\(\n")
        self.assertEqual(code, 1)
        self.assertRegex(errors, "entries.txt:1: a leaf: [0-9]+ bytes, at most 50 are allowed")

    def test_library_functions_count(self):
        code, output, _ = analyse("unsigned long long top(unsigned long long a, unsigned b) "
                                  "{ return a / b; }\n", entries="division: ^top\n")
        self.assertEqual(code, 0)
        self.assertIn("__aeabi_uldivmod", output)

    def test_recursion_is_an_error(self):
        code, _, errors = analyse(
            "int odd(int); [[gnu::noinline]] int even(int n) { return n ? odd(n - 1) * 3 : 1; }\n"
            "[[gnu::noinline]] int odd(int n) { return n ? even(n - 1) * 5 : 0; }\n")
        self.assertEqual(code, 1)
        self.assertIn("recursion: even(int), odd(int)", errors)
        code, _, errors = analyse("int f(int n) { return n ? f(n / 2) * f(n / 3) : 1; }\n")
        self.assertEqual(code, 1)
        self.assertIn("recursion: f(int)", errors)

    def test_unexplained_indirect_call_is_an_error(self):
        code, _, errors = analyse(SINK + "int top(Sink& s) { return s.put(1); }\n")
        self.assertEqual(code, 1)
        self.assertIn("case.cpp:3:32, case.cpp: int top(Sink& s) { return s.put(1); }", errors)

    def test_indirect_calls_follow_the_table(self):
        source = (SINK + LEAF + "struct Real : Sink { int put(int n) override; };\n"
                  "int Real::put(int n) { return leaf(n) + 1; }\n"
                  "int top(Sink& s) { return s.put(1) + 1; }\n")
        code, output, _ = analyse(source, "case\\.cpp: .*s\\.put\\( -> ^Real::put  # the only one\n",
                                  "top: ^top\\(\n")
        self.assertEqual(code, 0)
        self.assertIn("leaf", output)
        code, output, errors = analyse(source, "case\\.cpp: .*top\\( -> port\n", "top: ^top\\(\n")
        self.assertEqual((code, errors), (0, ""))
        self.assertNotIn("leaf", output)

    def test_indirect_calls_are_known_where_they_are_inlined(self):
        code, output, errors = analyse(
            SINK + LEAF + "struct Real : Sink { int put(int n) override; };\n"
            "int Real::put(int n) { return leaf(n) + 1; }\n"
            "static int send(Sink& s) { return s.put(1) + 1; }\n"
            "int top(Sink& s) { return send(s) * 3; }\n",
            "case\\.cpp: static int send.*s\\.put\\( -> ^Real::put\n", "top: ^top\\(\n")
        self.assertEqual((code, errors), (0, ""))
        self.assertNotIn("send", output)
        self.assertIn("leaf", output)

    def test_a_part_need_not_have_all_that_the_table_names(self):
        code, _, errors = analyse(LEAF, "nothing -> ^nobody\n", options=["--part"])
        self.assertEqual((code, errors), (0, ""))
        code, _, errors = analyse(SINK + "int top(Sink& s) { return s.put(1); }\n",
                                  options=["--part"])
        self.assertEqual(code, 1)
        self.assertIn("indirect call at case.cpp:3:32", errors)

    def test_lines_that_match_nothing_are_errors(self):
        code, _, errors = analyse(LEAF, "^nobody -> port\n", "entry: ^no_such\n")
        self.assertEqual(code, 1)
        self.assertIn("indirect.txt:1: no indirect call matches", errors)
        self.assertIn("entries.txt:1: no function matches", errors)

    def test_frame_without_a_bound_is_an_error(self):
        code, _, errors = analyse("[[gnu::noinline]] void use(volatile char* p) { *p = 1; }\n"
                                  "int top(int n) { volatile char b[n]; use(b); return b[0]; }\n")
        self.assertEqual(code, 1)
        self.assertIn("the frame of top(int) has no bound", errors)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
