"""A field for one number within bounds: says what is wrong, and never keeps what is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from runtime.language import number, tr
from ui.labels import Label
from ui.theme import Theme

FIELD_PX = 96
# A number whose dots part thousands, where the decimal mark is a comma.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?")


@dataclass(frozen=True)
class NumberKind:
    """What a field takes: `low` to `high`, whole numbers only if `whole`.

    `zero_too` allows 0 below `low`, where it has a meaning of its own. `decimals` are always
    written, more where the number has them.
    """

    low: float
    high: float
    whole: bool = False
    zero_too: bool = False
    decimals: int = 0


def parsed(text: str, kind: NumberKind) -> float | str:
    """The number in `text`, or a sentence that says what belongs there.

    The other language's decimal mark is read too, but not where it could part thousands.
    """
    cleaned = text.strip().replace("\N{NARROW NO-BREAK SPACE}", "").replace(" ", "")
    plain = _without_dots(cleaned) if _mark() == "," else _without_commas(cleaned, kind)
    try:
        value = float(plain)
    except ValueError:
        return _wanted(kind)
    within = kind.low <= value <= kind.high or (kind.zero_too and value == 0)
    if not math.isfinite(value) or not within:
        return _wanted(kind)
    if kind.whole and value != int(value):
        return tr("Write a whole number.")
    return value


def _without_dots(text: str) -> str:
    """1.234,5 and 1234,5 as Python writes them."""
    if _GROUPED.fullmatch(text):
        text = text.replace(".", "")
    return text.replace(",", ".")


def _without_commas(text: str, kind: NumberKind) -> str:
    """1,234.5 and 1234,5 as Python writes them."""
    if kind.whole:
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _wanted(kind: NumberKind) -> str:
    low, high = shown(kind.low), shown(kind.high)
    if kind.zero_too:
        return tr("Write a number: 0, or from {low} to {high}.", low=low, high=high)
    return tr("Write a number from {low} to {high}.", low=low, high=high)


def _mark() -> str:
    """The language's decimal mark."""
    return number(0.5, ".1f")[1]


def shown(value: float, decimals: int = 0) -> str:
    """The number as it is written in a field: 0.7, 0.30, 8,192."""
    mark = _mark()
    whole, _, rest = number(value, ",.6f").rstrip("0").partition(mark)
    return f"{whole}{mark}{rest:0<{decimals}}" if rest or decimals else whole


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


class NumberField(QWidget):
    """`changed` carries a valid number once Enter is pressed or the field is left."""

    changed = Signal(float)

    def __init__(self, theme: Theme, name: str, kind: NumberKind, unit: str = "") -> None:
        super().__init__()
        self._kind, self._value, self._name = kind, 0.0, name
        self.field = _Field()
        self.field.setFont(theme.font("ui", tabular=True))
        self.field.setFixedSize(FIELD_PX, theme.px("control.default"))
        self.field.setAccessibleName(f"{name}, {unit}" if unit else name)
        self.field.returnPressed.connect(self._take)
        self.field.left.connect(self._take)
        self.field.given_up.connect(self._restore)
        self.field.textEdited.connect(lambda: self._tell(""))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(self.field)
        if unit:
            row.addWidget(Label(theme, unit, tone="secondary"))
        self.error = Label(theme, "", "small", "error")
        self.error.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.error)

    def show_value(self, value: float) -> None:
        """Leaves alone what is being typed."""
        if value != self._value or not self.field.text():
            self._value = value
            self._restore()

    def _take(self) -> None:
        if not self.field.isModified():
            return
        value = parsed(self.field.text(), self._kind)
        if isinstance(value, str):
            self._tell(value)
            return
        changed = value != self._value
        self._value = value
        self._restore()
        if changed:
            self.changed.emit(value)

    def _restore(self) -> None:
        self.field.setText(shown(self._value, self._kind.decimals))
        self.field.setModified(False)
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
