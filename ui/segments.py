"""A choice of a few, side by side: one is always on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.controls import PaintedButton
from ui.theme import Theme

_EDGE_PX, _SIDE_PX = 2, 12


class Segment(PaintedButton):
    def __init__(self, theme: Theme, text: str, name: str) -> None:
        super().__init__(theme, name)
        self.ring_radius = theme.px("radius.control_small")
        self.setText(text)
        self.setFont(theme.font("ui", 500))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFixedHeight(theme.px("control.default") - 2 * _EDGE_PX)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + 2 * _SIDE_PX, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        if self.isChecked():
            color = self.theme.color
            self.fill(painter, color("surface.card"), self.ring_radius, color("line.line"))
        ink = "text.primary" if self.isChecked() or self.hovered() else "text.secondary"
        painter.setFont(self.font())
        painter.setPen(self.theme.color(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Segments(QWidget):
    """`choices` are (value, text); `chosen` carries the value a person turned to."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px("control.default"))
        row = QHBoxLayout(self)
        row.setContentsMargins(_EDGE_PX, _EDGE_PX, _EDGE_PX, _EDGE_PX)
        row.setSpacing(0)
        self.segments: dict[str, Segment] = {}
        for value, text in choices:
            segment = Segment(theme, text, f"{name}: {text}")
            segment.clicked.connect(lambda _=False, value=value: self.chosen.emit(value))
            row.addWidget(segment)
            self.segments[value] = segment

    def show_value(self, value: str) -> None:
        for name, segment in self.segments.items():
            # Tab stops at the one that is on; arrow keys go to the others.
            on = name == value
            policy = Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus
            segment.setFocusPolicy(policy)
            if on:
                segment.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        values = list(self.segments)
        on = next((n for n, v in enumerate(values) if self.segments[v].isChecked()), None)
        if step is None or on is None:
            super().keyPressEvent(event)
            return
        value = values[(on + step) % len(values)]
        self.chosen.emit(value)
        self.segments[value].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface.sunken"))
        radius = self._theme.px("radius.control")
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
