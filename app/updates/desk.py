"""Looks for a newer version once a day, when the person has turned that on, and tells it once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from app.in_background import InBackground
from app.settings import Settings
from app.updates.finding import Finding, Question
from app.updates.memory import (
    finding_for,
    is_due,
    read_memory,
    save_memory,
    seen_issued_at,
    with_finding,
)
from app.updates.source import UpdateSource
from app.updates.state import UpdateView
from runtime.errors import CoterieError, Problem
from runtime.language import tr

# Of a window that stays open for days.
AGAIN_MS = 3_600_000


class UpdateDesk(QObject):
    """`changed` carries the new `UpdateView`. `ask` waits for a child process, on a thread of its
    own; `is_offline` says whether these settings allow no network.
    """

    changed = Signal(object)

    def __init__(
        self,
        source: UpdateSource,
        version: str,
        memory_file: Path,
        ask: Callable[[Question], Finding],
        is_offline: Callable[[Settings], bool],
        tell: Callable[[Problem], None],
        now_s: Callable[[], float] = time.time,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._version, self._file = source, version, memory_file
        self._ask, self._is_offline, self._tell, self._now_s = ask, is_offline, tell, now_s
        self._memory = read_memory(memory_file)
        self._settings: Settings | None = None
        self._is_looking = False
        self._background = InBackground(self)
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self._look_if_due)

    @property
    def view(self) -> UpdateView:
        settings = self._settings or Settings()
        is_known = self._source.is_known
        return UpdateView(
            host=self._source.host if is_known else "",
            is_on=is_known and settings.check_updates,
            is_offline=self._is_offline(settings),
            is_looking=self._is_looking,
            asked_at_s=self._memory.asked_at_s,
            finding=finding_for(self._memory, self._source.key, self._version),
        )

    def show_settings(self, settings: Settings) -> None:
        """The first time, and each time they changed."""
        if settings is self._settings:
            return
        before, self._settings = self._settings, settings
        if before is not None and before == settings:
            return
        if not self.view.is_on:
            self._again.stop()
        elif not self._again.isActive():
            self._again.start()
        self._look_if_due()
        self.changed.emit(self.view)

    def close(self) -> None:
        """Whatever still looks ends by itself, unheard."""
        self._again.stop()
        self._background.forget()

    def _look_if_due(self) -> None:
        view = self.view
        if not view.is_on or view.is_offline or self._is_looking:
            return
        if not is_due(self._memory, self._now_s()):
            return
        self._memory = replace(self._memory, asked_at_s=self._now_s())
        if not self._saved():
            return  # Else each start would ask again.
        seen = seen_issued_at(self._memory, self._source.key)
        question = Question(self._source.address, self._source.key, self._version, seen)
        self._is_looking = True
        self._background.run(lambda: self._ask(question), self._found, self._not_asked)
        self.changed.emit(self.view)

    def _found(self, finding: Finding) -> None:
        self._is_looking = False
        self._memory = with_finding(self._memory, finding, self._source.key, self._version)
        if finding.kind == "newer" and finding.version != self._memory.told:
            self._memory = replace(self._memory, told=finding.version)
            self._tell(_out(finding.version, self._version))
        self._saved()
        self.changed.emit(self.view)

    def _not_asked(self, problem: Problem) -> None:
        self._is_looking = False
        self._tell(problem)
        self.changed.emit(self.view)

    def _saved(self) -> bool:
        try:
            save_memory(self._file, self._memory)
        except CoterieError as error:
            self._tell(error.problem)
            return False
        return True


def _out(version: str, own: str) -> Problem:
    return Problem(
        "update_out",
        tr("Coterie {version} is out", version=version),
        tr("This is {version}; nothing was downloaded", version=own),
        tr("Settings tell what is new and where to get it."),
    )
