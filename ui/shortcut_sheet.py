"""The sheet of all shortcuts, above the window until Esc or a click elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from runtime.language import tr
from ui.controls import IconButton
from ui.labels import Label
from ui.popover import Popover
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.shortcut_table import Shortcut, groups, key_text
from ui.theme import Theme

_EDGE_PX = 48  # of the window that stays free around it
_SHADOW_PX = 10  # the popover's own
_STEP_PX = 60


class ShortcutSheet(Popover):
    """Two columns of groups; it scrolls where the window is too small."""

    def __init__(self, theme: Theme, window: QWidget, opener: QWidget) -> None:
        super().__init__(theme, window, opener, tr("Keyboard shortcuts"))
        self.setAccessibleDescription(spoken())
        side = theme.px("space.6") + _SHADOW_PX
        self.content.setContentsMargins(side, side - 6, side - 10, side - 6)
        head = QHBoxLayout()
        head.addWidget(Label(theme, tr("Keyboard shortcuts"), "reading_heading"), 1)
        self.leave = IconButton(theme, "x", tr("Close"), shortcut="Esc")
        self.leave.clicked.connect(self.close)
        head.addWidget(self.leave)
        self.content.addLayout(head)
        self.content.addSpacing(8)
        self._body = _columns(theme, 2)
        if self._width_px() > window.width() - _EDGE_PX:
            self._body = _columns(theme, 1)
        self._area = ScrollArea(theme, self._body)
        self.content.addWidget(self._area, 1)

    def open_centred(self) -> None:
        window = self.parentWidget()
        body = self._body.sizeHint()
        width = min(self._width_px(), window.width() - _EDGE_PX)
        self.open_near(QPoint(window.width(), window.height()), width - 2 * _SHADOW_PX)
        around = self.content.sizeHint().height() - self._area.sizeHint().height()
        height = min(body.height() + around + 2, window.height() - _EDGE_PX)
        self.resize(self.width(), height)
        self.move((window.width() - self.width()) // 2, (window.height() - height) // 2)

    def _width_px(self) -> int:
        margins = self.content.contentsMargins()
        return self._body.sizeHint().width() + margins.left() + margins.right() + SCROLL_BAR_PX + 4

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._area.verticalScrollBar()
        step = {
            Qt.Key.Key_Up: -_STEP_PX,
            Qt.Key.Key_Down: _STEP_PX,
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)


def spoken() -> str:
    """The whole sheet for those who hear it."""
    return "\n".join(
        f"{tr(name)}: " + "; ".join(f"{tr(one.words)}, {key_text(one)}" for one in held)
        for name, held in groups()
    )


def _columns(theme: Theme, count: int) -> QWidget:
    """The groups in their order, in one column or in two of about one length."""
    body = QWidget()
    row = QHBoxLayout(body)
    row.setContentsMargins(0, 0, 8, 0)
    row.setSpacing(40)
    every = groups()
    half = sum(len(held) + 2 for _, held in every) / count
    sides = [QVBoxLayout() for _ in range(count)]
    so_far = 0.0
    for name, held in every:
        # A group stands on the right when most of it lies in the second half.
        side = sides[so_far + (len(held) + 2) / 2 > half]
        so_far += len(held) + 2
        side.addWidget(Label(theme, tr(name), "small", "tertiary", weight=500))
        side.addSpacing(4)
        side.addLayout(_group(theme, held))
        side.addSpacing(18)
    for side in sides:
        side.setSpacing(0)
        side.addStretch()
        row.addLayout(side, 1)
    return body


def _group(theme: Theme, held: tuple[Shortcut, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    for number, one in enumerate(held):
        grid.addWidget(Label(theme, tr(one.words)), number, 0)
        keys = Label(theme, key_text(one), "small", "secondary", weight=500)
        grid.addWidget(keys, number, 1, Qt.AlignmentFlag.AlignRight)
    return grid
