"""The card about the program: what it says of updates, and what its buttons open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace as replace_settings
from pytestqt.qtbot import QtBot

from app.number_text import day
from app.paths import Paths
from app.program import engine_line, licences_at, this_program
from app.updates.finding import FindingKind
from app.updates.state import UpdateView
from app.version import version
from tests.engine_client import CHECKOUT
from tests.ui import program_states as shown
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.settings_page import SettingsPage
from ui.settings_program import ProgramCard
from ui.settings_program_words import UpdateWords, update_words
from ui.theme import Theme

LINE = (
    "Asks coterie.example.org once a day. It is told which version this is, and nothing else;"
    " nothing is downloaded."
)
NOW_S = states.NOON_S + 60


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def page(
    theme: Theme, commands: RecordingCommands, opened: list[Path], qtbot: QtBot
) -> SettingsPage:
    page = SettingsPage(theme, commands, states.PRICES, environment={})
    page.add_program(shown.PROGRAM, opened.append)
    qtbot.addWidget(page)
    page.resize(1000, 2400)
    page.show()
    page.show_state(states.state())
    look()
    return page


def card_of(page: SettingsPage) -> ProgramCard:
    assert page.program is not None
    return page.program


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (
            shown.UNKNOWN,
            UpdateWords(
                "This build does not know where newer versions are announced, so it can't look"
                " for them."
            ),
        ),
        (shown.OFF, UpdateWords(LINE)),
        (replace(shown.OFF, finding=shown.NEWER.finding), UpdateWords(LINE)),
        (shown.ON, UpdateWords(LINE)),
        (
            replace(shown.ON, is_offline=True),
            UpdateWords(LINE, "Nothing is asked while you work offline."),
        ),
        (replace(shown.ON, is_looking=True), UpdateWords(LINE, "Looking\u2026")),
        (
            shown.found("current"),
            UpdateWords(LINE, "Looked today: This is the newest version."),
        ),
        (
            shown.found("refused", 503),
            UpdateWords(LINE, "Looked today: It answered with an error (HTTP 503)."),
        ),
        (
            shown.NEWER,
            UpdateWords(
                LINE,
                "",
                f"Coterie 0.2.0 is out, released {day(1_764_072_000 + 31_536_000)}",
                "Prompts are read up to twice as fast on Zen 5.\n"
                "A crash with Q4_1 weights is gone.",
                "https://coterie.example.org/0.2.0",
            ),
        ),
    ],
)
def test_what_is_said_of_updates(view: UpdateView, expected: UpdateWords) -> None:
    assert update_words(view, NOW_S) == expected


@pytest.mark.parametrize("kind", get_args(FindingKind))
def test_every_finding_has_words(kind: FindingKind) -> None:
    words = update_words(shown.found(kind), NOW_S)
    assert (words.found or words.news).endswith((".", "out"))


def test_the_switch_is_fixed_where_nobody_is_known(
    page: SettingsPage, commands: RecordingCommands
) -> None:
    card = card_of(page)
    assert not card.updates.isEnabled()
    assert not card.updates.isChecked()
    page.show_updates(shown.OFF)
    assert card.updates.isEnabled()
    assert commands.calls == []


def test_updates_are_turned_on_by_the_person_only(
    page: SettingsPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page.show_updates(shown.OFF)
    card = card_of(page)
    click(qtbot, card.updates)
    stored = states.state().settings
    assert not stored.check_updates
    assert commands.settings == [replace_settings(stored, check_updates=True)]
    page.show_updates(shown.ON)
    assert card.updates.isChecked()


def test_a_newer_version_is_told_and_its_page_only_offered(page: SettingsPage) -> None:
    page.show_updates(shown.OFF)
    card = card_of(page)
    assert not card.get_it.isVisible()
    page.show_updates(shown.NEWER)
    look()
    assert card.news.full_text().startswith("Coterie 0.2.0 is out, released ")
    assert card.notes.isVisible()
    assert not card.found.isVisible()
    menu = card.page_menu()
    assert [a.text() for a in menu.actions() if a.text()] == [
        "https://coterie.example.org/0.2.0",
        "Open in the browser",
        "Copy address",
    ]
    menu.deleteLater()
    page.show_updates(shown.found("bad_signature"))
    look()
    assert not card.news.isVisible()
    assert not card.get_it.isVisible()
    assert card.found.isVisible()


def test_the_buttons_open_their_places(
    page: SettingsPage, opened: list[Path], qtbot: QtBot
) -> None:
    card = card_of(page)
    assert card.version.full_text() == "0.1.0"
    names = []
    for button in (card.crashes, card.licences, card.data):
        page.area.ensureWidgetVisible(button)
        click(qtbot, button)
        names.append(button.accessibleName())
    assert opened == [shown.PROGRAM.crash_dir, shown.PROGRAM.licences, shown.DATA]
    assert names == [
        "Open the folder of crash reports",
        "Open the licences",
        "Open the folder of your data",
    ]


def test_without_licences_there_is_nothing_to_open(theme: Theme, qtbot: QtBot) -> None:
    program = replace(shown.PROGRAM, licences=None, engine="")
    card = ProgramCard(theme, lambda **_: None, program, lambda _place: None)
    qtbot.addWidget(card)
    assert not card.licences.isEnabled()


def test_this_very_program(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    program = this_program(paths)
    assert program.version == version()
    assert program.engine == engine_line()
    assert program.data_dir == tmp_path / "data"
    assert program.crash_dir == tmp_path / "logs" / "crashes"
    assert program.licences == CHECKOUT / "LICENSE"
    assert not program.has_every_licence
    assert shown.PROGRAM.has_every_licence


def test_where_licences_are(tmp_path: Path) -> None:
    assert licences_at(tmp_path) is None
    (tmp_path / "LICENSE").write_text("Apache")
    assert licences_at(tmp_path) == tmp_path / "LICENSE"
    (tmp_path / "licences").mkdir()
    assert licences_at(tmp_path) == tmp_path / "licences"
