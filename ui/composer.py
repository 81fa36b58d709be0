"""Where messages are written: the field, its files, the model, how full the context is, Send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat_settings import ChatSettings
from app.session_state import SessionCommands, SessionState
from runtime.language import marked, tr
from ui.attachment_chips import AttachmentChips
from ui.attachment_files import ChatFileChoices, ChatFileDialogs, drop_line, files_in
from ui.attachment_note import AttachmentNote
from ui.attachment_offer import PasteOffer
from ui.attachment_room import note_for, room_for
from ui.attachment_words import chips, pasted_name
from ui.context_meter import ContextMeter
from ui.controls import IconButton
from ui.message_field import MessageField
from ui.model_pill import ModelPill
from ui.page import Page
from ui.send_button import SendButton
from ui.tab_order import chain, tab_stops
from ui.theme import Theme

if TYPE_CHECKING:
    # Imported when wanted: the first picture of the window must not wait for them.
    from ui.chat_settings_sheet import ChatSettingsSheet
    from ui.owned_drop import DropVeil

ATTACH = marked("Attach files")
SETTINGS, OWN_SETTINGS = marked("Chat settings"), marked("Chat settings, changed for this chat")
# The icon of a button, not its edge, stands under the text.
_TEXT_PX = 5


class Composer(QFrame):
    """The box. What is typed is kept as the conversation's draft.

    `models_wanted` asks for the Models page, `plan_wanted` for the plan of a model.
    """

    models_wanted = Signal()
    plan_wanted = Signal(str)

    def __init__(
        self, theme: Theme, commands: SessionCommands, choices: ChatFileChoices | None = None
    ) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._choices = choices or ChatFileDialogs()
        self._state: SessionState | None = None
        self._draft_of: tuple[int | None, str] = (None, "")
        self._loading_draft = False
        self._refuses = False
        self.sheet: ChatSettingsSheet | None = None
        self.veil: DropVeil | None = None
        self.setAcceptDrops(True)
        self._build_field()
        self._build_tools()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 12, 11, 10)
        column.setSpacing(8)
        text = QVBoxLayout()
        text.setContentsMargins(_TEXT_PX, 0, 0, 0)
        text.setSpacing(8)
        for widget in (self.offer, self.chips, self.field, self.note):
            text.addWidget(widget)
        column.addLayout(text)
        column.addWidget(self._tools)
        self._refresh_button(answering=False)

    def show_state(self, state: SessionState) -> None:
        self._state = state
        self.pill.show_state(state)
        self._show_draft(state)
        self.field.show_hint(hint_for(state))
        self._show_files(state)
        self._weigh()
        self._refresh_button(answering=state.answer is not None)
        changed = state.conversation.settings != ChatSettings()
        self.settings.show_icon("sliders-horizontal", tr(OWN_SETTINGS if changed else SETTINGS))
        if self.sheet is not None:
            self.sheet.show_state(state)

    def fill(self, text: str) -> None:
        """Put `text` in the field and the cursor behind it."""
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_files(self, paths: tuple[str, ...]) -> None:
        """Attach what was dropped or pasted, here or on the conversation."""
        if paths:
            self._commands.attach(paths)

    def choose_files(self) -> None:
        self.take_files(self._choices.attachments(self))

    def toggle_settings(self) -> None:
        """Open the sheet of this chat's settings, or close it."""
        if self.sheet is not None:
            self.sheet.close()
        elif self._state is not None:
            self._open_settings(self._state)

    # Building

    def _build_field(self) -> None:
        theme = self._theme
        self.field = MessageField(theme)
        self.field.setParent(self)  # Tab comes to it first, whatever stands above it.
        self.field.sent.connect(self._send)
        self.field.focus_changed.connect(self.update)
        self.field.textChanged.connect(self._typed)
        self.field.files_given.connect(self.take_files)
        self.field.pasted_long.connect(self._offer_file)
        self.offer = PasteOffer(theme)
        self.offer.accepted.connect(self._attach_pasted)
        self.chips = AttachmentChips(theme)
        self.chips.removed.connect(lambda place: self._commands.detach(place))
        self.note = AttachmentNote(theme)

    def _build_tools(self) -> None:
        theme = self._theme
        self.attach = IconButton(theme, "paperclip", tr(ATTACH))
        self.attach.clicked.connect(lambda _=False: self.choose_files())
        self.settings = IconButton(theme, "sliders-horizontal", tr(SETTINGS))
        self.settings.clicked.connect(lambda _=False: self.toggle_settings())
        self.pill = ModelPill(theme, self._commands)
        self.pill.models_wanted.connect(self.models_wanted)
        self.pill.plan_wanted.connect(self.plan_wanted)
        self.meter = ContextMeter(theme)
        self.send_button = SendButton(theme)
        self.send_button.clicked.connect(self._send_or_stop)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(6)
        for widget in (self.attach, self.settings, self.pill):
            tools.addWidget(widget)
        tools.addStretch()
        tools.addWidget(self.meter)
        tools.addSpacing(8)
        tools.addWidget(self.send_button)

    # Drafts and files

    def _show_draft(self, state: SessionState) -> None:
        draft = (state.conversation.id, state.conversation.draft)
        if draft != self._draft_of:
            self._draft_of = draft
            if self.field.toPlainText() != draft[1]:
                self._loading_draft = True
                self.field.setPlainText(draft[1])
                self.field.moveCursor(QTextCursor.MoveOperation.End)
                self._loading_draft = False

    def _show_files(self, state: SessionState) -> None:
        before = len(self.chips.chips)
        self.chips.show_words(chips(state))
        if len(self.chips.chips) > before:
            tools = (self.attach, self.settings, self.pill, self.send_button)
            chain(tab_stops(self.field, self.offer, self.chips, *tools))

    def _weigh(self) -> None:
        """Say how much room the next message takes, and what comes of it."""
        if self._state is None:
            return
        draft = self.field.toPlainText()
        self.meter.show_room(room_for(self._state, draft))
        note = note_for(self._state, draft)
        self._refuses = note.refuses
        self.note.show_note(note)

    def _typed(self) -> None:
        self._weigh()
        self._refresh_button(answering=self.send_button.is_stop)
        if not self.offer.isHidden() and not self.field.pasted_text():
            self.offer.withdraw()
        if not self._loading_draft:
            self._commands.keep_draft(self.field.toPlainText())

    def _offer_file(self) -> None:
        self.offer.offer(self.field.pasted_text())

    def _attach_pasted(self) -> None:
        text = self.field.take_pasted()
        self.offer.withdraw()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if text:
            taken = self._state.attachments if self._state else ()
            self._commands.attach_text(pasted_name(one.name for one in taken), text)

    # Sending

    def _refresh_button(self, *, answering: bool) -> None:
        self.send_button.show_stop(answering)
        self.send_button.setEnabled(answering or self._can_send())

    def _can_send(self) -> bool:
        has_files = self._state is not None and bool(self._state.attachments)
        return (has_files or bool(self.field.toPlainText().strip())) and not self._refuses

    def _send(self) -> None:
        if not self._can_send():
            return
        text = self.field.toPlainText()
        # Emptied first: a message that can't be stored comes back as the draft.
        self.field.clear()
        self._draft_of = (self._draft_of[0], "")
        self._commands.send(text)

    def _send_or_stop(self) -> None:
        if self.send_button.is_stop:
            self._commands.stop()
        else:
            self._send()

    # The chat's settings

    def _open_settings(self, state: SessionState) -> None:
        from ui.chat_settings_sheet import ChatSettingsSheet

        self.sheet = ChatSettingsSheet(
            self._theme, _ground(self), self.settings, self._commands, self._choices
        )
        self.sheet.closed.connect(self._settings_closed)
        self.settings.set_kept_down(True)
        self.sheet.show_state(state)
        self.sheet.open()

    def _settings_closed(self) -> None:
        self.sheet = None
        self.settings.set_kept_down(False)

    # Events

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = files_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self._lay_veil(drop_line(len(paths)))

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._lift_veil()

    def dropEvent(self, event: QDropEvent) -> None:
        self._lift_veil()
        event.acceptProposedAction()
        self.take_files(files_in(event.mimeData()))

    def _lay_veil(self, words: str) -> None:
        if self.veil is None:
            from ui.owned_drop import DropVeil

            self.veil = DropVeil(self._theme, self)
        self.veil.lay(words)

    def _lift_veil(self) -> None:
        if self.veil is not None:
            self.veil.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        line = "line.control" if self.field.hasFocus() else "line.line"
        painter.setPen(QPen(color(line), 1))
        painter.setBrush(color("surface.field"))
        radius = self._theme.px("radius.composer")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def hint_for(state: SessionState) -> str:
    if state.answer is not None:
        return tr("Write the next message; it is sent when this answer ends")
    if state.engine.phase == "loading":
        return tr("Write now; the message is sent when loading ends")
    if state.model is None:
        return tr("Choose a model, then write a message")
    return tr("Write a message")


def _ground(widget: QWidget) -> QWidget:
    """The page `widget` stands on; the window where it stands on none."""
    page = widget.parentWidget()
    while page is not None and not isinstance(page, Page):
        page = page.parentWidget()
    return page or widget.window()
