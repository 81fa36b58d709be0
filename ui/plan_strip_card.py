"""The card of the strip: its legend, and the strip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.plan_state import PlanView
from runtime.language import marked, tr
from ui.hatching import draw_swatch
from ui.labels import Label
from ui.page_frame import Card
from ui.plan_layers import layer_map
from ui.plan_strip import BEYOND_PX, PlanStrip
from ui.plan_words import expert_layers_shown, numbered
from ui.theme import Theme

_SWATCH_PX, _GAP_PX, _BETWEEN_PX = 12, 6, 18


class PlaceLegend(QWidget):
    """`entries` are (place, text)."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.entries: tuple[tuple[str, str], ...] = ()
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: tuple[tuple[str, str], ...]) -> None:
        if entries != self.entries:
            self.entries = entries
            texts = ", ".join(tr(_LOOKS[place], place=text) for place, text in entries)
            self.setAccessibleName(tr("Legend: {entries}", entries=texts))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font("small"))
        widths = [_SWATCH_PX + _GAP_PX + metrics.horizontalAdvance(t) for _, t in self.entries]
        return QSize(sum(widths) + _BETWEEN_PX * max(0, len(widths) - 1) + 1, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._theme.font("small")
        metrics, left = QFontMetrics(font), 0.0
        for place, text in self.entries:
            top = (self.height() - _SWATCH_PX) / 2
            draw_swatch(painter, self._theme, place, QRectF(left, top, _SWATCH_PX, _SWATCH_PX))
            left += _SWATCH_PX + _GAP_PX
            painter.setFont(font)
            painter.setPen(self._theme.color("text.secondary"))
            box = QRectF(left, 0, self.width() - left, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text) + _BETWEEN_PX


_LOOKS = {
    "gpu": marked("{place} solid"),
    "ram": marked("{place} tinted with an outline"),
    "disk": marked("{place} hatched"),
}


class StripCard(Card):
    """`chosen` carries how many layers' experts should be in RAM."""

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        side = theme.px("layout.card_padding.x")
        # The strip reaches into the edge: its handle may stand behind the last layer.
        self.content.setContentsMargins(side, 14, side - BEYOND_PX, 10)
        self.legend = PlaceLegend(theme)
        head = QHBoxLayout()
        head.setSpacing(_BETWEEN_PX)
        head.setContentsMargins(0, 0, BEYOND_PX, 0)
        head.addWidget(Label(theme, tr("Where each layer lives"), "card_title"))
        head.addStretch()
        head.addWidget(self.legend)
        self.strip = PlanStrip(theme)
        self.strip.chosen.connect(self.chosen)
        self.content.addLayout(head)
        self.content.addSpacing(10)
        self.content.addWidget(self.strip)

    def show_plan(self, view: PlanView) -> None:
        """`view` has a plan."""
        assert view.plan is not None
        assert view.layout is not None
        gpus = view.gpus
        names = ("GPU",) if len(gpus) == 1 else tuple(f"GPU {n + 1}" for n in range(len(gpus)))
        movable = bool(gpus) and bool(view.layout.expert_layers)
        count = expert_layers_shown(view) if movable else 0
        found = layer_map(view.layout, view.plan)
        self.strip.show_map(found, names, movable=movable, count=count)
        entries = [("ram", "RAM"), ("disk", tr("Disk"))]
        if len(gpus) == 1:
            entries.insert(0, ("gpu", "GPU"))
        elif gpus:
            named = (numbered(n, gpu.label) for n, gpu in enumerate(gpus))
            entries.insert(0, ("gpu", ", ".join(named)))
        self.legend.show_entries(tuple(entries))
