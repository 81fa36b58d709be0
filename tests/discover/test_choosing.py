"""Which quantisation is suggested and which model recommended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.discover.choosing import recommended, with_suggestion
from app.discover.state import QuantRow, RepoRow
from tests.discover.offers import CATALOG, GIB, quant, row

BILLION = 1_000_000_000
# Of 30 B parameters: 2.9, 4.6, 4.9, 6.3 and 8.6 bits a weight.
OF_30B = (
    *(quant("Q2_K", 10), quant("Q4_0", 16), quant("Q4_K_M", 17)),
    *(quant("Q6_K", 22), quant("Q8_0", 30)),
)


def suggested(quants: tuple[QuantRow, ...], total: int, memory_gib: float) -> str:
    found = with_suggestion(quants, total, int(memory_gib * GIB))
    names = [one.name for one in found if one.suggested]
    assert len(names) <= 1
    return names[0] if names else ""


@pytest.mark.parametrize(
    ("memory_gib", "name"),
    [
        (64, "Q4_K_M"),  # more bits than that nobody sees
        (18.5, "Q4_K_M"),
        (17.9, "Q4_0"),  # the file alone would fit, not with its cache
        (16.5, "Q2_K"),
        (8, "Q2_K"),  # none fits: the smallest
        (0, "Q2_K"),
    ],
)
def test_by_size(memory_gib: float, name: str) -> None:
    assert suggested(OF_30B, 30 * BILLION, memory_gib) == name


def test_a_k_type_is_better_than_an_old_one_of_its_size() -> None:
    quants = (quant("Q4_K_M", 17), quant("Q4_1", 17.9))
    assert suggested(quants, 30 * BILLION, 64) == "Q4_K_M"
    assert suggested((quant("Q2_K", 10), quant("Q4_0", 16)), 30 * BILLION, 64) == "Q4_0"


def test_only_files_above_enough_bits_fit_then_the_smallest_of_them() -> None:
    quants = (quant("Q6_K", 22), quant("Q8_0", 30))
    assert suggested(quants, 30 * BILLION, 64) == "Q6_K"


def test_a_prediction_goes_before_the_size() -> None:
    quants = (quant("Q2_K", 10, 12), quant("Q4_K_M", 17, 3, "disk"))
    assert suggested(quants, 30 * BILLION, 64) == "Q2_K"


def test_parameters_unknown_takes_the_largest_that_fits() -> None:
    assert suggested(OF_30B, 0, 64) == "Q8_0"


def test_what_could_not_be_read_is_not_suggested() -> None:
    broken = replace(quant("Q4_K_M", 17), phase="failed")
    assert suggested((quant("Q2_K", 10), broken), 30 * BILLION, 64) == "Q2_K"
    assert suggested((broken,), 30 * BILLION, 64) == ""


def offer(repo: str, decode: float, fit: str = "memory") -> RepoRow:
    found = replace(quant("Q4_K_M", 4, decode), suggested=True)
    assert found.prediction is not None
    return row(repo, replace(found, prediction=replace(found.prediction, fit=fit)))


@pytest.mark.parametrize(
    ("rows", "repo"),
    [
        # The ablest that is quick enough.
        ([offer("org/Small-GGUF", 60), offer("org/Middle-GGUF", 20)], "org/Middle-GGUF"),
        ([offer("org/Small-GGUF", 60), offer("org/Middle-GGUF", 5)], "org/Small-GGUF"),
        # 8.5 would do, but its range reaches below 8.
        ([offer("org/Small-GGUF", 60), offer("org/Middle-GGUF", 8.5)], "org/Small-GGUF"),
        # None is quick: the fastest.
        ([offer("org/Small-GGUF", 6), offer("org/Middle-GGUF", 3)], "org/Small-GGUF"),
        # What is read from disk is not recommended.
        ([offer("org/Small-GGUF", 6), offer("org/Huge-GGUF", 9, "disk")], "org/Small-GGUF"),
        # Nor what is made for one purpose, nor what is not in the list.
        ([offer("org/Small-GGUF", 60), offer("org/Code-GGUF", 20)], "org/Small-GGUF"),
        ([offer("org/Small-GGUF", 60), offer("any/Other-GGUF", 90)], "org/Small-GGUF"),
        ([offer("org/Huge-GGUF", 0.5, "disk_very_slow")], None),
        ([row("org/Small-GGUF", quant("Q4_K_M", 4))], None),
        ([], None),
    ],
)
def test_recommended(rows: list[RepoRow], repo: str | None) -> None:
    found = recommended(rows, CATALOG, 20 * GIB)
    assert (found.repo if found else None) == repo


@pytest.mark.parametrize(
    ("waiting", "repo"),
    [
        (row("org/Middle-GGUF", replace(quant("Q4_K_M", 17), suggested=True)), None),
        (row("org/Middle-GGUF", replace(quant("Q4_K_M", 22), suggested=True)), "org/Small-GGUF"),
        (row("org/Huge-GGUF", parameters_total=671 * BILLION), "org/Small-GGUF"),
        (row("org/Middle-GGUF", parameters_total=30 * BILLION), None),
        (replace(row("org/Middle-GGUF"), phase="failed"), "org/Small-GGUF"),
    ],
)
def test_nothing_is_recommended_while_an_abler_one_may_follow(
    waiting: RepoRow, repo: str | None
) -> None:
    found = recommended([offer("org/Small-GGUF", 60), waiting], CATALOG, 20 * GIB)
    assert (found.repo if found else None) == repo


def test_the_reason_says_why_and_whether_runs_here_are_in_it() -> None:
    quick = offer("org/Middle-GGUF", 20)
    found = recommended([replace(quick, why="Able.")], CATALOG, 20 * GIB)
    assert found is not None
    assert found.reason == "Able. It should answer faster than most people read."
    measured = quick.quants[0]
    assert measured.prediction is not None
    calibrated = replace(measured, prediction=replace(measured.prediction, calibrated=True))
    found = recommended([replace(quick, why="Able.", quants=(calibrated,))], CATALOG, 20 * GIB)
    assert found is not None
    assert found.reason.endswith("Predicted from runs on this machine.")
