"""A card above the window's content that closes on Esc or a click elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.theme import Theme

_SHADOW_PX = 10
_SHADOW_ALPHA = 0.10


class Popover(QWidget):
    def __init__(self, theme: Theme, window: QWidget, opener: QWidget, name: str) -> None:
        super().__init__(window)
        self._theme, self._opener = theme, opener
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.content = QVBoxLayout(self)
        edge = _SHADOW_PX
        self.content.setContentsMargins(14 + edge, 12 + edge, 14 + edge, 12 + edge)
        self.content.setSpacing(0)

    def open_near(self, corner: QPoint, width: int) -> None:
        """Show with its lower right corner at `corner` of the window, wholly inside it.

        It is `width` wide, or as wide as its content needs.
        """
        self.content.activate()
        self.setFixedWidth(max(width + 2 * _SHADOW_PX, self.content.minimumSize().width()))
        self.content.activate()
        height = (
            self.content.heightForWidth(self.width()) if self.content.hasHeightForWidth() else 0
        )
        self.resize(
            self.width(), max(height, self.content.sizeHint().height() if not height else 0)
        )
        x = min(corner.x() - self.width() + _SHADOW_PX, self.parentWidget().width() - self.width())
        y = max(0, corner.y() - self.height() + _SHADOW_PX)
        self.move(max(0, x), y)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        QApplication.instance().installEventFilter(self)

    def closeEvent(self, event: QEvent) -> None:
        QApplication.instance().removeEventFilter(self)
        if self._opener.isVisible():
            self._opener.setFocus(Qt.FocusReason.PopupFocusReason)
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            at = self.mapFromGlobal(event.globalPosition().toPoint())
            if not self.rect().contains(at):
                self.close()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_SHADOW_PX, _SHADOW_PX, -_SHADOW_PX, -_SHADOW_PX)
        radius = self._theme.px("radius.control")
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(0, 0, 0)
        rings = 8
        for ring in range(rings):
            shade.setAlphaF(_SHADOW_ALPHA / rings * 1.6)
            painter.setBrush(shade)
            reach = ring + 0.5
            painter.drawRoundedRect(
                box.adjusted(-reach, -reach + 2, reach, reach + 2), radius + reach, radius + reach
            )
        painter.setPen(QPen(self._theme.color("line.line"), 1))
        painter.setBrush(self._theme.color("surface.card"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
