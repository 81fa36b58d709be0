"""Whether a tree of messages holds together, and in which order it can be written."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import get_args

from app.chat_tree import ChatTree, TreeMessage
from app.store.branches import path_to
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.messages import Role


def parents_first(tree: ChatTree) -> tuple[TreeMessage, ...]:
    """By id as far as each comes after its parent. CoterieError "import_invalid" when none can."""
    ids = {message.id for message in tree.messages}
    if len(ids) != len(tree.messages):
        raise _invalid(tr("two of its messages have the same number"))
    below: dict[int | None, list[TreeMessage]] = {}
    for message in tree.messages:
        if message.role not in get_args(Role):
            raise _invalid(tr("one of its messages was written by nobody known"))
        below.setdefault(message.parent, []).append(message)
    if not below.keys() <= {None, *ids}:
        raise _invalid(tr("one of its messages follows one that is not in it"))
    ready = [(message.id, message) for message in below.get(None, ())]
    heapify(ready)
    ordered = []
    while ready:
        _, message = heappop(ready)
        ordered.append(message)
        for after in below.get(message.id, ()):
            heappush(ready, (after.id, after))
    if len(ordered) != len(ids):
        raise _invalid(tr("some of its messages follow each other in a circle"))
    return tuple(ordered)


def chosen_in(tree: ChatTree, ordered: tuple[TreeMessage, ...]) -> frozenset[int]:
    """The ids shown whenever their parent is: the way to `shown`, and the newest elsewhere."""
    newest = {message.parent: message.id for message in ordered}
    parents = {message.id: message.parent for message in ordered}
    if tree.shown in parents:
        newest |= {parents[message]: message for message in path_to(tree.shown, parents)}
    return frozenset(newest.values())


def _invalid(why: str) -> CoterieError:
    return CoterieError(
        Problem(
            "import_invalid",
            tr("A chat could not be imported"),
            tr("It is damaged or was not written by Coterie: {why}", why=why),
            tr("Export it again where it came from, then import that file."),
        )
    )
