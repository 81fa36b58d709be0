"""Puts together what the Settings page shows of the program, and its look for updates."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.paths import Paths
from app.session import ChatSession
from app.session_state import SessionState

if TYPE_CHECKING:
    from app.program import Program
    from app.updates.desk import UpdateDesk
    from app.updates.finding import Finding, Question
    from ui.settings_page import SettingsPage

# The first picture and the loading of a model go first.
LOOK_AFTER_MS = 5_000


class ProgramDoor(QObject):
    """What it needs is imported when the person wants updates or opens the Settings."""

    def __init__(self, paths: Paths, session: ChatSession) -> None:
        super().__init__(session)
        self._paths, self._session = paths, session
        self._is_late = False
        session.changed.connect(self.show_state)
        QTimer.singleShot(LOOK_AFTER_MS, self, self._be_late)

    @cached_property
    def program(self) -> Program:
        from app.program import this_program

        return this_program(self._paths)

    @cached_property
    def updates(self) -> UpdateDesk:
        from app.hub_choices import is_offline
        from app.updates.desk import UpdateDesk
        from app.updates.source import read_source

        desk = UpdateDesk(
            *(read_source(), self.program.version, self._paths.updates_file, self._ask),
            lambda settings: is_offline(settings, os.environ),
            self._session.tell,
            parent=self,
        )
        desk.show_settings(self._session.state.settings)
        return desk

    def show_state(self, state: SessionState) -> None:
        """Follow the settings, once the window has had time to start."""
        if "updates" in self.__dict__ or (self._is_late and state.settings.check_updates):
            self.updates.show_settings(state.settings)

    def fill(self, page: SettingsPage) -> None:
        """Give the page its card, and keep it up to date."""
        page.add_program(self.program, self.open_place)
        self.updates.changed.connect(page.show_updates)
        page.show_updates(self.updates.view)

    def open_place(self, place: Path) -> None:
        """A folder or a file, in the desktop's own program; folders are made when first wanted."""
        from ui.model_wiring import show_folder

        if not place.exists():
            place.mkdir(parents=True, exist_ok=True)
        show_folder(place)

    def close(self) -> None:
        if "updates" in self.__dict__:
            self.updates.close()

    def _be_late(self) -> None:
        self._is_late = True
        self.show_state(self._session.state)

    def _ask(self, question: Question) -> Finding:
        from app.hub_choices import hub_environment
        from app.updates.asking import ask

        return ask(question, hub_environment(self._session.state.settings, os.environ))
