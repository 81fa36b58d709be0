"""The card of memory after loading: a bar for each device and the table of all of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.plan_state import ActualLoad
from runtime.language import number, tr
from runtime.placement.plan import Plan
from ui.labels import Label
from ui.memory_view import MemoryTable, hatch, spoken
from ui.page_frame import Card
from ui.plan_shares import CLASSES, PlannedBar, planned_bars, table_columns
from ui.theme import Theme

_TABLE_ROW_PX, _BAR_GAP_PX, _NAME_GAP_PX = 22, 14, 6
_OVER_PX, _TICK_PX, _MEASURED_PX, _BELOW_PX = 3, 1.5, 2, 4


class PlanMemoryBar(QWidget):
    """Classes in their order on the device's own scale, which grows where more is needed than it
    has: a tick then marks what it has. After loading a line under it shows what was really taken,
    and a tick what was planned.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bar: PlannedBar | None = None
        self._bar_px = theme.px("chart.memory_bar_large")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self._bar_px)

    def show_bar(self, bar: PlannedBar) -> None:
        if bar == self._bar:
            return
        self._bar = bar
        ticked = bar.actual_bytes is not None or bar.needed_bytes > bar.total_bytes
        self.setFixedHeight(self._bar_px + (_BELOW_PX + _OVER_PX if ticked else 0))
        self.setAccessibleName(tr("Memory of {device} after loading", device=bar.shares.name))
        words = [spoken(bar.shares, CLASSES), amount_text(bar), actual_text(bar)]
        self.setAccessibleDescription(". ".join(text for text in words if text))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        bar = self._bar
        if bar is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.width() / max(bar.total_bytes, bar.needed_bytes, 1)
        painter.save()
        outline = QPainterPath()
        radius = self._theme.px("radius.bar")
        outline.addRoundedRect(QRectF(0, 0, self.width(), self._bar_px), radius, radius)
        painter.setClipPath(outline)
        self._paint_classes(painter, bar, scale)
        painter.restore()
        if bar.needed_bytes > bar.total_bytes:
            self._tick(painter, bar.total_bytes * scale, 0, self._bar_px + _BELOW_PX)
        if bar.actual_bytes is not None:
            self._paint_actual(painter, bar, scale)

    def _paint_classes(self, painter: QPainter, bar: PlannedBar, scale: float) -> None:
        theme = self._theme
        painter.fillRect(self.rect(), theme.color("data_class.free"))
        left = 0.0
        for name, _ in CLASSES:
            size = bar.shares.sizes.get(name, 0)
            if not size or name == "free":
                continue
            box = QRectF(left, 0, max(1.0, size * scale - 1), self._bar_px)
            if name == "other_programs":
                hatch(painter, theme, box)
            else:
                painter.fillRect(box, theme.color(f"data_class.{name}"))
            gap = QRectF(box.right(), 0, 1, self._bar_px)
            painter.fillRect(gap, theme.color("surface.card"))
            left = gap.right()

    def _paint_actual(self, painter: QPainter, bar: PlannedBar, scale: float) -> None:
        theme, top = self._theme, self._bar_px + _BELOW_PX - _MEASURED_PX / 2
        width = min(float(self.width()), (bar.actual_bytes or 0) * scale)
        painter.fillRect(QRectF(0, top, width, _MEASURED_PX), theme.color("chart.measured"))
        if bar.planned_bytes:
            self._tick(painter, bar.planned_bytes * scale, self._bar_px - 6, self.height())

    def _tick(self, painter: QPainter, x: float, top: float, bottom: float) -> None:
        """Parted from what it crosses by the card's colour."""
        x = min(x, self.width() - _TICK_PX / 2)
        box = QRectF(x - _TICK_PX / 2, top, _TICK_PX, bottom - top)
        painter.fillRect(box.adjusted(-1.5, 0, 1.5, 0), self._theme.color("surface.card"))
        painter.fillRect(box, self._theme.color("chart.tick"))


class _DeviceRow(QWidget):
    def __init__(self, theme: Theme, first: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0 if first else _BAR_GAP_PX, 0, 0)
        column.setSpacing(_NAME_GAP_PX)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.name = Label(theme, "", "small", weight=500, elided=True)
        self.amount = Label(theme, "", "small", "secondary", tabular=True)
        head.addWidget(self.name, 1)
        head.addWidget(self.amount)
        column.addLayout(head)
        self.bar = PlanMemoryBar(theme)
        column.addWidget(self.bar)
        self.actual = Label(theme, "", "caption", "tertiary", tabular=True)
        column.addWidget(self.actual)

    def show_bar(self, bar: PlannedBar) -> None:
        self.name.show_text(bar.shares.name)
        self.amount.show_text(amount_text(bar))
        self.amount.set_tone("error" if bar.left_bytes < 0 else "secondary")
        self.bar.show_bar(bar)
        self.actual.show_text(actual_text(bar))
        self.actual.setVisible(bar.actual_bytes is not None)


class MemoryCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Memory after loading"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.content.addSpacing(8)
        self.content.addLayout(self._rows)
        self.content.addSpacing(16)
        self.table = MemoryTable(theme, CLASSES, _TABLE_ROW_PX)
        self.content.addWidget(self.table)
        self.content.addStretch()
        self._theme = theme
        self.devices: list[_DeviceRow] = []

    def show_plan(self, plan: Plan, actual: ActualLoad | None) -> None:
        """`actual` is what the engine took when it loaded this very plan."""
        bars = planned_bars(plan, actual)
        while len(self.devices) < len(bars):
            row = _DeviceRow(self._theme, first=not self.devices)
            self.devices.append(row)
            self._rows.addWidget(row)
        for index, row in enumerate(self.devices):
            row.setVisible(index < len(bars))
            if index < len(bars):
                row.show_bar(bars[index])
        self.table.show_bars(table_columns(plan))


def amount_text(bar: PlannedBar) -> str:
    if bar.left_bytes < 0:
        needs, has = number_text.gib(bar.needed_bytes), number_text.gib_unit(bar.total_bytes)
        return tr("needs {needs}, has {has}", needs=needs, has=has)
    free = number_text.gib(bar.left_bytes) if bar.left_bytes else number(0, ".1f")
    return tr("{free} of {total} free", free=free, total=number_text.gib_unit(bar.total_bytes))


def actual_text(bar: PlannedBar) -> str:
    if bar.actual_bytes is None:
        return ""
    actual = number_text.gib(bar.actual_bytes)
    if bar.planned_bytes is None:
        return tr("actual {actual} GiB", actual=actual)
    planned = number_text.gib(bar.planned_bytes)
    return tr("actual {actual}, planned {planned} GiB", actual=actual, planned=planned)
