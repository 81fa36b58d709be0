"""An engine without a model, for work on the window: it answers from a script."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from runtime.engine_process import EngineEvent, Exited
from runtime.errors import Problem
from runtime.protocol.frames import (
    PROTOCOL_VERSION,
    Cancel,
    Command,
    CountTokens,
    Event,
    Failed,
    Finished,
    Generate,
    Hello,
    Load,
    Loaded,
    LoadProgress,
    Measure,
    Measured,
    Pace,
    PromptProgress,
    Proven,
    SaveState,
    Shutdown,
    StateSaved,
    Text,
    TokenCounts,
)
from runtime.protocol.messages import (
    DeviceMemory,
    Energy,
    FinishReason,
    GenerationStats,
    MemoryUse,
    ModelFacts,
)

MIB = 1024 * 1024
FAKE_PID = 4242
MEMORY = MemoryUse((DeviceMemory("RAM", True, 425 * MIB, 90 * MIB, 98 * MIB),), 640 * MIB)
FACTS = ModelFacts("Fake MoE", "llama", 690_000_000, 447 * MIB, 8192, 30, 8, 2)


@dataclass(frozen=True)
class Reply:
    """One scripted answer: `reasoning` and then `pieces` of text, each a token, then `reason`;
    `problem` fails it after the pieces.

    `hold` leaves the answer open after its pieces, until a cancel or `FakeEngine.finish`.
    """

    pieces: tuple[str, ...]
    reason: FinishReason = "stop"
    problem: Problem | None = None
    hold: bool = False
    reasoning: tuple[str, ...] = ()


class FakeEngine:
    """Replies on the caller's thread. `sent` records each command, in order.

    A token is four characters; a saved state is a file of `state_bytes`, or fails with
    `state_problem`. Like the real one it counts and saves when the open answer has ended.
    """

    def __init__(self, replies: Iterable[Reply] = (), *, load_holds: bool = False) -> None:
        self.replies = deque(replies)
        self.sent: list[Command] = []
        self.load_problem: Problem | None = None
        self.state_problem: Problem | None = None
        self.state_bytes = 4096
        self._held_tokens = 0
        self._waiting: deque[CountTokens | SaveState] = deque()
        self._load_holds = load_holds
        self._on_event: Callable[[EngineEvent], None] | None = None
        self._open: tuple[int, int, int] | None = None

    @property
    def pid(self) -> int | None:
        return FAKE_PID if self._on_event else None

    def start(self, on_event: Callable[[EngineEvent], None]) -> None:
        self._on_event = on_event
        self._emit(Hello(PROTOCOL_VERSION, FAKE_PID))

    def send(self, command: Command) -> None:
        self.sent.append(command)
        match command:
            case Load():
                self._load(command)
            case Generate():
                self._answer(command)
            case Measure(request_id=request_id, prompt_tokens=prompt, decode_tokens=decode):
                seconds = prompt / 120.0, decode / 40.0
                self._emit(Measured(request_id, prompt, seconds[0], decode, seconds[1], (), 2))
            case CountTokens() | SaveState():
                self._waiting.append(command)
                self._do_waiting()
            case Cancel():
                if self._open:
                    self.finish("cancelled")
            case Pace():
                pass
            case Shutdown():
                self.stop()

    def stop(self) -> None:
        self.exit(0, expected=True)

    def exit(self, returncode: int, *, expected: bool = False, log_tail: str = "") -> None:
        """End as a process would: -9 killed, -11 segmentation fault."""
        if self._on_event:
            on_event, self._on_event = self._on_event, None
            on_event(Exited(returncode, expected, log_tail))

    def finish_load(self, request_id: int) -> None:
        """Complete a load that was held."""
        self._emit(Proven(request_id))
        self._emit(Loaded(request_id, FACTS, MEMORY, 4096, 2, "fake"))

    def finish(self, reason: FinishReason = "stop") -> None:
        """Complete an answer that was held."""
        if self._open:
            request_id, tokens, thought = self._open
            self._close(tokens)
            self._emit(Finished(request_id, stats(reason, tokens, thought)))
            self._do_waiting()

    def _close(self, tokens: int) -> None:
        self._open = None
        self._held_tokens = 12 + tokens

    def _do_waiting(self) -> None:
        while self._waiting and not self._open:
            command = self._waiting.popleft()
            if isinstance(command, CountTokens):
                counts = tuple((len(text) + 3) // 4 for text in command.texts)
                self._emit(TokenCounts(command.request_id, counts))
            else:
                self._save(command)

    def _save(self, command: SaveState) -> None:
        if self.state_problem:
            self._emit(Failed(command.request_id, self.state_problem))
        elif not self._held_tokens:
            self._emit(StateSaved(command.request_id, 0, 0))
        else:
            path = Path(command.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(self.state_bytes))
            self._emit(StateSaved(command.request_id, self._held_tokens, self.state_bytes))

    def _load(self, command: Load) -> None:
        self._held_tokens = 0
        self._emit(LoadProgress(command.request_id, 0.5))
        if self.load_problem:
            self._emit(Failed(command.request_id, self.load_problem))
        elif not self._load_holds:
            self.finish_load(command.request_id)

    def _answer(self, command: Generate) -> None:
        reply = self.replies.popleft() if self.replies else Reply(("All right.",))
        self._emit(PromptProgress(command.request_id, 12, 0, 12))
        parts = [("", thought) for thought in reply.reasoning]
        parts += [(piece, "") for piece in reply.pieces]
        for count, (piece, thought) in enumerate(parts, start=1):
            speed = 40.0 if count > 1 else None
            self._emit(Text(command.request_id, piece, count, speed, 2, thought))
        self._open = (command.request_id, len(parts), len(reply.reasoning))
        if reply.problem:
            self._close(len(parts))
            self._emit(Failed(command.request_id, reply.problem))
            self._do_waiting()
        elif not reply.hold:
            self.finish(reply.reason)

    def _emit(self, event: Event) -> None:
        if self._on_event:
            self._on_event(event)


def stats(reason: FinishReason, tokens: int, thought_tokens: int = 0) -> GenerationStats:
    """The numbers of a made-up answer of so many tokens, some of them thought."""
    return GenerationStats(
        finish_reason=reason,
        prompt_tokens=12,
        cached_tokens=0,
        completion_tokens=tokens,
        ttft_s=0.1,
        prompt_tokens_per_s=120.0,
        decode_tokens_per_s=40.0,
        elapsed_s=0.5,
        n_threads=2,
        context_used=12 + tokens,
        dropped_turns=0,
        energy=Energy(2.0, "estimated", "fake"),
        memory=MEMORY,
        reasoning_tokens=thought_tokens,
        reasoning_s=thought_tokens / 40.0,
    )
