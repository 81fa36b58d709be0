"""The table of models on this computer, a row and a button for each."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.local_models import LocalModel
from app.plan_state import PlanCommands
from app.session_state import SessionCommands, SessionState
from ui.controls import Button
from ui.icon_mark import IconMark
from ui.labels import Label
from ui.model_row_state import RowState, row_state
from ui.page_frame import hairline
from ui.theme import Theme

HEADINGS = (
    "Model",
    "Architecture",
    "Parameters (used per token)",
    "Experts",
    "Quantisation",
    "Size",
    "",
    "",
    "",
)
_SIZE_COLUMN, _STATUS_COLUMN, _PLAN_COLUMN, _BUTTON_COLUMN = 5, 6, 7, 8
_LEAST_PX = (0, 84, 164, 118, 88, 66, 132, 34, 86)
_LEFT_OUT_FIRST = (1, 3, 2, 4)
_NAME_PX, _GAP_PX, _LEAST_TABLE_PX = 240, 12, 460
_HEAD_PX, _ROW_PX, _TALL_ROW_PX = 32, 44, 60
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ModelTable(QFrame):
    """`chat_wanted` is emitted by the button of the loaded model.

    Without `plan_commands` no row offers a plan.
    """

    chat_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        plan_commands: PlanCommands | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._commands, self._plan_commands = theme, commands, plan_commands
        self.models: tuple[LocalModel, ...] = ()
        self.rows: dict[str, ModelRow] = {}
        self._state: SessionState | None = None
        self.setProperty("surface", "card")
        self.setAccessibleName("Models on this computer")
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(20, 0, 16, 0)
        self._ground: QWidget | None = None
        self._column_shown = [True] * len(HEADINGS)

    def show_state(self, state: SessionState) -> bool:
        """Draw `state`; whether the rows had to be made anew."""
        self._state = state
        is_new = state.models != self.models or self._ground is None
        if is_new:
            self._build(state.models)
        for model in self.models:
            self.rows[model.id].show_state(row_state(model, state))
        return is_new

    def buttons(self) -> list[Button]:
        """Row by row, as Tab goes through them."""
        shown = self._plan_commands is not None
        return [
            button
            for row in self.rows.values()
            for button in ((row.plan, row.button) if shown else (row.button,))
        ]

    def button_in_use(self) -> Button | None:
        """The button of the model in use, None without one."""
        model = self._state.model if self._state else None
        row = self.rows.get(model.id) if model else None
        return row.button if row else None

    def has_focus(self) -> bool:
        """Whether one of its buttons has the keyboard."""
        return any(button.hasFocus() for button in self.buttons())

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_TABLE_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave columns out, the least telling first, until the names have room."""
        if self._ground is None:
            return
        grid = self._ground.layout()
        assert isinstance(grid, QGridLayout)
        least = sum(self._least_px(column) for column in range(len(HEADINGS)))
        spare = self.width() - _NAME_PX - least - _GAP_PX * len(HEADINGS)
        for column in _LEFT_OUT_FIRST:
            shown = spare >= 0
            spare += 0 if shown else _LEAST_PX[column] + _GAP_PX
            if shown != self._column_shown[column]:
                self._column_shown[column] = shown
                self._show_column(grid, column, shown=shown)

    def _least_px(self, column: int) -> int:
        left_out = column == _PLAN_COLUMN and self._plan_commands is None
        return 0 if left_out else _LEAST_PX[column]

    def _show_column(self, grid: QGridLayout, column: int, *, shown: bool) -> None:
        grid.setColumnMinimumWidth(column, _LEAST_PX[column] if shown else 0)
        for at in (0, *range(2, 2 * len(self.models) + 2, 2)):
            item = grid.itemAtPosition(at, column)
            item.widget().setVisible(shown)

    def _build(self, models: tuple[LocalModel, ...]) -> None:
        """Rows are kept while the models stay the same, so that no button loses the keyboard."""
        self.models, self.rows = models, {}
        if self._ground is not None:
            self._outer.removeWidget(self._ground)
            self._ground.hide()
            self._ground.deleteLater()
        self._ground = QWidget()
        grid = QGridLayout(self._ground)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(_GAP_PX)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.setRowMinimumHeight(0, _HEAD_PX)
        for column, heading in enumerate(HEADINGS):
            grid.setColumnMinimumWidth(column, self._least_px(column))
            label = Label(self._theme, heading, "caption", "tertiary")
            if column == _SIZE_COLUMN:
                grid.addWidget(label, 0, column, _RIGHT)
            else:
                grid.addWidget(label, 0, column)
        for number, model in enumerate(models):
            grid.addWidget(hairline(), 2 * number + 1, 0, 1, len(HEADINGS))
            self._add_row(grid, 2 * number + 2, model)
        self._outer.addWidget(self._ground)
        self._column_shown = [True] * len(HEADINGS)
        self._fit()

    def _add_row(self, grid: QGridLayout, at: int, model: LocalModel) -> None:
        row = ModelRow(self._theme, model)
        row.button.clicked.connect(lambda _=False: self._act(model))
        row.plan.clicked.connect(lambda _=False: self._plan(model))
        row.plan.setVisible(self._plan_commands is not None)
        grid.setRowMinimumHeight(at, _TALL_ROW_PX if model.note else _ROW_PX)
        grid.addWidget(row.name, at, 0)
        for column, cell in enumerate(row.cells, start=1):
            if column == _SIZE_COLUMN:
                grid.addWidget(cell, at, column, _RIGHT)
            else:
                grid.addWidget(cell, at, column)
        grid.addWidget(row.status, at, _STATUS_COLUMN)
        grid.addWidget(row.plan, at, _PLAN_COLUMN, _RIGHT)
        grid.addWidget(row.button, at, _BUTTON_COLUMN, _RIGHT)
        self.rows[model.id] = row

    def _plan(self, model: LocalModel) -> None:
        if self._plan_commands is not None:
            self._plan_commands.open_plan(model.id)

    def _act(self, model: LocalModel) -> None:
        assert self._state is not None
        match row_state(model, self._state).act:
            case "chat":
                self.chat_wanted.emit()
            case "cancel":
                self._commands.cancel_load()
            case "restart":
                self._commands.restart_engine()
            case "load":
                self._commands.load_model(model.id)


