"""A whole chat with all its branches, as it is exported, imported and kept."""

from __future__ import annotations

import msgspec

from app.chat_settings import ChatSettings
from runtime.protocol.messages import GenerationStats, Role


class TreeAttachment(msgspec.Struct, frozen=True):
    """A file's text as it went to the model."""

    name: str
    kind: str
    text: str
    file_bytes: int = 0


class TreeMessage(msgspec.Struct, frozen=True):
    """One message; `parent` is the `id` of the one before it, None for a first one.

    Ids hold only within the tree. Times are Unix seconds.
    """

    id: int
    parent: int | None
    role: Role
    text: str
    created_at_s: float = 0.0
    status: str = "complete"
    model_id: str | None = None
    reasoning: str = ""
    stats: GenerationStats | None = None
    attachments: tuple[TreeAttachment, ...] = ()


class ChatTree(msgspec.Struct, frozen=True):
    """`shown` is the last message of the branch that is shown; `folder` a name, "" for none."""

    title: str
    messages: tuple[TreeMessage, ...]
    shown: int | None = None
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
    pinned: bool = False
    folder: str = ""
    settings: ChatSettings = ChatSettings()
