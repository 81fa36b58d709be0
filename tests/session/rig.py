"""A session with real storage for tests, its engine scripted or real."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.local_models import LocalModel
from app.placer import Placer
from app.savings import Savings
from app.session import ChatSession
from app.session_state import Conversation, SessionState
from app.settings import Settings
from app.store import ConversationStore
from app.store.opening import PATIENCE_S
from runtime.engine_process import Engine, EngineProcess
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine
from tests.engine_client import worker_environment

PATIENCE_MS = 20_000


def real_engine(folder: Path, *command: str, **variables: str) -> Callable[[], EngineProcess]:
    """Makes workers that log into `folder`; `command` is what Python runs in place of them."""
    arguments = command or ("-m", "runtime.worker")
    return partial(
        EngineProcess,
        folder / "engine.log",
        (sys.executable, *arguments),
        worker_environment() | variables,
    )


def local_model(path: Path, model_id: str = "tiny") -> LocalModel:
    return LocalModel(
        id=model_id,
        name=model_id.title(),
        path=path,
        architecture="llama",
        quantisation="Q8_0",
        file_bytes=1,
        parameters_total=1,
        parameters_active=1,
        expert_count=8,
        expert_used_count=2,
        n_ctx_train=2048,
    )


@dataclass
class ShelfStub:
    models: tuple[LocalModel, ...]
    problems: tuple[Problem, ...] = ()
    folder: Path = Path("/models")

    def scan(self) -> tuple[LocalModel, ...]:
        return self.models


class NoSavings:
    """An accountant that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def of(self, conversation: Conversation, settings: Settings) -> Savings | None:
        self.asked += 1
        return None


@dataclass
class MemoryOfRepacking:
    repacking_crashes: bool = False

    def remember_repacking_crashes(self) -> None:
        self.repacking_crashes = True


@dataclass
class Rig:
    """`engines` are the fakes in the order they were started (empty with a real engine)."""

    session: ChatSession
    store: ConversationStore
    database: Path
    qtbot: QtBot
    engines: list[FakeEngine] = field(default_factory=list)
    saved: list[Settings] = field(default_factory=list)
    repacking: MemoryOfRepacking = field(default_factory=MemoryOfRepacking)

    @property
    def state(self) -> SessionState:
        return self.session.state

    @property
    def engine(self) -> FakeEngine:
        return self.engines[-1]

    def until(self, holds: Callable[[SessionState], bool]) -> SessionState:
        self.qtbot.waitUntil(lambda: holds(self.state), timeout=PATIENCE_MS)
        return self.state

    def ready(self) -> SessionState:
        return self.until(lambda state: state.engine.phase == "ready")

    def answered(self, answers: int) -> SessionState:
        """Wait until this conversation has so many answers and none is running."""
        return self.until(
            lambda state: (
                state.answer is None
                and sum(m.role == "assistant" for m in state.conversation.messages) == answers
            )
        )

    def texts(self) -> list[tuple[str, str]]:
        return [(m.role, m.text) for m in self.state.conversation.messages]


def build(
    qtbot: QtBot,
    folder: Path,
    *,
    new_engine: Callable[[], Engine] | None = None,
    script: Callable[[], FakeEngine] = FakeEngine,
    models: tuple[LocalModel, ...] | None = None,
    settings: Settings | None = None,
    placer: Placer | None = None,
) -> Rig:
    """A session on `folder`. `script` makes each fake engine, `new_engine` real ones instead."""
    engines: list[FakeEngine] = []
    saved: list[Settings] = []
    repacking = MemoryOfRepacking()

    def fake() -> Engine:
        engines.append(script())
        return engines[-1]

    database = folder / "conversations.db"
    store = ConversationStore(database, patience_s=PATIENCE_S)
    session = ChatSession(
        settings=settings or Settings(first_run_done=True),
        save_settings=saved.append,
        shelf=ShelfStub(models if models is not None else (local_model(folder / "tiny.gguf"),)),
        store=store,
        accountant=NoSavings(),
        new_engine=new_engine or fake,
        repacking=repacking,
        placer=placer,
    )
    return Rig(session, store, database, qtbot, engines, saved, repacking)
