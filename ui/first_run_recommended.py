"""The first-run page's card of the model to take first on this machine."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import number_text
from app.first_run_state import FirstRecommendation, FirstRunCommands, FirstRunView
from runtime.downloads.frames import Download
from runtime.language import marked, tr
from ui.controls import Button
from ui.dashboard_how import How, how_name
from ui.download_words import checked_share, fetched_share, phase_words, row_text
from ui.first_run_speed import PredictedSpeed, ReadingChart
from ui.first_run_words import (
    NOTHING_SENT,
    explained,
    nothing_recommended,
    recommended_note,
    wait_line,
)
from ui.labels import Label, Paragraph
from ui.owned_task import ProgressLine
from ui.page_frame import Card
from ui.problem_card import spoken
from ui.theme import Theme

HEADING = marked("Recommended for this machine")
DOWNLOAD = marked("Download")
ANOTHER = marked("Choose another")


class RecommendedCard(Card):
    """`another` asks for the Models page, `loaded` says that the downloaded model is to load."""

    another = Signal()
    loaded = Signal()

    def __init__(self, theme: Theme, commands: FirstRunCommands | None) -> None:
        super().__init__(theme)
        self._commands = commands
        self.content.setContentsMargins(24, 18, 24, 20)
        self.setAccessibleName(tr(HEADING))
        head = QHBoxLayout()
        head.addWidget(Label(theme, tr(HEADING), "card_title"), 1)
        self.how = How(theme, how_name(tr("predicted speed")))
        head.addWidget(self.how)
        self.content.addLayout(head)
        self.content.addSpacing(10)
        self.none = Paragraph(theme, "", tone="secondary")
        self.content.addWidget(self.none)
        self.body = self._body(theme)
        self.content.addWidget(self.body)
        self.content.addSpacing(14)
        self.content.addLayout(self._actions(theme))

    def show_view(self, view: FirstRunView, *, has_model: bool) -> None:
        """Without a model to chat with, the download is the thing to do."""
        found = view.look.recommendation
        self.none.setVisible(found is None)
        self.body.setVisible(found is not None)
        self.none.show_text(nothing_recommended(view))
        self.another_button.setVisible(view.look.phase == "done")
        self._show_action(view, has_model=has_model)
        if found is not None:
            self._show_found(found, view)
        else:
            self.how.show_explained(None)

    def _show_found(self, found: FirstRecommendation, view: FirstRunView) -> None:
        self.name.show_text(found.name)
        size = number_text.gib_unit(found.size_bytes)
        self.size.show_text(f"{found.quantisation}, {size}")
        self.note.show_text(recommended_note(found))
        self.how.show_explained(explained(found))
        self.speed.show_prediction(found.prediction)
        self.chart.show_prediction(found.prediction)
        self.sent.setVisible(view.asking == "none")
        self.button.setAccessibleName(tr("Download {size}, {model}", size=size, model=found.name))

    def _show_action(self, view: FirstRunView, *, has_model: bool) -> None:
        found, download = view.look.recommendation, view.download
        can_ask = view.asking in ("none", "failed")
        self.button.setVisible(found is not None and can_ask)
        self.button.show_text(tr("Try again") if view.asking == "failed" else tr(DOWNLOAD))
        self.button.show_kind("plain" if has_model else "primary")
        self.load.setVisible(bool(view.model_id))
        self.line.show_text(action_line(view))
        self.line.setVisible(found is not None)
        failed = view.asking == "failed" or (download is not None and download.phase == "failed")
        self.line.setProperty("tone", "error" if failed else "secondary")
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)
        is_moving = download is not None and download.phase != "done"
        self.bar.setVisible(is_moving)
        if download is not None:
            self.bar.show_fraction(fraction(download))

    def _body(self, theme: Theme) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title = QHBoxLayout()
        title.setSpacing(8)
        self.name = Label(theme, "", "reading", weight=500)
        self.size = Label(theme, "", tone="secondary", tabular=True)
        title.addWidget(self.name)
        title.addWidget(self.size)
        title.addStretch()
        column.addLayout(title)
        self.note = Paragraph(theme, "", tone="secondary")
        column.addWidget(self.note)
        column.addSpacing(14)
        self.speed = PredictedSpeed(theme)
        self.chart = ReadingChart(theme)
        column.addWidget(self.speed)
        column.addSpacing(4)
        column.addWidget(self.chart)
        column.addSpacing(8)
        self.sent = Paragraph(theme, tr(NOTHING_SENT), "small", "tertiary")
        column.addWidget(self.sent)
        return body

    def _actions(self, theme: Theme) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        self.bar = ProgressLine(theme, tr("Progress"))
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.button = Button(theme, tr(DOWNLOAD), "plain", "large", icon="download")
        self.button.clicked.connect(lambda _=False: self._download())
        self.load = Button(theme, tr("Load"), "plain", "large")
        self.load.clicked.connect(lambda _=False: self._load())
        self.line = Paragraph(theme, "", "small", "secondary")
        self.another_button = Button(theme, tr(ANOTHER), "quiet")
        self.another_button.clicked.connect(self.another)
        row.addWidget(self.button)
        row.addWidget(self.load)
        row.addWidget(self.line, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.another_button, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(row)
        return column

    def _download(self) -> None:
        if self._commands is not None:
            self._commands.download_recommended()

    def _load(self) -> None:
        if self._commands is not None:
            self._commands.load_downloaded()
            self.loaded.emit()


def fraction(download: Download) -> float:
    """Of the fetching, then of the checking."""
    return checked_share(download) if download.phase == "checking" else fetched_share(download)


def action_line(view: FirstRunView) -> str:
    """What stands beside the button: the wait to expect, how far it is, or what went wrong."""
    found, download = view.look.recommendation, view.download
    if found is None:
        return ""
    if view.problem is not None:
        return spoken(view.problem)
    if view.asking == "none":
        return wait_line(found)
    if view.asking == "asking":
        return tr("Asking the hub for its files.")
    if download is None:
        return tr("The download begins.")
    if download.phase == "done":
        return tr("Downloaded and checked.")
    if download.problem is not None:
        return spoken(download.problem)
    text = row_text(download)
    parts = (text.amount, text.state, text.detail)
    return ", ".join(part for part in parts if part) or phase_words(download)
