"""The card of the one model to take first on this machine."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.discover.state import Prediction, Recommendation
from runtime.downloads.frames import Download
from runtime.language import marked, tr
from ui.band_chart import RangeFigure
from ui.controls import Button
from ui.discover_drawing import (
    BAR_PX,
    Band,
    Ink,
    draw_band,
    draw_places,
    draw_skeleton,
    draw_text,
    place_edges,
    place_sizes,
    text_px,
)
from ui.discover_words import prediction_words
from ui.download_words import phase_words
from ui.focus_ring import show_or_hide
from ui.labels import Label, Paragraph
from ui.theme import Theme

HEADING = marked("Recommended for this machine")
_PLACES_PX, _SPEED_PX, _REASON_PX, _GAP_PX, _WRAP_BELOW_PX = 206, 168, 410, 32, 900
_FIGURES_PX = 30
_PLACE_WORDS = {"gpu": "GiB GPU", "ram": "GiB RAM", "disk": marked("GiB disk")}


class RecommendationCard(QFrame):
    """`download_wanted` carries repository and quantisation, `load_wanted` a model's id."""

    download_wanted = Signal(str, str)
    load_wanted = Signal(str)
    chat_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Recommendation | None = None
        self._act = ""
        self.setProperty("surface", "card")
        self.setAccessibleName(tr(HEADING))
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(20, 16, 20, 16)
        self._box.setSpacing(_GAP_PX)
        self._box.addWidget(self._words(theme), 1)
        self._figures = QWidget()
        figures = QHBoxLayout(self._figures)
        figures.setContentsMargins(0, 0, 0, 0)
        figures.setSpacing(_GAP_PX)
        self.places = PlacesFigure(theme)
        self.speed = SpeedFigure(theme)
        figures.addWidget(self.places)
        figures.addWidget(self.speed)
        figures.addStretch()
        self.status = Label(theme, "", "ui", "secondary")
        self.button = Button(theme, tr("Download"), "primary", "large", icon="download")
        self.load = Button(theme, tr("Load"), "plain", "large")
        self.button.clicked.connect(self._download)
        self.load.clicked.connect(self._load)
        figures.addWidget(self.status)
        figures.addWidget(self.load)
        figures.addWidget(self.button)
        self._box.addWidget(self._figures)

    def show_recommendation(
        self, shown: Recommendation, download: Download | None, loaded_id: str
    ) -> None:
        self._shown = shown
        quant = shown.quant
        self.name.show_text(shown.name)
        self.quantisation.show_text(quant.name)
        self.reason.show_text(shown.reason)
        self.places.show_prediction(quant.prediction)
        self.speed.show_speed(quant.prediction, quant.measured_tokens_per_s)
        self._figures.setToolTip(prediction_words(quant))
        waits = download is not None and download.phase != "done"
        self.status.setVisible(waits or (bool(quant.installed_id) and not waits))
        if download is not None and waits:
            self.status.show_text(phase_words(download))
        elif quant.installed_id:
            self.status.show_text(tr("Installed"))
        loaded = bool(quant.installed_id) and quant.installed_id == loaded_id
        self._act = "chat" if loaded else "load" if quant.installed_id else ""
        self.load.setVisible(bool(quant.installed_id) and not waits)
        model = f"{shown.name} {quant.name}"
        self.load.show_text(tr("Open") if loaded else tr("Load"))
        self.load.setAccessibleName(
            tr("Open {model}", model=model) if loaded else tr("Load {model}", model=model)
        )
        size = number_text.gib_unit(quant.model.size_bytes)
        self.button.show_text(tr("Download {size}", size=size))
        self.button.setAccessibleName(tr("Download {size}, {model}", size=size, model=model))
        show_or_hide(self.button, shown=not quant.installed_id and download is None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = QBoxLayout.Direction.LeftToRight
        direction = side if self.width() >= _WRAP_BELOW_PX else QBoxLayout.Direction.TopToBottom
        if direction != self._box.direction():
            self._box.setDirection(direction)
            self._box.setSpacing(_GAP_PX if direction == side else 12)

    def _words(self, theme: Theme) -> QWidget:
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(theme, tr(HEADING), "caption", "secondary", weight=500))
        column.addSpacing(2)
        title = QHBoxLayout()
        title.setSpacing(6)
        self.name = Label(theme, "", "reading_heading")
        self.quantisation = Label(theme, "", "card_title", "secondary", weight=400)
        title.addWidget(self.name)
        title.addWidget(self.quantisation)
        title.addStretch()
        column.addLayout(title)
        column.addSpacing(3)
        self.reason = Paragraph(theme, "", tone="secondary")
        self.reason.setMaximumWidth(_REASON_PX)
        # Beside a stretch: a column asks a wrapped text for its height at the whole width.
        reason = QHBoxLayout()
        reason.addWidget(self.reason, 1)
        reason.addStretch()
        column.addLayout(reason)
        column.addStretch()
        return words

    def _download(self) -> None:
        if self._shown is not None:
            self.download_wanted.emit(self._shown.repo, self._shown.quant.name)

    def _load(self) -> None:
        if self._act == "chat":
            self.chat_wanted.emit()
        elif self._shown is not None:
            self.load_wanted.emit(self._shown.quant.installed_id)


