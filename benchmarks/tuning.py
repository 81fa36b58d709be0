"""How good the tuned plan is, and how near predictions come: on models made for this run."""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from msgspec.structs import replace

from app.hardware_probe import gather
from app.paths import Paths
from app.planner import Planner
from app.tuner import Tuner
from benchmarks.figure import Figure, rounded
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_random
from runtime.engine_process import EngineEvent, EngineProcess, Exited
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration, Observation, calibrated
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import model_layout
from runtime.placement.objective import Objective
from runtime.placement.plan import Plan
from runtime.placement.search import Wishes
from runtime.protocol.frames import Failed, Load, Loaded, Measure, Measured
from runtime.protocol.placement import Placement

# (spec, mix, layers): of different size, shape and quantisation, the largest 2.4 GB.
MODELS = (
    ("olmoe-1b-7b", "Q4_K_M", 4),
    ("qwen3-30b-a3b", "Q4_K_M", 4),
    ("olmoe-1b-7b", "Q4_K_M", 9),
    ("gpt-oss-20b", "MXFP4", 2),
)
N_CTX = 1024
PROMPT_TOKENS = 256
DECODE_TOKENS = 32
# A turn short enough to be measured whole many times over.
TURN = Objective("benchmark", 256, 48)
UBATCHES = (128, 256, 512)
# Of the sweep so many are measured again, this often, and their medians compared.
FINALISTS, ROUNDS = 3, 5
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Speeds:
    """Tokens/s of a prompt and of decoding."""

    prompt: float
    decode: float

    @property
    def turn_s(self) -> float:
        return TURN.turn_s(self.prompt, self.decode)


def measure(folder: Path) -> Iterator[Figure]:
    """Predictions after calibration, each from the other models; then tuned against a sweep."""
    hardware = gather(Paths.for_user()).hardware
    models = [_made(folder, *model) for model in MODELS]
    yield from _predictions(models, hardware, folder)
    yield from _tuned(models[:2], hardware, folder)


def _made(folder: Path, spec: str, mix: str, n_layer: int) -> Path:
    path = folder / f"{spec}-{mix}-{n_layer}.gguf"
    if not path.exists():
        write_random(SPECS[spec], mix, path, n_layer=n_layer)
    return path


def _planner(path: Path, hardware: Hardware, calibration: Calibration) -> Planner:
    return Planner(model_layout(read_model(path)), hardware, TURN, calibration)


def _predictions(models: list[Path], hardware: Hardware, folder: Path) -> Iterator[Figure]:
    plans = {
        path: _planner(path, hardware, Calibration()).ranked(Wishes(N_CTX))[0] for path in models
    }
    # In turns: one run beside another of the same plan differs by up to a third here.
    rounds: dict[Path, list[Speeds]] = {path: [] for path in models}
    for _ in range(ROUNDS):
        for path, plan in plans.items():
            rounds[path].append(timed(path, plan.placement, folder))
    seen = {path: (plan, _middle(rounds[path])) for path, plan in plans.items()}
    ratios: dict[str, list[float]] = {"prompt": [], "decode": []}
    for path, (plan, speeds) in seen.items():
        others = [_observed(*found) for other, found in seen.items() if other != path]
        learnt = calibrated(others)
        ratios["prompt"].append(plan.speed.raw_prompt * learnt.prompt / speeds.prompt)
        ratios["decode"].append(plan.speed.raw_decode * learnt.decode / speeds.decode)
    detail = "; ".join(
        f"{path.stem}: prompt {rounded(speeds.prompt):g}, decode {rounded(speeds.decode):g} tok/s"
        f" ({_range([run.prompt for run in rounds[path]])}, "
        f"{_range([run.decode for run in rounds[path]])})"
        for path, (_, speeds) in seen.items()
    )
    for what, found in ratios.items():
        worst = max(found, key=lambda ratio: abs(ratio - 1))
        yield Figure(
            f"Predicted ÷ measured {what}, calibrated by the other three models: furthest from 1",
            abs(worst - 1),
            0.15,
            "at most",
            detail=f"ratios {', '.join(f'{ratio:.2f}' for ratio in found)}; {detail}",
        )


