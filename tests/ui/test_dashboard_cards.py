"""Energy, experts and memory on the dashboard: what they say and what they ask for."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.dashboard.expert_shares import LEVELS, counts_of
from app.dashboard.state import DeviceMap, EnergyView, ExpertsView, MemoryMap, MemoryPart
from tests.ui import performance_states
from tests.ui.hands import click, look
from ui.controls import Button
from ui.dashboard_energy import EnergyCard
from ui.dashboard_experts import REDRAW_EVERY_MS, ExpertsCard
from ui.dashboard_memory import MemoryMapCard
from ui.dashboard_warnings import Warnings
from ui.heat_colours import heat_colours
from ui.popover import Popover
from ui.theme import Theme

NOW_S, GIB = performance_states.NOW_S, performance_states.GIB


@pytest.fixture
def energy(theme: Theme, qtbot: QtBot) -> EnergyCard:
    card = EnergyCard(theme)
    qtbot.addWidget(card)
    card.resize(404, 260)
    card.show()
    look()  # Widgets of the test before go now, not one page after another.
    return card


@pytest.fixture
def experts(theme: Theme, qtbot: QtBot) -> ExpertsCard:
    card = ExpertsCard(theme)
    qtbot.addWidget(card)
    card.resize(724, 460)
    card.show()
    look()  # Widgets of the test before go now, not one page after another.
    return card


@pytest.fixture
def memory(theme: Theme, qtbot: QtBot) -> MemoryMapCard:
    card = MemoryMapCard(theme)
    qtbot.addWidget(card)
    card.resize(404, 460)
    card.show()
    look()  # Widgets of the test before go now, not one page after another.
    return card


def opened(card: QWidget, opener: QWidget, qtbot: QtBot) -> str:
    """The name of what a click opens, which is closed again."""
    click(qtbot, opener)
    look()
    popover = card.findChild(Popover)
    assert popover is not None
    name = popover.accessibleName()
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    look()
    return name


# Energy


def test_energy_in_figures(energy: EnergyCard) -> None:
    energy.show_view(performance_states.energy(), NOW_S)
    look()
    shown = [
        (named.label.full_text(), named.figure.figure, named.figure.unit, named.below.full_text())
        for named in (energy.power, energy.per_token, energy.month)
    ]
    assert shown == [
        ("Power, answering", "143", "W", ""),
        ("Per token", "3.4", "J", "0.94 kWh per 1M"),
        ("November", "0.70", "kWh", "270 g CO\u2082"),
    ]
    assert energy.day.full_text() == "today 0.029 kWh, $0.009"


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, ""), (0.4, "partly estimated"), (1.0, "estimated")]
)
def test_an_estimate_is_marked_as_one(energy: EnergyCard, share: float, said: str) -> None:
    energy.show_view(replace(performance_states.energy(), estimated_share=share), NOW_S)
    assert energy.power.below.full_text() == said


def test_without_a_sensor_nothing_is_zero(energy: EnergyCard) -> None:
    energy.show_view(EnergyView(source="Not measured. To enable it: do this."), NOW_S)
    look()
    for named in (energy.power, energy.per_token, energy.month):
        assert named.figure.figure == "\N{EN DASH}"
        assert named.below.full_text() == "not measured"
    assert energy.source.full_text() == "Not measured. To enable it: do this."
    assert not energy.bars.isVisible()


def test_days_are_read_by_arrow_keys_and_as_a_table(energy: EnergyCard, qtbot: QtBot) -> None:
    energy.show_view(performance_states.energy(), NOW_S)
    look()
    qtbot.keyClick(energy.bars, Qt.Key.Key_Home)
    assert energy.day.full_text() == "1 Nov 0.018 kWh"
    qtbot.keyClick(energy.bars, Qt.Key.Key_End)
    qtbot.keyClick(energy.bars, Qt.Key.Key_Left)
    assert energy.day.full_text() == "yesterday 0 kWh"
    energy.bars.leaveEvent(None)
    assert energy.day.full_text() == "today 0.029 kWh, $0.009"
    rows = energy.bars.accessibleDescription().split("; ")
    assert (len(rows), rows[0], rows[-1]) == (16, "1 Nov 0.018 kWh", "today 0.029 kWh")


def test_bars_are_as_high_as_their_days(energy: EnergyCard) -> None:
    energy.show_view(performance_states.energy(), NOW_S)
    look()
    days = performance_states.energy().by_day
    most = max(day.amount for day in days)
    full = max(energy.bars.bar_box(n).height() for n in range(len(days)))
    for index, day in enumerate(days):
        height = energy.bars.bar_box(index).height()
        assert height == pytest.approx(full * day.amount / most, abs=1)


def test_little_energy_is_said_in_wh_and_whole(energy: EnergyCard) -> None:
    little = replace(performance_states.energy(), month_kwh=4.2e-7, today_kwh=0.00012)
    energy.show_view(little, NOW_S)
    look()
    figure = energy.month.figure
    assert (figure.figure, figure.unit) == ("0.00042", "Wh")
    assert energy.day.full_text() == "today 0.12 Wh, $0.009"
    for named in (energy.power, energy.per_token, energy.month):
        assert named.figure.width() >= named.figure.sizeHint().width()


def test_figures_of_energy_open_their_arithmetic(energy: EnergyCard, qtbot: QtBot) -> None:
    energy.show_view(performance_states.energy(), NOW_S)
    look()
    for named in (energy.power, energy.per_token, energy.month):
        assert opened(energy, named.figure, qtbot) == performance_states.EXPLAINED.title
    energy.show_view(EnergyView(source="Not measured."), NOW_S)
    look()
    click(qtbot, energy.power.figure)
    assert energy.findChild(Popover) is None


# Experts


def test_experts_off_say_what_they_cost_and_offer_a_switch(
    experts: ExpertsCard, qtbot: QtBot
) -> None:
    experts.show_view(ExpertsView(cost_percent=3.6))
    look()
    assert not experts.heat.isVisible()
    assert "Measured here: answers are 3.6 % slower." in experts.cost.full_text()
    with qtbot.waitSignal(experts.capture_wanted, timeout=1000) as wanted:
        click(qtbot, experts.switch)
    assert wanted.args == [True]
    experts.show_view(ExpertsView())
    assert "not measured here yet" in experts.cost.full_text()
    experts.show_view(ExpertsView(supported=False))
    assert not experts.switch.isEnabled()
    assert experts.empty.full_text() == "This model has no experts to count."


def test_shares_of_experts(experts: ExpertsCard) -> None:
    experts.show_view(performance_states.experts())
    look()
    assert experts.head.line.full_text() == "48 layers \u00d7 128 experts, 1,896 tokens"
    names = [named.label.full_text() for named in experts.shares.figures]
    assert names == [
        "Busiest 8 a layer",
        "Busiest 10 %",
        "Busiest 25 %",
        "Busiest 50 %",
        "Picked again",
        "Never picked",
    ]
    first, *_, again, never = experts.shares.figures
    assert first.below.full_text() == "even: 6.2 %"
    assert again.figure.figure == "33 %"
    assert never.below.full_text() == "of 6,144"
    assert "8 busiest experts of each layer" in first.figure.accessibleDescription()


def test_shares_of_experts_open_their_arithmetic(experts: ExpertsCard, qtbot: QtBot) -> None:
    experts.show_view(performance_states.experts())
    look()
    for named in experts.shares.figures:
        assert named.figure.focusPolicy() == Qt.FocusPolicy.StrongFocus
        assert opened(experts, named.figure, qtbot) == named.label.full_text()
    assert opened(experts, experts.head.how, qtbot) == "Expert use"


def test_where_experts_are_stands_beside_the_heat_map(experts: ExpertsCard) -> None:
    view = performance_states.experts()
    experts.show_view(replace(view, places=()))
    look()
    alone = experts.heat.map_box().left()
    experts.show_view(view)
    look()
    assert experts.heat.map_box().left() > alone
    # Another model has other rows.
    experts.show_view(replace(view, places=((0, 3, "in RAM"), (4, 9, "on the GPU"))))
    look()
    assert experts.heat.map_box().left() == alone


def test_this_answer_or_all(experts: ExpertsCard, qtbot: QtBot) -> None:
    experts.show_view(performance_states.experts())
    click(qtbot, experts.spans.segments["summed"])
    assert experts.head.line.full_text().endswith("212,480 tokens")
    experts.show_view(replace(performance_states.experts(), summed=None))
    look()
    assert not experts.heat.isVisible()
    click(qtbot, experts.spans.segments["answer"])
    look()
    assert experts.heat.isVisible()


def test_what_was_counted_before_shows_until_there_is_an_answer(experts: ExpertsCard) -> None:
    experts.show_view(replace(performance_states.experts(), use=None))
    look()
    assert experts.spans.segments["summed"].isChecked()
    assert experts.heat.isVisible()
    experts.show_view(performance_states.experts())
    look()
    assert experts.spans.segments["answer"].isChecked()
    assert experts.head.line.full_text().endswith("1,896 tokens")


def test_the_heat_map_shows_what_was_counted(
    experts: ExpertsCard, theme: Theme, qtbot: QtBot
) -> None:
    view = performance_states.experts()
    experts.show_view(view)
    click(qtbot, experts.orders.segments["number"])
    look()
    assert view.use is not None
    picture = experts.heat.grab().toImage()
    box, colours = experts.heat.map_box(), heat_colours(theme.name)
    rows = counts_of(view.use)
    for row, column in ((0, 0), (7, 100), (47, 127), (20, 64)):
        share = rows[row][column] / sum(rows[row])
        level = min(LEVELS - 1, int((share / 0.05) ** 0.5 * LEVELS))
        x = box.left() + (column + 0.5) * box.width() / 128
        y = box.top() + (row + 0.5) * box.height() / 48
        assert picture.pixelColor(int(x), int(y)).rgb() == colours[level].rgb()


def test_cells_are_read_by_arrow_keys(experts: ExpertsCard, qtbot: QtBot) -> None:
    view = performance_states.experts()
    assert view.use is not None
    experts.show_view(view)
    look()
    qtbot.keyClick(experts.heat, Qt.Key.Key_Down)
    qtbot.keyClick(experts.heat, Qt.Key.Key_Down)
    row = counts_of(view.use)[1]
    busiest = max(range(128), key=row.__getitem__)
    said = experts.head.line.full_text()
    assert said.startswith(f"layer 1, expert {busiest}: ")
    assert experts.heat.accessibleName() == said
    assert f"layer 1: {busiest} " in experts.heat.accessibleDescription()


def test_counts_of_a_running_answer_are_redrawn_once_a_second(
    experts: ExpertsCard, qtbot: QtBot
) -> None:
    view = performance_states.experts()
    experts.show_view(view)
    look()
    assert view.use is not None
    for tokens in (1897, 1898):
        experts.show_view(replace(view, use=msgspec.structs.replace(view.use, tokens=tokens)))
    assert experts.head.line.full_text().endswith("1,896 tokens")
    qtbot.waitUntil(
        lambda: experts.head.line.full_text().endswith("1,898 tokens"),
        timeout=REDRAW_EVERY_MS + 2000,
    )


def test_another_model_shows_at_once(experts: ExpertsCard) -> None:
    experts.show_view(performance_states.experts())
    look()
    other = performance_states.expert_use(layers=4, n_experts=8, n_used=2, tokens=50)
    experts.show_view(ExpertsView(enabled=True, use=other))
    assert experts.head.line.full_text() == "4 layers \u00d7 8 experts, 50 tokens"


def test_forgetting_the_sum_asks_for_it(experts: ExpertsCard, qtbot: QtBot) -> None:
    experts.show_view(performance_states.experts())
    look()
    assert not experts.forget.isVisible()
    click(qtbot, experts.spans.segments["summed"])
    look()
    with qtbot.waitSignal(experts.forget_wanted, timeout=1000):
        click(qtbot, experts.forget)


def test_the_palette_changes_the_picture(experts: ExpertsCard, theme: Theme) -> None:
    experts.show_view(performance_states.experts())
    look()
    before = experts.heat.grab().toImage()
    theme.choose("dark" if theme.name == "light" else "light")
    look()
    assert experts.heat.grab().toImage() != before


# Memory


def test_each_device_in_cells_and_all_in_the_table(memory: MemoryMapCard) -> None:
    memory.show_map(performance_states.memory())
    look()
    gpu, ram = memory.devices
    assert (gpu.button.text(), gpu.amount.text()) == ("RTX 4070 12 GB", "11.4 of 12.0 GiB")
    assert sum(count for _, count in gpu.cells.cells) == 48
    assert sum(count for _, count in ram.cells.cells) == 125
    assert memory.head.line.full_text() == "256 MiB"
    headings = [(c.kind, c.heading, c.sizes.get("routed")) for c in memory.table.columns]
    assert headings == [
        ("gpu", "now", "8.5"),
        ("gpu", "planned", "8.4"),
        ("ram", "now", "7.8"),
        ("ram", "planned", "7.8"),
    ]
    said = memory.table.accessibleDescription()
    assert "KV cache: GPU now 0.8 GiB, GPU planned 0.8 GiB" in said
    assert "Routed experts 8.5 GiB" in gpu.cells.accessibleDescription()


def test_solid_on_the_gpu_tinted_in_ram(memory: MemoryMapCard, theme: Theme) -> None:
    memory.show_map(performance_states.memory())
    look()
    for row, name in zip(memory.devices, ("data_class", "data_class_in_ram"), strict=True):
        first = row.cells.grab().toImage().pixelColor(6, 6)
        assert first == theme.color(f"{name}.attention_dense")


def test_a_click_on_a_device_shows_its_layers(memory: MemoryMapCard, qtbot: QtBot) -> None:
    memory.show_map(performance_states.memory())
    gpu = memory.devices[0]
    assert not gpu.layers.isVisible()
    click(qtbot, gpu.cells)
    look()
    assert gpu.layers.isVisible()
    assert gpu.layers.full_text().startswith("Layers 0 to 22: attention, KV cache.\nLayers 23")
    qtbot.keyClick(gpu.button, Qt.Key.Key_Return)
    look()
    assert not gpu.layers.isVisible()
    memory.show_map(performance_states.large_memory())
    assert not memory.devices[0].button.isEnabled()


def test_large_machines_have_larger_cells(memory: MemoryMapCard) -> None:
    memory.show_map(performance_states.large_memory())
    look()
    assert memory.head.line.full_text() == "1 GiB"
    assert [c.kind for c in memory.table.columns] == ["gpu", "ram", "disk"]
    assert [c.sizes["routed"] for c in memory.table.columns] == ["24.0", "96.0", "62.0"]


def test_totals_of_memory_open_their_arithmetic(memory: MemoryMapCard, qtbot: QtBot) -> None:
    memory.show_map(performance_states.memory())
    look()
    for row in memory.devices:
        assert opened(memory, row.amount, qtbot) == row.button.text()


def test_a_disk_that_nothing_is_read_from_is_left_out(memory: MemoryMapCard) -> None:
    found = performance_states.memory()
    disk = DeviceMap("From disk", "disk", 4 * GIB, (MemoryPart("free", 4 * GIB),))
    memory.show_map(replace(found, devices=(*found.devices, disk)))
    look()
    assert len(memory.devices) == len(found.devices)
    assert {column.kind for column in memory.table.columns} == {"gpu", "ram"}


def test_without_a_model_there_is_no_map(memory: MemoryMapCard) -> None:
    memory.show_map(performance_states.memory())
    memory.show_map(MemoryMap())
    look()
    assert memory.nothing.isVisible()
    assert not memory.table.isVisible()
    assert not any(row.isVisible() for row in memory.devices)


# Warnings and "how"


def test_a_warning_has_its_remedy_one_click_away(theme: Theme, qtbot: QtBot) -> None:
    warnings = Warnings(theme)
    qtbot.addWidget(warnings)
    spill, hot = performance_states.SPILL, performance_states.THROTTLED
    warnings.show_warnings((spill, hot))
    look()
    first, second = warnings.rows
    assert second.button is None
    assert first.button is not None
    with qtbot.waitSignal(warnings.remedy_wanted, timeout=1000) as wanted:
        click(qtbot, first.button)
    assert wanted.args == ["relieve_gpu"]
    newer = replace(
        spill, problem=msgspec.structs.replace(spill.problem, message="0.1 GiB are free.")
    )
    warnings.show_warnings((newer,))
    look()
    assert warnings.rows == (first,)
    assert first.words.full_text().startswith("0.1 GiB are free.")
    warnings.show_warnings(())
    look()
    assert not warnings.isVisible()


def test_warnings_come_first_by_tab(theme: Theme, qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    column = QVBoxLayout(ground)
    above, below = Button(theme, "Above"), Button(theme, "Below")
    warnings = Warnings(theme)
    warnings.follow(above)
    for widget in (above, warnings, below):
        column.addWidget(widget)
    ground.show()
    warnings.show_warnings((performance_states.SPILL, performance_states.SWAP))
    look()
    stops = []
    widget = ground.nextInFocusChain()
    while widget is not ground:
        stops.append(widget)
        widget = widget.nextInFocusChain()
    buttons = [widget for widget in stops if isinstance(widget, Button)]
    assert buttons == [above, *(row.button for row in warnings.rows), below]


def test_how_opens_the_arithmetic_and_closes_on_escape(energy: EnergyCard, qtbot: QtBot) -> None:
    energy.show_view(performance_states.energy(), NOW_S)
    click(qtbot, energy.head.how)
    look()
    popover = energy.findChild(Popover)
    assert popover is not None
    assert popover.isVisible()
    assert popover.accessibleName() == performance_states.EXPLAINED.title
    assert energy.rect().contains(popover.pos())
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    look()
    assert energy.findChild(Popover) is None
    energy.show_view(replace(performance_states.energy(), explained=None), NOW_S)
    look()
    assert not energy.head.how.isVisible()
