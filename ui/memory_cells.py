"""A device's memory as squares of equal size: solid on a GPU, tinted in RAM, hatched on disk."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.dashboard.memory_cells import cells_of
from app.dashboard.state import DeviceKind, DeviceMap, MemoryClass
from ui.hatching import disk_brush
from ui.memory_view import hatch
from ui.theme import Theme

# The design's names of the classes' colours.
COLOURS: dict[MemoryClass, str] = {
    "dense": "attention_dense",
    "shared": "shared_experts",
    "routed": "routed_experts",
    "kv": "kv_cache",
    "compute": "compute",
    "other": "other_programs",
    "free": "free",
}
_NO_TINT: frozenset[MemoryClass] = frozenset({"compute"})
_TINT_SHARE, _RADIUS_PX = 0.35, 3


class MemoryCells(QWidget):
    """As many columns as its width holds, and as high as they need."""

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kind: DeviceKind = "ram"
        self.cells: tuple[tuple[MemoryClass, int], ...] = ()
        self._square = theme.px("chart.memory_map_square")
        self._pitch = self._square + theme.px("chart.memory_map_gap")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_device(self, device: DeviceMap, cell_bytes: int, spoken: str) -> None:
        self.setAccessibleName(device.name)
        self.setAccessibleDescription(spoken)
        cells = cells_of(device, cell_bytes)
        if (cells, device.kind) != (self.cells, self._kind):
            self.cells, self._kind = cells, device.kind
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        count = sum(number for _, number in self.cells)
        rows = -(-count // self._columns(width))
        return max(self._square, rows * self._pitch - (self._pitch - self._square))

    def sizeHint(self) -> QSize:
        return QSize(24 * self._pitch, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * self._pitch, self._square)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.clicked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _columns(self, width: int) -> int:
        return max(1, (width + self._pitch - self._square) // self._pitch)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, at = self._columns(self.width()), 0
        for name, count in self.cells:
            places = range(at, at + count)
            boxes = [
                QRectF(
                    place % columns * self._pitch,
                    place // columns * self._pitch,
                    self._square,
                    self._square,
                )
                for place in places
            ]
            draw_cells(painter, self._theme, name, self._kind, boxes)
            at += count


def draw_cells(
    painter: QPainter, theme: Theme, name: MemoryClass, kind: DeviceKind, boxes: list[QRectF]
) -> None:
    """All cells of one class; a legend draws one."""
    radius = min(_RADIUS_PX, boxes[0].width() / 4) if boxes else 0
    if name == "other":
        painter.save()
        shape = QPainterPath()
        for box in boxes:
            shape.addRoundedRect(box, radius, radius)
        painter.setClipPath(shape)
        hatch(painter, theme, shape.boundingRect())
        painter.restore()
        return
    solid = theme.color(f"data_class.{COLOURS[name]}")
    inset = 0.0
    painter.setPen(Qt.PenStyle.NoPen)
    if name == "free" or kind == "gpu":
        painter.setBrush(solid)
    else:
        inset = 0.5
        painter.setPen(QPen(solid, 1))
        ratio = painter.device().devicePixelRatioF()
        painter.setBrush(disk_brush(theme, ratio) if kind == "disk" else tint(theme, name))
    for box in boxes:
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)


def tint(theme: Theme, name: MemoryClass) -> QColor:
    """The class's colour in RAM. The design has none for compute: a third of its own."""
    if name not in _NO_TINT:
        return theme.color(f"data_class_in_ram.{COLOURS[name]}")
    solid, ground = theme.color(f"data_class.{COLOURS[name]}"), theme.color("surface.card")
    mixed = (
        _TINT_SHARE * over + (1 - _TINT_SHARE) * under
        for over, under in zip(solid.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    )
    return QColor.fromRgbF(*mixed)
