"""The choice of the cloud price that everything on the Savings tab is compared with."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.dashboard.state import DashboardCommands, MoneyView
from app.prices import Price
from runtime.language import tr
from ui.select import Select
from ui.theme import Theme

_SIDE_PX, _ICON_PX, _GAP_PX = 11, 14, 6
_LEAST_PX, _MOST_PX = 120, 380
_LIST_SIDES_PX = 40


class CompareSelect(Select):
    """All of `prices`, shown as the sentence "Compare with ..."."""

    def __init__(
        self, theme: Theme, commands: DashboardCommands, prices: tuple[Price, ...] = ()
    ) -> None:
        super().__init__(theme, tr("Compare with"))
        self._theme, self._commands = theme, commands
        self.setFont(theme.font("small", 500))
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for price in prices:
            self.addItem(price.label, price.id)
        self._widen_list()
        self.activated.connect(self._choose)

    def show_money(self, money: MoneyView) -> None:
        """The price in force, which is named even if it isn't in the list."""
        at = self.findData(money.reference_id)
        if at < 0 and money.reference_id:
            self.addItem(money.reference_label, money.reference_id)
            self._widen_list()
            at = self.count() - 1
        if at != self.currentIndex():
            self.setCurrentIndex(at)
            self.updateGeometry()

    def sentence(self) -> str:
        return tr("Compare with {price}", price=self.currentText())

    def sizeHint(self) -> QSize:
        text_px = QFontMetrics(self.font()).horizontalAdvance(self.sentence())
        width = text_px + 2 * _SIDE_PX + _GAP_PX + _ICON_PX
        return QSize(min(width, _MOST_PX), self.height())

    def minimumSizeHint(self) -> QSize:
        """In little room the sentence is shortened: the list and the card of savings say it all."""
        return QSize(_LEAST_PX, self.height())

    def _choose(self, index: int) -> None:
        self.updateGeometry()
        self._commands.compare_with(self.itemData(index))

    def _widen_list(self) -> None:
        """Names are longer than the button is wide."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _LIST_SIDES_PX)

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
