"""The quantisations of an open row: where each would live, how fast it would be, and its button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import number_text
from app.discover.state import QuantRow, RepoRow
from runtime.downloads.frames import Download
from runtime.language import marked, tr
from ui.controls import Button
from ui.discover_columns import DIGITS_PX, Span, quant_spans
from ui.discover_drawing import (
    BAR_PX,
    RIGHT,
    Band,
    Ink,
    draw_band,
    draw_places,
    draw_skeleton,
    draw_swatch,
    draw_text,
    place_sizes,
    text_px,
)
from ui.discover_words import (
    Speed,
    Words,
    fit_words,
    not_read_words,
    prediction_words,
    quant_speed,
    spoken_speed,
)
from ui.download_words import phase_words
from ui.focus_ring import show_or_hide
from ui.tab_order import chain
from ui.theme import Theme

Act = Literal["download", "load", "chat", ""]
# What the button says, and its name for a screen reader.
_VERBS: dict[Act, tuple[str, str]] = {
    "download": (marked("Download"), marked("Download {model} {quantisation}, {size}")),
    "load": (marked("Load"), marked("Load {model} {quantisation}, {size}")),
    "chat": (marked("Open"), marked("Open {model} {quantisation}, {size}")),
}
_PLACES = {
    "gpu": marked("{size} on the GPU"),
    "ram": marked("{size} in RAM"),
    "disk": marked("{size} read from disk"),
}
_HEAD_PX, _SWATCH_PX, _FOOT_PX = 28, 9, 6
_LEAST_NAME_PX, _MOST_NAME_PX, _MARK_GAP_PX = 128, 250, 8
_FIGURE_PX, _SKELETON_LINES, _LEGEND_GAP_PX = 24, 3, 14
_NAME, _MARK = Ink(weight=500, tabular=False), Ink("caption", "secondary")
_CAPTION = Ink("caption", "tertiary")
_AXIS_ROOM = 1.1


@dataclass(frozen=True)
class Scale:
    """What all lines of one table share: bytes of the longest bar, the axis, the names' room."""

    most_bytes: int = 0
    top_tokens_per_s: float = 0.0
    name_px: int = _LEAST_NAME_PX


@dataclass(frozen=True)
class Line:
    """What one line draws. `act` is what its button does, "" without one."""

    name: str
    size: str
    suggested: bool
    sizes: tuple[tuple[str, int], ...]
    band: Band | None
    speed: Speed | None
    fit: Words
    act: Act
    reading: bool
    detail: str = ""


def table_scale(theme: Theme, quants: tuple[QuantRow, ...]) -> Scale:
    most = max((_bytes(quant) for quant in quants), default=0)
    speeds = [q.prediction.decode_high for q in quants if q.prediction is not None]
    speeds += [q.measured_tokens_per_s for q in quants if q.measured_tokens_per_s is not None]
    names = [text_px(theme, q.name, _NAME) + _mark_px(theme, q) for q in quants]
    name_px = min(_MOST_NAME_PX, max(_LEAST_NAME_PX, round(max(names, default=0)) + 4))
    return Scale(most, _AXIS_ROOM * max(speeds, default=0.0), name_px)


def _mark_px(theme: Theme, quant: QuantRow) -> float:
    return _MARK_GAP_PX + text_px(theme, tr("suggested"), _MARK) if quant.suggested else 0.0


def _bytes(quant: QuantRow) -> int:
    return sum(size for _, size in place_sizes(quant.prediction)) if quant.prediction else 0


def line_of(quant: QuantRow, download: Download | None, loaded_id: str, scale: Scale) -> Line:
    """`loaded_id` is the model that is loaded, "" without one."""
    found = quant.prediction
    fit, act = _fit_and_act(quant, download, loaded_id)
    band = None
    if found is not None and found.fit != "no":
        band = Band(
            scale.top_tokens_per_s,
            found.decode_tokens_per_s,
            found.decode_low,
            found.decode_high,
            quant.measured_tokens_per_s,
        )
    elif quant.measured_tokens_per_s is not None:
        band = Band(scale.top_tokens_per_s, measured=quant.measured_tokens_per_s)
    return Line(
        quant.name,
        number_text.gib_unit(quant.model.size_bytes),
        quant.suggested,
        place_sizes(found) if found is not None else (),
        band,
        quant_speed(quant),
        fit,
        act,
        found is None and quant.phase in ("unread", "reading"),
        prediction_words(quant) or (quant.problem.one_line() if quant.problem else ""),
    )


def _fit_and_act(quant: QuantRow, download: Download | None, loaded_id: str) -> tuple[Words, Act]:
    if quant.installed_id:
        loaded = quant.installed_id == loaded_id
        return Words(tr("Installed, loaded") if loaded else tr("Installed")), (
            "chat" if loaded else "load"
        )
    if download is not None and download.phase != "done":
        return Words(phase_words(download)), ""
    if download is not None:
        return Words(phase_words(download), "ok"), ""
    if quant.prediction is not None:
        return fit_words(quant.prediction), "download"
    if quant.phase == "failed":
        return not_read_words(quant.problem), "download"
    return Words(""), "download"


