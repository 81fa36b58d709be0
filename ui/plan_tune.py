"""The card that tunes: tries nearby plans on this machine and shows what each really gave."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app import number_text
from app.plan_state import PlanView, TuneView
from runtime.language import marked, tr, tr_n
from ui.controls import Button
from ui.labels import Label, Paragraph
from ui.page_frame import Card
from ui.plan_tune_table import EDGE_PX, TuneTable, layers_heading, tune_lines
from ui.plan_words import in_sentences
from ui.problem_card import spoken
from ui.spaced import Spaced
from ui.theme import Theme

TEXT = marked(
    "Unloads the model in use, tries nearby plans with a short prompt and keeps the fastest. "
    "Your chats are not read."
)
STOP = marked("Stop")
SHOWN_HERE = marked("The ticked plan is the one shown here.")
NOT_SHOWN = marked("The plan shown here is another one than the ticked.")
BOTH_COUNT = marked("Reading the prompt and answering both count.")


class TuneButton(Button):
    """With a gauge while it offers to tune; none while it stops."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Tune"), icon="gauge")

    def show_running(self, running: bool, text: str) -> None:
        icon = "" if running else "gauge"
        if icon != self._icon:
            self._icon = icon
            self.updateGeometry()
            self.update()
        self.show_text(text)

    def draw_icon(
        self, painter: QPainter, _name: str, size: int, color: str, x: float, y: float
    ) -> None:
        """A gauge on the design's grid of 20."""
        painter.save()
        painter.translate(x, y)
        painter.scale(size / 20, size / 20)
        pen = QPen(self.theme.color(color), 1.5 * 20 / size)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dial = QPainterPath()
        around = QRectF(2.8, 3.9, 14.4, 14.4)
        dial.arcMoveTo(around, 209)
        dial.arcTo(around, 209, -238)
        painter.drawPath(dial)
        painter.drawLine(QPointF(10, 12.2), QPointF(13.2, 7.8))
        painter.restore()


class TuneCard(Card):
    tune_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._running = False
        # The table reaches nearer to the edge than the text: its kept row has a ground.
        margins = self.content.contentsMargins()
        side = margins.left() - EDGE_PX
        self.content.setContentsMargins(side, margins.top(), side, margins.bottom())
        self.button = TuneButton(theme)
        self.button.clicked.connect(self._clicked)
        self.table = TuneTable(theme)
        self.problem = Paragraph(theme, "", "small", "warn")
        self.footer = Paragraph(theme, "", "caption", "tertiary")
        text = Paragraph(theme, tr(TEXT), tone="secondary")
        self._table_place = Spaced(self.table, above=14)
        self._problem_place = Spaced(self.problem, above=8, sides=EDGE_PX)
        self._footer_place = Spaced(self.footer, above=8, sides=EDGE_PX)
        for place in (
            Spaced(Label(theme, tr("Tune"), "card_title"), sides=EDGE_PX),
            Spaced(text, above=6, sides=EDGE_PX),
            Spaced(self.button, above=14, sides=EDGE_PX),
            self._table_place,
            self._problem_place,
            self._footer_place,
        ):
            self.content.addWidget(place)
        self.content.addStretch()

    def show_plan(self, view: PlanView) -> None:
        """`view` has a plan."""
        assert view.layout is not None
        tune = view.tune
        self._running = tune.phase == "running"
        figure, unit = number_text.about(tune.expected_s)
        text = tr("Tune (about {time})", time=f"{figure} {unit}")
        self.button.show_running(self._running, tr(STOP) if self._running else text)
        self.button.setAccessibleName(tr("Stop tuning") if self._running else text)
        has_gpus = bool(view.gpus)
        self.table.show_lines(
            layers_heading(view.layout, has_gpus), tune_lines(tune, view.layout, has_gpus)
        )
        self._table_place.setVisible(bool(tune.rows))
        self.problem.show_text(spoken(tune.problem) if tune.problem else "")
        self._problem_place.setVisible(tune.problem is not None)
        footer = footer_text(view)
        self.footer.show_text(footer)
        self._footer_place.setVisible(bool(footer))

    def _clicked(self) -> None:
        (self.stop_wanted if self._running else self.tune_wanted).emit()


def footer_text(view: PlanView) -> str:
    tune = view.tune
    if tune.phase == "running":
        done = sum(1 for row in tune.rows if row.decode_tokens_per_s is not None or row.problem)
        return tr_n("{n} plan tried so far.", "{n} plans tried so far.", done) if done else ""
    if not tune.finished_at_s:
        return ""
    tried = tr("Tried {when}.", when=number_text.moment(tune.finished_at_s))
    return in_sentences((tried, *_about_kept(view, tune)))


def _about_kept(view: PlanView, tune: TuneView) -> tuple[str, ...]:
    kept = next((row for row in tune.rows if row.kept), None)
    if kept is None or view.plan is None:
        return ()
    same = kept.plan.placement == view.plan.placement
    speeds = [row.decode_tokens_per_s or 0.0 for row in tune.rows]
    beaten = max(speeds) > (kept.decode_tokens_per_s or 0.0)
    return (tr(SHOWN_HERE if same else NOT_SHOWN), tr(BOTH_COUNT) if beaten else "")
