"""What was typed and not sent survives leaving a chat, closing, and a kill."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.store import ConversationStore
from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig


def on_disk(rig: Rig, chat: int | None) -> str:
    """The draft as another program reads it now: what a kill would leave."""
    store = ConversationStore(rig.database)
    draft = store.draft_of_new_chat() if chat is None else store.conversation(chat).draft
    store.close()
    return draft


def type_slowly(rig: Rig, text: str) -> None:
    for length in range(1, len(text) + 1):
        rig.session.keep_draft(text[:length])
        rig.qtbot.wait(40)


def test_a_new_chats_draft_is_on_disk_while_it_is_typed(rig: Rig) -> None:
    type_slowly(rig, "never a pause of half a second")
    assert on_disk(rig, None).startswith("never")


def test_a_new_chats_draft_is_there_when_one_comes_back_to_it(rig: Rig) -> None:
    rig.session.send("First chat")
    chat = rig.answered(1).conversation.id
    rig.session.new_chat()
    rig.session.keep_draft("half a thought")
    rig.session.open_chat(chat)
    assert rig.state.conversation.draft == ""
    rig.session.new_chat()
    assert rig.state.conversation.draft == "half a thought"
    rig.session.keep_draft("")
    rig.session.send("Second chat")
    rig.answered(1)
    rig.session.new_chat()
    assert rig.state.conversation.draft == ""


def test_a_new_chats_draft_is_there_at_the_next_start(
    rig: Rig, new_rig: Callable[..., Rig]
) -> None:
    rig.session.keep_draft("half a thought")
    rig.session.close()
    assert new_rig().state.conversation.draft == "half a thought"


@pytest.mark.parametrize("killed", [False, True])
def test_a_message_that_waits_for_a_model_is_not_lost(
    new_rig: Callable[..., Rig], killed: bool
) -> None:
    rig = new_rig(script=lambda: FakeEngine(load_holds=True))
    rig.until(lambda state: state.engine.load_fraction > 0)
    rig.session.send("Waiting")
    rig.session.keep_draft("and typing")
    if killed:
        rig.qtbot.waitUntil(lambda: on_disk(rig, None) != "")
    else:
        rig.session.close()
    assert on_disk(rig, None) == "Waiting\n\nand typing"


def test_a_message_that_waits_for_an_answer_is_not_lost(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("A",), hold=True),)))
    rig.ready()
    rig.session.send("One")
    chat = rig.until(lambda state: state.answer is not None).conversation.id
    rig.session.send("Two")
    rig.session.close()
    assert on_disk(rig, chat) == "Two"


def test_a_waiting_message_takes_its_draft_along(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine(load_holds=True))
    rig.until(lambda state: state.engine.load_fraction > 0)
    rig.session.send("First")
    rig.session.keep_draft("Second")
    rig.engine.finish_load(rig.engine.sent[0].request_id)
    state = rig.answered(1)
    assert rig.texts()[0] == ("user", "First")
    assert state.conversation.draft == "Second"
    rig.qtbot.waitUntil(lambda: on_disk(rig, state.conversation.id) == "Second")
    assert on_disk(rig, None) == ""
