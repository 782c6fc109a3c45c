#!/usr/bin/env python3
"""Checks tools/run_tests.py on a program that speaks as GoogleTest's programs do.

    run_tests_test.py TOOLS_DIR
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Each case with what it does. `leak` makes the process end badly, `spoil` makes `spoilt` fail.
PROGRAM = '''#!/usr/bin/env python3
import os, sys
CASES = {"A.Good": "", "A.Crash": "crash", "A.After": "", "A.Bad": "fail", "A.Quit": "quit",
         "B.Spoil": "spoil", "B.Other": "", "B.Spoilt": "spoilt", "C.Leak": "leak", "C.Fine": "",
         "P/D.Is/0": "", "P/D.Is/1": "fail"}
if "--gtest_list_tests" in sys.argv:
    suite = ""
    for name in CASES:
        if name.split(".")[0] != suite:
            suite = name.split(".")[0]
            print(suite + ".")
        print("  " + name.split(".")[1] + ("  # GetParam() = 7" if "/" in name else ""))
    print("  DISABLED_Never")
    sys.exit(0)
filters = [a.split("=")[1] for a in sys.argv if a.startswith("--gtest_filter=")]
spoilt = leaked = failed = False
for name in filters[0].split(":"):
    print("[ RUN      ] " + name, flush=True)
    what = CASES[name]
    if what == "crash":
        os.abort()
    if what == "quit":
        os._exit(0)
    bad = what == "fail" or (what == "spoilt" and spoilt)
    spoilt = spoilt or what == "spoil"
    leaked = leaked or what == "leak"
    failed = failed or bad
    if bad:
        print("it went wrong in " + name)
    where = ", where GetParam() = 7" if "/" in name and bad else ""
    print(f"[  {'FAILED' if bad else '     OK'} ] {name}{where} (3 ms)", flush=True)
if leaked:
    print("leak of 40 bytes")
sys.exit(23 if leaked else int(failed))
'''

KNOWN = "1 of 2 programs are as they were when they passed"
EXPECTED_FAILURES = ["x.A.Bad", "x.A.Crash", "x.A.Quit", "x.B.Spoilt", "x.C.Leak", "x.P/D.Is/1"]


def main():
    tool = pathlib.Path(sys.argv[1]) / "run_tests.py"
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "x_test"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        times = pathlib.Path(folder) / "times"
        result = subprocess.run([tool, "--jobs", "2", "--times", times, program],
                                capture_output=True, text=True, check=False)
        good = subprocess.run([tool, "--filter", "Good|After|Is/0", program], capture_output=True,
                              text=True, check=False)
        none = subprocess.run([tool, "--filter", "Nothing", program], capture_output=True,
                              text=True, check=False)
        timed = times.read_text()
        # A second program, all of whose cases pass until it is changed.
        better = pathlib.Path(folder) / "y_test"
        better.write_text(re.sub('": "[a-z]*"', '": ""', PROGRAM))
        better.chmod(0o755)
        worse = pathlib.Path(folder) / "z_test"
        worse.write_text(re.sub('": "(crash|quit|leak|spoil|spoilt)"', '": ""', PROGRAM))
        worse.chmod(0o755)
        remember = [tool, "--remember", better, worse]
        cache = {**os.environ, "XDG_CACHE_HOME": folder}
        cache.pop("PIANOLA_ANEW", None)

        def again(**more):
            return subprocess.run(remember, capture_output=True, text=True, check=False,
                                  env={**cache, **more}).stdout.splitlines()

        first, second = again(), again()
        anew, other = again(PIANOLA_ANEW="1"), again(PIANOLA_X="1")
        better.write_text(worse.read_text())
        changed = again()
    output = result.stdout + result.stderr
    lines = output.splitlines()
    named = sorted(line.removeprefix("FAILED: ") for line in lines if line.startswith("FAILED: x."))
    checks = {
        "each failure under its own name, once": named == EXPECTED_FAILURES,
        "a process that ended badly is told": "FAILED: a process of x_test" in output,
        "what a case printed is shown": "it went wrong in A.Bad" in output,
        "how a process ended is shown": "x.A.Crash ended the process (-6)" in lines,
        "who spoils another is found":
            "x.B.Spoilt passes alone: x.B.Spoil leaves something behind" in lines,
        "the rest was run": "0.003\tx.A.After" in timed and "0.003\tx.C.Fine" in timed,
        "the last line counts": lines[-1] == "6 passed, 7 failed",
        "failures give exit code 1": result.returncode == 1,
        "all well": good.returncode == 0 and good.stdout == "3 passed, 0 failed\n",
        "nothing run is a failure": none.returncode == 1,
        "at first nothing is known": KNOWN not in first,
        "what passed is known, what failed is run again":
            KNOWN in second and second[-1] == "22 passed, 2 failed",
        "anew on request": KNOWN not in anew and anew[-1] == second[-1],
        "other settings are another test": KNOWN not in other,
        "a changed program is run again":
            KNOWN not in changed and changed[-1] == "20 passed, 4 failed",
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong:
        print(output)
        print("\n".join(f"not so: {name}" for name in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
