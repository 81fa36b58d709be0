"""The Dashboard page: its tabs, what it exports, and how little it does while hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.dashboard.state import DashboardView
from runtime.errors import Problem
from tests.ui import performance_states
from tests.ui.hands import click, look
from tests.ui.paints import Paints
from tests.ui.recording_dashboard_commands import RecordingDashboardCommands
from ui.controls import Button
from ui.dashboard_files import TableFormat
from ui.dashboard_page import DashboardPage
from ui.labels import Label, Paragraph
from ui.theme import Theme


class ChosenPictures:
    """Where the person wants the picture of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def to_write(self, parent: QWidget, title: str, name: str) -> str:
        return str(self.folder / name)


class ChosenFiles:
    """The person always takes the same folder, or gives up."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, TableFormat]] = []
        self.gives_up = False

    def to_write(self, parent: QWidget, title: str, name: str, form: TableFormat) -> str:
        self.asked.append((name, form))
        return "" if self.gives_up else f"/tmp/{name}.{form}"


@pytest.fixture
def asked() -> RecordingDashboardCommands:
    return RecordingDashboardCommands()


@pytest.fixture
def files() -> ChosenFiles:
    return ChosenFiles()


@pytest.fixture
def pictures(tmp_path: Path) -> ChosenPictures:
    return ChosenPictures(tmp_path)


@pytest.fixture
def page(
    theme: Theme,
    asked: RecordingDashboardCommands,
    files: ChosenFiles,
    pictures: ChosenPictures,
    qtbot: QtBot,
) -> DashboardPage:
    page = DashboardPage(theme, asked, files=files, pictures=pictures)
    qtbot.addWidget(page)
    page.resize(1208, 900)
    page.show()
    look()  # Widgets of the test before go now, not one page after another.
    return page


def test_before_the_first_answer_there_is_a_way_to_it(page: DashboardPage, qtbot: QtBot) -> None:
    page.show_view(DashboardView(now_s=performance_states.NOW_S))
    look()
    assert page.performance.empty.isVisible()
    assert not page.performance.cards.isVisible()
    assert not page.export.isEnabled()
    page.take_focus()
    with qtbot.waitSignal(page.chat_wanted, timeout=1000):
        click(qtbot, page.performance.empty.chat)


def test_the_first_answer_is_shown_while_it_runs(page: DashboardPage) -> None:
    running = performance_states.answer(live=True)
    page.show_view(DashboardView(now_s=performance_states.NOW_S, answer=running))
    look()
    assert not page.performance.empty.isVisible()
    assert page.performance.answer.title.full_text() == "Live"


def test_a_hidden_page_draws_nothing_until_it_is_shown(page: DashboardPage) -> None:
    page.show_view(performance_states.view())
    look()
    page.hide()
    look()
    shown = page.performance.answer.decode.figure
    paints = Paints(shown)
    answer = replace(performance_states.answer(), decode_tokens_per_s=12.3)
    page.show_view(replace(performance_states.view(), answer=answer))
    look()
    assert (shown.figure, paints.count) == ("41.8", 0)
    page.show()
    look()
    assert shown.figure == "12.3"
    assert paints.count > 0


def test_a_view_that_says_the_same_paints_nothing(page: DashboardPage) -> None:
    page.show_view(performance_states.view())
    look()
    performance = page.performance
    widgets = (
        performance.answer.curve,
        performance.speed.chart,
        performance.energy.bars,
        performance.experts.heat,
        performance.memory.table,
        *(row.cells for row in performance.memory.devices),
    )
    paints = [Paints(widget) for widget in widgets]
    later = replace(performance_states.view(), now_s=performance_states.NOW_S + 0.25)
    page.show_view(later)
    look()
    assert [paint.count for paint in paints] == [0] * len(widgets)


def test_a_change_too_small_to_be_read_does_not_repaint_the_table(page: DashboardPage) -> None:
    view = performance_states.view()
    page.show_view(view)
    look()
    paints = Paints(page.performance.memory.table)
    gpu, ram = view.memory.devices
    part = replace(gpu.parts[0], actual_bytes=gpu.parts[0].actual_bytes + 1)
    gpu = replace(gpu, parts=(part, *gpu.parts[1:]))
    page.show_view(replace(view, memory=replace(view.memory, devices=(gpu, ram))))
    look()
    assert paints.count == 0


def test_tabs_turn_by_mouse_and_keyboard(page: DashboardPage, qtbot: QtBot) -> None:
    page.show_view(performance_states.view())
    assert page.savings is None
    click(qtbot, page.tabs.segments["savings"])
    look()
    assert page.savings is not None
    assert page.savings.isVisible()
    assert page.savings.compare.isVisible()
    assert not page.model.isVisible()
    qtbot.keyClick(page.tabs.segments["savings"], Qt.Key.Key_Left)
    look()
    assert page.performance.isVisible()
    assert not page.savings.compare.isVisible()
    assert page.model.isVisible()


def test_the_tab_turned_away_is_drawn_when_it_is_turned_to(page: DashboardPage) -> None:
    page.show_view(performance_states.view())
    page.show_tab("savings")
    answer = replace(performance_states.answer(), decode_tokens_per_s=9.87)
    page.show_view(replace(performance_states.view(), answer=answer))
    assert page.performance.answer.decode.figure.figure == "41.8"
    page.show_tab("performance")
    assert page.performance.answer.decode.figure.figure == "9.87"


def test_the_savings_ask_for_prices_and_chats(page: DashboardPage, qtbot: QtBot) -> None:
    page.show_tab("savings")
    assert page.savings is not None
    with qtbot.waitSignals([page.chat_wanted, page.prices_wanted], timeout=1000):
        page.savings.chat_wanted.emit()
        page.savings.prices_wanted.emit()


@pytest.mark.parametrize(
    ("entry", "call"),
    [
        (0, ("export_runs", "/tmp/coterie-runs.csv", "csv")),
        (1, ("export_runs", "/tmp/coterie-runs.json", "json")),
        (2, ("export_experts", "/tmp/coterie-experts.csv")),
    ],
)
def test_export_writes_where_the_person_says(
    page: DashboardPage,
    asked: RecordingDashboardCommands,
    files: ChosenFiles,
    entry: int,
    call: tuple[str, ...],
) -> None:
    page.show_view(performance_states.view())
    menu = page.export.menu()
    menu.actions()[entry].trigger()
    assert asked.calls == [call]
    files.gives_up = True
    menu.actions()[entry].trigger()
    assert asked.calls == [call]
    menu.close()


def test_what_was_not_counted_cannot_be_exported(page: DashboardPage) -> None:
    page.show_view(performance_states.unmeasured())
    menu = page.export.menu()
    assert [action.isEnabled() for action in menu.actions()] == [
        True,
        True,
        False,
        True,
        True,
    ]
    menu.close()


def test_a_problem_stands_above_and_goes(page: DashboardPage) -> None:
    problem = Problem("export_failed", "The runs were not written", "The disk is full", "Free it.")
    page.show_view(replace(performance_states.view(), problem=problem))
    look()
    assert page.problem is not None
    assert page.problem.message.full_text() == "The disk is full. Free it."
    page.show_view(performance_states.view())
    look()
    assert page.problem is None


def test_the_picture_of_the_last_run_is_saved(
    page: DashboardPage, pictures: ChosenPictures
) -> None:
    page.show_view(performance_states.view())
    menu = page.export.menu()
    menu.actions()[-1].trigger()
    menu.close()
    (written,) = pictures.folder.iterdir()
    assert QImage(str(written)).size() == QSize(1200, 630)
    assert page.problem is None


def test_a_picture_that_could_not_be_saved_is_told_until_it_is_read(
    page: DashboardPage, pictures: ChosenPictures, qtbot: QtBot
) -> None:
    folder, pictures.folder = pictures.folder, pictures.folder / "missing"
    page.show_view(performance_states.view())
    page.export.save_picture()
    page.show_view(performance_states.view())
    look()
    assert page.problem is not None
    assert page.problem.title.full_text() == "The picture was not saved"
    again, close = page.problem.buttons
    click(qtbot, close)
    assert page.problem is None
    page.export.save_picture()
    look()
    assert page.problem is not None
    pictures.folder = folder
    again, close = page.problem.buttons
    click(qtbot, again)
    assert page.problem is None
    assert len(list(folder.iterdir())) == 1


def test_without_a_run_there_is_no_picture(page: DashboardPage) -> None:
    page.show_view(replace(performance_states.view(), card=None))
    menu = page.export.menu()
    assert not menu.actions()[-1].isEnabled()
    menu.close()


def test_another_model_is_chosen(
    page: DashboardPage, asked: RecordingDashboardCommands, qtbot: QtBot
) -> None:
    view = performance_states.view()
    page.show_view(view)
    look()
    assert page.model.sentence() == "Qwen3-30B-A3B Q4_K_M"
    qtbot.keyClick(page.model, Qt.Key.Key_Down)
    assert asked.calls == [("show_model", "olmoe")]
    page.show_view(replace(view, model_id="olmoe", model_label=view.models[1][1]))
    assert page.model.sentence() == "OLMoE-1B-7B Q4_K_M"
    page.show_view(replace(view, model_id="new", model_label="New model"))
    assert page.model.sentence() == "New model"
    assert asked.calls == [("show_model", "olmoe")]


def test_without_a_model_there_is_no_choice(page: DashboardPage) -> None:
    page.show_view(DashboardView(now_s=performance_states.NOW_S))
    assert not page.model.isVisible()


def test_everything_is_seen_at_once_in_the_design_window(page: DashboardPage) -> None:
    page.resize(1208, 800)
    page.show_view(performance_states.view())
    look()
    bar = page.stack.currentWidget().verticalScrollBar()
    assert bar.maximum() == 0
    slim = page.performance.answer.slim
    assert slim.isVisible()
    assert not page.performance.answer.decode.isVisible()
    decode = slim.figures[0]
    assert (decode.figure, decode.unit, decode.below) == ("41.8", "tok/s", "predicted 37\u201345")
    at = [figure.x() for figure in (*slim.figures, slim.curve)]
    running = replace(performance_states.answer(live=True), end_to_end_tokens_per_s=None)
    page.show_view(replace(performance_states.view(), answer=running))
    look()
    assert [figure.x() for figure in (*slim.figures, slim.curve)] == at
    page.resize(1208, 1000)
    look()
    assert not slim.isVisible()
    assert page.performance.answer.decode.isVisible()
    cards = page.performance.cards
    assert page.height() - cards.mapTo(page, cards.rect().bottomLeft()).y() < 20


def test_a_card_with_nothing_to_draw_is_as_high_as_its_text(page: DashboardPage) -> None:
    performance = page.performance
    page.show_view(performance_states.unmeasured())
    look()
    for card in (performance.experts, performance.memory):
        assert card.height() < 160
        assert performance.speed.height() > 400
    page.show_view(performance_states.view())
    look()
    assert performance.experts.height() > 400
    assert performance.speed.height() == performance.energy.height()


def test_nobody_sees_it_in_a_window_that_is_minimised(page: DashboardPage) -> None:
    seen: list[bool] = []
    page.seen.connect(seen.append)
    page.showMinimized()
    look()
    assert seen == [False]
    page.showNormal()
    look()
    assert seen[-1]


@pytest.mark.parametrize("width", [688, 968, 1208, 1848])
@pytest.mark.parametrize("name", list(performance_states.VIEWS))
def test_nothing_is_cut_off_at_any_width(page: DashboardPage, name: str, width: int) -> None:
    page.resize(width, 800)
    page.show_view(performance_states.VIEWS[name]())
    look()
    assert page.width() == width
    for kind in (Label, Paragraph, Button):
        for widget in page.findChildren(kind):
            if not widget.isVisible():
                continue
            assert widget.mapTo(page, widget.rect().topRight()).x() < width, widget
            if kind is Paragraph:
                assert widget.height() >= widget.heightForWidth(widget.width())
            elif widget.sizePolicy().horizontalPolicy() != widget.sizePolicy().Policy.Ignored:
                assert widget.width() >= widget.sizeHint().width(), widget.text()
            elif kind is Label and width >= 968:
                assert widget.text() == widget.full_text()
