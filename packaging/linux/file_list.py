"""Every file of a system before and after, and what is different that must not be."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

# By whom each is written, whatever package comes and goes.
SYSTEMS_OWN = {
    "/var/lib/dpkg/*": "dpkg's record of packages",
    "/var/lib/apt/*": "apt's record of packages that came with others",
    "/var/cache/apt/*": "what apt downloaded",
    "/var/cache/debconf/*": "debconf's record of all packages' questions",
    "/var/log/dpkg.log": "dpkg's log",
    "/var/log/apt/*": "apt's logs",
    "/var/log/alternatives.log": "the log of update-alternatives",
    "/etc/ld.so.cache": "ldconfig's list of libraries",
    "/var/cache/ldconfig/*": "ldconfig's list of libraries",
}


@dataclass(frozen=True)
class Difference:
    """Paths from the root of the system on, in order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def files_below(root: Path, apart: Iterable[str]) -> dict[str, str]:
    """What each path under `root` is: a word that differs when the file does. Folders count too.

    `apart` are folders (as the system names them) that are not looked into.
    """
    left_out = frozenset(apart)
    found = {}
    for parent, folders, names in os.walk(root):
        place = "/" + Path(parent).relative_to(root).as_posix().removeprefix(".")
        inner = place if place != "/" else ""
        folders[:] = [name for name in folders if f"{inner}/{name}" not in left_out]
        for name in (*folders, *names):
            found[f"{inner}/{name}"] = _word(Path(parent, name))
    return found


def difference(
    before: Mapping[str, str], after: Mapping[str, str], ignored: Iterable[str] = ()
) -> Difference:
    """`ignored` are patterns of paths that may differ; `*` in them goes over folders too."""
    patterns = tuple(ignored)

    def counts(path: str) -> bool:
        return not any(fnmatchcase(path, pattern) for pattern in patterns)

    return Difference(
        tuple(sorted(path for path in after.keys() - before.keys() if counts(path))),
        tuple(
            sorted(
                path
                for path in after.keys() & before.keys()
                if after[path] != before[path] and counts(path)
            )
        ),
        tuple(sorted(path for path in before.keys() - after.keys() if counts(path))),
    )


def _word(path: Path) -> str:
    status = path.lstat()
    mode = stat.filemode(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return f"{mode} {path.readlink()}"
    if stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            return f"{mode} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    return mode
