"""The models on this computer: what each is, what it can do here, and how more come in."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.local_models import LocalModel
from app.owned_state import OwnedCommands, OwnedView
from app.plan_state import PlanCommands
from app.session_state import SessionCommands, SessionState
from runtime.language import marked, tr
from ui import owned_words
from ui.centred import Centred
from ui.controls import Button
from ui.labels import Label, Paragraph, PathField
from ui.model_table import ModelTable
from ui.owned_add import AddCard
from ui.owned_delete import DeleteModelDialog
from ui.owned_drop import DropVeil, dragged
from ui.owned_files import FileChoices, FileDialogs
from ui.owned_problems import ProblemsCard
from ui.owned_task import TaskPlace
from ui.page_frame import CARD_GAP_PX, Card
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

NO_MODELS = marked("No models yet")
NO_MODELS_NEXT = marked("Take one under Discover, or add files you already have below.")
PLACE_HEADING = marked("Where models are kept")
PLACE_LINE = marked("GGUF files put in this folder by hand are found each time this page opens.")
MOVE = marked("Move to another disk\N{HORIZONTAL ELLIPSIS}")


class InstalledPage(QWidget):
    """Scrolls by itself. `chat_wanted` asks for the conversation, with the loaded model.

    Without `owned_commands` models can be loaded and planned but not managed.
    """

    chat_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        commands: SessionCommands,
        plan_commands: PlanCommands | None = None,
        owned_commands: OwnedCommands | None = None,
        choices: FileChoices | None = None,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._theme, self._owned_commands = theme, owned_commands
        self._choices: FileChoices = choices or FileDialogs()
        self._view = OwnedView()
        self.setAccessibleName(tr("Installed models"))
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.task = TaskPlace(theme)
        self.column.addWidget(self.task)
        self.column.addWidget(self._head())
        self.empty = self._empty_card()
        self.column.addWidget(self.empty)
        self.table = ModelTable(theme, commands, plan_commands, owned_commands, now_s)
        self.table.come_after(self.to_add)
        self.table.chat_wanted.connect(self.chat_wanted)
        self.table.delete_wanted.connect(self._ask_delete)
        self.column.addWidget(self.table)
        self.add: AddCard | None = None
        if owned_commands is not None:
            self.task.card.cancelled.connect(owned_commands.cancel_task)
            self.add = AddCard(theme, owned_commands, self._choices)
            self._add_card(self.add)
        self._add_card(self._place_card())
        self.problems = ProblemsCard(theme)
        self._add_card(self.problems)
        self.veil = DropVeil(theme, self)
        self._scroll(content)
        self.setAcceptDrops(owned_commands is not None)

    # Showing

    def show_state(self, state: SessionState) -> None:
        self.empty.setVisible(not state.models)
        self.table.setVisible(bool(state.models))
        self.head.setVisible(bool(state.models))
        had_focus = self.table.has_focus()
        if self.table.show_state(state):
            self.total.show_text(owned_words.total_line(state.models))
            if had_focus and not self.table.has_focus():
                self.take_focus()
        self.place.show_path(state.models_dir)
        self.place.setVisible(bool(state.models_dir))
        self.problems.show_problems(state.model_problems)

    def show_view(self, view: OwnedView) -> None:
        """What is known of the files, and what runs on them."""
        self._view = view
        self.table.show_view(view)
        self.task.show_view(view)
        self.move.setEnabled(view.task is None)
        if self.add is not None:
            self.add.show_view(view)

    def take_focus(self) -> None:
        """On the button of the model in use: the likeliest thing to do next."""
        button = self.table.button_in_use()
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_plan(self, model_id: str) -> None:
        """On the button that opens the plan of this model: where a person came from."""
        row = self.table.rows.get(model_id)
        if row is not None and row.plan.isVisibleTo(self):
            row.plan.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(row.plan)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._owned_commands is not None and not event.spontaneous():
            self._owned_commands.refresh()

    # Building

    def _scroll(self, content: QWidget) -> None:
        margin = self._theme.px("layout.page_margin")
        margins = QMargins(margin, 0, margin - SCROLL_BAR_PX, margin)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Centred(content, self._theme.px("layout.page_max"), margins))
        outer.addStretch()
        self.area = ScrollArea(self._theme, ground)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.area)

    def _add_card(self, card: Card) -> None:
        self.column.addSpacing(CARD_GAP_PX)
        self.column.addWidget(card)

    def _head(self) -> QWidget:
        """How much there is, and the way to the card below a long table."""
        self.head = QWidget()
        row = QHBoxLayout(self.head)
        row.setContentsMargins(0, 0, 0, 8)
        self.total = Label(self._theme, "", tone="secondary", tabular=True)
        row.addWidget(self.total, 1)
        self.to_add = Button(self._theme, tr("Add models"), extent="compact")
        self.to_add.clicked.connect(lambda _=False: self._go_to_add())
        self.to_add.setVisible(self._owned_commands is not None)
        row.addWidget(self.to_add)
        return self.head

    def _empty_card(self) -> Card:
        card = Card(self._theme, tr(NO_MODELS))
        card.content.addSpacing(4)
        card.content.addWidget(Paragraph(self._theme, tr(NO_MODELS_NEXT), tone="secondary"))
        return card

    def _place_card(self) -> Card:
        card = Card(self._theme, tr(PLACE_HEADING))
        card.content.addSpacing(4)
        card.content.addWidget(Paragraph(self._theme, tr(PLACE_LINE), tone="secondary"))
        card.content.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.place = PathField(self._theme, tr("Models folder"))
        row.addWidget(self.place, 1)
        self.move = Button(self._theme, tr(MOVE))
        self.move.clicked.connect(lambda _=False: self._move_models())
        self.move.setVisible(self._owned_commands is not None)
        row.addWidget(self.move)
        card.content.addLayout(row)
        return card

    # Acting

    def _go_to_add(self) -> None:
        assert self.add is not None
        self.area.ensureWidgetVisible(self.add)
        self.add.file.setFocus(Qt.FocusReason.TabFocusReason)

    def _move_models(self) -> None:
        folder = self._choices.folder(self, tr("A folder for the models"))
        if folder and self._owned_commands is not None:
            self._owned_commands.move_models(folder)

    def _ask_delete(self, model: LocalModel) -> None:
        dialog = self.delete_dialog(model)
        dialog.open()

    def delete_dialog(self, model: LocalModel) -> DeleteModelDialog:
        """The question whose answer deletes `model`."""
        words = owned_words.delete_words(model, self._view.of(model.id))
        dialog = DeleteModelDialog(self._theme, self.window(), words)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def answered(result: int) -> None:
            if result == QDialog.DialogCode.Accepted and self._owned_commands is not None:
                self._owned_commands.delete(model.id, for_good=dialog.is_for_good)

        dialog.finished.connect(answered)
        return dialog

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = dragged(event.mimeData())
        if self.add is not None and paths and self._view.task is None:
            self.veil.lay(owned_words.drop_line(len(paths), self.add.chosen_how))
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.veil.hide()
        if self.add is not None:
            self.add.take(dragged(event.mimeData()))
            event.acceptProposedAction()
