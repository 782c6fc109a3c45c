"""The drive: edit mode, editing in the ways people do, errors."""

import time

import texts
from device import edit_keys
from rig import ERRORS, OTHER_TEXT, WAITS, Failed, check, equal, no_complaints

# How a file is saved: {disk} is edited so that macros.txt becomes /tmp/new. `cp` onto a file
# truncates it and writes it anew, as most editors do that save in place.
WAYS = {
    "in place": "mount -t vfat -o utf8 {disk} /mnt && cp /tmp/new /mnt/macros.txt && umount /mnt",
    "rename": "mount -t vfat -o utf8 {disk} /mnt && cp /tmp/new /mnt/macros.txt.tmp && sync && "
              "mv /mnt/macros.txt.tmp /mnt/macros.txt && umount /mnt",
    # As a desktop mounts sticks, and as editors save that keep the old file under another name.
    "flush": "mount -t vfat -o utf8,flush {disk} /mnt && cp /tmp/new /mnt/macros.txt && umount /mnt",
    "backup": "mount -t vfat -o utf8,flush {disk} /mnt && mv /mnt/macros.txt /mnt/macros.txt~ && "
              "cp /tmp/new /mnt/macros.txt && sync && rm /mnt/macros.txt~ && umount /mnt",
    "mtools": "mcopy -D o -i {disk} /tmp/new ::macros.txt",
}


def listing(rig):
    """The names in the mounted volume's folder."""
    return rig.guest.must("ls /mnt").split()


def look(rig, *names):
    """The medium is in: the texts of these files; None for those that are not there."""
    session = rig.session
    session.fsck()
    session.mount(",ro")
    there = listing(rig)
    found = [rig.guest.get(f"/mnt/{name}").decode() if name in there else None for name in names]
    session.umount()
    return found


def keys_eject(rig):
    rig.device.keys(edit_keys())
    rig.session.wait_medium(False)


def edit(rig, way, text):
    """Saves `text` on the medium, which is in, and has the volume checked before and after."""
    rig.guest.put("/tmp/new", text.encode())
    rig.session.fsck()
    rig.guest.must(WAYS[way].format(disk=rig.session.disk))
    rig.session.fsck()


def edit_mode(rig):
    """The medium comes and goes while the rest of the device stays as it is."""
    macros = texts.Version(1, 3000)
    rig.plug(macros.text)
    session = rig.session
    before = session.identity()
    mark = session.log_mark()
    start = time.monotonic()
    rig.insert()
    seconds = time.monotonic() - start
    session.mount(",ro")
    names = listing(rig)
    session.umount()
    for name in ("macros.txt", "HELP.TXT", "STATUS.TXT"):
        check(name in names, f"no {name}: {names}")
    check("ERRORS.TXT" not in names, f"ERRORS.TXT without errors: {names}")
    found, status, guide = look(rig, "macros.txt", "STATUS.TXT", "HELP.TXT")
    equal(found, macros.text, "macros.txt")
    check(status.strip() and guide.strip(), "STATUS.TXT or HELP.TXT is empty")
    # The keyboard types as ever with the medium in, and the keys take it out.
    rig.must_type("F1", macros.typed)
    session.listen()
    keys_eject(rig)
    time.sleep(0.5)
    typed = session.finish()
    equal(typed.text, "", "typed by the keys of edit mode")
    equal(typed.down, set(), "keys left down by those of edit mode")
    # So does the host.
    rig.insert()
    session.eject()
    session.wait_medium(False)
    equal(session.identity(), before, "the device's address")
    no_complaints(rig, mark)
    equal(rig.stop(), macros.text, "macros after looking only")
    return f"medium seen after {seconds:.2f} s; {' '.join(names)}"


