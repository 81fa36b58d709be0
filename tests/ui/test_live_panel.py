"""The live panel: figures and what they mean, memory, the saving and its sum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.placed_load import PlacedLoad
from app.prices import SHIPPED_PRICES, look_at_prices
from app.savings import Usage, savings
from runtime.protocol.messages import Energy
from tests.ui import states
from tests.ui.hands import click, look
from ui.controls import Button
from ui.figures import Figure, spread
from ui.labels import Label, Paragraph
from ui.live_panel import DEFINITIONS, LivePanel
from ui.memory_shares import memory_shares
from ui.theme import Theme

NONE = "\N{EN DASH}"


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> LivePanel:
    panel = LivePanel(theme)
    qtbot.addWidget(panel)
    panel.resize(292, 800)
    panel.show()
    return panel


def read(*figures: Figure) -> list[str]:
    return [f"{figure.figure} {figure.unit}".strip() for figure in figures]


def test_nothing_measured_is_a_dash_and_never_zero(panel: LivePanel) -> None:
    panel.show_state(states.state())
    assert panel.title.full_text() == "Last answer"
    figures = (panel.decode, panel.prompt, panel.first_token, panel.power, panel.energy)
    assert read(*figures) == [NONE] * 5
    assert panel.savings.figure.figure == NONE
    assert panel.savings.reference.full_text() == "Appears after the first answer"
    assert not panel.savings.how.isVisible()


def test_the_last_answer(panel: LivePanel) -> None:
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    assert read(panel.decode, panel.prompt, panel.first_token) == [
        "41.8 tok/s",
        "331 tok/s",
        "0.62 s",
    ]
    assert read(panel.power, panel.energy) == ["134 W", "3.4 J/token"]
    assert panel.energy_source.full_text() == "estimated"
    assert panel.energy_source.toolTip() == "65 W while both cores work"
    assert not panel.dot.isVisible()
    assert panel.sparkline.speeds == states.speeds()


def test_an_answer_of_one_token_has_no_speed(panel: LivePanel) -> None:
    stats = states.stats(completion_tokens=1, decode_tokens_per_s=None)
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B", stats=stats)))
    assert read(panel.decode) == [NONE]


def test_a_running_answer_is_live(panel: LivePanel) -> None:
    panel.show_state(states.talk(states.user(1, "A"), answer=states.running("B")))
    assert panel.title.full_text() == "Live"
    assert panel.dot.isVisible()
    assert read(panel.decode, panel.power) == ["41.8 tok/s", NONE]


def test_cached_tokens_are_shown_apart_and_nothing_moves_for_them(panel: LivePanel) -> None:
    def places() -> list[int]:
        look()
        shown = (panel.prompt, panel.first_token, panel.power, panel.savings)
        return [widget.mapTo(panel, widget.rect().topLeft()).y() for widget in shown]

    panel.show_state(states.talk(states.user(1, "A")))
    before = places()
    assert before[0] == before[1]
    assert panel.cached.full_text() == ""
    panel.show_state(states.talk(states.user(1, "A"), answer=states.running("B")))
    assert panel.cached.full_text() == "1,011 cached"
    assert places() == before
    stats = states.stats(cached_tokens=12)
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B", stats=stats)))
    assert panel.cached.full_text() == "12 cached"
    assert places() == before
    stats = states.stats(cached_tokens=0)
    panel.show_state(states.talk(states.user(1, "A"), states.answer(3, "B", stats=stats)))
    assert panel.cached.full_text() == ""
    assert places() == before


def test_digits_change_four_times_a_second_and_end_at_the_newest(
    panel: LivePanel, qtbot: QtBot
) -> None:
    state = states.talk(states.user(1, "A"), answer=states.running("B"))
    panel.show_state(state)
    for tokens_per_s in (50.0, 51.0, 52.0):
        running = states.running("B", tokens_per_s=tokens_per_s)
        panel.show_state(replace(state, answer=running))
    assert read(panel.decode) == ["41.8 tok/s"]
    qtbot.waitUntil(lambda: read(panel.decode) == ["52.0 tok/s"])


def test_the_end_of_an_answer_shows_at_once(panel: LivePanel) -> None:
    panel.show_state(states.talk(states.user(1, "A"), answer=states.running("B")))
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    assert panel.title.full_text() == "Last answer"


def test_every_figure_says_how_it_is_defined(panel: LivePanel) -> None:
    figures = (panel.decode, panel.prompt, panel.first_token, panel.power, panel.energy)
    assert {figure.name for figure in figures} == set(DEFINITIONS)
    for figure in figures:
        assert figure.toolTip() == DEFINITIONS[figure.name]
        assert figure.accessibleDescription() == DEFINITIONS[figure.name]
    assert "first to the last" in panel.decode.toolTip()
    assert panel.decode.accessibleName().startswith("Decode: ")


def test_the_axis_does_not_make_noise_look_like_change() -> None:
    low, high = spread([41.0, 41.1])
    assert high - low >= 0.2 * 41
    assert spread([10.0, 40.0]) == (10.0, 40.0)


# Memory


def test_memory_of_a_machine_without_a_gpu() -> None:
    (ram,) = memory_shares(states.MEMORY, states.SYSTEM)
    mib = states.MIB
    assert ram.sizes["attention_dense"] == 430 * mib
    assert ram.sizes["kv_cache"] == 180 * mib
    assert ram.sizes["compute"] == 97 * mib
    used = states.SYSTEM.total_bytes - states.SYSTEM.available_bytes
    assert ram.sizes["other_programs"] == used - 760 * mib
    assert sum(ram.sizes.values()) == ram.total_bytes == states.SYSTEM.total_bytes


def test_a_gpu_has_its_own_bar_and_no_invented_capacity() -> None:
    gpu, ram = memory_shares(states.GPU_MEMORY, states.SYSTEM)
    assert (gpu.name, gpu.column, gpu.total_bytes) == ("RTX 4070", "GPU", None)
    assert gpu.sizes["attention_dense"] == 9 * states.GIB
    assert ram.sizes["attention_dense"] == 8 * states.GIB


def test_memory_without_an_engine_is_the_systems(panel: LivePanel) -> None:
    alone = replace(states.SYSTEM, engine_rss_bytes=0)
    (ram,) = memory_shares(None, alone)
    assert ram.used_bytes == ram.sizes["other_programs"] == 11 * states.GIB
    assert memory_shares(None, None) == ()
    panel.show_state(states.state(engine=states.engine(memory=None), system_memory=alone))
    (name, amount, _) = panel.memory.bars[0]
    assert (name.full_text(), amount.full_text()) == ("RAM", "11.0 of 32.0 GiB")


def test_shares_never_go_below_zero() -> None:
    tight = replace(states.SYSTEM, total_bytes=states.GIB, available_bytes=states.GIB)
    (ram,) = memory_shares(states.GPU_MEMORY, tight)[1:]
    assert min(ram.sizes.values()) == 0


def test_the_memory_table_is_told_in_words_too(panel: LivePanel) -> None:
    panel.show_state(states.state())
    spoken = panel.memory.table.accessibleDescription()
    assert spoken.startswith("RAM: Weights 0.4, KV cache 0.2, Compute")
    assert spoken.endswith("GiB")


# The saving


def test_the_saving_names_its_reference_and_the_electricity(panel: LivePanel) -> None:
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    assert read(panel.savings.figure) == ["$0.0070"]
    assert panel.savings.reference.full_text() == "vs GPT-4o (OpenAI price list)"
    assert panel.savings.electricity.full_text() == "electricity $0.0001, estimated"


@pytest.mark.parametrize(
    ("estimated_joules", "words"),
    [(0.0, ""), (300.0, ", partly estimated"), (1200.0, ", estimated")],
)
def test_electricity_that_is_no_measurement_says_so(
    panel: LivePanel, estimated_joules: float, words: str
) -> None:
    usage = Usage(1, 0, 1, joules=1200.0, estimated_joules=estimated_joules)
    panel.show_state(states.state(savings=savings(states.GPT_4O, usage, 0.30)))
    assert panel.savings.electricity.full_text() == f"electricity $0.0001{words}"


def test_every_shipped_price_is_named_whole(panel: LivePanel, qtbot: QtBot) -> None:
    book, _ = look_at_prices(SHIPPED_PRICES, Path("/nowhere/prices.json"))
    usage = Usage(1_000_000, 0, 1_000_000, joules=9e9, estimated_joules=8e9)
    for price in book.prices:
        panel.show_state(states.state(savings=savings(price, usage, 0.30)))
        qtbot.waitUntil(lambda: price.label in panel.savings.reference.full_text())  # noqa: B023
        look()
        assert panel.savings.reference.text() == f"vs {price.label}"
        for line in (panel.savings.reference, panel.savings.electricity):
            assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width()


def test_a_loss_is_shown_as_one(panel: LivePanel) -> None:
    stats = states.stats(energy=Energy(9e6, "measured", "RAPL"), completion_tokens=2)
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B", stats=stats)))
    assert panel.savings.figure.figure.startswith("\N{MINUS SIGN}$0.74")


def test_how_opens_the_sum_and_esc_closes_it(panel: LivePanel, qtbot: QtBot) -> None:
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    look()
    popover = panel.savings.explain()
    assert popover is not None
    texts = [label.full_text() for label in popover.findChildren(Label)]
    assert texts[:3] == ["Prompt tokens", "1,204 \N{MULTIPLICATION SIGN} $2.50 / 1M", "$0.0030"]
    assert texts[-3:] == ["Saved", "", "$0.0070"]
    sentences = [words.full_text() for words in popover.findChildren(Paragraph)]
    assert "The price of GPT-4o is from OpenAI price list." in sentences
    assert any("estimated" in sentence for sentence in sentences)
    look()
    assert panel.rect().contains(popover.geometry().center())
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_a_large_sum_is_not_cut_off(panel: LivePanel) -> None:
    usage = Usage(60_000_000, 40_000_000, 10_000_000, joules=9e9)
    panel.show_state(states.state(savings=savings(states.GPT_4O, usage, 0.30)))
    look()
    popover = panel.savings.explain()
    assert popover is not None
    look()
    for label in popover.findChildren(Label):
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


def test_the_sum_leads_to_the_prices(panel: LivePanel, qtbot: QtBot) -> None:
    panel.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    popover = panel.savings.explain()
    assert popover is not None
    (change,) = popover.findChildren(Button)
    assert change.text() == "Change prices"
    with qtbot.waitSignal(panel.prices_wanted):
        click(qtbot, change)


def test_the_panel_asks_to_be_closed(panel: LivePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.closed):
        click(qtbot, panel.close_button)


def test_speed_stands_beside_what_was_predicted(panel: LivePanel) -> None:
    placed = PlacedLoad(predicted=(37.2, 45.4))
    engine = states.engine(placed=placed)
    turns = (states.user(1, "A"), states.answer(2, "B"))
    panel.show_state(states.talk(*turns, engine=engine))
    assert panel.predicted.full_text() == "predicted 37\N{EN DASH}45"
    assert panel.sparkline.band == (37.2, 45.4)
    other = replace(states.answer(2, "B"), model_id="another")
    panel.show_state(states.talk(turns[0], other, engine=engine))
    assert panel.predicted.full_text() == "", "that answer is of another model"
    assert panel.sparkline.band is None
    panel.show_state(states.talk(*turns))
    assert panel.predicted.full_text() == ""
