#!/usr/bin/env python3
"""Runs GoogleTest programs: many cases in one process, several processes at a time.

    run_tests.py [--jobs N] [--filter REGEX] [--times FILE] [--remember] PROGRAM…

A case is named PROGRAM.SUITE.CASE, without the `_test` of the program. What a case prints is shown
if it fails. A case that ends its process, or takes longer than 300 s, fails under its own name, and
the cases after it are run in a process of their own. A case that fails among others but passes
alone fails all the same, and the case before it that made it fail is looked for. The times of all
cases are kept in FILE, so that the next run begins with what takes long. With --remember, a program
all of whose cases passed is not run again before it or what it may read has changed.

The last line is "N passed, N failed"; the exit code is 1 if any failed or none ran.
"""

import argparse
import collections
import dataclasses
import os
import pathlib
import queue
import re
import subprocess
import sys
import threading

import known

LIMIT_S = 300
# A process gets cases for about so long, and at most so many.
CHUNK_S = 4.0
CHUNK_CASES = 40
# What a case is taken to last that was never run.
GUESS_S = 0.1

Case = collections.namedtuple("Case", "program name")


def full_name(case):
    return f"{pathlib.Path(case.program).name.removesuffix('_test')}.{case.name}"


def list_cases(program):
    """The cases of a program, in its order."""
    listed = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True,
                            check=True)
    suite = ""
    for line in listed.stdout.splitlines():
        name = line.split("#")[0].rstrip()
        if not line.startswith(" "):
            suite = name
        elif name.strip() and "DISABLED_" not in suite + name:
            yield Case(program, suite + name.strip())


@dataclasses.dataclass
class Run:
    """What came of some cases in one process."""
    passed: dict = dataclasses.field(default_factory=dict)  # case -> seconds
    failed: dict = dataclasses.field(default_factory=dict)  # case -> what it printed
    rest: list = dataclasses.field(default_factory=list)    # never begun
    trouble: str = ""   # All passed, but the process did not end well: what it printed.


class Reader:
    """Follows the output of a process, case by case."""

    ENDED = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (\S+?),?(?: \((\d+) ms\)| where .*\((\d+) ms\))$")

    def __init__(self, program):
        self.program = program
        self.run = Run()
        self.current = None
        self.lines = []

    def take(self, line):
        if line.startswith("[ RUN      ] "):
            self.current = Case(self.program, line.removeprefix("[ RUN      ] "))
            self.lines = []
            return
        ended = self.ENDED.match(line)
        if self.current and ended and ended[2] == self.current.name:
            if ended[1] == "FAILED":
                self.run.failed[self.current] = "\n".join(self.lines)
            else:
                self.run.passed[self.current] = int(ended[3] or ended[4]) / 1000
            self.current = None
            self.lines = []
            return
        self.lines.append(line)


def run_cases(cases):
    """Runs cases of one program in one process."""
    program = cases[0].program
    command = [program, "--gtest_color=no", "--gtest_brief=0",
               "--gtest_filter=" + ":".join(case.name for case in cases)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", stdin=subprocess.DEVNULL,
                               cwd=pathlib.Path(program).parent)
    reader = Reader(program)
    overdue = threading.Event()

    def stop():
        overdue.set()
        process.kill()

    timer = threading.Timer(LIMIT_S, stop)
    timer.start()
    for line in process.stdout:
        before = reader.current
        reader.take(line.rstrip("\n"))
        if reader.current is not before:
            timer.cancel()
            timer = threading.Timer(LIMIT_S, stop)
            timer.start()
    code = process.wait()
    timer.cancel()
    run = reader.run
    if reader.current:
        why = f"took longer than {LIMIT_S} s" if overdue.is_set() else f"ended the process ({code})"
        run.failed[reader.current] = "\n".join([*reader.lines, f"{full_name(reader.current)} {why}"])
    elif code not in (0, 1) or (code == 1 and not run.failed):
        run.trouble = "\n".join([*reader.lines, f"the process ended with {code}"])
    run.rest = [case for case in cases if case not in run.passed and case not in run.failed]
    if len(run.rest) == len(cases):  # It never got to a case.
        run.failed[cases[0]] = "\n".join(reader.lines)
        run.rest = cases[1:]
    return run


