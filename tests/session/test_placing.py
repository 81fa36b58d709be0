"""Loading by a plan: asked once, void when overtaken, safer when memory runs short, and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.local_models import LocalModel
from app.placer import Safer
from runtime.errors import Problem
from runtime.fake_engine import FakeEngine
from runtime.protocol.messages import MemoryUse
from runtime.protocol.placement import Placement
from tests.session.rig import Rig

FULL = Problem("gpu_memory", "CUDA0 has too little free memory", "It refused 1.0 GiB", "Move.")
FIRST = Placement(n_gpu_layers=31, n_ctx=2048)
SECOND = Placement(n_gpu_layers=31, n_ctx=2048, cpu_expert_layers=(0, 1))


@dataclass
class PlacerStub:
    """Answers when it is told to; `safer_ones` are what it offers after failures."""

    safer_ones: list[Placement] = field(default_factory=list)
    asked: list[Callable[[Placement | None], None]] = field(default_factory=list)
    took: list[Placement] = field(default_factory=list)

    def place(
        self, model: LocalModel, n_ctx: int, placed: Callable[[Placement | None], None]
    ) -> None:
        self.asked.append(placed)

    def safer(self, model: LocalModel, placement: Placement, problem: Problem) -> Safer | None:
        if not self.safer_ones:
            return None
        notice = Problem("placed_safer", problem.title, "Two layers moved", "")
        return Safer(self.safer_ones.pop(0), notice)

    def relieved(self, model: LocalModel, placement: Placement, free_bytes: int) -> Safer | None:
        if free_bytes > 256 << 20:
            return None
        return Safer(SECOND, Problem("gpu_short", "Other programs fill the GPU", "", "Move."))

    def loaded(self, model: LocalModel, placement: Placement, memory: MemoryUse) -> None:
        self.took.append(placement)


class ShortOfMemory(FakeEngine):
    """Refuses every placement that keeps no experts on the host."""

    def send(self, command: object) -> None:
        placement = getattr(command, "placement", None)
        self.load_problem = FULL if placement and not placement.cpu_expert_layers else None
        super().send(command)


def test_a_plan_is_waited_for_and_used(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub()
    rig = new_rig(placer=placer)
    rig.until(lambda state: state.engine.phase == "loading" and len(placer.asked) == 1)
    assert rig.engines == []
    placer.asked[0](FIRST)
    rig.ready()
    assert rig.engine.sent[0].placement == FIRST
    assert placer.took == [FIRST]


def test_a_plan_that_comes_too_late_loads_nothing(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub()
    rig = new_rig(placer=placer)
    rig.until(lambda _state: len(placer.asked) == 1)
    rig.session.restart_engine()
    assert len(placer.asked) == 2
    placer.asked[0](SECOND)
    assert rig.engines == []
    placer.asked[1](FIRST)
    rig.ready()
    assert [engine.sent[0].placement for engine in rig.engines] == [FIRST]


def test_cancelled_before_there_was_a_plan(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub()
    rig = new_rig(placer=placer)
    rig.until(lambda _state: len(placer.asked) == 1)
    rig.session.cancel_load()
    assert rig.state.engine.phase == "none"
    placer.asked[0](FIRST)
    assert rig.engines == []


def test_short_of_memory_is_told_and_tried_in_a_safer_way(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub([SECOND])
    rig = new_rig(placer=placer, script=ShortOfMemory)
    rig.until(lambda _state: len(placer.asked) == 1)
    placer.asked[0](FIRST)
    state = rig.ready()
    assert [notice.kind for notice in state.notices] == ["placed_safer"]
    assert [engine.sent[0].placement for engine in rig.engines] == [FIRST, SECOND]
    assert placer.took == [SECOND]


def test_when_nothing_is_left_to_give_up_the_problem_is_shown(
    new_rig: Callable[..., Rig],
) -> None:
    placer = PlacerStub()
    rig = new_rig(placer=placer, script=ShortOfMemory)
    rig.until(lambda _state: len(placer.asked) == 1)
    placer.asked[0](FIRST)
    state = rig.until(lambda state: state.engine.phase == "failed")
    assert state.engine.problem == FULL


def test_it_is_not_tried_for_ever(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub([FIRST] * 50)
    rig = new_rig(placer=placer, script=ShortOfMemory)
    rig.until(lambda _state: len(placer.asked) == 1)
    placer.asked[0](FIRST)
    rig.until(lambda state: state.engine.phase == "failed")
    assert 2 <= len(rig.engines) <= 6


def test_unloading_frees_the_engine_and_keeps_the_choice(rig: Rig) -> None:
    rig.ready()
    chosen = rig.state.model
    rig.session.unload()
    assert rig.state.engine.phase == "none"
    assert rig.state.model == chosen


def test_a_gpu_that_others_fill_is_relieved_by_one_click(new_rig: Callable[..., Rig]) -> None:
    placer = PlacerStub()
    rig = new_rig(placer=placer)
    rig.until(lambda _state: len(placer.asked) == 1)
    placer.asked[0](FIRST)
    rig.ready()
    rig.session.send("Remember this")
    rig.answered(1)
    rig.session.gpu_has_left(4 << 30)
    assert rig.state.notices == ()
    rig.session.gpu_has_left(100 << 20)
    rig.session.gpu_has_left(90 << 20)
    assert [notice.kind for notice in rig.state.notices] == ["gpu_short"]
    rig.session.relieve_gpu()
    state = rig.until(lambda state: state.engine.phase == "ready" and len(rig.engines) == 2)
    assert rig.engine.sent[0].placement == SECOND
    assert state.notices == ()
    assert rig.texts()[0] == ("user", "Remember this"), "the conversation is kept"
