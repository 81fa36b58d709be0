"""The top of the Plan page: the way back, the model, and what to do with the plan."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.local_models import LocalModel
from app.plan_state import PlanView
from runtime.language import marked, tr
from ui.controls import Button, PaintedButton
from ui.theme import Theme

BACK = marked("Installed models")
COPY, COPIED, COPIED_MS = marked("Copy as llama.cpp command"), marked("Copied"), 2000
LOAD, LOAD_AGAIN = marked("Load model"), marked("Load again")
HEIGHT_PX = 68
_TITLE_PX, _TITLE_LINE_PX, _ICON_PX, _GAP_PX = 18, 24, 14, 3


class BackLink(PaintedButton):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Back to installed models"))
        self.ring_radius = theme.px("radius.control_small")
        self.setText(tr(BACK))
        self.setFont(theme.font("caption"))

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + _ICON_PX + _GAP_PX + 2, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        ink = "text.primary" if self.hovered() else "text.tertiary"
        ratio = self.devicePixelRatioF()
        chevron = self.theme.icon("chevron-right", _ICON_PX, ink, ratio)
        mirrored = chevron.transformed(QTransform().scale(-1, 1))
        mirrored.setDevicePixelRatio(ratio)
        painter.drawPixmap(QPointF(-4, (self.height() - _ICON_PX) / 2), mirrored)
        painter.setPen(self.theme.color(ink))
        box = self.rect().adjusted(_ICON_PX + _GAP_PX - 4, 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())


class ModelTitle(QWidget):
    """The model's name, and its quantisation in a lighter hand; a long name ends in an ellipsis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.name, self.quantisation = "", ""
        self._name_font = QFont(theme.font("page_title"))
        self._name_font.setPixelSize(_TITLE_PX)
        self._quantisation_font = QFont(self._name_font)
        self._quantisation_font.setWeight(QFont.Weight.Normal)
        self.setFixedHeight(_TITLE_LINE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_model(self, model: LocalModel) -> None:
        if (model.name, model.quantisation) != (self.name, self.quantisation):
            self.name, self.quantisation = model.name, model.quantisation
            title = f"{model.name} {model.quantisation}"
            self.setAccessibleName(tr("Plan for {model}", model=title))
            self.setToolTip(f"{title}\n{model.path}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetrics(self._name_font)
        after = QFontMetrics(self._quantisation_font).horizontalAdvance(self.quantisation)
        space = metrics.horizontalAdvance(" ")
        name = metrics.elidedText(
            self.name, Qt.TextElideMode.ElideRight, self.width() - after - space
        )
        box, middle = self.rect(), Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._name_font)
        painter.setPen(self._theme.color("text.primary"))
        painter.drawText(box, middle, name)
        painter.setFont(self._quantisation_font)
        painter.setPen(self._theme.color("text.secondary"))
        left = metrics.horizontalAdvance(name) + space
        painter.drawText(box.adjusted(left, 0, 0, 0), middle, self.quantisation)


class CopyButton(Button):
    """Puts the command on the clipboard and says so for two seconds, in the same room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr(COPY), extent="large", icon="copy")
        self.command = ""
        self.setFixedWidth(self.sizeHint().width())
        self._back = QTimer(self, interval=COPIED_MS, singleShot=True)
        self._back.timeout.connect(self._show_copy)
        self.clicked.connect(self._copy)

    def show_command(self, command: str) -> None:
        if command != self.command:
            self.command = command
            self.setEnabled(bool(command))
            self.setAccessibleDescription(command)
            self.setToolTip(command)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command)
        self._icon = "check"
        self.show_text(tr(COPIED))
        self._back.start()

    def _show_copy(self) -> None:
        self._icon = "copy"
        self.show_text(tr(COPY))


class PlanHeader(QWidget):
    back_wanted = Signal()
    load_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PX)
        self.back = BackLink(theme)
        self.title = ModelTitle(theme)
        self.copy = CopyButton(theme)
        self.load = Button(theme, tr(LOAD), "primary", "large")
        self.back.clicked.connect(self.back_wanted)
        self.load.clicked.connect(self.load_wanted)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(self.back)
        words.addWidget(self.title)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addSpacing(10)
        row.addWidget(self.copy)
        row.addWidget(self.load)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT_PX)

    def show_plan(self, view: PlanView) -> None:
        self.title.show_model(view.model)
        ready = view.phase == "ready" and view.plan is not None
        self.copy.show_command(view.command if ready else "")
        self.copy.setEnabled(ready and bool(view.command))
        loaded = view.actual is not None and view.plan is not None
        same = loaded and view.actual.plan.placement == view.plan.placement
        self.load.show_text(tr(LOAD_AGAIN if same else LOAD))
        reason = _why_not(view)
        self.load.setEnabled(not reason)
        self.load.setAccessibleDescription(reason)
        self.load.setToolTip(reason)


def _why_not(view: PlanView) -> str:
    """Why the plan can't be loaded now; empty when it can."""
    if view.phase != "ready" or view.plan is None:
        return tr("There is no plan yet.")
    if not view.plan.fits:
        return tr("This plan does not fit this machine.")
    if view.tune.phase == "running":
        return tr("Stop tuning first.")
    return ""
