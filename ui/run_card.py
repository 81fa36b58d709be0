"""The picture of one run that people share: 1200 by 630 pixels, drawn from plain values."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from app import number_text
from app.dashboard.card_values import CardValues
from runtime.language import tr
from ui.band_chart import axis, draw_dot
from ui.theme import Theme

# Drawn in the design's logical pixels at twice their size.
WIDTH_PX, HEIGHT_PX, RATIO = 1200, 630, 2
_MARGIN, _LOGO = 34.0, 22
_RIGHT = WIDTH_PX / RATIO - _MARGIN
_INNER = _RIGHT - _MARGIN
_TITLE_Y, _FIGURE_Y, _BAND_Y, _ROW_Y = 66.0, 136.0, 190.0, 234.0
_COLUMN_GAP = 16.0
# The last one names a price.
_COLUMN_SHARES = (0.26, 0.28, 0.46)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def run_card(theme: Theme, values: CardValues) -> QImage:
    """In the palette in force."""
    image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    image.fill(theme.color("surface.card"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    card = _Card(theme, painter)
    card.draw_head(values)
    card.draw_model(values)
    card.draw_speed(values)
    card.draw_columns(values)
    painter.end()
    return image


class _Card:
    def __init__(self, theme: Theme, painter: QPainter) -> None:
        self._theme, self._painter = theme, painter

    def draw_head(self, values: CardValues) -> None:
        """The program at the left, the day at the right."""
        self._painter.drawPixmap(QPointF(_MARGIN, 28), self._theme.logo(_LOGO, RATIO))
        line = QRectF(_MARGIN + _LOGO + 8, 28, 300, _LOGO)
        self._text(line, values.program, "card_title")
        day = QRectF(_MARGIN, 28, _INNER, _LOGO)
        self._text(day, number_text.day(values.ended_at_s), "small", "secondary", _AT_RIGHT)

    def draw_model(self, values: CardValues) -> None:
        """The quantisation stands after the name, which gives way to it."""
        quant, gap = values.quantisation, 10.0
        quant_px = self._width(quant, "ui") + gap if quant else 0.0
        name_px = min(self._width(values.model, "page_title"), _INNER - quant_px)
        self._text(QRectF(_MARGIN, _TITLE_Y, name_px, 28), values.model, "page_title")
        place = QRectF(_MARGIN + name_px + gap, _TITLE_Y + 1, quant_px, 28)
        self._text(place, quant, "ui", "secondary")
        place = QRectF(_MARGIN, _TITLE_Y + 28, _INNER, 20)
        self._text(place, values.hardware, "small", "secondary")

    def draw_speed(self, values: CardValues) -> None:
        speed = number_text.tokens_per_s(values.tokens_per_s)
        figure_px = self._width(speed, "figure_xl")
        tone = "primary" if values.tokens_per_s is not None else "tertiary"
        self._text(QRectF(_MARGIN, _FIGURE_Y, figure_px, 44), speed, "figure_xl", tone)
        known = values.tokens_per_s is not None
        unit = "tok/s" if known else tr(number_text.NOT_MEASURED)
        place = QRectF(_MARGIN + figure_px + 7, _FIGURE_Y + 7, 200, 34)
        self._text(place, unit, "card_title", "secondary", weight=400)
        tokens = tr("{n} answer tokens", n=number_text.tokens(values.answer_tokens))
        place = QRectF(_MARGIN, _FIGURE_Y + 7, _INNER, 34)
        if values.answer_tokens > 1:
            self._text(place, tokens, "small", "secondary", _AT_RIGHT)
        if values.predicted is not None:
            self._draw_band(values.predicted, values.tokens_per_s)

    def _draw_band(self, predicted: tuple[float, float], measured: float | None) -> None:
        """The band and the dot on one axis; the range stands in digits at the right."""
        theme, painter, (low, high) = self._theme, self._painter, predicted
        said = tr("predicted {range}", range=number_text.predicted_range(low, high))
        said_px = self._width(said, "small")
        place = QRectF(_MARGIN, _BAND_Y - 8, _INNER, 16)
        self._text(place, said, "small", "secondary", _AT_RIGHT)
        ends, length = axis(low, high, measured), _INNER - said_px - 16
        painter.fillRect(QRectF(_MARGIN, _BAND_Y - 0.5, length, 1), theme.color("line.line"))
        scale = length / (ends[1] - ends[0])
        left, right = (_MARGIN + (end - ends[0]) * scale for end in predicted)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("chart.band_bar"))
        bar = theme.px("chart.range_bar")
        painter.drawRoundedRect(QRectF(left, _BAND_Y - bar / 2, right - left, bar), 2, 2)
        if measured is not None:
            draw_dot(painter, theme, QPointF(_MARGIN + (measured - ends[0]) * scale, _BAND_Y))

    def draw_columns(self, values: CardValues) -> None:
        """First token, energy, saving, each under its name."""
        self._painter.setPen(QPen(self._theme.color("line.hairline"), 1))
        self._painter.drawLine(QPointF(_MARGIN, _ROW_Y - 18.5), QPointF(_RIGHT, _ROW_Y - 18.5))
        left = _MARGIN
        for share, column in zip(_COLUMN_SHARES, _columns(values), strict=False):
            name, figure, unit, below = column
            width = share * _INNER - _COLUMN_GAP
            self._text(QRectF(left, _ROW_Y - 8, width, 16), name, "small", "secondary")
            figure_px = self._width(figure, "figure_m")
            tone = "tertiary" if figure == number_text.EN_DASH else "primary"
            self._text(QRectF(left, _ROW_Y + 8, width, 28), figure, "figure_m", tone)
            place = QRectF(left + figure_px + 5, _ROW_Y + 11, width - figure_px - 5, 25)
            self._text(place, unit, "small", "secondary")
            self._text(QRectF(left, _ROW_Y + 35, width, 16), below, "caption", "tertiary")
            left += share * _INNER

    def _width(self, text: str, role: str) -> float:
        return QFontMetricsF(self._theme.font(role)).horizontalAdvance(text) + 1

    def _text(
        self,
        place: QRectF,
        text: str,
        role: str,
        tone: str = "primary",
        flags: Qt.AlignmentFlag = _LEFT,
        *,
        weight: int | None = None,
    ) -> None:
        """One line, shortened where it has no room."""
        font = self._theme.font(role, weight)
        elide = Qt.TextElideMode.ElideRight
        shown = QFontMetricsF(font).elidedText(text, elide, place.width() + 1)
        self._painter.setFont(font)
        self._painter.setPen(self._theme.color(f"text.{tone}"))
        one_line = Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
        self._painter.drawText(place, flags | one_line, shown)


def _columns(values: CardValues) -> tuple[tuple[str, str, str, str], ...]:
    """Name, figure, unit and what stands below."""
    unknown = tr(number_text.NOT_MEASURED)
    ttft, seconds = number_text.number_of_duration(values.ttft_s)
    first = (tr("First token"), ttft, seconds, "" if values.ttft_s is not None else unknown)
    if values.joules_per_token is None:
        energy = (tr("Energy"), number_text.EN_DASH, "", unknown)
    else:
        joules = number_text.significant(values.joules_per_token, 2)
        source = tr("estimated") if values.energy_is_estimated else tr("measured")
        energy = (tr("Energy"), joules, "J/token", source)
    if values.saved_usd is None:
        return first, energy
    amount = number_text.money_of_chat(values.saved_usd)
    against = tr("vs {price}", price=values.compared_with)
    return first, energy, (tr("Saved, this answer"), amount, "", against)