class Runner:
    def __init__(self, jobs):
        self.jobs = jobs
        self.times = {}
        self.failed = {}
        self.troubles = []  # Programs of processes that did not end well although their cases passed.
        self.lock = threading.Lock()
        self.work = queue.SimpleQueue()
        self.open = 0

    def add(self, cases):
        if cases:
            self.open += 1
            self.work.put(cases)

    def finish(self, cases, run):
        with self.lock:
            self.times.update(run.passed)
            for case, output in run.failed.items():
                self.fail(case, output)
            if run.trouble:
                self.look_for_trouble(cases, run)
            self.add(run.rest)
            self.open -= 1
            if self.open == 0:
                for _ in range(self.jobs):
                    self.work.put(None)

    def look_for_trouble(self, cases, run):
        """A process whose cases passed did not end well: which of them does that alone?"""
        if len(cases) == 1:
            self.times.pop(cases[0], None)
            self.fail(cases[0], run.trouble)
            return
        self.troubles.append(cases[0].program)
        program = pathlib.Path(cases[0].program).name
        print(f"{run.trouble}\nFAILED: a process of {program}, after {len(cases)} cases", flush=True)
        for case in run.passed:
            self.times.pop(case)
            self.add([case])

    def fail(self, case, output):
        self.failed[case] = output
        print(f"{output}\nFAILED: {full_name(case)}", flush=True)

    def worker(self):
        while (cases := self.work.get()) is not None:
            self.finish(cases, run_cases(cases))

    def run(self, chunks):
        for chunk in chunks:
            self.add(chunk)
        if not chunks:
            return
        threads = [threading.Thread(target=self.worker) for _ in range(self.jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def find_culprit(case, before):
    """The case among `before` after which `case` fails, if it passes alone; else None."""
    if case in run_cases([case]).passed:
        while len(before) > 1:
            half = before[:len(before) // 2]
            before = half if case in run_cases([*half, case]).failed else before[len(half):]
        if before and case in run_cases([*before, case]).failed:
            return full_name(before[0])
        return "others in its process"
    return None


def chunks_of(cases, times):
    """Cases of one program each, what takes long first."""
    chunks = []
    by_program = collections.defaultdict(list)
    for case in cases:
        by_program[case.program].append(case)
    for program_cases in by_program.values():
        chunk, seconds = [], 0.0
        for case in program_cases:
            guess = times.get(full_name(case), GUESS_S)
            if chunk and (seconds + guess > CHUNK_S or len(chunk) == CHUNK_CASES):
                chunks.append((seconds, chunk))
                chunk, seconds = [], 0.0
            chunk.append(case)
            seconds += guess
        chunks.append((seconds, chunk))
    return [chunk for _, chunk in sorted(chunks, key=lambda item: -item[0])]


def read_times(path):
    times = {}
    if path and path.exists():
        for line in path.read_text().splitlines():
            seconds, _, name = line.partition("\t")
            times[name] = float(seconds)
    return times


class Memory:
    """Which programs passed before. Remembers nothing unless asked to."""

    def __init__(self, programs, on):
        self.stamps = {program: self.stamp(pathlib.Path(program)) for program in programs if on}
        self.passed = {program: int(count) for program, stamp in self.stamps.items()
                       if (count := stamp.passed()) is not None}

    @staticmethod
    def stamp(program):
        """What it depends on; the files of the tree are found by one function only."""
        binary = program.read_bytes()
        files = known.data_files() if b"4test10source_dir" in binary else ""
        return known.Stamp("tests", binary, files, known.settings())

    def note(self, runner, cases):
        """Remembers the programs of `cases` of which all passed."""
        for program in {case.program for case in cases} & self.stamps.keys():
            ran = [case for case in cases if case.program == program]
            if program not in runner.troubles and all(case in runner.times for case in ran):
                self.stamps[program].set_passed(str(len(ran)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--filter", default="")
    parser.add_argument("--times", type=pathlib.Path)
    parser.add_argument("--remember", action="store_true")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    times = read_times(options.times)
    programs = [str(pathlib.Path(program).resolve()) for program in options.programs]
    memory = Memory(programs, options.remember and not options.filter)
    cases = [case for program in programs if program not in memory.passed
             for case in list_cases(program) if re.search(options.filter, full_name(case))]
    runner = Runner(options.jobs)
    chunks = chunks_of(cases, times)
    runner.run(chunks)
    for case in runner.failed:
        chunk = next(chunk for chunk in chunks if case in chunk)
        culprit = find_culprit(case, chunk[:chunk.index(case)])
        if culprit:
            print(f"{full_name(case)} passes alone: {culprit} leaves something behind")
    if options.times:
        # Cases that there are no more are forgotten.
        old = {full_name(Case(program, "")) for program in programs
               if options.filter or program in memory.passed}
        times = {name: seconds for name, seconds in times.items()
                 if name.partition(".")[0] + "." in old}
        times.update((full_name(case), seconds) for case, seconds in runner.times.items())
        options.times.write_text("".join(f"{seconds:.3f}\t{name}\n"
                                         for name, seconds in times.items()))
    memory.note(runner, cases)
    if memory.passed:
        print(f"{len(memory.passed)} of {len(programs)} programs are as they were when they passed")
    passed = len(runner.times) + sum(memory.passed.values())
    failed = len(runner.failed) + len(runner.troubles)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
