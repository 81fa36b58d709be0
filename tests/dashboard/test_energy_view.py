"""Power, energy per token and by day, by hand; and where it is known from."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from app.dashboard.energy import energy_view
from app.dashboard.power_counters import CpuCounter, cpu_counter
from app.dashboard.run import Run
from app.settings import Settings
from runtime.worker import energy as worker_energy
from tests.dashboard.ledger_runs import SETTINGS, reckoning, run, stats

DAY = "2026-11-25 10:00"


def view(*runs: Run, counter: CpuCounter = "absent", settings: Settings = SETTINGS, model=""):
    return energy_view(reckoning(*runs, settings=settings), counter, model)


def test_the_month_in_numbers() -> None:
    found = view(
        run("2026-10-31 10:00", stats(joules=9e6, elapsed_s=90_000.0), model="old"),
        run("2026-11-02 10:00", stats(joules=7200.0, answer=1000, elapsed_s=40.0)),
        run("2026-11-25 10:00", stats(joules=3600.0, answer=500, elapsed_s=20.0)),
    )
    assert found.power_w == pytest.approx(180)
    assert found.joules_per_token == pytest.approx(7.2)
    assert found.kwh_per_million_tokens == pytest.approx(2.0)
    assert (found.today_kwh, found.month_kwh) == pytest.approx((0.001, 0.003))
    assert found.today_usd == pytest.approx(0.0003)
    assert found.month_co2_kg is None
    assert len(found.by_day) == 25
    assert [day.amount for day in found.by_day if day.amount] == pytest.approx([0.002, 0.001])
    assert sum(day.amount for day in found.by_day) == pytest.approx(found.month_kwh)
    assert found.estimated_share == 0
    old = view(run(DAY), run(DAY, stats(joules=400.0), model="other"), model="other")
    assert old.power_w == pytest.approx(20)


def test_carbon_dioxide_by_the_grid_s_factor() -> None:
    settings = msgspec.structs.replace(SETTINGS, grams_co2_per_kwh=400.0)
    assert view(run(DAY), settings=settings).month_co2_kg == pytest.approx(0.0004)
    assert view(settings=settings).month_co2_kg == 0


@pytest.mark.parametrize(
    ("idle_w", "power_w", "kwh"), [(0.0, 180.0, 0.001), (45.0, 135.0, 0.00075), (200.0, None, 0.0)]
)
def test_idle_power_subtracted(idle_w: float, power_w: float | None, kwh: float) -> None:
    settings = msgspec.structs.replace(SETTINGS, subtract_idle=True, idle_w=idle_w)
    found = view(run(DAY), settings=settings)
    assert found.power_w == (None if power_w is None else pytest.approx(power_w))
    assert found.month_kwh == found.today_kwh == pytest.approx(kwh)
    assert found.explained
    assert ("Idle power", f"{idle_w:.0f} W") in found.explained.inputs
    assert any("never below zero" in text for text in found.explained.sources)
    plain = view(run(DAY)).explained
    assert plain
    assert "Idle power is not taken off." in plain.sources


@pytest.mark.parametrize("runs", [(), (run(DAY, stats(joules=0.0)),)], ids=["none", "no energy"])
def test_what_was_not_measured_is_none(runs: tuple[Run, ...]) -> None:
    found = view(*runs)
    assert found.power_w is found.joules_per_token is found.kwh_per_million_tokens is None
    assert found.source.startswith("Energy is not measured yet.")


COUNTED = stats(joules=30.0, note=worker_energy.COUNTED)
GUESSED = stats(joules=10.0, source="estimated", note=worker_energy.ESTIMATED)
NO_GPU = stats(joules=10.0, source="estimated", note=worker_energy.GPU_MISSING)
NEITHER = stats(joules=10.0, source="estimated", note=worker_energy.ESTIMATED_GPU_MISSING)
LOCKED = "This processor counts its energy, but only the administrator may read that."


@pytest.mark.parametrize(
    ("answers", "counter", "share", "begins", "then"),
    [
        ([COUNTED], "readable", 0.0, "Measured: CPU package counter", ""),
        ([COUNTED], "absent", 0.0, "Measured: CPU package counter", ""),
        ([GUESSED], "locked", 1.0, "Estimated: 8 W for each busy core", LOCKED),
        ([GUESSED], "absent", 1.0, "Estimated: 8 W for each busy core", "This system shows no"),
        ([GUESSED], "readable", 1.0, "Estimated: 8 W", "new answers are measured by it."),
        ([NO_GPU], "readable", 1.0, "Estimated: CPU package counter only", "driver (NVML) reads."),
        ([NEITHER], "locked", 1.0, "Estimated: 8 W", LOCKED),
        ([COUNTED, GUESSED], "locked", 0.25, "Partly estimated (25%): CPU package", LOCKED),
    ],
)
def test_the_source_is_said_and_how_to_have_a_better_one(
    answers, counter: CpuCounter, share: float, begins: str, then: str
) -> None:
    found = view(*(run(DAY, answer) for answer in answers), counter=counter)
    assert found.estimated_share == pytest.approx(share)
    assert found.source.startswith(begins)
    assert then in found.source
    assert ("sudo chmod" in found.source) == (then == LOCKED)
    if not then:
        assert found.source == "Measured: CPU package counter, other programs included."
    if NO_GPU in answers:
        assert "The processor's energy counter" not in found.source


def test_the_counter_of_the_processor(tmp_path: Path) -> None:
    assert cpu_counter(tmp_path) == cpu_counter(tmp_path / "none") == "absent"
    folder = tmp_path / "intel-rapl:0"
    folder.mkdir()
    file = folder / "energy_uj"
    file.write_text("1")
    assert cpu_counter(tmp_path) == "readable"
    file.chmod(0)
    if os.geteuid() != 0:
        assert cpu_counter(tmp_path) == "locked"


def test_a_counter_that_only_the_administrator_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "intel-rapl:0").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cpu_counter(tmp_path) == "locked"
