"""Makes what QEMU boots: a distribution's kernel and an initramfs with the tools the tests use.

Both are kept in ${XDG_CACHE_HOME:-~/.cache}/pianola/guest: the kernel package as it was downloaded
(once), and all else under names that depend on what it is made of.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# What the guest loads. Each brings along what it depends on.
MODULES = """virtio_pci virtio_console virtio_net af_packet vhci-hcd usbhid hid-generic evdev
             usb-storage sd_mod vfat nls_cp437 nls_iso8859-1 nls_ascii nls_utf8""".split()

# Programs that the image takes from this computer, with their libraries.
PROGRAMS = ["usbip", "lsusb", "mtools", "fsck.fat"]
# The names by which mtools is called.
MTOOLS = ["mcopy", "mdel", "mdir", "mren", "mtype"]
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class ImageError(Exception):
    """The image cannot be made; says why."""


def cache_folder():
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(root) / "pianola" / "guest"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(*command, **options):
    options.setdefault("env", {**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8"})
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=options.pop("stdin", subprocess.DEVNULL), **options)


def say(text):
    print(f"pianola: {text}", file=sys.stderr, flush=True)


# ---- The kernel -----------------------------------------------------------------------------------


def apt_update():
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run(*root, "apt-get", "-q", "update")


def download_kernel(folder):
    """Puts the package of the distribution's usual kernel into `folder`."""

    def download():
        listing = run("apt-cache", "depends", "linux-image-amd64").stdout.decode()
        match = re.search(r"Depends: (linux-image-\S+)", listing)
        if not match:
            raise subprocess.CalledProcessError(1, "apt-cache depends linux-image-amd64")
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            # The package manager's own user may be unable to write here: let it be.
            run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", match[1],
                cwd=scratch)
            (package,) = pathlib.Path(scratch).glob("*.deb")
            package.rename(folder / package.name)

    say("downloading a kernel for the tests on a real one (70 MB, once)")
    try:
        try:
            download()
        except subprocess.CalledProcessError:
            apt_update()  # The lists may be absent or out of date.
            download()
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", None) or b""
        raise ImageError(f"cannot download the kernel package: {error}\n{detail.decode()}") from error


def kernel_package(folder):
    packages = sorted(folder.glob("linux-image-*.deb"))
    if not packages:
        download_kernel(folder)
        packages = sorted(folder.glob("linux-image-*.deb"))
    return packages[-1]


def key_of(*parts):
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()[:16]


def pack(tree, out):
    """Writes `tree` as a compressed cpio archive, all owned by root."""
    names = run("find", ".", "-print0", cwd=tree).stdout
    archive = subprocess.run(["cpio", "--null", "-o", "-H", "newc", "-R", "0:0", "--quiet"],
                             cwd=tree, input=names, stdout=subprocess.PIPE, check=True).stdout
    partial = out.with_suffix(".part")
    partial.write_bytes(subprocess.run(["gzip", "-1"], input=archive, stdout=subprocess.PIPE,
                                       check=True).stdout)
    partial.rename(out)


def make_kernel_parts(package, kernel, modules):
    """Takes the kernel and the archive of MODULES out of the package."""
    say("unpacking the kernel for the tests on a real one")
    with tempfile.TemporaryDirectory(dir=package.parent) as scratch:
        scratch = pathlib.Path(scratch)
        run("dpkg-deb", "-x", package, scratch / "all")
        (library,) = (scratch / "all/lib/modules").iterdir()
        version = library.name
        run("depmod", "-b", scratch / "all", version)
        small = scratch / "small"
        target = small / "lib/modules" / version
        target.mkdir(parents=True)
        for name in MODULES:
            shown = run("modprobe", "-d", scratch / "all", "-S", version, "--show-depends", name)
            for line in shown.stdout.decode().splitlines():
                if line.startswith("insmod "):
                    path = pathlib.Path(line.split()[1])
                    copy = small / path.relative_to(scratch / "all")
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, copy)
        for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copy(library / name, target / name)
        run("depmod", "-b", small, version)
        pack(small, modules)
        shutil.copy(scratch / "all/boot" / f"vmlinuz-{version}", kernel.with_suffix(".part"))
        kernel.with_suffix(".part").rename(kernel)


