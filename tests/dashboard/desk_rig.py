"""The dashboard's logic on a real database, its session and its sampler in the test's hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.dashboard.desk import DashboardDesk
from app.dashboard.expert_totals import ExpertTotals
from app.dashboard.held_devices import LoadedMemory
from app.dashboard.run import Run
from app.dashboard.sampler import Wanted
from app.dashboard.state import DashboardView
from app.in_background import InBackground
from app.session_state import (
    Conversation,
    EngineState,
    MessageView,
    RunningAnswer,
    SessionState,
)
from app.settings import Settings
from app.store import ConversationStore
from app.store.runs import StoredRuns
from runtime.errors import Problem
from runtime.fake_engine import MEMORY
from runtime.protocol.messages import GenerationStats
from runtime.protocol.placement import Placement
from tests.dashboard.ledger_runs import BOOK, SETTINGS, run, stats
from tests.session.rig import PATIENCE_MS, local_model

RUNNING = RunningAnswer("streaming", "So", completion_tokens=1)
QUESTION = MessageView(1, "user", "Why?")
ANSWER = MessageView(2, "assistant", "So.", model_id="tiny", stats=stats())
HARDWARE = "Test CPU \N{MIDDLE DOT} 8 GiB RAM"
READY = EngineState(phase="ready", pid=7, memory=MEMORY, n_ctx=4096)
MODELS = (
    local_model(Path("/models/tiny.gguf")),
    local_model(Path("/models/other.gguf"), "other"),
)


class SessionStub:
    """Notes what it was asked for. What it changes itself is told later, by `tell_state`."""

    def __init__(self) -> None:
        self.state = SessionState(SETTINGS, models=MODELS, model=MODELS[0], engine=READY)
        self.calls: list[object] = []
        self.told: list[Problem] = []

    def change_settings(self, settings: Settings) -> None:
        self.state = replace(self.state, settings=settings)

    def gpu_has_left(self, free_bytes: int) -> None:
        self.calls.append(free_bytes)

    def relieve_gpu(self) -> None:
        self.calls.append("relieve_gpu")

    def restart_engine(self) -> None:
        self.calls.append("restart_engine")

    def tell(self, problem: Problem) -> None:
        self.told.append(problem)


class SamplerStub(QObject):
    """Notes what is wanted; samples come when a test emits them."""

    sampled = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Wanted] = []
        self.is_closed = False

    def want(self, wanted: Wanted) -> None:
        self.asked.append(wanted)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class DeskRig:
    """`read_after` are the ids after which runs were read, `views` what was drawn.

    `read_loaded` may be replaced; `loads` counts how often it was called.
    """

    folder: Path
    qtbot: QtBot
    session: SessionStub = field(default_factory=SessionStub)
    sampler: SamplerStub = field(default_factory=SamplerStub)
    read_after: list[int] = field(default_factory=list)
    views: list[DashboardView] = field(default_factory=list)
    loads: int = 0
    read_loaded: Callable[[SessionState], LoadedMemory | None] = lambda _state: None
    chosen: list[tuple[str, Placement]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = ConversationStore(self.database)
        self.totals = ExpertTotals(self.folder / "experts")
        self.desk = DashboardDesk(
            self.session,
            BOOK,
            self.sampler,  # type: ignore[arg-type]
            self.totals,
            self._read_runs,
            self._read_memory,
            lambda: "absent",
            lambda: HARDWARE,
            lambda model, placement: self.chosen.append((model.id, placement)),
        )
        self.desk.changed.connect(self.views.append)

    @property
    def database(self) -> Path:
        return self.folder / "conversations.db"

    @property
    def view(self) -> DashboardView:
        return self.desk.view

    def keep(
        self, when: str | float, of: GenerationStats | None = None, *, model: str = "tiny"
    ) -> None:
        """An answer's run is stored."""
        self.store.add_run(run(when, of, chat=None, model=model))

    def put(self, **changes: object) -> None:
        """The session is in another state, and tells it."""
        self.session.state = replace(self.session.state, **changes)  # type: ignore[arg-type]
        self.tell_state()

    def tell_state(self) -> None:
        self.desk.show_state(self.session.state)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=PATIENCE_MS)

    def look(self) -> None:
        """In front, until all that is read then has come."""
        self.desk.look(True)
        self.settle()

    def settle(self) -> None:
        """Until nothing is read or written any more, and the view that was due is drawn."""
        desk = self.desk
        at_work = desk.findChildren(InBackground)
        self.until(lambda: not (desk._pace.isActive() or any(one.is_busy for one in at_work)))

    def close(self) -> None:
        self.desk.close()
        self.store.close()

    def _read_runs(self, run_id: int) -> tuple[Run, ...]:
        self.read_after.append(run_id)
        runs = StoredRuns(self.database)
        try:
            return runs.runs_after(run_id)
        finally:
            runs.close()

    def _read_memory(self, state: SessionState) -> LoadedMemory | None:
        self.loads += 1
        return self.read_loaded(state)


def answered(rig: DeskRig, *, stored: bool = True, **more: object) -> None:
    """An answer begins and ends, each told by the session; its run is stored before that."""
    rig.put(answer=RUNNING)
    if stored:
        rig.keep(time.time())
    chat = Conversation(1, "", (QUESTION, ANSWER))
    rig.put(answer=None, conversation=chat, **more)
