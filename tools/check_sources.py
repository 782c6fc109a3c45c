#!/usr/bin/env python3
"""Checks sources with the compiler's front end, several at a time.

    check_sources.py tidy BUILD_DIR     clang-tidy over the sources of a build that are not tests
    check_sources.py alone BUILD_DIR    each of them by itself: it compiles, and needs what it uses

A build that puts sources together (CMAKE_UNITY_BUILD) makes `tidy` fast, since headers are read
once for many files; `alone` is for finding what such a build hides, and wants one that does not.
What passed is remembered by the content of the source and all that it includes, in
~/.cache/pianola/checked, so that it is checked again only when that changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
CHECKED = CACHE / "pianola/checked"
# What batches hide from clang-tidy.
ALONE = ["--checks=-*,misc-unused-using-decls", "--warnings-as-errors=*"]
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
        digest = hashlib.sha256(settings.encode())
        digest.update(" ".join(a for a in self.arguments if str(self.build) not in a).encode())
        digest.update(content)
        return CHECKED / digest.hexdigest()

    def run(self, settings):
        """What is wrong with the source; nothing if nothing is, None if that was known."""
        stamp = self.stamp(settings)
        if stamp and stamp.exists():
            return None
        result = subprocess.run(self.command, cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
        output = "\n".join(line for line in result.stdout.splitlines() if not COUNTS.match(line))
        if result.returncode != 0 or output.strip():
            return output or f"{self.source}: {self.command[0]} ended with {result.returncode}"
        if stamp:
            stamp.touch()
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
                        ["clang-tidy", "--quiet", *ALONE, "-p", str(build), source])


def main():
    kind, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    CHECKED.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True,
                             check=True).stdout
    if kind == "tidy":
        settings = version + (ROOT / ".clang-tidy").read_text()
        checks = list(tidy_checks(build))
    else:
        settings = version + " ".join(ALONE)
        checks = list(alone_checks(build))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda check: check.run(settings), checks))
    wrong = [result for result in results if result]
    known = sum(result is None for result in results)
    print("\n".join(wrong))
    print(f"{len(checks)} sources, {known} of them as before")
    print(f"{len(checks) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
