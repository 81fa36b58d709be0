"""The table of models on this computer, a row and its buttons for each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.local_models import LocalModel
from app.owned_state import OwnedCommands, OwnedFacts, OwnedView
from app.plan_state import PlanCommands
from app.session_state import SessionCommands, SessionState
from runtime.language import tr
from ui.controls import Button
from ui.model_row_state import row_state
from ui.owned_body import ModelBody, ModelHead
from ui.owned_columns import placing
from ui.owned_menu import row_menu
from ui.owned_row import ROW_ID, ModelRow
from ui.tab_order import chain
from ui.theme import Theme

_LEAST_TABLE_PX = 460
_KEYS = Qt.Key
_ROW_STEPS = {_KEYS.Key_Up: -1, _KEYS.Key_Down: 1, _KEYS.Key_PageUp: -8, _KEYS.Key_PageDown: 8}
_FAR = 1 << 30
_ROW_STEPS |= {_KEYS.Key_Home: -_FAR, _KEYS.Key_End: _FAR}
_BUTTON_STEPS = {_KEYS.Key_Left: -1, _KEYS.Key_Right: 1}


class ModelTable(QFrame):
    """`chat_wanted` is emitted by the button of the loaded model, `delete_wanted` by a menu.

    Without `plan_commands` no row offers a plan, without `owned_commands` none has a menu.
    """

    chat_wanted = Signal()
    delete_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        plan_commands: PlanCommands | None = None,
        owned_commands: OwnedCommands | None = None,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._plan_commands, self._owned_commands = plan_commands, owned_commands
        self._now_s = now_s
        self.models: tuple[LocalModel, ...] = ()
        self.rows: dict[str, ModelRow] = {}
        self._current: ModelRow | None = None
        self._before: QWidget | None = None
        self._state: SessionState | None = None
        self._view = OwnedView()
        self._facts: dict[str, OwnedFacts] = {}
        self._facts_at_s = now_s()
        self.setProperty("surface", "card")
        self.setAccessibleName(tr("Models on this computer"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._head = ModelHead(theme)
        column.addWidget(self._head)
        self._body = ModelBody()
        column.addWidget(self._body)

    # Drawing

    def show_state(self, state: SessionState) -> bool:
        """Draw `state`; whether rows came or went. Rows of models that stay are kept."""
        before, self._state = self._state, state
        is_new = state.models != self.models
        if is_new:
            self._bring_rows(state.models)
        if is_new or before is None or _says_more(before, state):
            for model in self.models:
                self.rows[model.id].show_state(row_state(model, state))
        if is_new:
            was = self._current.model.id if self._current else ""
            self._make_current(self.rows.get(was) or self._first_current())
        return is_new

    def show_view(self, view: OwnedView) -> None:
        """Draw what is known of the files beside their headers."""
        before, self._view = self._view, view
        if view.facts != before.facts:
            self._facts = {facts.model_id: facts for facts in view.facts}
            self._facts_at_s = self._now_s()
            for row in self.rows.values():
                self._show_facts(row)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_TABLE_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        plan, more = self._plan_commands is not None, self._owned_commands is not None
        placed = placing(self.width() - 2, has_plan=plan, has_more=more)
        self._head.show_placing(placed)
        self._body.show_placing(placed)

    def _show_facts(self, row: ModelRow) -> None:
        model_id = row.model.id
        row.show_facts(self._facts.get(model_id) or OwnedFacts(model_id), self._facts_at_s)

    def _bring_rows(self, models: tuple[LocalModel, ...]) -> None:
        kept: dict[str, ModelRow] = {}
        for model in models:
            row = self.rows.pop(model.id, None)
            if row is not None and row.model != model:
                row.drop()
                row = None
            kept[model.id] = row or self._new_row(model)
        for row in self.rows.values():
            row.drop()
        self.models, self.rows = models, kept
        self._body.show_rows(tuple(kept.values()))
        self._place()

    def _new_row(self, model: LocalModel) -> ModelRow:
        row = ModelRow(self._theme, model, self._body, self._listen)
        self._show_facts(row)
        return row

    # The keyboard

    def buttons(self) -> list[QWidget]:
        """Those that Tab goes through: the buttons of one row."""
        return list(self._current.stops()) if self._current else []

    def button_in_use(self) -> Button | None:
        """The button of the model in use, None without one."""
        model = self._state.model if self._state else None
        row = self.rows.get(model.id) if model else None
        return row.button if row else None

    def has_focus(self) -> bool:
        """Whether one of its buttons has the keyboard."""
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def come_after(self, stop: QWidget) -> None:
        """Let Tab go from `stop` to the rows, whenever these are made."""
        self._before = stop

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        row = self.rows.get(str(watched.property(ROW_ID)))
        if row is not None:
            if event.type() == QEvent.Type.FocusIn:
                self._make_current(row)
            elif event.type() == QEvent.Type.KeyPress:
                key = Qt.Key(cast(QKeyEvent, event).key())
                return self._step(row, cast(QWidget, watched), key)
        return False

    def _step(self, row: ModelRow, button: QWidget, key: Qt.Key) -> bool:
        stops = row.stops()
        at = stops.index(button) if button in stops else 0
        if key in _ROW_STEPS:
            rows = list(self.rows.values())
            number = rows.index(row) + _ROW_STEPS[key]
            row = rows[max(0, min(len(rows) - 1, number))]
        elif key in _BUTTON_STEPS:
            at = max(0, min(len(stops) - 1, at + _BUTTON_STEPS[key]))
        else:
            return False
        target = row.stops()[at]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        _bring_into_view(target)
        return True

    def _first_current(self) -> ModelRow | None:
        in_use = self._state.model if self._state else None
        row = self.rows.get(in_use.id) if in_use else None
        return row or next(iter(self.rows.values()), None)

    def _make_current(self, row: ModelRow | None) -> None:
        if row is self._current:
            return
        if self._current is not None:
            self._current.take_tab(takes_tab=False)
        self._current = row
        if row is not None:
            row.take_tab(takes_tab=True)
            chain([*([self._before] if self._before else []), *row.stops()])

    # Acting

    def _listen(self, row: ModelRow) -> None:
        model = row.model
        row.plan.clicked.connect(lambda _=False: self._plan(model))
        row.button.clicked.connect(lambda _=False: self._act(model))
        row.more.clicked.connect(lambda _=False: self._show_menu(row))
        for button in (row.plan, row.button, row.more):
            button.installEventFilter(self)

    def menu(self, model: LocalModel) -> QMenu:
        """What can be done with the files of `model`."""
        facts = self._facts.get(model.id) or OwnedFacts(model.id)
        assert self._owned_commands is not None
        return row_menu(
            self,
            self._owned_commands,
            facts,
            lambda: self.delete_wanted.emit(model),
            is_busy=self._view.task is not None,
        )

    def _show_menu(self, row: ModelRow) -> None:
        menu = self.menu(row.model)
        corner = row.more.mapToGlobal(row.more.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)

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


def _says_more(before: SessionState, after: SessionState) -> bool:
    """Whether a row may say something else than it did."""
    return (before.model, before.engine.phase, before.engine.load_fraction) != (
        after.model,
        after.engine.phase,
        after.engine.load_fraction,
    )


def _bring_into_view(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, 24)
            return
        parent = parent.parentWidget()