class QuantTable(QWidget):
    """`download_wanted` carries a quantisation's name, `load_wanted` a model's id."""

    download_wanted = Signal(str)
    load_wanted = Signal(str)
    chat_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._scale: Scale | None = None
        self.lines: dict[tuple[str, str], QuantLine] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, _FOOT_PX)
        self._column.setSpacing(0)
        self._head = QuantHead(theme)
        self._column.addWidget(self._head)
        self._skeletons = [QuantLine(theme) for _ in range(_SKELETON_LINES)]
        for skeleton in self._skeletons:
            skeleton.button.hide()
            self._column.addWidget(skeleton)
        self.setAccessibleName(tr("Quantisations"))

    def show_row(self, row: RepoRow, downloads: Mapping[str, Download], loaded_id: str) -> None:
        for skeleton in self._skeletons:
            skeleton.setVisible(not row.quants)
        keys = [_key(quant) for quant in row.quants]
        if keys != list(self.lines):
            self._arrange(keys)
        scale = table_scale(self._theme, row.quants)
        self._head.show_scale(scale)
        for key, quant in zip(keys, row.quants, strict=True):
            download = downloads.get(quant.download_id)
            line = line_of(quant, download, loaded_id, scale)
            self.lines[key].show_line(row.name, quant, line, scale)

    def _arrange(self, keys: list[tuple[str, str]]) -> None:
        """Lines that stay keep their widgets, so no button loses the keyboard."""
        for key in [key for key in self.lines if key not in keys]:
            gone = self.lines.pop(key)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        lines = {key: self.lines.get(key) or self._new_line() for key in keys}
        self.lines = lines
        for number, line in enumerate(lines.values(), start=1):
            self._column.removeWidget(line)
            self._column.insertWidget(number, line)
            line.show()
        chain(line.button for line in lines.values())

    def _new_line(self) -> QuantLine:
        line = QuantLine(self._theme)
        line.button.clicked.connect(lambda: self._act(line))
        return line

    def _act(self, line: QuantLine) -> None:
        assert line.quant is not None
        assert line.line is not None
        match line.line.act:
            case "download":
                self.download_wanted.emit(line.quant.name)
            case "load":
                self.load_wanted.emit(line.quant.installed_id)
            case "chat":
                self.chat_wanted.emit()


def _key(quant: QuantRow) -> tuple[str, str]:
    return quant.model.quantisation, quant.model.files[0].path


