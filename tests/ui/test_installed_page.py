"""Installed models: what a row says and does, their files, and how more of them come in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.session_state import EngineState
from runtime.errors import Problem
from tests.ui import owned_states, states
from tests.ui.hands import click, look
from tests.ui.owned_states import FOUND, MODELS, QWEN, view
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_owned_commands import ChosenFiles, RecordingOwnedCommands
from tests.ui.recording_plan_commands import RecordingPlanCommands
from ui.installed_page import InstalledPage
from ui.labels import Label, Paragraph
from ui.owned_columns import COLUMNS
from ui.theme import Theme

NOW_S = states.NOON_S
# Said by the brief of the page; on a quiet machine it takes half of that.
OPENS_WITHIN_S = 0.3


@pytest.fixture
def owned() -> RecordingOwnedCommands:
    return RecordingOwnedCommands()


@pytest.fixture
def plans() -> RecordingPlanCommands:
    return RecordingPlanCommands()


@pytest.fixture
def files() -> ChosenFiles:
    return ChosenFiles()


@pytest.fixture
def make(
    theme: Theme,
    commands: RecordingCommands,
    plans: RecordingPlanCommands,
    owned: RecordingOwnedCommands,
    files: ChosenFiles,
    qtbot: QtBot,
) -> Callable[[], InstalledPage]:
    def make() -> InstalledPage:
        page = InstalledPage(theme, commands, plans, owned, files, lambda: NOW_S)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        return page

    return make


@pytest.fixture
def page(make: Callable[[], InstalledPage]) -> InstalledPage:
    page = make()
    page.show()
    page.show_state(states.state(models=MODELS))
    page.show_view(view())
    look()
    return page


# What rows say


def test_a_row_says_what_a_model_is_and_did_here(page: InstalledPage) -> None:
    row = page.table.rows[QWEN.id]
    assert row.texts == {
        "parameters": "30.5 B (3.3 B)",
        "experts": "128, 8 at a time",
        "quantisation": "Q4_K_M",
        "size": "17.3 GiB",
        "context": "256k",
        "measured": "41.8 tok/s",
        "last_used": "9 Nov",
    }
    assert row.line == "qwen3moe \u00b7 Apache 2.0 \u00b7 unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF"
    assert page.total.full_text() == "4 models, 40.0 GiB"


def test_what_was_never_measured_or_used_is_a_dash(page: InstalledPage) -> None:
    row = page.table.rows[states.DENSE.id]
    assert (row.texts["measured"], row.texts["last_used"]) == ("\u2013", "\u2013")
    assert row.line == "qwen3 \u00b7 linked from LM Studio"
    assert "Last used: never" in row.all_facts().splitlines()
    assert "Measured here: not measured" in row.button.accessibleDescription().splitlines()


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
    page: InstalledPage,
    commands: RecordingCommands,
    qtbot: QtBot,
    engine: EngineState,
    status: str,
    verb: str,
    call: str,
) -> None:
    page.show_state(states.state(models=MODELS, engine=engine))
    row = page.table.rows[states.STARTER.id]
    assert row.state.status == status
    assert row.button.text() == verb
    assert row.button.accessibleName() == f"{verb}: {states.STARTER.name}"
    click(qtbot, row.button)
    assert [made[0] for made in commands.calls] == [call]


def test_loading_planning_and_the_way_to_the_chat(
    page: InstalledPage, commands: RecordingCommands, plans: RecordingPlanCommands, qtbot: QtBot
) -> None:
    click(qtbot, page.table.rows[states.OLMOE.id].button)
    assert commands.calls == [("load_model", states.OLMOE.id)]
    click(qtbot, page.table.rows[QWEN.id].plan)
    assert plans.calls == [("open_plan", QWEN.id)]
    with qtbot.waitSignal(page.chat_wanted):
        click(qtbot, page.table.rows[states.STARTER.id].button)


def test_without_commands_there_is_nothing_to_manage(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    page = InstalledPage(theme, commands)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.show_state(states.state(models=MODELS))
    look()
    row = page.table.rows[QWEN.id]
    assert [stop.accessibleName() for stop in row.stops()] == [f"Load: {QWEN.name}"]
    assert page.add is None
    assert not page.move.isVisible()
    assert not page.to_add.isVisible()


def test_without_models_the_page_says_the_next_step(page: InstalledPage) -> None:
    page.show_state(states.state(models=(), model=None, engine=EngineState()))
    assert page.empty.isVisible()
    assert not page.table.isVisible()
    assert not page.head.isVisible()
    assert page.place.text() == states.MODELS_DIR
    texts = [words.full_text() for words in page.empty.findChildren(Paragraph)]
    assert texts == ["Take one under Discover, or add files you already have below."]


# The room there is


def test_columns_have_room_for_what_stands_in_them(page: InstalledPage, theme: Theme) -> None:
    head = QFontMetrics(theme.font("caption"))
    cell = QFontMetrics(theme.font("ui", 500, tabular=True))
    widest = {"experts": "256, 8 at a time", "parameters": "1,026.5 B (32.6 B)"}
    widest |= {"size": "1,017.3 GiB", "measured": "1,200 tok/s", "last_used": "17 Nov 2025"}
    widest |= {"quantisation": "IQ4_XXS_XL", "context": "1024k"}
    for column in COLUMNS:
        assert head.horizontalAdvance(column.heading) <= column.width_px
        assert cell.horizontalAdvance(widest[column.key]) <= column.width_px, column.key


@pytest.mark.parametrize("width", [660, 828, 1208, 1848])
def test_nothing_is_cut_off_at_any_width(page: InstalledPage, width: int) -> None:
    page.resize(width, 900)
    page.show_view(view(found=FOUND, task=owned_states.VERIFYING))
    look()
    for kind in (Label, Paragraph):
        for widget in page.findChildren(kind):
            if widget.isVisible() and kind is Paragraph:
                assert widget.height() >= widget.heightForWidth(widget.width())
    for row in page.table.rows.values():
        for stop in row.stops():
            assert stop.mapTo(page, stop.rect().topRight()).x() <= width
            assert stop.width() >= stop.sizeHint().width()
    assert page.area.widget().width() <= page.area.viewport().width()


# Rows that come and go, and many of them


def test_rows_of_models_that_stay_are_kept(page: InstalledPage) -> None:
    before = dict(page.table.rows)
    renamed = replace(states.OLMOE, name="OLMoE, newer")
    page.show_state(states.state(models=(states.STARTER, renamed, QWEN)))
    look()
    rows = page.table.rows
    assert list(rows) == [states.STARTER.id, states.OLMOE.id, QWEN.id]
    assert rows[states.STARTER.id] is before[states.STARTER.id]
    assert rows[QWEN.id] is before[QWEN.id]
    assert rows[states.OLMOE.id] is not before[states.OLMOE.id]
    tops = [row.button.y() for row in rows.values()]
    assert tops == sorted(set(tops))
    assert rows[states.OLMOE.id].texts["measured"] == "5.70 tok/s"


def test_500_models_are_there_quickly_and_made_once(make: Callable[[], InstalledPage]) -> None:
    models = owned_states.many(500)
    state = states.state(models=models)
    took_s = []
    for _ in range(3):
        began_s = time.process_time()
        page = make()
        page.show_state(state)
        page.show_view(view(facts=owned_states.facts_of(models)))
        page.show()
        look()
        took_s.append(time.process_time() - began_s)
    assert min(took_s) < OPENS_WITHIN_S
    rows = dict(page.table.rows)
    page.show_state(replace(state, engine=states.engine(phase="loading", load_fraction=0.5)))
    page.show_view(view(facts=owned_states.facts_of(models), task=owned_states.VERIFYING))
    assert page.table.rows == rows
    assert rows["model-0003"].is_furnished
    assert not rows["model-0400"].is_furnished
    page.area.verticalScrollBar().setValue(400 * 56)
    look()
    assert rows["model-0400"].is_furnished


# The keyboard


def test_tab_stops_at_one_row_and_arrows_go_to_the_others(page: InstalledPage) -> None:
    page.activateWindow()
    page.take_focus()
    assert page.window().focusWidget() is page.table.rows[states.STARTER.id].button

    def press(key: Qt.Key) -> QWidget:
        QTest.keyClick(page.window().focusWidget(), key)
        return page.window().focusWidget()

    olmoe, dense = page.table.rows[states.OLMOE.id], page.table.rows[states.DENSE.id]
    assert press(Qt.Key.Key_Down) is olmoe.button
    assert press(Qt.Key.Key_Right) is olmoe.more
    assert press(Qt.Key.Key_End) is dense.more
    assert press(Qt.Key.Key_Left) is dense.button
    assert press(Qt.Key.Key_Left) is dense.plan
    assert press(Qt.Key.Key_Home) is page.table.rows[states.STARTER.id].plan
    assert press(Qt.Key.Key_Tab) is page.table.rows[states.STARTER.id].button
    assert press(Qt.Key.Key_Tab) is page.table.rows[states.STARTER.id].more
    assert page.add is not None
    assert press(Qt.Key.Key_Tab) is page.add.how.segments["link"]
    QTest.keyClick(page.add.how.segments["link"], Qt.Key.Key_Backtab)
    assert page.window().focusWidget() is page.table.rows[states.STARTER.id].more


def test_an_arrow_brings_a_row_far_below_into_view(make: Callable[[], InstalledPage]) -> None:
    page = make()
    page.show_state(states.state(models=owned_states.many(100), model=None))
    page.show()
    look()
    first, last = page.table.rows["model-0000"], page.table.rows["model-0099"]
    first.button.setFocus()
    QTest.keyClick(first.button, Qt.Key.Key_End)
    look()
    assert page.window().focusWidget() is last.button
    assert not last.button.visibleRegion().isEmpty()


def test_the_keyboard_stays_on_a_button_while_the_model_loads(page: InstalledPage) -> None:
    state = states.state(models=MODELS)
    button = page.table.rows[states.OLMOE.id].button
    page.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    for step in range(5):
        loading = states.engine(phase="loading", load_fraction=step / 5)
        page.show_state(replace(state, model=states.OLMOE, engine=loading))
        look()
    assert page.focusWidget() is button


def test_every_control_has_a_name(page: InstalledPage) -> None:
    page.show_view(view(found=FOUND, problem=owned_states.DAMAGED))
    look()
    takers = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert len(takers) > 15
    assert [repr(widget) for widget in takers if not widget.accessibleName()] == []


def test_a_person_comes_back_to_the_plan_they_came_from(page: InstalledPage) -> None:
    page.activateWindow()
    page.focus_plan(QWEN.id)
    assert page.focusWidget() is page.table.rows[QWEN.id].plan


# A model's files


def actions(page: InstalledPage, model: object) -> dict[str, object]:
    menu = page.table.menu(model)  # type: ignore[arg-type]
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_of_a_row(page: InstalledPage, owned: RecordingOwnedCommands) -> None:
    found = actions(page, QWEN)
    assert list(found)[1:] == ["Verify again", "Show in the file manager", "Delete\u2026"]
    assert next(iter(found)).startswith("Verified 9 Nov, ")
    found["Verify again"].trigger()
    found["Show in the file manager"].trigger()
    assert owned.calls == [("verify", QWEN.id), ("reveal", QWEN.id)]
    linked = list(actions(page, states.DENSE))
    assert (linked[0], linked[-1]) == ("Not verified yet", "Remove from the list\u2026")


def test_the_menu_opens_from_its_button(
    page: InstalledPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QPoint] = []
    # The offscreen platform can't grab the keyboard for a real one.
    monkeypatch.setattr(QMenu, "popup", lambda _menu, at: opened.append(at))
    more = page.table.rows[QWEN.id].more
    click(qtbot, more)
    assert [at.y() for at in opened] == [more.mapToGlobal(more.rect().bottomRight()).y()]


def test_while_a_task_runs_files_are_left_alone(page: InstalledPage) -> None:
    page.show_view(view(task=owned_states.VERIFYING))
    enabled = {text: action.isEnabled() for text, action in actions(page, QWEN).items()}
    assert list(enabled.values()) == [False, False, True, False]
    assert page.add is not None
    for button in (page.add.file, page.add.folder, page.add.find, page.move):
        assert not button.isEnabled()


def test_after_the_work_the_focus_is_where_it_was(page: InstalledPage) -> None:
    assert page.add is not None
    page.activateWindow()
    page.add.find.setFocus()
    page.show_view(view(task=owned_states.VERIFYING))
    assert not page.add.find.hasFocus()
    page.show_view(view())
    assert page.add.find.hasFocus()
    page.show_view(view(task=owned_states.VERIFYING))
    page.table.rows[QWEN.id].more.setFocus()
    page.show_view(view())
    assert page.table.rows[QWEN.id].more.hasFocus()


@pytest.mark.parametrize("for_good", [False, True])
def test_a_model_is_deleted_only_after_the_question(
    page: InstalledPage, owned: RecordingOwnedCommands, qtbot: QtBot, for_good: bool
) -> None:
    dialog = page.delete_dialog(QWEN)
    dialog.open()
    click(qtbot, dialog.keep)
    assert owned.calls == []
    dialog = page.delete_dialog(QWEN)
    dialog.open()
    click(qtbot, dialog.for_good if for_good else dialog.trash)
    assert owned.calls == [("delete", QWEN.id, for_good)]
    look()


# What runs


def test_a_task_shows_how_far_it_is_and_can_be_cancelled(
    page: InstalledPage, owned: RecordingOwnedCommands, qtbot: QtBot
) -> None:
    card = page.task.card
    assert not card.isVisible()
    page.show_view(view(task=owned_states.VERIFYING))
    assert card.running.isVisible()
    assert card.bytes.full_text() == "6.9 of 17.3 GiB"
    assert card.bar.fraction == pytest.approx(0.4, abs=0.01)
    click(qtbot, card.cancel)
    assert owned.calls == [("cancel_task",)]


def test_the_end_of_a_task_is_said_until_it_is_put_away(page: InstalledPage, qtbot: QtBot) -> None:
    card = page.task.card
    page.show_view(view(said="All 17.3 GiB are what the hub has."))
    assert card.words.full_text() == "All 17.3 GiB are what the hub has."
    assert not card.title.isVisible()
    click(qtbot, card.put_away)
    assert not page.task.isVisible()
    page.show_view(view(said="All 17.3 GiB are what the hub has."))
    assert not page.task.isVisible()
    page.show_view(view(problem=owned_states.DAMAGED))
    assert card.title.full_text() == "The file is not what the hub has"
    assert card.words.full_text().endswith(owned_states.DAMAGED.remedy)
    page.show_view(view(task=owned_states.VERIFYING))
    page.show_view(view(said="All 17.3 GiB are what the hub has."))
    assert card.words.isVisible()


def test_files_left_out_are_named_with_the_reason(page: InstalledPage, qtbot: QtBot) -> None:
    def unread(number: int) -> Problem:
        return Problem("model_unreadable", "Not a GGUF file", f"{number}.gguf: bad", "Get it.")

    page.show_state(states.state(models=MODELS, model_problems=(unread(0),)))
    texts = [words.full_text() for words in page.problems.findChildren(Paragraph)]
    assert texts == ["0.gguf: bad. Get it."]
    many = tuple(unread(number) for number in range(30))
    page.show_state(states.state(models=MODELS, model_problems=many))
    look()
    assert len(page.problems.findChildren(Paragraph)) == 20
    page.area.ensureWidgetVisible(page.problems.rest)
    click(qtbot, page.problems.rest)
    assert len(page.problems.findChildren(Paragraph)) == 30
    page.show_state(states.state(models=MODELS))
    assert not page.problems.isVisible()


def test_the_files_are_looked_at_each_time_the_page_opens(
    page: InstalledPage, owned: RecordingOwnedCommands
) -> None:
    assert owned.refreshed == 1
    page.hide()
    page.show()
    assert owned.refreshed == 2
