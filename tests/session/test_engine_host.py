"""An engine that can't be started again after a crash."""

from __future__ import annotations

import signal
from collections.abc import Callable

from app.session import UNREAD_GATHER_S
from runtime.engine_process import EngineEvent
from runtime.errors import CoterieError, Problem
from runtime.fake_engine import FakeEngine
from runtime.protocol.frames import USUAL_GATHER_S, Pace
from tests.session.rig import Rig

NO_PROCESS = Problem("engine_not_started", "The engine did not start", "No memory", "Close some.")


class Unstartable(FakeEngine):
    def start(self, on_event: Callable[[EngineEvent], None]) -> None:
        raise CoterieError(NO_PROCESS)


def test_a_second_try_that_cant_be_started_is_a_failed_load(new_rig: Callable[..., Rig]) -> None:
    engines = iter((FakeEngine(load_holds=True), Unstartable(), FakeEngine()))
    rig = new_rig(script=lambda: next(engines))
    rig.until(lambda state: state.engine.load_fraction > 0)
    rig.engine.exit(-signal.SIGSEGV)
    state = rig.until(lambda state: state.engine.phase != "loading")
    assert (state.engine.phase, state.engine.problem) == ("failed", NO_PROCESS)
    rig.session.send("Anyone there?")
    assert rig.answered(1).conversation.messages[-1].problem == NO_PROCESS
    rig.session.restart_engine()
    rig.ready()
    rig.session.retry()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "All right."))


def test_a_first_engine_that_cant_be_started_is_a_failed_load(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=Unstartable)
    assert rig.state.engine.problem == NO_PROCESS
    assert rig.state.engine.pid is None


def test_an_unread_answer_is_told_less_often(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig()
    rig.ready()
    assert paces(rig) == []
    rig.session.watch_answer(closely=False)
    rig.session.watch_answer(closely=False)
    assert paces(rig) == [UNREAD_GATHER_S]
    rig.session.restart_engine()
    rig.ready()
    assert paces(rig) == [UNREAD_GATHER_S]  # of the new one
    rig.session.watch_answer(closely=True)
    assert paces(rig) == [UNREAD_GATHER_S, USUAL_GATHER_S]


def paces(rig: Rig) -> list[float]:
    return [command.gather_s for command in rig.engine.sent if isinstance(command, Pace)]
