"""What is typed, with a real session and a real database behind the composer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from runtime.fake_engine import FakeEngine, Reply
from tests.session.rig import Rig, build
from ui.composer import Composer
from ui.theme import Theme

LONG = "Precious words. " * 10_000


@pytest.fixture
def new_composer(
    theme: Theme, qtbot: QtBot, tmp_path: Path
) -> Iterator[Callable[..., tuple[Composer, Rig]]]:
    """`new_composer(**how)` starts a session and a composer that shows it."""
    built: list[Rig] = []

    def make(**how: object) -> tuple[Composer, Rig]:
        rig = build(qtbot, tmp_path, **how)  # type: ignore[arg-type]
        built.append(rig)
        composer = Composer(theme, rig.session)
        qtbot.addWidget(composer)
        composer.resize(600, 120)
        composer.show()
        rig.session.changed.connect(composer.show_state)
        rig.session.start()
        return composer, rig

    yield make
    for rig in built:
        rig.session.close()


def shown(composer: Composer, rig: Rig) -> str:
    """What stands in the field when all there is to paint has been painted."""
    with rig.qtbot.waitSignal(rig.session.changed):
        rig.session.dismiss_notice(rig.state.notices[0])
    assert composer.field.toPlainText() == rig.state.conversation.draft
    return composer.field.toPlainText()


def press_enter(composer: Composer, rig: Rig) -> None:
    rig.qtbot.keyClick(composer.field, Qt.Key.Key_Return)


def fill_disk(rig: Rig) -> None:
    connection = rig.store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize("painted_first", [False, True])
def test_a_message_that_a_full_disk_refuses_stays_in_the_field(
    new_composer: Callable[..., tuple[Composer, Rig]], painted_first: bool
) -> None:
    composer, rig = new_composer()
    rig.ready()
    fill_disk(rig)
    composer.fill(LONG)
    if painted_first:
        with rig.qtbot.waitSignal(rig.session.changed):
            rig.session.refresh_models()
    press_enter(composer, rig)
    assert rig.state.notices[0].kind == "store_failed"
    assert shown(composer, rig) == LONG.strip()
    assert rig.state.conversations == ()
    rig.store._connection.execute("PRAGMA max_page_count = 1000000")
    press_enter(composer, rig)
    rig.answered(1)
    assert rig.texts()[0] == ("user", LONG.strip())
    assert composer.field.toPlainText() == rig.state.conversation.draft == ""
    assert [chat.title for chat in rig.store.summaries()] == [rig.state.conversation.title]


@pytest.mark.parametrize("refused", [False, True])
def test_a_waiting_message_leaves_what_is_being_typed_alone(
    new_composer: Callable[..., tuple[Composer, Rig]], refused: bool
) -> None:
    composer, rig = new_composer(script=lambda: FakeEngine((Reply(("A",), hold=True),)))
    rig.ready()
    rig.session.send("One")
    rig.until(lambda state: state.answer is not None and state.answer.text == "A")
    rig.qtbot.keyClicks(composer.field, "Two")
    press_enter(composer, rig)
    rig.qtbot.keyClicks(composer.field, "Three")
    other = sqlite3.connect(rig.database)
    if refused:
        other.execute("BEGIN IMMEDIATE")
    rig.engine.finish()
    if refused:
        rig.until(lambda state: state.queued_text is None and state.answer is None)
        assert shown(composer, rig) == "Two\n\nThree"
    else:
        rig.answered(2)
        assert composer.field.toPlainText() == rig.state.conversation.draft == "Three"
    other.close()


def test_a_first_message_that_was_not_sent_is_there_at_the_next_start(
    new_composer: Callable[..., tuple[Composer, Rig]],
) -> None:
    composer, rig = new_composer()
    rig.ready()
    rig.qtbot.keyClicks(composer.field, "Half a thought")
    rig.session.close()
    again, rig = new_composer()
    rig.ready()
    rig.qtbot.waitUntil(lambda: again.field.toPlainText() == "Half a thought")
    press_enter(again, rig)
    rig.answered(1)
    rig.session.new_chat()
    assert rig.state.conversation.draft == ""
