"""A drop-down choice in the design's look."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy

from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

_ICON_PX, _SIDE_PX = 14, 12


class Select(QComboBox):
    """Turning the wheel over it scrolls the page: a choice is never changed in passing."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setFont(theme.font("ui"))
        self.setFixedHeight(theme.px("control.default"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        popup = QListView()
        popup.setAccessibleName(name)
        popup.setProperty("popup", True)
        self.setView(popup)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self._theme.px("radius.control"))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, radius = self._theme.color, self._theme.px("radius.control")
        painter.setPen(QPen(color("line.line"), 1))
        painter.setBrush(color("surface.hover" if self.underMouse() else "surface.field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(self.font())
        painter.setPen(color("text.primary"))
        box = QRectF(self.rect()).adjusted(_SIDE_PX, 0, -_SIDE_PX - _ICON_PX - 6, 0)
        text = QFontMetrics(self.font()).elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        icon = self._theme.icon("chevron-down", _ICON_PX, "text.tertiary", self.devicePixelRatioF())
        painter.drawPixmap(
            self.width() - _SIDE_PX - _ICON_PX, (self.height() - _ICON_PX) // 2, icon
        )
