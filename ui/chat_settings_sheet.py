"""The sheet at the right with everything that is set for one chat."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.session_state import Conversation, SessionCommands, SessionState
from runtime.language import marked, tr
from ui.attachment_files import ChatFileChoices
from ui.chat_settings_fields import TextBox
from ui.chat_settings_output import OutputSection
from ui.chat_settings_safety import PapersSection, ReasoningSection, SafetySection
from ui.chat_settings_sampling import EndSection, SamplingSection
from ui.chat_settings_section import Change, Section
from ui.chat_settings_words import length_error
from ui.controls import IconButton
from ui.labels import Label, Paragraph
from ui.page_frame import hairline
from ui.preset_row import PresetRow
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

# In the design window it covers the live panel and the margin beside the chat, not the composer.
WIDTH_PX = 324
HEADING = marked("Chat settings")
LINE = marked("For this chat only, from the next answer on.")
_SIDE_PX = 16


class PromptSection(Section):
    """The presets, and what the model reads before everything else."""

    def __init__(
        self, theme: Theme, change: Change, commands: SessionCommands, choices: ChatFileChoices
    ) -> None:
        super().__init__(theme, tr("Preset"), change)
        self.presets = PresetRow(theme, commands, choices)
        self.column.addWidget(self.presets)
        self.column.addSpacing(16)
        self.column.addWidget(Label(theme, tr("System prompt"), "card_title"))
        self.column.addSpacing(6)
        self.prompt = TextBox(theme, tr("System prompt"), 6, check=length_error)
        self.prompt.text.setPlaceholderText(tr("What holds for every answer"))
        self.prompt.changed.connect(
            lambda text: self.change(replace(self.settings, system_prompt=text))
        )
        self.column.addWidget(self.prompt)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        self.presets.show_state(state)
        self.prompt.show_value(self.settings.system_prompt)

    def forget(self) -> None:
        self.presets.forget()
        self.prompt.show_anew(self.settings.system_prompt)


class ChatSettingsSheet(QFrame):
    """Lies over `page` at its right edge until it is closed; `opener` gets the focus back."""

    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        page: QWidget,
        opener: QWidget,
        commands: SessionCommands,
        choices: ChatFileChoices,
    ) -> None:
        super().__init__(page)
        self._page, self._opener = page, opener
        self._chat_id: int | None = None
        self._is_shown = False
        self._drawn: tuple[object, ...] = ()
        self.setAccessibleName(tr(HEADING))
        self.setProperty("surface", "window")
        self.setProperty("line", "left")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        change = commands.change_chat
        self.prompt = PromptSection(theme, change, commands, choices)
        self.reasoning = ReasoningSection(theme, change)
        self.sampling = SamplingSection(theme, change)
        self.end = EndSection(theme, change)
        self.output = OutputSection(theme, change)
        self.safety = SafetySection(theme, change)
        self.papers = PapersSection(theme, change)
        self.sections: tuple[Section, ...] = (
            *(self.prompt, self.reasoning, self.sampling, self.end),
            *(self.output, self.safety, self.papers),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(theme))
        column.addWidget(self._body(theme), 1)

    def show_state(self, state: SessionState) -> None:
        # While an answer streams nothing in here changes.
        drawn = (
            *(state.conversation.id, state.conversation.settings, state.settings),
            *(state.engine.facts, state.model, state.models, state.presets),
        )
        if drawn == self._drawn:
            return
        self._drawn = drawn
        is_other = self._is_shown and not _same_chat(self._chat_id, state.conversation)
        self._chat_id, self._is_shown = state.conversation.id, True
        for section in self.sections:
            section.show_state(state)
            if is_other:
                section.forget()

    def open(self) -> None:
        self._page.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        self.prompt.prompt.text.setFocus(Qt.FocusReason.PopupFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._page.removeEventFilter(self)
        if self._opener.isVisible():
            self._opener.setFocus(Qt.FocusReason.PopupFocusReason)
        super().closeEvent(event)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        page = self._page
        width = min(WIDTH_PX, page.width())
        self.setGeometry(page.width() - width, 0, width, page.height())

    def _head(self, theme: Theme) -> QWidget:
        head = QFrame()
        head.setProperty("line", "bottom")
        head.setFixedHeight(theme.px("layout.top_bar_chat"))
        row = QHBoxLayout(head)
        row.setContentsMargins(_SIDE_PX, 0, 12, 1)
        row.addWidget(Label(theme, tr(HEADING), weight=600), 1)
        self.shut = IconButton(theme, "x", tr("Close the chat settings"), shortcut="Esc")
        self.shut.clicked.connect(self.close)
        row.addWidget(self.shut)
        return head

    def _body(self, theme: Theme) -> ScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_SIDE_PX, 12, _SIDE_PX - SCROLL_BAR_PX, 12)
        column.setSpacing(0)
        column.addWidget(Paragraph(theme, tr(LINE), "small", "secondary"))
        for section in self.sections:
            # A part that is hidden takes the rule above it along.
            if section is not self.prompt:
                section.column.insertWidget(0, hairline())
                section.column.insertSpacing(1, 16)
                margins = section.column.contentsMargins()
                margins.setTop(0)
                section.column.setContentsMargins(margins)
            column.addWidget(section)
        column.addStretch()
        self.area = ScrollArea(theme, content)
        return self.area


def _same_chat(before: int | None, chat: Conversation) -> bool:
    """A new chat gets its number with its first message."""
    return before == chat.id or (before is None and len(chat.messages) <= 1)
