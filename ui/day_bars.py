"""A bar for each day up to today, the last one in ink; arrow keys and the mouse read them out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from app.dashboard.state import DayAmount
from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

_AXIS_PX, _RADIUS_PX, _LEAST_BAR_PX, _GAP_PX = 18, 1.5, 1.0, 3


class DayBars(QWidget):
    """`looked_at` carries the day a person points at, or None."""

    looked_at = Signal(object)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._days: tuple[DayAmount, ...] = ()
        self._now_s = 0.0
        self._at: int | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_days(self, days: tuple[DayAmount, ...], now_s: float, spoken: str) -> None:
        """`spoken` is the same as a table in words."""
        labels = [number_text.recent_day(day.day_s, now_s) for day in (*days[:1], *days[-1:])]
        before = [number_text.recent_day(d.day_s, self._now_s) for d in (*days[:1], *days[-1:])]
        if days == self._days and labels == before:
            return
        self._days, self._now_s = days, now_s
        self.setAccessibleDescription(spoken)
        self._look(None)
        self.update()

    @property
    def at(self) -> DayAmount | None:
        return None if self._at is None else self._days[self._at]

    def sizeHint(self) -> QSize:
        return QSize(240, 48)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 48)

    def bar_box(self, index: int) -> QRectF:
        most = max((day.amount for day in self._days), default=0.0)
        share = max(0.0, self._days[index].amount) / most if most > 0 else 0.0
        pitch = self.width() / len(self._days)
        width = min(self._theme.px("chart.day_bar"), max(2.0, pitch - _GAP_PX))
        base = self.height() - _AXIS_PX
        height = max(_LEAST_BAR_PX, share * base) if share else 0.0
        return QRectF(pitch * (index + 0.5) - width / 2, base - height, width, height)

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._days) - 1
        at = last + 1 if self._at is None else self._at
        to = {
            Qt.Key.Key_Left: max(0, at - 1),
            Qt.Key.Key_Right: min(last, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if to is None or last < 0:
            super().keyPressEvent(event)
        else:
            self._look(to)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._days:
            at = int(event.position().x() * len(self._days) / max(1, self.width()))
            self._look(min(len(self._days) - 1, max(0, at)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._look(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self._theme.px("radius.control_small"))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)
        self._look(None)

    def _look(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self.looked_at.emit(self.at)
            self.update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, base = self._theme, self.height() - _AXIS_PX
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(len(self._days)):
            marked = index in (len(self._days) - 1, self._at)
            painter.setBrush(theme.color("chart.measured" if marked else "chart.bar"))
            painter.drawRoundedRect(self.bar_box(index), _RADIUS_PX, _RADIUS_PX)
        painter.fillRect(QRectF(0, base, self.width(), 1), theme.color("line.line"))
        if self._days:
            self._paint_ends(painter)

    def _paint_ends(self, painter: QPainter) -> None:
        """The first and the last day under their bars, inside the chart."""
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("chart.axis_text"))
        metrics = QFontMetricsF(painter.font())
        for index in dict.fromkeys((0, len(self._days) - 1)):
            text = number_text.recent_day(self._days[index].day_s, self._now_s)
            width = metrics.horizontalAdvance(text) + 1
            left = self.bar_box(index).center().x() - width / 2
            left = max(0.0, min(left, self.width() - width))
            box = QRectF(left, self.height() - _AXIS_PX + 2, width, _AXIS_PX - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