def edits(rig):
    """However the file is saved, and whatever its size: the new macros type at once."""
    new = texts.Version(1, 4000)
    rig.plug(new.text)
    session = rig.session
    mark = session.log_mark()
    number, times = 1, []
    for way in WAYS:
        for size in (4000, 1200, 9000) if way in ("in place", "rename", "mtools") else (3000,):
            number += 1
            old, new = new, texts.Version(number, size)
            try:
                rig.insert()
                edit(rig, way, new.text)
                since = rig.device.mark()
                start = time.monotonic()
                session.eject()
                rig.wait_outcome(since)
                times.append(time.monotonic() - start)
                session.wait_medium(False)
                rig.must_type("F1", new.typed)
                rig.insert()
                found, backup, errors = look(rig, "macros.txt", "BACKUP.TXT", "ERRORS.TXT")
                equal(found, new.text, "macros.txt on the next insertion")
                equal(backup, old.text, "BACKUP.TXT on the next insertion")
                equal(errors, None, "ERRORS.TXT")
                keys_eject(rig)
            except Exception as error:
                raise Failed(f"{way}, {size} bytes: {error}") from error
    no_complaints(rig, mark)
    equal(rig.stop(), new.text, "macros in flash")
    return f"{number - 1} edits, taken at the latest {max(times) * 1000:.0f} ms after the eject"


def quiet(rig):
    """Without an eject, an edit is taken once the volume is clean and nothing is written."""
    first, second, third = (texts.Version(n, size) for n, size in ((1, 2000), (2, 3000), (3, 1500)))
    rig.plug(first.text)
    session = rig.session
    rig.insert()
    since = rig.device.mark()
    edit(rig, "in place", second.text)
    start = time.monotonic()
    rig.wait_outcome(since)
    seconds = time.monotonic() - start
    rig.must_type("F1", second.typed)
    # What the host sees is as it left it.
    equal(look(rig, "macros.txt"), [second.text], "macros.txt")
    # A second one in the same session.
    since = rig.device.mark()
    edit(rig, "mtools", third.text)
    rig.wait_outcome(since)
    rig.must_type("F1", third.typed)
    session.eject()
    session.wait_medium(False)
    rig.insert()
    # The backup is what was in force before the session.
    found, backup = look(rig, "macros.txt", "BACKUP.TXT")
    equal(found, third.text, "macros.txt on the next insertion")
    equal(backup, first.text, "BACKUP.TXT on the next insertion")
    equal(rig.stop(), third.text, "macros in flash")
    return f"taken {seconds:.1f} s after the last write"


def mistakes(rig):
    """A file with errors: the drive comes back and says so, and nothing else changes."""
    good, better = texts.Version(1, 2000), texts.Version(2, 3000)
    wrong = better.text + 'F2 { "never closed }\nF3 { ENTR }\n'
    right = wrong.replace('closed }', 'closed" }').replace("ENTR", "ENTER")
    rig.plug(good.text)
    session = rig.session
    mark = session.log_mark()
    rig.insert()
    edit(rig, "in place", wrong)
    since = rig.device.mark()
    start = time.monotonic()
    session.eject()
    rig.wait_outcome(since, ERRORS)
    session.wait_medium(False)
    session.wait_medium(True)
    seconds = time.monotonic() - start
    draft, errors = look(rig, "macros.txt", "ERRORS.TXT")
    equal(draft, wrong, "the draft")
    for wanted in ("macros.txt:", "error", "ENTR", "^"):
        check(wanted in errors, f"ERRORS.TXT does not say {wanted!r}:\n{errors}")
    rig.must_type("F1", good.typed)
    # Ejected as it is, it stays out, and the draft is there the next time.
    session.eject()
    session.wait_medium(False)
    time.sleep(4)
    session.wait_medium(False)
    rig.insert()
    equal(look(rig, "macros.txt", "ERRORS.TXT"), [draft, errors], "the draft, once more")
    # And so it is after a loss of power.
    rig.session.cable.pull()
    rig.session.wait_gone()
    rig.device.kill()
    rig.start()
    session.attach()
    rig.insert()
    equal(look(rig, "macros.txt", "ERRORS.TXT"), [draft, errors], "the draft after a loss of power")
    edit(rig, "rename", right)
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    session.wait_medium(False)
    rig.must_type("F1", better.typed)
    rig.insert()
    equal(look(rig, "macros.txt", "ERRORS.TXT", "BACKUP.TXT"), [right, None, good.text], "the files")
    no_complaints(rig, mark)
    equal(rig.stop(), right, "macros in flash")
    return f"back {seconds:.1f} s after the eject; ERRORS.TXT of {len(errors)} bytes"


