"""A million requests: the article's figures, this machine's, and what DeepSeek-V3 really takes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.dashboard import planned_deepseek
from app.dashboard.money import money_view
from app.dashboard.month_here import MonthHere
from app.dashboard.month_view import NOTES, month_view
from app.dashboard.run_sums import RunSums
from app.planner import Planner
from app.prices import SHIPPED_PRICES, PriceBook, look_at_prices
from app.settings import Settings
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.model_layout import model_layout
from runtime.placement.objective import Objective
from runtime.placement.search import Wishes
from tests.dashboard.ledger_runs import SETTINGS, at, reckoning, run, stats
from tests.placement.machines import machine


@pytest.fixture
def shipped(tmp_path: Path) -> PriceBook:
    return look_at_prices(SHIPPED_PRICES, tmp_path / "none.json")[0]


def test_the_design_s_own_numbers() -> None:
    """331 and 41.8 tok/s at 143 W: 1.98 s a request, 22.9 days, 78 kWh, $24."""
    one = stats(
        prompt=331, cached=0, answer=419, prompt_rate=331.0, decode_rate=41.8, joules=1573.0,
        elapsed_s=11.0,
    )  # fmt: skip
    found = month_view(reckoning(run("2026-11-25 10:00", one)))
    assert found.requests == 1_000_000
    assert (found.prompt_tokens, found.answer_tokens) == (100, 70)
    assert found.seconds_per_request == pytest.approx(100 / 331 + 70 / 41.8)
    here = found.rows[-1]
    assert (here.name, here.source, here.is_here) == ("This machine", "measured", True)
    assert here.paid_for == "electricity, 78.52 kWh over 22.9 days"
    assert here.usd == pytest.approx(143 * 1_976_746 / 3.6e6 * 0.30, rel=1e-4)
    assert here.note == ""
    assert found.explained
    assert ("Seconds", "2.0 s") in found.explained.inputs


def test_more_than_a_month_says_how_many_machines() -> None:
    """10 s to read 100 tokens and 7 s to write 70: 196.8 days, 7 months of 30 days."""
    slow = stats(prompt_rate=10.0, decode_rate=10.0, source="estimated")
    here = month_view(reckoning(run("2026-11-25 10:00", slow))).rows[-1]
    assert here.note == (
        "More than a month: 7 such machines would be needed. The electricity is an estimate."
    )
    assert here.usd == pytest.approx(180 * 17e6 / 3.6e6 * 0.30)


@pytest.mark.parametrize(
    ("seconds", "machines"),
    [(2.592, 1), (2.5921, 2), (0.001, 1), (25.92, 10)],
)
def test_machines_for_a_month_of_thirty_days(seconds: float, machines: int) -> None:
    assert MonthHere(seconds, 1_000_000).machines == machines


@pytest.mark.parametrize(
    ("runs", "seconds"),
    [
        ((), None),
        ((run("2026-11-25 10:00", stats(decode_rate=None)),), None),
        ((run("2026-11-25 10:00", stats(joules=0.0)),), 100 / 300 + 70 / 50),
    ],
    ids=["no runs", "no speed", "no energy"],
)
def test_what_was_not_measured_costs_nothing_known(runs, seconds: float | None) -> None:
    found = month_view(reckoning(*runs))
    assert found.seconds_per_request == seconds or found.seconds_per_request == pytest.approx(
        seconds
    )
    assert found.rows[-1].usd is None


def test_the_computer_counts_where_it_is_written_off() -> None:
    """17 million seconds take 7 computers of $4,800 over 4 years, $100 a month each."""
    settings = msgspec.structs.replace(SETTINGS, hardware_usd=4800.0)
    slow = stats(prompt_rate=10.0, decode_rate=10.0)
    here = month_view(reckoning(run("2026-11-25 10:00", slow), settings=settings)).rows[-1]
    assert here.usd == pytest.approx(180 * 17e6 / 3.6e6 * 0.30 + 700)
    assert here.paid_for == "electricity, 850.00 kWh over 196.8 days, and the computer"


def test_the_article_s_figures(shipped: PriceBook) -> None:
    found = money_view(RunSums(), shipped, Settings(), at("2026-11-25 10:00")).month
    assert [
        (row.name, row.paid_for, row.source, row.usd, row.at_least) for row in found.rows[:-1]
    ] == [
        ("GPT-4 Turbo API", "price per token", "published", 3000, True),
        ("Llama 3.1 70B on 2×A100 80GB", "rented GPUs", "published", 1200, False),  # noqa: RUF001
        ("DeepSeek-V3 on 1×A100 80GB", "rented GPU", "published", 400, False),  # noqa: RUF001
    ]
    # At the list price beside it the article's "$3,000 or more" is right for these requests.
    turbo = shipped.find("openai-gpt-4-turbo")
    assert turbo
    assert (turbo.input_usd_per_million, turbo.output_usd_per_million) == (10, 30)
    assert 100 * 10 + 70 * 30 == 3100
    explained = [row.explained for row in found.rows[:-1]]
    assert all(e and "Published: AINews, 2025. We did not measure it." in e.sources
               for e in explained)  # fmt: skip


def test_every_note_of_a_monthly_cost_can_be_translated(shipped: PriceBook) -> None:
    assert {cost.note for cost in shipped.monthly_costs if cost.note} == set(NOTES)


def test_beside_deepseek_on_one_a100_stands_what_it_takes(shipped: PriceBook) -> None:
    found = money_view(RunSums(), shipped, Settings(), at("2026-11-25 10:00")).month
    row = next(row for row in found.rows if row.name.startswith("DeepSeek"))
    assert row.note == (
        "It does not fit in 80 GB. Our planner: 77.2 GiB on the GPU and 300.5 GiB in RAM at "
        "Q4_K_M, predicted 4.3\N{EN DASH}7.8 tok/s. 18 s a request, so 7 such machines for the "
        "month."
    )
    assert [other.note for other in found.rows if other is not row] == ["", "", ""]
    assert row.explained
    assert [value for _, value in row.explained.inputs] == [
        "1,000,000",
        "376.7 GiB",
        "77.2 GiB on the GPU, 300.5 GiB in RAM, 4.3\N{EN DASH}7.8 tok/s",
        "77.2 GiB on the GPU, 114.2 GiB in RAM, 186.3 GiB from disk, 0.23\N{EN DASH}0.41 tok/s",
    ]


@pytest.mark.parametrize("told", [planned_deepseek.ENOUGH_RAM, planned_deepseek.LITTLE_RAM])
def test_the_planner_still_says_so(told: planned_deepseek.PlannedServer, tmp_path: Path) -> None:
    path = tmp_path / "deepseek.gguf"
    write_header(SPECS["deepseek-v3"], planned_deepseek.QUANTISATION, path)
    layout = model_layout(read_model(path))
    hardware = machine(
        planned_deepseek.GPU_NAME,
        ram_gib=told.ram_gib,
        gb_per_s=planned_deepseek.HOST_GB_PER_S,
        cores=planned_deepseek.CORES,
    )
    planner = Planner(layout, hardware, Objective("month", 100, 70), Calibration())
    plan = planner.ranked(Wishes(planned_deepseek.N_CTX))[0]
    gpu, host = plan.devices
    assert plan.fits
    assert layout.file_bytes == planned_deepseek.FILE_BYTES
    assert (gpu.used_bytes, host.used_bytes) == (told.gpu_bytes, told.host_bytes)
    assert round(plan.disk_share * host.weights.total) == told.disk_bytes
    speed = plan.speed
    assert told.prompt == pytest.approx(
        (speed.prompt_low, speed.prompt_tokens_per_s, speed.prompt_high), rel=1e-3
    )
    assert told.decode == pytest.approx(
        (speed.decode_low, speed.decode_tokens_per_s, speed.decode_high), rel=1e-3
    )
