"""Energy of an answer: counters that wrap, folders as the system has them, what is an estimate."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.worker.energy import (
    ESTIMATED_W_PER_BUSY_CORE,
    CounterReading,
    EnergyMeter,
    joules_between,
    read_packages,
)

RANGE_UJ = 262_143_328_850


def reading(energy_uj: int, wraps_at_uj: int = RANGE_UJ) -> CounterReading:
    return CounterReading(energy_uj, wraps_at_uj)


def readings(*energies_uj: dict[str, int]) -> Callable[[], dict[str, CounterReading]]:
    """Gives one made-up reading of the packages after the other."""
    rest = iter(energies_uj)
    return lambda: {name: reading(energy_uj) for name, energy_uj in next(rest).items()}


@pytest.mark.parametrize(
    ("earlier_uj", "later_uj", "joules"),
    [
        (1_000_000, 4_500_000, 3.5),
        (7, 7, 0.0),
        (RANGE_UJ - 1_000_000, 2_000_000, 3.0),
        (RANGE_UJ, 0, 0.0),
    ],
)
def test_joules_between_two_readings(earlier_uj: int, later_uj: int, joules: float) -> None:
    assert joules_between(reading(earlier_uj), reading(later_uj)) == pytest.approx(joules)


def counter(root: Path, name: str, energy: str, wraps_at: str | None = "1000") -> None:
    folder = root / name
    folder.mkdir()
    (folder / "energy_uj").write_text(energy)
    if wraps_at is not None:
        (folder / "max_energy_range_uj").write_text(wraps_at)


def test_each_package_is_read_once(tmp_path: Path) -> None:
    counter(tmp_path, "intel-rapl:0", "12\n", f"{RANGE_UJ}\n")
    counter(tmp_path, "intel-rapl:1", "34\n", f"{RANGE_UJ}\n")
    counter(tmp_path, "intel-rapl:0:0", "5\n")  # the cores of package 0: in it already
    counter(tmp_path, "intel-rapl-mmio:0", "12\n")  # package 0 by another way
    counter(tmp_path, "dtpm", "1\n")
    assert read_packages(tmp_path) == {"intel-rapl:0": reading(12), "intel-rapl:1": reading(34)}


def test_a_counter_that_cant_be_read_is_left_out(tmp_path: Path) -> None:
    counter(tmp_path, "intel-rapl:0", "not a number")
    counter(tmp_path, "intel-rapl:1", "1", wraps_at=None)
    (tmp_path / "intel-rapl:2").mkdir()
    (tmp_path / "intel-rapl:2" / "energy_uj").mkdir()
    counter(tmp_path, "intel-rapl:3", "8", "1000")
    assert read_packages(tmp_path) == {"intel-rapl:3": reading(8, 1000)}


def test_a_machine_without_counters_has_none(tmp_path: Path) -> None:
    assert read_packages(tmp_path) == {}
    assert read_packages(tmp_path / "nowhere") == {}


def test_what_the_counters_say_is_measured() -> None:
    meter = EnergyMeter(readings({"a": 0, "b": RANGE_UJ - 500_000}, {"a": 2_000_000, "b": 0}))
    energy = meter.stop()
    assert energy.joules == pytest.approx(2.5)
    assert energy.source == "measured"
    assert "other programs included" in energy.note


def test_a_counter_that_goes_away_is_not_counted() -> None:
    meter = EnergyMeter(readings({"a": 0, "b": 0}, {"b": 3_000_000, "c": 9_000_000}))
    assert meter.stop().joules == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {}), ({"a": 5}, {"a": 5}), ({"a": 5}, {}), ({}, {"a": 5})],
    ids=["none", "stands still", "goes away", "comes late"],
)
def test_without_a_counter_it_is_an_estimate_and_says_so(
    before: dict[str, int], after: dict[str, int]
) -> None:
    meter = EnergyMeter(readings(before, after))
    busy_from_s = time.process_time()
    while time.process_time() - busy_from_s < 0.05:
        pass
    energy = meter.stop()
    assert energy.source == "estimated"
    assert energy.joules >= 0.05 * ESTIMATED_W_PER_BUSY_CORE
    assert energy.note == "8 W for each busy core: no power counter can be read"
