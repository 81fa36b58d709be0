"""What is inside the two programs, so that the window's can be held to what it may load."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def modules_in(program: Path) -> set[str]:
    """The names of the Python modules in a program that PyInstaller made."""
    from PyInstaller.archive.readers import CArchiveReader

    return set(CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz").toc)


def forbidden_in(modules: Iterable[str], forbidden: Iterable[str]) -> list[str]:
    """Those of `modules` that are one of `forbidden` or inside it."""
    names = tuple(forbidden)
    return sorted(
        module
        for module in modules
        if any(module == name or module.startswith(f"{name}.") for name in names)
    )