def _range(values: list[float]) -> str:
    return f"{rounded(min(values)):g} to {rounded(max(values)):g}"


def _middle(runs: list[Speeds]) -> Speeds:
    return Speeds(
        statistics.median(run.prompt for run in runs),
        statistics.median(run.decode for run in runs),
    )


def _observed(plan: Plan, speeds: Speeds) -> Observation:
    return Observation(plan.speed.raw_prompt, speeds.prompt, plan.speed.raw_decode, speeds.decode)


def _tuned(models: list[Path], hardware: Hardware, folder: Path) -> Iterator[Figure]:
    ratios, details = [], []
    for path in models:
        planner = _planner(path, hardware, Calibration())
        tuner = Tuner(
            planner,
            Wishes(N_CTX),
            str(path),
            lambda: EngineProcess(folder / "tune.log"),
            on_trial=lambda _plan, _trial: None,
        )
        result = tuner.run()
        assert result.best is not None
        tuned = result.best.plan.placement
        grid = dict.fromkeys((*_grid(tuned, hardware.host.cores), tuned))
        once = {placement: timed(path, placement, folder).turn_s for placement in grid}
        near = sorted(once, key=lambda placement: once[placement])[:FINALISTS]
        # The best then take turns with the tuned one, so that a slow minute meets all.
        rounds: dict[Placement, list[float]] = {placement: [] for placement in (*near, tuned)}
        for _ in range(ROUNDS):
            for placement, turns in rounds.items():
                turns.append(timed(path, placement, folder).turn_s)
        best = {placement: statistics.median(turns) for placement, turns in rounds.items()}
        swept = min(best.values())
        ratios.append(best[tuned] / swept)
        details.append(
            f"{path.stem}: {len(result.trials)} tried, tuned {best[tuned]:.2f} s "
            f"({tuned.n_threads} threads, ubatch {tuned.n_ubatch}, "
            f"{'repacked' if tuned.use_extra_bufts else 'as in the file'}), "
            f"best of {len(grid)} {swept:.2f} s"
        )
    detail = "; ".join(details)
    yield Figure(
        "Tuned turn ÷ best of threads, ubatch and repacking, geometric mean",
        statistics.geometric_mean(ratios),
        1.05,
        "at most",
        detail=detail,
    )
    yield Figure("… worst", max(ratios), 1.10, "at most", detail=f"{len(ratios)} models")


def _grid(base: Placement, cores: int) -> Iterator[Placement]:
    for n_threads, n_ubatch, repack in product(range(1, cores + 1), UBATCHES, (True, False)):
        yield replace(
            base, n_threads=n_threads, n_ubatch=n_ubatch, n_batch=512, use_extra_bufts=repack
        )


def timed(path: Path, placement: Placement, folder: Path) -> Speeds:
    """The faster of two runs in a fresh worker."""
    events: queue.Queue[EngineEvent] = queue.Queue()
    engine = EngineProcess(folder / "timed.log")
    engine.start(events.put)
    try:
        engine.send(Load(1, str(path), placement=placement))
        _wait(events, Loaded)
        runs = []
        for number in (2, 3):
            engine.send(Measure(number, PROMPT_TOKENS, DECODE_TOKENS))
            runs.append(_wait(events, Measured))
    finally:
        engine.stop()
    return Speeds(
        max(run.prompt_tokens / run.prompt_s for run in runs),
        max(run.decode_tokens / run.decode_s for run in runs),
    )


def _wait(events: queue.Queue[EngineEvent], wanted: type) -> EngineEvent:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        event = events.get(timeout=max(0.1, until_s - time.monotonic()))
        if isinstance(event, wanted):
            return event
        if isinstance(event, Exited | Failed):
            raise RuntimeError(f"the engine ended: {event}")
