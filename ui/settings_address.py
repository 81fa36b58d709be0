"""A field for one web address: says what is wrong, and never keeps what is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from runtime.language import tr
from ui.labels import Paragraph
from ui.theme import Theme

FIELD_PX = 300


@dataclass(frozen=True)
class Address:
    """What became of text in a field: an address ("" for the usual), or what is wrong with it."""

    url: str = ""
    error: str = ""


def address(text: str, example: str) -> Address:
    """The address in `text`, with https where no scheme is written and no slash at its end."""
    cleaned = text.strip()
    if not cleaned:
        return Address()
    wrong = Address(error=tr("Write an address like {example}.", example=example))
    url = cleaned if "://" in cleaned else f"{example.partition('://')[0]}://{cleaned}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return wrong
    is_written = url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_written or port == 0:
        return wrong
    if parts.username is not None or parts.password is not None:
        said = tr("An address with a password is not kept; set it in the environment.")
        return Address(error=said)
    if parts.query or parts.fragment:
        return wrong
    return Address(url.rstrip("/"))


class _Field(QLineEdit):
    given_up = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class AddressField(QWidget):
    """`changed` carries an address, or "" for the usual, once Enter is pressed or it is left."""

    changed = Signal(str)

    def __init__(self, theme: Theme, name: str, usual: str, example: str) -> None:
        super().__init__()
        self._value, self._example, self._fixed = "", example, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.field = _Field()
        self.field.setFont(theme.font("ui"))
        self.field.setFixedSize(FIELD_PX, theme.px("control.default"))
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(usual)
        self.field.returnPressed.connect(self._take)
        self.field.left.connect(self._take)
        self.field.given_up.connect(self._restore)
        self.field.textEdited.connect(lambda: self._tell(""))
        self.error = Paragraph(theme, "", "small", "error")
        self.error.setFixedWidth(FIELD_PX)
        self.error.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.field, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.error)

    def show_value(self, value: str) -> None:
        """Leaves alone what is being typed."""
        if value != self._value:
            self._value = value
            if not self.field.isModified():
                self._restore()

    def fix(self, value: str) -> None:
        """Show what something else sets; it can't be changed here."""
        self._fixed = value
        self.field.setReadOnly(True)
        self.field.setProperty("path", True)
        self._restore()

    def _take(self) -> None:
        if not self.field.isModified():
            return
        found = address(self.field.text(), self._example)
        if found.error:
            self._tell(found.error)
            return
        changed = found.url != self._value
        self._value = found.url
        self._restore()
        if changed:
            self.changed.emit(found.url)

    def _restore(self) -> None:
        self.field.setText(self._fixed or self._value)
        self.field.setModified(False)
        self.field.setCursorPosition(0)
        self._tell("")

    def _tell(self, error: str) -> None:
        if error == self.error.full_text():
            return
        self.error.show_text(error)
        self.error.setVisible(bool(error))
        self.field.setAccessibleDescription(error)
        self.field.setProperty("invalid", bool(error))
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)
