"""The guest, the cable and the device together, and what a user does with them."""

import re
import time

from cable import Cable
from guest import GuestError
from uk_layout import Decoder

# What must not be in the kernel's log while the device is used as it should be.
COMPLAINT = re.compile(r"error|fail|warn|invalid|unknown|unexpected|malformed|bogus|not responding|"
                       r"reset .*speed|too (short|long|small|big)|bug|oops|unable|cannot|can't|"
                       r"not properly|corrupt|bad |timed? ?out|mismatch|ignoring|hung|stall", re.I)


def exists(pattern):
    """A condition for Guest.wait_for(): there is a file of that pattern; $1 is the first one."""
    return f'{{ set -- {pattern}; [ -e "$1" ]; }}'


def wait_for_reports(times, wanted):
    """Waits until more than `wanted` reports were on the wire and none for a while; or none for so
    long that there will be no more."""
    start = time.monotonic()
    while True:
        time.sleep(0.02)
        quiet = time.monotonic() - (times[-1][0] if times else start)
        if quiet > (0.5 if len(times) > wanted else 30):
            return


def wait_till_typing(times, wanted):
    """Waits until so many reports were on the wire, however long the last ones are ago."""
    deadline = time.monotonic() + 300
    while len(times) < wanted:
        if time.monotonic() > deadline:
            raise GuestError(f"{len(times)} reports within 300 s, {wanted} wanted")
        time.sleep(0.005)


class Typed:
    """What came from the input devices between Session.listen() and finish()."""

    def __init__(self, lines):
        self.text = ""
        self.dropped = 0
        self.frames = 0
        self.seconds = 0.0
        self.presses = []
        self.moved = [0, 0, 0]  # Right, down, and the wheel.
        decoder = Decoder()
        first = last = None
        pending = {}
        for line in lines:
            node, kind, code, value, time_us = map(int, line.split())
            if kind == 1 and value in (0, 1):
                decoder.event(code, value)
                pending[node] = True
                if value == 1:
                    self.presses.append((node, code))
            elif kind == 2 and code in (0, 1, 8):
                self.moved[(0, 1, 8).index(code)] += value
            elif kind == 0 and code == 3:
                self.dropped += 1
            elif kind == 0 and code == 0 and pending.pop(node, False):
                self.frames += 1
                first = time_us if first is None else first
                last = time_us
        self.text = "".join(decoder.text)
        self.down = decoder.down
        if first is not None:
            self.seconds = (last - first) / 1e6


