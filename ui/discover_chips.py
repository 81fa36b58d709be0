"""Filter chips: one that is on or off, and one that opens a few choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QMenu

from runtime.language import tr
from ui.controls import PaintedButton
from ui.theme import Theme

_SIDE_PX, _ICON_PX, _GAP_PX = 12, 14, 6


class Chip(PaintedButton):
    """On or off; the check and its name say which, not its ground alone."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(theme, text)
        self.setText(text)
        self.setFont(theme.font("small", 500))
        self.setCheckable(True)
        self.ring_radius = theme.px("radius.pill")
        self.setFixedHeight(theme.px("control.chip"))

    def sizeHint(self) -> QSize:
        icon = _ICON_PX + _GAP_PX if self.isChecked() else 0
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + icon + 2 * _SIDE_PX
        return QSize(width, self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_on(self, *, on: bool) -> None:
        if on != self.isChecked():
            self.setChecked(on)
        self.updateGeometry()

    def nextCheckState(self) -> None:
        """A click asks; what comes back turns it."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color, on = self.theme.color, self.isChecked()
        over = self.hovered() or self.isDown()
        ground = "surface.selected" if on else "surface.hover" if over else "surface.card"
        line = "line.control" if on and over else ground if on else "line.line"
        self.fill(painter, color(ground), self.height() / 2, color(line))
        left = float(_SIDE_PX)
        if on:
            top = (self.height() - _ICON_PX) / 2
            self.draw_icon(painter, "check", _ICON_PX, "text.primary", left, top)
            left += _ICON_PX + _GAP_PX
        painter.setFont(self.font())
        painter.setPen(color("text.primary" if on or over else "text.secondary"))
        box = self.rect().adjusted(round(left), 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())


class ChoiceChip(PaintedButton):
    """Opens a menu of `choices`; `chosen` carries the value turned to. `quiet` has no outline."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, label: str, *, quiet: bool = False) -> None:
        super().__init__(theme, label)
        self._label, self._quiet = label, quiet
        self._choices: tuple[tuple[object, str], ...] = ()
        self._value: object = None
        self._neutral: object = None
        self.setFont(theme.font("small", 400 if quiet else 500))
        self.ring_radius = theme.px("radius.control_small" if quiet else "radius.pill")
        self.setFixedHeight(theme.px("control.chip"))
        self.clicked.connect(self._open)

    def show_choices(self, choices: Sequence[tuple[object, str]], value: object) -> None:
        """The first choice is the one that filters nothing."""
        self._choices, self._value = tuple(choices), value
        self._neutral = self._choices[0][0] if self._choices else None
        word = next((text for known, text in self._choices if known == value), tr("any"))
        text = tr("{label}: {choice}", label=self._label, choice=word)
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """What it opens."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for value, text in self._choices:
            action = QAction(text[0].upper() + text[1:], menu)
            action.setCheckable(True)
            action.setChecked(value == self._value)
            action.triggered.connect(lambda _=False, value=value: self.chosen.emit(value))
            menu.addAction(action)
        return menu

    def sizeHint(self) -> QSize:
        text = QFontMetrics(self.font()).horizontalAdvance(self.text())
        sides = 2 if self._quiet else 2 * _SIDE_PX
        return QSize(text + _GAP_PX + _ICON_PX + sides, self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        menu = self.menu()
        left = self.width() - menu.sizeHint().width() if self._quiet else 0
        menu.popup(self.mapToGlobal(QPoint(left, self.height() + 4)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        over, on = self.hovered() or self.isDown(), self._value != self._neutral
        ink = "text.primary" if over or (on and not self._quiet) else "text.secondary"
        left = 0
        if not self._quiet:
            left = _SIDE_PX
            ground = "surface.selected" if on else "surface.hover" if over else "surface.card"
            line = ground if on else "line.line"
            self.fill(painter, color(ground), self.height() / 2, color(line))
        painter.setFont(self.font())
        painter.setPen(color(ink))
        box = self.rect().adjusted(left, 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
        x = self.width() - left - _ICON_PX
        self.draw_icon(painter, "chevron-down", _ICON_PX, ink, x, (self.height() - _ICON_PX) / 2)
