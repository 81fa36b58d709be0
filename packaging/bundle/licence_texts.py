"""Finds the licence texts of a bundle's parts on the machine that builds it."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from bundle.licences import COTERIE, PYTHON, Owner, referred

TEXTS = Path(__file__).parent / "texts"
DOCUMENTS = Path("/usr/share/doc")
COMMON = Path("/usr/share/common-licenses")
_LICENCE_NAME = re.compile(r"(licen[cs]e|copying|copyright|notice|authors)", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """`sources` has the file of this machine that each library of the system was copied from."""

    checkout: Path
    internal: Path
    sources: dict[str, Path]


def texts_of(owner: Owner, places: Places) -> list[Path]:
    """The files with the licence of `owner`, none when there is no such file here."""
    if owner == COTERIE:
        return [places.checkout / "LICENSE"]
    if owner == PYTHON:
        return _of_python()
    match owner.kind:
        case "text":
            return _kept(owner.name)
        case "inside":
            return [path for path in (places.internal / owner.name,) if path.exists()]
        case "package":
            return _of_package(owner.name) or _kept(owner.name)
        case "system":
            return _of_system(places.sources.get(owner.name))
        case _:
            return []


def with_common(files: list[Path]) -> list[Path]:
    """The texts, and those that they leave out and point to."""
    names = {
        name
        for file in files
        for name in referred(file.read_text(encoding="utf-8", errors="replace"))
    }
    common = [COMMON / name for name in sorted(names)]
    return [*files, *(path for path in common if path.exists())]


def copied_from(collected: Path) -> dict[str, Path]:
    """Where each file of the bundle came from, by its place (PyInstaller's own list)."""
    # It writes the list as Python literals.
    entries = ast.literal_eval(collected.read_text(encoding="utf-8"))[0]
    return {place: Path(source) for place, source, kind in entries if kind != "SYMLINK"}


def _kept(name: str) -> list[Path]:
    return sorted(path for path in (TEXTS / name).glob("*") if path.is_file())


def _of_python() -> list[Path]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    named = (Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), DOCUMENTS / version / "copyright")
    return [path for path in named if path.exists()][:1]


def _of_package(name: str) -> list[Path]:
    files = importlib.metadata.files(name) or []
    found = [
        Path(str(file.locate()))
        for file in files
        if ".dist-info" in file.parts[0] and _LICENCE_NAME.search(file.as_posix())
    ]
    return [path for path in found if path.is_file()]


def _of_system(source: Path | None) -> list[Path]:
    if source is None:
        return []
    asked = [str(source), str(source.resolve())]
    # Debian 12 keeps /lib as a link to /usr/lib, and its packages know their files by either.
    asked += [name.removeprefix("/usr") for name in asked if name.startswith("/usr/lib")]
    for name in asked:
        done = subprocess.run(("dpkg", "-S", name), check=False, capture_output=True, text=True)
        if done.returncode == 0:
            package = done.stdout.split(":")[0].strip()
            return [path for path in (DOCUMENTS / package / "copyright",) if path.exists()]
    return []
