"""Chats out of conversations.json, as ChatGPT exports them.

Each chat there is a tree of nodes; those that show nothing (system notes, calls of tools and what
they gave) are left out, and what follows them moves up.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

import msgspec

from app.chat_tree import ChatTree, TreeMessage
from runtime.language import marked, tr
from runtime.protocol.messages import Role

PICTURE = marked("[picture]")
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


class _Author(msgspec.Struct, frozen=True):
    role: str = ""


class _Part(msgspec.Struct, frozen=True):
    """What is not text: a picture or a recording."""

    text: str | None = None


class _Content(msgspec.Struct, frozen=True):
    content_type: str = "text"
    parts: tuple[str | _Part | None, ...] | None = None


class _Metadata(msgspec.Struct, frozen=True):
    model_slug: str | None = None
    is_visually_hidden_from_conversation: bool | None = None


class _Message(msgspec.Struct, frozen=True):
    author: _Author
    content: _Content | None = None
    create_time: float | None = None
    recipient: str | None = None
    metadata: _Metadata | None = None


class _Node(msgspec.Struct, frozen=True):
    parent: str | None = None
    message: _Message | None = None


class _Chat(msgspec.Struct, frozen=True):
    mapping: dict[str, _Node]
    title: str | None = None
    create_time: float | None = None
    update_time: float | None = None
    current_node: str | None = None


def chats_in_chatgpt(data: bytes) -> tuple[ChatTree, ...]:
    """Those with at least one message. Raises msgspec.MsgspecError where it is not as expected."""
    chats = msgspec.json.decode(data, type=tuple[_Chat, ...])
    trees = (_tree(chat) for chat in chats)
    return tuple(tree for tree in trees if tree.messages)


def _tree(chat: _Chat) -> ChatTree:
    messages: list[TreeMessage] = []
    kept_as: dict[str | None, int | None] = {None: None}
    below = _below(chat.mapping)
    waiting: deque[str] = deque(below.get(None, ()))
    # From the first ones down; nodes that follow each other in a circle are never reached.
    while waiting:
        name = waiting.popleft()
        node = chat.mapping[name]
        parent = kept_as[node.parent if node.parent in chat.mapping else None]
        kept_as[name] = parent
        if node.message is not None and (text := _text(node.message)):
            kept_as[name] = len(messages) + 1
            messages.append(_message(node.message, len(messages) + 1, parent, text))
        waiting.extend(below.get(name, ()))
    return ChatTree(
        title=chat.title or "",
        messages=tuple(messages),
        shown=kept_as.get(chat.current_node),
        created_at_s=_time_s(chat.create_time),
        updated_at_s=_time_s(chat.update_time),
    )


def _below(mapping: dict[str, _Node]) -> dict[str | None, list[str]]:
    """The names of the nodes by their parent's, the oldest first."""
    below: dict[str | None, list[str]] = {}
    for name, node in mapping.items():
        below.setdefault(node.parent if node.parent in mapping else None, []).append(name)
    for names in below.values():
        names.sort(key=lambda name: _at_s(mapping[name]))
    return below


def _at_s(node: _Node) -> float:
    return _time_s(node.message.create_time) if node.message else 0.0


def _message(message: _Message, number: int, parent: int | None, text: str) -> TreeMessage:
    role = _ROLES[message.author.role]
    model_id = message.metadata.model_slug if message.metadata else None
    return TreeMessage(
        id=number,
        parent=parent,
        role=role,
        text=text,
        created_at_s=_time_s(message.create_time),
        model_id=model_id if role == "assistant" else None,
    )


def _text(message: _Message) -> str:
    """What a person sees of it, "" for nothing."""
    hidden = message.metadata and message.metadata.is_visually_hidden_from_conversation
    if hidden or message.author.role not in _ROLES or message.content is None:
        return ""
    if message.recipient not in (None, "all"):  # said to a tool
        return ""
    return "\n\n".join(_said(message.content.parts or ())).strip()


def _said(parts: Iterable[str | _Part | None]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, str):
            said = part
        elif part is None:
            continue
        else:
            said = part.text or tr(PICTURE)
        if said:
            yield said


def _time_s(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) else 0.0
