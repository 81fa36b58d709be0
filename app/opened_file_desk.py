"""The logic behind files that the desktop opens: looks at them, and adds or loads on request."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.in_background import InBackground
from app.local_models import LocalModel
from app.opened_file import (
    Offer,
    OpenedView,
    look_broke,
    looked_at,
    model_at,
    model_that_came,
    with_problem,
)
from app.owned_desk import OwnedDesk
from app.owned_state import ImportHow, OwnedView
from app.session_state import SessionState


class OpeningSession(Protocol):
    """What is needed of the session."""

    @property
    def state(self) -> SessionState: ...
    def refresh_models(self) -> None: ...
    def load_model(self, model_id: str) -> None: ...


class OpenedFileDesk(QObject):
    """Implements `OpenedCommands`. Imports run where all work on model files does."""

    changed = Signal(object)

    def __init__(
        self,
        session: OpeningSession,
        owned: OwnedDesk,
        models_dir: Callable[[], Path],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._owned, self._models_dir = session, owned, models_dir
        self._background = InBackground(self)
        self._is_looking = False
        self._adding = ""
        self._is_cancelled = False
        self._models_before: tuple[LocalModel, ...] = ()
        self._view = OpenedView()
        owned.changed.connect(self._owned_changed)

    @property
    def view(self) -> OpenedView:
        return self._view

    def open(self, paths: tuple[str, ...]) -> None:
        """Offer these; one that is offered already moves to the end."""
        new = tuple(dict.fromkeys(paths))
        kept = tuple(o for o in self._view.offers if o.path not in new or o.path == self._adding)
        fresh = tuple(Offer(path) for path in new if path != self._adding)
        self._show(offers=(*kept, *fresh))
        self._look_on()

    # Commands

    def load(self, path: str) -> None:
        """Load the model of this offer, which is done with then."""
        offer = self._offer(path)
        if offer is not None and offer.model_id:
            self._session.load_model(offer.model_id)
            self.dismiss(path)

    def add(self, path: str, how: ImportHow) -> None:
        offer = self._offer(path)
        if offer is None or offer.phase != "new" or self._owned.view.task is not None:
            return
        self._adding, self._models_before = path, self._session.state.models
        self._is_cancelled = False
        self._change(replace(offer, phase="adding"))
        self._owned.import_paths((path,), how)

    def cancel_adding(self) -> None:
        self._is_cancelled = True
        self._owned.cancel_task()

    def dismiss(self, path: str) -> None:
        if path != self._adding:
            self._show(offers=tuple(o for o in self._view.offers if o.path != path))

    # What the rest of the program says

    def show_session(self, state: SessionState) -> None:
        """Another model is loaded, or the list is another one."""
        model = state.model
        loaded_id = model.id if model is not None and state.engine.phase == "ready" else ""
        if loaded_id != self._view.loaded_id:
            self._show(loaded_id=loaded_id)

    def close(self) -> None:
        self._background.forget()

    def _owned_changed(self, view: OwnedView) -> None:
        offer = self._offer(self._adding)
        if offer is not None and view.task is not None:
            task = view.task
            self._change(replace(offer, done_bytes=task.done_bytes, total_bytes=task.total_bytes))
        elif offer is not None:
            self._adding = ""
            self._change(self._ended(offer, view))
        self._show(can_add=view.task is None)

    def _ended(self, offer: Offer, view: OwnedView) -> Offer:
        state = self._session.state
        went_well = view.problem is None and not self._is_cancelled
        came = model_that_came(offer, self._models_before, state.models, went_well=went_well)
        if view.problem is not None and came is None:
            return replace(offer, phase="problem", problem=view.problem)
        if came is None:
            return replace(offer, phase="new")  # stopped by the person
        return replace(offer, phase="added", model_id=came.id, said=view.said, problem=view.problem)

    # Looking

    def _look_on(self) -> None:
        paths = tuple(offer.path for offer in self._view.offers if offer.phase == "looking")
        if self._is_looking or not paths:
            return
        folder = self._models_dir()
        self._is_looking = True
        self._background.run(
            lambda: [_looked_at(path, folder) for path in paths],
            self._looked,
            lambda problem: self._looked([with_problem(path, problem) for path in paths]),
        )

    def _looked(self, found: list[Offer]) -> None:
        self._is_looking = False
        self._session.refresh_models()
        models = self._session.state.models
        for offer in found:
            asked = self._offer(offer.path)
            if asked is not None and asked.phase == "looking":
                known = model_at(offer.path, models) if offer.phase == "new" else None
                self._change(replace(offer, phase="known", model_id=known.id) if known else offer)
        self._look_on()

    # What is shown

    def _offer(self, path: str) -> Offer | None:
        return next((offer for offer in self._view.offers if offer.path == path), None)

    def _change(self, offer: Offer) -> None:
        self._show(offers=tuple(offer if o.path == offer.path else o for o in self._view.offers))

    def _show(self, **changes: object) -> None:
        view = replace(self._view, **changes)  # type: ignore[arg-type]
        if view != self._view:
            self._view = view
            self.changed.emit(view)


def _looked_at(path: str, folder: Path) -> Offer:
    """As `looked_at`; a fault of our own is reported, and the files after this one go on."""
    try:
        return looked_at(path, folder)
    except Exception:  # noqa: BLE001 - the top of a thread: the next file is looked at.
        threading.excepthook(
            threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
        )
        return with_problem(path, look_broke(Offer(path).file_name))