def unplugged(rig):
    """An edit that is complete but was not ejected is not lost with the cable or the power."""
    first, second, third = (texts.Version(n, 2000) for n in (1, 2, 3))
    rig.plug(first.text)
    session = rig.session
    rig.insert()
    edit(rig, "in place", second.text)
    session.cable.pull()
    session.wait_gone()
    session.attach()
    session.wait_medium(True)
    equal(look(rig, "macros.txt"), [second.text], "macros.txt after the cable was out")
    edit(rig, "mtools", third.text)
    session.cable.pull()
    rig.device.kill()
    session.wait_gone()
    rig.start()
    session.attach()
    rig.must_type("F1", third.typed)
    session.wait_medium(False)
    rig.insert()
    equal(look(rig, "macros.txt", "ERRORS.TXT"), [third.text, None], "the files after the restart")
    equal(rig.stop(), third.text, "macros in flash")


# What Vim does with :w on such a volume (its help: backup-table, swap-file, 'fsync'): the old file
# is the backup, until the new one is on the drive.
VIM = ("cd /mnt && dd if=/dev/zero of=.macros.txt.swp bs=4096 count=3 2>/dev/null && touch 4913 && "
       "rm 4913 && mv macros.txt macros.txt~ && "
       "dd if=/tmp/new of=macros.txt conv=fsync 2>/dev/null && rm macros.txt~ && sync; cd /")


def waits(rig):
    """Saved and never ejected: it is told, and so it is the next time; then the eject takes it."""
    first, second = (texts.Version(n, 2000) for n in (1, 2))
    rig.plug(first.text)
    session = rig.session
    rig.insert()
    session.mount()
    rig.guest.put("/tmp/new", second.text.encode())
    since = rig.device.mark()
    rig.guest.must(VIM)
    rig.device.wait_for(WAITS, since)
    rig.must_type("F1", first.typed)
    session.cable.pull()
    session.wait_gone()
    rig.guest.run("umount -l /mnt")
    rig.device.kill()
    rig.start()
    rig.device.wait_for(WAITS, 0)
    session.attach()
    rig.insert()
    rig.guest.run(f"fsck.fat -a {session.disk}")  # It was not unmounted.
    found, errors, status = look(rig, "macros.txt", "ERRORS.TXT", "STATUS.TXT")
    equal(found, second.text, "macros.txt as it was left")
    check("not ejected" in errors and "Eject the drive" in errors, f"ERRORS.TXT: {errors}")
    check("not ejected" in status, f"STATUS.TXT: {status}")
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    rig.must_type("F1", second.typed)
    equal(rig.stop(), second.text, "macros in flash")


def another_name(rig):
    """Saved under another name: nothing is lost, and renaming it is enough."""
    first, second = (texts.Version(n, 2000) for n in (1, 2))
    rig.plug(first.text)
    session = rig.session
    mark = session.log_mark()
    rig.insert()
    rig.guest.put("/tmp/new", second.text.encode())
    rig.guest.must(f"mount -t vfat -o utf8 {session.disk} /mnt && rm /mnt/macros.txt && "
                   "cp /tmp/new /mnt/macros.txt.txt && umount /mnt")
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since, OTHER_TEXT)
    session.wait_medium(False)
    session.wait_medium(True)
    rig.must_type("F1", first.typed)
    found, errors = look(rig, "macros.txt.txt", "ERRORS.TXT")
    equal(found, second.text, "the text as it was written")
    check("macros.txt.txt: error: " in errors, f"ERRORS.TXT: {errors}")
    rig.guest.must(f"mount -t vfat -o utf8 {session.disk} /mnt && "
                   "mv /mnt/macros.txt.txt /mnt/macros.txt && umount /mnt")
    session.fsck()
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    session.wait_medium(False)
    rig.must_type("F1", second.typed)
    no_complaints(rig, mark)
    equal(rig.stop(), second.text, "macros in flash")


