"""The fields of a chat's settings: a number that may be left out, and text of many lines."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from runtime.language import marked, tr
from runtime.whole_text import whole_text
from ui.labels import Label, Paragraph
from ui.number_field import NumberKind, parsed, shown
from ui.theme import Theme

NUMBER_PX = 104
OWN_LINE = marked("own: {value}")
# What is typed counts once a person pauses this long, or goes elsewhere.
PAUSE_MS = 250


class _Line(QLineEdit):
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


class NumberRow(QWidget):
    """A name, what it does, and a number. Empty is the default, which stands there in grey, and
    below a number of the person's own.

    `changed` carries the number, or None for the default. One that is not `parted` has no commas.
    `default_line` is a text for `tr`.
    """

    changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        name: str,
        line: str,
        kind: NumberKind,
        *,
        default_line: str = OWN_LINE,
        parted: bool = True,
    ) -> None:
        super().__init__()
        self._kind, self._default_line, self._parted = kind, default_line, parted
        self._value: float | None = None
        self.field = _Line()
        self.field.setFont(theme.font("ui", tabular=True))
        self.field.setFixedSize(NUMBER_PX, theme.px("control.default"))
        self.field.setAccessibleName(name)
        self.field.returnPressed.connect(self._take)
        self.field.left.connect(self._take)
        self.field.given_up.connect(self._restore)
        self.field.textEdited.connect(lambda: self._tell(""))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(theme, name, weight=500))
        words.addWidget(Paragraph(theme, line, "small", "secondary"))
        self.own = Label(theme, "", "small", "tertiary", tabular=True)
        self.own.setAlignment(Qt.AlignmentFlag.AlignRight)
        entry = QVBoxLayout()
        entry.setSpacing(1)
        entry.addWidget(self.field, alignment=Qt.AlignmentFlag.AlignRight)
        entry.addWidget(self.own)
        entry.addStretch()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addLayout(entry)
        self.error = Paragraph(theme, "", "small", "error")
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 7, 0, 7)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.error)

    def show_value(self, value: float | None, default: str) -> None:
        """Leaves alone what is being typed."""
        self.field.setPlaceholderText(default)
        self.own.show_text("" if value is None else tr(self._default_line, value=default))
        if value != self._value:
            self._value = value
            if not self.field.isModified():
                self._restore()

    def forget(self) -> None:
        """Drop what was typed and not taken."""
        self._restore()

    def _take(self) -> None:
        if not self.field.isModified():
            return
        text = self.field.text().replace("\N{MINUS SIGN}", "-").strip()
        value = parsed(text, self._kind) if text else None
        if isinstance(value, str):
            self._tell(value)
            return
        changed = value != self._value
        self._value = value
        self._restore()
        if changed:
            self.changed.emit(value)

    def _shown(self, value: float) -> str:
        return shown(value) if self._parted else str(int(value))

    def _restore(self) -> None:
        self.field.setText("" if self._value is None else self._shown(self._value))
        self.field.setModified(False)
        self._tell("")

    def _tell(self, error: str) -> None:
        if error == self.error.full_text():
            return
        self.error.show_text(error)
        self.error.setVisible(bool(error))
        mark_invalid(self.field, error)


class _Text(QPlainTextEdit):
    left = Signal()
    entered = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class _Ground(QFrame):
    """What a text of many lines stands on: its edge says where the keyboard is, or an error."""

    def __init__(self, theme: Theme, text: _Text) -> None:
        super().__init__()
        self._theme, self._text = theme, text
        self.is_invalid = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 4, 7)
        column.addWidget(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self._text.hasFocus()
        line = "action.focus" if has_focus else "line.line"
        if self.is_invalid and not has_focus:
            line = "state.error"
        width = 2 if has_focus else 1
        painter.setPen(QPen(self._theme.color(line), width))
        painter.setBrush(self._theme.color("surface.field"))
        inset, radius = width / 2, self._theme.px("radius.control")
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, radius, radius)


class TextBox(QWidget):
    """`changed` carries text in which `check` found nothing wrong, once typing pauses."""

    changed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        lines: int,
        *,
        check: Callable[[str], str] = lambda _text: "",
        code: bool = False,
    ) -> None:
        super().__init__()
        self.check, self._value, self._is_dirty = check, "", False
        self.text = _Text()
        self.text.setFont(theme.font("code" if code else "ui"))
        self.text.setAccessibleName(name)
        self.text.setTabChangesFocus(True)
        self.text.document().setDocumentMargin(0)
        self.text.viewport().setAutoFillBackground(False)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + 2)
        self.ground = _Ground(theme, self.text)
        self.text.entered.connect(self.ground.update)
        self.text.left.connect(self._left)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self._take(left=False))
        self.text.textChanged.connect(self._typed)
        self.error = Paragraph(theme, "", "small", "error")
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.ground)
        column.addWidget(self.error)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_value(self, value: str) -> None:
        """Leaves alone what is being typed."""
        self._value = value
        if not self.text.hasFocus():
            self._settle()

    def show_anew(self, value: str) -> None:
        """Of another chat: what was typed in this one is no longer of interest."""
        self._pause.stop()
        self._value, self._is_dirty = value, False
        self._put(value)
        self._tell("")

    def hideEvent(self, event: QHideEvent) -> None:
        self._take(left=True)
        super().hideEvent(event)

    def _put(self, value: str) -> None:
        self.text.blockSignals(True)
        self.text.setPlainText(value)
        self.text.blockSignals(False)

    def _typed(self) -> None:
        self._is_dirty = True
        self._tell("")
        self._pause.start()

    def _left(self) -> None:
        self.ground.update()
        self._take(left=True)
        self._settle()

    def _settle(self) -> None:
        """What was kept may be written in another way than it was typed."""
        if not self._is_dirty and self._value != self.text.toPlainText():
            self._put(self._value)

    def _take(self, *, left: bool) -> None:
        """Half a schema is wrong while it is written: that is told once the field is left."""
        self._pause.stop()
        if not self._is_dirty:
            return
        text = whole_text(self.text.toPlainText())
        error = self.check(text)
        if error:
            self._tell(error if left else "")
            return
        self._is_dirty = False
        self._tell("")
        if text != self._value:
            self._value = text
            self.changed.emit(text)

    def _tell(self, error: str) -> None:
        if error == self.error.full_text():
            return
        self.error.show_text(error)
        self.error.setVisible(bool(error))
        self.text.setAccessibleDescription(error)
        self.ground.is_invalid = bool(error)
        self.ground.update()


def mark_invalid(field: QLineEdit, error: str) -> None:
    """Draw the field as wrong and say why to a screen reader."""
    field.setAccessibleDescription(error)
    field.setProperty("invalid", bool(error))
    field.style().unpolish(field)
    field.style().polish(field)
