#!/usr/bin/env python3
"""Tests tools/check_symbols.py on small archives.

    check_symbols_test.py TOOLS_DIR COMPILER
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(sys.argv[1])
COMPILER = sys.argv[2]


def check(*sources, options=()):
    """The exit code and the findings for an archive built from the sources."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        objects = []
        for number, source in enumerate(sources):
            (folder / f"{number}.cpp").write_text(source)
            objects.append(folder / f"{number}.o")
            subprocess.run([COMPILER, "-std=c++20", "-O2", "-fno-exceptions", "-fno-rtti", "-c",
                            folder / f"{number}.cpp", "-o", objects[-1]], check=True)
        archive = folder / "libcase.a"
        subprocess.run(["ar", "rcs", archive, *objects], check=True)
        result = subprocess.run([sys.executable, TOOLS / "check_symbols.py", *options, archive],
                                capture_output=True, text=True)
        return result.returncode, result.stdout


class CheckSymbols(unittest.TestCase):
    def assert_found(self, source, text):
        code, output = check(source)
        self.assertEqual(code, 1)
        self.assertIn(text, output)

    def test_code_without_state_passes(self):
        code, output = check(
            "#include <cstring>\n"
            "struct Sink { virtual void put(char) = 0; protected: ~Sink() = default; };\n"
            "extern const char* const kNames[]; const char* const kNames[] = {\"a\", \"b\"};\n"
            "void send(Sink& sink, char* to, const char* from, unsigned n) {\n"
            "  std::memcpy(to, from, n); sink.put(*kNames[n]); }\n")
        self.assertEqual((code, output), (0, ""))

    def test_objects_may_use_each_other(self):
        code, output = check("int one() { return 1; }",
                             "int one(); int two() { return one() * 2; }")
        self.assertEqual((code, output), (0, ""))

    def test_heap_is_found(self):
        self.assert_found("int* make() { return new int; }", "operator new")
        self.assert_found("#include <string>\nstd::string s(int n) { return std::string(n, 'a'); }",
                          "operator new")
        self.assert_found("#include <cstdlib>\nvoid drop(void* p) { std::free(p); }", "free is")

    def test_virtual_destructor_is_found(self):
        self.assert_found("struct A { virtual ~A(); }; A::~A() {}", "operator delete")

    def test_library_throw_is_found(self):
        self.assert_found("#include <string_view>\n"
                          "char at(std::string_view s, int i) { return s.at(i); }", "__throw")

    def test_output_is_found(self):
        self.assert_found("#include <cstdio>\nvoid say(int n) { std::printf(\"%d\", n); }",
                          "printf")

    def test_writable_data_is_found(self):
        self.assert_found("int counter; int next() { return ++counter; }", "writable data in .bss")
        self.assert_found("int counter = 7; int next() { return ++counter; }",
                          "writable data in .data")
        self.assert_found("int seed(); int value() { static const int first = seed();"
                          " return first; }", "writable data in .bss")

    def test_as_much_writable_data_as_is_allowed_passes(self):
        source = "int counter; int next() { return ++counter; }"
        self.assertEqual(check(source, options=["--data", "4"]), (0, ""))
        self.assertEqual(check(source, options=["--data", "3"])[0], 1)

    def test_an_archive_beside_may_be_used(self):
        user = "void* get(); void* make() { return get(); }"
        self.assert_found(user, "get() is undefined")
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "get.cpp").write_text("int state; void* get() { return &state; }")
            subprocess.run([COMPILER, "-c", "get.cpp", "-o", "get.o"], cwd=folder, check=True)
            self.assertEqual(check(user, options=["--beside", folder / "get.o"]), (0, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
