"""The memory map in GiB: a row a class, by kind of device, what is there and what was planned."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import number_text
from app.dashboard.state import MEMORY_CLASSES, DeviceKind, DeviceMap, MemoryClass
from runtime.language import marked, tr
from ui.memory_cells import draw_cells
from ui.theme import Theme

CLASS_NAMES: dict[MemoryClass, str] = {
    "dense": marked("Attention & dense"),
    "shared": marked("Shared experts"),
    "routed": marked("Routed experts"),
    "kv": marked("KV cache"),
    "compute": marked("Compute"),
    "other": marked("Other programs"),
    "free": marked("Free"),
}
KIND_NAMES: dict[DeviceKind, str] = {
    "gpu": marked("GPU"),
    "ram": marked("RAM"),
    "disk": marked("Disk"),
}
_ROW_PX, _HEAD_PX, _SWATCH_PX, _COLUMN_PX, _GAP_PX = 20, 16, 10, 40, 10


@dataclass(frozen=True)
class Column:
    """`sizes` in GiB by class, as text: most changes are too small to be seen. A class that is
    absent was not planned, or is not known.
    """

    kind: DeviceKind
    heading: str
    sizes: dict[MemoryClass, str]
    is_planned: bool = False


def columns_of(devices: tuple[DeviceMap, ...]) -> tuple[Column, ...]:
    """Devices of a kind are added up; what was planned stands beside what is there."""
    found = []
    for kind in KIND_NAMES:
        actual: dict[MemoryClass, int] = {}
        planned: dict[MemoryClass, int] = {}
        for part in (part for d in devices if d.kind == kind for part in d.parts):
            name = part.memory_class
            actual[name] = actual.get(name, 0) + part.actual_bytes
            if part.planned_bytes is not None:
                planned[name] = planned.get(name, 0) + part.planned_bytes
        if actual:
            found.append(Column(kind, tr("now") if planned else "", _in_gib(actual)))
        if planned:
            found.append(Column(kind, tr("planned"), _in_gib(planned), is_planned=True))
    return tuple(found)


def _in_gib(sizes: dict[MemoryClass, int]) -> dict[MemoryClass, str]:
    return {name: number_text.gib(size) for name, size in sizes.items() if size}


def spoken_table(columns: tuple[Column, ...]) -> str:
    """Row by row, as the table stands."""
    rows = []
    for name in MEMORY_CLASSES:
        cells = [
            f"{tr(KIND_NAMES[c.kind])} {c.heading} {c.sizes[name]} GiB"
            for c in columns
            if name in c.sizes
        ]
        if cells:
            rows.append(f"{tr(CLASS_NAMES[name])}: {', '.join(cells)}")
    return "; ".join(row.replace("  ", " ") for row in rows)


class MemoryMapTable(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._columns: tuple[Column, ...] = ()
        self.setAccessibleName(tr("Memory in GiB"))
        self._fit()

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    def show_devices(self, devices: tuple[DeviceMap, ...]) -> None:
        columns = columns_of(devices)
        if columns != self._columns:
            self._columns = columns
            self.setAccessibleDescription(spoken_table(columns))
            self._fit()
            self.update()

    def _head_rows(self) -> int:
        return 2 if any(column.is_planned for column in self._columns) else 1

    def _fit(self) -> None:
        self.setFixedHeight(self._head_rows() * _HEAD_PX + len(MEMORY_CLASSES) * _ROW_PX)

    def _places(self) -> list[tuple[float, float]]:
        """Left end and width of each column: the last ends at the edge."""
        room = QFontMetricsF(self._theme.font("caption", tabular=True)).horizontalAdvance
        widths = [
            max(_COLUMN_PX, room(c.heading or tr(KIND_NAMES[c.kind])) + _GAP_PX)
            for c in self._columns
        ]
        left, places = float(self.width()) - sum(widths), []
        for width in widths:
            places.append((left, width))
            left += width
        return places

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self._places()
        self._paint_head(painter, places)
        top = float(self._head_rows() * _HEAD_PX)
        for name in MEMORY_CLASSES:
            self._paint_row(painter, places, name, top)
            top += _ROW_PX

    def _paint_head(self, painter: QPainter, places: list[tuple[float, float]]) -> None:
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("text.tertiary"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, 60, _HEAD_PX), Qt.AlignmentFlag.AlignVCenter, "GiB")
        for (left, width), column in zip(places, self._columns, strict=True):
            if not column.is_planned:
                kind = tr(KIND_NAMES[column.kind])
                painter.drawText(QRectF(left - 60, 0, width + 60, _HEAD_PX), right, kind)
            if column.heading:
                box = QRectF(left - 20, _HEAD_PX, width + 20, _HEAD_PX)
                painter.drawText(box, right, column.heading)

    def _paint_row(
        self, painter: QPainter, places: list[tuple[float, float]], name: MemoryClass, top: float
    ) -> None:
        theme = self._theme
        swatch = QRectF(0, top + (_ROW_PX - _SWATCH_PX) / 2, _SWATCH_PX, _SWATCH_PX)
        draw_cells(painter, theme, name, "gpu", [swatch])
        if name == "free":
            painter.setPen(QPen(theme.color("line.control"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(swatch.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text.secondary"))
        middle = Qt.AlignmentFlag.AlignVCenter
        first = places[0][0] if places else float(self.width())
        label = painter.fontMetrics().elidedText(
            tr(CLASS_NAMES[name]), Qt.TextElideMode.ElideRight, round(first) - _SWATCH_PX - 8
        )
        painter.drawText(QRectF(_SWATCH_PX + 8, top, first, _ROW_PX), middle, label)
        for (left, width), column in zip(places, self._columns, strict=True):
            size = column.sizes.get(name, number_text.EN_DASH)
            quiet = name not in column.sizes or column.is_planned
            painter.setPen(theme.color("text.tertiary" if quiet else "text.primary"))
            box = QRectF(left, top, width, _ROW_PX)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, size)
