"""Has a guard model look at finished answers, in a worker of its own, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app.local_models import LocalModel
from app.posting import post
from app.safety import guard_kind, guard_messages, verdict
from app.session_board import SessionBoard
from app.session_state import Conversation, MessageView
from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.frames import Failed, Finished, Generate, Load, Loaded, Text
from runtime.protocol.messages import Sampling

N_CTX = 4096
MAX_TOKENS = 48
_LOAD_ID = 1
UNSAFE, UNCLEAR, NOT_LOOKED = "guard_unsafe", "guard_unclear", "guard_failed"


class SessionGuard(QObject):
    """One answer at a time; the worker stays until another guard, or none, is chosen."""

    _heard = Signal(int, object)

    def __init__(self, board: SessionBoard, new_engine: Callable[[], Engine]) -> None:
        super().__init__(board)
        self._board, self._new_engine = board, new_engine
        self._engine: Engine | None = None
        self._model: LocalModel | None = None
        self._number = 0
        self._asked = _LOAD_ID
        self._about = ""
        self._text = ""
        self._waiting: tuple[str, str] | None = None
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def look_at(self, conversation: Conversation, answer: MessageView) -> None:
        """Judge `answer` if the chat has a guard; one that still runs is left for this one."""
        wanted = conversation.settings.guard_model_id
        model = next((m for m in self._board.state.models if m.id == wanted), None)
        if model is None or guard_kind(model) is None or not answer.text:
            if not wanted:
                self.close()
            return
        asked = [m.text for m in conversation.messages if m.role == "user"]
        self._waiting = (asked[-1] if asked else "", answer.text)
        self._about = conversation.title
        if self._engine is None or model != self._model:
            self._start(model)
        elif self._asked > _LOAD_ID:
            self._ask()

    def close(self) -> None:
        """End the worker; what it still says is not heard."""
        self._number += 1
        self._asked, self._waiting = _LOAD_ID, None
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()

    def _start(self, model: LocalModel) -> None:
        waiting = self._waiting
        self.close()
        self._waiting, self._model = waiting, model
        number = self._number
        engine = self._new_engine()
        try:
            engine.start(lambda event: post(self._heard, number, event))
            engine.send(Load(_LOAD_ID, str(model.path), n_ctx=N_CTX))
        except CoterieError as error:
            self._not_looked(error.problem)
            return
        self._engine = engine

    def _ask(self) -> None:
        kind = guard_kind(self._model) if self._model else None
        if self._engine is None or self._waiting is None or kind is None:
            return
        messages, self._waiting = guard_messages(kind, *self._waiting), None
        self._asked += 1
        self._text = ""
        greedy = Sampling(temperature=0.0)
        try:
            self._engine.send(Generate(self._asked, messages, greedy, 0.0, MAX_TOKENS))
        except CoterieError as error:
            self._not_looked(error.problem)

    def _take(self, number: int, event: EngineEvent) -> None:
        if number != self._number:
            return
        match event:
            case Loaded():
                self._ask()
            case Text(request_id=request_id, text=text) if request_id == self._asked:
                self._text += text
            case Finished(request_id=request_id) if request_id == self._asked:
                self._judged()
                self._ask()
            case Failed(problem=problem):
                self._not_looked(problem)
            case Exited():
                self._engine = None
                self._not_looked(_ended())

    def _judged(self) -> None:
        kind = guard_kind(self._model) if self._model else None
        if kind is None:
            return
        found = verdict(kind, self._text)
        if found.outcome == "unsafe":
            why = ", ".join(found.categories) or tr("it named no category")
            self._board.tell(_unsafe(self._about, why))
        elif found.outcome == "unclear":
            self._board.tell(_unclear(self._about))

    def _not_looked(self, problem: Problem) -> None:
        self._board.tell(
            Problem(
                NOT_LOOKED,
                tr("The guard model did not look at the last answer"),
                tr("{title}: {message}", title=problem.title, message=problem.message),
                tr("Choose another guard model, or none, in the chat's settings."),
            )
        )


def _ended() -> Problem:
    return Problem("exited", tr("The guard model stopped"), tr("It ended by itself"))


def _unsafe(title: str, why: str) -> Problem:
    return Problem(
        UNSAFE,
        tr("The guard model calls the last answer unsafe"),
        tr('In "{title}": {why}. It is wrong at times', title=title, why=why),
        tr("Read the answer with that in mind."),
    )


def _unclear(title: str) -> Problem:
    return Problem(
        UNCLEAR,
        tr("The guard model gave no clear verdict"),
        tr('On the last answer in "{title}" it said neither safe nor unsafe', title=title),
        tr("Judge it yourself."),
    )
