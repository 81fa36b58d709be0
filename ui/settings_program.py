"""The card about the program: its version, updates, crash reports, licences and its data."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QMenu

from app.program import Program
from app.updates.state import UpdateView
from runtime.language import marked, tr
from ui.controls import Button
from ui.discover_links import link_menu
from ui.labels import Label, Paragraph, PathField
from ui.page_frame import Card, hairline
from ui.settings_program_words import update_words
from ui.settings_rows import ChoiceRow, with_rows
from ui.settings_switch import Switch
from ui.spaced import Spaced
from ui.theme import Theme

HEADING = marked("This program")
UPDATES = marked("Look for updates")
_BELOW_PX = 12


class ProgramCard(Card):
    """`change` takes changed fields of the settings; `open_place` shows a folder or file with the
    desktop's own program.
    """

    def __init__(
        self,
        theme: Theme,
        change: Callable[..., None],
        program: Program,
        open_place: Callable[[Path], None],
    ) -> None:
        super().__init__(theme, tr(HEADING))
        self._theme, self._change = theme, change
        self._program, self._open = program, open_place
        self._page = ""
        self._build_version()
        self.content.addWidget(hairline())
        self._build_updates()
        self.content.addWidget(hairline())
        self._build_crashes()
        self.content.addWidget(hairline())
        self._build_licences()
        self.content.addWidget(hairline())
        self._build_data()
        with_rows(self)
        self.show_updates(UpdateView())

    def show_updates(self, view: UpdateView) -> None:
        """What is known of a newer version."""
        words = update_words(view, time.time())
        self.updates.setEnabled(bool(view.host))
        self.updates.setChecked(view.is_on)
        self.update_row.line.show_text(words.line)
        self._page = words.page
        for label, text in ((self.found, words.found), (self.news, words.news)):
            label.show_text(text)
            label.setVisible(bool(text))
        self.notes.show_text(words.notes)
        self.notes.setVisible(bool(words.notes))
        self.get_it.setVisible(bool(words.page))
        self._below.setVisible(bool(words.found or words.news))

    def _build_version(self) -> None:
        program = self._program
        line = tr("Engine: {build}", build=program.engine) if program.engine else tr("No engine")
        self.version = Label(self._theme, program.version, tabular=True)
        self.content.addWidget(ChoiceRow(self._theme, tr("Version"), line, self.version))

    def _build_updates(self) -> None:
        theme = self._theme
        self.updates = Switch(theme, tr(UPDATES))
        self.updates.turned.connect(lambda on: self._change(check_updates=on))
        self.update_row = ChoiceRow(theme, tr(UPDATES), "", self.updates)
        self.content.addWidget(self.update_row)
        self.found = Paragraph(theme, "", "small", "secondary", selectable=True)
        self.news = Paragraph(theme, "", weight=500, selectable=True)
        self.notes = Paragraph(theme, "", "small", "secondary", selectable=True)
        self.get_it = Button(theme, tr("Where to get it"), "link", "compact")
        self.get_it.clicked.connect(lambda _=False: self._offer_page())
        self._below = Spaced(self.found, self.news, self.notes, self.get_it, below=_BELOW_PX)
        self.content.addWidget(self._below)

    def _build_crashes(self) -> None:
        line = tr(
            "Kept on this computer and sent nowhere. They hold no prompts, answers, tokens or keys;"
            " the newest 20 stay."
        )
        name = tr("Open the folder of crash reports")
        self.crashes = Button(self._theme, tr("Open the folder"), name=name)
        self.crashes.clicked.connect(lambda _=False: self._open(self._program.crash_dir))
        self.content.addWidget(ChoiceRow(self._theme, tr("Crash reports"), line, self.crashes))

    def _build_licences(self) -> None:
        place = self._program.licences
        if self._program.has_every_licence:
            line = tr("Of Coterie and of everything that comes with it.")
        elif place is not None:
            line = tr("Of Coterie itself; its parts were installed with theirs.")
        else:
            line = tr("Their texts did not come with this program.")
        self.licences = Button(self._theme, tr("Open the licences"))
        self.licences.setEnabled(place is not None)
        self.licences.clicked.connect(lambda _=False: place and self._open(place))
        self.content.addWidget(ChoiceRow(self._theme, tr("Licences"), line, self.licences))

    def _build_data(self) -> None:
        line = tr("Chats, and models unless they lie elsewhere. Removing Coterie leaves it here.")
        name = tr("Open the folder of your data")
        self.data = Button(self._theme, tr("Open the folder"), name=name)
        self.data.clicked.connect(lambda _=False: self._open(self._program.data_dir))
        self.content.addWidget(ChoiceRow(self._theme, tr("Your data"), line, self.data))
        folder = PathField(self._theme, tr("Folder of your data"))
        folder.show_path(str(self._program.data_dir))
        self.content.addWidget(Spaced(folder, below=_BELOW_PX))

    def _offer_page(self) -> None:
        """Where the link goes is shown before it is opened."""
        button = self.get_it
        self.page_menu().popup(button.mapToGlobal(button.rect().bottomLeft()))

    def page_menu(self) -> QMenu:
        """The page of the newer version, and what may be done with it."""
        return link_menu(self, QUrl(self._page))
