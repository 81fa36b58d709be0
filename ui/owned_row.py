"""A row of the table of models: painted text, and buttons made when it comes into view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from app import number_text
from app.local_models import LocalModel
from app.owned_state import OwnedFacts
from runtime.language import tr, tr_in
from ui import owned_words
from ui.controls import Button, IconButton
from ui.model_row_state import RowState
from ui.owned_columns import BUTTON_PX, LEFT_PX, Place, Placing
from ui.theme import Theme

ROW_PX = 56
# The property by which a button says which model it is for.
ROW_ID = "model_id"
_MARK_PX = 14
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_UNIT = " tok/s"
_VERB_SIDE_PX = 10  # left and right of a compact button's text


def cell_texts(model: LocalModel, facts: OwnedFacts, now_s: float) -> dict[str, str]:
    """The text of each column."""
    speed = facts.decode_tokens_per_s
    return {
        "parameters": number_text.parameters_used(model.parameters_total, model.parameters_active),
        "experts": number_text.experts(model.expert_count, model.expert_used_count),
        "quantisation": model.quantisation,
        "size": number_text.gib_unit(model.file_bytes),
        "context": owned_words.context(model),
        "measured": number_text.tokens_per_s(speed) + ("" if speed is None else _UNIT),
        "last_used": number_text.recent_day(facts.last_used_at_s, now_s),
    }


def with_room_for_verbs(theme: Theme, placing: Placing) -> Placing:
    """`placing`, with more room for the buttons where a verb of the language needs it."""
    verbs = (
        tr_in("verb", "Load"),
        tr_in("verb", "Chat"),
        tr("Cancel"),
        tr("Try again"),
        tr("Restart"),
    )
    metrics = QFontMetrics(theme.font("small", 500))
    widest_px = 2 * _VERB_SIDE_PX + max(metrics.horizontalAdvance(verb) for verb in verbs)
    return placing.before_wider_button(widest_px - BUTTON_PX)


class ModelRow:
    """Stands on `ground`, at `top_px` of it, and is no widget: 500 of them must open at once.

    `furnished` is told once its buttons are there; `model` stays the same for its life.
    """

    def __init__(
        self,
        theme: Theme,
        model: LocalModel,
        ground: QWidget,
        furnished: Callable[[ModelRow], None],
    ) -> None:
        self._theme, self.model, self._ground = theme, model, ground
        self._tell_furnished = furnished
        self._facts, self._now_s = OwnedFacts(model.id), 0.0
        self._texts: dict[str, str] | None = None
        self._placing: Placing | None = None
        self._takes_tab = False
        self._buttons: tuple[Button, Button, IconButton] | None = None
        self.top_px = 0
        self.state = RowState("", "secondary", tr_in("verb", "Load"), "load")

    # What it shows

    def show_facts(self, facts: OwnedFacts, now_s: float) -> None:
        if facts == self._facts and now_s == self._now_s:
            return
        self._facts, self._now_s, self._texts = facts, now_s, None
        self._update()
        if self._buttons is not None:
            self._tell_all()

    @property
    def texts(self) -> dict[str, str]:
        """The text of each column."""
        if self._texts is None:
            self._texts = cell_texts(self.model, self._facts, self._now_s)
        return self._texts

    @property
    def line(self) -> str:
        """What stands below the name, after the state."""
        return owned_words.under_line(self.model, self._facts)

    def all_facts(self) -> str:
        """Everything that is known of the model, for its tooltip and for screen readers."""
        return owned_words.all_facts(self.model, self._facts, self._now_s)

    def show_state(self, state: RowState) -> None:
        if state != self.state:
            self.state = state
            self._update()
            if self._buttons is not None:
                self._show_verb(self._buttons[1])

    def show_place(self, top_px: int, placing: Placing) -> None:
        if (top_px, placing) != (self.top_px, self._placing):
            self.top_px, self._placing = top_px, placing
            if self._buttons is not None:
                self._place_buttons(self._buttons, placing)

    def drop(self) -> None:
        """Its model is gone."""
        for button in self._buttons or ():
            button.hide()
            button.deleteLater()
        self._buttons = None

    def _update(self) -> None:
        self._ground.update(0, self.top_px, self._ground.width(), ROW_PX)

    def _tell_all(self) -> None:
        words = self.all_facts()
        for button in self._buttons or ():
            button.setAccessibleDescription(words)

    def take_tab(self, *, takes_tab: bool) -> None:
        """Tab stops at the buttons of one row; arrow keys go to the others."""
        self._takes_tab = takes_tab
        if self._buttons is not None:
            self._show_policy(self._buttons)

    # Its buttons

    def with_room_for_verbs(self, placing: Placing) -> Placing:
        """What all rows of a table have in common."""
        return with_room_for_verbs(self._theme, placing)

    @property
    def is_furnished(self) -> bool:
        return self._buttons is not None

    @property
    def plan(self) -> Button:
        return self._made()[0]

    @property
    def button(self) -> Button:
        return self._made()[1]

    @property
    def more(self) -> IconButton:
        return self._made()[2]

    def stops(self) -> tuple[QWidget, ...]:
        """Its buttons that are shown, from left to right."""
        return tuple(button for button in self._made() if not button.isHidden())

    def _made(self) -> tuple[Button, Button, IconButton]:
        if self._buttons is None:
            theme, name = self._theme, self.model.name
            ground, plan_name = self._ground, tr("Plan: {name}", name=name)
            plan = Button(theme, tr("Plan"), "quiet", "compact", name=plan_name, parent=ground)
            act = Button(theme, self.state.verb, extent="compact", parent=ground)
            more = IconButton(theme, "ellipsis", tr("More: {name}", name=name), parent=ground)
            self._buttons = plan, act, more
            for button in self._buttons:
                button.setProperty(ROW_ID, self.model.id)
            self._show_verb(act)
            self._show_policy(self._buttons)
            if self._placing is not None:
                self._place_buttons(self._buttons, self._placing)
            act.show()
            self._tell_all()
            self._tell_furnished(self)
        return self._buttons

    def furnish(self) -> None:
        """Make its buttons, unless they are there."""
        self._made()

    def _show_verb(self, act: Button) -> None:
        name = tr("{verb}: {name}", verb=self.state.verb, name=self.model.name)
        act.show_text(self.state.verb, name)
        act.setAccessibleName(name)
        act.show_kind("primary" if self.state.act == "chat" else "plain")
        if self._placing is not None:
            self._place_act(act, self._placing)

    def _show_policy(self, buttons: tuple[QWidget, ...]) -> None:
        focus = Qt.FocusPolicy
        for button in buttons:
            button.setFocusPolicy(focus.StrongFocus if self._takes_tab else focus.ClickFocus)

    def _place_buttons(self, buttons: tuple[Button, Button, IconButton], placing: Placing) -> None:
        plan, act, more = buttons
        for button, x_px in ((plan, placing.plan_px), (more, placing.more_px)):
            button.resize(button.sizeHint() if button is plan else button.size())
            button.move(x_px or 0, self.top_px + (ROW_PX - button.height()) // 2)
            button.setVisible(x_px is not None)
        self._place_act(act, placing)

    def _place_act(self, act: Button, placing: Placing) -> None:
        """At the right of its place, whatever its verb."""
        act.resize(act.sizeHint())
        left = placing.button_px + BUTTON_PX - act.width()
        act.move(left, self.top_px + (ROW_PX - act.height()) // 2)

    # Painting

    def paint(self, painter: QPainter) -> None:
        """With its upper left corner at the painter's zero."""
        if self._placing is None:
            return
        theme, width = self._theme, self._placing.name_px
        painter.fillRect(0, 0, self._ground.width(), 1, theme.color("line.hairline"))
        name = QRectF(LEFT_PX, 9, width, theme.line("ui"))
        _draw_elided(painter, theme, name, self.model.name, "ui", 500, "text.primary")
        self._paint_line(painter, QRectF(LEFT_PX, 30, width, theme.line("small")))
        for place in self._placing.cells:
            self._paint_cell(painter, place)

    def _paint_line(self, painter: QPainter, box: QRectF) -> None:
        """The state where there is one, then what is known of the file."""
        theme, status = self._theme, self.state.status
        if status:
            ink = {"ok": "state.ok", "error": "state.error"}.get(self.state.tone, "text.secondary")
            if self.state.tone in ("ok", "error"):
                icon = "check" if self.state.tone == "ok" else "triangle-alert"
                pixmap = theme.icon(icon, _MARK_PX, ink, self._ground.devicePixelRatioF())
                painter.drawPixmap(round(box.x()), round(box.y()) + 1, pixmap)
                box = box.adjusted(_MARK_PX + 5, 0, 0, 0)
            drawn = _draw_elided(painter, theme, box, status, "small", 500, ink)
            box = box.adjusted(drawn, 0, 0, 0)
        line = self.line
        if line and box.width() > 0:
            text = f"{owned_words.DOT}{line}" if status else line
            _draw_elided(painter, theme, box, text, "small", 400, "text.tertiary")

    def _paint_cell(self, painter: QPainter, place: Place) -> None:
        theme, text = self._theme, self.texts.get(place.column.key, "")
        box = QRectF(place.x_px, 0, place.width_px, ROW_PX)
        side = Qt.AlignmentFlag.AlignRight if place.column.is_number else Qt.AlignmentFlag.AlignLeft
        tabular = place.column.key != "quantisation"
        painter.setFont(theme.font("ui", tabular=tabular))
        painter.setPen(theme.color("text.secondary"))
        figure = text.removesuffix(_UNIT)
        if place.column.key == "measured" and figure != text:
            painter.drawText(box, side | _MIDDLE, _UNIT)
            box.adjust(0, 0, -QFontMetrics(painter.font()).horizontalAdvance(_UNIT), 0)
            painter.setFont(theme.font("ui", 500, tabular=True))
            painter.setPen(theme.color("text.primary"))
            text = figure
        metrics = QFontMetrics(painter.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, side | _MIDDLE, shown)


def _draw_elided(
    painter: QPainter, theme: Theme, box: QRectF, text: str, role: str, weight: int, ink: str
) -> float:
    """Draw what has room; the width it took."""
    font = theme.font(role, weight)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.setFont(font)
    painter.setPen(theme.color(ink))
    painter.drawText(box, _MIDDLE, shown)
    return metrics.horizontalAdvance(shown)
