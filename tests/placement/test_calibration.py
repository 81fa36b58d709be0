"""What measured runs change: the middle of their ratios, and a band that narrows."""

from __future__ import annotations

import pytest

from runtime.placement.calibration import (
    FIRST_SPREAD,
    LEAST_SPREAD,
    Calibration,
    Observation,
    calibrated,
)


def runs(*ratios: float) -> list[Observation]:
    """Measured ÷ predicted of decoding; the prompt always came out at half."""
    return [Observation(200, 100, 10, 10 * ratio) for ratio in ratios]


def test_nothing_measured_changes_nothing() -> None:
    assert calibrated([]) == Calibration(1.0, 1.0, FIRST_SPREAD, FIRST_SPREAD, 0)


@pytest.mark.parametrize(
    ("ratios", "decode"),
    [((0.8,), 0.8), ((0.8, 1.0), 0.9), ((0.8, 0.82, 5.0), 0.82), ((0.01, 1.1, 1.1, 1.1), 1.1)],
)
def test_the_middle_counts(ratios: tuple[float, ...], decode: float) -> None:
    found = calibrated(runs(*ratios))
    assert found.decode == pytest.approx(decode)
    assert found.prompt == pytest.approx(0.5)
    assert found.runs == len(ratios)


def test_the_band_narrows_with_runs_that_agree() -> None:
    spreads = [calibrated(runs(*[0.9] * count)).decode_spread for count in range(1, 9)]
    assert spreads == sorted(spreads, reverse=True)
    assert FIRST_SPREAD > spreads[0] > spreads[1] > spreads[-1] == LEAST_SPREAD


def test_the_band_holds_the_runs_that_made_it() -> None:
    found = calibrated(runs(0.7, 1.0, 1.2))
    for ratio in (0.7, 1.0, 1.2):
        low, high = (
            found.decode / (1 + found.decode_spread),
            found.decode * (1 + found.decode_spread),
        )
        assert low <= ratio <= high
    assert found.prompt_spread < found.decode_spread
