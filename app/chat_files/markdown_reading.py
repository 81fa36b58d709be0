"""Takes in a chat from a Markdown document that `markdown_writing` wrote."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.chat_files.marks import FORMAT_VERSION, ChatMark, MessageMark, first_mark
from app.chat_files.refusal import Refused
from app.chat_tree import ChatTree, TreeMessage
from runtime.language import tr

Mark = TypeVar("Mark", ChatMark, MessageMark)


def chat_in_markdown(document: str) -> ChatTree:
    """Its messages in one line, without thoughts, files and figures: those are only told of there.

    Raises Refused.
    """
    found = first_mark(document)
    if found is None:
        raise Refused(tr("it is no chat that Coterie wrote"))
    marks, said, rest = found
    head = _decoded(said, ChatMark)
    if head.version > FORMAT_VERSION:
        raise Refused(tr("a newer Coterie wrote it"))
    messages: list[TreeMessage] = []
    for said_before, text in marks.texts(rest):
        mark = _decoded(said_before, MessageMark)
        messages.append(
            TreeMessage(
                id=len(messages) + 1,
                parent=len(messages) or None,
                role=mark.role,
                text=text.removesuffix(mark.closing),
                created_at_s=mark.created_at_s,
                status=mark.status,
                model_id=mark.model_id,
            )
        )
    shown = len(messages) or None
    return ChatTree(head.title, tuple(messages), shown, head.created_at_s, head.updated_at_s)


def _decoded(said: str, kind: type[Mark]) -> Mark:
    try:
        return msgspec.json.decode(said, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Refused(tr("a hidden line in it is damaged")) from error
