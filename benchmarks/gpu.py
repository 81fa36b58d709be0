"""`python -m benchmarks.gpu`: tuned plans against llama.cpp's own and a sweep, on a CUDA GPU.

Needs a CUDA toolkit and no network. Every outcome is kept at once, so a run can be ended and begun
again. `--rpc HOST:PORT` takes an RPC server for the GPU and a tiny model: it only shows that all
of this works.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.paths import Paths
from benchmarks.gpu_ballast import NoBallast, held_back
from benchmarks.gpu_cell import Cell, Settings
from benchmarks.gpu_machine import GpuMachine, rpc_machine, this_machine, with_free
from benchmarks.gpu_models import TINY, BenchModel, chosen, written
from benchmarks.gpu_outcome import WHOLE_CELL, Outcome, Report, Results
from benchmarks.gpu_server import build_server, found_server
from benchmarks.gpu_sweep import UBATCHES
from benchmarks.gpu_table import page
from benchmarks.gpu_worker import Workload
from runtime.errors import CoterieError

GIB = 1 << 30
FREE_GIB = (8.0, 12.0, 16.0, 24.0, 40.0, 80.0)
WORKLOADS = (Workload(4000, 400, 64), Workload(2000, 400, 64), Workload(300, 400, 64))
N_CTX = 8192
RPC_WORKLOADS = (Workload(96, 8, 4), Workload(48, 8, 4))
RPC_FREE_GIB = (2.0,)
RPC_UBATCHES = (64, 128)
RPC_N_CTX = 512


@dataclass(frozen=True)
class Run:
    """All of one run but the model and the free memory."""

    paths: Paths
    settings: Settings
    results: Results
    minutes: float
    rpc: str = ""


def main(words: list[str]) -> int:
    options = _options(words)
    # One GPU is measured; ggml and the memory holder must mean the same one.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")
    paths = Paths.for_user()
    work = options.work or paths.cache_dir / "gpu-bench"
    work.mkdir(parents=True, exist_ok=True)
    machine, problem = _machine(paths, options.rpc)
    if machine is None:
        print(problem, file=sys.stderr)
        return 2
    try:
        models = (TINY,) if options.rpc and not options.model else chosen(options.model)
        server = _server(work / "server", options.build_server)
    except (ValueError, OSError, subprocess.CalledProcessError) as reason:
        print(reason, file=sys.stderr)
        return 2
    out = options.out or work / "gpu.md"
    report = Report(machine.name, machine.driver, machine.build)
    results = Results(out.with_suffix(".json"), report)
    run = Run(paths, _settings(options, work, server), results, options.minutes, options.rpc)
    sizes = _sizes(options.free, machine, rpc=bool(options.rpc))
    for model in models:
        _measure(run, model, sizes)
        out.write_text(page(results.report, f"python -m benchmarks.gpu {' '.join(words)}"))
    print(page(results.report, f"python -m benchmarks.gpu {' '.join(words)}"))
    print(f"Written to {out} and {out.with_suffix('.json')}")
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--model", action="append", default=[], help="qwen3-30b-a3b, …; else all")
    parser.add_argument("--free", type=float, action="append", default=[], metavar="GIB")
    parser.add_argument("--out", type=Path, metavar="FILE", help="Markdown; JSON goes beside it")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each model")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where models are kept")
    parser.add_argument("--build-server", type=Path, metavar="SDIST")
    parser.add_argument("--rpc", default="", metavar="HOST:PORT")
    return parser.parse_args(words)


def _machine(paths: Paths, rpc: str, model: Path | None = None) -> tuple[GpuMachine | None, str]:
    return (rpc_machine(paths, rpc), "") if rpc else this_machine(paths, model)


def _server(cache: Path, sdist: Path | None) -> Path | None:
    found = found_server(cache)
    return build_server(sdist, cache) if found is None and sdist else found


def _settings(options: argparse.Namespace, work: Path, server: Path | None) -> Settings:
    if options.rpc:
        return Settings(RPC_WORKLOADS, RPC_UBATCHES, RPC_N_CTX, work, None)
    return Settings(WORKLOADS, UBATCHES, N_CTX, work, server)


def _sizes(asked: list[float], machine: GpuMachine, *, rpc: bool) -> tuple[float, ...]:
    """What was asked for, else all sizes that the GPU has."""
    if asked or rpc:
        return tuple(asked) or RPC_FREE_GIB
    total = math.ceil(machine.hardware.gpus[0].total_bytes / GIB)
    return tuple(size for size in FREE_GIB if size <= total)


def _measure(run: Run, model: BenchModel, sizes: tuple[float, ...]) -> None:
    """Every size, each with its share of the time that is left."""
    print(f"{model.name}: writing its file, once", flush=True)
    try:
        path = written(model, run.settings.folder)
    except OSError as reason:
        _fail(run, Outcome(model.name, 0, WHOLE_CELL, problem=str(reason), problem_kind="disk"))
        return
    until_s = time.monotonic() + 60 * run.minutes
    for index, free_gib in enumerate(sizes):
        seconds = max(1.0, (until_s - time.monotonic()) / (len(sizes) - index))
        try:
            with _room(run, free_gib, path) as machine:
                cell = Cell(
                    *(model.name, path, free_gib, machine, run.settings, run.results),
                    *(_tell, seconds),
                )
                cell.run()
        except (NoBallast, CoterieError, OSError) as reason:
            text = reason.problem.one_line() if isinstance(reason, CoterieError) else str(reason)
            _fail(run, Outcome(model.name, free_gib, WHOLE_CELL, problem=text, problem_kind="cell"))


@contextmanager
def _room(run: Run, free_gib: float, path: Path) -> Iterator[GpuMachine]:
    """The machine with so much GPU memory free; the rest is held back, or left out with RPC."""
    machine, problem = _machine(run.paths, run.rpc, path)
    if machine is None:
        raise NoBallast(problem)
    keep_bytes = int(free_gib * GIB)
    if run.rpc:
        yield with_free(machine, keep_bytes)
        return
    with contextlib.ExitStack() as stack:
        if machine.hardware.gpus[0].free_bytes > keep_bytes:
            stack.enter_context(held_back(keep_bytes))
            machine, problem = _machine(run.paths, "", path)
            if machine is None:
                raise NoBallast(problem)
        yield machine


def _fail(run: Run, outcome: Outcome) -> None:
    run.results.keep(outcome)
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    turns = ", ".join(f"{turn.name}: {turn.turn_s:.2f} s" for turn in outcome.turns)
    where = f"{outcome.model}, {outcome.free_gib:g} GiB"
    print(f"{where}, {outcome.contender}: {turns or outcome.problem}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
