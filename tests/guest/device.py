"""`pianola device` as a process, and `pianola flash` on what it leaves behind."""

import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading
import time

from guest import end_with_parent


class DeviceError(Exception):
    """The device's process did not do what it must."""


def free_port():
    """A port that nobody has, and that the system gives to nobody who asks for any."""
    while True:
        port = random.randrange(20000, 32000)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            pass


def edit_keys():
    """The keys that enter and leave edit mode."""
    return "+LSHIFT +RSHIFT 0x2E -RSHIFT -LSHIFT"


class Flash:
    """A flash file and the command that looks into it."""

    def __init__(self, pianola, path):
        self._pianola = str(pianola)
        self.path = pathlib.Path(path)

    def init(self, *options):
        self.path.unlink(missing_ok=True)
        self._command("init", *options)

    def put(self, text):
        source = self.path.with_suffix(".txt")
        source.write_text(text, encoding="utf-8", newline="")
        self._command("put", str(source))

    def text(self):
        """The macros in force; None before the first save."""
        out = self.path.with_suffix(".out")
        out.unlink(missing_ok=True)
        self._command("get", "-o", str(out))
        return out.read_bytes().decode("utf-8")

    def check(self):
        """Fails if anything in the flash is not as the format wants it."""
        self._command("check")

    def _command(self, command, *arguments):
        done = subprocess.run([self._pianola, "flash", command, *arguments, "--flash",
                               str(self.path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=300, check=False)
        if done.returncode != 0:
            raise DeviceError(f"pianola flash {command}: exit status {done.returncode}\n"
                              f"{done.stdout.decode(errors='replace')}")


class Device:
    """A running device. Its standard input is the keyboard."""

    def __init__(self, pianola, flash, port, *options):
        self._log = []
        self._news = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(
            [str(pianola), "device", "--flash", str(flash.path), "--listen", f"127.0.0.1:{port}",
             *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C.UTF-8"}, preexec_fn=end_with_parent)
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for(rf"\b{port}\b")  # It says where it listens, once it does.

    def _read(self):
        for line in self._process.stdout:
            with self._news:
                self._log.append(line.decode(errors="replace"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def log(self):
        with self._news:
            return "".join(self._log)

    def mark(self):
        """A place in the log, for wait_for()."""
        with self._news:
            return len(self._log)

    def wait_for(self, pattern, since=0, timeout=60):
        """Waits until a line of the log after `since` matches; returns the match."""
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                for line in self._log[since:]:
                    if match := re.search(pattern, line):
                        return match
                if self._ended or not self._news.wait(max(0, deadline - time.monotonic())):
                    raise DeviceError(f"the device did not say /{pattern}/ within {timeout} s\n"
                                      f"{''.join(self._log)}")

    def keys(self, script):
        """Plays one line of keys on the device's keyboard."""
        self._process.stdin.write((script + "\n").encode())
        self._process.stdin.flush()

    def running(self):
        return self._process.poll() is None

    def stop(self):
        """Asks it to end, as Ctrl-C does; it must end well."""
        self._process.send_signal(signal.SIGINT)
        try:
            status = self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise DeviceError(f"the device did not end on SIGINT\n{self.log()}") from None
        if status != 0:
            raise DeviceError(f"the device ended with status {status}\n{self.log()}")

    def kill(self):
        """SIGKILL: as if its power was cut."""
        self._process.kill()
        self._process.wait()
