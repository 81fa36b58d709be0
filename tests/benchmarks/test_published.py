"""Predictions beside published speeds: every figure is there, and the table says what it should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import published
from benchmarks.published import CASES, PublishedRow, median_off, rows, table, worst


@pytest.fixture(scope="module")
def found() -> list[PublishedRow]:
    return rows()


def _published(rows: list[PublishedRow], model: str, gpu: str) -> list[tuple[str, float, float]]:
    return [
        (row.kind, row.low, row.high)
        for row in rows
        if row.case.model == model and row.case.machine.name.startswith(gpu)
    ]


def test_every_figure_of_the_facts_is_there(found: list[PublishedRow]) -> None:
    assert len(found) == sum(bool(case.prompt) + bool(case.decode) for case in CASES) == 25
    assert _published(found, "qwen3-30b-a3b", "RTX 4080") == [
        ("prompt", 872, 1025),
        ("decode", 68.7, 68.7),
    ]
    assert _published(found, "gpt-oss-20b", "RTX") == [("decode", 64, 64), ("decode", 225, 225)]
    oss = _published(found, "gpt-oss-120b", "RTX 3090")
    assert [low for kind, low, _ in oss if kind == "prompt"] == [240, 380, 1113, 1682, 2091]
    assert [low for kind, low, _ in oss if kind == "decode"] == [32, 30]


def test_placements_are_the_published_ones(found: list[PublishedRow]) -> None:
    for row in found:
        placement, where = row.plan.placement, row.case.where
        if isinstance(where, int):
            assert len(placement.cpu_expert_layers) == where
        if where == "cpu":
            assert placement.n_gpu_layers == 0
        if where in ("gpu", "whole layers"):
            assert placement.n_gpu_layers > 0
            assert not placement.cpu_expert_layers
        assert placement.n_ubatch == row.case.n_ubatch
        # Nothing of these runs was read from disk again.
        assert row.plan.disk_share == 0


def test_predictions_are_sane(found: list[PublishedRow]) -> None:
    for row in found:
        assert 1 < row.predicted < 5000
        assert row.factor < 6
    cpu, gpu = (
        next(row for row in found if row.case.where == where and row.kind == "decode")
        for where in ("cpu", "gpu")
    )
    assert cpu.predicted < gpu.predicted


def test_what_does_not_count_is_left_out(found: list[PublishedRow]) -> None:
    left_out = [row for row in found if not row.case.counts]
    assert [row.case.model for row in left_out] == ["qwen3.5-35b-a3b", "deepseek-v3"]
    assert all("engine" in row.case.note for row in left_out)
    assert worst(found) not in left_out
    counted = [row for row in found if row.case.counts]
    assert median_off(found) == median_off(counted)


def test_a_ratio_is_of_the_middle(found: list[PublishedRow]) -> None:
    row = replace(found[0], low=50, high=200, predicted=200)
    assert row.published == 100
    assert row.ratio == row.factor == 2
    assert replace(row, predicted=50).factor == 2


def test_the_table_says_what_is_assumed(
    found: list[PublishedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "rows", lambda: found)
    text = table()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == len(found) + 2
    assert {line.count("|") for line in lines} == {9}
    assert "| 872 to 1025 |" in text
    assert "14 expert layers on the CPU" in text
    for row in found:
        assert row.case.machine.assumed in text
    assert f"{100 * median_off(found):.0f} % off" in text
    assert "not counted" in text


def test_the_verdict_follows_the_goal(
    found: list[PublishedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = [replace(row, low=row.predicted, high=row.predicted) for row in found]
    monkeypatch.setattr(published, "rows", lambda: exact)
    assert "missed" not in table()
    off = [replace(row, low=3 * row.predicted, high=3 * row.predicted) for row in found]
    monkeypatch.setattr(published, "rows", lambda: off)
    assert table().count("**missed**") == 2
