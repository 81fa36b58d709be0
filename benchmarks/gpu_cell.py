"""One cell of the GPU benchmark: a model with so much free memory, and all that compete for it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from app.tuner import Tuner
from benchmarks.gpu_machine import GpuMachine
from benchmarks.gpu_outcome import Outcome, Results
from benchmarks.gpu_server import NOT_BUILT, ServerBench
from benchmarks.gpu_sweep import affordable, grid, shrunk
from benchmarks.gpu_worker import WorkerBench, Workload
from runtime.engine_process import EngineProcess
from runtime.placement.search import Wishes, with_expert_layers
from runtime.protocol.placement import Placement

TUNED = "tuned"
FIT_REDONE = "fit, redone"
ALL_EXPERTS = "all experts on the CPU"
SERVER_FIT = "llama-server --fit on"
SERVER_ALL_EXPERTS = "llama-server --cpu-moe"
SERVER_TUNED = "llama-server, tuned"
# Of a cell's time; what is left when a part is done early goes to the sweep, the last.
TUNING_SHARE = 0.3
ONE_SHARE = 0.15
SWEEP = "sweep"


@dataclass(frozen=True)
class Settings:
    """What is measured in every cell."""

    workloads: tuple[Workload, ...]
    ubatches: tuple[int, ...]
    n_ctx: int
    folder: Path
    server: Path | None


@dataclass
class Cell:
    """`tell` is given each outcome as it comes."""

    model: str
    path: Path
    free_gib: float
    machine: GpuMachine
    settings: Settings
    results: Results
    tell: Callable[[Outcome], None]
    seconds: float

    def __post_init__(self) -> None:
        self._until_s = time.monotonic() + self.seconds
        self._planner = self.machine.planner(self.path)
        self._wishes = Wishes(self.settings.n_ctx)
        self._new_engine = partial(EngineProcess, self.settings.folder / "engine.log")
        self._worker = WorkerBench(
            self.path,
            self._planner,
            self._new_engine,
            self.settings.workloads,
            self.machine.dry_runs(self.path),
        )

    def run(self) -> None:
        """Measure what has not been; each outcome is kept as it comes."""
        tuned = self._tuned()
        self._one(FIT_REDONE, lambda: self._planner.fit(self._wishes).placement)
        self._one(ALL_EXPERTS, self._all_experts)
        self._servers(tuned)
        self._sweep(tuned.placement or self._all_experts())

    def _blank(self, contender: str) -> Outcome:
        return Outcome(self.model, self.free_gib, contender)

    def _kept(self, contender: str) -> Outcome | None:
        return self.results.done(self.model, self.free_gib, contender)

    def _keep(self, outcome: Outcome) -> Outcome:
        self.results.keep(outcome)
        self.tell(outcome)
        return outcome

    def _part_s(self, share: float) -> float:
        """When a part that may take that share must end: never after the cell."""
        return min(self._until_s, time.monotonic() + self.seconds * share)

    def _tuned(self) -> Outcome:
        if kept := self._kept(TUNED):
            return kept
        budget_s = self.seconds * TUNING_SHARE
        tuner = Tuner(
            self._planner,
            self._wishes,
            str(self.path),
            self._new_engine,
            on_trial=lambda _plan, _trial: None,
            rpc_servers=self.machine.rpc_servers,
            budget_s=budget_s,
        )
        result = tuner.run()
        if result.best is None:
            problems = [trial.problem for trial in result.trials if trial.problem]
            text = problems[0].one_line() if problems else "no plan was measured"
            kind = problems[0].kind if problems else ""
            return self._keep(replace(self._blank(TUNED), problem=text, problem_kind=kind))
        placement = result.best.plan.placement
        for trial in result.trials:
            if trial.problem is not None:
                # A plan that was accepted and then failed counts, though another one was found.
                name = f"{TUNED}, rejected {_words(trial.plan.placement)}"
                self._keep(
                    replace(
                        self._blank(name),
                        placement=trial.plan.placement,
                        problem=trial.problem.one_line(),
                        problem_kind=trial.problem.kind,
                    )
                )
        return self._measure(TUNED, placement, ONE_SHARE)

    def _measure(self, contender: str, placement: Placement, share: float) -> Outcome:
        blank = self._blank(contender)
        return self._keep(self._worker.outcome(blank, placement, self._part_s(share)))

    def _one(self, contender: str, placement: Callable[[], Placement]) -> None:
        if self._kept(contender) is None:
            self._measure(contender, placement(), ONE_SHARE)

    def _all_experts(self) -> Placement:
        """What `--cpu-moe` loads, with llama-server's other defaults."""
        base = Placement(
            n_ctx=self.settings.n_ctx,
            n_batch=2048,
            n_threads=self.machine.hardware.host.cores,
        )
        count = len(self._planner.layout.expert_layers)
        return with_expert_layers(self._planner.situation, base, count)

    def _servers(self, tuned: Outcome) -> None:
        contenders = dict(self._server_arguments(tuned))
        for contender, arguments in contenders.items():
            if self._kept(contender):
                continue
            if self.settings.server is None:
                reason = replace(self._blank(contender), problem=NOT_BUILT, problem_kind="skipped")
                self._keep(reason)
                continue
            bench = self._server_bench(self.settings.server)
            blank = self._blank(contender)
            self._keep(bench.outcome(blank, arguments, self._part_s(ONE_SHARE)))

    def _server_bench(self, program: Path) -> ServerBench:
        log = self.settings.folder / "llama-server.log"
        return ServerBench(program, log, self.settings.workloads)

    def _server_arguments(self, tuned: Outcome) -> Iterator[tuple[str, tuple[str, ...]]]:
        own = ("-m", str(self.path), "-c", str(self.settings.n_ctx))
        yield SERVER_FIT, own
        yield SERVER_ALL_EXPERTS, (*own, "--cpu-moe")
        if tuned.placement is not None:
            yield SERVER_TUNED, tuple(shlex.split(tuned.command)[1:])

    def _sweep(self, base: Placement) -> None:
        """As much of the grid as there is time for; what was measured before costs none."""
        points = [
            point
            for point in grid(self._planner, base, self.settings.ubatches)
            if self._kept(sweep_name(point)) is None
        ]
        while points:
            began_s = time.monotonic()
            self._measure(sweep_name(points[0]), points[0], 1.0)
            point_s = time.monotonic() - began_s
            left_s = self._until_s - time.monotonic()
            if left_s < point_s:
                return
            points = list(shrunk(tuple(points[1:]), affordable(left_s, point_s)))


def sweep_name(placement: Placement) -> str:
    return f"{SWEEP}: {_words(placement)}"


def _words(placement: Placement) -> str:
    layers = len(placement.cpu_expert_layers)
    return f"{layers} expert layers on the CPU, ubatch {placement.n_ubatch}"
