"""Builds the engine's wheel from its locked source, with progress, in a folder of its own."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from setup_steps import engine_shelf
from setup_steps.engine_recipe import EngineRecipe, build_environment, build_jobs
from setup_steps.engine_shelf import WHEEL_PATTERN, BuiltEngine
from setup_steps.layout import Layout
from setup_steps.pip_commands import install_locked, make_venv
from setup_steps.processes import SetupError, Stream
from setup_steps.progress import ProgressLine, build_phase, build_steps

LAST_LINES = 20
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Builder:
    """Everything a build needs from outside."""

    layout: Layout
    stream: Stream
    environment: Mapping[str, str]
    out: TextIO


def build_engine(builder: Builder, recipe: EngineRecipe) -> BuiltEngine:
    """Build `recipe` and keep the wheel under its key; `SetupError` with the log's end.

    Everything happens in one temporary folder beside the result, so that a build that fails or
    is interrupted leaves only its log.
    """
    layout = builder.layout
    layout.engines.mkdir(parents=True, exist_ok=True)
    layout.logs.mkdir(parents=True, exist_ok=True)
    engine_shelf.sweep(layout.engines, time.time())
    log_file = layout.logs / f"engine-build-{recipe.key()}.log"
    with (
        tempfile.TemporaryDirectory(prefix=engine_shelf.BUILDING, dir=layout.engines) as folder,
        log_file.open("w", encoding="utf-8") as log,
    ):
        wheel = _build_wheel(builder, recipe, Path(folder), log)
        return engine_shelf.keep(
            layout.engines, recipe.key(), wheel, engine_shelf.report(recipe, time.time())
        )


def _build_wheel(builder: Builder, recipe: EngineRecipe, folder: Path, log: TextIO) -> Path:
    progress = ProgressLine(f"Engine {recipe.wish.version}", builder.out)
    progress.say("getting the build tools")
    tools, temporary = folder / "tools", folder / "tmp"
    temporary.mkdir()
    python = make_venv(tools, builder.stream, builder.environment)
    install_locked(
        python, [builder.layout.lock("engine-build")], builder.stream, builder.environment
    )
    environment = build_environment(
        recipe,
        builder.environment,
        tools=str(python.parent),
        temporary=str(temporary),
        jobs=build_jobs(usable_cores(), memory_available_bytes()),
    )
    print(f"CMAKE_ARGS={environment['CMAKE_ARGS']}", file=log, flush=True)

    def follow(line: str) -> None:
        print(line, file=log, flush=True)
        if steps := build_steps(line):
            progress.step(steps)
        elif phase := build_phase(line):
            progress.say(phase)

    began_s = time.monotonic()
    code = builder.stream(_wheel_command(builder, python, folder), follow, environment)
    wheel = next(folder.glob(WHEEL_PATTERN), None)
    if code or wheel is None:
        progress.end("the build failed")
        raise SetupError(failure_text(Path(log.name), recipe))
    progress.end(f"built in {time.monotonic() - began_s:.0f} s")
    return wheel


def _wheel_command(builder: Builder, python: Path, folder: Path) -> tuple[str, ...]:
    return (
        *(str(python), "-m", "pip", "wheel", "--verbose", "--disable-pip-version-check"),
        # pip gives back a kept build even when the flags have changed.
        *("--no-cache-dir", "--no-binary", ":all:"),
        *("--no-deps", "--no-build-isolation", "--progress-bar", "off", "--require-hashes"),
        *("--wheel-dir", str(folder), "--requirement", str(builder.layout.lock("engine"))),
    )


def failure_text(log: Path, recipe: EngineRecipe) -> str:
    """What failed, the log's last lines and where the rest is."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    tail = "\n".join(f"  {line}" for line in lines)
    hint = " To build without CUDA: COTERIE_CUDA=off make run" if recipe.wish.cuda.use else ""
    return f"The engine was not built. The last lines were\n\n{tail}\n\nThe whole log: {log}.{hint}"


def usable_cores() -> int:
    """The cores this process may use, where the system tells; else all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_available_bytes() -> int:
    """What the kernel thinks can be taken; a large number where it does not say."""
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 2**40
