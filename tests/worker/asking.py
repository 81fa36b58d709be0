"""Whole answers, thoughts included, to requests with any of their fields."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.protocol.frames import (
    CountTokens,
    Finished,
    Generate,
    SaveState,
    StateSaved,
    Text,
    TokenCounts,
)
from runtime.protocol.messages import ChatMessage, GenerationStats, Sampling
from tests.engine_client import EngineClient

# Beyond those that EngineClient gives.
_ids = itertools.count(1_000_000)


@dataclass(frozen=True)
class Said:
    """What came of one request."""

    thought: str
    text: str
    stats: GenerationStats


def ask(
    client: EngineClient,
    messages: str | tuple[ChatMessage, ...],
    *,
    max_tokens: int = 8,
    state_path: Path | str = "",
    reasoning: Any = None,
    **sampling: Any,
) -> Said:
    """The whole answer; greedy where `sampling` says nothing else."""
    if isinstance(messages, str):
        messages = (ChatMessage("user", messages),)
    how = {} if reasoning is None else {"reasoning": reasoning}
    client.send(
        Generate(
            next(_ids),
            messages,
            Sampling(**({"temperature": 0} | sampling)),
            time.monotonic(),
            max_tokens,
            state_path=str(state_path),
            **how,
        )
    )
    events = client.until(Finished)
    texts = [event for event in events if isinstance(event, Text)]
    return Said(
        "".join(event.reasoning for event in texts),
        "".join(event.text for event in texts),
        events[-1].stats,
    )


def save(client: EngineClient, path: Path) -> StateSaved:
    client.send(SaveState(next(_ids), str(path)))
    return client.wait(StateSaved)


def count(client: EngineClient, *texts: str) -> tuple[int, ...]:
    client.send(CountTokens(next(_ids), texts))
    return client.wait(TokenCounts).counts
