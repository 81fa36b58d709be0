"""The closed rows of the Discover list and the headings above them, painted as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.discover.state import RepoRow
from app.number_text import EN_DASH
from runtime.downloads.frames import Download
from runtime.language import marked, tr
from ui.controls import PaintedButton
from ui.discover_columns import Span, row_spans
from ui.discover_drawing import RIGHT, Ink, draw_skeleton, draw_text, text_px
from ui.discover_words import RowWords, Speed, row_words
from ui.theme import Theme

HEAD_PX = 32
HEADINGS = (
    ("name", marked("Model")),
    ("parameters", marked("Parameters (used per token)")),
    ("experts", marked("Experts")),
    ("licence", marked("Licence")),
    ("speed", marked("Best speed here")),
    ("here", marked("On this machine")),
)
_RANGE_PX, _HERE_INSET_PX, _ICON_PX = 48, 16, 16
_NAME = Ink(weight=500, tabular=False)
_AUTHOR = Ink("small", "tertiary", tabular=False)
_QUIET, _RANGE, _FIGURE = Ink(tone="secondary"), Ink("small", "tertiary"), Ink(weight=500)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -1_000_000}
_STEPS |= {Qt.Key.Key_End: 1_000_000, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class RowHead(QWidget):
    """The headings of the columns."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(HEAD_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        spans = row_spans(self.width())
        for name, source in HEADINGS:
            if name not in spans:
                continue
            heading, box = tr(source), _box(spans[name], self.height())
            ink = Ink("caption", "tertiary")
            if name == "speed":
                right = box.adjusted(-40, 0, -_RANGE_PX + 4, 0)
                draw_text(painter, self._theme, right, heading, ink, RIGHT)
            else:
                inset = _HERE_INSET_PX if name == "here" else 0
                draw_text(painter, self._theme, box.adjusted(inset, 0, 0, 0), heading, ink)


class ResultRow(PaintedButton):
    """One repository. `stepped` asks for the row that many further down."""

    stepped = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "")
        self.ring_radius = theme.px("radius.control_small")
        self.row: RepoRow | None = None
        self.words: RowWords | None = None
        self._is_open = False
        self._follows = False
        self.setFixedHeight(theme.px("row.model"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_row(self, row: RepoRow, downloads: Mapping[str, Download], *, is_open: bool) -> None:
        if row is self.row and is_open == self._is_open and not self._follows:
            return
        self._follows = any(quant.download_id for quant in row.quants)
        words = row_words(row, downloads)
        if self.row is not None and (words, is_open) == (self.words, self._is_open):
            same = self.row.name == row.name and self.row.summary.gated == row.summary.gated
            self.row = row
            if same:
                return
        self.row, self.words, self._is_open = row, words, is_open
        spoken = words.spoken(row.name, row.author)
        if row.summary.gated != "no":
            spoken = tr("{row}, its author asks you to accept terms", row=spoken)
        self.setAccessibleName(spoken)
        self.setAccessibleDescription(tr("open") if is_open else tr("closed"))
        self.update()

    @property
    def is_open(self) -> bool:
        return self._is_open

    def sizeHint(self) -> QSize:
        return QSize(460, self.theme.px("row.model"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & Qt.KeyboardModifier.AltModifier
        if plain and key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif plain and key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            if self._is_open == (key == Qt.Key.Key_Left):
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.row is None or self.words is None:
            return
        painter = self.begin()
        painter.fillRect(QRectF(0, 0, self.width(), 1), self.theme.color("line.hairline"))
        spans = row_spans(self.width())
        icon = "chevron-down" if self._is_open else "chevron-right"
        ink = "text.primary" if self.hovered() else "text.tertiary"
        top = (self.height() - _ICON_PX) / 2
        self.draw_icon(painter, icon, _ICON_PX, ink, spans["chevron"].left, top)
        self._paint_name(painter, self.row, spans["name"])
        for name in ("parameters", "experts", "licence"):
            if name in spans:
                text = getattr(self.words, name)
                self._paint_known(painter, spans[name], text)
        self._paint_speed(painter, spans["speed"], self.words.speed)
        here = self.words.here
        span = spans["here"]
        box = _box(Span(span.left + _HERE_INSET_PX, span.width - _HERE_INSET_PX), self.height())
        if self.words.reading and here.text == EN_DASH:
            self._skeleton(painter, box, 0.7)
        else:
            draw_text(painter, self.theme, box, here.text, Ink(tone=here.tone, tabular=False))

    def _paint_name(self, painter: QPainter, row: RepoRow, span: Span) -> None:
        box = _box(span, self.height())
        taken = draw_text(painter, self.theme, box, row.name, _NAME) + 10
        if row.summary.gated != "no" and taken + _ICON_PX <= span.width:
            top = (self.height() - 14) / 2
            self.draw_icon(painter, "lock", 14, "text.tertiary", span.left + taken, top)
            taken += 14 + 8
        if taken + text_px(self.theme, row.author, _AUTHOR) <= span.width:
            draw_text(painter, self.theme, box.adjusted(taken, 0, 0, 0), row.author, _AUTHOR)

    def _paint_known(self, painter: QPainter, span: Span, text: str) -> None:
        box = _box(span, self.height())
        if text == EN_DASH and self.words is not None and self.words.reading:
            self._skeleton(painter, box, 0.6)
        else:
            tone = "tertiary" if text == EN_DASH else "secondary"
            draw_text(painter, self.theme, box, text, Ink(tone=tone))

    def _paint_speed(self, painter: QPainter, span: Span, speed: Speed | None) -> None:
        box = _box(span, self.height())
        if speed is None:
            figure = box.adjusted(0, 0, -_RANGE_PX, 0)
            if self.words is not None and self.words.reading:
                self._skeleton(painter, figure.adjusted(24, 0, 0, 0), 1.0)
            else:
                draw_text(painter, self.theme, figure, EN_DASH, Ink(tone="tertiary"), RIGHT)
            return
        beside = draw_text(painter, self.theme, box, speed.beside, _RANGE, RIGHT)
        taken = max(_RANGE_PX, beside + 8)
        box = box.adjusted(0, 0, -taken, 0)
        taken = draw_text(painter, self.theme, box, "tok/s", _QUIET, RIGHT) + 4
        draw_text(painter, self.theme, box.adjusted(0, 0, -taken, 0), speed.figure, _FIGURE, RIGHT)

    def _skeleton(self, painter: QPainter, box: QRectF, share: float) -> None:
        draw_skeleton(painter, self.theme.color("surface.hover"), box, share)


class SkeletonRows(QWidget):
    """Still rows where the first results will stand."""

    def __init__(self, theme: Theme, count: int = 6) -> None:
        super().__init__()
        self._theme, self._count = theme, count
        self.setFixedHeight(count * theme.px("row.model"))
        self.setAccessibleName(tr("Being read"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, color = self._theme.px("row.model"), self._theme.color("surface.hover")
        spans = row_spans(self.width())
        for number in range(self._count):
            top = number * height
            painter.fillRect(QRectF(0, top, self.width(), 1), self._theme.color("line.hairline"))
            for name, share in (("name", 0.55), ("parameters", 0.6), ("speed", 0.6), ("here", 0.7)):
                if name in spans:
                    inset = _HERE_INSET_PX if name == "here" else 0
                    box = _box(spans[name], height).translated(0, top).adjusted(inset, 0, 0, 0)
                    draw_skeleton(painter, color, box, share)


def _box(span: Span, height: int) -> QRectF:
    return QRectF(span.left, 0, span.width, height)
