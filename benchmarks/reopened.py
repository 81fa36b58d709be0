"""Time to first token in a reopened long chat, against reading it again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks.coterie_engine import CoterieEngine
from benchmarks.figure import Figure, listed, median
from runtime.protocol.frames import (
    CountTokens,
    Finished,
    Generate,
    SaveState,
    StateSaved,
    TokenCounts,
)
from runtime.protocol.messages import ChatMessage, GenerationStats, Sampling

CHAT_TOKENS = 8_000
N_CTX = 8_192
ROUNDS = 3
ANSWER_TOKENS = 4
REPLY = "That is a good question, and there is more than one way to look at it. " * 12
NEXT = ChatMessage("user", "And what should I do now?")


class _Engine(CoterieEngine):
    """Saves and takes up states too."""

    def __init__(self, model: Path, log: Path) -> None:
        super().__init__(model, log, n_ctx=N_CTX)
        self._ids = count(1_000)

    def tokens_of(self, text: str) -> int:
        self._engine.send(CountTokens(next(self._ids), (text,)))
        counted: TokenCounts = self._wait(TokenCounts)
        return counted.counts[0]

    def save(self, path: Path) -> StateSaved:
        self._engine.send(SaveState(next(self._ids), str(path)))
        saved: StateSaved = self._wait(StateSaved)
        return saved

    def go_on(self, messages: tuple[ChatMessage, ...], state: Path | str) -> GenerationStats:
        sampling = Sampling(temperature=0)
        self._engine.send(
            Generate(
                next(self._ids),
                messages,
                sampling,
                time.monotonic(),
                ANSWER_TOKENS,
                state_path=str(state),
            )
        )
        finished: Finished = self._wait(Finished)
        return finished.stats


def measure(model: Path, folder: Path) -> Iterator[Figure]:
    """A chat is read and saved; then fresh workers go on with it, with its state and without."""
    path = folder / "reopened.kv"
    log = folder / "engine.log"
    running = _Engine(model, log)
    messages = _long_chat(running)
    running.go_on(messages, "")
    saved = running.save(path)
    running.stop()
    ttfts_s: dict[str, list[float]] = {str(path): [], "": []}
    stats = None
    for _ in range(ROUNDS):
        for state, found_s in ttfts_s.items():
            running = _Engine(model, log)
            stats = running.go_on((*messages, ChatMessage("assistant", "Rest."), NEXT), state)
            running.stop()
            found_s.append(stats.ttft_s or 0.0)
            assert (stats.cached_tokens > CHAT_TOKENS - 500) == bool(state)
    assert stats is not None
    with_state, read_again = ttfts_s.values()
    yield Figure(
        f"First token in a reopened chat of {stats.prompt_tokens:,} tokens ÷ reading it again",
        median(with_state) / median(read_again),
        0.1,
        "at most",
        detail=(
            f"{listed(with_state)} s against {listed(read_again)} s; "
            f"the state is {saved.file_bytes / (1 << 20):.0f} MiB"
        ),
    )


def _long_chat(running: _Engine) -> tuple[ChatMessage, ...]:
    """Questions and replies of about `CHAT_TOKENS` tokens, ending in a question."""
    messages: tuple[ChatMessage, ...] = ()
    tokens = 0
    for number in count(1):
        turn = (
            ChatMessage("user", f"Question {number}: what do you think of it?"),
            ChatMessage("assistant", REPLY),
        )
        # The chat format adds five tokens to each message.
        tokens += sum(running.tokens_of(message.content) + 5 for message in turn)
        if tokens > CHAT_TOKENS - 100:
            break
        messages += turn
    return (*messages, NEXT)
