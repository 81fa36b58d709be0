"""Takes out of a bundle what nobody opens, and the symbols that only a debugger reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bundle.elf import elf_files, links
from bundle.pruning import is_left_out, is_of_the_system, unneeded

# Those that are not built to be shipped; what the packages bring is stripped, and some of it
# breaks when it is done again.
_TO_STRIP = ("libpython*.so*", "python3*/lib-dynload/*.so", "llama_cpp/lib/*.so*")


def trim(bundle: Path) -> None:
    """Leave what is loaded."""
    internal = bundle / "_internal"
    for path in sorted(internal.rglob("*")):
        place = path.relative_to(internal).as_posix()
        # PyInstaller's links to libraries that are found beside each other anyway.
        is_spare_link = path.is_symlink() and path.parent == internal
        if is_spare_link or (path.is_file() and _goes(place)):
            path.unlink()
    for place in unneeded(links(elf_files(internal), internal)):
        (internal / place).unlink()
    for folder in sorted((path for path in internal.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    found = [path for pattern in _TO_STRIP for path in internal.glob(pattern)]
    strip = [path for path in found if not path.is_symlink()]
    if strip:
        subprocess.run(("strip", "--strip-unneeded", *strip), check=True)


def _goes(place: str) -> bool:
    return is_left_out(place) or is_of_the_system(place)
