"""What each answer of a session leaves behind as a run, and with which facts."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from app.dashboard.run import RunFacts
from app.placed_load import PlacedLoad
from app.settings import Settings
from runtime.fake_engine import FakeEngine, Reply
from runtime.protocol.messages import MemoryUse
from runtime.protocol.placement import Placement
from tests.session.rig import Rig
from tests.session.test_placing import FIRST, SECOND, PlacerStub

BAND = (30.5, 41.0)


def tokens(rig: Rig) -> list[int]:
    return [run.stats.completion_tokens for run in rig.store.runs()]


def test_a_finished_answer_is_a_run(rig: Rig) -> None:
    rig.session.send("Q")
    state = rig.answered(1)
    last = state.conversation.messages[-1]
    (run,) = rig.store.runs()
    assert (run.conversation_id, run.message_id) == (state.conversation.id, last.id)
    assert (run.model_id, run.stats) == ("tiny", last.stats)
    assert 0 <= run.ended_at_s - last.created_at_s < 60
    assert run.facts == RunFacts(
        quant="Q8_0",
        engine=state.engine.engine,
        placement="engine",
        n_ctx=state.engine.n_ctx,
    )
    assert run.facts.engine


def test_stopped_continued_and_answered_again_are_three(new_rig: Callable[..., Rig]) -> None:
    replies = (Reply(("One, ", "two"), hold=True), Reply((", three",)), Reply(("Four", " five.")))
    rig = new_rig(script=lambda: FakeEngine(replies))
    rig.ready()
    rig.session.send("Count")
    rig.until(lambda state: state.answer is not None and state.answer.text == "One, two")
    rig.session.stop()
    rig.answered(1)
    assert tokens(rig) == [2]
    rig.session.continue_answer()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "One, two, three"))
    first = rig.state.conversation.messages[-1].id
    rig.session.regenerate(first)
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "Four five."))
    last = rig.state.conversation.messages[-1].id
    assert tokens(rig) == [2, 1, 2]
    assert [run.message_id for run in rig.store.runs()] == [first, first, last]


def test_what_failed_is_none_and_what_had_no_token_counts_its_energy(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply((), hold=True), Reply(("One",), hold=True))))
    rig.ready()
    rig.session.send("Q")
    rig.until(lambda state: state.answer is not None)
    rig.session.stop()
    rig.answered(1)
    rig.session.send("Again")
    rig.until(lambda state: state.answer is not None and state.answer.text == "One")
    rig.engine.exit(-9)
    rig.until(lambda state: state.engine.phase == "crashed")
    rig.session.send("Without an engine")
    rig.answered(3)
    (stopped,) = rig.store.runs()
    assert stopped.stats.completion_tokens == 0
    assert stopped.stats.energy.joules > 0


def test_an_answer_left_while_it_ran_is_one_when_its_numbers_come(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("One, ", "two"), hold=True),)))
    rig.ready()
    rig.session.send("Count")
    chat = rig.until(lambda s: s.answer is not None and s.answer.text != "").conversation.id
    rig.session.new_chat()
    rig.until(lambda _state: tokens(rig) == [2])
    (run,) = rig.store.runs()
    assert (run.conversation_id, run.model_id, run.facts.quant) == (chat, "tiny", "Q8_0")


class Planned(PlacerStub):
    """Knows what it promised of `FIRST`."""

    def loaded(self, model: object, placement: Placement, memory: MemoryUse) -> PlacedLoad | None:
        return PlacedLoad(placement, True, BAND) if placement == FIRST else None


def test_where_it_went_and_what_was_promised(new_rig: Callable[..., Rig]) -> None:
    placer = Planned()
    rig = new_rig(placer=placer, settings=Settings(first_run_done=True, capture_experts=True))
    placements = (FIRST, SECOND, None)
    for number, placement in enumerate(placements):
        if number:
            rig.session.restart_engine()
        rig.until(lambda _state, n=number: len(placer.asked) == n + 1)
        placer.asked[number](placement)
        rig.ready()
        rig.session.send("Q")
        rig.answered(number + 1)
    facts = [run.facts for run in rig.store.runs()]
    assert [(f.tuned, f.predicted) for f in facts] == [(True, BAND), (False, None), (False, None)]
    assert len({f.placement for f in facts}) == 3
    assert all(f.experts_captured for f in facts)
    assert facts[0].placement == PlacedLoad(replace(FIRST, n_ctx=4096)).text


def test_facts_are_those_of_when_it_was_asked(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("One",), hold=True),)))
    rig.ready()
    rig.session.send("Q")
    rig.until(lambda state: state.answer is not None and state.answer.text == "One")
    rig.session.change_settings(Settings(first_run_done=True, capture_experts=True))
    rig.engine.finish()
    rig.answered(1)
    assert not rig.store.runs()[0].facts.experts_captured
