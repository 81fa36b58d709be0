"""The Plan page: what it says of each state, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.plan_state import Choices, PlanView
from runtime.errors import Problem
from tests.ui import plan_states
from tests.ui.hands import click, look
from tests.ui.recording_plan_commands import RecordingPlanCommands
from ui.controls import Button
from ui.labels import Label, Paragraph
from ui.plan_header import COPIED, COPIED_MS, COPY
from ui.plan_page import PlanPage
from ui.theme import Theme


@pytest.fixture
def plan_commands() -> RecordingPlanCommands:
    return RecordingPlanCommands()


@pytest.fixture
def page(theme: Theme, plan_commands: RecordingPlanCommands, qtbot: QtBot) -> PlanPage:
    page = PlanPage(theme, plan_commands)
    qtbot.addWidget(page)
    page.resize(1208, 800)
    page.show()
    return page


@pytest.mark.parametrize(
    ("name", "heading", "tone"),
    [
        ("fits", "Fits this machine", "ok"),
        ("short", "Does not fit: the GPU is 1.8 GiB short", "error"),
        ("disk", "Fits, but reads from disk", "warn"),
        ("cpu", "Fits this machine", "ok"),
        ("dense", "Fits this machine", "ok"),
        ("tuned", "Fits this machine", "ok"),
    ],
)
def test_the_verdict_stands_first(page: PlanPage, name: str, heading: str, tone: str) -> None:
    page.show_plan(plan_states.VIEWS[name]())
    assert page.verdict.heading.full_text() == heading
    assert page.verdict.heading.property("tone") == tone
    assert page.header.load.isEnabled() == (tone != "error")
    assert page.verdict.remedy.isVisible() == (tone == "error")


def test_a_plan_that_does_not_fit_offers_the_nearest_that_does(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    view = plan_states.short(18)
    page.show_plan(view)
    assert page.verdict.remedy.text() == "Keep the experts of 24 layers in RAM"
    click(qtbot, page.verdict.remedy)
    assert plan_commands.choices == [replace(view.choices, expert_layers_on_cpu=24)]


def test_where_no_number_of_layers_fits_less_context_is_offered(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    page.show_plan(replace(plan_states.short(), least_expert_layers=None))
    assert page.adjust.limit.full_text() == "no number fits: choose a smaller context"
    click(qtbot, page.verdict.remedy)
    assert plan_commands.choices == [Choices(8192)]


def test_predictions_stand_with_their_range_and_what_was_measured(page: PlanPage) -> None:
    view = plan_states.tuned()
    page.show_plan(view)
    assert view.plan is not None
    speed, figure = view.plan.speed, page.verdict.decode.figure
    rate = f"{speed.decode_tokens_per_s:.2g}"
    beside = f"{speed.decode_low:.2g}\N{EN DASH}{speed.decode_high:.2g}"
    assert (figure.figure, figure.unit, figure.beside) == (rate, "tok/s", beside)
    assert page.verdict.decode.measured == 58.9
    assert "Measured: 58.9 tok/s." in page.verdict.decode.accessibleDescription()
    assert "reading weights in RAM" in page.verdict.decode.accessibleDescription()
    page.show_plan(plan_states.view())
    assert page.verdict.decode.measured is None


def test_copy_puts_the_command_on_the_clipboard_and_says_so_for_two_seconds(
    page: PlanPage, qtbot: QtBot
) -> None:
    view = plan_states.view()
    page.show_plan(view)
    width = page.header.copy.width()
    click(qtbot, page.header.copy)
    assert QGuiApplication.clipboard().text() == view.command
    assert page.header.copy.text() == COPIED
    assert page.header.copy.width() == width
    qtbot.waitUntil(lambda: page.header.copy.text() == COPY, timeout=COPIED_MS + 1000)


def test_every_button_asks_for_its_command(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    page.show_plan(plan_states.with_experts(plan_states.view(), 30))
    for button in (page.header.back, page.header.load, page.adjust.back, page.tune.button):
        click(qtbot, button)
    page.show_plan(plan_states.tuning())
    assert page.tune.button.text() == "Stop"
    assert not page.header.load.isEnabled()
    click(qtbot, page.tune.button)
    assert [call[0] for call in plan_commands.calls] == [
        "close_plan",
        "load_plan",
        "back_to_suggested",
        "tune",
        "stop_tuning",
    ]


def test_the_suggested_plan_needs_no_way_back(page: PlanPage) -> None:
    page.show_plan(plan_states.view())
    assert not page.adjust.back.isEnabled()
    page.show_plan(plan_states.with_experts(plan_states.view(), 30))
    assert page.adjust.back.isEnabled()


def test_segments_choose_cache_and_objective(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    view = plan_states.view()
    page.show_plan(view)
    assert page.adjust.kv.segments["q8_0"].isChecked()
    click(qtbot, page.adjust.kv.segments["q4_0"])
    click(qtbot, page.adjust.objective.segments["documents"])
    assert plan_commands.choices == [
        replace(view.choices, kv_type="q4_0"),
        replace(view.choices, objective="documents"),
    ]


def test_the_context_slider_goes_in_doublings_up_to_what_was_trained(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    page.show_plan(plan_states.view())
    page.adjust.context.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End):
        qtbot.keyClick(page.adjust.context, key)
    assert [choices.n_ctx for choices in plan_commands.choices] == [4096, 8192, 40_960]


def test_slider_and_handle_are_one_control(
    page: PlanPage, plan_commands: RecordingPlanCommands, qtbot: QtBot
) -> None:
    page.show_plan(plan_states.view())
    slider, handle = page.adjust.experts, page.strip.strip.handle
    assert slider.value() == handle.value() == 24
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(handle, Qt.Key.Key_PageUp)
    chosen = [choices.expert_layers_on_cpu for choices in plan_commands.choices]
    assert chosen == [25, 32]
    page.show_plan(plan_states.with_experts(plan_states.view(), 30))
    assert slider.value() == handle.value() == 30


def test_without_a_gpu_or_experts_there_is_nothing_to_move(page: PlanPage) -> None:
    for name in ("cpu", "dense"):
        page.show_plan(plan_states.VIEWS[name]())
        look()
        assert not page.strip.strip.handle.isVisible()
        assert not page.adjust.experts.isVisible()
    page.show_plan(plan_states.view())
    assert page.strip.strip.handle.isVisible()


def test_several_gpus_are_named(page: PlanPage) -> None:
    page.show_plan(plan_states.dense_on_two())
    assert page.strip.legend.entries[0] == (
        "gpu",
        "GPU 1: RTX 3090 24 GB, GPU 2: RTX 3090 24 GB",
    )
    names = [row.name.full_text() for row in page.memory.devices]
    assert names == ["GPU 1: RTX 3090 24 GB", "GPU 2: RTX 3090 24 GB", "RAM"]
    described = page.strip.strip.accessibleDescription()
    assert "Layers 0 to 40: attention & dense on GPU 1, KV cache on GPU 1." in described


def test_after_loading_what_was_planned_stands_beside_what_was_taken(page: PlanPage) -> None:
    page.show_plan(plan_states.loaded())
    texts = [row.actual.full_text() for row in page.memory.devices]
    assert texts == ["actual 10.6, planned 10.5 GiB", "actual 8.2, planned 8.4 GiB"]
    assert page.header.load.text() == "Load again"
    moved = plan_states.with_experts(plan_states.loaded(), 30)
    page.show_plan(moved)
    assert not page.memory.devices[0].actual.isVisible()
    assert page.header.load.text() == "Load model"


def test_tuning_shows_results_as_they_come(page: PlanPage) -> None:
    page.show_plan(plan_states.tuning())
    assert [line.result for line in page.tune.table.lines] == ["55.2", "57.1", "running"]
    assert page.tune.footer.full_text() == "2 plans tried so far."
    page.show_plan(plan_states.tuned())
    lines = page.tune.table.lines
    assert [line.result for line in lines] == [
        "55.2",
        "57.1",
        "58.9",
        "54.0",
        "did not fit",
        "51.8",
    ]
    assert [line.kept for line in lines].index(True) == 2
    assert lines[-1].note == "llama.cpp's own fit"
    assert page.tune.footer.full_text().endswith("The ticked plan is the one shown here.")


def test_plans_that_look_alike_are_told_apart_by_their_batch(page: PlanPage) -> None:
    view = plan_states.tuned()
    row = view.tune.rows[0]
    view = replace(view, tune=replace(view.tune, rows=(row, row)))
    page.show_plan(view)
    assert [line.note for line in page.tune.table.lines] == ["batch of 1,024"] * 2


@pytest.mark.parametrize(
    ("kind", "result"),
    [("gpu_memory", "did not fit"), ("gpu_too_full", "did not fit"), ("engine_crashed", "failed")],
)
def test_a_try_without_a_speed_says_why(page: PlanPage, kind: str, result: str) -> None:
    view = plan_states.tuned()
    row = replace(view.tune.rows[4], problem=Problem(kind, "Title", "It said so"))
    page.show_plan(replace(view, tune=replace(view.tune, rows=(row,))))
    line = page.tune.table.lines[0]
    assert (line.result, line.tip) == (result, "It said so.")


def test_reading_is_calm_and_a_failure_is_told(page: PlanPage) -> None:
    page.show_plan(plan_states.reading())
    look()
    assert page.reading.isVisible()
    assert not page.verdict.isVisible()
    assert not page.header.load.isEnabled()
    page.show_plan(plan_states.failed())
    look()
    assert not page.reading.isVisible()
    assert page.problem is not None
    assert page.problem.title.full_text() == plan_states.UNREADABLE.title
    page.show_plan(plan_states.view())
    look()
    assert page.problem is None
    assert page.verdict.isVisible()


@pytest.mark.parametrize("width", [688, 828, 1208, 1848])
@pytest.mark.parametrize("name", ["tuned", "short", "disk", "dense", "loaded"])
def test_nothing_is_cut_off_at_any_width(page: PlanPage, name: str, width: int) -> None:
    view: PlanView = plan_states.VIEWS[name]()
    page.resize(width, 800)
    page.show_plan(view)
    look()
    for kind in (Label, Paragraph, Button):
        for widget in page.findChildren(kind):
            if not widget.isVisible():
                continue
            assert widget.mapTo(page, widget.rect().topRight()).x() < width, widget
            if kind is Paragraph:
                assert widget.height() >= widget.heightForWidth(widget.width())
            elif widget.sizePolicy().horizontalPolicy() != widget.sizePolicy().Policy.Ignored:
                assert widget.width() >= widget.sizeHint().width(), widget.text()
