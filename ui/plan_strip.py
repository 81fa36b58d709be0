"""The strip of layers: a cell for each layer and part, and the handle that moves experts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from runtime.language import marked, tr, tr_n
from runtime.placement.residence import HOST
from ui.hatching import disk_brush
from ui.plan_layers import ROWS, Cell, LayerMap
from ui.plan_spoken import spoken_map
from ui.plan_strip_handle import StripHandle
from ui.plan_words import counted_layers
from ui.theme import Theme

_NAMES_PX, _NAMES_NARROW_PX, _NARROW_PX = 150, 118, 720
_HANDLE_ROW_PX, _DEVICE_ROW_PX, _ROW_GAP_PX, _AXIS_PX = 24, 22, 9, 28
_WIDE_CELL_PX, _REACH_PX, _LINE_OVER_PX = 9, 7, 7
_LEAST_MARK_PX, _LINE_PX, _WORDS_PX, _NAME_GAP_PX = 90, 1.5, 14, 8
# Room right of the last layer, for half of the handle.
BEYOND_PX = 8
_NONE = marked("none in this model")


class PlanStrip(QWidget):
    """`chosen` carries how many layers' experts should be in RAM."""

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._map: LayerMap | None = None
        self._gpu_names: tuple[str, ...] = ()
        self._movable = False
        self._tops: dict[str, tuple[float, float]] = {}
        room = QFontMetricsF(theme.font("small")).horizontalAdvance
        self._longest_name_px = round(max(room(tr(name)) for _, name in ROWS)) + _NAME_GAP_PX
        self.setAccessibleName(tr("Where each layer lives"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.handle = StripHandle(theme, self, self.count_at)
        self.handle.chosen.connect(self.chosen)
        self.handle.valueChanged.connect(self._place_handle)
        self.handle.hide()

    def show_map(
        self, found: LayerMap, gpu_names: tuple[str, ...], *, movable: bool, count: int
    ) -> None:
        """`gpu_names` are short ("GPU 1"). A `movable` one has its handle, at `count`."""
        self.handle.show_value(count, 0, found.homes.total)
        if (found, gpu_names, movable) == (self._map, self._gpu_names, self._movable):
            return
        self._map, self._gpu_names, self._movable = found, gpu_names, movable
        self.setAccessibleDescription(spoken_map(found, gpu_names))
        self._lay_rows_out()
        self.handle.setVisible(movable)
        self._place_handle()
        self.update()

    def count_at(self, x: float) -> int:
        """The number of expert layers left of `x`, to the nearest."""
        found = self._map
        if found is None or not found.boundaries:
            return 0
        layers = found.boundaries
        return min(range(len(layers)), key=lambda n: abs(self._left_of(layers[n]) - x))

    def cell_box(self, row: str, layer: int) -> QRectF:
        top, height = self._tops[row]
        pitch = self._pitch()
        gap = 2 if pitch >= _WIDE_CELL_PX else 1
        return QRectF(self._names_px() + layer * pitch, top, pitch - gap, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_handle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The line is part of the handle."""
        x = self._handle_x()
        near = self._movable and abs(event.position().x() - x) <= _REACH_PX
        if near and event.button() == Qt.MouseButton.LeftButton:
            self.handle.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.handle.isSliderDown():
            self.handle.move_to(self.count_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.handle.setSliderDown(False)

    # Geometry

    def _lay_rows_out(self) -> None:
        found = self._map
        assert found is not None
        major, minor = (self._theme.px(f"chart.strip_row_{kind}") for kind in ("major", "minor"))
        # The row that holds most of the model is the high one.
        high = "routed_experts" if found.has("routed_experts") else "attention_dense"
        top = 0.0
        if self._shows_devices():
            top += _DEVICE_ROW_PX
        if self._movable:
            top += _HANDLE_ROW_PX
        top = max(top, 4.0)
        self._tops = {}
        for row, _ in ROWS:
            height = major if row == high else minor
            self._tops[row] = (top, height)
            top += height + _ROW_GAP_PX
        self.setFixedHeight(round(top - _ROW_GAP_PX + _AXIS_PX))

    def _shows_devices(self) -> bool:
        found = self._map
        return found is not None and (len(self._gpu_names) > 1 or len(found.stretches) > 1)

    def _names_px(self) -> int:
        return max(
            _NAMES_PX if self.width() >= _NARROW_PX else _NAMES_NARROW_PX, self._longest_name_px
        )

    def _pitch(self) -> float:
        assert self._map is not None
        return (self.width() - self._names_px() - BEYOND_PX) / max(1, self._map.n_layers)

    def _left_of(self, layer: int) -> float:
        """The middle of the gap before `layer`."""
        pitch = self._pitch()
        return self._names_px() + layer * pitch - (1 if pitch >= _WIDE_CELL_PX else 0.5)

    def _handle_x(self) -> float:
        found = self._map
        if found is None or not found.boundaries:
            return 0.0
        return self._left_of(found.boundaries[self.handle.value()])

    def _place_handle(self) -> None:
        if self._map is None or not self._map.boundaries:
            return
        top = _DEVICE_ROW_PX if self._shows_devices() else 0
        self.handle.move(round(self._handle_x() - StripHandle.WIDTH_PX / 2), top + 1)
        self.update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        found = self._map
        if found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, label in ROWS:
            self._paint_row(painter, found, row, label)
        self._paint_axis(painter, found)
        if self._shows_devices():
            self._paint_devices(painter, found)
        if self._movable:
            self._paint_handle_line(painter, found)

    def _paint_row(self, painter: QPainter, found: LayerMap, row: str, label: str) -> None:
        theme = self._theme
        top, height = self._tops[row]
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.primary"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, self._names_px(), height), middle, tr(label))
        left = float(self._names_px())
        if not found.has(row):
            painter.setPen(theme.color("text.tertiary"))
            none = tr(_NONE)
            painter.drawText(QRectF(left, top, self.width(), height), middle, none)
            left += QFontMetricsF(theme.font("small")).horizontalAdvance(none) + 10
            self._dots(painter, left, self.width() - BEYOND_PX - 2, top + height / 2)
            return
        self._paint_cells(painter, row, found.rows[row])

    def _paint_cells(self, painter: QPainter, row: str, cells: tuple[Cell | None, ...]) -> None:
        """Hundreds of them, again with every step of a drag: pens change once for each kind."""
        theme = self._theme
        first, pitch = self.cell_box(row, 0), self._pitch()
        radius = min(theme.px("radius.cell"), first.width() / 3)
        inner = first.adjusted(0.5, 0.5, -0.5, -0.5)
        solid = theme.color(f"data_class.{row}")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(solid)
        for layer, cell in enumerate(cells):
            if cell is not None and cell.gpu == 1:
                painter.drawRoundedRect(first.translated(layer * pitch, 0), radius, radius)
        painter.setPen(QPen(solid, 1))
        painter.setBrush(theme.color(f"data_class_in_ram.{row}"))
        for layer, cell in enumerate(cells):
            if cell is not None and cell.ram == 1:
                painter.drawRoundedRect(inner.translated(layer * pitch, 0), radius, radius)
        for layer, cell in enumerate(cells):
            box = first.translated(layer * pitch, 0)
            if cell is None:
                self._dots(painter, box.left(), box.right(), box.center().y())
            elif 1 not in (cell.gpu, cell.ram):
                self._paint_mixed(painter, row, cell, box, radius)

    def _paint_mixed(
        self, painter: QPainter, row: str, cell: Cell, box: QRectF, radius: float
    ) -> None:
        """Parts on different devices, one above the other, as high as their bytes."""
        theme = self._theme
        shape = QPainterPath()
        shape.addRoundedRect(box, radius, radius)
        painter.save()
        painter.setClipPath(shape)
        top = box.top()
        for share, brush in (
            (cell.gpu, theme.color(f"data_class.{row}")),
            (cell.ram, theme.color(f"data_class_in_ram.{row}")),
            (cell.disk, disk_brush(theme, self.devicePixelRatioF())),
        ):
            height = share * box.height()
            painter.fillRect(QRectF(box.left(), top, box.width(), height), brush)
            top += height
        painter.restore()
        painter.setPen(QPen(theme.color(f"data_class.{row}"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _dots(self, painter: QPainter, left: float, right: float, y: float) -> None:
        if right > left:
            pen = QPen(self._theme.color("line.line"), 1)
            pen.setDashPattern([2, 4])
            painter.setPen(pen)
            painter.drawLine(QPointF(left, y), QPointF(right, y))

    def _paint_axis(self, painter: QPainter, found: LayerMap) -> None:
        theme = self._theme
        painter.setFont(theme.font("caption", tabular=True))
        painter.setPen(theme.color("chart.axis_text"))
        box = QRectF(0, self.height() - 18, self._names_px(), 16)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle, tr("Layer"))
        pitch, last = self._pitch(), found.n_layers - 1
        step = next((s for s in (1, 2, 4, 8, 16) if s * pitch >= _LEAST_MARK_PX), 32)
        marks = [n for n in range(0, last, step) if (last - n) * pitch >= _LEAST_MARK_PX / 2]
        for layer in (*marks, last):
            width = QFontMetricsF(painter.font()).horizontalAdvance(str(layer))
            left = self.cell_box("attention_dense", layer).center().x() - width / 2
            left = min(left, self.width() - BEYOND_PX - width)
            painter.drawText(QRectF(left, box.top(), width + 1, box.height()), middle, str(layer))

    def _paint_devices(self, painter: QPainter, found: LayerMap) -> None:
        """Over the layers of each device its name, and a line as long as its layers."""
        theme = self._theme
        painter.setFont(theme.font("caption"))
        for stretch in found.stretches:
            left = self.cell_box("attention_dense", stretch.first).left()
            right = self.cell_box("attention_dense", stretch.last).right()
            name = "RAM" if stretch.device == HOST else self._gpu_names[stretch.device]
            room = QFontMetricsF(painter.font()).horizontalAdvance(name) + 1
            painter.setPen(theme.color("text.secondary"))
            if room <= right - left:
                painter.drawText(QRectF(left, 0, right - left, 14), name)
            color = "place.ram" if stretch.device == HOST else "place.gpu"
            painter.fillRect(QRectF(left, 15, right - left, 2), theme.color(color))

    def _paint_handle_line(self, painter: QPainter, found: LayerMap) -> None:
        theme, x = self._theme, self._handle_x()
        top = float(self.handle.y() + StripHandle.HEIGHT_PX - 3)
        last_top, last_height = self._tops["routed_experts"]
        bottom = last_top + last_height + _LINE_OVER_PX
        if not found.is_prefix:
            bottom = self._tops["attention_dense"][0] - 2
        else:
            halo = 5 if self._pitch() >= _WIDE_CELL_PX else 3
            ground = QRectF(x - halo / 2, top, halo, bottom - top)
            painter.fillRect(ground, theme.color("surface.card"))
        painter.setPen(QPen(theme.color("action.ink"), _LINE_PX))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        self._paint_handle_words(painter, found, x)

    def _paint_handle_words(self, painter: QPainter, found: LayerMap, x: float) -> None:
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("text.secondary"))
        left_text, right_text = handle_words(found)
        width = QFontMetricsF(painter.font()).horizontalAdvance
        left, right = x - _WORDS_PX, self.width() - x - _WORDS_PX
        both = ", ".join(text for text in (left_text, right_text) if text)
        # Sides mean something only where the line parts RAM from GPU.
        if not found.is_prefix or width(right_text) > right or width(left_text) > left:
            fits_left = width(both) <= left
            left_text, right_text = (both, "") if fits_left else ("", both)
        top, height = self.handle.y(), StripHandle.HEIGHT_PX
        middle = Qt.AlignmentFlag.AlignVCenter
        at_right = middle | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, top, left, height), at_right, left_text)
        painter.drawText(QRectF(x + _WORDS_PX, top, right, height), middle, right_text)


def handle_words(found: LayerMap) -> tuple[str, str]:
    """What stands left and right of the handle; empty where there is nothing to say."""
    homes = found.homes
    left = right = ""
    if homes.in_ram:
        layers = counted_layers(homes.in_ram)
        left = (
            tr("experts of {layers} in RAM, one in part", layers=layers)
            if homes.split
            else tr("experts of {layers} in RAM", layers=layers)
        )
    if homes.on_gpu:
        gpus = {stretch.device for stretch in found.stretches} - {HOST}
        right = tr_n(
            "experts of {layers} on the GPU",
            "experts of {layers} on the GPUs",
            max(1, len(gpus)),
            layers=counted_layers(homes.on_gpu),
        )
    return left, right
