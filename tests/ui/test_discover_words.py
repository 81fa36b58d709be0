"""The words of the Discover page, and where its columns stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from app.discover.state import (
    DiscoverView,
    Filters,
    MachineLine,
    Prediction,
    RepoRow,
    Shape,
)
from tests.ui import discover_states as samples
from ui.discover_columns import quant_spans, row_spans
from ui.discover_drawing import place_edges
from ui.discover_words import (
    Speed,
    Words,
    best_speed,
    count_words,
    expert_words,
    fit_words,
    here_words,
    hidden_words,
    licence_words,
    machine_words,
    row_words,
)

GIB = samples.GIB
LIMIT_S = 0.1


# Words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (samples.prediction(10, 14, 0, 36, 31, 40, spare=5.5), Words("Yes, 5.5 GiB to spare")),
        (samples.prediction(10, 14, 0, 36, 31, 40), Words("Yes, nothing to spare")),
        (
            samples.prediction(10, 20, 5.6, 11, 6, 17, "disk"),
            Words("5.6 GiB read from disk", "warn"),
        ),
        (
            samples.prediction(10, 20, 15.1, 4.6, 2.4, 8, "disk"),
            Words("15.1 GiB from disk, slow", "warn"),
        ),
        (
            samples.prediction(10, 20, 15.1, 5.0, 2.4, 8, "disk"),
            Words("15.1 GiB read from disk", "warn"),
        ),
        (
            samples.prediction(10, 20, 31.1, 1.9, 0.9, 3.5, "disk_very_slow"),
            Words("31.1 GiB from disk, very slow", "error"),
        ),
        (samples.prediction(0, 0, 0, 0, 0, 0, "no"), Words("Too large for this machine", "error")),
    ],
)
def test_fit_in_words(found: Prediction, words: Words) -> None:
    assert fit_words(found) == words


def only(*numbers: int, row: RepoRow = samples.NEXT) -> RepoRow:
    return replace(row, quants=tuple(row.quants[n] for n in numbers))


GATED_READ = replace(samples.GATED_ROW, problem=samples.UNREADABLE)
NO_FIT = replace(
    samples.NEXT,
    quants=(samples.quant("Q8_0", 80, samples.prediction(0, 0, 0, 0, 0, 0, "no")),),
)
NOT_MEASURED = replace(
    samples.INSTALLED,
    quants=tuple(replace(q, measured_tokens_per_s=None) for q in samples.INSTALLED.quants),
)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (samples.NEXT, Words("Fits up to Q2_K")),
        (samples.ON_GPU, Words("Fits on the GPU alone")),
        (samples.INSTALLED, Words("Installed, measured")),
        (NOT_MEASURED, Words("Installed")),
        (samples.DOWNLOADING, Words("Downloading, 61 %")),
        (only(2, 3, 4), Words("Reads from disk", "warn")),
        (only(4), Words("From disk, very slow", "error")),
        (NO_FIT, Words("Too large", "error")),
        (samples.GATED_ROW, Words("Accept its terms first", "warn")),
        (GATED_READ, Words("Could not be read", "error")),
        (samples.UNREAD, Words("\N{EN DASH}", "tertiary")),
    ],
)
def test_a_row_says_what_it_is_on_this_machine(row: RepoRow, words: Words) -> None:
    assert here_words(row, {"d1": samples.RUNNING}) == words


def test_a_download_that_is_gone_no_longer_shows() -> None:
    assert here_words(samples.DOWNLOADING, {}) == Words("Fits up to MXFP4")


@pytest.mark.parametrize(
    ("row", "speed"),
    [
        (samples.NEXT, Speed("33", "28\N{EN DASH}37")),
        (only(0, 2), Speed("36", "31\N{EN DASH}40")),
        (samples.INSTALLED, Speed("41.8", "", measured=True)),
        (NO_FIT, None),
        (samples.READING, None),
    ],
)
def test_best_speed_is_measured_or_of_what_we_would_take(row: RepoRow, speed: Speed | None) -> None:
    assert best_speed(row) == speed


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(1, 1, 512, 10), "512, 10 at a time"),
        (Shape(1, 1, 64, 6, 2), "64 + 2 shared, 6"),
        (Shape(1, 1, 0, 0), "dense"),
    ],
)
def test_experts_in_words(shape: Shape, words: str) -> None:
    assert expert_words(shape) == words


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("apache-2.0", "Apache 2.0"),
        ("mit", "MIT"),
        ("gemma", "Gemma"),
        ("llama3.1", "Llama3.1"),
        ("", "\N{EN DASH}"),
    ],
)
def test_licences_in_words(licence: str, words: str) -> None:
    assert licence_words(licence) == words


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (samples.MACHINE, "RTX 4070 12 GB · 31.2 GiB RAM · 412 GiB free on disk"),
        (
            MachineLine((("NVIDIA GeForce RTX 3060 12 GB", 12 * GIB),), 8 * GIB, int(3.24 * GIB)),
            "RTX 3060 12 GB · 8.0 GiB RAM · 3.2 GiB free on disk",
        ),
        (MachineLine(ram_bytes=16 * GIB), "16.0 GiB RAM"),
        (MachineLine(), ""),
    ],
)
def test_the_machine_in_one_line(machine: MachineLine, words: str) -> None:
    assert machine_words(machine) == words


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (samples.view(), "4 models"),
        (samples.view(rows=samples.ROWS[:1]), "1 model"),
        (
            samples.view(query="qwen"),
            "4 models for \N{LEFT DOUBLE QUOTATION MARK}qwen\N{RIGHT DOUBLE QUOTATION MARK}",
        ),
        (samples.view(phase="searching"), "Searching. 4 models of the search before"),
        (samples.view(phase="searching", rows=()), "Searching"),
        (samples.view(rows=()), ""),
        (samples.view(more=True), "4 models. There are more: search for a name to see them"),
    ],
)
def test_how_many_there_are(view: DiscoverView, words: str) -> None:
    assert count_words(view) == words


@pytest.mark.parametrize(
    ("name", "count", "words"),
    [
        ("fits", 14, ("Fits this machine", "14 larger models")),
        ("fits", 1, ("Fits this machine", "1 larger model")),
        ("moe_only", 3, ("MoE only", "3 dense models")),
        ("licence", 2, ("Licence: MIT", "2 models under other licences")),
        ("size", 2, ("Size: up to 16 GiB", "2 larger models")),
    ],
)
def test_what_a_filter_hides(name: str, count: int, words: tuple[str, str]) -> None:
    assert hidden_words(name, count, Filters(licence="mit", largest_bytes=16 * GIB)) == words


def test_a_row_is_spoken_without_what_is_not_known() -> None:
    words = row_words(samples.NEXT, {}).spoken("Qwen3-Next-80B-A3B", "Qwen")
    assert words == (
        "Qwen3-Next-80B-A3B by Qwen, 80 B (3 B) parameters, experts 512, 10 at a time,"
        " licence Apache 2.0, 33 tok/s predicted, 28\N{EN DASH}37, Fits up to Q2_K"
    )
    assert row_words(samples.READING, {}).spoken("GLM", "") == "GLM, licence MIT, being read"


# Columns


@pytest.mark.parametrize("width", [420, 600, 764, 900, 1144, 1440])
def test_columns_of_rows_stand_side_by_side(width: int) -> None:
    spans = list(row_spans(width).values())
    for before, after in pairwise(spans):
        assert after.left >= before.right
    if width >= 600:
        assert spans[-1].right <= width


@pytest.mark.parametrize("width", [700, 764, 900, 1000, 1144, 1440])
@pytest.mark.parametrize("name_px", [128, 160, 250])
def test_columns_of_quantisations_stand_side_by_side(width: int, name_px: int) -> None:
    spans = quant_spans(width, name_px)
    shown = [span for span in spans.values() if span.width]
    for before, after in pairwise(shown):
        assert after.left >= before.right
    assert spans["button"].right <= width
    assert spans["fits"].width >= 180
    assert spans["bar"].width >= 70


def test_the_bar_of_places_leaves_one_pixel_between_neighbours() -> None:
    edges = place_edges((("gpu", 10), ("ram", 20), ("disk", 10)), 100)
    assert edges == [("gpu", 0, 25), ("ram", 26, 75), ("disk", 76, 100)]
    assert place_edges((("ram", 5),), 80) == [("ram", 0, 80)]
