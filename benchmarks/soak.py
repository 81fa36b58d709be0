"""A working day in the window: whether its process grows with tokens, and with models loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure, listed
from tests.models.tiny import TINY_NAMES, write_tiny

ANSWERS, TOKENS_EACH, RATE = 100, 2_000, 2_000
LOADS = 500
MEGABYTE = 1_000_000
TIMEOUT_S = 3_600


@dataclass(frozen=True)
class _Sample:
    """The window's process at rest, after `done` answers or loads."""

    done: int
    rss_bytes: int
    descriptors: int
    threads: int


def measure(
    home: Path, environment: Mapping[str, str], answers: int = ANSWERS, loads: int = LOADS
) -> Iterator[Figure]:
    """Both by the real session in a window of its own; the first tenth warms it up."""
    tokens = _samples(home, environment, ("tokens", answers, TOKENS_EACH, RATE))
    yield from _figures(f"{answers * TOKENS_EACH:,} tokens streamed", tokens)
    tiny = home.parent / "tiny-home"
    shutil.rmtree(tiny, ignore_errors=True)
    _with_tiny_models(tiny)
    yield from _figures(
        f"{loads} loads and unloads of a tiny model", _samples(tiny, environment, ("loads", loads))
    )


def _with_tiny_models(home: Path) -> None:
    models, config = home / "data" / "models", home / "config"
    models.mkdir(parents=True)
    config.mkdir()
    for name in TINY_NAMES[:2]:
        write_tiny(models, name)
    (config / "settings.json").write_text('{"first_run_done": true}')


def _figures(what: str, samples: Sequence[_Sample]) -> Iterator[Figure]:
    # The first is from before anything was done, the second from after the warm-up.
    warm, end = samples[1], samples[-1]
    rss = listed([sample.rss_bytes / MEGABYTE for sample in samples])
    yield Figure(
        f"Growth of the window's process over {what}",
        max(0.0, (end.rss_bytes - warm.rss_bytes) / MEGABYTE),
        20,
        "at most",
        " MB",
        f"from {warm.done} of {end.done} on; {rss} MB at rest after every tenth",
    )
    yield Figure(
        "… open descriptors more than after the warm-up",
        max(0, end.descriptors - warm.descriptors),
        0,
        "at most",
        "",
        listed([sample.descriptors for sample in samples]),
    )
    yield Figure(
        "… threads more",
        max(0, end.threads - warm.threads),
        0,
        "at most",
        "",
        listed([sample.threads for sample in samples]),
    )


def _samples(home: Path, environment: Mapping[str, str], task: tuple[object, ...]) -> list[_Sample]:
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.soaked_window", *map(str, task)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "COTERIE_HOME": str(home)},
        timeout=TIMEOUT_S,
    )
    return [_Sample(*map(int, line.split())) for line in done.stdout.splitlines()]
