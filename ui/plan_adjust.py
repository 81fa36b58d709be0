"""The card of choices: context, cache type, expert layers, and what the plan is judged by."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import number_text
from app.plan_state import Choices, PlanView
from runtime.language import marked, tr
from runtime.placement.objective import OBJECTIVES
from runtime.placement.plan import Plan
from ui.controls import Button
from ui.labels import Label
from ui.page_frame import Card
from ui.plan_contexts import Contexts, contexts
from ui.plan_words import expert_layers_shown
from ui.segments import Segments
from ui.slider import Slider
from ui.theme import Theme

KV_TYPES = (("f16", "f16"), ("q8_0", "q8_0"), ("q4_0", "q4_0"))
OBJECTIVE_NAMES = (
    ("chat", marked("Chat")),
    ("documents", marked("Long documents")),
    ("agent", marked("Agent")),
)
BACK = marked("Back to the suggested plan")
_LEAST_GAP_PX = 6
_RING_PX = 2  # The keyboard's ring around a slider must not touch what stands under it.


class Row(QWidget):
    """What a control sets, its value and the value's unit."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.value = Label(theme, tabular=True)
        self.unit = Label(theme, tone="secondary", tabular=True)
        row.addWidget(Label(theme, name, weight=500))
        row.addStretch()
        row.addWidget(self.value)
        row.addWidget(self.unit)

    def show_value(self, value: str, unit: str) -> None:
        self.value.show_text(value)
        self.value.setVisible(bool(value))
        self.unit.show_text(unit)


