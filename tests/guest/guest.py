"""A Linux computer in QEMU, with its shell."""

import ctypes
import itertools
import os
import pathlib
import selectors
import shlex
import socket
import subprocess
import threading
import time


class GuestError(Exception):
    """The guest did not do what it must for the tests to make sense."""


def end_with_parent():
    """To be called in a child process: it is killed if this one ends without having done so."""
    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL


class Guest:
    """Boots at construction; close() switches it off.

    Two serial lines: the kernel's console goes to the file `console`, the other one is a shell that
    run() talks to. The guest reaches the loopback interface of this computer as HOST.
    """

    HOST = "10.0.2.2"

    def __init__(self, kernel, image, folder, memory=256):
        self.console = pathlib.Path(folder) / "console.log"
        self._marks = itertools.count(1)
        self._pending = b""
        append = "console=ttyS0 loglevel=7 panic=-1 mitigations=off"
        start = time.monotonic()
        self._qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-M", "q35", "-m", str(memory),
             "-nodefaults", "-display", "none", "-no-reboot",
             "-serial", f"file:{self.console}", "-serial", "stdio",
             "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=",
             "-kernel", str(kernel), "-initrd", str(image), "-append", append],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent)
        os.set_blocking(self._qemu.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._qemu.stdout, selectors.EVENT_READ)
        try:
            self._until(b"ready\n", 120, "booting")
            self._pending = b""
            self.must("true")
        except BaseException:
            self.close()
            raise
        self.boot_seconds = time.monotonic() - start

    def close(self):
        self._qemu.kill()
        self._qemu.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, command, timeout=60):
        """Runs shell commands; returns their exit status and what they wrote, both streams."""
        mark = f"=={next(self._marks)}=="
        # The mark is put together by the guest, so that it is not found in an echo of the line.
        line = f"{{ {command}\n}} </dev/null 2>&1; printf '\\n%s%s %d\\n' '{mark[:3]}' '{mark[3:]}' $?\n"
        self._qemu.stdin.write(line.encode())
        self._qemu.stdin.flush()
        end = b"\n" + mark.encode() + b" "
        deadline = time.monotonic() + timeout
        at = self._until(end, timeout, command)
        stop = self._until(b"\n", deadline - time.monotonic(), command, at + len(end))
        output = self._pending[:at].decode("utf-8", "replace")
        status = int(self._pending[at + len(end):stop])
        self._pending = self._pending[stop + 1:]
        return status, output

    def must(self, command, timeout=60):
        """Runs shell commands that must succeed; returns what they wrote."""
        status, output = self.run(command, timeout)
        if status != 0:
            raise GuestError(f"exit status {status} of: {command}\n{output}")
        return output

    def wait_for(self, condition, what, timeout=30):
        """Waits until the shell command `condition` succeeds."""
        # The guest does the waiting: a question over the serial line costs more than a look.
        tries = timeout * 20
        status, output = self.run(f"i=0; until {condition}; do i=$((i+1)); [ $i -lt {tries} ] || "
                                  f"break; usleep 50000; done; {condition}", timeout + 60)
        if status != 0:
            raise GuestError(f"no {what} within {timeout} s\n{output}\n{self.run('dmesg | tail -30')[1]}")

    def put(self, path, data):
        """Writes the bytes `data` to a file of the guest."""
        with Transfer() as transfer:
            transfer.serve(data)
            self.must(f"nc {self.HOST} {transfer.port} > {shlex.quote(path)}")

    def get(self, path):
        """The bytes of a file of the guest."""
        with Transfer() as transfer:
            transfer.collect()
            self.must(f"nc {self.HOST} {transfer.port} < {shlex.quote(path)}")
            return transfer.result()

    def _until(self, what, timeout, task, start=0):
        """Reads until `what` comes, at or after `start`; returns where it stands."""
        deadline = time.monotonic() + timeout
        while (at := self._pending.find(what, start)) < 0:
            if not self._selector.select(max(0, deadline - time.monotonic())):
                problem = f"no answer within {timeout:.0f} s"
            elif piece := self._qemu.stdout.read():
                self._pending += piece
                continue
            else:
                problem = "the guest ended"
            raise GuestError(f"{problem}: {task}\nso far: {self._pending[-2000:]!r}\n"
                             f"{self._console_tail()}")
        return at

    def _console_tail(self):
        if not self.console.exists():
            return ""
        return "console:\n" + self.console.read_text(errors="replace")[-3000:]


class Transfer:
    """One connection from the guest, to give it bytes or take some."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(60)
        self.port = self._listener.getsockname()[1]
        self._data = b""
        self._thread = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        if self._thread:
            self._thread.join()

    def serve(self, data):
        def work():
            connection, _ = self._listener.accept()
            with connection:
                connection.sendall(data)
        self._start(work)

    def collect(self):
        def work():
            connection, _ = self._listener.accept()
            pieces = []
            with connection:
                while piece := connection.recv(1 << 16):
                    pieces.append(piece)
            self._data = b"".join(pieces)
        self._start(work)

    def result(self):
        self._thread.join()
        return self._data

    def _start(self, work):
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
