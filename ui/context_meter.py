"""How full the context is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from app import number_text
from ui.theme import Theme

NEARLY_FULL = 0.9
_METER_PX = 56


class ContextMeter(QWidget):
    """How much of the context is taken: a short bar and two numbers, amber when nearly full."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._used, self._n_ctx = 0, 0
        self.setFixedHeight(20)
        self.hide()

    @property
    def text(self) -> str:
        if not self._n_ctx:
            return ""
        meter = number_text.meter(self._used, self._n_ctx)
        return f"{meter}, nearly full" if self.nearly_full else meter

    @property
    def nearly_full(self) -> bool:
        return bool(self._n_ctx) and self._used > NEARLY_FULL * self._n_ctx

    def show_tokens(self, used: int, n_ctx: int) -> None:
        if (used, n_ctx) == (self._used, self._n_ctx):
            return
        before = self.text
        self._used, self._n_ctx = used, n_ctx
        self.setVisible(bool(n_ctx))
        if self.text != before:
            font = self._theme.font("small", tabular=True)
            width = QFontMetrics(font).horizontalAdvance(self.text)
            self.setFixedWidth(_METER_PX + 8 + width + 2)
            self.setAccessibleName(f"Context: {self.text} tokens")
            self.setToolTip(
                f"{number_text.tokens(used)} of {number_text.counted(n_ctx, 'token')} of context"
                " in use. When it is full you choose: go on without the oldest turns,"
                " or start a new chat."
            )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        ink = "state.warn" if self.nearly_full else "text.secondary"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("line.line"))
        painter.drawRoundedRect(QRectF(0, 8, _METER_PX, 4), 2, 2)
        if self._used:
            share = min(1.0, self._used / max(1, self._n_ctx))
            painter.setBrush(color(ink))
            painter.drawRoundedRect(QRectF(0, 8, max(4, _METER_PX * share), 4), 2, 2)
        painter.setPen(color(ink))
        painter.setFont(self._theme.font("small", tabular=True))
        box = QRectF(_METER_PX + 8, 0, self.width() - _METER_PX - 8, 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text)
