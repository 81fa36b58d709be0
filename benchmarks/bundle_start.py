"""The bundle beside the checkout: from the start to a drawn window, and the engine's decode."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic

from benchmarks.coterie_engine import CoterieEngine
from benchmarks.decode import REPEATS, TOKENS, taking_turns
from benchmarks.figure import Figure, listed, median
from benchmarks.x_display import WindowWatch, display
from runtime.engine_process import WORKER_COMMAND

BUNDLE = Path(__file__).resolve().parents[1] / "dist" / "coterie"
STARTS = 7
DECODE_ROUNDS = 5
PATIENCE_S = 60.0


def measure(
    model: Path,
    folder: Path,
    new_home: Callable[[Path], Path],
    n_threads: int,
    bundle: Path = BUNDLE,
) -> Iterator[Figure]:
    """Nothing where no bundle has been built."""
    if not (bundle / "coterie").exists():
        print(f"No bundle at {bundle}: make bundle", file=sys.stderr)
        return
    yield _start(bundle, folder, new_home)
    yield _decode(bundle, model, folder, n_threads)


def _start(bundle: Path, folder: Path, new_home: Callable[[Path], Path]) -> Figure:
    """Both take turns, each with a home of its own; the first of each fills the system's cache."""
    checkout = (str(Path(sys.executable).with_name("coterie")),)
    sides = ((str(bundle / "coterie"),), checkout)
    homes = [new_home(folder / name) for name in ("bundled", "checkout")]
    times: tuple[list[float], list[float]] = ([], [])
    with display() as name:
        watch = WindowWatch(name)
        for turn in range(STARTS + 1):
            for command, home, taken in zip(sides, homes, times, strict=True):
                seconds = _seconds_to_window(command, home, name, watch)
                if turn:
                    taken.append(seconds)
        watch.close()
    bundled, ours = times
    return Figure(
        "Start of the bundle to a visible window \N{DIVISION SIGN} the checkout's",
        median(bundled) / median(ours),
        1.3,
        "at most",
        detail=f"{listed(bundled)} s against {listed(ours)} s, xcb",
    )


def _seconds_to_window(command: Sequence[str], home: Path, name: str, watch: WindowWatch) -> float:
    surroundings = {**os.environ, "DISPLAY": name, "COTERIE_HOME": str(home)}
    for other in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        surroundings.pop(other, None)
    watch.forget()
    started_s = monotonic()
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            return watch.drawn_at_s(PATIENCE_S) - started_s
        finally:
            process.terminate()


def _decode(bundle: Path, model: Path, folder: Path, n_threads: int) -> Figure:
    commands = ((str(bundle / "coterie-part"), "runtime.worker"), WORKER_COMMAND)
    engines = [
        CoterieEngine(model, folder / f"engine-{index}.log", n_threads=n_threads, command=command)
        for index, command in enumerate(commands)
    ]
    try:
        for running in engines:
            running.decode_tokens_per_s(16)
        turns = [lambda one=one: one.decode_tokens_per_s(TOKENS) for one in engines]
        rounds = [taking_turns(*turns) for _ in range(DECODE_ROUNDS)]
    finally:
        for running in engines:
            running.stop()
    bundled, native = (list(speeds) for speeds in zip(*rounds, strict=True))
    ratios = [ours / other for ours, other in zip(bundled, native, strict=True)]
    return Figure(
        "Decode of the bundled engine \N{DIVISION SIGN} the native build's",
        median(ratios),
        0.97,
        "at least",
        detail=f"ratios {listed(ratios)}; bundle {listed(bundled)}, native {listed(native)} tok/s, "
        f"{n_threads} threads, each the mean of {REPEATS} answers",
    )
