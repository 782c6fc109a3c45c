#!/usr/bin/env python3
"""Runs the checks of ./test: phases, each when those that it needs have passed, two side by side.

    check.py [--quick | --full] [PATTERN]
"""

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORES = os.cpu_count() or 2
FUZZ_TARGETS = sorted(path.stem for path in (ROOT / "tests/fuzz").glob("*_fuzz.cpp"))
# Phases at a time, so that the end of one, which often leaves cores idle, is filled by another.
LANES = 2
# Compilers at a time in each: with ninja's own choice, two more than cores, two builds side by side
# would only take the caches from each other.
os.environ.setdefault("JOBS", str(CORES))
# What a whole run may take on two cores.
BUDGET_S = {"fresh": 9 * 60, "again": 4 * 60}


@dataclasses.dataclass
class Phase:
    """Some checks under one name: commands, run one after the other until one fails.

    A command whose output ends with "N passed, N failed", or which is ctest, counts as so many
    checks, any other as one.
    """
    name: str
    steps: list
    needs: tuple = ()
    background: bool = False  # Waits more than it computes: needs no lane.
    environment: dict = dataclasses.field(default_factory=dict)
    show: str = ""  # A regular expression: lines of the output that are shown even if all passed.

    passed: int = 0
    failed: int = 0
    state: str = "waiting"  # then running, passed, failed or left out
    seconds: float = 0
    cpu: float = 0


class Checks:
    def __init__(self, phases):
        self.phases = {phase.name: phase for phase in phases}
        self.changed = threading.Condition()
        self.processes = set()
        self.stopping = False

    def run(self):
        threads = []
        with self.changed:
            while any(phase.state in ("waiting", "running") for phase in self.phases.values()):
                for phase in self.ready():
                    phase.state = "running"
                    threads.append(threading.Thread(target=self.run_phase, args=(phase,)))
                    threads[-1].start()
                self.changed.wait()
        for thread in threads:
            thread.join()

    def ready(self):
        """The phases to begin now. Leaves out those whose needs have failed."""
        begin = []
        busy = sum(phase.state == "running" and not phase.background
                   for phase in self.phases.values())
        for phase in self.phases.values():
            if phase.state != "waiting":
                continue
            needs = [self.phases[name].state for name in phase.needs if name in self.phases]
            if any(state in ("failed", "left out") for state in needs):
                phase.state = "left out"
                phase.failed = 1
                report(phase, f"FAILED: {phase.name}: left out, since what it needs failed")
            elif all(state == "passed" for state in needs) and (phase.background or busy < LANES):
                busy += not phase.background
                begin.append(phase)
        return begin

    def run_phase(self, phase):
        start = time.monotonic()
        outputs = []
        for step in phase.steps:
            code, output, cpu = self.run_step(step, phase)
            phase.cpu += cpu
            passed, failed = count(output, code)
            phase.passed += passed
            phase.failed += failed
            if code != 0:
                outputs += [output.rstrip("\n"), f"FAILED: {phase.name}"]
                break
            else:
                outputs += re.findall(phase.show, output, re.M) if phase.show else []
        phase.seconds = time.monotonic() - start
        with self.changed:
            phase.state = "failed" if phase.failed else "passed"
            report(phase, "\n".join(outputs))
            self.changed.notify()

    def run_step(self, step, phase):
        """The exit code of a command, what it printed, and the CPU seconds that it took."""
        with tempfile.TemporaryFile() as log:
            with self.changed:
                if self.stopping:
                    return 1, "", 0
                process = subprocess.Popen(step, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, start_new_session=True,
                                           env={**os.environ, **phase.environment})
                self.processes.add(process)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            with self.changed:
                self.processes.discard(process)
            log.seek(0)
            output = log.read().decode(errors="replace")
        return process.returncode, output, usage.ru_utime + usage.ru_stime

    def stop(self):
        with self.changed:
            self.stopping = True
            for process in self.processes:
                os.killpg(process.pid, 15)


def count(output, code):
    """How many checks of a command passed, and how many failed."""
    closing = re.search(r"^(\d+) passed, (\d+) failed\s*\Z", output, re.M)
    if closing:
        passed, failed = int(closing[1]), int(closing[2])
    elif closing := re.search(r"^\d+% tests passed, (\d+) tests failed out of (\d+)$", output, re.M):
        passed, failed = int(closing[2]) - int(closing[1]), int(closing[1])
    else:
        passed, failed = int(code == 0), 0
    return passed, max(failed, int(code != 0))


def report(phase, output):
    lines = [f"== {phase.name:<34} {phase.seconds:5.0f} s {phase.cpu:6.0f} s of processor"]
    if output:
        lines.append(re.sub("^", "   ", output, flags=re.M) if not phase.failed else output)
    print("\n".join(lines), flush=True)


def build_dir(preset):
    return ROOT / ("build" if preset == "release" else f"build-{preset}")


def shell(script, *arguments):
    return ["bash", "-c", script, "check", *map(str, arguments)]


def build(preset, *targets):
    return shell('. tools/build.sh; build_preset "$@"', preset, *targets)


