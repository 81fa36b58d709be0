"""The card of memory: each device in cells, its layers on a click, and the table of it all."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.dashboard.memory_cells import cell_bytes
from app.dashboard.state import DeviceMap, Explained, MemoryMap
from runtime.language import number, tr
from ui.controls import PaintedButton
from ui.dashboard_parts import CardHead
from ui.explained_number import ExplainedNumber
from ui.labels import Paragraph
from ui.memory_cells import MemoryCells
from ui.memory_map_table import CLASS_NAMES, MemoryMapTable
from ui.page_frame import Card
from ui.theme import Theme

_MIB = 1024**2
_CHEVRON_PX, _DEVICE_GAP_PX, _SWATCH_PX = 14, 10, 11


class DeviceButton(PaintedButton):
    """The name of a device, which opens its layers; a chevron says which way."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "")
        self.ring_radius = theme.px("radius.control_small")
        self.setCheckable(True)
        self.setFont(theme.font("small", 500))
        self.setFixedHeight(22)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_device(self, name: str, *, opens: bool) -> None:
        if name != self.text():
            self.setText(name)
            self.updateGeometry()
        self.setEnabled(opens)
        self._say()

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(tr("Layers on {device}", device=self.text()))
        self.setAccessibleDescription(tr("Shown") if self.isChecked() else tr("Folded"))

    def sizeHint(self) -> QSize:
        text = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(text + 2 + _CHEVRON_PX + 6, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        metrics = QFontMetrics(self.font())
        room = self.width() - (_CHEVRON_PX + 6 if self.isEnabled() else 0)
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.setPen(self.theme.color("text.primary"))
        box = QRectF(0, 0, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        if self.isEnabled():
            icon = "chevron-down" if self.isChecked() else "chevron-right"
            ink = "text.primary" if self.hovered() else "text.tertiary"
            left, top = metrics.horizontalAdvance(name) + 4, (self.height() - _CHEVRON_PX) / 2
            self.draw_icon(painter, icon, _CHEVRON_PX, ink, left, top)


class DeviceRow(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._device: DeviceMap | None = None
        self._cell_bytes = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, _DEVICE_GAP_PX)
        column.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.button = DeviceButton(theme)
        self.button.toggled.connect(self._show_layers)
        self.amount = ExplainedNumber(theme, "small", tone="secondary")
        head.addWidget(self.button, 1)
        head.addWidget(self.amount)
        column.addLayout(head)
        self.cells = MemoryCells(theme)
        self.cells.clicked.connect(self._turn)
        column.addWidget(self.cells)
        self.layers = Paragraph(theme, "", "small", "secondary")
        self.layers.hide()
        column.addWidget(self.layers)

    def show_device(self, device: DeviceMap, size: int, sources: tuple[str, ...] = ()) -> None:
        if (device, size) == (self._device, self._cell_bytes):
            return
        self._device, self._cell_bytes = device, size
        self.button.show_device(device.name, opens=bool(device.layers))
        amount = number_text.gib_of(device.used_bytes, device.total_bytes)
        self.amount.show_number(device.name, amount, explained(device, sources))
        self.cells.show_device(device, size, spoken(device))
        pointer = Qt.CursorShape.PointingHandCursor if device.layers else Qt.CursorShape.ArrowCursor
        self.cells.setCursor(pointer)
        self.layers.show_text("\n".join(device.layers))
        self._show_layers(self.button.isChecked())

    def _turn(self) -> None:
        if self.button.isEnabled():
            self.button.click()

    def _show_layers(self, shown: bool) -> None:
        self.layers.setVisible(shown and self._device is not None and bool(self._device.layers))


class CellSample(QWidget):
    """One square in no class's colour, for what a cell stands for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(_SWATCH_PX, _SWATCH_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("chart.bar"))
        painter.drawRoundedRect(QRectF(self.rect()), 2.5, 2.5)


class MemoryMapCard(Card):
    """A disk stands there only while something is read from it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._map: MemoryMap | None = None
        self.head = CardHead(theme, tr("Memory map"))
        self.sample = CellSample(theme)
        self.head.row.insertWidget(1, self.sample)
        self.nothing = Paragraph(theme, tr("Appears when a model is loaded."), "small", "secondary")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.table = MemoryMapTable(theme)
        self.content.addWidget(self.head)
        self.content.addSpacing(4)
        self.content.addWidget(self.nothing)
        self.content.addLayout(self._rows)
        self.content.addSpacing(2)
        self.content.addWidget(self.table)
        self.content.addStretch()
        self.devices: list[DeviceRow] = []

    @property
    def is_filled(self) -> bool:
        return self._map is not None and bool(self._map.devices)

    def show_map(self, found: MemoryMap) -> None:
        if found == self._map:
            return
        self._map = found
        self.head.how.show_explained(found.explained)
        devices = tuple(d for d in found.devices if d.kind != "disk" or d.used_bytes)
        sources = found.explained.sources if found.explained else ()
        size = cell_bytes(devices)
        there = bool(devices)
        self.head.line.show_text(cell_text(size) if there else "")
        self.nothing.setVisible(not there)
        self.sample.setVisible(there)
        self.table.setVisible(there)
        while len(self.devices) < len(devices):
            self.devices.append(DeviceRow(self._theme))
            self._rows.addWidget(self.devices[-1])
        for index, row in enumerate(self.devices):
            row.setVisible(index < len(devices))
            if index < len(devices):
                row.show_device(devices[index], size, sources)
        self.table.show_devices(devices)


def cell_text(size: int) -> str:
    """What one cell stands for: 256 MiB, 1 GiB."""
    mib = size // _MIB
    return f"{mib // 1024} GiB" if mib >= 1024 else f"{number(mib, 'd')} MiB"


def explained(device: DeviceMap, sources: tuple[str, ...]) -> Explained:
    """What is used of a device, added up."""
    inputs = [
        (tr(CLASS_NAMES[part.memory_class]), number_text.gib_unit(part.actual_bytes))
        for part in device.parts
        if part.memory_class != "free" and part.actual_bytes
    ]
    inputs.append((tr("In use"), number_text.gib_unit(device.used_bytes)))
    formula = tr("What the model's classes and other programs use, added up")
    return Explained(device.name, formula, tuple(inputs), sources)


def spoken(device: DeviceMap) -> str:
    """Name, classes and what is used of the whole."""
    parts = [
        f"{tr(CLASS_NAMES[part.memory_class])} {number_text.gib_unit(part.actual_bytes)}"
        for part in device.parts
        if part.actual_bytes
    ]
    used = number_text.gib_of(device.used_bytes, device.total_bytes)
    return f"{device.name}, {used}: {', '.join(parts)}"
