"""Coterie's own engine for the benchmarks: the worker, as the window uses it."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runtime.engine_process import WORKER_COMMAND, EngineEvent, EngineProcess, Exited
from runtime.protocol.frames import Failed, Finished, Generate, Load, Loaded
from runtime.protocol.messages import ChatMessage, GenerationStats, Sampling

PROMPT = "Write a long story about a voyage by sea."
PATIENCE_S = 600.0


class CoterieEngine:
    """A worker with a model. `n_threads` 0 lets it adapt."""

    def __init__(
        self,
        model: Path,
        log: Path,
        *,
        n_threads: int = 0,
        n_ctx: int = 4096,
        capture_experts: bool = False,
        command: Sequence[str] = WORKER_COMMAND,
    ) -> None:
        self._events: queue.Queue[EngineEvent] = queue.Queue()
        self._engine = EngineProcess(log, command)
        self._engine.start(self._events.put)
        self._request_id = 1
        self._engine.send(Load(1, str(model), n_ctx, n_threads, capture_experts=capture_experts))
        self._wait(Loaded)

    def ask(
        self, messages: str | tuple[ChatMessage, ...], max_tokens: int, temperature: float = 0.0
    ) -> GenerationStats:
        if isinstance(messages, str):
            messages = (ChatMessage("user", messages),)
        self._request_id += 1
        sampling = Sampling(temperature=temperature, seed=1)
        self._engine.send(
            Generate(self._request_id, messages, sampling, time.monotonic(), max_tokens)
        )
        finished: Finished = self._wait(Finished)
        return finished.stats

    def decode_tokens_per_s(self, tokens: int) -> float:
        """One answer's decode speed."""
        speed = self.ask(PROMPT, tokens).decode_tokens_per_s
        assert speed is not None
        return speed

    def stop(self) -> None:
        self._engine.stop()

    def _wait(self, wanted: type) -> EngineEvent:
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            if isinstance(event, wanted):
                return event
            if isinstance(event, Exited | Failed):
                raise RuntimeError(f"the engine ended: {event}")


@contextmanager
def engine(
    model: Path, folder: Path, *, n_threads: int = 0, capture_experts: bool = False
) -> Iterator[CoterieEngine]:
    """A worker for the time of a measurement."""
    running = CoterieEngine(
        model, folder / "engine.log", n_threads=n_threads, capture_experts=capture_experts
    )
    try:
        yield running
    finally:
        running.stop()
