"""What measured runs taught about this machine: factors on the predicted times."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

# With nothing measured a prediction may be off by so much either way; each run narrows it.
FIRST_SPREAD = 0.35
LEAST_SPREAD = 0.08


@dataclass(frozen=True)
class Observation:
    """One measured run beside its prediction without calibration, both in tokens/s."""

    prompt_predicted: float
    prompt_measured: float
    decode_predicted: float
    decode_measured: float


@dataclass(frozen=True)
class Calibration:
    """Measured speed is predicted speed times `prompt` or `decode`, give or take the spread."""

    prompt: float = 1.0
    decode: float = 1.0
    prompt_spread: float = FIRST_SPREAD
    decode_spread: float = FIRST_SPREAD
    runs: int = 0


def calibrated(observations: Iterable[Observation]) -> Calibration:
    """The factors that fit `observations`, newest last; the middle one, so that one odd run
    changes little. A rate that is not above 0 was not measured.
    """
    runs = tuple(run for run in observations if min(_rates(run)) > 0)
    if not runs:
        return Calibration()
    prompt = [run.prompt_measured / run.prompt_predicted for run in runs]
    decode = [run.decode_measured / run.decode_predicted for run in runs]
    return Calibration(
        statistics.median(prompt),
        statistics.median(decode),
        _spread(prompt),
        _spread(decode),
        len(runs),
    )


def _rates(run: Observation) -> tuple[float, ...]:
    return run.prompt_predicted, run.prompt_measured, run.decode_predicted, run.decode_measured


def _spread(ratios: list[float]) -> float:
    """Half the width of the band: how far ratios lie from their middle, wide for few of them."""
    middle = statistics.median(ratios)
    distance = max(abs(math.log(ratio / middle)) for ratio in ratios)
    guess = FIRST_SPREAD / (1 + len(ratios))
    return max(LEAST_SPREAD, guess, 1.25 * distance)
