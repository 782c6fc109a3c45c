#!/usr/bin/env python3
"""What all tests start from: the state of a guest that has booted.

Booting takes far longer than reading that state, so one boot is for all of them, and for later
runs: it is kept with the image (image.py). Run as a command this makes whatever is missing, which
needs nothing that is built. The first time, that includes downloading a kernel.
"""

import pathlib
import subprocess
import sys
import tempfile

import image
from guest import Guest, GuestError


def start(folder):
    """A guest that has booted already. It keeps its files in `folder`."""
    with image.locked_cache() as cache:
        made = prepare(cache)
    return Guest(*made, folder)


def prepare(cache):
    """Makes what is missing; returns the paths of kernel, initramfs and state."""
    kernel, initramfs = image.build(cache)
    # The state also belongs to the computer: the guest has measured its clock.
    key = image.key_of(initramfs.name, image.run("qemu-system-x86_64", "--version").stdout,
                       processor(), (image.HERE / "guest.py").read_bytes())
    state = cache / f"booted-{key}"
    if not state.exists():
        image.say("booting a kernel for the tests on a real one (once)")
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            written = pathlib.Path(scratch) / "state"
            with Guest(kernel, initramfs, None, scratch) as guest:
                guest.save(written)
            written.rename(state)
    image.keep(state)
    return kernel, initramfs, state


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line for line in lines if line.startswith("model name")), "")


def main():
    try:
        with image.locked_cache() as cache:
            prepare(cache)
    except (image.ImageError, GuestError) as error:
        sys.exit(f"pianola: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"pianola: {error}\n{(error.stderr or b'').decode()}")


if __name__ == "__main__":
    main()
