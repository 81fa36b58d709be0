"""Writes an answer into its document: what is finished for good, and a tail that is taken away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from ui import answer_markdown as markdown
from ui.answer_chunks import Chunk, Fence
from ui.answer_markdown import CodeFrame
from ui.theme import Theme

_MOVE = QTextCursor.MoveOperation


class AnswerWriter:
    """`fence` is the one that is open. `tone` names the colour of all text, "" for the usual."""

    def __init__(self, document: QTextDocument, theme: Theme, tone: str = "") -> None:
        self._document, self._theme, self._tone = document, theme, tone
        self.fence: Fence | None = None
        self._done: list[CodeFrame] = []
        self._open: CodeFrame | None = None
        self._tail_frames: list[CodeFrame] = []
        self._finished: list[CodeFrame] = []
        self._lines: list[str] = []
        self._fresh = False  # the open frame's only block has no line yet
        self._tail_from: int | None = None

    @property
    def frames(self) -> list[CodeFrame]:
        opened = [self._open] if self._open is not None else []
        return [*self._done, *opened, *self._tail_frames]

    @property
    def ends_with_code(self) -> bool:
        frames = self.frames
        return bool(frames) and frames[-1].last == self._document.blockCount() - 1

    def take_finished(self) -> list[CodeFrame]:
        """The frames whose code has become whole since the last time."""
        finished, self._finished = self._finished, []
        return finished

    def clear(self) -> None:
        self._document.clear()
        self._done, self._tail_frames, self._finished = [], [], []
        self.fence = self._open = self._tail_from = None
        markdown.make_room_above(self._document)

    # For good

    def write_markdown(self, text: str) -> None:
        first = markdown.append_markdown(self._document, self._theme, text)
        self._tint(first)
        frames = markdown.code_frames(self._document, first)
        self._done += frames
        self._finished += frames
        markdown.make_room_above(self._document)

    def write_plain(self, text: str) -> None:
        first = self._document.blockCount()
        markdown.append_plain(self._document, self._theme, text)
        self._tint(first)

    def write_code(self, chunk: Chunk) -> None:
        assert chunk.fence is not None
        if chunk.opens:
            self._open_code(chunk.fence)
            return
        if chunk.text or not chunk.closes:
            self._lines += chunk.text.split("\n")
            self._append_lines(chunk.text)
        if chunk.closes:
            self._close_code()
        else:
            self._measure_code()

    def _open_code(self, fence: Fence) -> None:
        style, char = markdown.code_formats(self._theme, fence.language, first=True, last=False)
        cursor = markdown.new_block(self._document)
        cursor.setBlockFormat(style)
        cursor.setBlockCharFormat(char)
        self.fence, self._fresh, self._lines = fence, True, []
        number = cursor.block().blockNumber()
        self._open = CodeFrame(number, number, fence.language)
        markdown.make_room_above(self._document)

    def _append_lines(self, text: str) -> None:
        """`text` may be many lines; the first goes into a fresh block."""
        assert self.fence is not None
        style, char = markdown.code_formats(
            self._theme, self.fence.language, first=False, last=False
        )
        cursor = QTextCursor(self._document)
        cursor.movePosition(_MOVE.End)
        if self._fresh:
            first, newline, text = text.partition("\n")
            cursor.insertText(first, char)
            self._fresh = False
            if not newline:
                return
        cursor.insertBlock(style, char)
        cursor.insertText(text, char)

    def _measure_code(self) -> None:
        assert self._open is not None
        last = self._document.blockCount() - 1
        self._open = replace(self._open, last=last, code="\n".join(self._lines))

    def _close_code(self) -> None:
        assert self._open is not None
        self._measure_code()
        style, _ = markdown.code_formats(
            self._theme, self._open.language, first=self._open.first == self._open.last, last=True
        )
        QTextCursor(self._document.lastBlock()).setBlockFormat(style)
        self._done.append(self._open)
        self._finished.append(self._open)
        self._open = self.fence = None

    # The tail

    def remove_tail(self) -> None:
        if self._tail_from is None:
            return
        cursor = QTextCursor(self._document)
        cursor.setPosition(self._tail_from)
        cursor.movePosition(_MOVE.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if self._tail_from == 0 and self._open is None:
            # The block keeps the tail's format, and its list.
            cursor.setBlockFormat(QTextBlockFormat())
            cursor.setBlockCharFormat(QTextCharFormat())
        self._tail_from = None
        self._tail_frames = []
        markdown.make_room_above(self._document)
        if self._open is not None:
            self._measure_code()

    def set_tail_markdown(self, text: str) -> None:
        self._begin_tail()
        first = markdown.append_markdown(self._document, self._theme, text)
        self._tint(first)
        self._tail_frames = markdown.code_frames(self._document, first)
        markdown.make_room_above(self._document)

    def set_tail_plain(self, text: str) -> None:
        self._begin_tail()
        first = self._document.blockCount()
        markdown.append_plain(self._document, self._theme, text)
        self._tint(first)

    def set_tail_code(self, text: str) -> None:
        """A line of code that goes on."""
        fresh = self._fresh
        self._begin_tail()
        self._append_lines(text)
        self._fresh = fresh
        self._measure_code()

    def _begin_tail(self) -> None:
        cursor = QTextCursor(self._document)
        cursor.movePosition(_MOVE.End)
        self._tail_from = cursor.position()

    def _tint(self, first: int) -> None:
        """Blocks from number `first` on in the writer's own colour."""
        if not self._tone:
            return
        char = QTextCharFormat()
        char.setForeground(self._theme.color(self._tone))
        cursor = QTextCursor(self._document.findBlockByNumber(min(first, self._last())))
        cursor.movePosition(_MOVE.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(char)

    def _last(self) -> int:
        return self._document.blockCount() - 1
