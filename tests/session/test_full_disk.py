"""When nothing can be saved any more: it is told, and what was typed or received stays in view."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig


def _lock(rig: Rig) -> sqlite3.Connection:
    """Another program holds the database's write lock, as a full disk would refuse writes."""
    other = sqlite3.connect(rig.database)
    other.execute("BEGIN IMMEDIATE")
    rig.store._connection.execute("PRAGMA busy_timeout = 10")
    return other


def test_a_message_that_cant_be_stored_goes_back_to_the_field(rig: Rig) -> None:
    other = _lock(rig)
    rig.session.send("Precious words")
    assert rig.state.conversation.draft == "Precious words"
    assert rig.state.conversation.messages == ()
    assert len(rig.state.notices) == 1
    other.close()
    rig.session.send(rig.state.conversation.draft)
    rig.answered(1)


def test_an_answer_that_cant_be_stored_stays_in_view(new_rig: Callable[..., Rig]) -> None:
    rig = new_rig(script=lambda: FakeEngine((Reply(("Long ", "thought"), hold=True),)))
    rig.ready()
    rig.session.send("Think")
    rig.until(lambda state: state.answer is not None and state.answer.text == "Long thought")
    other = _lock(rig)
    rig.engine.finish()
    state = rig.answered(1)
    assert rig.texts()[-1] == ("assistant", "Long thought")
    assert len(state.notices) == 1
    other.close()