# ---- The rest of the image ------------------------------------------------------------------------


def libraries(program):
    """The shared libraries of `program`, and its loader, as absolute paths."""
    listed = run("ldd", program).stdout.decode()
    return sorted(set(re.findall(r"(/\S+)(?= \(0x)", listed)))


def programs():
    found = {}
    for name in PROGRAMS:
        path = shutil.which(name, path=PATH)
        if not path:
            raise ImageError(f"{name} is not installed: tools/setup test")
        found[name] = path
    found["busybox"] = "/bin/busybox"
    if run("dpkg-query", "-S", "/bin/busybox").stdout.split(b":")[0] != b"busybox-static":
        raise ImageError("busybox-static is not installed: tools/setup test")
    return found


def add_charsets(tree):
    """The character set that FAT's short names are in, for mtools."""
    for folder in pathlib.Path("/usr/lib").glob("*/gconv"):
        if (folder / "IBM850.so").exists():
            copy = tree / str(folder).lstrip("/")
            copy.mkdir(parents=True)
            shutil.copy(folder / "IBM850.so", copy)
            # By itself, each of its two directions.
            (copy / "gconv-modules").write_text("module IBM850// INTERNAL IBM850 1\n"
                                                "module INTERNAL IBM850// IBM850 1\n"
                                                "alias CP850// IBM850//\nalias 850// IBM850//\n")


def make_user_part(found, archive):
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        tree = pathlib.Path(scratch)
        for folder in ("bin", "proc", "sys", "dev", "tmp", "mnt", "run", "var/run", "etc"):
            (tree / folder).mkdir(parents=True)
        for name, path in found.items():
            shutil.copy(path, tree / "bin" / name)
            if name == "busybox":
                continue
            for library in libraries(path):
                copy = tree / library.lstrip("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, copy)
        add_charsets(tree)
        for name in MTOOLS:
            (tree / "bin" / name).symlink_to("mtools")
        # mtools: the device that the tests name x:, whatever its geometry says.
        (tree / "etc/mtools.conf").write_text("mtools_skip_check=1\n")
        shutil.copy(HERE / "init", tree / "init")
        (tree / "init").chmod(0o755)
        pack(tree, archive)


def kernel_parts(folder):
    """The kernel, the archive of its modules, and what both depend on; made if missing."""
    package = kernel_package(folder)
    key = key_of(package.name, package.stat().st_size, *MODULES, 1)
    kernel = folder / f"vmlinuz-{key}"
    modules = folder / f"modules-{key}.cpio.gz"
    if not (kernel.exists() and modules.exists()):
        make_kernel_parts(package, kernel, modules)
    return kernel, modules, key


@contextlib.contextmanager
def locked_cache():
    """The folder where all is kept, for one process at a time."""
    folder = cache_folder()
    with open(folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def keep(path):
    """Marks a file of the cache as used; those of its kind that no test has used for a day go."""
    path.touch()
    for old in path.parent.glob(path.name.split("-")[0] + "-*"):
        if old.stat().st_mtime < time.time() - 86400:
            old.unlink()


def build(folder):
    """Makes what is missing in the folder; returns the paths of kernel and initramfs."""
    kernel, modules, kernel_key = kernel_parts(folder)
    found = programs()
    sources = [*found.values(), HERE / "init", __file__]
    key = key_of(*(pathlib.Path(path).read_bytes() for path in sources))
    image = folder / f"initramfs-{kernel_key}-{key}.cpio.gz"
    if not image.exists():
        user = image.with_suffix(".user")
        make_user_part(found, user)
        joined = image.with_suffix(".part")
        joined.write_bytes(modules.read_bytes() + user.read_bytes())
        user.unlink()
        joined.rename(image)
    keep(image)
    return kernel, image
