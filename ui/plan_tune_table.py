"""The table of plans that were tried: what differs, and what was measured on one shared axis."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import number_text
from app.plan_state import TuneRow, TuneView
from runtime.language import marked, tr, tr_in
from runtime.placement.model_layout import ModelLayout
from runtime.placement.residence import HOST
from ui.figures import spread
from ui.plan_layers import homes, stretches
from ui.problem_card import spoken
from ui.theme import Theme

EDGE_PX = 8
_HEAD_PX, _NOTE_PX = 24, 15
_LAYERS_PX, _KV_PX, _THREADS_PX, _LAST_PX, _CHART_GAP_PX = 92, 54, 48, 88, 20
_MOST_CHART_PX, _DOT_PX, _KEPT_DOT_PX = 160, 3.5, 4.5
_OUTCOMES = {"stopped": marked("stopped"), "tune_too_slow": marked("too slow")}
_FIT_KINDS = frozenset({"load_refused", "context_refused", "gpu_too_full"})
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = _MIDDLE | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True)
class TuneLine:
    """A row in words. `speed` None has no dot; `result` is what stands at the right."""

    layers: str
    kv: str
    threads: str
    result: str
    note: str = ""
    speed: float | None = None
    kept: bool = False
    tip: str = ""

    def spoken(self, heading: str) -> str:
        threads = tr("{threads} threads", threads=self.threads)
        parts = [f"{heading} {self.layers}", f"KV {self.kv}", threads]
        parts += [text for text in (self.note, self.result, self.tip) if text]
        plan = ", ".join(parts)
        return tr("{plan}, kept", plan=plan) if self.kept else plan


def tune_lines(tune: TuneView, layout: ModelLayout, has_gpus: bool) -> tuple[TuneLine, ...]:
    plain = [_line(row, tune, layout, has_gpus) for row in tune.rows]
    alike = Counter((line.layers, line.kv, line.threads) for line in plain)
    return tuple(
        _told_apart(line, row, alike[line.layers, line.kv, line.threads] > 1)
        for line, row in zip(plain, tune.rows, strict=True)
    )


def layers_heading(layout: ModelLayout, has_gpus: bool) -> str:
    return tr("GPU layers") if has_gpus and not layout.expert_layers else tr("Layers on CPU")


def _line(row: TuneRow, tune: TuneView, layout: ModelLayout, has_gpus: bool) -> TuneLine:
    placement = row.plan.placement
    result, tip = _result(row, tune)
    return TuneLine(
        layers=_layers(row, layout, has_gpus),
        kv=placement.kv_type,
        threads=str(placement.n_threads) if placement.n_threads else tr_in("threads", "all"),
        result=result,
        note=row.label,
        speed=row.decode_tokens_per_s,
        kept=row.kept,
        tip=tip,
    )


def _layers(row: TuneRow, layout: ModelLayout, has_gpus: bool) -> str:
    placement = row.plan.placement
    if has_gpus and layout.expert_layers:
        found = homes(layout, placement)
        return f"{found.in_ram}"
    on_gpus = sum(
        run.last - run.first + 1 for run in stretches(layout, placement) if run.device != HOST
    )
    return f"{on_gpus}" if has_gpus else f"{len(layout.layers)}"


def _result(row: TuneRow, tune: TuneView) -> tuple[str, str]:
    """What stands at the right and what more there is to say."""
    if row.decode_tokens_per_s is not None:
        prompt = tr("prompt {speed}", speed=number_text.tokens_per_s_unit(row.prompt_tokens_per_s))
        return number_text.tokens_per_s(row.decode_tokens_per_s), prompt
    if row.problem is not None:
        return _outcome(row.problem.kind), spoken(row.problem)
    return (tr("running") if tune.phase == "running" else tr("not measured")), ""


def _outcome(kind: str) -> str:
    """Not fitting is a result like any other, no failure."""
    if kind in _FIT_KINDS or "memory" in kind:
        return tr("did not fit")
    return tr(_OUTCOMES.get(kind, marked("failed")))


def _told_apart(line: TuneLine, row: TuneRow, is_alike: bool) -> TuneLine:
    if line.note or not is_alike:
        return line
    batch = tr("batch of {size}", size=number_text.tokens(row.plan.placement.n_ubatch))
    return TuneLine(**(line.__dict__ | {"note": batch}))


class TuneTable(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.heading = ""
        self.lines: tuple[TuneLine, ...] = ()
        self.setAccessibleName(tr("Plans that were tried"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, heading: str, lines: tuple[TuneLine, ...]) -> None:
        if (heading, lines) == (self.heading, self.lines):
            return
        self.heading, self.lines = heading, lines
        self.setFixedHeight(_HEAD_PX + sum(self._height(line) for line in lines))
        self.setAccessibleDescription("; ".join(line.spoken(heading) for line in lines))
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            line = self._line_at(event.pos().y())
            QToolTip.showText(event.globalPos(), line.tip if line else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text.tertiary"))
        heads = (self.heading, "KV", tr("Threads"), tr("Measured tok/s"))
        self._cells(painter, 0, _HEAD_PX, heads)
        top, after_kept = _HEAD_PX, False
        for line in self.lines:
            height = self._height(line)
            self._paint_line(painter, line, top, height, ruled=not after_kept)
            top, after_kept = top + height, line.kept

    def _height(self, line: TuneLine) -> int:
        return self._theme.px("row.tune") + (_NOTE_PX if line.note else 0)

    def _line_at(self, y: int) -> TuneLine | None:
        top = _HEAD_PX
        for line in self.lines:
            if top <= y < top + self._height(line):
                return line
            top += self._height(line)
        return None

    def _paint_line(
        self, painter: QPainter, line: TuneLine, top: int, height: int, *, ruled: bool
    ) -> None:
        theme = self._theme
        row = theme.px("row.tune")
        if line.kept:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("surface.sunken"))
            painter.drawRoundedRect(QRectF(0, top, self.width(), height), 6, 6)
        elif ruled:
            rule = QRectF(EDGE_PX, top, self.width() - 2 * EDGE_PX, 1)
            painter.fillRect(rule, theme.color("line.hairline"))
        painter.setFont(theme.font("small", 500 if line.kept else 400, tabular=True))
        painter.setPen(theme.color("text.primary" if line.kept else "text.secondary"))
        self._cells(painter, top, row, (line.layers, line.kv, line.threads, ""))
        self._paint_result(painter, line, top, row)
        self._paint_dot(painter, line, top + row / 2)
        if line.note:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text.tertiary"))
            box = QRectF(EDGE_PX, top + row - 5, self.width(), _NOTE_PX)
            painter.drawText(box, _MIDDLE, line.note)

    def _cells(
        self, painter: QPainter, top: float, height: float, texts: tuple[str, str, str, str]
    ) -> None:
        layers, kv, threads, last = texts
        left = EDGE_PX
        painter.drawText(QRectF(left, top, _LAYERS_PX, height), _MIDDLE, layers)
        left += _LAYERS_PX
        painter.drawText(QRectF(left, top, _KV_PX, height), _MIDDLE, kv)
        left += _KV_PX
        painter.drawText(QRectF(left, top, _THREADS_PX, height), _RIGHT, threads)
        painter.drawText(QRectF(0, top, self.width() - EDGE_PX, height), _RIGHT, last)

    def _paint_result(self, painter: QPainter, line: TuneLine, top: float, height: float) -> None:
        if line.speed is None:
            painter.setPen(self._theme.color("text.tertiary"))
        painter.drawText(QRectF(0, top, self.width() - EDGE_PX, height), _RIGHT, line.result)
        if line.kept:
            width = painter.fontMetrics().horizontalAdvance(line.result)
            check = self._theme.icon("check", 14, "state.ok", self.devicePixelRatioF())
            left = self.width() - EDGE_PX - width - 5 - 14
            painter.drawPixmap(QPointF(left, top + (height - 14) / 2), check)

    def _paint_dot(self, painter: QPainter, line: TuneLine, y: float) -> None:
        speeds = [other.speed for other in self.lines if other.speed is not None]
        left = EDGE_PX + _LAYERS_PX + _KV_PX + _THREADS_PX + _CHART_GAP_PX
        width = min(_MOST_CHART_PX, self.width() - EDGE_PX - _LAST_PX - left)
        if line.speed is None or width < 20:
            return
        painter.setPen(QPen(self._theme.color("line.line"), 1))
        painter.drawLine(QPointF(left, y), QPointF(left + width, y))
        low, high = spread(speeds)
        radius = _KEPT_DOT_PX if line.kept else _DOT_PX
        inner = width - 2 * radius
        x = left + radius + inner * (line.speed - low) / (high - low)
        painter.setPen(Qt.PenStyle.NoPen)
        color = "chart.measured" if line.kept else "chart.bar"
        painter.setBrush(self._theme.color(color))
        painter.drawEllipse(QPointF(x, y), radius, radius)
