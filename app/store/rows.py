"""Rows of the database as the values the session shows, and values as what a row can hold."""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from app.chat_settings import ChatSettings
from app.dashboard.run import RunFacts
from app.session_state import Attachment, MessageView
from runtime.errors import Problem
from runtime.protocol.messages import GenerationStats

_LOG = logging.getLogger(__name__)
MESSAGE_COLUMNS = (
    "id, role, text, status, model_id, stats, problem, reasoning, created_at_s, parent_id"
)
ATTACHMENT_COLUMNS = "message_id, name, kind, text, file_bytes, tokens"


@dataclass(frozen=True)
class ModelUse:
    """When a model answered last, in Unix time, and the newest answer's numbers with a speed."""

    model_id: str
    at_s: float
    stats: GenerationStats | None


T = TypeVar("T", GenerationStats, Problem, RunFacts)
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (GenerationStats, Problem, RunFacts)
}


@contextmanager
def many_at_once() -> Iterator[None]:
    """For turning thousands of rows into values, none of which is garbage yet.

    Python's collector would look through them again and again: a third of the time for 10,000.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def message_view(
    row: tuple[Any, ...], place: tuple[int, int], attachments: tuple[Attachment, ...]
) -> MessageView:
    """A row of MESSAGE_COLUMNS. An answer still marked as running was cut off: it is stopped."""
    id_, role, text, status, model_id, stats, problem, reasoning, created_at_s, _ = row
    return MessageView(
        id_,
        role,
        text,
        "stopped" if status == "running" else status,
        model_id,
        None if stats is None else from_json(stats, GenerationStats),
        None if problem is None else from_json(problem, Problem),
        reasoning,
        *place,
        attachments,
        created_at_s,
    )


def from_json(text: object, kind: type[T]) -> T | None:
    """What is stored, None for nothing or for what another version wrote differently."""
    if not isinstance(text, str):
        return None
    try:
        found: T = _DECODERS[kind].decode(text)
    except msgspec.MsgspecError as error:
        _LOG.info("a stored %s is left out: %s", kind.__name__, error)
        return None
    return found


def to_json(value: msgspec.Struct | None) -> str | None:
    if value is None:
        return None
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return storable(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))


def settings_from_json(text: str) -> ChatSettings:
    """What is stored; each setting that another version wrote differently is the default."""
    if not text:
        return ChatSettings()
    try:
        return msgspec.json.decode(text, type=ChatSettings)
    except msgspec.MsgspecError as error:
        _LOG.info("stored settings are taken one by one: %s", error)
    try:
        stored = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return ChatSettings()
    kept: dict[str, Any] = {}
    for setting in msgspec.structs.fields(ChatSettings):
        try:
            kept[setting.name] = msgspec.json.decode(stored[setting.name], type=setting.type)
        except (KeyError, msgspec.MsgspecError):
            continue
    return ChatSettings(**kept)


def storable(text: str) -> str:
    """`text` as SQLite can keep it: halves of a surrogate pair alone become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
