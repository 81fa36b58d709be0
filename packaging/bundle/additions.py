"""Adds to a bundle what PyInstaller does not know of: the engine, metadata, the starter model."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from bundle.elf import links
from bundle.engine_files import PLACE, engine_files, plain_links
from bundle.failure import BundleError

ENGINE = "llama-cpp-python"
# As app/engine_build.py looks for it: `sys.prefix` is `_internal` in a bundle.
ENGINE_REPORT = "coterie-engine.json"
# What the program asks importlib.metadata about.
DESCRIBED = ("coterie", ENGINE)
STARTER_FOLDER = "starter"
# Not on every desktop, unlike the compiler's other libraries.
OPENMP = "libgomp.so.1"


def add_engine(internal: Path) -> dict[str, Path]:
    """The engine's libraries and its report; where the system's library for it came from."""
    package = importlib.metadata.distribution(ENGINE)
    chosen = engine_files(str(file) for file in package.files or ())
    if not any("llama" in name for name in chosen):
        raise BundleError("The engine in the bundle's environment has no libllama.")
    folder = internal / PLACE
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in chosen.items():
        shutil.copyfile(Path(str(package.locate_file(path))), folder / name)
        (folder / name).chmod(0o755)
    for name, target in plain_links(chosen).items():
        (folder / name).symlink_to(target)
    shutil.copyfile(Path(sys.prefix, ENGINE_REPORT), internal / ENGINE_REPORT)
    needed = links([folder / name for name in chosen], internal).values()
    return _add_openmp(internal) if any(OPENMP in names for names in needed) else {}


def _add_openmp(internal: Path) -> dict[str, Path]:
    from PyInstaller.depend.bindepend import resolve_library_path

    source = resolve_library_path(OPENMP)
    if source is None:
        raise BundleError(f"The engine needs {OPENMP}, which is not on this machine.")
    shutil.copyfile(source, internal / OPENMP)
    (internal / OPENMP).chmod(0o755)
    return {OPENMP: Path(source)}


def add_metadata(internal: Path) -> None:
    """Names and versions of the packages that are asked for by name."""
    for name in DESCRIBED:
        package = importlib.metadata.distribution(name)
        folder = internal / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(package.read_text("METADATA") or "", encoding="utf-8")


def add_starter(internal: Path, kept: Path) -> None:
    """The starter model, where app/starter.py looks for it; made in `kept`, once."""
    made = subprocess.run((sys.executable, "-P", "-m", "runtime.starter", kept), check=False)
    if made.returncode:
        raise BundleError("The starter model was not made.")
    folder = internal / STARTER_FOLDER
    folder.mkdir(exist_ok=True)
    for model in kept.glob("*.gguf"):
        shutil.copyfile(model, folder / model.name)
