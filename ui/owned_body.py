"""The ground of the table of models: its headings, and the rows painted where they are seen."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from runtime.language import tr
from ui.owned_columns import COLUMNS, LEFT_PX, Placing
from ui.owned_row import ROW_PX, ModelRow, with_room_for_verbs
from ui.theme import Theme

HEAD_PX = 32
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_ELIDED = Qt.TextElideMode.ElideRight


class ModelHead(QWidget):
    """The headings above the rows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._placing: Placing | None = None
        self.setFixedHeight(HEAD_PX)
        self.setAccessibleName(
            ", ".join((tr("Model"), *(tr(column.heading) for column in COLUMNS)))
        )

    def show_placing(self, placing: Placing) -> None:
        placing = with_room_for_verbs(self._theme, placing)
        if placing != self._placing:
            self._placing = placing
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, HEAD_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._placing is None:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.color("text.tertiary"))
        painter.drawText(QRectF(LEFT_PX, 0, self._placing.name_px, HEAD_PX), _MIDDLE, tr("Model"))
        for place in self._placing.cells:
            column = place.column
            flag = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            box = QRectF(place.x_px, 0, place.width_px, HEAD_PX)
            heading = tr(column.heading)
            shown = painter.fontMetrics().elidedText(heading, _ELIDED, place.width_px)
            painter.drawText(box, flag | _MIDDLE, shown)


class ModelBody(QWidget):
    """Paints the rows in view, and furnishes them with buttons after."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[ModelRow, ...] = ()
        self._seen: list[ModelRow] = []

    def show_rows(self, rows: tuple[ModelRow, ...]) -> None:
        self._rows = rows
        self.setFixedHeight(len(rows) * ROW_PX)
        self.update()

    def show_placing(self, placing: Placing) -> None:
        if self._rows:
            placing = self._rows[0].with_room_for_verbs(placing)
        for number, row in enumerate(self._rows):
            row.show_place(number * ROW_PX, placing)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = event.rect()
        for row in self._rows[area.top() // ROW_PX : area.bottom() // ROW_PX + 1]:
            painter.save()
            painter.translate(0, row.top_px)
            row.paint(painter)
            painter.restore()
            if not row.is_furnished:
                if not self._seen:
                    QTimer.singleShot(0, self, self._furnish)
                self._seen.append(row)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            told = cast(QHelpEvent, event)
            at = told.pos().y() // ROW_PX
            if 0 <= at < len(self._rows):
                QToolTip.showText(told.globalPos(), self._rows[at].all_facts(), self)
            return True
        return super().event(event)

    def _furnish(self) -> None:
        seen, self._seen = self._seen, []
        for row in seen:
            if row in self._rows:
                row.furnish()
