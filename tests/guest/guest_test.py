#!/usr/bin/env python3
"""The device on the USB of a real kernel: boots Linux in QEMU and uses `pianola device` from there.

Prints a line for each test, with what it measured; exits with 1 if one failed.

  PIANOLA_PULLS=N   how often the cable is pulled or the device is killed (100)
  PIANOLA_SEED=N    the seed of what is random in the tests (1)
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time
import traceback

import booted
import cases_drive
import cases_keys
import cases_pulls
from image import ImageError
from rig import Failed, Rig

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent.parent / "tools"))

import known

CASES = {case.__name__: case
         for module in (cases_keys, cases_drive, cases_pulls) for case in module.CASES}


def run_case(rig, case):
    """Runs one test; returns whether it passed."""
    start = time.monotonic()
    mark = rig.session.log_mark()
    try:
        measured = case(rig)
        passed = True
    except Exception as error:  # Whatever it is, the other tests can still run.
        passed = False
        measured = f"{type(error).__name__}: {error}"
        if not isinstance(error, Failed):
            measured += "\n" + traceback.format_exc()
        if rig.device:
            measured += "\nThe device said:\n" + rig.device.log()
        measured += "\nThe guest's kernel said:\n" + rig.session.log_since(mark)[-5000:]
    try:
        rig.clear()
    except Exception as error:
        passed = False
        measured = f"{measured}\nclearing up: {error}"
    mark = "ok    " if passed else "FAILED"
    seconds = time.monotonic() - start
    print(f"{mark} {case.__name__} ({seconds:.1f} s)" + (f": {measured}" if measured else ""),
          flush=True)
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pianola", help="the command under test")
    parser.add_argument("tool", help="guest_tool, linked statically")
    parser.add_argument("case", nargs="*", help=f"which tests: all, or of {' '.join(CASES)}")
    parser.add_argument("--part", nargs=2, type=int, default=(1, 1), metavar=("K", "N"),
                        help="of the test `pulls` only every Nth run")
    parser.add_argument("--pull", type=int, metavar="NUMBER",
                        help="of the test `pulls` only this run")
    parser.add_argument("--remember", action="store_true",
                        help="do nothing if this passed before and nothing has changed since")
    arguments = parser.parse_args()
    unknown = set(arguments.case) - set(CASES)
    if unknown:
        parser.error(f"no such test: {' '.join(sorted(unknown))}")
    cases = [CASES[name] for name in arguments.case] or list(CASES.values())
    part, parts = arguments.part
    pulls = range(part, int(os.environ.get("PIANOLA_PULLS", "100")) + 1, parts)
    if arguments.pull is not None:
        pulls = [arguments.pull]
    stamp = known.Stamp("guest", pathlib.Path(arguments.pianola), pathlib.Path(arguments.tool),
                        *sorted(HERE.glob("*.py")), HERE / "init", known.settings(),
                        " ".join(sys.argv[3:]))
    if arguments.remember and stamp.passed() is not None:
        print("ok     as when it passed:", *(case.__name__ for case in cases))
        return
    with tempfile.TemporaryDirectory(prefix="pianola-guest-") as folder:
        try:
            guest = booted.start(folder)
        except ImageError as error:
            sys.exit(f"pianola: {error}")
        with guest:
            guest.install(arguments.tool, "/bin/guest_tool")
            rig = Rig(guest, arguments.pianola, folder, int(os.environ.get("PIANOLA_SEED", "1")),
                      pulls)
            failed = [case.__name__ for case in cases if not run_case(rig, case)]
            rig.session.close()
    if failed:
        sys.exit(f"{len(failed)} of {len(cases)} failed: {' '.join(failed)}")
    stamp.set_passed()


if __name__ == "__main__":
    main()
