"""The libraries and programs of a bundle, and what each is linked to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_MAGIC = b"\x7fELF"
_FILE = re.compile(r"^(\S.*):\s+file format ")
_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)$")


def elf_files(folder: Path) -> list[Path]:
    """Those beneath `folder`, links left aside."""
    return [path for path in sorted(folder.rglob("*")) if not path.is_symlink() and is_elf(path)]


def is_elf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def links(files: list[Path], folder: Path) -> dict[str, list[str]]:
    """For each file, by its path in `folder`, the names of the libraries it is linked to."""
    if not files:
        return {}
    command = ("objdump", "-p", *map(str, files))
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {str(Path(path).relative_to(folder)): names for path, names in parse(done.stdout)}


def parse(printed: str) -> list[tuple[str, list[str]]]:
    """Each file and its links, from what `objdump -p` prints."""
    found: list[tuple[str, list[str]]] = []
    for line in printed.splitlines():
        if file := _FILE.match(line):
            found.append((file[1], []))
        elif found and (needed := _NEEDED.match(line)):
            found[-1][1].append(needed[1])
    return found
