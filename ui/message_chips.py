"""The files that were sent with a message, as chips; a click shows the text the model was given."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.session_state import Attachment
from runtime.language import number, tr
from ui.answer_safety import MOST_DRAWN, harmless
from ui.attachment_words import file_size
from ui.controls import Button, PaintedButton
from ui.focus_ring import FocusRing
from ui.labels import Label
from ui.theme import Theme

_GAP_PX, _SIDE_PX, _ICON_PX, _NAME_PX = 6, 10, 14, 220
_DIALOG = QSize(640, 520)


class MessageChip(PaintedButton):
    """One file: its name and size."""

    def __init__(self, theme: Theme, attachment: Attachment, parent: QWidget) -> None:
        self._size = file_size(attachment.file_bytes)
        name = tr("Show {name}, {size}", name=attachment.name, size=self._size)
        super().__init__(theme, name, parent)
        self.attachment = attachment
        self.setFont(theme.font("small"))
        self.setToolTip(attachment.name)
        metrics = QFontMetrics(self.font())
        self._name = metrics.elidedText(
            harmless(attachment.name), Qt.TextElideMode.ElideMiddle, _NAME_PX
        )
        self._name_px = metrics.horizontalAdvance(self._name)
        width = self._name_px + metrics.horizontalAdvance(self._size) + 2 * _SIDE_PX + _ICON_PX + 12
        self.setFixedSize(width, theme.px("control.chip"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        over = self.hovered() or self.isDown()
        ground = self.theme.color("surface.hover" if over else "surface.card")
        self.fill(painter, ground, self.ring_radius, self.theme.color("line.line"))
        top = (self.height() - _ICON_PX) / 2
        self.draw_icon(painter, "file-text", _ICON_PX, "text.secondary", _SIDE_PX, top)
        left = _SIDE_PX + _ICON_PX + 6
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.color("text.primary"))
        painter.drawText(QRectF(left, 0, self._name_px + 2, self.height()), middle, self._name)
        painter.setPen(self.theme.color("text.secondary"))
        room = QRectF(left + self._name_px + 6, 0, self.width(), self.height())
        painter.drawText(room, middle, self._size)


class MessageChips(QWidget):
    """Wraps, from the right. `opened` carries the attachment."""

    opened = Signal(object)

    def __init__(self, theme: Theme, attachments: Sequence[Attachment], parent: QWidget) -> None:
        super().__init__(parent)
        self.chips = [MessageChip(theme, attachment, self) for attachment in attachments]
        self._row_px = theme.px("control.chip") + _GAP_PX
        for chip in self.chips:
            chip.clicked.connect(lambda _=False, one=chip: self.opened.emit(one.attachment))

    def heightForWidth(self, width: int) -> int:
        return len(self._rows(width)) * self._row_px

    def place(self, left: int, top: int, width: int) -> None:
        self.setGeometry(left, top, width, self.heightForWidth(width))
        for nth, row in enumerate(self._rows(width)):
            x = width - sum(chip.width() + _GAP_PX for chip in row) + _GAP_PX
            for chip in row:
                chip.move(max(0, x), nth * self._row_px)
                x += chip.width() + _GAP_PX

    def _rows(self, width: int) -> list[list[MessageChip]]:
        rows: list[list[MessageChip]] = []
        room = 0
        for chip in self.chips:
            if not rows or chip.width() > room:
                rows.append([])
                room = width
            rows[-1].append(chip)
            room -= chip.width() + _GAP_PX
        return rows


class AttachmentDialog(QDialog):
    """The text of a file as the model was given it."""

    def __init__(self, theme: Theme, attachment: Attachment, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(attachment.name)
        self.resize(_DIALOG)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(8)
        self.title = Label(theme, harmless(attachment.name), "reading_heading", elided=True)
        column.addWidget(self.title)
        size = file_size(attachment.file_bytes)
        given = tr("{size}. The model was given this text.", size=size)
        self.line = Label(theme, given, tone="secondary")
        column.addWidget(self.line)
        self.text = QPlainTextEdit(_shown(attachment.text))
        self.text.setReadOnly(True)
        self.text.setObjectName("logTail")
        self.text.setFont(theme.font("code"))
        self.text.setAccessibleName(tr("Text of {name}", name=attachment.name))
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch()
        self.close_button = Button(theme, tr("Close"))
        self.close_button.clicked.connect(self.close)
        row.addWidget(self.close_button)
        column.addLayout(row)
        self.ring = FocusRing(theme, self)


def _shown(text: str) -> str:
    left_out = len(text) - MOST_DRAWN
    shown = harmless(text[:MOST_DRAWN])
    if left_out <= 0:
        return shown
    end = tr("{count} more characters are not shown here.", count=number(left_out, ","))
    return f"{shown}\n\n{end}"
