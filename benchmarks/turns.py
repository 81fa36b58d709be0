"""Time to first token of a tenth turn, against the same prompt from scratch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.coterie_engine import CoterieEngine, engine
from benchmarks.figure import Figure, listed, median
from runtime.protocol.messages import ChatMessage

TURNS = 10
ROUNDS = 3
ANSWER_TOKENS = 40
REPLY = "That is a good question, and there is more than one way to look at it. " * 3


def measure(model: Path, folder: Path) -> Iterator[Figure]:
    """The first run of a conversation fills the cache; a fresh engine reads it whole."""
    with_cache: list[float] = []
    from_scratch: list[float] = []
    prompt_tokens = 0
    for _ in range(ROUNDS):
        with engine(model, folder) as running:
            messages = _nine_turns(running)
            stats = running.ask(messages, 4)
            prompt_tokens = stats.prompt_tokens
            with_cache.append(stats.ttft_s or 0.0)
        with engine(model, folder) as running:
            from_scratch.append(running.ask(messages, 4).ttft_s or 0.0)
    yield Figure(
        "TTFT of a 10th turn ÷ the same prompt from scratch",
        median(with_cache) / median(from_scratch),
        0.2,
        "at most",
        detail=f"{listed(with_cache)} s against {listed(from_scratch)} s, {prompt_tokens} tokens",
    )


def _nine_turns(running: CoterieEngine) -> tuple[ChatMessage, ...]:
    messages: tuple[ChatMessage, ...] = ()
    for number in range(1, TURNS):
        messages += (ChatMessage("user", f"Question {number}: what do you think of it?"),)
        running.ask(messages, ANSWER_TOKENS)
        messages += (ChatMessage("assistant", REPLY),)
    return (*messages, ChatMessage("user", "And what should I do now?"))
