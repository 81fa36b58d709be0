"""A drop-down choice in the head of a page: a pill that says what is chosen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from ui.select import Select
from ui.theme import Theme

_HEIGHT_PX, _SIDE_PX, _ICON_PX, _GAP_PX = 28, 11, 14, 6
_LEAST_PX, _MOST_PX = 120, 380
_LIST_SIDES_PX = 40


class PillSelect(Select):
    """As wide as its sentence, which is shortened where there is little room."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._theme = theme
        self.setFont(theme.font("small", 500))
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sentence(self) -> str:
        return self.currentText()

    def show_choice(self, choice: str, label: str) -> None:
        """It is named even if it isn't in the list."""
        at = self.findData(choice)
        if at < 0 and choice:
            self.addItem(label, choice)
            self.widen_list()
            at = self.count() - 1
        if at != self.currentIndex():
            self.setCurrentIndex(at)
            self.updateGeometry()

    def widen_list(self) -> None:
        """Names are longer than the button is wide."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _LIST_SIDES_PX)

    def sizeHint(self) -> QSize:
        text_px = QFontMetrics(self.font()).horizontalAdvance(self.sentence())
        width = text_px + 2 * _SIDE_PX + _GAP_PX + _ICON_PX
        return QSize(min(width, _MOST_PX), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, radius = self._theme.color, self.height() / 2
        painter.setPen(QPen(color("line.line"), 1))
        painter.setBrush(color("surface.hover" if self.underMouse() else "surface.card"))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5
        )
        painter.setFont(self.font())
        painter.setPen(color("text.primary"))
        box = QRectF(self.rect()).adjusted(_SIDE_PX, 0, -_SIDE_PX - _ICON_PX - _GAP_PX + 2, 0)
        text = QFontMetrics(self.font()).elidedText(
            self.sentence(), Qt.TextElideMode.ElideRight, int(box.width()) + 1
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        icon = self._theme.icon("chevron-down", _ICON_PX, "text.tertiary", self.devicePixelRatioF())
        painter.drawPixmap(
            self.width() - _SIDE_PX - _ICON_PX + 2, (self.height() - _ICON_PX) // 2, icon
        )
