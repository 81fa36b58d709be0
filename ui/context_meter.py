"""How full the context is, with what is about to be sent."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import number_text
from runtime.language import marked, tr, tr_n
from ui.attachment_room import Level, Room
from ui.theme import Theme

_METER_PX, _GAP_PX = 56, 8
_WORDS: dict[Level, str] = {
    "roomy": "{amount}",
    "nearly_full": marked("{amount}, nearly full"),
    "over": marked("{amount}, does not fit"),
}
_INK: dict[Level, str] = {
    "roomy": "text.secondary",
    "nearly_full": "state.warn",
    "over": "state.error",
}
WHEN_FULL = marked(
    "When it is full you choose: go on without the oldest turns, or start a new chat."
    " Nothing is left out before you do."
)


def meter_text(room: Room) -> str:
    if not room.n_ctx:
        return ""
    amount = number_text.meter(room.total, room.n_ctx)
    if room.is_guess:
        amount = tr("about {amount}", amount=amount)
    return tr(_WORDS[room.level], amount=amount)


def meter_tip(room: Room) -> str:
    """Where the tokens are, and what happens when there is no more room."""
    text = tr_n(
        "{used} of {n} token of context in use.",
        "{used} of {n} tokens of context in use.",
        room.n_ctx,
        used=number_text.tokens(room.used),
    )
    if room.draft:
        has = tr_n(
            "What you write has about {n} token.",
            "What you write has about {n} tokens.",
            room.draft,
        )
        text = tr("{first} {second}", first=text, second=has)
    if room.attached:
        have = tr_n(
            "The attached files have {n} token.",
            "The attached files have {n} tokens.",
            room.attached,
        )
        text = tr("{first} {second}", first=text, second=have)
    return tr("{first} {second}", first=text, second=tr(WHEN_FULL))


class ContextMeter(QWidget):
    """A short bar and two numbers: amber when nearly full, red when it can't be held.

    In a narrow window the bar goes first, then the words; the numbers stay.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._room = Room()
        self._font = theme.font("small", tabular=True)
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        return meter_text(self._room)

    def show_room(self, room: Room) -> None:
        if room == self._room:
            return
        before, self._room = self.text, room
        self.setVisible(bool(room.n_ctx))
        if self.text != before:
            self.setAccessibleName(tr("Context: {amount} tokens", amount=self.text))
            self.updateGeometry()
        if room.n_ctx:
            self.setToolTip(meter_tip(room))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_METER_PX + _GAP_PX + self._wide(self.text), 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wide(self._numbers), 20)

    @property
    def _numbers(self) -> str:
        return number_text.meter(self._room.total, self._room.n_ctx)

    def _wide(self, text: str) -> int:
        return QFontMetrics(self._font).horizontalAdvance(text) + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_bar = self.width() >= self.sizeHint().width()
        if has_bar:
            self._paint_bar(painter)
        text = self.text if self.width() >= self._wide(self.text) else self._numbers
        painter.setPen(self._theme.color(_INK[self._room.level]))
        painter.setFont(self._font)
        box = QRectF(self.rect()).adjusted(_METER_PX + _GAP_PX if has_bar else 0, 0, 0, 0)
        right = Qt.AlignmentFlag.AlignRight if not has_bar else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, right | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_bar(self, painter: QPainter) -> None:
        room, color = self._room, self._theme.color
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("line.line"))
        painter.drawRoundedRect(QRectF(0, 8, _METER_PX, 4), 2, 2)
        # What is to come is drawn first and in a lighter hand; what is in use lies over it.
        added = _INK[room.level] if room.level != "roomy" else "line.control"
        for tokens, name in ((room.total, added), (room.used, _INK[room.level])):
            if tokens:
                share = min(1.0, tokens / max(1, room.n_ctx))
                painter.setBrush(color(name))
                painter.drawRoundedRect(QRectF(0, 8, max(4, _METER_PX * share), 4), 2, 2)