class ModelRow:
    """The widgets of one row; the table's grid holds them."""

    def __init__(self, theme: Theme, model: LocalModel) -> None:
        self._model = model
        self.name = _name(theme, model)
        used = number_text.parameters_used(model.parameters_total, model.parameters_active)
        experts = number_text.experts(model.expert_count, model.expert_used_count)
        size = number_text.gib_unit(model.file_bytes)
        texts = (model.architecture, used, experts, model.quantisation, size)
        self.cells = [Label(theme, text, "ui", "secondary", tabular=True) for text in texts]
        self.cells[0].setFont(theme.font("ui"))
        self.status = QWidget()
        row = QHBoxLayout(self.status)
        row.setContentsMargins(12, 0, 0, 0)
        row.setSpacing(5)
        self._mark = IconMark(theme, "check", 14, "state.ok")
        self.status_text = Label(theme, "", "small", weight=500)
        row.addWidget(self._mark)
        row.addWidget(self.status_text)
        row.addStretch()
        self.plan = Button(theme, "Plan", "quiet", "compact", name=f"Plan: {model.name}")
        self.button = Button(theme, "Load", extent="compact")
        self.show_state(RowState("", "secondary", "Load", "load"))

    def show_state(self, state: RowState) -> None:
        self.status_text.show_text(state.status)
        self.status_text.set_tone(state.tone)
        self._mark.setVisible(state.tone in ("ok", "error"))
        self._mark.show_icon("check" if state.tone == "ok" else "triangle-alert", _ink(state.tone))
        name = f"{state.verb}: {self._model.name}"
        self.button.show_text(state.verb, name)
        self.button.setAccessibleName(name)
        self.button.show_kind("primary" if state.act == "chat" else "plain")


def _ink(tone: str) -> str:
    return "state.error" if tone == "error" else "state.ok"


def _name(theme: Theme, model: LocalModel) -> QWidget:
    place = QWidget()
    column = QVBoxLayout(place)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addStretch()
    column.addWidget(Label(theme, model.name, "ui", weight=500, elided=True))
    if model.note:
        column.addWidget(Label(theme, model.note, "small", "tertiary", elided=True))
    column.addStretch()
    return place
