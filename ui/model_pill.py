"""The model in use, under the message field, and the menu to choose another."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy

from app import number_text
from app.local_models import LocalModel
from app.session_state import SessionCommands, SessionState
from runtime.language import marked, tr
from ui.controls import PaintedButton
from ui.theme import Theme

GOES_ON = marked("This chat goes on with the model you choose")
NO_MODELS = marked("No models on this computer yet")
FIND_MORE = marked("Find more models\N{HORIZONTAL ELLIPSIS}")
PLAN = marked("Plan {name}\N{HORIZONTAL ELLIPSIS}")
_MARKS = {"ready": marked("loaded"), "loading": marked("loading")}
_CHOSEN = marked("chosen")
_NAME_PX, _LEAST_PX, _MENU_END_PX = 240, 96, 14


def speed_here(state: SessionState, model_id: str) -> float | None:
    """Decode tokens/s of the newest answer this model wrote in the open chat."""
    for message in reversed(state.conversation.messages):
        stats = message.stats
        if message.model_id == model_id and stats is not None and stats.decode_tokens_per_s:
            return stats.decode_tokens_per_s
    return None


def model_line(state: SessionState, model: LocalModel) -> str:
    """What stands beside a model's name: its size, whether it is loaded, its speed in this chat."""
    parts = [model.quantisation, number_text.gib_unit(model.file_bytes)]
    speed = speed_here(state, model.id)
    if speed is not None:
        parts.append(tr("{speed} here", speed=number_text.tokens_per_s_unit(speed)))
    if state.model is not None and state.model.id == model.id:
        parts.append(tr(_MARKS.get(state.engine.phase, _CHOSEN)))
    return ", ".join(parts)


class ModelPill(PaintedButton):
    """The model in use; opens the menu of models. `plan_wanted` carries the id of a model."""

    models_wanted = Signal()
    plan_wanted = Signal(str)

    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__(theme, tr("Model"))
        self._commands = commands
        self._state: SessionState | None = None
        self._model: LocalModel | None = None
        self.ring_radius = 14
        self.setFixedHeight(28)
        # In a narrow window the name ends in an ellipsis.
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_menu)
        self._name_font = theme.font("small", 500)
        self._detail_font = theme.font("small")

    def show_state(self, state: SessionState) -> None:
        self._state = state
        if state.model is not self._model or not self.text():
            self._model = state.model
            self.setText(state.model.name if state.model else tr("Choose a model"))
            self.setAccessibleName(tr("Model: {name}", name=self.text()))
            self.setToolTip(self._whole_name())
            self.updateGeometry()
            self.update()

    def open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.mapToGlobal(self.rect().topLeft()) - _above(menu))

    def menu(self) -> QMenu:
        """The models on this machine, the one in use marked, and where others come from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(tr("Models"))
        menu.setFont(self.theme.font("ui"))
        models = self._state.models if self._state else ()
        if len(models) > 1 and self._state is not None and self._state.conversation.messages:
            menu.addAction(tr(GOES_ON)).setEnabled(False)
            menu.addSeparator()
        for model in models:
            self._add_model(menu, model)
        if not models:
            menu.addAction(tr(NO_MODELS)).setEnabled(False)
        menu.addSeparator()
        if self._model is not None:
            plan = menu.addAction(tr(PLAN, name=self._model.name.replace("&", "&&")))
            model_id = self._model.id
            plan.triggered.connect(lambda _=False: self.plan_wanted.emit(model_id))
        menu.addAction(tr(FIND_MORE)).triggered.connect(lambda _=False: self.models_wanted.emit())
        # Qt leaves the second column no room at its end.
        menu.setMinimumWidth(menu.sizeHint().width() + _MENU_END_PX)
        return menu

    def _add_model(self, menu: QMenu, model: LocalModel) -> None:
        assert self._state is not None
        name = model.name.replace("&", "&&")
        action = menu.addAction(f"{name}\t{model_line(self._state, model)}")
        if self._model is not None and model.id == self._model.id:
            ratio = self.devicePixelRatioF()
            action.setIcon(self.theme.icon("check", 16, "text.primary", ratio))
        action.triggered.connect(
            lambda _=False, model_id=model.id: self._commands.load_model(model_id)
        )

    def _whole_name(self) -> str:
        return f"{self._model.name} {self._model.quantisation}" if self._model else ""

    def _detail(self) -> str:
        return self._model.quantisation if self._model else ""

    def _width_for(self, name_px: int) -> int:
        detail = QFontMetrics(self._detail_font).horizontalAdvance(self._detail())
        return 10 + name_px + (6 + detail if detail else 0) + 6 + 14 + 8

    def sizeHint(self) -> QSize:
        name = QFontMetrics(self._name_font).horizontalAdvance(self.text())
        return QSize(self._width_for(min(name, _NAME_PX)), 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(_LEAST_PX, self.sizeHint().width()), 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        ground = color("surface.hover") if self.hovered() else None
        self.fill(painter, ground, 14, color("line.line"))
        painter.setFont(self._name_font)
        painter.setPen(color("text.primary"))
        metrics = QFontMetrics(self._name_font)
        # The quantisation gives way before the name does.
        detail = self._detail() if self.width() >= self.sizeHint().width() else ""
        room = self.width() - self._width_for(0) if detail else self.width() - 11 - 28
        name = metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideRight, min(_NAME_PX, max(0, room + 1))
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(11, 0, _NAME_PX + 4, self.height()), middle, name)
        x = 11 + metrics.horizontalAdvance(name) + 6
        painter.setFont(self._detail_font)
        painter.setPen(color("text.tertiary"))
        painter.drawText(QRectF(x, 0, self.width() - x - 24, self.height()), middle, detail)
        self.draw_icon(painter, "chevron-down", 14, "text.tertiary", self.width() - 22, 7)


def _above(menu: QMenu) -> QPoint:
    return QPoint(0, menu.sizeHint().height() + 6)