class Session:
    """A guest with a cable; plug() and unplug() devices as needed."""

    def __init__(self, guest, device_port):
        self.guest = guest
        self.cable = Cable(device_port)
        self.mounted = False
        self.disk = None

    def close(self):
        self.cable.close()

    # ---- USB ------------------------------------------------------------------------------------

    def attach(self, disk=True, patience=0):
        """Plugs the cable in and waits until the guest has the keyboard, and the disk if there
        must be one. A device that is off the bus is given `patience` seconds to come back."""
        guest = self.guest
        deadline = time.monotonic() + patience
        while True:
            status, output = guest.run(f"usbip --tcp-port {self.cable.port} attach -r {guest.HOST} "
                                       f"-b 1-1")
            if status == 0:
                break
            if time.monotonic() > deadline:
                raise GuestError(f"usbip attach: exit status {status}\n{output}")
            time.sleep(0.1)
        guest.wait_for(exists("/sys/bus/usb/drivers/usbhid/*/*/input/input*/event*"), "keyboard")
        self.disk = None
        if disk:
            found = exists("/sys/bus/usb/drivers/usb-storage/*/host*/target*/*/block/sd?")
            self.disk = guest.wait_for(f"{{ {found} && echo /dev/${{1##*/}}; }}", "disk").strip()

    def detach(self):
        """Has the guest let go of the device."""
        self.guest.must("usbip detach -p 00 2>&1")
        self.wait_gone()

    def wait_gone(self):
        """Waits until the guest noticed that the cable is out."""
        drivers = "/sys/bus/usb/drivers"
        self.guest.wait_for(f"{{ ! {exists(drivers + '/usbhid/*:*')} && "
                            f"! {exists(drivers + '/usb-storage/*:*')}; }}", "detached device")

    def usb_path(self):
        """The device's folder in sysfs."""
        return self.guest.must("for i in /sys/bus/usb/drivers/usbhid/*:1.0; do dirname $(readlink "
                               "-f $i); done").strip()

    def identity(self):
        """What changes when the device enumerates again."""
        path = self.usb_path()
        return path, self.guest.must(f"cat {path}/devnum").strip()

    # ---- Keys -----------------------------------------------------------------------------------

    def nodes(self):
        """The device's input devices, those of interface 0 first."""
        path = self.usb_path()
        return self.guest.must(f"for i in {path}/*:*/*/input/input*/event*; do echo /dev/input/"
                               f"${{i##*/}}; done").split()

    def listen(self):
        """From here on what is typed is collected; nobody else in the guest gets it."""
        nodes = self.nodes()
        self.guest.must("rm -f /tmp/keys; guest_tool keys /tmp/keys " + " ".join(nodes) +
                        " >/tmp/keys.log 2>&1 & echo $! >/tmp/keys.pid")
        self.guest.wait_for("grep -q ready /tmp/keys 2>/dev/null", "reader of the keys")

    def finish(self):
        """Ends listen(); returns what was typed."""
        self.guest.must("kill $(cat /tmp/keys.pid); while kill -0 $(cat /tmp/keys.pid) 2>/dev/null; "
                        "do usleep 5000; done")
        lines = self.guest.get("/tmp/keys").decode().splitlines()
        if not lines or lines[0] != "ready":
            raise GuestError("the reader of the keys: " + self.guest.run("cat /tmp/keys.log")[1])
        return Typed(lines[1:])

    def types(self, device, keys, expected):
        """Presses `keys` on the device's keyboard; returns what the guest got, once that can be
        `expected`."""
        return self.typed_by([(lambda: device.keys(keys), expected)])

    def typed_by(self, steps):
        """Does each step's action and waits for what it is expected to type; returns what the guest
        got altogether."""
        self.cable.report_times = times = []
        self.listen()
        for action, expected in steps:
            wanted = len(times) + len(expected)
            action()
            wait_for_reports(times, wanted)
        self.cable.report_times = None
        typed = self.finish()
        typed.times = times
        return typed

    # ---- The drive ------------------------------------------------------------------------------

    def wait_medium(self, present, timeout=60):
        """Waits until a medium is in, or none. Opening the disk makes the kernel look."""
        look = (f"{{ true <{self.disk}; }} 2>/dev/null; read size </sys/block/{self.disk[5:]}/size; "
                f"[ $size {'-gt' if present else '-eq'} 0 ]")
        self.guest.wait_for(f"{{ {look}; }}", "medium" if present else "empty drive", timeout)

    def fsck(self):
        """The file system must have nothing that a checker would say."""
        status, output = self.guest.run(f"fsck.fat -n {self.disk}")
        # The image has no character sets; fsck.fat then takes its own.
        lines = [line for line in output.splitlines() if line and "codepage" not in line
                 and "CP850" not in line]
        if (status != 0 or len(lines) != 2 or not lines[0].startswith("fsck.fat ")
                or not re.fullmatch(r"/dev/\w+: \d+ files, \d+/\d+ clusters", lines[1])):
            raise GuestError(f"fsck.fat: exit status {status}\n{output}")

    def mount(self, options=""):
        self.guest.must(f"mount -t vfat -o utf8{options} {self.disk} /mnt")

    def umount(self):
        self.guest.must("umount /mnt")

    def eject(self):
        self.guest.must(f"guest_tool eject {self.disk}")

    # ---- The kernel's log ------------------------------------------------------------------------

    def log_mark(self):
        """Marks a place in the kernel's log."""
        mark = f"pianola-mark-{time.monotonic_ns()}"
        self.guest.must(f"echo {mark} >/dev/kmsg")
        return mark

    def log_since(self, mark):
        log = self.guest.must("dmesg")
        _, found, since = log.partition(mark)
        return since.split("\n", 1)[1] if found else log  # The kernel keeps the end only.

    def complaints(self, mark):
        """Lines of the kernel's log since `mark` that complain."""
        return [line for line in self.log_since(mark).splitlines() if COMPLAINT.search(line)]
