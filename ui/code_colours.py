"""Lays the colours of code over its blocks, from a thread that reads the code."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCharFormat, QTextDocument, QTextLayout
from shiboken6 import isValid

from app.in_background import InBackground
from runtime.errors import Problem
from ui import code_highlight
from ui.answer_markdown import CodeFrame, code_text
from ui.code_highlight import Kind, Span
from ui.theme import Theme

_LINES_AT_ONCE = 40
# The text is on the screen before a thread that reads code takes time from it.
_AFTER_MS = 30
# Hue is kept for data: code has three tones of ink.
_COLORS: dict[Kind, str] = {
    "comment": "text.tertiary",
    "literal": "text.tertiary",
    "keyword": "text.secondary",
}


class CodeColours:
    """One piece of code after the other; the document's text is not touched."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document, self._theme = document, theme
        self._waiting: deque[CodeFrame] = deque()
        self._reading: InBackground | None = None
        self._round = 0

    def color(self, frame: CodeFrame) -> None:
        """Once the code is whole: its blocks stay where they are from then on."""
        if code_highlight.is_known(frame.language, frame.code):
            self._waiting.append(frame)
            if len(self._waiting) == 1:
                turn = self._round
                QTimer.singleShot(_AFTER_MS, lambda: self._begin(turn))

    def forget(self) -> None:
        self._waiting.clear()
        self._round += 1
        if self._reading is not None:
            self._reading.forget()

    def _begin(self, turn: int) -> None:
        if turn == self._round and isValid(self._document):
            self._read_next()

    def _read_next(self) -> None:
        if not self._waiting:
            return
        if self._reading is None:
            self._reading = InBackground()
        frame, turn = self._waiting[0], self._round
        code = code_text(self._document, frame.first, frame.last)
        self._reading.run(
            lambda: code_highlight.spans(frame.language, code),
            lambda spans: self._lay(frame, spans, turn),
            lambda _problem: self._skip(_problem),
        )

    def _skip(self, _problem: Problem) -> None:
        self._next()

    def _next(self) -> None:
        if self._waiting:
            self._waiting.popleft()
        self._read_next()

    def _lay(self, frame: CodeFrame, spans: Sequence[Span], turn: int) -> None:
        """A few lines, then the window may do something else."""
        if turn != self._round or not isValid(self._document):
            return
        lines = [(line, list(parts)) for line, parts in groupby(spans, lambda span: span.line)]
        now, later = lines[:_LINES_AT_ONCE], lines[_LINES_AT_ONCE:]
        for line, parts in now:
            block = self._document.findBlockByNumber(frame.first + line)
            block.layout().setFormats([self._range(part) for part in parts])
        if now:
            first = self._document.findBlockByNumber(frame.first + now[0][0])
            last = self._document.findBlockByNumber(frame.first + now[-1][0])
            end = last.position() + last.length()
            self._document.markContentsDirty(first.position(), end - first.position())
        if later:
            rest = [span for _, parts in later for span in parts]
            QTimer.singleShot(0, lambda: self._lay(frame, rest, turn))
        else:
            self._next()

    def _range(self, span: Span) -> QTextLayout.FormatRange:
        part = QTextLayout.FormatRange()
        part.start, part.length = span.start, span.length
        part.format = self._format(span.kind)
        return part

    def _format(self, kind: Kind) -> QTextCharFormat:
        char = QTextCharFormat()
        char.setForeground(self._theme.color(_COLORS[kind]))
        char.setFontItalic(kind == "comment")
        return char