class PlacesFigure(QWidget):
    """Bytes by place over a bar of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sizes: tuple[tuple[str, int], ...] = ()
        self.setFixedSize(_PLACES_PX, theme.line("small") + _FIGURES_PX + BAR_PX)

    def show_prediction(self, prediction: Prediction | None) -> None:
        sizes = place_sizes(prediction) if prediction is not None else ()
        if sizes != self._sizes:
            self._sizes = sizes
            said = ", ".join(f"{number_text.gib(size)} {_place_words(at)}" for at, size in sizes)
            self.setAccessibleName(tr("Where it would live: {places}", places=said))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, top = self._theme, self._theme.line("small")
        heading = QRectF(0, 0, self.width(), top)
        draw_text(painter, theme, heading, tr("Where it would live"), Ink("small", "secondary"))
        bar = QRectF(0, top + _FIGURES_PX, self.width(), BAR_PX)
        if not self._sizes:
            draw_skeleton(painter, theme.color("surface.hover"), bar)
            return
        draw_places(painter, theme, bar, self._sizes)
        for number, left in enumerate(self._lefts()):
            place, size = self._sizes[number]
            box = QRectF(left, top, self.width() - left, _FIGURES_PX)
            taken = draw_text(painter, theme, box, number_text.gib(size), Ink("small", weight=500))
            unit = box.adjusted(taken + 4, 0, 0, 0)
            draw_text(painter, theme, unit, _place_words(place), Ink("small", "secondary"))

    def _lefts(self) -> list[float]:
        """Over its part of the bar, further left where the last would have no room."""
        edges = [left for _, left, _ in place_edges(self._sizes, self.width())]
        widths = [self._text_px(place, size) for place, size in self._sizes]
        right, lefts = float(self.width()), []
        for left, width in zip(reversed(edges), reversed(widths), strict=True):
            lefts.append(max(0.0, min(left, right - width)))
            right = lefts[-1] - 10
        lefts.reverse()
        for number in range(1, len(lefts)):
            lefts[number] = max(lefts[number], lefts[number - 1] + widths[number - 1] + 10)
        return lefts

    def _text_px(self, place: str, size: int) -> float:
        figure = text_px(self._theme, number_text.gib(size), Ink("small", weight=500))
        return figure + 4 + text_px(self._theme, _place_words(place), Ink("small"))


def _place_words(place: str) -> str:
    return tr(_PLACE_WORDS[place])


class SpeedFigure(QWidget):
    """A predicted decode speed with its range, on an axis; or the measured one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.heading = Label(theme, tr("Predicted decode"), "small", "secondary")
        self.figure = RangeFigure(theme)
        self.band = _Band(theme)
        self.setFixedSize(_SPEED_PX, theme.line("small") + _FIGURES_PX + BAR_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addSpacing(1)
        column.addWidget(self.figure)
        column.addSpacing(1)
        column.addWidget(self.band)
        column.addStretch()

    def show_speed(self, found: Prediction | None, measured: float | None) -> None:
        is_measured = measured is not None
        self.heading.show_text(tr("Measured decode") if is_measured else tr("Predicted decode"))
        self.band.show_speed(found, measured)
        if measured is not None:
            self.figure.show_figure(number_text.tokens_per_s(measured), "tok/s")
            said = number_text.tokens_per_s_unit(measured)
        elif found is not None:
            beside = number_text.predicted_range(found.decode_low, found.decode_high)
            figure = number_text.predicted(found.decode_tokens_per_s)
            self.figure.show_figure(figure, "tok/s", beside)
            said = tr("{speed} tok/s, range {range}", speed=figure, range=beside)
        else:
            self.figure.show_figure(number_text.EN_DASH)
            said = tr("being read")
        self.setAccessibleName(
            tr("Measured decode: {speed}", speed=said)
            if is_measured
            else tr("Predicted decode: {speed}", speed=said)
        )


class _Band(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._found: Prediction | None = None
        self._measured: float | None = None
        self.setFixedHeight(BAR_PX)

    def show_speed(self, found: Prediction | None, measured: float | None) -> None:
        if (found, measured) != (self._found, self._measured):
            self._found, self._measured = found, measured
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        found = self._found
        if found is None or not found.decode_high:
            if self._measured is None:
                color = self._theme.color("surface.hover")
                draw_skeleton(painter, color, QRectF(self.rect()))
            return
        _paint_band(painter, self._theme, QRectF(self.rect()), found, self._measured)


def _paint_band(
    painter: QPainter, theme: Theme, box: QRectF, found: Prediction, measured: float | None
) -> None:
    values = [found.decode_high, *([measured] if measured is not None else [])]
    top = 1.5 * max(values)
    band = Band(top, found.decode_tokens_per_s, found.decode_low, found.decode_high, measured)
    draw_band(painter, theme, box, band)
