"""Chats with all their branches as one JSON document, Coterie's own format."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.chat_files.refusal import Refused
from app.chat_tree import ChatTree
from runtime.language import tr

FORMAT = "coterie-chat"
FORMAT_VERSION = 1


class ChatFile(msgspec.Struct, frozen=True):
    """The document."""

    format: str
    version: int
    chats: tuple[ChatTree, ...]


class _Head(msgspec.Struct, frozen=True):
    format: str
    version: int = 0


def as_json(trees: Iterable[ChatTree]) -> bytes:
    document = ChatFile(FORMAT, FORMAT_VERSION, tuple(trees))
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def is_ours(data: bytes) -> bool:
    """Whether it says so itself. Raises msgspec.MsgspecError where it is no JSON object."""
    return msgspec.json.decode(data, type=_Head).format == FORMAT


def chats_in_json(data: bytes) -> tuple[ChatTree, ...]:
    """Raises Refused, and msgspec.MsgspecError where it is not as it should be."""
    if msgspec.json.decode(data, type=_Head).version > FORMAT_VERSION:
        raise Refused(tr("a newer Coterie wrote it"))
    return msgspec.json.decode(data, type=ChatFile).chats
