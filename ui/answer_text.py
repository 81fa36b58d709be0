"""An answer as Markdown: what is finished is laid out once, only its open end again and again."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QTextCursor

from runtime.language import number, tr
from ui import answer_markdown as markdown
from ui.answer_chunks import Chunk, next_chunk
from ui.answer_frames import AnswerFrames, CodeCopyButton
from ui.answer_marks import paint_marks
from ui.answer_safety import MOST_DRAWN, harmless, is_monstrous
from ui.answer_writer import AnswerWriter
from ui.code_colours import CodeColours
from ui.message_text import MessageText
from ui.theme import Theme

# How much is drawn before the window may do something else.
FIRST_CHARACTERS, NEXT_CHARACTERS = 3_000, 800
LEAST_BETWEEN_S = 0.03
# Of the time between two drawings, at most this part is spent on drawing the open end.
_TAIL_SHARE = 8
_LONGEST_TAIL, _PLAIN_AT_ONCE = 1_500, 800
# However short a line is, it takes as long as this many characters.
_LINE = 50
_CARET_W, _CARET_H = 7, 15


class AnswerText(MessageText):
    """`show_running` appends what came; `show_finished` says that nothing more does."""

    def __init__(self, theme: Theme, name: str = "", tone: str = "") -> None:
        super().__init__(theme, name or tr("Answer"))
        self._text, self._source = "", ""
        self._at = 0
        self._running = self._ended = self._said_left_out = False
        self._writer = AnswerWriter(self.document(), theme, tone)
        self._frames = AnswerFrames(self)
        self._colours = CodeColours(self.document(), theme)
        self._drawn_at_s = self._tail_took_s = 0.0
        self._edit = QTextCursor(self.document())
        # Fewer for a text that comes while the person scrolls.
        self.first_characters = FIRST_CHARACTERS
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(lambda: self._draw(NEXT_CHARACTERS))
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(lambda: self._draw(NEXT_CHARACTERS))

    @property
    def text(self) -> str:
        return self._text

    @property
    def is_running(self) -> bool:
        return self._running

    @property
    def copy_buttons(self) -> list[CodeCopyButton]:
        return self._frames.buttons

    @property
    def is_drawing(self) -> bool:
        """Whether some of it is still to be drawn."""
        return self._more.isActive()

    def show_running(self, text: str) -> None:
        self._take(text)
        self._running, self._ended = True, False
        between_s = max(LEAST_BETWEEN_S, self._tail_took_s * _TAIL_SHARE)
        wait_s = self._drawn_at_s + between_s - monotonic()
        if wait_s <= 0:
            self._draw(NEXT_CHARACTERS)
        elif not self._later.isActive():
            self._later.start(round(wait_s * 1_000) + 1)

    def show_finished(self, text: str) -> None:
        self._take(text)
        self._running, self._ended = False, True
        self._later.stop()
        self._draw(self.first_characters)

    def draw_now(self) -> None:
        """What came last, without waiting for its turn."""
        if self._later.isActive():
            self._draw(NEXT_CHARACTERS)

    def draw_all(self) -> None:
        """Now, however long it takes: something in it is looked for."""
        while self._more.isActive():
            self._more.stop()
            self._draw(MOST_DRAWN)

    def restyle(self) -> None:
        """Draw anew in another palette."""
        text, running = self._text, self._running
        self._reset()
        if running:
            self.show_running(text)
        else:
            self.show_finished(text)

    def _take(self, text: str) -> None:
        """Keep what is drawn if `text` goes on from there."""
        if (self._ended and text != self._text) or not text.startswith(self._text):
            self._reset()
        new = text[len(self._text) :]
        if self._text.endswith("\r") and new.startswith("\n"):
            new = new[1:]
        self._source += harmless(new[: max(0, MOST_DRAWN - len(self._source))])
        self._text = text

    def _reset(self) -> None:
        self._more.stop()
        self._later.stop()
        self._writer.clear()
        self._colours.forget()
        self._text = self._source = ""
        self._at, self._drawn_at_s = 0, 0.0
        self._ended = self._said_left_out = False

    # Drawing

    def _draw(self, characters: int) -> None:
        """All that is finished, as far as `characters` go, and behind it the open end."""
        self._later.stop()
        self._edit.beginEditBlock()
        self._writer.remove_tail()
        is_all = self._draw_finished(characters)
        if is_all:
            began_s = monotonic()
            self._draw_tail()
            self._tail_took_s = monotonic() - began_s
        else:
            self._more.start()
        self._edit.endEditBlock()
        self._drawn_at_s = monotonic()
        self._content_changed()
        for frame in self._writer.take_finished():
            self._colours.color(frame)

    def _draw_finished(self, characters: int) -> bool:
        """Whether nothing finished is left to draw."""
        while self._at < MOST_DRAWN:
            chunk = next_chunk(self._source, self._at, self._writer.fence, ended=self._ended)
            if chunk is None:
                return True
            if chunk.fence is None and is_monstrous(chunk.text):
                chunk = _part(chunk, self._at)
                self._writer.write_plain(chunk.text)
            else:
                self._write(chunk)
            characters -= max(chunk.end - self._at, _LINE * (chunk.text.count("\n") + 2))
            self._at = chunk.end
            if characters <= 0 and self._at < len(self._source):
                return False
        left_out = len(self._text) - MOST_DRAWN
        if left_out > 0 and not self._said_left_out:
            self._said_left_out = self._ended
            self._writer.set_tail_plain(
                tr(
                    "{count} more characters are not shown here. Copying takes them all.",
                    count=number(left_out, ","),
                )
            )
        return True

    def _write(self, chunk: Chunk) -> None:
        if chunk.fence is not None:
            self._writer.write_code(chunk)
        elif chunk.text.strip():
            self._markdown(chunk.text, self._writer.write_markdown)

    def _markdown(self, text: str, write: Callable[[str], None]) -> None:
        """In one layout with what was written before, unless a table may be in it: Qt knows of a
        table only when the edit that brought it is over.
        """
        if "|" not in text:
            write(text)
            return
        self._edit.endEditBlock()
        write(text)
        self._edit.beginEditBlock()

    def _draw_tail(self) -> None:
        tail = self._source[self._at :]
        if self._at >= MOST_DRAWN or not tail.strip("\n"):
            return
        if self._writer.fence is not None:
            self._writer.set_tail_code(tail)
        elif len(tail) > _LONGEST_TAIL or is_monstrous(tail):
            self._writer.set_tail_plain(tail)
        else:
            self._markdown(tail, self._writer.set_tail_markdown)

    def heightForWidth(self, width: int) -> int:
        height = super().heightForWidth(width)
        # A document's height leaves out the margin under its last block, where the frame's foot is.
        return height + (markdown.CODE_BOTTOM_PX if self._writer.ends_with_code else 0)

    # What is painted around and over the text

    def _content_changed(self) -> None:
        self.updateGeometry()
        self._frames.show(self._writer.frames, moved=False)
        self.viewport().update()

    def laid_out(self) -> None:
        self._frames.show(self._writer.frames, moved=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._frames.paint(event)
        paint_marks(QPainter(self.viewport()), self.document(), self.theme, QRectF(event.rect()))
        super().paintEvent(event)
        if self._running:
            self._paint_caret()

    def _paint_caret(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(cursor)
        painter = QPainter(self.viewport())
        top = place.center().y() - _CARET_H / 2 + 1
        left = place.left() + 2
        painter.fillRect(
            QRectF(left, round(top), _CARET_W, _CARET_H), self.theme.color("text.primary")
        )


def _part(chunk: Chunk, start: int) -> Chunk:
    """The beginning of what is slow to lay out even as plain text."""
    end = min(chunk.end, start + _PLAIN_AT_ONCE)
    return Chunk(end, chunk.text[: end - start])
