"""What is asked about a preset, where it stands: its name before saving, a yes before deleting."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from runtime.language import marked, tr
from ui.chat_settings_fields import mark_invalid
from ui.controls import Button
from ui.labels import Paragraph
from ui.preset_words import name_error
from ui.theme import Theme

SAVE, DELETE, KEEP, CANCEL = marked("Save"), marked("Delete"), marked("Keep it"), marked("Cancel")


class _Name(QLineEdit):
    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class PresetQuestion(QWidget):
    """Hidden while nothing is asked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._answered: Callable[[], None] = lambda: None
        self._remark: Callable[[str], str] = lambda _name: ""
        self.name = _Name()
        self.name.setFont(theme.font("ui"))
        self.name.setFixedHeight(theme.px("control.default"))
        self.name.setAccessibleName(tr("Name of the preset"))
        self.line = Paragraph(theme, "", "small", "secondary")
        self.yes = Button(theme, tr(SAVE))
        self.no = Button(theme, tr(KEEP))
        self.name.textEdited.connect(self._look_at_name)
        self.name.returnPressed.connect(self._accept)
        self.name.given_up.connect(self.close_question)
        self.yes.clicked.connect(lambda _=False: self._accept())
        self.no.clicked.connect(lambda _=False: self.close_question())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.yes)
        buttons.addWidget(self.no)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for item in (self.name, self.line):
            column.addWidget(item)
        column.addLayout(buttons)
        self.hide()

    def ask_name(
        self, start: str, remark: Callable[[str], str], then: Callable[[str], None]
    ) -> None:
        """`remark` says what saving under a name would do."""
        self._remark = remark
        self._answered = lambda: then(self.name.text().strip())
        self.name.setText(start)
        self._show(SAVE, CANCEL, "")
        self.name.show()
        self._look_at_name(start)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def ask_delete(self, line: str, then: Callable[[], None]) -> None:
        self._answered = then
        self.name.hide()
        self._show(DELETE, KEEP, line)
        self.no.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_question(self) -> None:
        for widget in (self.name, self.yes, self.no):
            if widget.hasFocus():
                widget.clearFocus()
        self.hide()

    def _show(self, yes: str, no: str, line: str) -> None:
        self.yes.show_text(tr(yes))
        self.yes.show_kind("danger" if yes == DELETE else "plain")
        self.no.show_text(tr(no))
        self._say(line)
        mark_invalid(self.name, "")
        self.show()

    def _look_at_name(self, name: str) -> None:
        self._say(self._remark(name))
        mark_invalid(self.name, "")

    def _accept(self) -> None:
        error = "" if self.name.isHidden() else name_error(self.name.text())
        if error:
            self._say(error)
            mark_invalid(self.name, error)
            return
        self.close_question()
        self._answered()

    def _say(self, text: str) -> None:
        self.line.show_text(text)
        self.line.setVisible(bool(text))