class ContextNames(QWidget):
    """4k, 8k, ... under the marks of the slider; one that has no room is left out."""

    def __init__(self, theme: Theme, slider: Slider) -> None:
        super().__init__()
        self._theme, self._slider = theme, slider
        self._marks: tuple[tuple[int, str], ...] = ()
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_contexts(self, found: Contexts) -> None:
        marks = tuple(
            (found.sizes.index(size), number_text.tokens_short(size)) for size in found.named
        )
        if marks != self._marks:
            self._marks = marks
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption", tabular=True))
        painter.setPen(self._theme.color("text.tertiary"))
        metrics = QFontMetricsF(painter.font())
        limit = float(self.width())
        # From the right: the most is always named.
        for value, text in reversed(self._marks):
            width = metrics.horizontalAdvance(text)
            left = self._slider.x_of(value) - width / 2
            left = max(0.0, min(left, self.width() - width))
            if left + width <= limit:
                box = QRectF(left, 0, width + 1, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
                limit = left - _LEAST_GAP_PX


class AdjustCard(Card):
    """`chosen` carries the `Choices` after a change."""

    chosen = Signal(object)
    back_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._view: PlanView | None = None
        self._contexts = Contexts((0,), ())
        self._build_head(theme)
        self._build_context(theme)
        self._build_kv(theme)
        self._build_experts(theme)
        self._build_objective(theme)
        self.content.addStretch()

    def show_plan(self, view: PlanView) -> None:
        """`view` has a plan."""
        self._view = view
        self._show_context(view)
        self._show_kv(view)
        self._show_experts(view)
        objective = OBJECTIVES[view.choices.objective]
        self.objective.show_value(view.choices.objective)
        prompt = number_text.tokens(objective.prompt_tokens)
        answer = number_text.tokens(objective.answer_tokens)
        self.objective_row.show_value(
            "", tr("{prompt} in, {answer} out", prompt=prompt, answer=answer)
        )
        self.objective.setAccessibleDescription(
            tr(
                "The plan is the fastest for a turn of {prompt} prompt tokens"
                " and {answer} answer tokens.",
                prompt=prompt,
                answer=answer,
            )
        )
        self.back.setEnabled(not view.is_suggested)

    # What is shown

    def _show_context(self, view: PlanView) -> None:
        n_ctx = view.choices.n_ctx
        found = contexts(view.model.n_ctx_train, n_ctx)
        if self.context.isSliderDown():
            found = self._contexts
        self._contexts = found
        self.context.show_places(
            found.places(), tuple(found.sizes.index(size) for size in found.named)
        )
        place = found.sizes.index(n_ctx) if n_ctx in found.sizes else self.context.value()
        self.context.show_value(place, 0, len(found.sizes) - 1)
        self.context_names.show_contexts(found)
        self.context_row.show_value(number_text.tokens(n_ctx), tr("tokens"))
        self.context.setAccessibleDescription(
            tr(
                "{tokens} tokens; the model was trained for {trained}",
                tokens=number_text.tokens(n_ctx),
                trained=number_text.tokens(view.model.n_ctx_train),
            )
        )

    def _show_kv(self, view: PlanView) -> None:
        assert view.plan is not None
        self.kv.show_value(view.choices.kv_type or view.plan.placement.kv_type)
        text = kv_text(view.plan)
        self.kv_row.show_value("", text)
        tokens = number_text.tokens(view.plan.placement.n_ctx)
        self.kv.setAccessibleDescription(
            tr("{size}, for {tokens} tokens", size=text, tokens=tokens)
        )

    def _show_experts(self, view: PlanView) -> None:
        assert view.layout is not None
        total = len(view.layout.expert_layers)
        shown = bool(view.gpus) and total > 0
        self._experts_place.setVisible(shown)
        if not shown:
            return
        count, least = expert_layers_shown(view), view.least_expert_layers
        self.experts.show_value(count, 0, total)
        self.experts.show_possible(least)
        self.experts_row.show_value(f"{count}", tr("of {total}", total=total))
        limit = limit_text(least)
        self.limit.show_text(limit)
        self.most.show_text(f"{total}")
        values = {"count": count, "total": total}
        self.experts.setAccessibleDescription(
            tr("{count} of {total}; {limit}", limit=limit, **values)
            if limit
            else tr("{count} of {total}", **values)
        )

    # What is chosen

    def _choose(self, **changes: object) -> None:
        if self._view is not None:
            choices: Choices = replace(self._view.choices, **changes)  # type: ignore[arg-type]
            if choices != self._view.choices:
                self.chosen.emit(choices)

    def _choose_context(self, place: int) -> None:
        n_ctx = self._contexts.sizes[place]
        self.context_row.show_value(number_text.tokens(n_ctx), tr("tokens"))
        self._choose(n_ctx=n_ctx)

    # Building

    def _build_head(self, theme: Theme) -> None:
        self.back = Button(theme, tr(BACK), extent="compact")
        self.back.clicked.connect(self.back_wanted)
        head = QHBoxLayout()
        head.addWidget(Label(theme, tr("Adjust"), "card_title"))
        head.addStretch()
        head.addWidget(self.back)
        # The button is higher than the line of text, which stands level with the other cards'.
        margins = self.content.contentsMargins()
        over = (theme.px("control.compact") - theme.line("card_title")) // 2
        margins.setTop(margins.top() - over)
        self.content.setContentsMargins(margins)
        self.content.addLayout(head)

    def _build_context(self, theme: Theme) -> None:
        self.context_row = Row(theme, tr("Context"))
        self.context = Slider(theme, tr("Context"), filled=True)
        self.context.setPageStep(1)
        self.context.chosen.connect(self._choose_context)
        self.context_names = ContextNames(theme, self.context)
        self.content.addSpacing(7)
        self.content.addWidget(self.context_row)
        self.content.addSpacing(4)
        self.content.addWidget(self.context)
        self.content.addSpacing(_RING_PX)
        self.content.addWidget(self.context_names)

    def _build_kv(self, theme: Theme) -> None:
        self.kv_row = Row(theme, tr("KV cache type"))
        self.kv = _wide(Segments(theme, tr("KV cache type"), KV_TYPES))
        self.kv.chosen.connect(lambda value: self._choose(kv_type=value))
        self.content.addSpacing(12)
        self.content.addWidget(self.kv_row)
        self.content.addSpacing(7)
        self.content.addWidget(self.kv)

    def _build_experts(self, theme: Theme) -> None:
        place = self._experts_place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(0)
        self.experts_row = Row(theme, tr("Expert layers on CPU"))
        self.experts = Slider(theme, tr("Expert layers on CPU"), filled=False)
        self.experts.chosen.connect(lambda count: self._choose(expert_layers_on_cpu=count))
        self.limit = Label(theme, "", "caption", "tertiary", tabular=True)
        self.most = Label(theme, "", "caption", "tertiary", tabular=True)
        under = QHBoxLayout()
        under.setSpacing(8)
        under.addWidget(self.limit, 1)
        under.addWidget(self.most)
        column.addWidget(self.experts_row)
        column.addSpacing(4)
        column.addWidget(self.experts)
        column.addSpacing(_RING_PX)
        column.addLayout(under)
        self.content.addWidget(place)

    def _build_objective(self, theme: Theme) -> None:
        self.objective_row = Row(theme, tr("Fastest for"))
        names = tuple((objective, tr(name)) for objective, name in OBJECTIVE_NAMES)
        self.objective = _wide(Segments(theme, tr("Fastest for"), names))
        self.objective.chosen.connect(lambda value: self._choose(objective=value))
        self.content.addSpacing(16)
        self.content.addWidget(self.objective_row)
        self.content.addSpacing(7)
        self.content.addWidget(self.objective)


def _wide(segments: Segments) -> Segments:
    """As wide as the card, its segments with it."""
    segments.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    for segment in segments.segments.values():
        segment.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return segments


def kv_text(plan: Plan) -> str:
    """0.8 GiB on the GPU."""
    *gpus, host = plan.devices
    on_gpus, in_ram = sum(gpu.kv_bytes for gpu in gpus), host.kv_bytes
    size = number_text.gib_unit(on_gpus + in_ram)
    if not in_ram:
        n_gpus = sum(1 for gpu in gpus if gpu.kv_bytes)
        return (
            tr("{size} on the GPU", size=size)
            if n_gpus == 1
            else tr("{size} on the GPUs", size=size)
        )
    if not on_gpus:
        return tr("{size} in RAM", size=size)
    return tr("{size} on GPU and in RAM", size=size)


def limit_text(least: int | None) -> str:
    if least is None:
        return tr("no number fits: choose a smaller context")
    return tr("fewer than {least} needs more GPU memory", least=least) if least else ""
