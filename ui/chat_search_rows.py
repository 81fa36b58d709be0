"""What was found, as rows: each chat's title, and under it the places in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from app.session_state import SearchHit

BEGIN, END = "\x02", "\x03"
# What Markdown is written with and nobody reads.
_WRITTEN_MARKS = re.compile(r"\*\*|__|`|^#{1,6} ", re.MULTILINE)
Span = tuple[int, int]


class HitRow(NamedTuple):
    """`marks` are the first and the past-the-last character of each found word in `text`.

    A title leads to its chat when the words are in it; else it is a heading without a `hit`.
    """

    kind: Literal["title", "place"]
    text: str
    marks: tuple[Span, ...]
    hit: SearchHit | None


def hit_rows(hits: Iterable[SearchHit]) -> tuple[HitRow, ...]:
    """Grouped by chat, in the order in which the chats come first."""
    chats: dict[int, list[SearchHit]] = {}
    for hit in hits:
        chats.setdefault(hit.conversation_id, []).append(hit)
    rows: list[HitRow] = []
    for found in chats.values():
        named = next((hit for hit in found if hit.message_id is None), None)
        if named is None:
            rows.append(HitRow("title", found[0].title, (), None))
        else:
            text, marks = marked(named.snippet)
            # The snippet of a title may be cut short, or lack.
            whole = text == named.title
            rows.append(HitRow("title", named.title, marks if whole else (), named))
        places = (hit for hit in found if hit.message_id is not None)
        rows.extend(HitRow("place", *marked(hit.snippet), hit) for hit in places)
    return tuple(rows)


def marked(snippet: str) -> tuple[str, tuple[Span, ...]]:
    """The snippet on one line without its marks, and where they were."""
    text, marks, begin = "", [], None
    for part in _parts(_WRITTEN_MARKS.sub("", snippet)):
        if part == BEGIN:
            begin = len(text)
        elif part == END:
            if begin is not None and begin < len(text):
                marks.append((begin, len(text)))
            begin = None
        elif not (part == " " and (not text or text.endswith(" "))):
            text += part
    return text.rstrip(), tuple(marks)


def _parts(snippet: str) -> Iterable[str]:
    return (" " if character.isspace() else character for character in snippet)


def from_near(text: str, marks: tuple[Span, ...], lead: int) -> tuple[str, tuple[Span, ...]]:
    """`text` begun no more than `lead` characters before the first mark, at a word."""
    if not marks or marks[0][0] <= lead:
        return text, marks
    cut = text.find(" ", marks[0][0] - lead, marks[0][0])
    cut = marks[0][0] if cut < 0 else cut + 1
    moved = cut - 2
    return "\u2026 " + text[cut:], tuple((begin - moved, end - moved) for begin, end in marks)
