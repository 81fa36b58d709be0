"""The offers of opened files above the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.opened_file import Offer, OpenedView
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.windows import new_window
from ui.controls import Button
from ui.opened_file_bar import OfferRow, OpenedFileBar
from ui.theme import Theme

NEW = Offer("/home/ada/Downloads/olmoe.gguf", "new", "OLMoE 1B 7B", "Q4_K_M", 4_213_000_000)
KNOWN = replace(NEW, phase="known", model_id="olmoe")
ADDED = replace(KNOWN, phase="added", said="1 model copied.")
ADDING = replace(NEW, phase="adding", done_bytes=states.GIB, total_bytes=4 * states.GIB)
SPOILT = Problem("model_unreadable", "The file is not a GGUF model", "a.gguf: text", "Get another.")
BAD = Offer("/home/ada/a.gguf", "problem", problem=SPOILT)


class Asked:
    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def load(self, path: str) -> None:
        self.calls.append(("load", path))

    def add(self, path: str, how: str) -> None:
        self.calls.append(("add", path, how))

    def cancel_adding(self) -> None:
        self.calls.append(("cancel",))

    def dismiss(self, path: str) -> None:
        self.calls.append(("dismiss", path))


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def bar(theme: Theme, asked: Asked, qtbot: QtBot) -> Iterator[OpenedFileBar]:
    window = QWidget()
    qtbot.addWidget(window)
    bar = OpenedFileBar(theme, asked)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(bar)
    column.addStretch()
    window.resize(1280, 800)
    window.show()
    yield bar
    window.close()


def only_row(bar: OpenedFileBar) -> OfferRow:
    (row,) = bar.rows.values()
    return row


def buttons(row: OfferRow) -> list[str]:
    return [button.text() for button in row.findChildren(Button) if button.isVisible()]


@pytest.mark.parametrize(
    ("offer", "loaded_id", "line", "shown"),
    [
        (replace(NEW, phase="looking"), "", "Looking at the file.", []),
        (
            NEW,
            "",
            "Q4_K_M, 3.9 GiB. It is not among your models yet.",
            ["Use it where it is", "Copy", "Move"],
        ),
        (KNOWN, "", "Q4_K_M, 3.9 GiB. It is among your models.", ["Load"]),
        (KNOWN, "olmoe", "Q4_K_M, 3.9 GiB. It is loaded already.", []),
        (ADDING, "", "Being added to your models: 1.0 of 4.0 GiB.", ["Cancel"]),
        (ADDED, "", "1 model copied.", ["Load"]),
        (BAD, "", "a.gguf: text. Get another.", []),
        (
            replace(NEW, file_count=3),
            "",
            "Q4_K_M, 3.9 GiB in 3 files. It is not among your models yet.",
            ["Use it where it is", "Copy", "Move"],
        ),
    ],
)
def test_each_phase_says_what_it_is_and_what_can_be_done(
    bar: OpenedFileBar, offer: Offer, loaded_id: str, line: str, shown: list[str]
) -> None:
    bar.show_view(OpenedView((offer,), loaded_id=loaded_id))
    row = only_row(bar)
    assert row.line.full_text() == line
    assert buttons(row) == shown
    assert row.away.isVisible() is (offer.phase != "adding")


def test_buttons_ask_for_what_they_say(bar: OpenedFileBar, asked: Asked, qtbot: QtBot) -> None:
    bar.show_view(OpenedView((NEW,)))
    row = only_row(bar)
    for button in row.hows.values():
        click(qtbot, button)
    bar.show_view(OpenedView((KNOWN,)))
    with qtbot.waitSignal(bar.loaded):
        click(qtbot, row.load)
    bar.show_view(OpenedView((ADDING,)))
    click(qtbot, row.cancel)
    bar.show_view(OpenedView((BAD, KNOWN)))
    click(qtbot, bar.rows[BAD.path].away)
    assert asked.calls == [
        ("add", NEW.path, "link"),
        ("add", NEW.path, "copy"),
        ("add", NEW.path, "move"),
        ("load", NEW.path),
        ("cancel",),
        ("dismiss", BAD.path),
    ]


def test_while_other_work_runs_adding_waits(bar: OpenedFileBar) -> None:
    bar.show_view(OpenedView((NEW,), can_add=False))
    row = only_row(bar)
    assert not any(button.isEnabled() for button in row.hows.values())
    assert row.line.full_text().endswith("Other work on model files has to end first.")


def test_a_few_are_shown_and_the_rest_waits(bar: OpenedFileBar) -> None:
    offers = tuple(replace(NEW, path=f"/models/{number}.gguf") for number in range(5))
    bar.show_view(OpenedView(offers))
    assert list(bar.rows) == [offer.path for offer in offers[:3]]
    assert bar.more.full_text() == "2 more files wait."
    bar.show_view(OpenedView(offers[3:]))
    assert bar.more.isHidden()
    bar.show_view(OpenedView())
    assert bar.isHidden()


def test_it_lies_above_every_page(theme: Theme, asked: Asked, qtbot: QtBot) -> None:
    window = new_window(theme, RecordingCommands())
    qtbot.addWidget(window)
    window.show_state(states.state(first_run=True))
    bar = OpenedFileBar(theme, asked)
    window.put_above(bar)
    bar.show_view(OpenedView((NEW,)))
    window.show()
    look()
    assert bar.isVisible()
    below = window.desk.mapTo(window, window.desk.rect().topLeft())
    assert below.y() == bar.height()


def test_a_row_says_to_a_screen_reader_what_it_shows(bar: OpenedFileBar) -> None:
    bar.show_view(OpenedView((BAD,)))
    row = only_row(bar)
    assert row.accessibleName() == "The file is not a GGUF model. a.gguf: text. Get another."
    assert row.away.accessibleName() == "Dismiss: The file is not a GGUF model"


def test_nothing_is_cut_off_in_the_smallest_window(bar: OpenedFileBar) -> None:
    bar.window().resize(760, 560)
    bar.show_view(OpenedView((NEW, BAD)))
    look()
    for row in bar.rows.values():
        for button in (*row.hows.values(), row.away):
            if button.isVisible():
                right = button.mapTo(bar.window(), button.rect().topRight()).x()
                assert right <= 760
                assert button.width() >= button.sizeHint().width()
