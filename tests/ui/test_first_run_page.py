"""The first-run page."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.session_state import EngineState
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.check_rows import icon_of
from ui.controls import Button
from ui.design_tokens import ASSETS
from ui.first_run_page import FirstRunPage
from ui.theme import Theme


@pytest.fixture
def page(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> FirstRunPage:
    page = FirstRunPage(theme, commands)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    return page


def test_checks_fill_in_one_by_one_and_rows_stay(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True))
    assert page.title.full_text() == "Looking at this computer"
    assert page.looking.isVisible()
    for count in range(1, len(states.CHECKS) + 1):
        before = list(page.checks.rows)
        page.show_state(states.state(first_run=True, checks=states.CHECKS[:count]))
        assert page.checks.rows[: len(before)] == before
        assert len(page.checks.rows) == count
    assert not page.looking.isVisible()


def test_a_row_says_what_was_found_and_what_to_do(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    engine = page.checks.rows[3].accessibleName()
    assert engine.startswith("Engine, problem: Built without AVX2 Run the set-up again")
    assert page.title.full_text() == "Ready, with one thing to look at"


@pytest.mark.parametrize(
    ("changes", "title", "status"),
    [
        ({}, "This computer is ready", "loaded"),
        (
            {"engine": states.engine(phase="loading", load_fraction=0.4)},
            "Getting this computer ready",
            "loading, 40 %",
        ),
        ({"model": None, "models": ()}, "This computer has no model yet", ""),
        ({"engine": EngineState("crashed")}, "Nearly ready", "not loaded"),
    ],
)
def test_the_title_never_says_more_than_is_true(
    page: FirstRunPage, changes: dict[str, object], title: str, status: str
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS[:2], **changes))
    assert page.title.full_text() == title
    assert page.status.full_text() == status


def test_the_starter_is_named_for_what_it_is(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    assert page.name.full_text() == "SmolLM2 135M as 8 experts (starter)"
    assert page.note.full_text().startswith("A 135M model, for trying things out.")
    assert page.size.full_text() == "Q4_1, 0.4 GiB"
    page.show_state(states.state(first_run=True, model=states.OLMOE))
    assert page.starter_title.full_text() == "Your model"


def test_a_starter_that_fails_says_why(page: FirstRunPage) -> None:
    problem = Problem("out_of_memory", "Not enough memory", "It needs 1 GiB", "Close a program.")
    page.show_state(states.state(first_run=True, engine=EngineState("failed", problem=problem)))
    assert page.note.full_text() == "It needs 1 GiB. Close a program."


def test_one_primary_action_begins_and_never_waits(
    page: FirstRunPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    loading = states.engine(phase="loading", load_fraction=0.1)
    page.show_state(states.state(first_run=True, engine=loading))
    assert [button.text() for button in page.findChildren(Button)] == ["Start chatting"]
    click(qtbot, page.start)
    assert commands.calls == [("finish_first_run",)]


def test_the_keyboard_begins_on_the_button(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True))
    page.activateWindow()
    page.take_focus()
    assert page.focusWidget() is page.start


def test_nothing_is_cut_off_in_the_smallest_window(page: FirstRunPage) -> None:
    page.resize(760, 560)
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    look()
    right = page.start.mapTo(page, page.start.rect().topRight()).x()
    assert right <= 760
    assert page.start.width() >= page.start.sizeHint().width()
    place = page.more_place
    assert place.mapTo(page, place.rect().topRight()).x() <= 760


@pytest.mark.parametrize(
    "name", ["Processor", "Memory", "Graphics", "Engine", "Disk", "Starter model", "Anything"]
)
def test_every_check_has_a_picture(name: str) -> None:
    assert (ASSETS / "icons" / f"{icon_of(name)}.svg").exists()
