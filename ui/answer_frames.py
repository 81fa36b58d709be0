"""The frames around code in an answer: where they stand, their ground, label and Copy button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextDocument
from PySide6.QtWidgets import QApplication

from runtime.language import tr
from ui import answer_markdown as markdown
from ui.answer_markdown import CodeFrame
from ui.controls import Button
from ui.message_text import MessageText
from ui.theme import Theme

COPIED_MS = 2_000
_SIDE_PX, _COPY_ROOM_PX = 12, 100


class CodeCopyButton(Button):
    """Copies one code block; says so for two seconds."""

    def __init__(self, theme: Theme, parent: MessageText) -> None:
        super().__init__(
            theme,
            tr("Copy"),
            "quiet",
            "compact",
            icon="copy",
            name=tr("Copy code"),
            parent=parent,
        )
        self.code = ""
        self.setFont(theme.font("caption", 500))
        self.clicked.connect(self._copy)
        self.adjustSize()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.code)
        self.show_text(tr("Copied"))
        self.startTimer(COPIED_MS)

    def timerEvent(self, event) -> None:
        self.killTimer(event.timerId())
        self.show_text(tr("Copy"), tr("Copy code"))


class AnswerFrames:
    """The frames of one text, oldest first. While it grows, placed ones are left alone."""

    def __init__(self, view: MessageText) -> None:
        self._view = view
        self._placed: list[CodeFrame] = []
        self.buttons: list[CodeCopyButton] = []

    def show(self, frames: Sequence[CodeFrame], *, moved: bool) -> None:
        """`moved` says that frames shown before may stand elsewhere now."""
        while len(self.buttons) > len(frames):
            gone = self.buttons.pop()
            gone.hide()
            gone.deleteLater()
        for number, frame in enumerate(frames):
            if not moved and number < len(self._placed) and self._placed[number] is frame:
                continue
            if number == len(self.buttons):
                self.buttons.append(CodeCopyButton(self._view.theme, self._view))
            self._place(self.buttons[number], frame)
        self._placed = list(frames)

    def _place(self, button: CodeCopyButton, frame: CodeFrame) -> None:
        box = frame_box(self._view.document(), frame, self._view.viewport().width())
        button.code = frame.code
        button.move(int(box.right()) - button.width() - _SIDE_PX, int(box.top()) + 2)
        button.show()

    def paint(self, event: QPaintEvent) -> None:
        view, theme = self._view, self._view.theme
        painter = QPainter(view.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption"))
        radius = theme.px("radius.control")
        area = QRectF(event.rect())
        for frame in self._placed:
            box = frame_box(view.document(), frame, view.viewport().width())
            if box.top() > area.bottom():
                return
            if not box.intersects(area):
                continue
            painter.setPen(QPen(theme.color("line.hairline"), 1))
            painter.setBrush(theme.color("surface.code"))
            painter.drawRoundedRect(box, radius, radius)
            painter.setPen(theme.color("text.tertiary"))
            width = box.width() - _COPY_ROOM_PX
            header = QRectF(box.left() + _SIDE_PX, box.top(), width, markdown.CODE_HEADER_PX)
            painter.drawText(header, Qt.AlignmentFlag.AlignVCenter, frame.language[:40])


def frame_box(document: QTextDocument, frame: CodeFrame, width: int) -> QRectF:
    layout = document.documentLayout()
    first = layout.blockBoundingRect(document.findBlockByNumber(frame.first))
    last = layout.blockBoundingRect(document.findBlockByNumber(frame.last))
    top = first.top() - markdown.CODE_HEADER_PX
    bottom = last.bottom() + markdown.CODE_BOTTOM_PX
    return QRectF(0.5, top + 0.5, width - 1, bottom - top - 1)
