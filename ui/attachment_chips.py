"""The files that wait to be sent with the next message, as chips that wrap."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from runtime.language import tr
from ui.attachment_words import ChipWords
from ui.controls import IconButton
from ui.icon_mark import IconMark
from ui.labels import Label
from ui.scroll_bar import ScrollArea
from ui.theme import Theme

MOST_ROWS = 3
_NAME_PX, _LEAST_NAME_PX, _REASON_PX, _GAP_PX = 200, 60, 300, 6
# A chip without its words: margins, icon, the button and what lies between.
_FURNITURE_PX = 9 + 16 + 24 + 2 + 3 * _GAP_PX


class AttachmentChip(QFrame):
    """One file; `removed` asks to take it out."""

    removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words: ChipWords | None = None
        self.setFixedHeight(theme.px("control.chip"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 2, 0)
        row.setSpacing(6)
        self.mark = IconMark(theme, "file-text", 16, "text.secondary")
        self.name = Label(theme, "", "small", weight=500)
        self.tokens = Label(theme, "", "small", "secondary", tabular=True)
        self.remove = IconButton(theme, "x", tr("Remove"), icon_px=14)
        self.remove.setFixedSize(24, 24)
        self.remove.clicked.connect(self.removed)
        for widget in (self.mark, self.name, self.tokens, self.remove):
            row.addWidget(widget)

    def show_words(self, words: ChipWords) -> None:
        if words == self.words:
            return
        self.words = words
        tone = "error" if words.is_problem else "secondary"
        self.mark.show_icon(words.icon, "state.error" if words.is_problem else "text.secondary")
        self.tokens.set_tone(tone)
        self.setToolTip(words.tip)
        self.setAccessibleName(words.spoken)
        self.remove.show_icon("x", tr("Remove {name}", name=words.name))
        self.update()

    def fit(self, width: int) -> int:
        """Shorten what does not fit into `width`, the name first; answers with the width taken."""
        words, room = self.words, width - _FURNITURE_PX
        if words is None:
            return 0
        least = min(_LEAST_NAME_PX, _wide(self.name, words.name))
        text = words.tokens
        if words.short and _wide(self.tokens, text) > room - least:
            text = words.short
        reason = max(0, min(_REASON_PX, _wide(self.tokens, text), room - least))
        name = max(least, min(_NAME_PX, _wide(self.name, words.name), room - reason))
        _fit(self.name, words.name, name, Qt.TextElideMode.ElideMiddle)
        _fit(self.tokens, text, reason, Qt.TextElideMode.ElideRight)
        return name + reason + _FURNITURE_PX

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color
        is_problem = self.words is not None and self.words.is_problem
        painter.setPen(QPen(color("state.error" if is_problem else "line.line"), 1))
        painter.setBrush(color("state.error_bg" if is_problem else "surface.sunken"))
        radius = self._theme.px("radius.control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class AttachmentChips(ScrollArea):
    """Three rows high at most. `removed` carries the place of a file in the list."""

    removed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self.chips: list[AttachmentChip] = []
        self._ground = QWidget()
        self._ground.setAccessibleName(tr("Attached files"))
        self.show_content(self._ground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_words(self, words: Sequence[ChipWords]) -> None:
        while len(self.chips) > len(words):
            gone = self.chips.pop()
            if gone.remove.hasFocus():
                gone.remove.clearFocus()
            gone.hide()
            gone.deleteLater()
        while len(self.chips) < len(words):
            chip = AttachmentChip(self._theme, self._ground)
            chip.removed.connect(partial(self.removed.emit, len(self.chips)))
            self.chips.append(chip)
        for chip, one in zip(self.chips, words, strict=True):
            chip.show_words(one)
            chip.show()
        self.setVisible(bool(words))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Each beside the last one, on the next row where there is no more room."""
        width, row_px = max(1, self.viewport().width()), self._theme.px("control.chip") + _GAP_PX
        x = y = 0
        for chip in self.chips:
            chip_px = chip.fit(width)
            if x and x + chip_px > width:
                x, y = 0, y + row_px
            chip.setGeometry(x, y, chip_px, chip.height())
            x += chip_px + _GAP_PX
        height = y + row_px - _GAP_PX
        self._ground.setMinimumHeight(height)
        shown = min(height, MOST_ROWS * row_px - _GAP_PX)
        if shown != self.height() or shown != self.minimumHeight():
            self.setFixedHeight(shown)


def _wide(label: Label, text: str) -> int:
    return QFontMetrics(label.font()).horizontalAdvance(text) + 1


def _fit(label: Label, text: str, width: int, mode: Qt.TextElideMode) -> None:
    label.setFixedWidth(width)
    label.show_text(QFontMetrics(label.font()).elidedText(text, mode, width))
