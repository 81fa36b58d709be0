"""What the dashboard's Performance tab says in words and figures."""

from __future__ import annotations

import pytest

from app import number_text
from app.dashboard.state import ExpertsView
from tests.ui import performance_states
from ui import expert_words
from ui.dashboard_energy import month_name
from ui.dashboard_memory import cell_text, spoken
from ui.memory_map_table import columns_of, spoken_table

MIB = 1024**2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.00002, "<0.0001"),
        (0.0291, "0.029"),
        (0.7, "0.70"),
        (12.4, "12.40"),
        (1234.5, "1,234.50"),
    ],
)
def test_kwh(value: float, text: str) -> None:
    assert number_text.kwh(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0 g"), (0.000042, "0.042 g"), (0.27, "270 g"), (1.24, "1.2 kg")]
)
def test_co2(value: float, text: str) -> None:
    assert number_text.co2(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (0.025, "2.5 %"),
        (0.05, "5 %"),
        (0.0625, "6.2 %"),
        (0.234, "23 %"),
        (1, "100 %"),
    ],
)
def test_a_share_that_may_be_small(value: float, text: str) -> None:
    assert number_text.share(value) == text


@pytest.mark.parametrize(("mib", "text"), [(256, "256 MiB"), (512, "512 MiB"), (2048, "2 GiB")])
def test_what_a_cell_stands_for(mib: int, text: str) -> None:
    assert cell_text(mib * MIB) == text


def test_the_month_has_its_whole_name() -> None:
    assert month_name(performance_states.NOW_S) == "November"


def test_a_device_in_words() -> None:
    gpu = performance_states.memory().devices[0]
    assert spoken(gpu) == (
        "RTX 4070 12 GB, 11.4 of 12.0 GiB: Attention & dense 0.8 GiB, Routed experts 8.5 GiB,"
        " KV cache 0.8 GiB, Compute 0.4 GiB, Other programs 0.9 GiB, Free 0.6 GiB"
    )


def test_the_table_of_a_machine_without_a_plan() -> None:
    said = spoken_table(columns_of(performance_states.large_memory().devices))
    assert "Routed experts: GPU 24.0 GiB, RAM 96.0 GiB, Disk 62.0 GiB" in said
    assert "planned" not in said


@pytest.mark.parametrize(
    ("view", "cost", "nothing"),
    [
        (
            ExpertsView(cost_percent=3.64),
            "Count which experts are used. Measured here: answers are 3.6 % slower.",
            expert_words.OFF,
        ),
        (
            ExpertsView(enabled=True),
            "Count which experts are used. What it costs is not measured here yet.",
            expert_words.WAITING,
        ),
        (ExpertsView(supported=False), expert_words.UNSUPPORTED, expert_words.UNSUPPORTED),
    ],
)
def test_what_counting_costs(view: ExpertsView, cost: str, nothing: str) -> None:
    assert (expert_words.cost(view), expert_words.nothing(view)) == (cost, nothing)


def test_a_cell_by_use_and_by_number_is_the_same_expert() -> None:
    use = performance_states.expert_use(layers=3, n_experts=8, n_used=2, tokens=900)
    by_number = {expert_words.cell(use, "number", 1, column) for column in range(8)}
    by_use = [expert_words.cell(use, "use", 1, column) for column in range(8)]
    assert set(by_use) == by_number
    assert by_use[0].startswith("layer 1, expert ")
