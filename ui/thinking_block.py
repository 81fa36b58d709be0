"""What a model thought before it answered: one line, and the text behind a fold."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from runtime.language import tr
from ui.answer_text import AnswerText
from ui.controls import PaintedButton
from ui.theme import Theme

_ICON_PX, _TEXT_LEFT_PX, _SIDE_PX = 16, 14, 8
_INSET_PX = 14


class FoldButton(PaintedButton):
    """A chevron and a line; `opened` turns the chevron."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Thinking"))
        self.ring_radius = theme.px("radius.control_small")
        self.setCheckable(True)
        self.setFont(theme.font("small", tabular=True))
        self.setFixedHeight(theme.px("control.icon_button"))

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self._name()
            self.updateGeometry()
            self.update()

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(tr("Shown") if self.isChecked() else tr("Folded"))

    def sizeHint(self) -> QSize:
        text_px = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(_TEXT_LEFT_PX + text_px + _SIDE_PX, self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        ink = "text.primary" if self.hovered() or self.isDown() else "text.secondary"
        # Each glyph has some air at its left: so it stands on the text's edge.
        icon, air_px = ("chevron-down", 4) if self.isChecked() else ("chevron-right", 6)
        self.draw_icon(painter, icon, _ICON_PX, ink, -air_px, (self.height() - _ICON_PX) / 2)
        painter.setPen(self.theme.color(ink))
        box = QRectF(_TEXT_LEFT_PX, 0, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())


class ThinkingBlock(QWidget):
    """Folded until the person opens it; the text is laid out only then."""

    toggled = Signal(bool)
    link_followed = Signal(QUrl, QPoint)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._reasoning, self._running = "", False
        self._marked: tuple[str, ...] = ()
        self._text: AnswerText | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(0)
        self.fold = FoldButton(theme)
        self.fold.toggled.connect(self._toggled)
        column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self._inset = QVBoxLayout()
        self._inset.setContentsMargins(_INSET_PX, 2, 0, 4)
        column.addLayout(self._inset)
        self.hide()

    @property
    def is_open(self) -> bool:
        return self.fold.isChecked()

    @property
    def text(self) -> AnswerText | None:
        """None until it was opened for the first time."""
        return self._text

    def show_thinking(self, reasoning: str, line: str, *, running: bool) -> None:
        self._reasoning, self._running = reasoning, running
        self.setVisible(bool(reasoning))
        self.fold.show_text(line)
        if self.is_open:
            self._draw()

    def open(self) -> None:
        self.fold.setChecked(True)

    def mark_words(self, words: tuple[str, ...]) -> None:
        """Opens it when it has one of them."""
        self._marked = words
        thought = self._reasoning.lower()
        if any(word in thought for word in words):
            self.open()
        if self._text is not None:
            self._text.mark_words(words)

    def restyle(self) -> None:
        if self._text is not None:
            self._text.restyle()

    def _toggled(self, opened: bool) -> None:
        if opened:
            self._draw()
        if self._text is not None:
            self._text.setVisible(opened)
        self.toggled.emit(opened)

    def _draw(self) -> None:
        text = self._text or self._new_text()
        if self._running:
            text.show_running(self._reasoning)
        elif self._reasoning != text.text or text.is_running:
            text.show_finished(self._reasoning)

    def _new_text(self) -> AnswerText:
        self._text = AnswerText(self._theme, tr("Thinking"), "text.secondary")
        self._text.link_followed.connect(self.link_followed)
        self._inset.addWidget(self._text)
        return self._text
