"""Attaching, typing, keys and lights."""

import random
import re
import time

import texts
from device import edit_keys
from rig import check, equal, no_complaints
from session import wait_for_reports, wait_till_typing

TYPED_CHARACTERS = 10_000


def attaching(rig):
    """The kernel's own drivers take the interfaces, and have nothing to complain of."""
    macros = texts.Version(1, 500)
    mark = rig.session.log_mark()
    start = time.monotonic()
    rig.plug(macros.text)
    seconds = time.monotonic() - start
    path = rig.session.usb_path()
    bound = {}
    for number in range(4):
        status, driver = rig.guest.run(f"readlink {path}/*:1.{number}/driver")
        bound[number] = driver.strip().rsplit("/", 1)[-1] if status == 0 else None
    equal(bound, {0: "usbhid", 1: "usbhid", 2: "usbhid", 3: "usb-storage"}, "drivers")
    equal(rig.guest.must(f"cat {path}/speed").strip(), "12", "speed")
    boot = rig.guest.must(f"cat {path}/*:1.0/bInterfaceSubClass {path}/*:1.0/bInterfaceProtocol")
    equal(boot.split(), ["01", "01"], "boot keyboard")
    intervals = rig.guest.must(f"cat {path}/*:1.0/ep_81/interval {path}/*:1.1/ep_82/interval")
    equal(intervals.split(), ["1ms", "1ms"], "polling intervals")
    disk = rig.session.disk[5:]
    equal(rig.guest.must(f"cat /sys/block/{disk}/removable /sys/block/{disk}/size").split(),
          ["1", "0"], "removable, and no medium in it")
    no_complaints(rig, mark)
    nodes = rig.session.nodes()
    rig.must_type("F1", macros.typed)
    # And again, with the same device: after the guest let go of it, and after the cable was out.
    rig.session.detach()
    rig.session.attach()
    rig.must_type("F1", macros.typed)
    rig.session.cable.pull()
    rig.session.wait_gone()
    rig.session.attach()
    rig.must_type("F1", macros.typed)
    no_complaints(rig, mark)
    rig.device.stop()
    return f"ready {seconds:.1f} s after the start, {len(nodes)} input devices"


def descriptors(rig):
    """lsusb reads every descriptor without a complaint."""
    rig.plug(texts.Version(1, 500).text)
    bus, number = (rig.guest.must(f"cat {rig.session.usb_path()}/{name}").strip()
                   for name in ("busnum", "devnum"))
    rig.guest.must("mkdir -p /usr/share/misc; : >/usr/share/misc/usb.ids")
    status, output = rig.guest.run(f"lsusb -v -s {bus}:{number} 2>/tmp/lsusb.err")
    errors = rig.guest.must("cat /tmp/lsusb.err").strip()
    check(status == 0 and not errors, f"lsusb: exit status {status}\n{errors}")
    bad = [line for line in output.splitlines()
           if re.search(r"error|warn|invalid|can't|unrecognized|unknown|junk|missing|mismatch|"
                        r"short|too |bad ", line, re.I)]
    check(not bad, "lsusb: " + "\n".join(bad) + "\n" + output)
    for wanted in (r"idVendor +0x1209", r"idProduct +0x0001", r"iSerial +\d+ \S*vial:f64c2b3c",
                   r"bNumInterfaces +4", r"Remote Wakeup", r"bInterfaceProtocol +80"):
        check(re.search(wanted, output), f"lsusb: no {wanted} in:\n{output}")
    # The kernel's own reading of the report descriptors.
    reports = rig.guest.must("for f in /sys/kernel/debug/hid/*1209*/rdesc; do head -1 $f | wc -w; "
                             "done").split()
    equal(len(reports), 3, "report descriptors")
    rig.device.stop()
    return f"report descriptors of {', '.join(reports)} bytes"


# ---- Typing ----------------------------------------------------------------------------------------


def typing_characters(rig):
    """10,000 characters at full speed arrive one by one as they were written."""
    rng = random.Random(rig.seed)
    text = texts.long_text(rng, TYPED_CHARACTERS)
    rig.plug("set layout = uk\n" + texts.typing_macro("F1", text))
    typed = rig.session.types(rig.device, "F1", text)
    equal(typed.dropped, 0, "times the reader in the guest was too slow")
    equal(typed.text, text, "typed")
    equal(typed.down, set(), "keys left down")
    wire = typed.times
    seconds = wire[-1][0] - wire[0][0]
    rig.device.stop()
    return (f"{len(typed.text)} characters in {seconds:.2f} s: {len(wire)} reports, "
            f"{(len(wire) - 1) / seconds:.0f} reports/s, {len(text) / seconds:.0f} characters/s; "
            f"{typed.frames} input frames in the guest")


