"""What was saved by day: bars above the line, and below it where a day cost more than the cloud."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from app import number_text
from app.dashboard.state import DayAmount, Explained
from runtime.language import tr
from ui.day_bars import DayBars

_DAYS_LISTED = 10
_AXIS_PX, _RADIUS_PX, _LEAST_BAR_PX, _GAP_PX = 18, 1.5, 1.0, 3


class SavedBars(DayBars):
    """As the bars of other days, with a line of zero that is not always at the foot."""

    def sizeHint(self) -> QSize:
        return QSize(300, 106)

    def bar_box(self, index: int) -> QRectF:
        amount = self._days[index].amount
        pitch = self.width() / len(self._days)
        width = min(self._theme.px("chart.day_bar"), max(2.0, pitch - _GAP_PX))
        zero = self._zero()
        height = max(_LEAST_BAR_PX, abs(amount) * self._px_per_usd()) if amount else 0.0
        return QRectF(
            pitch * (index + 0.5) - width / 2,
            zero - height if amount > 0 else zero + 1,
            width,
            height,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(len(self._days)):
            stands_out = index in (len(self._days) - 1, self._at)
            ink = "chart.measured" if stands_out else "chart.bar"
            painter.setBrush(self._theme.color(ink))
            painter.drawRoundedRect(self.bar_box(index), _RADIUS_PX, _RADIUS_PX)
        line = QRectF(0, self._zero(), self.width(), 1)
        painter.fillRect(line, self._theme.color("line.line"))
        if self._days:
            self._paint_ends(painter)

    def _span(self) -> tuple[float, float]:
        amounts = [day.amount for day in self._days]
        return min(0.0, *amounts, 0.0), max(0.0, *amounts, 0.0)

    def _px_per_usd(self) -> float:
        low, high = self._span()
        return (self.height() - _AXIS_PX - 1) / (high - low) if high > low else 0.0

    def _zero(self) -> float:
        """Where the line of zero is; at the foot unless some day is below it."""
        low, _ = self._span()
        return round(self.height() - _AXIS_PX - 1 + low * self._px_per_usd())


def best_day(days: tuple[DayAmount, ...]) -> DayAmount | None:
    """The day that saved most, None where none did."""
    best = max(days, key=lambda day: day.amount, default=None)
    return best if best is not None and best.amount > 0 else None


def days_in_words(days: tuple[DayAmount, ...], now_s: float) -> str:
    """The chart as a table in words, for screen readers."""
    return "; ".join(
        f"{number_text.recent_day(day.day_s, now_s)} {number_text.money_total(day.amount)}"
        for day in days
    )


def explained_days(days: tuple[DayAmount, ...], now_s: float) -> Explained | None:
    """The chart as a table: the newest days on which something changed, and the rest as one."""
    counted = [day for day in reversed(days) if day.amount]
    if not counted:
        return None
    earlier = counted[_DAYS_LISTED:]
    rows = [
        (number_text.recent_day(day.day_s, now_s), number_text.money_total(day.amount))
        for day in counted[:_DAYS_LISTED]
    ]
    if earlier:
        amount = number_text.money_total(sum(day.amount for day in earlier))
        rows.append((tr("Earlier this month"), amount))
    return Explained(
        title=tr("Saved by day"),
        formula=tr(
            "Of each day: what its tokens would have cost, less what they cost here."
            " Days without an answer are left out."
        ),
        inputs=tuple(rows),
    )
