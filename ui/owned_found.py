"""What other programs have on this disk: a line with a box for each, and what becomes of them."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.owned.found_model import source_name
from app.owned_state import FoundRow, ImportHow
from runtime.language import number, tr
from ui import owned_words
from ui.controls import Button, PaintedButton
from ui.labels import Label, Paragraph
from ui.page_frame import hairline
from ui.segments import Segments
from ui.tab_order import chain
from ui.theme import Theme

FOUND_HOWS: tuple[ImportHow, ...] = ("link", "copy")
LINE_PX, SHOWN_FIRST = 36, 100
_BOX_PX, _SOURCE_PX, _END_PX, _GAP_PX = 16, 150, 92, 12


class FoundLine(PaintedButton):
    """One model: a box to tick, its name, the program it is from and its size."""

    def __init__(self, theme: Theme, row: FoundRow) -> None:
        end = owned_words.found_end(row)
        source = source_name(row.source)
        super().__init__(theme, f"{row.name}, {source}, {end}")
        self.row, self._source, self._end = row, source, end
        self.ring_radius = theme.px("radius.control_small")
        self.setToolTip(f"{row.name}\n{source}")
        self.setCheckable(True)
        self.setChecked(not row.is_known)
        self.setEnabled(not row.is_known)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINE_PX)

    def sizeHint(self) -> QSize:
        return QSize(0, LINE_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.focusNextPrevChild(step > 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        if self.hovered():
            self.fill(painter, self.theme.color("surface.hover"), self.ring_radius)
        self._paint_box(painter)
        ink = "text.primary" if self.isEnabled() else "text.tertiary"
        right = self.width() - 8
        end = QRectF(right - _END_PX, 0, _END_PX, LINE_PX)
        left = 8 + _BOX_PX + _GAP_PX
        source_px = min(_SOURCE_PX, max(0, (self.width() - left - _END_PX) // 3))
        source = QRectF(end.left() - _GAP_PX - source_px, 0, source_px, LINE_PX)
        name = QRectF(left, 0, source.left() - _GAP_PX - left, LINE_PX)
        self._write(painter, name, self.row.name, ink)
        self._write(painter, source, self._source, "text.tertiary", tabular=False)
        end_ink = "text.secondary" if self.isEnabled() else "text.tertiary"
        self._write(painter, end, self._end, end_ink, Qt.AlignmentFlag.AlignRight)

    def _paint_box(self, painter: QPainter) -> None:
        color = self.theme.color
        box = QRectF(8.5, (LINE_PX - _BOX_PX) / 2 + 0.5, _BOX_PX - 1, _BOX_PX - 1)
        ticked = self.isChecked()
        painter.setPen(color("action.ink" if ticked else "line.control"))
        if not self.isEnabled():
            painter.setPen(color("line.line"))
        painter.setBrush(color("action.ink") if ticked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        if ticked:
            self.draw_icon(painter, "check", 14, "action.on_ink", 9, (LINE_PX - 14) / 2)

    def _write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        ink: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        *,
        tabular: bool = True,
    ) -> None:
        font = self.theme.font("ui", tabular=tabular and side is Qt.AlignmentFlag.AlignRight)
        painter.setFont(font)
        painter.setPen(self.theme.color(ink))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)


class FoundList(QWidget):
    """`wanted` carries the keys of the ticked ones and how to take them in.

    Tab comes to the lines from `opener`.
    """

    wanted = Signal(object, str)

    def __init__(self, theme: Theme, opener: QWidget) -> None:
        super().__init__()
        self._theme, self._opener = theme, opener
        self._found: tuple[FoundRow, ...] | None = None
        self._how: ImportHow = "link"
        self._is_busy = False
        self.lines: dict[str, FoundLine] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addSpacing(12)
        self.heading = Label(theme, "", weight=500)
        column.addWidget(self.heading)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 6, 0, 0)
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        self.rest = Button(theme, "", "quiet")
        self.rest.clicked.connect(lambda _=False: self._add_lines(len(self._found or ())))
        column.addWidget(self.rest, 0, Qt.AlignmentFlag.AlignLeft)
        self.ask = QWidget()
        column.addWidget(self.ask)
        self._build_ask()
        self.hide()

    def _build_ask(self) -> None:
        row = QHBoxLayout(self.ask)
        row.setContentsMargins(0, 12, 0, 2)
        row.setSpacing(12)
        top = Qt.AlignmentFlag.AlignTop
        choices = tuple((how, owned_words.how_name(how)) for how in FOUND_HOWS)
        self.how = Segments(self._theme, tr("How to add the models found"), choices)
        self.how.chosen.connect(self._choose)
        row.addWidget(self.how, 0, top)
        self.how_line = Paragraph(self._theme, "", "small", "secondary")
        row.addWidget(self.how_line, 1, Qt.AlignmentFlag.AlignVCenter)
        self.add = Button(self._theme, tr("Add models"))
        self.add.clicked.connect(lambda _=False: self.wanted.emit(self._ticked(), self._how))
        row.addWidget(self.add, 0, top)
        self._choose("link")

    def show_found(self, found: tuple[FoundRow, ...] | None, *, is_busy: bool) -> None:
        """Ticks stay while a model is in the list; None was not looked for yet."""
        self._is_busy = is_busy
        if found != self._found:
            unticked = {key for key, line in self.lines.items() if not line.isChecked()}
            self._found = found
            self._clear()
            self._add_lines(SHOWN_FIRST)
            for key in unticked & self.lines.keys():
                self.lines[key].setChecked(False)
            self.heading.show_text(owned_words.found_line(found or ()))
            self.ask.setVisible(any(not row.is_known for row in found or ()))
        self.setVisible(found is not None)
        self._show_add()

    def _clear(self) -> None:
        for line in self.lines.values():
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = {}

    def _add_lines(self, up_to: int) -> None:
        found = self._found or ()
        for row in found[len(self.lines) : up_to]:
            line = FoundLine(self._theme, row)
            line.clicked.connect(lambda _=False: self._show_add())
            self._rows.addWidget(line)
            self.lines[row.key] = line
        chain([self._opener, *self.lines.values()])
        left = len(found) - len(self.lines)
        self.rest.show_text(tr("Show {n} more", n=number(left, ",")))
        self.rest.setVisible(left > 0)

    def _choose(self, how: str) -> None:
        self._how = cast(ImportHow, how)
        self.how.show_value(how)
        self.how_line.show_text(tr(owned_words.FOUND_LINES[self._how]))
        self._show_add()

    def _ticked_rows(self) -> tuple[FoundRow, ...]:
        lines = self.lines.values()
        return tuple(line.row for line in lines if line.isChecked() and line.isEnabled())

    def _ticked(self) -> tuple[str, ...]:
        return tuple(row.key for row in self._ticked_rows())

    def _show_add(self) -> None:
        rows = self._ticked_rows()
        self.add.show_text(owned_words.add_words(rows, self._how))
        self.add.setEnabled(bool(rows) and not self._is_busy)
