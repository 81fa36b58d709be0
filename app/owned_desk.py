"""The logic behind the models on this computer: one task on their files at a time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import QObject, Qt, Signal

from app import owned_words
from app.in_background import InBackground
from app.local_models import LocalModel, LocalModels, UnusableModel
from app.owned.deleting import Deleted, check_shipped, delete_model
from app.owned.elsewhere import find_elsewhere
from app.owned.found_model import FoundModel
from app.owned.history import ModelHistory, model_histories
from app.owned.importing import ImportResult, import_model
from app.owned.moving import Moved, move_models
from app.owned.verifying import Verification, verify_model
from app.owned.work import CANCELLED, Progress
from app.owned_state import FoundRow, ImportHow, OwnedFacts, OwnedTask, OwnedView, TaskKind
from app.session_state import SessionState
from app.settings import Settings
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.language import tr

TELL_EVERY_S = 0.1
SETTLE_PATIENCE_S = 10.0
Work = Callable[[Progress, Callable[[], bool]], object]


class ModelSession(Protocol):
    """What is needed of the session."""

    @property
    def state(self) -> SessionState: ...
    def refresh_models(self) -> None: ...
    def unload(self) -> None: ...
    def change_settings(self, settings: Settings) -> None: ...


class RunningDownloads(Protocol):
    """What is needed of the downloads: their folder must stay where it is while they run."""

    def stop(self) -> None: ...
    def take_up(self) -> None: ...


@dataclass(frozen=True)
class Surroundings:
    """Where other programs are looked for, and how a folder is shown."""

    home: Path
    environment: Mapping[str, str]
    show_folder: Callable[[Path], None]


class OwnedDesk(QObject):
    """Implements `OwnedCommands`."""

    changed = Signal(object)
    _progressed = Signal(int, object, object)
    _settling = Signal(object, object)

    def __init__(
        self,
        shelf: LocalModels,
        store: ConversationStore,
        session: ModelSession,
        downloads: RunningDownloads,
        surroundings: Surroundings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf, self._store, self._session = shelf, store, session
        self._downloads, self._surroundings = downloads, surroundings
        self._background = InBackground(self)
        self._cancelled = threading.Event()
        self._number = 0
        self._models: tuple[LocalModel, ...] = ()
        self._found: dict[str, FoundModel] = {}
        self._view = OwnedView()
        queued = Qt.ConnectionType.QueuedConnection
        self._progressed.connect(self._progress, queued)
        self._settling.connect(self._settle, queued)

    @property
    def view(self) -> OwnedView:
        return self._view

    def show_models(self, models: tuple[LocalModel, ...]) -> None:
        """The session's list is another one."""
        self._models = models
        self._tell_facts()

    # Commands

    def refresh(self) -> None:
        """Read again when models were last used, and how fast they were."""
        self._tell_facts()

    def verify(self, model_id: str) -> None:
        model = self._model(model_id)
        if model is None:
            return

        def done(result: object) -> None:
            assert isinstance(result, Verification)
            self._session.refresh_models()
            self._over(*owned_words.verified(model, result))

        folder = self._shelf.folder
        self._run(
            "verify",
            model.name,
            lambda progress, cancelled: verify_model(model, folder, progress, cancelled),
            done,
        )

    def reveal(self, model_id: str) -> None:
        model = self._model(model_id)
        if model is not None:
            self._surroundings.show_folder(model.path.parent)

    def delete(self, model_id: str, *, for_good: bool) -> None:
        model = self._model(model_id) or self._unusable(model_id)
        if model is None:
            return
        try:
            check_shipped(model)
        except CoterieError as error:
            self._show(said="", problem=error.problem)
            return
        if self._session.state.model is not None and self._session.state.model.id == model_id:
            self._session.unload()

        def done(result: object) -> None:
            assert isinstance(result, Deleted)
            self._session.refresh_models()
            self._over(owned_words.deleted(_name(model), result))

        folder = self._shelf.folder
        self._run(
            "delete",
            _name(model),
            lambda _progress, _cancelled: delete_model(model, folder, to_trash=not for_good),
            done,
        )

    def import_paths(self, paths: tuple[str, ...], how: ImportHow) -> None:
        self._import(tuple(Path(path) for path in paths), how)

    def find_elsewhere(self) -> None:
        around, models = self._surroundings, self._models

        def done(result: object) -> None:
            assert isinstance(result, tuple)
            self._found = {str(model.paths[0]): model for model in result}
            rows = tuple(
                FoundRow(key, one.name, one.source, one.size_bytes, one.is_known)
                for key, one in self._found.items()
            )
            self._show(task=None, found=rows, said=owned_words.found(rows))

        self._run(
            "find",
            "",
            lambda _progress, _cancelled: find_elsewhere(around.home, around.environment, models),
            done,
        )

    def import_found(self, keys: tuple[str, ...], how: ImportHow) -> None:
        self._import(tuple(self._found[key] for key in keys if key in self._found), how)

    def move_models(self, folder: str) -> None:
        """To `folder`, with what is unfinished; downloads stop for it and go on afterwards."""
        old, new = self._shelf.folder, Path(folder)
        if self._view.task is not None:
            return
        self._downloads.stop()

        def settle() -> None:
            settled = threading.Event()
            self._settling.emit(new, settled)
            settled.wait(SETTLE_PATIENCE_S)

        def done(result: object) -> None:
            assert isinstance(result, Moved)
            self._session.refresh_models()
            self._downloads.take_up()
            self._over(owned_words.moved(result))

        self._run(
            "move_models",
            str(new),
            lambda progress, cancelled: move_models(old, new, progress, cancelled, settle),
            done,
            failed=self._downloads.take_up,
        )

    def cancel_task(self) -> None:
        self._cancelled.set()

    def close(self) -> None:
        self._cancelled.set()
        self._background.forget()

    # Tasks

    def _import(self, what: tuple[Path | FoundModel, ...], how: ImportHow) -> None:
        folder = self._shelf.folder
        if not what:
            return

        def work(progress: Progress, cancelled: Callable[[], bool]) -> list[ImportResult]:
            return [import_model(one, how, folder, progress, cancelled) for one in what]

        def done(results: object) -> None:
            assert isinstance(results, list)
            self._session.refresh_models()
            said, problem = owned_words.imported(results, how)
            known = {path for result in results for path in (m.path for m in result.models)}
            self._over(said, problem)
            self._mark_known(known, what)

        about = ", ".join(one.name for one in what[:2]) + (" …" if len(what) > 2 else "")
        self._run("import", about, work, done)

    def _mark_known(self, paths: set[Path], what: tuple[Path | FoundModel, ...]) -> None:
        if self._view.found is None or not paths:
            return
        taken = {str(one.paths[0]) for one in what if isinstance(one, FoundModel)}
        rows = tuple(
            replace(row, is_known=row.is_known or row.key in taken) for row in self._view.found
        )
        self._show(found=rows)

    def _run(
        self,
        kind: TaskKind,
        about: str,
        work: Work,
        done: Callable[[object], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        """One at a time: while one runs, another is not begun."""
        if self._view.task is not None:
            return
        self._number += 1
        number = self._number
        cancelled = self._cancelled = threading.Event()
        told_at_s = [0.0]

        def progress(done_bytes: int, total_bytes: int) -> None:
            now_s = time.monotonic()
            if now_s - told_at_s[0] >= TELL_EVERY_S or done_bytes == total_bytes:
                told_at_s[0] = now_s
                self._progressed.emit(number, done_bytes, total_bytes)

        def not_done(problem: Problem) -> None:
            failed()
            was_stopped = problem.kind == CANCELLED
            self._over(tr("Stopped.") if was_stopped else "", None if was_stopped else problem)

        self._show(task=OwnedTask(kind, about), said="", problem=None)
        self._background.run(lambda: work(progress, cancelled.is_set), done, not_done)

    def _progress(self, number: int, done_bytes: int, total_bytes: int) -> None:
        task = self._view.task
        if number == self._number and task is not None:
            self._show(task=replace(task, done_bytes=done_bytes, total_bytes=total_bytes))

    def _settle(self, folder: Path, settled: threading.Event) -> None:
        """The new folder is complete: from here on it is the one."""
        self._shelf.use_folder(folder)
        settings = self._session.state.settings
        self._session.change_settings(replace_settings(settings, models_dir=os.fspath(folder)))
        settled.set()

    def _over(self, said: str, problem: Problem | None = None) -> None:
        self._show(task=None, said=said, problem=problem)

    # What is shown

    def _tell_facts(self) -> None:
        try:
            histories = model_histories(self._store)
        except CoterieError:
            histories = {}  # a locked store: the list is shown without them
        self._show(facts=tuple(facts_of(model, histories.get(model.id)) for model in self._models))

    def _model(self, model_id: str) -> LocalModel | None:
        return next((model for model in self._models if model.id == model_id), None)

    def _unusable(self, model_id: str) -> UnusableModel | None:
        return next((one for one in self._shelf.unusable if one.id == model_id), None)

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]
        self.changed.emit(self._view)


def facts_of(model: LocalModel, history: ModelHistory | None) -> OwnedFacts:
    """What the list says of `model` beside its header."""
    return OwnedFacts(
        model.id,
        source=model.repo or ("" if model.source == "hub" else model.source),
        licence=model.licence,
        last_used_at_s=history.last_used_s if history else 0.0,
        decode_tokens_per_s=history.decode_tokens_per_s if history else None,
        prompt_tokens_per_s=history.prompt_tokens_per_s if history else None,
        verified_at_s=model.verified_at_s,
        linked=model.is_linked,
        shipped=model.is_shipped,
        first_file=model.path.name,
    )


def _name(model: LocalModel | UnusableModel) -> str:
    return model.name if isinstance(model, LocalModel) else model.path.name
