"""How a message with files reads to the model: each file fenced under its name, then the words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from app.attachments.kinds import kind_of
from app.attachments.names import shown_name
from app.session_state import Attachment

SHORTEST_FENCE = 3


def with_attachments(text: str, attachments: Iterable[Attachment]) -> str:
    """Files come first, so that a question stands next to its answer. Those with a problem or
    without text are left out.
    """
    parts = [_shown(one) for one in attachments if one.problem is None and one.text]
    return "\n\n".join([*parts, text] if text else parts)


def fence_around(text: str) -> str:
    """A fence that nothing in `text` can close."""
    runs = re.findall("`+", text)
    return "`" * max(SHORTEST_FENCE, 1 + max(map(len, runs), default=0))


def _shown(attachment: Attachment) -> str:
    name, text = shown_name(attachment.name), attachment.text
    fence = fence_around(text)
    end = "" if text.endswith("\n") else "\n"
    language = "" if attachment.kind == "pdf" else kind_of(PurePath(name)).language
    return f"File: {name}\n{fence}{language}\n{text}{end}{fence}"
