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
    """Boots at construction, or goes on from `saved`, which save() of another one wrote; close()
    switches it off.

    The kernel's console, a serial line, goes to the file `console`; a virtual one is a shell that
    run() talks to. The guest reaches the loopback interface of this computer as HOST.
    """

    HOST = "10.0.2.2"

    def __init__(self, kernel, image, saved, folder):
        self.console = pathlib.Path(folder) / "console.log"
        self._monitor = pathlib.Path(folder) / "monitor"
        self._marks = itertools.count(1)
        self._pending = b""
        # QEMU translates a program anew for each address that it is loaded to.
        append = "console=ttyS0 loglevel=7 panic=-1 mitigations=off norandmaps"
        self._qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-M", "q35", "-m", "256",
             "-nodefaults", "-display", "none", "-no-reboot",
             "-monitor", f"unix:{self._monitor},server=on,wait=off",
             "-serial", f"file:{self.console}", "-chardev", "stdio,id=shell",
             "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=shell",
             "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=",
             "-kernel", str(kernel), "-initrd", str(image), "-append", append,
             *(["-incoming", f"exec:cat {shlex.quote(str(saved))}"] if saved else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent)
        os.set_blocking(self._qemu.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._qemu.stdout, selectors.EVENT_READ)
        try:
            if not saved:
                self._until(b"ready\n", 600, "booting")
                self._pending = b""
            self.must("true")
        except BaseException:
            self.close()
            raise

    def save(self, path):
        """Writes all of the guest's state to a file. It goes no further here."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self._monitor))
            target = f"exec:cat >{shlex.quote(str(path))}"
            monitor.sendall(f'migrate "{target}"\ninfo migrate\nquit\n'.encode())
            said = monitor.makefile("rb").read()
        if b"status: completed" not in said:
            raise GuestError(f"cannot save the guest's state to {path}\n{said!r}")

    def pause(self, seconds):
        """The whole computer stands still for so long, as a virtual one does that is paused."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(60)
            monitor.connect(str(self._monitor))
            self._monitor_says(monitor, b"stop", b"paused")
            time.sleep(seconds)
            self._monitor_says(monitor, b"cont", b"running")

    @staticmethod
    def _monitor_says(monitor, command, state):
        """Gives QEMU's monitor a command, after which it must say that the guest is in `state`."""
        monitor.sendall(command + b"\ninfo status\n")
        said = b""
        while b"VM status: " + state not in said:
            piece = monitor.recv(4096)
            if not piece:
                raise GuestError(f"QEMU's monitor after {command!r}: {said!r}")
            said += piece

    def close(self):
        self._qemu.kill()
        self._qemu.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, command, timeout=300):
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

    def must(self, command, timeout=300):
        """Runs shell commands that must succeed; returns what they wrote."""
        status, output = self.run(command, timeout)
        if status != 0:
            raise GuestError(f"exit status {status} of: {command}\n{output}")
        return output

    def wait_for(self, condition, what, timeout=60):
        """Waits until the shell command `condition` succeeds; returns what it wrote. Better without
        a process of its own, of which the guest starts no more than 100 a second."""
        # The guest does the waiting: a question from outside costs more than a look.
        tries = timeout * 20
        status, output = self.run(f"i=0; until {condition} || [ $((i+=1)) -gt {tries} ]; do "
                                  f"read -t 0.05 -u 9 x; done; [ $i -le {tries} ]", timeout + 300)
        if status != 0:
            log = self.run("dmesg | tail -30")[1]
            raise GuestError(f"no {what} within {timeout} s\n{output}\n{log}")
        return output

    def install(self, program, path):
        """Copies a program of this computer, linked statically, into the guest."""
        self.put(path, pathlib.Path(program).read_bytes())
        self.must(f"chmod +x {shlex.quote(path)}")

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
        self._listener.settimeout(300)
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
