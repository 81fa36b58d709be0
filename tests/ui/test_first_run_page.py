"""The first-run page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_struct
from pytestqt.qtbot import QtBot

from app.discover.state import Prediction
from app.first_run_state import FirstLook, FirstRecommendation, FirstRunView
from app.session_state import EngineState
from runtime.downloads.frames import Download, DownloadRequest
from runtime.errors import Problem
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.windows import new_window
from ui.check_rows import icon_of
from ui.controls import Button
from ui.design_tokens import ASSETS
from ui.first_run_page import FirstRunPage
from ui.first_run_speed import apart, axis_end
from ui.theme import Theme

GIB = states.GIB
PREDICTION = Prediction("memory", 10 * GIB, 9 * GIB, 0, GIB, 400.0, 41.2, 37.1, 45.4, 8192)
WANTED = FirstRecommendation(
    repo="unsloth/Qwen3-30B-A3B-GGUF",
    name="Qwen3-30B-A3B",
    quantisation="Q4_K_M",
    size_bytes=round(17.28 * GIB),
    why="A strong all-rounder.",
    parameters_total=30_530_000_000,
    parameters_active=3_340_000_000,
    prediction=PREDICTION,
    rates=(("Memory, measured", "62 GB/s"),),
)
FOUND = FirstRunView(FirstLook(states.CHECKS, "done", 4.1, WANTED))
COMING = Download(
    "1",
    DownloadRequest(WANTED.repo, "0" * 40, (), WANTED.name, "Q4_K_M"),
    "running",
    17 * GIB,
    5 * GIB,
    5 * GIB,
)

BROKEN = replace_struct(COMING, phase="failed", problem=Problem("x", "X", "It is away", "Wait."))


class Guide:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def download_recommended(self) -> None:
        self.calls.append("download")

    def load_downloaded(self) -> None:
        self.calls.append("load")


@pytest.fixture
def guide() -> Guide:
    return Guide()


@pytest.fixture
def page(theme: Theme, commands: RecordingCommands, guide: Guide, qtbot: QtBot) -> FirstRunPage:
    page = FirstRunPage(theme, commands, guide)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    return page


def buttons(page: FirstRunPage) -> set[str]:
    return {button.text() for button in page.findChildren(Button) if button.isVisible()}


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


def test_a_row_that_was_measured_changes_in_its_place(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    before = list(page.checks.rows)
    measured = replace(states.CHECKS[1], detail="31.2 GiB\n21.8 GiB free, 62 GB/s measured")
    checks = (states.CHECKS[0], measured, *states.CHECKS[2:])
    page.show_state(states.state(first_run=True, checks=checks))
    look()
    rows = page.checks.rows
    assert [rows[0], *rows[2:]] == [before[0], *before[2:]]
    assert "62 GB/s measured" in rows[1].accessibleName()
    tops = [row.y() for row in rows]
    assert tops == sorted(tops)


def test_a_row_says_what_was_found_and_what_to_do(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    engine = page.checks.rows[3].accessibleName()
    assert engine.startswith("Engine, problem: Built without AVX2 Run the set-up again")


@pytest.mark.parametrize(
    ("changes", "title", "heading", "status"),
    [
        ({}, "This computer is ready", "Starter ready", "loaded"),
        (
            {"engine": states.engine(phase="loading", load_fraction=0.4)},
            "Getting this computer ready",
            "Starter model",
            "loading, 40 %",
        ),
        ({"model": None, "models": ()}, "This computer has no model yet", "No model yet", ""),
        ({"engine": EngineState("crashed")}, "Nearly ready", "Starter model", "not loaded"),
        (
            {"engine": states.engine(memory=states.GPU_MEMORY)},
            "This computer is ready",
            "Starter ready",
            "loaded on the GPU",
        ),
    ],
)
def test_the_title_never_says_more_than_is_true(
    page: FirstRunPage, changes: dict[str, object], title: str, heading: str, status: str
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS[:2], **changes))
    assert page.title.full_text() == title
    assert page.starter.title.full_text() == heading
    assert page.starter.status.full_text() == status


def at_speed(tokens_per_s: float) -> FirstRecommendation:
    prediction = replace(WANTED.prediction, decode_tokens_per_s=tokens_per_s)
    return replace(WANTED, prediction=prediction)


@pytest.mark.parametrize(
    ("total", "tokens_per_s", "title"),
    [
        (30_530_000_000, 41.0, "This computer can run large models"),
        (6_920_000_000, 6.0, "This computer can run small models"),
        (6_920_000_000, 5.9, "This computer runs models slowly"),
    ],
)
def test_the_title_says_what_the_machine_is_good_for(
    page: FirstRunPage, total: int, tokens_per_s: float, title: str
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    wanted = replace(at_speed(tokens_per_s), parameters_total=total)
    page.show_view(replace(FOUND, look=replace(FOUND.look, recommendation=wanted)))
    assert page.title.full_text() == title
    assert page.line.full_text() == (
        "Checked in 4.1 s. Everything runs here; nothing leaves this computer before you ask for a"
        " download."
    )


def test_the_starter_is_named_for_what_it_is(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    starter = page.starter
    assert starter.name.full_text() == "SmolLM2 135M as 8 experts (starter)"
    assert starter.note.full_text().startswith("A 135M model, for trying things out.")
    assert starter.size.full_text() == "Q4_1, 0.4 GiB"
    page.show_state(states.state(first_run=True, model=states.OLMOE))
    assert starter.title.full_text() == "Your model"


def test_a_starter_that_fails_says_why(page: FirstRunPage) -> None:
    problem = Problem("out_of_memory", "Not enough memory", "It needs 1 GiB", "Close a program.")
    page.show_state(states.state(first_run=True, engine=EngineState("failed", problem=problem)))
    assert page.starter.note.full_text() == "It needs 1 GiB. Close a program."


def test_one_primary_action_begins_and_never_waits(
    page: FirstRunPage, commands: RecordingCommands, qtbot: QtBot
) -> None:
    loading = states.engine(phase="loading", load_fraction=0.1)
    page.show_state(states.state(first_run=True, engine=loading))
    assert buttons(page) == {"Chat now", "Skip setup"}
    click(qtbot, page.start)
    assert commands.calls == [("finish_first_run",)]


def test_without_a_model_the_download_is_the_thing_to_do(
    page: FirstRunPage, commands: RecordingCommands, guide: Guide, qtbot: QtBot
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS, model=None, models=()))
    page.show_view(FOUND)
    assert buttons(page) == {"Look around", "Download", "Choose another", "Skip setup"}
    assert page.starter.note.full_text().startswith("This copy of Coterie came without")
    click(qtbot, page.recommended.button)
    assert guide.calls == ["download"]
    click(qtbot, page.start)
    assert commands.calls == [("finish_first_run",)]


def test_a_recommendation_says_what_how_fast_and_how_long(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    card = page.recommended
    assert card.none.full_text().startswith("Memory and disk are measured")
    page.show_view(FOUND)
    assert (card.name.full_text(), card.size.full_text()) == ("Qwen3-30B-A3B", "Q4_K_M, 17.3 GiB")
    assert card.note.full_text().endswith("3.3 of its 30.5 billion parameters for each token.")
    assert card.speed.accessibleName() == "41 tok/s predicted, likely 37\N{EN DASH}45"
    assert "Reading: about 6 tok/s" in card.chart.accessibleDescription()
    assert card.line.full_text() == "about 25 min at 100 Mbit/s; you can chat meanwhile"
    assert "Nothing has been sent anywhere" in card.sent.full_text()
    assert card.button.accessibleName() == "Download 17.3 GiB, Qwen3-30B-A3B"
    assert not card.none.isVisible()


def test_a_slow_machine_is_told_so(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    slow = at_speed(5.9)
    page.show_view(replace(FOUND, look=replace(FOUND.look, recommendation=slow)))
    assert page.recommended.note.full_text().endswith("slower than most people read.")


def test_a_machine_with_no_room_is_told_so(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    page.show_view(FirstRunView(FirstLook(states.CHECKS, "done", 4.1)))
    assert page.recommended.none.full_text().startswith("None of the models of our list has room")
    assert buttons(page) == {"Chat now", "Choose another", "Skip setup"}


@pytest.mark.parametrize(
    ("view", "line", "shown"),
    [
        (replace(FOUND, asking="asking"), "Asking the hub for its files.", []),
        (
            replace(FOUND, asking="failed", problem=Problem("x", "X", "It is away", "Wait.")),
            "It is away. Wait.",
            ["Try again"],
        ),
        (
            replace(FOUND, asking="failed", download=BROKEN, problem=BROKEN.problem),
            "It is away. Wait.",
            ["Try again"],
        ),
        (replace(FOUND, asking="sent"), "The download begins.", []),
        (replace(FOUND, asking="sent", download=COMING), "5.0 of 17.0 GiB, starting", []),
    ],
)
def test_a_download_is_followed(
    page: FirstRunPage, view: FirstRunView, line: str, shown: list[str]
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    page.show_view(view)
    assert page.recommended.line.full_text() == line
    assert buttons(page) == {"Chat now", *shown, "Choose another", "Skip setup"}
    assert page.recommended.bar.isVisible() is (view.download is not None)
    assert not page.recommended.sent.isVisible()  # something has been


def test_what_was_downloaded_can_be_loaded(
    page: FirstRunPage, commands: RecordingCommands, guide: Guide, qtbot: QtBot
) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    download = Download("1", COMING.request, "done", 17 * GIB)
    page.show_view(replace(FOUND, asking="sent", download=download, model_id="qwen"))
    click(qtbot, page.recommended.load)
    assert guide.calls == ["load"]
    assert commands.calls == [("finish_first_run",)]


def test_the_prediction_explains_itself(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    page.show_view(FOUND)
    popover = page.recommended.how.explain()
    assert popover is not None
    popover.close()


def test_choosing_another_goes_to_the_models(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    window = new_window(theme, commands)
    qtbot.addWidget(window)
    window.show_state(states.state(first_run=True, checks=states.CHECKS))
    page = window.desk.stack.currentWidget()
    assert isinstance(page, FirstRunPage)
    page.recommended.another.emit()
    assert commands.calls[-1] == ("finish_first_run",)
    window.show_state(states.state(first_run=False))
    assert window.desk.stack.currentWidget().accessibleName() == "Models"


def test_the_keyboard_begins_on_the_button(page: FirstRunPage) -> None:
    page.show_state(states.state(first_run=True))
    page.activateWindow()
    page.take_focus()
    assert page.focusWidget() is page.start


@pytest.mark.parametrize("width", [760, 1040, 1280])
def test_nothing_is_cut_off(page: FirstRunPage, width: int) -> None:
    page.resize(width, 560)
    page.show_state(states.state(first_run=True, checks=states.CHECKS))
    page.show_view(FOUND)
    look()
    for button in page.findChildren(Button):
        if button.isVisible():
            assert button.mapTo(page, button.rect().topRight()).x() <= width
            assert button.width() >= button.sizeHint().width()


@pytest.mark.parametrize(
    ("high", "end"), [(3, 10), (8, 10), (9, 20), (45.4, 60), (300, 400), (5_000, 6_000)]
)
def test_the_axis_has_room_beyond_the_band(high: float, end: float) -> None:
    assert axis_end(high) == pytest.approx(end)


@pytest.mark.parametrize(
    ("wanted", "lefts"),
    [
        ([(40, 100), (300, 80)], [40, 300]),
        ([(40, 100), (100, 80)], [40, 152]),
        ([(-20, 100), (450, 80)], [0, 420]),
        ([(350, 100), (460, 80)], [308, 420]),
    ],
)
def test_words_on_the_axis_do_not_touch(
    wanted: list[tuple[float, float]], lefts: list[float]
) -> None:
    assert apart(wanted, 500) == lefts


@pytest.mark.parametrize(
    "name",
    ["Processor", "Memory", "Graphics", "Driver", "Engine", "Disk", "Starter model", "Anything"],
)
def test_every_check_has_a_picture(name: str) -> None:
    assert (ASSETS / "icons" / f"{icon_of(name)}.svg").exists()