def keys_and_lights(rig):
    """Keys that no macro takes, more than six at once, media and system keys, the mouse; LEDs."""
    rig.plug('set layout = uk\non capslock { "lock" }\n'
             "F2 { VOLUME_UP SYSTEM_SLEEP }\nF3 { move 30 -4 scroll 2 click left }\n")
    session = rig.session
    rig.must_type("h i shift+a", "hiA")
    typed = session.types(rig.device, "+q +w +e +r +t +y +u +i 100 -q -w -e -r -t -y -u -i",
                          "qwertyui")
    equal(typed.text, "qwertyui", "eight keys at once")
    equal(typed.down, set(), "keys left down")
    typed = session.types(rig.device, "F2", "")
    equal([code for _, code in typed.presses], [115, 142], "presses: KEY_VOLUMEUP, KEY_SLEEP")
    typed = session.types(rig.device, "F3", "")
    equal(typed.moved, [30, -4, 2], "moved the mouse: right, down, wheel")
    equal([code for _, code in typed.presses], [0x110], "presses: BTN_LEFT")
    keyboard = session.nodes()[0]

    def caps_lock(value):
        rig.guest.must(f"guest_tool led {keyboard} 1 {value}")

    typed = session.typed_by([(lambda: caps_lock(1), "LOCK"), (lambda: caps_lock(0), "lock")])
    # With Caps Lock on, Shift is what makes small letters.
    equal(typed.text, "LOCKlock", "typed when the host switched Caps Lock on and off")
    rig.device.stop()


def removing(rig):
    """A guest that removes the device frees it. (One that is paused keeps it: pauses().)"""
    macros = texts.Version(1, 500)
    rig.plug(macros.text)
    rig.must_type("F1", macros.typed)
    mark = rig.device.mark()
    start = time.monotonic()
    rig.guest.must(f"echo 1 >{rig.session.usb_path()}/remove")
    rig.device.wait_for("detached: the host removed the device", mark)
    seconds = time.monotonic() - start
    rig.session.attach(patience=10)
    rig.must_type("F1", macros.typed)
    rig.device.stop()
    return f"free {seconds:.1f} s after it was removed"


LEADER = "+LSHIFT +RSHIFT -RSHIFT -LSHIFT"


def commands_on_the_keys(rig):
    """A macro recorded on the keys plays, and stands in the file; erasing all erases all."""
    macros = texts.Version(1, 800)
    rig.plug(macros.text)
    session = rig.session
    rig.must_type(f"{LEADER} 0x2E F5 h i +LSHIFT +1 -1 -LSHIFT {LEADER}", "hi!")
    rig.device.wait_for("recorded is in force")
    rig.must_type("F5", "hi!")
    rig.must_type("F1", macros.typed)
    rig.insert()
    session.mount(",ro")
    found = rig.guest.get("/mnt/macros.txt").decode()
    session.umount()
    rig.device.keys(edit_keys())
    session.wait_medium(False)
    check(found.startswith(macros.text), "the rest of the file changed")
    equal(found[len(macros.text):].strip(), 'F5 { "hi!" }', "the recorded macro")
    rig.device.keys(f"{LEADER} DELETE 200 {LEADER} DELETE 500")
    typed = session.types(rig.device, "F5", "")
    check("hi!" not in typed.text, "the recorded macro plays after all was erased")
    rig.insert()
    session.mount(",ro")
    found = rig.guest.get("/mnt/macros.txt").decode()
    names = rig.guest.must("ls /mnt").split()
    session.umount()
    check("version 1" not in found and found.strip(), f"macros.txt after erasing:\n{found}")
    check("BACKUP.TXT" not in names, f"the backup is there after erasing: {names}")
    rig.device.stop()


# A computer that is paused for less, and for longer, than any time-out that the device has.
PAUSES = (3, 30)


def pauses(rig):
    """A macro waits while the whole computer is paused, and no character is lost; if the cable is
    pulled, the device says how far the macro came."""
    text = texts.long_text(random.Random(rig.seed), 6_000)
    rig.plug("set layout = uk\n" + texts.typing_macro("F1", text))
    session = rig.session
    session.cable.report_times = times = []
    session.listen()
    rig.device.keys("F1")
    for number, seconds in enumerate(PAUSES, 1):
        wait_till_typing(times, 1_000 * number)
        rig.guest.pause(seconds)
    wait_till_typing(times, len(text))
    wait_for_reports(times, len(text))
    typed = session.finish()
    equal(typed.text, text, "typed, with pauses")
    check("cut off" not in rig.device.log(), "a macro was cut off by a pause:\n" + rig.device.log())
    longest = max(after[0] - before[0] for before, after in zip(times, times[1:]))
    check(longest > PAUSES[-1] - 1, f"no pause of more than {longest:.1f} s was there")
    times.clear()
    since = rig.device.mark()
    rig.device.keys("F1")
    wait_till_typing(times, 100)
    session.cable.pull()
    said = rig.device.wait_for(r"cut off after (\d+) characters and taps", since)
    session.cable.report_times = None
    check(50 < int(said[1]) < len(text), said.string)
    session.wait_gone()
    rig.device.stop()
    return f"{len(text)} characters with pauses of {PAUSES[0]} and {PAUSES[1]} s"


CASES = [attaching, descriptors, typing_characters, keys_and_lights, removing,
         commands_on_the_keys, pauses]