def test_programs(preset, which="test", pattern=""):
    """The GoogleTest programs of a build, of which CMake writes lists: all of them ("test") or
    those that are also run as the command is shipped ("shipped")."""
    return shell('tools/run_tests.py --remember --times "$1/test-times" --filter "$3" '
                 '$(cat "$1/$2_programs.txt")', build_dir(preset), which, pattern)


def ctest(preset, *options):
    return ["ctest", "--test-dir", build_dir(preset), "--output-on-failure", "--no-tests=error",
            "-j", str(CORES), *options]


def phases(options):
    """All phases in the order in which they are begun, as far as what they need allows."""
    few = options.quick or options.pattern
    # With what the tests on a real kernel need: later they would have to wait for the other build.
    targets = ("pianola",) if few else ("pianola", "guest_tool")
    program = Phase("build: pianola", [build("release", *targets)])
    # A plain ./test has every test program with sanitizers, and runs as shipped those of the whole.
    which = "test" if few or options.full else "shipped"
    everything = ["all" if which == "test" else "shipped_tests"]
    if not few:
        everything.append("all_benchmarks")  # They are not run here, but they must not rot.
    tests = Phase("build: tests", [build("release", *everything)], needs=(program.name,))
    unit = Phase("tests", [test_programs("release", which, options.pattern)], needs=(tests.name,))
    if options.pattern:
        return [program, tests, unit]
    unit.steps.append(ctest("release", "-LE", "guest|unit"))
    if options.quick:
        return [program, tests, unit]
    kernel = Phase("a kernel that has booted", [["tests/guest/booted.py"]], background=True)
    guest = Phase("tests on a real kernel", [ctest("release", "-L", "guest", "-V", "-j", "4")],
                  needs=(program.name, kernel.name), background=True, show=r"^\d+: ok +(.*)$")
    sanitize = Phase("build: sanitizers, fuzz targets", [build("sanitize")])
    sanitized = Phase("tests with sanitizers", [test_programs("sanitize")], needs=(sanitize.name,),
                      environment={"ASAN_OPTIONS": "detect_stack_use_after_return=1"})
    seconds = os.environ.get("FUZZ_SECONDS", "6")
    fuzz = [Phase(name, [["tools/fuzz", name, seconds]], needs=(sanitize.name,),
                  show=rf"^{name}: (.*)$") for name in FUZZ_TARGETS]
    m0plus = Phase("Cortex-M0+", [build("m0plus"), ctest("m0plus")])
    tidy = Phase("static analysis", [["tools/check_sources.py", "tidy", build_dir("release")]],
                 needs=(program.name,))
    alone = Phase("each file by itself", [
        ["cmake", "--preset", "debug"],
        ["tools/check_sources.py", "alone", build_dir("debug"), build_dir("m0plus")]],
        needs=(program.name, m0plus.name))
    style = Phase("format", [shell(
        "find src tests benchmarks tools -name '*.cpp' -print0 -o -name '*.hpp' -print0 |"
        " xargs -0 clang-format --dry-run -Werror")])
    return [program, kernel, guest, sanitize, tests, unit, sanitized, *fuzz, m0plus, tidy, alone,
            style]


# What ./test --full does more of.
FULL = {
    "PIANOLA_ANEW": "1",
    "FUZZ_SECONDS": "600",
    "PIANOLA_CUTS": "all",
    "PIANOLA_CUT_STRIDE": "1",
    "PIANOLA_LOSSES": "40",
    "PIANOLA_MORE_RUNS": "20",
    "PIANOLA_PULLS": "3000",
    "PIANOLA_SCENARIOS": "2000000",
    "PIANOLA_STORE_COMMITS": "30000",
}


def slowest(count, presets):
    rows = []
    for preset in presets:
        path = build_dir(preset) / "test-times"
        if path.exists():
            for line in path.read_text().splitlines():
                seconds, _, name = line.partition("\t")
                rows.append((float(seconds), name, preset))
    for seconds, name, preset in sorted(rows, reverse=True)[:count]:
        print(f"   {seconds:6.1f} s  {name}{' (sanitizers)' if preset == 'sanitize' else ''}")


def budget_text(seconds, fresh, options):
    if options.quick or options.full or options.pattern:
        return ""
    kind = "fresh" if fresh else "again"
    budget = BUDGET_S[kind]
    return f", of {budget} s ({kind})" + (": ABOVE THE BUDGET" if seconds > budget else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("pattern", nargs="?", default="")
    options = parser.parse_args()
    if options.full:
        for name, value in FULL.items():
            os.environ.setdefault(name, value)
    # ./run alone leaves the release build.
    fresh = not build_dir("sanitize").exists()
    start = time.monotonic() - float(os.environ.get("SETUP_SECONDS", "0"))
    checks = Checks(phases(options))
    try:
        checks.run()
    except KeyboardInterrupt:
        checks.stop()
        return 130
    seconds = time.monotonic() - start
    print("== the slowest cases")
    slowest(10, ("release",) if options.quick or options.pattern else ("release", "sanitize"))
    print(f"== {seconds:.0f} s in all{budget_text(seconds, fresh, options)}")
    passed = sum(phase.passed for phase in checks.phases.values())
    failed = sum(phase.failed for phase in checks.phases.values())
    print(f"\n{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
