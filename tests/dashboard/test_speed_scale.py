"""The axis of a history of speeds, its bands, and what lies outside them."""

from __future__ import annotations

import pytest

from app.dashboard.speed_scale import Band, bands, is_outside, speed_axis
from app.dashboard.state import SpeedPoint


def point(speed: float, predicted: tuple[float, float] | None = None) -> SpeedPoint:
    return SpeedPoint(1, 0.0, speed, 100, predicted)


@pytest.mark.parametrize(
    ("speed", "predicted", "outside"),
    [
        (41.0, (37.0, 45.0), False),
        (37.0, (37.0, 45.0), False),
        (36.9, (37.0, 45.0), True),
        (45.1, (37.0, 45.0), True),
        (1.0, None, False),
    ],
)
def test_outside(speed: float, predicted: tuple[float, float] | None, outside: bool) -> None:
    assert is_outside(point(speed, predicted)) is outside


def test_bands_are_stretches_of_equal_predictions() -> None:
    slow, fast = (31.0, 37.0), (37.0, 45.0)
    points = [point(33, slow), point(34, slow), point(35), point(41, fast), point(33, slow)]
    assert bands(points) == (Band(0, 1, *slow), Band(3, 3, *fast), Band(4, 4, *slow))


@pytest.mark.parametrize(
    ("points", "ticks"),
    [
        ([point(30.1, (31.0, 37.0)), point(41.8, (37.0, 45.0))], (30.0, 35.0, 40.0, 45.0)),
        ([point(58.0)], (56.0, 58.0, 60.0)),
        ([point(0.21), point(0.48)], (0.2, 0.3, 0.4, 0.5)),
        ([point(1180.0), point(1900.0)], (1200.0, 1400.0, 1600.0, 1800.0)),
        ([], ()),
    ],
)
def test_ticks_are_round_and_few(points: list[SpeedPoint], ticks: tuple[float, ...]) -> None:
    assert speed_axis(points).ticks == pytest.approx(ticks)


def test_every_dot_and_band_is_on_the_axis() -> None:
    points = [point(12.0, (30.0, 40.0)), point(71.0, (30.0, 40.0))]
    axis = speed_axis(points)
    assert 0 <= axis.share(12.0) < axis.share(40.0) < axis.share(71.0) <= 1


def test_no_speed_is_a_speed_too() -> None:
    assert speed_axis([point(0.0)]).low == 0
