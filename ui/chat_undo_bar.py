"""Says at the foot of the list that a chat was deleted, and brings it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.session_state import ConversationSummary
from runtime.language import tr
from ui.controls import Button
from ui.focus_ring import show_or_hide
from ui.labels import Label
from ui.message_announce import announce
from ui.theme import Theme

SHOWN_MS = 10_000


class UndoBar(QFrame):
    """There for ten seconds after a deletion, and for as long as mouse or keyboard are on it.

    `undone` is emitted by its button.
    """

    undone = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: ConversationSummary | None = None
        self.setProperty("line", "top")
        self.setFixedHeight(theme.px("space.10"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(8)
        self.words = Label(theme, tr("Chat deleted"), "small", "secondary", elided=True)
        row.addWidget(self.words, 1)
        self.undo = Button(
            theme, tr("Undo"), "link", "compact", name=tr("Undo: bring the chat back")
        )
        self.undo.clicked.connect(self.undone)
        self.undo.installEventFilter(self)
        row.addWidget(self.undo)
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(SHOWN_MS)
        self._time.timeout.connect(self._end)
        self.hide()

    def show_deleted(self, chat: ConversationSummary | None) -> None:
        """A chat that has just gone brings the bar; None and what was told already do not."""
        if chat == self._shown:
            return
        self._shown = chat
        if chat is None:
            self.put_away()
            return
        self.words.setAccessibleName(tr("\u201c{title}\u201d deleted", title=chat.title))
        self.show()
        told = tr(
            "\u201c{title}\u201d deleted. Ctrl+Z in the list brings it back", title=chat.title
        )
        announce(self, told)
        self._time.start()

    def take_over(self, before: UndoBar) -> None:
        """What another one has told is not told again."""
        self._shown = before._shown
        if not before.isHidden():
            self.show()
            self._time.start()

    def set_shown_ms(self, shown_ms: int) -> None:
        self._time.setInterval(shown_ms)

    def put_away(self) -> None:
        """The person went on."""
        self._time.stop()
        show_or_hide(self, shown=False)

    def _end(self) -> None:
        if self.underMouse() or self.undo.hasFocus():
            self._time.start()
        else:
            self.put_away()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._time.start()
        return False