def full(rig):
    """A file that does not fit: the host is told while it writes, and the old macros stay."""

    def large(number):
        # Lines of 64 bytes, so that any sectors of two versions side by side are a file without
        # errors; what stands at the end is the same in all.
        lines = [f'F1 {{ "version {number}" }}']
        lines += [f'macro m{line} {{ "version {number}, line {line}" }}' for line in range(159)]
        lines += [f"# {line}" for line in range(1350)]
        return "".join(f"{line:63}\n" for line in lines)

    old, new, small = large(1), large(2), texts.Version(3, 5000)
    rig.plug(old, "--size", "148k")
    session = rig.session
    rig.insert()
    rig.guest.put("/tmp/new", new.encode())
    # Over the old file, sector by sector, and on after errors.
    refused = int(rig.guest.must(
        f"mount -t vfat -o utf8 {session.disk} /mnt; for i in $(seq 0 19); do dd if=/tmp/new "
        "of=/mnt/macros.txt bs=512 count=1 skip=$i seek=$i conv=notrunc,fsync 2>/dev/null || "
        "echo refused; done | grep -c refused; umount /mnt"))
    check(0 < refused < 20, f"{refused} of 20 writes refused: no test of a drive that fills up")
    session.fsck()
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since, "does not fit")
    rig.must_type("F1", "version 1")
    session.wait_medium(False)
    session.wait_medium(True)
    edit(rig, "in place", small.text)
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    rig.must_type("F1", small.typed)
    equal(rig.stop(), small.text, "macros in flash")
    return f"{refused} of 20 sectors refused"


def hidden(rig):
    """`set drive = hidden`: there is no drive but in edit mode, for which the device comes anew."""
    hiding = texts.Version(1, 500)
    shown = texts.Version(2, 500)
    rig.flash.init()
    rig.flash.put("set drive = hidden\n" + hiding.text)
    rig.start()
    session = rig.session
    session.attach(disk=False)
    interfaces = f"cat {session.usb_path()}/bNumInterfaces"
    equal(rig.guest.must(interfaces).strip(), "3", "interfaces outside edit mode")
    rig.must_type("F1", hiding.typed)
    # It leaves the bus. On a cable it would come back by itself; here somebody has to attach it.
    rig.device.keys(edit_keys())
    session.wait_gone()
    session.attach(patience=60)
    equal(rig.guest.must(interfaces).strip(), "4", "interfaces in edit mode")
    session.wait_medium(True)
    rig.must_type("F1", hiding.typed)
    edit(rig, "in place", "set drive = hidden\n" + shown.text)
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    session.wait_gone()
    session.attach(disk=False, patience=60)
    equal(rig.guest.must(interfaces).strip(), "3", "interfaces after edit mode")
    rig.must_type("F1", shown.typed)
    rig.stop()


def rescue(rig):
    """Started for rescue, no macros run, and the drive is in from the start."""
    bad = 'set layout = uk\non start { loop { "x" wait 100ms } }\nF1 { "bad" }\n'
    good = texts.Version(1, 500)
    rig.flash.init()
    rig.flash.put(bad)
    rig.start("--rescue")
    session = rig.session
    session.attach()
    session.wait_medium(True)
    typed = session.types(rig.device, "a F1 b", "a b")
    equal(typed.text, "a<59>b", "typed while no macros run")
    equal(look(rig, "macros.txt"), [bad], "macros.txt")
    edit(rig, "in place", good.text)
    since = rig.device.mark()
    session.eject()
    rig.wait_outcome(since)
    session.wait_medium(False)
    equal(rig.stop(), good.text, "macros in flash")
    session.wait_gone()
    rig.start()
    session.attach()
    rig.must_type("F1", good.typed)


CASES = [edit_mode, edits, quiet, mistakes, unplugged, waits, another_name, full, hidden, rescue]
