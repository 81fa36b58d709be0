"""The part of the Discover list below its open row: quantisations, facts and the model card."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QUrl, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.discover.state import RepoRow
from runtime.downloads.frames import Download
from runtime.errors import Problem
from runtime.language import marked, tr
from ui.controls import Button
from ui.discover_links import link_menu
from ui.discover_model_card import ModelCard
from ui.discover_quants import QuantTable
from ui.discover_words import fact_words, prediction_words, trouble_of
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.problem_card import spoken
from ui.theme import Theme

HUB_ADDRESS = "https://huggingface.co/"
SHOW_CARD, HIDE_CARD = marked("Model card"), marked("Hide model card")
_LEFT_PX, _RIGHT_PX, _CARD_PX = 48, 16, 720
_NEEDS_ACCOUNT = ("hub_gated", "hub_token_refused", "hub_not_found")


class OpenPanel(QFrame):
    """Of one repository. `card_wanted` and `again_wanted` ask for what it has not."""

    download_wanted = Signal(str)
    load_wanted = Signal(str)
    chat_wanted = Signal()
    card_wanted = Signal()
    again_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.row: RepoRow | None = None
        self.setProperty("surface", "page")
        self.setProperty("line", "top")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.trouble = Trouble(theme)
        self.trouble.again.clicked.connect(self.again_wanted)
        self.trouble.account.clicked.connect(self.settings_wanted)
        self.table = QuantTable(theme)
        self.table.download_wanted.connect(self.download_wanted)
        self.table.load_wanted.connect(self.load_wanted)
        self.table.chat_wanted.connect(self.chat_wanted)
        column.addWidget(self.trouble)
        column.addWidget(self.table)
        column.addLayout(self._about())
        self.card: ModelCard | None = None

    def show_row(
        self, row: RepoRow, downloads: Mapping[str, Download], loaded_id: str, *, signed_in: bool
    ) -> None:
        self.row = row
        self.setAccessibleName(tr("{name}, open", name=row.name))
        problem = trouble_of(row)
        self.trouble.setVisible(problem is not None)
        if problem is not None:
            self.trouble.show_problem(problem, row.url, signed_in=signed_in)
        self.table.setVisible(bool(row.quants) or problem is None)
        self.table.show_row(row, downloads, loaded_id)
        basis = prediction_words(row.suggested) if row.suggested is not None else ""
        both = tr("{first} {second}", first=row.why, second=basis)
        self.why.show_text(both if row.why and basis else row.why or basis)
        self.why.setVisible(bool(self.why.full_text()))
        self.facts.show_text(fact_words(row))
        if self.card is not None:
            self.card.show_row(row)

    def _about(self) -> QVBoxLayout:
        about = QVBoxLayout()
        about.setContentsMargins(_LEFT_PX, 4, _RIGHT_PX, 12)
        about.setSpacing(4)
        self.why = Paragraph(self._theme, "", "small", "secondary")
        self.facts = Paragraph(self._theme, "", "small", "tertiary")
        about.addWidget(self.why)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.facts, 1)
        self.show_card = Button(self._theme, tr(SHOW_CARD), "link", "compact")
        self.show_card.clicked.connect(self._turn_card)
        self.author = Button(self._theme, tr("Author's page"), "link", "compact")
        self.author.clicked.connect(self._offer_author)
        row.addWidget(self.show_card)
        row.addWidget(self.author)
        about.addLayout(row)
        self._about_column = about
        return about

    def _turn_card(self) -> None:
        if self.card is None:
            self.card = ModelCard(self._theme)
            self.card.setMaximumWidth(_CARD_PX)
            row = QHBoxLayout()
            row.setContentsMargins(0, 8, 0, 0)
            row.addWidget(self.card, 1)
            row.addStretch()
            self._about_column.addLayout(row)
            self.card.show()
        else:
            self.card.setVisible(self.card.isHidden())
        hidden = self.card.isHidden()
        self.show_card.show_text(tr(SHOW_CARD if hidden else HIDE_CARD))
        if self.row is not None and not hidden:
            self.card.show_row(self.row)
            if self.row.card is None:
                self.card_wanted.emit()

    def _offer_author(self) -> None:
        assert self.row is not None
        _offer(self.author, QUrl(HUB_ADDRESS + self.row.repo))


class Trouble(QWidget):
    """Why a repository could not be read: what to accept and where, and one button to go on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT_PX, 14, _RIGHT_PX, 12)
        column.setSpacing(4)
        title = QHBoxLayout()
        title.setSpacing(8)
        self.mark = IconMark(theme, "lock", 16, "state.warn")
        self.title = Label(theme, "", "ui", weight=600)
        title.addWidget(self.mark)
        title.addWidget(self.title)
        title.addStretch()
        column.addLayout(title)
        self.words = Paragraph(theme, "", "ui", "secondary")
        self.words.setMaximumWidth(_CARD_PX)
        words = QHBoxLayout()
        words.addWidget(self.words, 1)
        words.addStretch()
        column.addLayout(words)
        self.link = Button(theme, "", "link", "compact")
        self.link.clicked.connect(lambda: _offer(self.link, QUrl(self.link.text())))
        link = QHBoxLayout()
        link.addWidget(self.link)
        link.addStretch()
        column.addLayout(link)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.again = Button(theme, tr("Try again"), extent="compact")
        self.account = Button(
            theme, tr("Sign in"), extent="compact", name=tr("Sign in, in Settings")
        )
        row.addWidget(self.again)
        row.addWidget(self.account)
        row.addStretch()
        column.addSpacing(4)
        column.addLayout(row)

    def show_problem(self, problem: Problem, url: str, *, signed_in: bool) -> None:
        gated = problem.kind in _NEEDS_ACCOUNT
        icon, ink = ("lock", "state.warn") if gated else ("triangle-alert", "state.error")
        self.mark.show_icon(icon, ink)
        self.title.show_text(problem.title)
        self.words.show_text(spoken(problem))
        self.link.show_text(url, tr("Open {url} in the browser", url=url))
        self.link.setVisible(bool(url))
        self.account.setVisible(gated and not signed_in)


def _offer(button: Button, url: QUrl) -> None:
    link_menu(button, url).popup(button.mapToGlobal(QPoint(0, button.height())))
