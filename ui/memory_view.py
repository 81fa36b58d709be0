"""The memory block of the live panel: one bar a device and the table that says it in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from runtime.language import tr
from ui.labels import Label
from ui.memory_shares import CLASSES, MemoryShares
from ui.theme import Theme

_SWATCH_PX, _ROW_PX, _NUMBER_PX, _COLUMN_GAP_PX = 10, 20, 56, 8
_HATCH_PITCH_PX, _HATCH_LINE_PX, _HATCH_ALPHA = 5, 1.4, 0.55


def hatch(painter: QPainter, theme: Theme, box: QRectF) -> None:
    """Other programs: their grey under 45 degree lines of the card's colour."""
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.fillRect(box, theme.color("data_class.other_programs"))
    line = QColor(theme.color("surface.card"))
    line.setAlphaF(_HATCH_ALPHA)
    painter.setPen(QPen(line, _HATCH_LINE_PX))
    step = _HATCH_PITCH_PX * 2**0.5
    x = box.left() - box.height()
    while x < box.right():
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
        x += step
    painter.restore()


class MemoryBar(QWidget):
    """Classes in their fixed order, as wide as their bytes on a scale shared by all bars."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shares: MemoryShares | None = None
        self._scale_bytes = 0
        self.setFixedHeight(theme.px("chart.memory_bar_small"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: MemoryShares, scale_bytes: int) -> None:
        if shares != self._shares or scale_bytes != self._scale_bytes:
            self._shares, self._scale_bytes = shares, scale_bytes
            self.setAccessibleName(tr("Memory of {device}", device=shares.name))
            self.setAccessibleDescription(spoken(shares))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        shares = self._shares
        if shares is None or not self._scale_bytes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        total = shares.total_bytes or shares.used_bytes
        width = self.width() * min(1.0, total / self._scale_bytes)
        radius = self._theme.px("radius.bar")
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(0, 0, width, self.height()), radius, radius)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), self._theme.color("data_class.free"))
        left = 0.0
        for name, _ in CLASSES:
            size = shares.sizes.get(name, 0)
            if not size or name == "free":
                continue
            box = QRectF(left, 0, max(1.0, width * size / total), self.height())
            if name == "other_programs":
                hatch(painter, self._theme, box)
            else:
                painter.fillRect(box, self._theme.color(f"data_class.{name}"))
            left = box.right()
            painter.fillRect(QRectF(left, 0, 1, self.height()), self._theme.color("surface.card"))
            left += 1


class MemoryTable(QWidget):
    """The same in GiB, a row a class and a column a device."""

    def __init__(
        self,
        theme: Theme,
        classes: Sequence[tuple[str, str]] = CLASSES,
        row_px: int = _ROW_PX,
    ) -> None:
        super().__init__()
        self._theme, self._classes, self._row_px = theme, classes, row_px
        self._bars: tuple[MemoryShares, ...] = ()
        self.setFixedHeight((len(classes) + 1) * row_px)

    def show_bars(self, bars: tuple[MemoryShares, ...]) -> None:
        if bars != self._bars:
            self._bars = bars
            self.setAccessibleName(tr("Memory in GiB"))
            self.setAccessibleDescription("; ".join(spoken(bar, self._classes) for bar in bars))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._row(painter, 0, "GiB", [bar.column for bar in self._bars], head=True)
        for number, (name, label) in enumerate(self._classes, start=1):
            self._swatch(painter, name, number * self._row_px + (self._row_px - _SWATCH_PX) / 2)
            sizes = [number_text.gib(bar.sizes.get(name, 0)) for bar in self._bars]
            self._row(painter, number * self._row_px, tr(label), sizes)

    def _row(
        self, painter: QPainter, top: int, label: str, numbers: list[str], *, head: bool = False
    ) -> None:
        theme = self._theme
        painter.setFont(theme.font("caption" if head else "small", tabular=True))
        painter.setPen(theme.color("text.tertiary" if head else "text.secondary"))
        left = 0 if head else _SWATCH_PX + 8
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, top, self.width(), self._row_px), middle, label)
        right = float(self.width())
        for text, width in reversed(list(zip(numbers, self._widths(), strict=True))):
            absent = head or text == number_text.EN_DASH
            painter.setPen(theme.color("text.tertiary" if absent else "text.primary"))
            box = QRectF(right - width, top, width, self._row_px)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, text)
            right -= width

    def _widths(self) -> list[float]:
        """Of the columns: as wide as a number, or as the heading where that is longer."""
        room = QFontMetricsF(self._theme.font("caption", tabular=True)).horizontalAdvance
        return [max(_NUMBER_PX, room(bar.column) + _COLUMN_GAP_PX) for bar in self._bars]

    def _swatch(self, painter: QPainter, name: str, top: float) -> None:
        theme = self._theme
        box = QRectF(0, top, _SWATCH_PX, _SWATCH_PX)
        shape = QPainterPath()
        shape.addRoundedRect(box, 2.5, 2.5)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        if name == "other_programs":
            painter.setClipPath(shape)
            hatch(painter, theme, box)
        elif name == "free":
            painter.setPen(QPen(theme.color("line.control"), 1))
            painter.setBrush(theme.color("data_class.free"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        else:
            painter.fillPath(shape, theme.color(f"data_class.{name}"))
        painter.restore()


class MemoryView(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[MemoryShares, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(theme, tr("Memory"), "small", "secondary"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        column.addSpacing(12)
        self.table = MemoryTable(theme)
        column.addWidget(self.table)
        self.bars: list[tuple[Label, Label, MemoryBar]] = []

    def show_bars(self, bars: tuple[MemoryShares, ...]) -> None:
        if bars == self._shown:
            return
        self._shown = bars
        while len(self.bars) < len(bars):
            self._add_bar()
        for number, (name, amount, bar) in enumerate(self.bars):
            shown = number < len(bars)
            bar.parentWidget().setVisible(shown)
            if shown:
                shares = bars[number]
                name.show_text(shares.name)
                amount.show_text(amount_text(shares))
                bar.show_shares(shares, scale_bytes(bars))
        self.table.show_bars(bars)

    def _add_bar(self) -> None:
        theme = self._theme
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 8 if not self.bars else 14, 0, 0)
        column.setSpacing(7)
        head = QHBoxLayout()
        name = Label(theme, "", "small", weight=500, elided=True)
        amount = Label(theme, "", "small", "secondary", tabular=True)
        head.addWidget(name, 1)
        head.addWidget(amount)
        column.addLayout(head)
        bar = MemoryBar(theme)
        column.addWidget(bar)
        self._rows.addWidget(place)
        self.bars.append((name, amount, bar))


def amount_text(shares: MemoryShares) -> str:
    if shares.total_bytes is None:
        return tr("{size} in use", size=number_text.gib_unit(shares.used_bytes))
    return number_text.gib_of(shares.used_bytes, shares.total_bytes)


def scale_bytes(bars: tuple[MemoryShares, ...]) -> int:
    """Bytes of a full-width bar: the largest capacity known, or the most in use."""
    return max(bar.total_bytes or bar.used_bytes for bar in bars)


def spoken(shares: MemoryShares, classes: Sequence[tuple[str, str]] = CLASSES) -> str:
    parts = [
        f"{tr(label)} {number_text.gib(shares.sizes[name])}"
        for name, label in classes
        if shares.sizes.get(name)
    ]
    return f"{shares.name}: {', '.join(parts)} GiB"
