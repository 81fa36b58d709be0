"""The models of a session: which there are, which one is loaded, and what becomes of its engine."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace as replace_settings

from app import session_events
from app.engine_host import EngineHost
from app.local_models import LocalModel
from app.model_loading import ModelLoading
from app.placer import GPU_SHORT, Placer
from app.session_board import SessionBoard
from app.session_parts import ModelShelf
from app.session_state import EngineState
from app.settings import Settings
from runtime.errors import Problem
from runtime.protocol.frames import Failed, Loaded, LoadProgress


class SessionModels:
    """`end_answer` stops and keeps a running answer before its engine goes away."""

    def __init__(
        self,
        board: SessionBoard,
        host: EngineHost,
        placer: Placer | None,
        shelf: ModelShelf,
        end_answer: Callable[[], None],
        change_settings: Callable[[Settings], None],
    ) -> None:
        self._board, self._host, self._shelf = board, host, shelf
        self._end_answer, self._change_settings = end_answer, change_settings
        self._loading = ModelLoading(
            *(host, placer, board.tell, self._failed),
            lambda: board.state.settings.capture_experts,
        )

    def refresh(self) -> None:
        """Look again at what lies in the models folder."""
        models, folder = self._shelf.scan(), str(self._shelf.folder)
        self._board.change(models=models, model_problems=self._shelf.problems, models_dir=folder)

    def load_first(self) -> None:
        """The model used last, or the only one."""
        state = self._board.state
        wanted = next((m for m in state.models if m.id == state.settings.model_id), None)
        chosen = wanted or next(iter(state.models), None)
        if chosen is not None:
            self.load(chosen.id)

    def load(self, model_id: str) -> None:
        state = self._board.state
        model = next((m for m in state.models if m.id == model_id), None)
        if model is None:
            return
        self._end_answer()
        if model_id != state.settings.model_id:
            self._change_settings(replace_settings(state.settings, model_id=model_id))
        self._board.change(model=model)
        self._load(model)

    def cancel(self) -> None:
        if self._board.state.engine.phase == "loading" and self._loading.cancel():
            self._board.change(engine=EngineState())

    def restart(self) -> None:
        if self._board.state.model is not None:
            self._end_answer()
            self._load(self._board.state.model)

    def unload(self) -> None:
        """End the engine and free its memory; the model stays chosen."""
        self._end_answer()
        self._loading.close()
        self._host.stop()
        self._board.change(engine=EngineState())

    def gpu_has_left(self, free_bytes: int) -> None:
        self._loading.offer(free_bytes, self._board.state.notices)

    def relieve_gpu(self) -> None:
        self._end_answer()
        if self._loading.relieve():
            state = session_events.without_notices(self._board.state, GPU_SHORT)
            self._board.put(session_events.loading(state, time.monotonic()))

    def close(self) -> None:
        self._loading.close()

    def is_load(self, event: Failed) -> bool:
        """Whether it is the load that failed."""
        return event.request_id == self._loading.load_id

    def went_on(self, event: LoadProgress | Loaded) -> None:
        """A load went on, or is done."""
        state = self._board.state
        if isinstance(event, LoadProgress):
            self._board.put(session_events.load_progressed(state, event))
            return
        placed = self._loading.loaded(event.memory)
        self._board.put(session_events.loaded(state, event, self._host.pid, placed))

    def did_not_load(self, problem: Problem) -> None:
        """Try a safer way where there is one."""
        if not self._loading.try_safer(problem):
            self._failed(problem)

    def _load(self, model: LocalModel) -> None:
        state = self._board.state
        self._board.put(session_events.loading(state, time.monotonic()))
        self._loading.load(model, state.settings.n_ctx)

    def _failed(self, problem: Problem) -> None:
        self._board.put(session_events.load_failed(self._board.state, problem))
