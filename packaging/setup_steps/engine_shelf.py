"""The user's kept engine wheels, each in a folder named by its key."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from setup_steps.engine_recipe import EngineRecipe

WHEEL_PATTERN = "llama_cpp_python-*.whl"
REPORT = "engine.json"
BUILDING = ".building-"
ABANDONED_AFTER_S = 24 * 3600


@dataclass(frozen=True)
class BuiltEngine:
    """A wheel and the report of how it was built."""

    wheel: Path
    report: Path


def find(shelf: Path, key: str) -> BuiltEngine | None:
    """The engine kept under `key`."""
    wheel = next(iter(sorted((shelf / key).glob(WHEEL_PATTERN))), None)
    report = shelf / key / REPORT
    return BuiltEngine(wheel, report) if wheel and report.exists() else None


def keep(shelf: Path, key: str, wheel: Path, report: dict[str, object]) -> BuiltEngine:
    """Move a finished wheel to its place, with its report, whole or not at all."""
    ready = wheel.parent / "ready"
    ready.mkdir()
    wheel.replace(ready / wheel.name)
    (ready / REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    drop(shelf, key)
    ready.replace(shelf / key)
    return BuiltEngine(shelf / key / wheel.name, shelf / key / REPORT)


def drop(shelf: Path, key: str) -> None:
    """Forget the engine kept under `key`, if there is one."""
    if (shelf / key).exists():
        shutil.rmtree(shelf / key)


def sweep(shelf: Path, now_s: float) -> None:
    """Remove what builds that were killed have left."""
    for folder in shelf.glob(f"{BUILDING}*"):
        if now_s - folder.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(folder, ignore_errors=True)


def report(recipe: EngineRecipe, built_at_s: float) -> dict[str, object]:
    """How an engine was built, for the program to show."""
    wish, compiler = recipe.wish, recipe.compiler
    return {
        "version": wish.version,
        "key": recipe.key(),
        "flags": list(recipe.cmake),
        "cpu": {
            "machine": wish.cpu.machine,
            "model": wish.cpu.model,
            "features": list(wish.cpu.features),
        },
        "compiler": compiler.version,
        "openmp": compiler.openmp,
        "cuda": wish.cuda.use,
        "cuda_reason": wish.cuda.reason,
        "built_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(built_at_s)),
    }
