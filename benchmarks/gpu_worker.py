"""One placement measured in Coterie's own worker: whole turns, and the bytes it really took."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from app.dry_run import DryRuns
from app.planner import Planner
from app.tuner import LEAST_LEFT_BYTES, too_full
from benchmarks.gpu_outcome import DeviceBytes, Outcome, Turn
from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import why
from runtime.placement.memory import RAM, host_weights
from runtime.placement.objective import Objective
from runtime.placement.overrides import llama_cpp_command
from runtime.placement.plan import make_plan
from runtime.protocol.frames import Failed, Load, Loaded, Measure, Measured
from runtime.protocol.messages import DeviceMemory, MemoryUse
from runtime.protocol.placement import Placement

Wanted = TypeVar("Wanted")
OUT_OF_MEMORY = ("out of memory", "failed to allocate", "cudaMalloc failed")
TOO_SLOW = Problem("too_slow", "Too slow", "It was not done in the time there was")


@dataclass(frozen=True)
class Workload:
    """One turn. Of the answer only `decode_tokens` are timed, which stand for all of it."""

    prompt_tokens: int
    answer_tokens: int
    decode_tokens: int

    def turn(self, prompt_rate: float, decode_rate: float, predicted_s: float = 0.0) -> Turn:
        turn_s = self.prompt_tokens / prompt_rate + self.answer_tokens / decode_rate
        return Turn(
            *(self.prompt_tokens, self.answer_tokens, turn_s, prompt_rate, decode_rate),
            predicted_s,
        )


@dataclass(frozen=True)
class WorkerBench:
    """A model and what is asked of it. Tokens are made up, and none is sampled."""

    path: Path
    planner: Planner
    new_engine: Callable[[], Engine]
    workloads: tuple[Workload, ...]
    dry_runs: DryRuns

    def outcome(self, blank: Outcome, placement: Placement, until_s: float) -> Outcome:
        """`blank` filled in with what `placement` reached, or with why it reached nothing."""
        began_s = time.monotonic()
        filled = msgspec.structs.replace(
            blank, placement=placement, command=llama_cpp_command(placement, str(self.path))
        )
        engine, events = self.new_engine(), queue.SimpleQueue[EngineEvent]()
        try:
            engine.start(events.put)
            engine.send(
                Load(1, str(self.path), placement=placement, rpc_servers=self.dry_runs.rpc_servers)
            )
            loaded = _wait(events, Loaded, until_s)
            turns = tuple(
                self._turn(engine, events, placement, work, until_s) for work in self.workloads
            )
        except CoterieError as error:
            return msgspec.structs.replace(
                filled,
                problem=error.problem.one_line(),
                problem_kind=error.problem.kind,
                seconds=time.monotonic() - began_s,
            )
        finally:
            engine.stop()
        devices = self._devices(placement, loaded.memory)
        seconds = time.monotonic() - began_s
        return msgspec.structs.replace(filled, turns=turns, devices=devices, seconds=seconds)

    def _turn(
        self,
        engine: Engine,
        events: queue.SimpleQueue[EngineEvent],
        placement: Placement,
        work: Workload,
        until_s: float,
    ) -> Turn:
        engine.send(Measure(2, work.prompt_tokens, work.decode_tokens))
        found = _wait(events, Measured, until_s)
        if placement.n_gpu_layers and any(
            free_bytes < LEAST_LEFT_BYTES for free_bytes in found.gpu_free_bytes
        ):
            raise CoterieError(too_full())
        return work.turn(
            found.prompt_tokens / found.prompt_s,
            found.decode_tokens / found.decode_s,
            self.predicted_s(placement, work),
        )

    def predicted_s(self, placement: Placement, work: Workload) -> float:
        objective = Objective("benchmark", work.prompt_tokens, work.answer_tokens)
        situation = replace(self.planner.situation, objective=objective)
        return make_plan(situation, placement).turn_s

    def _devices(self, placement: Placement, memory: MemoryUse) -> tuple[DeviceBytes, ...]:
        actual = {
            device.name: device.weights_bytes + device.kv_bytes + device.compute_bytes
            for device in memory.devices
        }
        plan = self.planner.of(placement)
        planned = {use.name: use.used_bytes for use in plan.devices}
        scratch = {use.name: use.compute_bytes for use in plan.devices}
        # The log tells the stretch of the file that is mapped, not only what is read of it.
        host = plan.devices[-1]
        held = host_weights(self.planner.layout, placement, self.planner.hardware)
        planned[RAM] = held.logged_bytes + host.kv_bytes + host.compute_bytes
        if not plan.compute_is_exact:
            for device in self._dry_run(placement):
                if device.name in planned:
                    planned[device.name] += device.compute_bytes - scratch[device.name]
        return tuple(
            DeviceBytes(name, planned_bytes, actual.get(name, 0))
            for name, planned_bytes in planned.items()
        )

    def _dry_run(self, placement: Placement) -> tuple[DeviceMemory, ...]:
        """What the engine itself says before a load; nothing where it does not answer."""
        results = self.dry_runs.ask((placement,))
        return results[0].devices if results else ()


def _wait(events: queue.SimpleQueue[EngineEvent], wanted: type[Wanted], until_s: float) -> Wanted:
    """The next event of that kind; CoterieError when the worker fails, ends or takes too long."""
    while True:
        try:
            event = events.get(timeout=max(0.01, until_s - time.monotonic()))
        except queue.Empty:
            raise CoterieError(TOO_SLOW) from None
        if isinstance(event, wanted):
            return event
        if isinstance(event, Failed):
            raise CoterieError(event.problem)
        if isinstance(event, Exited):
            raise CoterieError(_ending(event))


def _ending(event: Exited) -> Problem:
    """ggml ends the process when a GPU's memory runs out in the middle of a graph."""
    if any(words in event.log_tail for words in OUT_OF_MEMORY):
        return Problem("gpu_memory", "Out of GPU memory", "The engine ended for want of memory")
    return why(event)
