"""One engine at a time for whoever needs it, with a second try when weight repacking crashes it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec.structs import replace

from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.errors import CoterieError
from runtime.exit_reasons import is_fault
from runtime.protocol.frames import (
    USUAL_GATHER_S,
    Cancel,
    CountTokens,
    Failed,
    Finished,
    Generate,
    Load,
    Loaded,
    Pace,
    SaveState,
)
from runtime.protocol.messages import ChatMessage, Reasoning, Sampling
from runtime.protocol.placement import Placement


class RepackingMemory(Protocol):
    """Where it is kept that repacking crashes this engine build on this machine (`QuirksFile`)."""

    @property
    def repacking_crashes(self) -> bool: ...

    def remember_repacking_crashes(self) -> None: ...


@dataclass(frozen=True)
class Arrival:
    """An event as it came in, with the number of the engine that sent it."""

    engine_number: int
    event: EngineEvent


@dataclass(frozen=True)
class Retrying:
    """The engine crashed on its first use of repacked weights and was started again without."""

    request_id: int


HostEvent = EngineEvent | Retrying
DEFAULT_REASONING = Reasoning()
Stage = Literal["loading", "first answer", "proven"]


class EngineHost:
    """Starts, loads, answers, stops. Not thread-safe: one thread calls it.

    Engines post their events from threads of their own through `post`, which must be thread-safe;
    the owner then gives each arrival to `handle` and acts on what that returns.
    """

    def __init__(
        self,
        new_engine: Callable[[], Engine],
        repacking: RepackingMemory,
        post: Callable[[Arrival], None],
    ) -> None:
        self._new_engine = new_engine
        self._repacking = repacking
        self._post = post
        self._request_ids = itertools.count(1)
        self._engine: Engine | None = None
        self._engine_number = 0
        self._load: Load | None = None
        self._stage: Stage = "loading"
        self._pace: Pace | None = None
        # The stage at which repacked weights crashed; passing it without them proves the cause.
        self._crashed_at: Stage | None = None

    @property
    def pid(self) -> int | None:
        return self._engine.pid if self._engine else None

    def load(
        self,
        path: str,
        *,
        n_ctx: int = 0,
        n_threads: int = 0,
        placement: Placement | None = None,
        capture_experts: bool = False,
    ) -> int:
        """Replace whatever runs by `path` in a fresh worker; returns the request's id.

        `CoterieError` when no worker can be started.
        """
        repack = self._crashed_at is None and not self._repacking.repacking_crashes
        request = Load(
            next(self._request_ids),
            path,
            n_ctx,
            n_threads,
            use_extra_bufts=repack,
            placement=placement,
            capture_experts=capture_experts,
        )
        self._start(request)
        return request.request_id

    def generate(
        self,
        messages: tuple[ChatMessage, ...],
        sampling: Sampling,
        *,
        max_tokens: int = 0,
        drop_oldest: bool = False,
        reasoning: Reasoning = DEFAULT_REASONING,
        state_path: str = "",
    ) -> int:
        """Ask for an answer; returns its id. `CoterieError` when it is too long to send."""
        request_id = next(self._request_ids)
        if self._engine is not None:
            now_s = time.monotonic()
            self._engine.send(
                Generate(
                    *(request_id, messages, sampling, now_s, max_tokens, drop_oldest),
                    *(reasoning, state_path),
                )
            )
        return request_id

    def count_tokens(self, texts: tuple[str, ...]) -> int:
        """Ask how many tokens each has; returns the request's id. `CoterieError` as above."""
        request_id = next(self._request_ids)
        if self._engine is not None:
            self._engine.send(CountTokens(request_id, texts))
        return request_id

    def save_state(self, path: str) -> int:
        """Ask to keep what was read in the file at `path`; returns the request's id."""
        request_id = next(self._request_ids)
        if self._engine is not None:
            self._engine.send(SaveState(request_id, path))
        return request_id

    def cancel(self, request_id: int) -> None:
        if self._engine is not None:
            self._engine.send(Cancel(request_id))

    def gather(self, gather_s: float | None) -> None:
        """Have the text of answers come no more often than that; None is as often as is usual."""
        pace = None if gather_s is None else Pace(gather_s)
        if pace == self._pace:
            return
        self._pace = pace
        if self._engine is not None:
            self._engine.send(pace or Pace(USUAL_GATHER_S))

    def stop(self) -> None:
        """End the engine; nothing it still sends is heard."""
        engine, self._engine = self._engine, None
        self._engine_number += 1
        if engine is not None:
            engine.stop()

    def handle(self, arrival: Arrival) -> HostEvent | None:
        """What the owner should act on, None for an engine that is no longer ours."""
        if arrival.engine_number != self._engine_number:
            return None
        event = arrival.event
        match event:
            case Exited():
                self._engine = None
                return self._after_exit(event)
            case Loaded():
                self._passed("loading", "first answer")
            case Finished():
                self._passed("first answer", "proven")
        return event

    def _passed(self, stage: Stage, now: Stage) -> None:
        if self._crashed_at == stage:
            self._repacking.remember_repacking_crashes()
            self._crashed_at = None
        if self._stage == stage:
            self._stage = now

    def _after_exit(self, event: Exited) -> HostEvent:
        load = self._load
        repacked = load is not None and load.use_extra_bufts
        if load is None or not repacked or not is_fault(event) or self._stage == "proven":
            return event
        self._crashed_at = self._stage
        if self._stage != "loading":
            return event
        try:
            self._start(replace(load, use_extra_bufts=False))
        except CoterieError as error:
            return Failed(load.request_id, error.problem)
        return Retrying(load.request_id)

    def _start(self, request: Load) -> None:
        self.stop()
        self._load = request
        self._stage = "loading"
        number = self._engine_number
        engine = self._new_engine()
        engine.start(lambda event: self._post(Arrival(number, event)))
        self._engine = engine
        engine.send(request)
        if self._pace is not None:
            engine.send(self._pace)
