"""Puts the licence texts into a bundle, and tells whose are missing."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from bundle.elf import is_elf
from bundle.licence_texts import Places, texts_of, with_common
from bundle.licences import FOLDER, Owner, index, missing, owner_of, owner_of_module

OURS = ("app", "assets", "bundle", "part", "runtime", "ui", "window")
INDEX = "README.txt"


def write_licences(bundle: Path, modules: Iterable[str], places: Places) -> tuple[int, list[str]]:
    """How many works have their text in the bundle now, and those that have none."""
    owners = _owners(bundle, modules)
    texts = {owner: with_common(texts_of(owner, places)) for owner in set(owners.values())}
    folder = places.internal / FOLDER
    folders = {owner: _folder_name(owner, places) for owner in texts}
    for owner, files in texts.items():
        target = folder / folders[owner]
        target.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copyfile(file, target / _text_name(file))
    version = importlib.metadata.version("PySide6_Essentials")
    (folder / "Qt" / "VERSION.txt").write_text(
        f"Qt and Qt for Python {version}\n", encoding="ascii"
    )
    (folder / INDEX).write_text(index(owners, folders), encoding="utf-8")
    lacking = missing(texts)
    return len(texts) - len(lacking), lacking


def _owners(bundle: Path, modules: Iterable[str]) -> dict[str, Owner]:
    """The owner of each file and module that has one."""
    packages = {
        name: distributions[0]
        for name, distributions in importlib.metadata.packages_distributions().items()
    }
    standard = frozenset(sys.stdlib_module_names)
    found = {
        f"module {name.split('.')[0]}": owner_of_module(name, packages, standard, OURS)
        for name in modules
    }
    for path in sorted(bundle.rglob("*")):
        place = path.relative_to(bundle).as_posix()
        owner = owner_of(place, packages) if path.is_file() and not path.is_symlink() else None
        # A data file of a package is its package's; only what can be owned apart is looked at.
        if owner is not None and (owner.kind != "unknown" or is_elf(path)):
            found[place] = owner
    return found


def _folder_name(owner: Owner, places: Places) -> str:
    if owner.kind == "system":
        source = places.sources.get(owner.name)
        return f"system-{(source or Path(owner.name)).name.split('.so')[0]}"
    if owner.kind == "inside":
        return re.sub(r"\W+", "-", owner.name.rpartition("/")[0])
    return owner.name


def _text_name(file: Path) -> str:
    """A name that tells one text from another in the same folder."""
    inside = file.as_posix().partition(".dist-info/")[2].removeprefix("licenses/")
    name = (inside or file.name).replace("/", "-")
    return name if file.suffix else f"{name}.txt"
