"""Rows of the database as the values the session shows, and values as what a row can hold."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from app.session_state import MessageView
from runtime.errors import Problem
from runtime.protocol.messages import GenerationStats

_LOG = logging.getLogger(__name__)
MESSAGE_COLUMNS = "id, role, text, status, model_id, stats, problem"


@dataclass(frozen=True)
class ModelUse:
    """When a model answered last, in Unix time, and the newest answer's numbers with a speed."""

    model_id: str
    at_s: float
    stats: GenerationStats | None


T = TypeVar("T", GenerationStats, Problem)


def message_view(row: tuple[object, ...]) -> MessageView:
    """A row of MESSAGE_COLUMNS. An answer still marked as running was cut off: it is stopped."""
    id_, role, text, status, model_id, stats, problem = row
    shown = "stopped" if status == "running" else status
    return MessageView(
        id_,  # type: ignore[arg-type]
        role,  # type: ignore[arg-type]
        text,  # type: ignore[arg-type]
        shown,  # type: ignore[arg-type]
        model_id,  # type: ignore[arg-type]
        from_json(stats, GenerationStats),
        from_json(problem, Problem),
    )


def from_json(text: object, kind: type[T]) -> T | None:
    """What is stored, None for nothing or for what another version wrote differently."""
    if not isinstance(text, str):
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        _LOG.info("a stored %s is left out: %s", kind.__name__, error)
        return None


def to_json(value: GenerationStats | Problem | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def storable(text: str) -> str:
    """`text` as SQLite can keep it: halves of a surrogate pair alone become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
