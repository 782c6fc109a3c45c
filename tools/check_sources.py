#!/usr/bin/env python3
"""Checks sources with the compiler's front end, several at a time.

    check_sources.py tidy BUILD_DIR     clang-tidy over the sources of a build that are not tests
    check_sources.py alone BUILD_DIR [OTHER_BUILD_DIR]
                                        each of them by itself: it compiles, unless it did so in the
                                        other build, and needs the names that it takes in

A build that puts sources together (CMAKE_UNITY_BUILD) makes `tidy` fast, since headers are read
once for many files; `alone` is for finding what such a build hides, and wants builds that do not.
What passed is remembered by the content of the source and all that it includes.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import known
from known import ROOT

# A name that a file takes in: `using a::b::Name;`, or `using Name = …;` in a source.
USING = re.compile(r"^\s*using\s+(?:[\w:]*::)?(\w+)\s*(?:;|=)", re.M)
# What clang-tidy counts besides its findings.
COUNTS = re.compile(r"^\d+ warnings?( and \d+ errors?)? generated\.$")


def commands_of(build):
    """The compile commands of a build: its folder, the source, and the arguments of a compiler
    that does not know what to do with the source yet."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        arguments = shlex.split(entry["command"])
        if "-o" in arguments:
            at = arguments.index("-o")
            del arguments[at:at + 2]
        arguments.remove("-c")
        arguments.remove(entry["file"])
        yield entry["directory"], entry["file"], arguments


def is_test(source):
    return "_test" in source or "/tests/" in source or "/benchmarks/" in source


def content_of(folder, source, arguments, build):
    """The source with all that it includes, the same wherever the tree and the build stand."""
    result = subprocess.run(["clang++", *arguments[1:], "-w", "-E", "-C", source], cwd=folder,
                            capture_output=True, check=False)
    if result.returncode != 0:
        return None
    text = result.stdout
    for path in (build, ROOT):
        text = text.replace(str(path).encode(), b"")
    return text


class Check:
    """One source and what to run on it."""

    def __init__(self, build, folder, source, arguments, command):
        self.build, self.folder, self.source = build, folder, source
        self.arguments, self.command = arguments, command

    def stamp(self, settings):
        content = content_of(self.folder, self.source, self.arguments, self.build)
        if content is None:
            return None
        arguments = " ".join(a for a in self.arguments if str(self.build) not in a)
        return known.Stamp(settings, arguments, content)

    def run(self, settings):
        """What is wrong with the source; nothing if nothing is, None if that was known."""
        stamp = self.stamp(settings)
        if stamp and stamp.passed() is not None:
            return None
        result = subprocess.run(self.command, cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
        output = "\n".join(line for line in result.stdout.splitlines() if not COUNTS.match(line))
        if result.returncode != 0 or output.strip():
            return output or f"{self.source}: {self.command[0]} ended with {result.returncode}"
        if stamp:
            stamp.set_passed()
        return ""


def tidy_checks(build):
    for folder, source, arguments in commands_of(build):
        if not is_test(source) and arguments[0].endswith("++"):
            yield Check(build, folder, source, arguments,
                        ["clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy",
                         "-p", str(build), source])


def alone_checks(build):
    for folder, source, arguments in commands_of(build):
        if source.startswith(str(ROOT)) and not is_test(source) and arguments[0].endswith("++"):
            yield Check(build, folder, source, arguments,
                        ["clang++", *arguments[1:], "-fsyntax-only", source])


def unused_usings(source):
    """What a file takes in and does not use, which clang-tidy does not see in batches."""
    text = re.sub(r"//.*", "", source.read_text())
    for using in USING.finditer(text):
        if len(re.findall(rf"\b{using[1]}\b", text[using.end():])) == 0:
            line = text.count("\n", 0, using.start(1)) + 1
            yield f"{source}:{line}: nothing uses {using[1]}"


def tool_version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


def main():
    kind, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    wrong = []
    if kind == "tidy":
        checks = list(tidy_checks(build))
        settings = tool_version("clang-tidy") + (ROOT / ".clang-tidy").read_text()
    else:
        compiled = {source for other in sys.argv[3:]
                    for _, source, _ in commands_of(pathlib.Path(other))}
        everything = list(alone_checks(build))
        wrong = [found for check in everything for found in unused_usings(pathlib.Path(check.source))]
        checks = [check for check in everything if check.source not in compiled]
        settings = tool_version("clang++")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda check: check.run(settings), checks))
    wrong += [result for result in results if result]
    print("\n".join(wrong))
    as_before = sum(result is None for result in results)
    print(f"{len(checks)} sources, {as_before} of them as before")
    print(f"{len(checks) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
