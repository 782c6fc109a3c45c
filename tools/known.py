"""Remembers what passed, by the content of all that it depends on, so that ./test does again only
what can come out differently. `rm -r ~/.cache/pianola/checked` forgets it all; with PIANOLA_ANEW=1
nothing is taken as known."""

import functools
import hashlib
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
FOLDER = CACHE / "pianola/checked"


class Stamp:
    """Stands for a check of `parts`: texts, bytes, and files by their paths."""

    def __init__(self, *parts):
        total = hashlib.sha256()
        for part in parts:
            if isinstance(part, pathlib.Path):
                part = part.read_bytes()
            data = part if isinstance(part, bytes) else part.encode()
            total.update(len(data).to_bytes(8, "little") + data)
        self._path = FOLDER / total.hexdigest()

    def passed(self):
        """What set_passed() was told of the very same parts; None if nothing."""
        if os.environ.get("PIANOLA_ANEW") or not self._path.exists():
            return None
        self._path.touch()  # Whoever clears the folder by age keeps what is in use.
        return self._path.read_text()

    def set_passed(self, told=""):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._path.write_text(told)


def settings():
    """The variables that change what tests do, as one text."""
    return "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items())
                     if name.startswith("PIANOLA_") and name != "PIANOLA_ANEW")


@functools.cache
def data_files():
    """What tests read at run time and which is not compiled into them: all files of the tree but
    the sources, as one digest."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        return os.urandom(16).hex()  # No checkout: nothing is known.
    total = hashlib.sha256()
    for name in sorted(set(listed.stdout.split(b"\0")) - {b""}):
        path = ROOT / os.fsdecode(name)
        if path.suffix not in (".cpp", ".hpp") and path.is_file():
            total.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
