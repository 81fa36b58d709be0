"""The Models page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session_state import EngineState, SessionState
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.labels import Label, Paragraph
from ui.models_page import ModelsPage
from ui.theme import Theme

BOTH = (states.STARTER, states.OLMOE, states.DENSE)


@pytest.fixture
def page(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ModelsPage:
    page = ModelsPage(theme, commands)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    return page


def words(page: ModelsPage, model_id: str) -> list[str]:
    row = page.table.rows[model_id]
    named = [label.full_text() for label in row.name.findChildren(Label)]
    return [*named, *(cell.full_text() for cell in row.cells), row.status_text.full_text()]


def test_a_row_says_what_a_model_is(page: ModelsPage) -> None:
    page.show_state(states.state(models=BOTH))
    assert words(page, states.STARTER.id) == [
        "SmolLM2 135M as 8 experts (starter)",
        "A 135M model, for trying things out",
        "llama",
        "691 M (215 M)",
        "8, 2 at a time",
        "Q4_1",
        "0.4 GiB",
        "Loaded",
    ]
    assert words(page, states.DENSE.id)[2:5] == ["32.8 B", "dense", "Q4_K_M"]


@pytest.mark.parametrize(
    ("engine", "status", "verb", "call"),
    [
        (
            states.engine(phase="loading", load_fraction=0.43),
            "Loading, 43 %",
            "Cancel",
            "cancel_load",
        ),
        (EngineState("failed"), "Could not be loaded", "Try again", "load_model"),
        (EngineState("crashed"), "Stopped unexpectedly", "Restart", "restart_engine"),
        (EngineState("none"), "", "Load", "load_model"),
    ],
)
def test_the_button_does_what_the_engine_allows(
    page: ModelsPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    engine: EngineState,
    status: str,
    verb: str,
    call: str,
) -> None:
    page.show_state(states.state(models=BOTH, engine=engine))
    row = page.table.rows[states.STARTER.id]
    assert row.status_text.full_text() == status
    assert row.button.text() == verb
    assert row.button.accessibleName() == f"{verb}: {states.STARTER.name}"
    click(qtbot, row.button)
    assert [made[0] for made in commands.calls] == [call]


def test_another_model_is_loaded_and_the_loaded_one_leads_to_the_chat(
    page: ModelsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page.show_state(states.state(models=BOTH))
    click(qtbot, page.table.rows[states.OLMOE.id].button)
    assert commands.calls == [("load_model", states.OLMOE.id)]
    with qtbot.waitSignal(page.chat_wanted):
        click(qtbot, page.table.rows[states.STARTER.id].button)


def test_the_keyboard_stays_on_a_button_while_the_model_loads(page: ModelsPage) -> None:
    state = states.state(models=BOTH)
    page.show_state(state)
    button = page.table.rows[states.OLMOE.id].button
    page.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    for step in range(5):
        loading = states.engine(phase="loading", load_fraction=step / 5)
        page.show_state(replace(state, model=states.OLMOE, engine=loading))
        look()
    assert page.table.rows[states.OLMOE.id].button is button
    assert page.focusWidget() is button


def test_without_models_the_page_says_the_next_step(page: ModelsPage) -> None:
    page.show_state(states.state(models=(), model=None, engine=EngineState()))
    assert page.empty.isVisible()
    assert not page.table.isVisible()
    assert page.place.text() == states.MODELS_DIR
    texts = [words.full_text() for words in page.findChildren(Paragraph)]
    assert "Put a GGUF file in the folder below, then come back to this page." in texts


def test_files_left_out_are_named_with_the_reason(page: ModelsPage) -> None:
    unread = Problem("model_unreadable", "Not a GGUF file", "a.gguf: wrong magic", "Get it again.")
    page.show_state(states.state(models=BOTH, model_problems=(unread,)))
    look()
    assert page.problems.isVisible()
    texts = [words.full_text() for words in page.problems.findChildren(Paragraph)]
    assert texts == ["a.gguf: wrong magic. Get it again."]
    page.show_state(states.state(models=BOTH))
    assert not page.problems.isVisible()


@pytest.mark.parametrize("width", [600, 760, 1000, 1900])
def test_nothing_is_cut_off_at_any_width(page: ModelsPage, width: int) -> None:
    page.resize(width, 800)
    page.show_state(states.state(models=BOTH))
    look()
    for row in page.table.rows.values():
        for widget in (row.button, row.status, *row.cells):
            if widget.isVisible():
                right = widget.mapTo(page, widget.rect().topRight()).x()
                assert right <= width
                assert widget.width() >= widget.sizeHint().width()
    assert page.table.rows[states.OLMOE.id].name.width() > 100


def test_a_model_that_came_joins_the_table(page: ModelsPage) -> None:
    page.show_state(states.state())
    assert list(page.table.rows) == [states.STARTER.id]
    grown: SessionState = states.state(models=BOTH)
    page.show_state(grown)
    assert list(page.table.rows) == [model.id for model in BOTH]
