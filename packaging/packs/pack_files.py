"""Gathers a pack's libraries and writes its pack.json, which app/engine_packs.py reads."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from packs.pack_recipe import PackRecipe, Run
from setup_steps.processes import SetupError


def gather(
    library: Path, target: Path, recipe: PackRecipe, places: Sequence[Path], run: Run
) -> None:
    """Copy the back end and what it may hand on; `SetupError` when one of those is not found."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(library, target / recipe.library)
    waiting = [target / recipe.library]
    while waiting:
        for name in needed_by(waiting.pop(), run):
            if recipe.handed_on is None or not recipe.handed_on.match(name):
                continue
            if (target / name).exists():
                continue
            shutil.copyfile(find(name, places), target / name)
            waiting.append(target / name)


def needed_by(library: Path, run: Run) -> tuple[str, ...]:
    """The names of the libraries that `library` is linked to."""
    done = run(("readelf", "--dynamic", "--wide", str(library)))
    if done.code != 0:
        raise SetupError(f"readelf could not read {library}: {done.output.strip()}")
    return tuple(re.findall(r"\(NEEDED\).*\[(.+?)\]", done.output))


def find(name: str, places: Iterable[Path]) -> Path:
    """Where a library of the toolkit is."""
    for place in places:
        for path in (place / name, *sorted(place.glob(f"*/{name}"))):
            if path.exists():
                return path.resolve()
    looked = ", ".join(str(place) for place in places) or "nowhere"
    raise SetupError(f"{name}, which the pack needs, was not found ({looked}).")


def write_manifest(target: Path, recipe: PackRecipe, engine_version: str) -> None:
    """pack.json of all libraries in `target`."""
    libraries = sorted(path for path in target.iterdir() if ".so" in path.name)
    manifest = {
        "kind": recipe.kind,
        "name": recipe.name,
        "engine_version": engine_version,
        "library": recipe.library,
        "files": [_described(path) for path in libraries],
        "driver": recipe.driver,
        "compute_capability": recipe.compute_capability,
        "needs": list(recipe.needs),
        "built_for": recipe.built_for,
        "licences": list(recipe.licences),
    }
    (target / "pack.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _described(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    return {
        "name": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
    }
