"""`python -m benchmarks [PART...]`: measures, prints, and writes docs/benchmarks.md.

Parts: decode, experts, turns, load, window, dashboard, placing, memory, tuning, hub, downloads,
library, chats, savings, stream, reopened, kills, soak, clock and bundle. With parts named, only
those are measured and nothing is written.
Needs a quiet machine; the peers are built once (COTERIE_PEERS names a folder of them).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from app.paths import Paths
from benchmarks import (
    bundle_start,
    chat_stream,
    chats,
    clock_jump,
    dashboard_cost,
    decode,
    downloads,
    expert_cost,
    library,
    memory_sum,
    placing,
    remote_prediction,
    reopened,
    savings_export,
    soak,
    tuning,
    turns,
    under_load,
    window_downloads,
    window_kills,
    window_load,
    window_start,
)
from benchmarks.figure import Figure
from benchmarks.machine_line import builds_line, machine_line
from benchmarks.peers import find_or_build
from runtime.cores import usable_cores
from runtime.starter.starter_model import STARTER_FILE, make_starter

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
COMMAND = "make bench"
Part = Callable[[], Iterator[Figure]]


def main(names: list[str]) -> int:
    parts = _parts(Path(tempfile.mkdtemp(prefix="coterie-bench-")))
    figures: list[Figure] = []
    for name in names or list(parts):
        for figure in parts[name]():
            print(figure.row(), flush=True)
            figures.append(figure)
    if not names:
        REPORT.write_text(report(figures), encoding="utf-8")
        print(f"Written to {REPORT}")
    return 0


def _parts(folder: Path) -> dict[str, Part]:
    paths = Paths.for_user()
    model = make_starter(paths.models_dir, lambda _fraction: None)
    # Built when the first part wants them: twelve minutes that placing and windows do not need.
    peers = cache(lambda: find_or_build(paths.cache_dir / "peers"))
    threads = usable_cores().usable
    slices = paths.cache_dir / "benchmark-models"
    slices.mkdir(parents=True, exist_ok=True)
    home = _home(folder, model)
    # A screen where there is one, since that is what a person sees; else Qt's offscreen one.
    surroundings = dict(os.environ)
    if not os.environ.get("DISPLAY"):
        surroundings["QT_QPA_PLATFORM"] = "offscreen"
    return {
        "decode": lambda: decode.measure(model, peers(), folder, threads),
        "experts": lambda: expert_cost.measure(model, folder),
        "turns": lambda: turns.measure(model, folder),
        "load": lambda: under_load.measure(model, peers(), folder, threads),
        "window": lambda: _window(home, surroundings),
        "dashboard": lambda: dashboard_cost.measure(
            _home(folder / "dashboard", model), surroundings
        ),
        "placing": lambda: placing.measure(model, folder),
        "memory": lambda: memory_sum.measure(model, folder),
        "tuning": lambda: tuning.measure(slices),
        "hub": lambda: remote_prediction.measure(folder),
        "downloads": lambda: _downloads(home, folder, surroundings),
        "library": lambda: library.measure(folder),
        "chats": lambda: chats.measure(folder / "chats"),
        "savings": lambda: savings_export.measure(folder / "savings"),
        "stream": lambda: chat_stream.measure(home, surroundings),
        "reopened": lambda: reopened.measure(model, folder),
        "kills": lambda: window_kills.measure(_home(folder / "kills", model), surroundings),
        "soak": lambda: soak.measure(_home(folder / "soak", model), surroundings),
        "bundle": lambda: bundle_start.measure(
            model, folder, lambda beneath: _home(beneath, model), threads
        ),
        "clock": lambda: clock_jump.measure(_home(folder / "clock", model), surroundings),
    }


def _window(home: Path, surroundings: dict[str, str]) -> Iterator[Figure]:
    yield from window_start.measure(home, surroundings)
    yield from window_load.measure(home, surroundings)


def _downloads(home: Path, folder: Path, surroundings: dict[str, str]) -> Iterator[Figure]:
    yield from downloads.measure(folder)
    yield from window_downloads.measure(home, folder, surroundings)


def _home(folder: Path, model: Path) -> Path:
    """A home past its first run, with the starter model in it."""
    models, config = folder / "home" / "data" / "models", folder / "home" / "config"
    models.mkdir(parents=True)
    config.mkdir()
    (models / STARTER_FILE).symlink_to(model)
    (config / "settings.json").write_text('{"first_run_done": true}')
    return folder / "home"


def report(figures: list[Figure]) -> str:
    """The whole page."""
    short = [figure for figure in figures if not figure.reached]
    rows = "\n".join(figure.row() for figure in figures)
    fell = "\n".join(f"- {figure.name}" for figure in short) or "None."
    return f"""# Measured

One run of `{COMMAND}` on {date.today():%d %B %Y}. Each figure is a ratio within that run, or an
absolute where it says so: both sides take turns, so that a slow minute meets both.

- Machine: {machine_line()}
- Builds: {builds_line()}; llama-bench and llama-server from the same source, same compiler
- Model: the starter (SmolLM2-135M as 8 experts, 2 active, Q4_1)

| figure | must reach | measured | reached | single measurements |
|---|---|---|---|---|
{rows}

Fell short in this run:

{fell}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
