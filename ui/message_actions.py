"""The small controls of a message: its versions, copying, again, editing and what is rarer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QWidget

from runtime.language import tr
from ui.answer_frames import COPIED_MS
from ui.controls import IconButton
from ui.labels import Label
from ui.theme import Theme

_ICON_PX = 16


class BranchSwitcher(QWidget):
    """\u2039 2/3 \u203a. `turned` carries -1 or 1."""

    turned = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.earlier = _arrow(theme, "chevron-left", tr("Version before"))
        self.later = _arrow(theme, "chevron-right", tr("Next version"))
        self.label = Label(theme, "", "small", "secondary", tabular=True)
        self.earlier.clicked.connect(lambda: self.turned.emit(-1))
        self.later.clicked.connect(lambda: self.turned.emit(1))
        for widget in (self.earlier, self.label, self.later):
            row.addWidget(widget)
        self.hide()

    def show_branch(self, branch: int, branches: int, *, busy: bool) -> None:
        """Hidden where there is only one."""
        self.label.show_text(f"{branch}/{branches}")
        self.setAccessibleName(
            tr("Version {branch} of {branches}", branch=branch, branches=branches)
        )
        self.earlier.setEnabled(branch > 1 and not busy)
        self.later.setEnabled(branch < branches and not busy)
        self.setVisible(branches > 1)


def _arrow(theme: Theme, icon: str, name: str) -> IconButton:
    arrow = IconButton(theme, icon, name, icon_px=_ICON_PX, flush=True)
    arrow.setFixedSize(_ICON_PX, theme.px("control.icon_button"))
    return arrow


class CopyButton(IconButton):
    """Opens `menu`'s choices; says for two seconds that something was copied."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, "copy", name, icon_px=_ICON_PX, flush=True)
        self._name = name

    def copied(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.show_icon("check", tr("Copied"))
        self.startTimer(COPIED_MS)

    def timerEvent(self, event) -> None:
        self.killTimer(event.timerId())
        self.show_icon("copy", self._name)


class RevealedIcon(IconButton):
    """Drawn only while `revealed` or when it has the keyboard; it keeps its place all the time."""

    def __init__(self, theme: Theme, icon: str, name: str, parent: QWidget) -> None:
        super().__init__(theme, icon, name, icon_px=14, parent=parent)
        self.setFixedSize(22, 22)
        self._revealed = False

    def reveal(self, *, revealed: bool) -> None:
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._revealed or self.hasFocus() or self.underMouse():
            super().paintEvent(event)


def pop_up(menu: QMenu, button: QWidget) -> None:
    """Above or below the button, wherever there is room."""
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