class QuantHead(QWidget):
    """The headings, and the samples of GPU, RAM and disk."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._scale = theme, Scale()
        self.setFixedHeight(_HEAD_PX)

    def show_scale(self, scale: Scale) -> None:
        if scale != self._scale:
            self._scale = scale
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spans = quant_spans(self.width(), self._scale.name_px)
        self._word(painter, spans["name"], tr("Quantisation"))
        draw_text(painter, self._theme, self._box(spans["size"]), tr("Size"), _CAPTION, RIGHT)
        self._paint_places(painter, spans["bar"])
        speed = spans["band"] if spans["band"].width else spans["digits"]
        wide = Span(speed.left, spans["digits"].right - speed.left)
        banded = bool(spans["band"].width)
        word = tr("Predicted decode, tok/s") if banded else tr("Decode, tok/s")
        self._word(painter, wide, word)
        self._word(painter, spans["fits"], tr("Fits"))

    def _paint_places(self, painter: QPainter, span: Span) -> None:
        """The heading and, where all three have room, a sample of each place."""
        words = (tr("Where it would live"), tr("Lives in"), "")
        heading = next(w for w in words if text_px(self._theme, w, _CAPTION) <= span.width)
        left = self._word(painter, span, heading) + _LEGEND_GAP_PX
        names = (("gpu", "GPU"), ("ram", "RAM"), ("disk", tr("Disk")))
        widths = [_SWATCH_PX + 5 + text_px(self._theme, word, _CAPTION) for _, word in names]
        if left + sum(widths) + 2 * _LEGEND_GAP_PX > span.right:
            return
        for (place, word), width in zip(names, widths, strict=True):
            box = QRectF(left, (_HEAD_PX - _SWATCH_PX) / 2, _SWATCH_PX, _SWATCH_PX)
            draw_swatch(painter, self._theme, place, box)
            self._word(painter, Span(round(left) + _SWATCH_PX + 5, round(width)), word)
            left += width + _LEGEND_GAP_PX

    def _word(self, painter: QPainter, span: Span, text: str) -> float:
        box = self._box(span)
        return span.left + draw_text(painter, self._theme, box, text, _CAPTION)

    def _box(self, span: Span) -> QRectF:
        return QRectF(span.left, 0, span.width, self.height())


class QuantLine(QWidget):
    """One quantisation; without one it is a still skeleton."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._scale = theme, Scale()
        self.quant: QuantRow | None = None
        self.line: Line | None = None
        self.button = Button(theme, tr("Download"), extent="compact", parent=self)
        self.setFixedHeight(theme.px("row.quantisation"))

    def show_line(self, model: str, quant: QuantRow, line: Line, scale: Scale) -> None:
        self.quant = quant
        if (line, scale) == (self.line, self._scale):
            return
        self.line, self._scale = line, scale
        show_or_hide(self.button, shown=bool(line.act))
        if line.act:
            verb, name = _VERBS[line.act]
            self.button.show_text(tr(verb))
            named = tr(name, model=model, quantisation=line.name, size=line.size)
            self.button.setAccessibleName(named)
        self.setAccessibleName(_spoken(line))
        self.setToolTip(line.detail)
        self.setAccessibleDescription(line.detail)
        self._place()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        size = self.button.sizeHint()
        right = quant_spans(self.width(), self._scale.name_px)["button"].right
        top = (self.height() - size.height()) // 2
        self.button.setGeometry(right - size.width(), top, size.width(), size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spans = quant_spans(self.width(), self._scale.name_px)
        if self.line is None:
            for name in ("name", "bar", "digits", "fits"):
                self._skeleton(painter, spans[name])
            return
        self._paint_name(painter, spans, self.line)
        if self.line.reading:
            for name in ("bar", "digits", *(() if self.line.fit.text else ("fits",))):
                self._skeleton(painter, spans[name])
        else:
            self._paint_places(painter, spans["bar"], self.line)
        self._paint_speed(painter, spans, self.line)
        fit = self.line.fit
        draw_text(painter, self._theme, self._box(spans["fits"]), fit.text, Ink(tone=fit.tone))

    def _paint_name(self, painter: QPainter, spans: dict[str, Span], line: Line) -> None:
        box = self._box(spans["name"])
        taken = draw_text(painter, self._theme, box, line.name, _NAME)
        if line.suggested:
            mark = box.adjusted(taken + _MARK_GAP_PX, 1, 0, 1)
            draw_text(painter, self._theme, mark, tr("suggested"), _MARK)
        size = Ink(tone="secondary")
        draw_text(painter, self._theme, self._box(spans["size"]), line.size, size, RIGHT)

    def _paint_places(self, painter: QPainter, span: Span, line: Line) -> None:
        if line.sizes and self._scale.most_bytes:
            width = span.width * sum(size for _, size in line.sizes) / self._scale.most_bytes
            box = QRectF(span.left, (self.height() - BAR_PX) / 2, width, BAR_PX)
            draw_places(painter, self._theme, box, line.sizes)
        else:
            tone = Ink(tone="tertiary")
            draw_text(painter, self._theme, self._box(span), number_text.EN_DASH, tone)

    def _paint_speed(self, painter: QPainter, spans: dict[str, Span], line: Line) -> None:
        if line.band is not None and spans["band"].width:
            draw_band(painter, self._theme, self._box(spans["band"]), line.band)
        digits = self._box(spans["digits"])
        if line.speed is None:
            if not line.reading:
                figure = QRectF(digits.left(), 0, _FIGURE_PX, self.height())
                tone = Ink(tone="tertiary")
                draw_text(painter, self._theme, figure, number_text.EN_DASH, tone, RIGHT)
            return
        figure_px = max(_FIGURE_PX, text_px(self._theme, line.speed.figure, Ink(weight=500)))
        figure = QRectF(digits.left(), 0, figure_px, self.height())
        draw_text(painter, self._theme, figure, line.speed.figure, Ink(weight=500), RIGHT)
        beside = digits.adjusted(figure_px + 10, 0, 0, 0)
        text = tr("measured") if line.speed.measured else line.speed.beside
        draw_text(painter, self._theme, beside, text, Ink("small", "tertiary"))

    def _skeleton(self, painter: QPainter, span: Span) -> None:
        width = min(span.width, DIGITS_PX)
        box = QRectF(span.left, 0, width, self.height())
        draw_skeleton(painter, self._theme.color("surface.hover"), box)

    def _box(self, span: Span) -> QRectF:
        return QRectF(span.left, 0, span.width, self.height())


def _spoken(line: Line) -> str:
    parts = [line.name, tr("suggested") if line.suggested else "", line.size]
    parts += [tr(_PLACES[place], size=number_text.gib_unit(size)) for place, size in line.sizes]
    parts.append(spoken_speed(line.speed) if line.speed is not None else "")
    parts.append(tr("being read") if line.reading else line.fit.text)
    return ", ".join(part for part in parts if part)
