#!/usr/bin/env python3
"""Checks sources with the compiler's front end, several at a time.

    check_sources.py tidy BUILD_DIR     clang-tidy over the sources of a build that are not tests
    check_sources.py alone BUILD_DIR [OTHER_BUILD_DIR]
                                        each of them by itself: it compiles, unless it did so in the
                                        other build, and needs the names that it takes in

A build that puts sources together (CMAKE_UNITY_BUILD) makes `tidy` fast, since headers are read
once for many files; `alone` is for finding what such a build hides, and wants builds that do not.
What passed is remembered by the content of the source and of all files that it includes.
"""

import collections
import concurrent.futures
import functools
import hashlib
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


def files_read(folder, source, arguments):
    """The source and all that it includes."""
    result = subprocess.run(["clang++", *arguments[1:], "-w", "-M", source], cwd=folder, text=True,
                            capture_output=True, check=True)
    rule = result.stdout.replace("\\\n", " ")
    return sorted({str(pathlib.Path(folder, name)) for name in rule.split(": ", 1)[1].split()})


@functools.cache
def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Check:
    """One source and what to run on it."""

    def __init__(self, folder, source, arguments, command):
        self.folder, self.source = folder, source
        self.arguments, self.command = arguments, command

    def known_files(self, settings):
        """Where it is kept which files the source included when it passed. They are the same
        wherever the tree stands."""
        text = shlex.join([self.source, *self.arguments]).replace(str(ROOT), "")
        return known.Stamp("files", settings, text)

    def stamp(self, settings, names):
        """That the source passed, with these files as they are; None if one is not there."""
        paths = [pathlib.Path(name.replace("ROOT", str(ROOT), 1)) for name in names]
        if not all(path.is_file() for path in paths):
            return None
        text = shlex.join([self.source, *self.arguments]).replace(str(ROOT), "")
        return known.Stamp(settings, text, *map(digest, paths))

    def run(self, settings):
        """What is wrong with the source; nothing if nothing is, None if that was known."""
        files = self.known_files(settings)
        names = files.passed()
        stamp = self.stamp(settings, names.split("\n")) if names else None
        if stamp and stamp.passed() is not None:
            return None
        result = subprocess.run(self.command, cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
        output = "\n".join(line for line in result.stdout.splitlines() if not COUNTS.match(line))
        if result.returncode != 0 or output.strip():
            return output or f"{self.source}: {self.command[0]} ended with {result.returncode}"
        names = [re.sub(f"^{re.escape(str(ROOT))}", "ROOT", name)
                 for name in files_read(self.folder, self.source, self.arguments)]
        files.set_passed("\n".join(names))
        self.stamp(settings, names).set_passed()
        return ""


def tidy_checks(build):
    """A check of each batch, and one of all sources with the same arguments that are in none."""
    single = collections.defaultdict(list)
    for folder, source, arguments in commands_of(build):
        if is_test(source) or not arguments[0].endswith("++"):
            continue
        if "/Unity/" in source:
            yield tidy_check(folder, source, arguments)
        else:
            single[folder, tuple(arguments)].append(source)
    (build / "tidy").mkdir(exist_ok=True)
    for (folder, arguments), sources in single.items():
        batch = build / f"tidy/{pathlib.Path(sources[0]).parent.name}_{len(sources)}.cxx"
        text = "".join(f'#include "{source}"\n' for source in sources)
        if not batch.exists() or batch.read_text() != text:
            batch.write_text(text)
        yield tidy_check(folder, str(batch), list(arguments))


def tidy_check(folder, source, arguments):
    return Check(folder, source, arguments,
                 ["clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy", source,
                  "--", *arguments[1:]])


def alone_checks(build):
    for folder, source, arguments in commands_of(build):
        if source.startswith(str(ROOT)) and not is_test(source) and arguments[0].endswith("++"):
            yield Check(folder, source, arguments,
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
