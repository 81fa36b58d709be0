"""The model in use, under the message field, and the menu to choose another."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu

from app import number_text
from app.local_models import LocalModel
from app.session_state import SessionCommands, SessionState
from ui.controls import PaintedButton
from ui.theme import Theme


class ModelPill(PaintedButton):
    """The model in use; opens the menu of models."""

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__(theme, "Model")
        self._commands = commands
        self._models: tuple[LocalModel, ...] = ()
        self._model: LocalModel | None = None
        self.ring_radius = 14
        self.setFixedHeight(28)
        self.clicked.connect(self.open_menu)
        self._name_font = theme.font("small", 500)
        self._detail_font = theme.font("small")

    def show_state(self, state: SessionState) -> None:
        self._models = state.models
        if state.model is not self._model or not self.text():
            self._model = state.model
            self.setText(state.model.name if state.model else "Choose a model")
            self.setAccessibleName(f"Model: {self.text()}")
            self.updateGeometry()
            self.update()

    def open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.mapToGlobal(self.rect().topLeft()) - _above(menu))

    def menu(self) -> QMenu:
        """The models on this machine, the one in use marked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Models")
        menu.setFont(self.theme.font("ui"))
        for model in self._models:
            size = number_text.gib_unit(model.file_bytes)
            action = menu.addAction(f"{model.name}\t{model.quantisation}, {size}")
            if self._model is not None and model.id == self._model.id:
                ratio = self.devicePixelRatioF()
                action.setIcon(self.theme.icon("check", 16, "text.primary", ratio))
            action.triggered.connect(
                lambda _=False, model_id=model.id: self._commands.load_model(model_id)
            )
        if not self._models:
            menu.addAction("No models on this computer yet").setEnabled(False)
        return menu

    def _detail(self) -> str:
        return self._model.quantisation if self._model else ""

    def sizeHint(self) -> QSize:
        name = QFontMetrics(self._name_font).horizontalAdvance(self.text())
        detail = QFontMetrics(self._detail_font).horizontalAdvance(self._detail())
        return QSize(10 + min(name, 240) + (6 + detail if detail else 0) + 6 + 14 + 8, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        ground = color("surface.hover") if self.hovered() else None
        self.fill(painter, ground, 14, color("line.line"))
        painter.setFont(self._name_font)
        painter.setPen(color("text.primary"))
        metrics = QFontMetrics(self._name_font)
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, 240)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(11, 0, 244, self.height()), middle, name)
        x = 11 + metrics.horizontalAdvance(name) + 6
        painter.setFont(self._detail_font)
        painter.setPen(color("text.tertiary"))
        painter.drawText(QRectF(x, 0, self.width() - x - 24, self.height()), middle, self._detail())
        self.draw_icon(painter, "chevron-down", 14, "text.tertiary", self.width() - 22, 7)


def _above(menu: QMenu) -> QPoint:
    return QPoint(0, menu.sizeHint().height() + 6)
