"""The narrow bar on the left: the mark and the pages."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from runtime.language import marked, tr
from ui.controls import PaintedButton
from ui.theme import Theme

PageName = Literal["chats", "models", "dashboard", "settings"]
_ITEMS: tuple[tuple[PageName, str, str, str], ...] = (
    ("chats", marked("Chats"), "message-square", "Ctrl+1"),
    ("models", marked("Models"), "box", "Ctrl+2"),
    ("dashboard", marked("Dashboard"), "chart-column", "Ctrl+3"),
    ("settings", marked("Settings"), "settings-2", "Ctrl+,"),
)
_ICON_PX, _GAP_PX, _LABEL_PX, _DOT_PX = 20, 4, 14, 7
_LABEL_SIDE_PX = 3


class RailItem(PaintedButton):
    def __init__(self, theme: Theme, text: str, icon: str, shortcut: str) -> None:
        super().__init__(theme, text)
        self._icon = icon
        self._dot = False
        self.setText(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFont(theme.font("caption", 500))
        self.setToolTip(f"{text} ({shortcut})")
        self.setFixedHeight(theme.px("control.rail_item.h"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        if self.isChecked():
            self.fill(painter, self.theme.color("surface.selected"), self.ring_radius)
        elif self.hovered():
            self.fill(painter, self.theme.color("surface.hover"), self.ring_radius)
        ink = "text.primary" if self.isChecked() else "text.secondary"
        top = (self.height() - _ICON_PX - _GAP_PX - _LABEL_PX) / 2
        self.draw_icon(painter, self._icon, _ICON_PX, ink, (self.width() - _ICON_PX) / 2, top)
        painter.setPen(self.theme.color(ink))
        box = QRectF(0, top + _ICON_PX + _GAP_PX, self.width(), _LABEL_PX)
        painter.drawText(
            box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, self.text()
        )

        if self._dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("action.focus"))
            painter.drawEllipse(QRectF(self.width() / 2 + 8, top - 2, _DOT_PX, _DOT_PX))

    def show_dot(self, why: str) -> None:
        """A dot beside the icon, with `why` in words; "" takes it away."""
        self._dot = bool(why)
        self.setAccessibleDescription(why)
        self.update()

    def sizeHint(self) -> QSize:
        text_px = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(text_px + 2 * _LABEL_SIDE_PX, self.height())


class Logo(QWidget):
    """The mark, `size` logical pixels square."""

    def __init__(self, theme: Theme, size: int) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(size, size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).drawPixmap(0, 0, self._theme.logo(self.width(), self.devicePixelRatioF()))


class Rail(QFrame):
    page_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "rail")
        column = QVBoxLayout(self)
        column.setContentsMargins(3, 14, 4, 12)
        column.setSpacing(4)
        column.addWidget(Logo(theme, 30), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(18)
        self.items: dict[PageName, RailItem] = {}
        for page, text, icon, shortcut in _ITEMS:
            item = RailItem(theme, tr(text), icon, shortcut)
            item.clicked.connect(lambda _=False, page=page: self.page_chosen.emit(page))
            if page == "settings":
                column.addStretch()
            column.addWidget(item, 0, Qt.AlignmentFlag.AlignHCenter)
            self.items[page] = item
        self._widen(theme)

    def _widen(self, theme: Theme) -> None:
        """As wide as the design says, wider where the language's words are."""
        usual_px = theme.px("control.rail_item.w")
        item_px = max(usual_px, *(item.sizeHint().width() for item in self.items.values()))
        for item in self.items.values():
            item.setFixedWidth(item_px)
        self.setFixedWidth(theme.px("layout.rail") + item_px - usual_px)

    def show_downloads(self, running: int) -> None:
        """A dot on Models while something is being downloaded."""
        self.items["models"].show_dot(tr("A download is running") if running else "")

    def show_page(self, page: PageName) -> None:
        self.items[page].setChecked(True)
        for name, item in self.items.items():
            # Tab stops at the page that is open; arrow keys go to the others.
            on = name == page
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        items = list(self.items.values())
        focused = next((n for n, item in enumerate(items) if item.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        items[(focused + step) % len(items)].setFocus(Qt.FocusReason.TabFocusReason)
