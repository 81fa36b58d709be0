"""What answers took counts for good: replaced, continued, or left while they ran."""

from __future__ import annotations

from collections.abc import Callable

from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig


def counted(rig: Rig, chat: int) -> int:
    """Tokens generated in this conversation, the same in view and on disk."""
    stored = rig.store.conversation(chat)
    if rig.state.conversation.id == chat:
        assert sorted(s.completion_tokens for s in stored.every_run) == sorted(
            s.completion_tokens for s in rig.state.conversation.every_run
        )
    assert rig.store.usage(chat).completion_tokens == sum(
        stats.completion_tokens for stats in stored.every_run
    )
    return rig.store.usage(chat).completion_tokens


def test_a_replaced_answer_counts(new_rig: Callable[..., Rig]) -> None:
    replies = (Reply(("Bad", "."), hold=True), Reply(("Good",), hold=True))
    rig = new_rig(script=lambda: FakeEngine(replies))
    rig.ready()
    rig.session.send("Q")
    rig.engine.finish()
    chat = rig.answered(1).conversation.id
    assert counted(rig, chat) == 2
    rig.session.retry()
    assert sum(stats.completion_tokens for stats in rig.state.conversation.every_run) == 2
    rig.engine.finish()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "Good"))
    assert counted(rig, chat) == 3
    assert rig.state.last_answer.stats.completion_tokens == 1


def test_every_run_of_a_continued_answer_counts(new_rig: Callable[..., Rig]) -> None:
    replies = (Reply(("One, ", "two, ", "three"), hold=True), Reply((", four",)))
    rig = new_rig(script=lambda: FakeEngine(replies))
    rig.ready()
    rig.session.send("Count")
    rig.until(lambda state: state.answer is not None and state.answer.text.endswith("three"))
    rig.session.stop()
    chat = rig.answered(1).conversation.id
    rig.session.continue_answer()
    rig.until(lambda state: rig.texts()[-1] == ("assistant", "One, two, three, four"))
    assert counted(rig, chat) == 4
    assert rig.state.last_answer.stats.completion_tokens == 1, "the last run's figures are shown"


def test_a_continuation_that_fails_takes_nothing_back(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("One, ",)), Reply(("two",), hold=True))))
    rig.ready()
    rig.session.send("Count")
    chat = rig.answered(1).conversation.id
    rig.session.continue_answer()
    rig.until(lambda state: state.answer is not None and state.answer.text == "One, two")
    rig.engine.exit(-9)
    rig.until(lambda state: state.engine.phase == "crashed")
    assert counted(rig, chat) == 1


def test_an_answer_left_while_it_ran_counts_when_its_numbers_come(
    new_rig: Callable[..., Rig],
) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("One, ", "two"), hold=True),)))
    rig.ready()
    rig.session.send("Count")
    chat = rig.until(lambda s: s.answer is not None and s.answer.text != "").conversation.id
    rig.session.new_chat()
    rig.session.open_chat(chat)
    rig.until(lambda state: counted(rig, chat) == 2)
    last = rig.state.conversation.messages[-1]
    assert (last.text, last.status) == ("One, two", "stopped")
    assert last == rig.store.conversation(chat).messages[-1]
