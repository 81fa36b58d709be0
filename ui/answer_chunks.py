"""Cuts Markdown that is still being written into pieces that are finished and drawn only once."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A piece is drawn at one go, so it is cut even where no paragraph ends.
MOST_CHARACTERS, MOST_LINES = 3_000, 40
LONGEST_LINE = 1_000
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*$")
_INNER_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_MATH_ENDS = {"$$": "$$", "\\[": "\\]"}


@dataclass(frozen=True)
class Fence:
    """An open fence of code: how it closes, its language and how far its lines are indented."""

    mark: str
    language: str
    indent: int = 0

    def closes(self, line: str) -> bool:
        bare = line.strip()
        return bool(bare) and set(bare) == {self.mark[0]} and len(bare) >= len(self.mark)


@dataclass(frozen=True)
class Chunk:
    """`text[start:end]`. In a `fence` it is lines of code; `opens` and `closes` say at which end
    of the code it stands, and the fence's own lines are then part of the range but not of `text`.
    """

    end: int
    text: str
    fence: Fence | None = None
    opens: bool = False
    closes: bool = False


def opened_fence(line: str) -> Fence | None:
    mark = _FENCE.match(line)
    return Fence(mark.group(2), mark.group(3), len(mark.group(1))) if mark else None


def next_chunk(text: str, start: int, fence: Fence | None, *, ended: bool) -> Chunk | None:
    """What can be drawn for good of `text` from `start` on; None while it may still change.

    `ended` says that no more text follows.
    """
    if start >= len(text):
        return None
    if fence is not None:
        return _code(text, start, fence, ended=ended)
    newline = text.find("\n", start)
    opened = opened_fence(text[start:newline]) if newline >= 0 else None
    if opened is not None:
        return Chunk(newline + 1, "", opened, opens=True)
    end = finished_length(text, start)
    if end == start:
        if ended and len(text) - start <= MOST_CHARACTERS:
            end = len(text)
        elif len(text) - start > MOST_CHARACTERS:
            end = _forced(text, start)
        else:
            return None
    elif end - start > MOST_CHARACTERS:
        end = _forced(text, start)
    return Chunk(end, text[start:end])


def finished_length(text: str, start: int) -> int:
    """Where the first block of `text` from `start` on ends that nothing to come can change.

    `start` when there is none yet. Reads no further than a piece may be long. A fence that is not
    in a list begins a piece, so that the pieces are the same however the text came.
    """
    reader = _Reader()
    position, lines = start, 0.0
    while (newline := text.find("\n", position, start + 2 * MOST_CHARACTERS)) >= 0:
        line = text[position:newline]
        if position > start and (reader.stands_before(line) or reader.ended_before(line)):
            return position
        reader.read(line)
        position = newline + 1
        lines += 0.5 if line.startswith("|") else 1  # what is left of a cut table has no head
        if reader.finished and text[start:position].strip():
            return position
        if lines >= MOST_LINES:
            return position
        if position - start > MOST_CHARACTERS:
            break
    return start


class _Reader:
    """Follows lines: whether they are in a list, in code inside of one, or in a formula."""

    def __init__(self) -> None:
        self.in_list = self.in_list_gap = self.finished = False
        self._inner = self._math_end = ""

    def stands_before(self, line: str) -> bool:
        """Whether `line` opens code of its own."""
        if self._inner or self._math_end:
            return False
        return _FENCE.match(line) is not None and not (self.in_list and line[:1] in " \t")

    def ended_before(self, line: str) -> bool:
        """Whether a list with an empty line behind it is over."""
        return self.in_list_gap and bool(line.strip()) and not self.goes_on(line)

    def goes_on(self, line: str) -> bool:
        return line[:1] in " \t" or _ITEM.match(line) is not None

    def read(self, line: str) -> None:
        bare = line.strip()
        self.finished = False
        if self._inner:
            if bare and set(bare) == {self._inner[0]} and len(bare) >= len(self._inner):
                self._inner = ""
        elif self._math_end and bare:
            if bare.endswith(self._math_end):
                self._math_end = ""
        elif not bare:
            self._math_end = ""
            self.finished = not self.in_list
            self.in_list_gap = self.in_list
        else:
            self._read_text(line, bare)

    def _read_text(self, line: str, bare: str) -> None:
        self.in_list_gap = False
        if _ITEM.match(line):
            self.in_list = True
        inner = _INNER_FENCE.match(line)
        if inner:
            self._inner = inner.group(1)
            return
        for opening, closing in _MATH_ENDS.items():
            if bare.startswith(opening) and not bare[2:].endswith(closing):
                self._math_end = closing


def _forced(text: str, start: int) -> int:
    """The end of the last line, or word, that still fits."""
    limit = start + MOST_CHARACTERS
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, start + 1, limit)
        if at > start:
            return at + len(mark)
    return min(limit, len(text))


def _code(text: str, start: int, fence: Fence, *, ended: bool) -> Chunk | None:
    """Whole lines up to the closing fence, or as many as a piece may have."""
    lines: list[str] = []
    position = start
    while (newline := text.find("\n", position, start + 2 * MOST_CHARACTERS)) >= 0:
        line = text[position:newline]
        if fence.closes(line):
            return Chunk(newline + 1, "\n".join(lines), fence, closes=True)
        lines.append(_outdented(line, fence.indent))
        position = newline + 1
        if position - start > MOST_CHARACTERS or len(lines) == MOST_LINES:
            return Chunk(position, "\n".join(lines), fence)
    if len(text) - position > MOST_CHARACTERS:
        if lines:
            return Chunk(position, "\n".join(lines), fence)
        return Chunk(start + LONGEST_LINE, text[start : start + LONGEST_LINE], fence)
    rest = text[position:]
    if ended:
        if fence.closes(rest):
            return Chunk(len(text), "\n".join(lines), fence, closes=True)
        if rest:
            lines.append(_outdented(rest, fence.indent))
        return Chunk(len(text), "\n".join(lines), fence, closes=True)
    return Chunk(position, "\n".join(lines), fence) if position > start else None


def _outdented(line: str, indent: int) -> str:
    blank = len(line) - len(line.lstrip(" "))
    return line[min(indent, blank) :]
