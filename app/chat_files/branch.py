"""The one branch of a chat that is shown."""

from __future__ import annotations

from app.chat_tree import ChatTree, TreeMessage


def shown_branch(tree: ChatTree) -> tuple[TreeMessage, ...]:
    """From the first message to the shown one; where none is shown, to the newest everywhere."""
    by_id = {message.id: message for message in tree.messages}
    at = by_id.get(tree.shown) if tree.shown is not None else None
    if at is None:
        return _newest(tree)
    path: dict[int, TreeMessage] = {}
    while at is not None and at.id not in path:
        path[at.id] = at
        at = by_id.get(at.parent) if at.parent is not None else None
    return tuple(reversed(path.values()))


def _newest(tree: ChatTree) -> tuple[TreeMessage, ...]:
    below: dict[int | None, TreeMessage] = {}
    for message in sorted(tree.messages, key=lambda message: message.id):
        below[message.parent] = message
    path = []
    at = below.pop(None, None)
    while at is not None:
        path.append(at)
        at = below.pop(at.id, None)
    return tuple(path)
