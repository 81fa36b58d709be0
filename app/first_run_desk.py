"""The logic of the first-run page: what was found so far, and the recommended model's download."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from app.background_checks import BackgroundChecks
from app.check_view import CheckView
from app.discover.state import DiscoverView, DownloadsView, RepoRow
from app.first_run_look import first_look
from app.first_run_state import FirstLook, FirstRunView, followed
from app.paths import Paths
from app.session_state import SessionState
from runtime.errors import Problem
from runtime.language import tr
from runtime.protocol.messages import MemoryUse

if TYPE_CHECKING:
    from app.discover.room import ModelRoom

# A model that takes longer to load is measured beside.
QUIET_PATIENCE_S = 20.0


class FirstRunSession(Protocol):
    """What is needed of the session."""

    @property
    def state(self) -> SessionState: ...
    def show_checks(self, checks: tuple[CheckView, ...]) -> None: ...
    def load_model(self, model_id: str) -> None: ...


class FirstRunDesk(QObject):
    """Implements `FirstRunCommands`. The hub is asked nothing before a download is asked for."""

    changed = Signal(object)

    def __init__(
        self,
        paths: Paths,
        session: FirstRunSession,
        open_room: Callable[[], ModelRoom],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._open_room = session, open_room
        self._room: ModelRoom | None = None
        self._quiet = threading.Event()
        self._view = FirstRunView()
        self._checks = BackgroundChecks(
            lambda: first_look(paths, lambda: self._quiet.wait(QUIET_PATIENCE_S), self._held), self
        )
        self._checks.found.connect(self.show_look)

    @property
    def view(self) -> FirstRunView:
        return self._view

    def start(self) -> None:
        self._checks.start()

    # Commands

    def download_recommended(self) -> None:
        """Ask the hub for the model's files, and fetch them; again after a failure."""
        if self._view.look.recommendation is None or self._view.asking in ("asking", "sent"):
            return
        room = self._meet()
        self._show(asking="asking", download=None, problem=None)
        if room.discover.view.phase == "failed":
            room.discover.try_again()
        room.discover.open_discover()
        self._answered(room.discover.view)

    def load_downloaded(self) -> None:
        if self._view.model_id:
            self._session.load_model(self._view.model_id)

    # What the rest of the program says

    def show_look(self, look: FirstLook) -> None:
        """More is known of the machine."""
        self._session.show_checks(look.checks)
        self._show(look=look)

    def show_session(self, state: SessionState) -> None:
        """Measuring waits until nothing loads; a model that came is found in the list."""
        if state.engine.phase != "loading" and (state.models_dir or state.model):
            self._quiet.set()
        self._find_model(state)

    def _meet(self) -> ModelRoom:
        if self._room is None:
            self._room = self._open_room()
            self._room.discover.changed.connect(self._answered)
            self._room.downloads.changed.connect(self._downloaded)
        return self._room

    def _answered(self, view: DiscoverView) -> None:
        """The hub said something; the download begins as soon as it named the files."""
        wanted = self._view.look.recommendation
        if self._view.asking != "asking" or wanted is None or self._room is None:
            return
        row = next((row for row in view.rows if row.repo == wanted.repo), None)
        if view.offline:
            self._show(asking="failed", problem=offline())
        elif view.phase == "failed" and view.problem is not None:
            self._show(asking="failed", problem=view.problem)
        elif row is not None and row.phase == "failed":
            self._show(asking="failed", problem=row.problem or gone(wanted.name))
        elif row is not None and row.phase == "ready":
            self._take(row, wanted.quantisation)

    def _take(self, row: RepoRow, quantisation: str) -> None:
        assert self._room is not None
        same = next((q for q in row.quants if q.model.quantisation == quantisation), None)
        quant = same or row.suggested
        if quant is None:
            self._show(asking="failed", problem=gone(row.name))
            return
        self._show(asking="sent")
        self._room.discover.download(row.repo, quant.name)

    def _downloaded(self, view: DownloadsView) -> None:
        self._put(followed(self._view, view))
        self._find_model(self._session.state)

    def _find_model(self, state: SessionState) -> None:
        paths = {Path(path) for path in self._view.download.paths} if self._view.download else set()
        model = next((model for model in state.models if model.path in paths), None)
        if model is not None and model.id != self._view.model_id:
            self._show(model_id=model.id)

    def _held(self) -> MemoryUse | None:
        return self._session.state.engine.memory

    def _show(self, **changes: object) -> None:
        self._put(replace(self._view, **changes))  # type: ignore[arg-type]

    def _put(self, view: FirstRunView) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit(view)


def offline() -> Problem:
    """Nothing is asked because the person wants it so."""
    return Problem(
        "hub_offline",
        tr("You work offline"),
        tr("The hub is not asked for the model's files."),
        tr("Turn Work offline off in Settings, then download it under Models."),
    )


def gone(name: str) -> Problem:
    """The hub has no such files any more."""
    return Problem(
        "hub_no_models",
        tr("There is no model file here"),
        tr("The hub does not offer {name} any more", name=name),
        tr("Choose another model."),
    )
