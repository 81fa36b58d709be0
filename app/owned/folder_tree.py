"""All files in a folder and its folders, and whether a copy of one is still the same."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

# exFAT and FAT keep times by two seconds.
_COARSEST_NS = 2_000_000_000


@dataclass(frozen=True)
class TreeFile:
    """A file, or a link with where it leads to (`link`)."""

    size_bytes: int
    modified_ns: int
    link: str = ""

    def is_same(self, other: TreeFile | None) -> bool:
        """Whether `other` is an unchanged copy of this."""
        if other is None or (self.size_bytes, bool(self.link)) != (
            other.size_bytes,
            bool(other.link),
        ):
            return False
        return bool(self.link) or abs(self.modified_ns - other.modified_ns) <= _COARSEST_NS


def files_of(folder: Path) -> dict[str, TreeFile]:
    """By path from `folder` on, in order. Links are not followed. Raises OSError."""
    found: dict[str, TreeFile] = {}
    for parent, folders, names in os.walk(folder, onerror=_raise):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*names, *links):
            path = Path(parent, name)
            if file := _tree_file(path):
                found[os.fspath(path.relative_to(folder))] = file
    return dict(sorted(found.items()))


def _tree_file(path: Path) -> TreeFile | None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return TreeFile(0, status.st_mtime_ns, os.fspath(path.readlink()))
    if stat.S_ISREG(status.st_mode):
        return TreeFile(status.st_size, status.st_mtime_ns)
    return None  # a socket or pipe, which can't be copied


def moved_link(name: str, link: str, old: Path, new: Path) -> str:
    """Where the link `name` in `new` must lead to, which led to `link` when it was in `old`."""
    target = Path(os.path.normpath((old / name).parent / link))
    if not target.is_relative_to(old):
        return os.fspath(target)
    return os.fspath(new / target.relative_to(old)) if Path(link).is_absolute() else link


def _raise(error: OSError) -> None:
    raise error
