"""`coterie run --experts`: a table of the picks beside the answer, and why there is none."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Completed

MODEL = "smollm2-135m-moe"
SHORT = ("--max-tokens", "12", "--temperature", "0")


def test_every_expert_of_every_layer_has_a_row(
    coterie: Callable[..., Completed], tmp_path: Path
) -> None:
    table = tmp_path / "picks.csv"
    done = coterie("run", MODEL, "Name a fruit.", *SHORT, "--json", "--experts", str(table))
    assert (done.returncode, done.stderr) == (0, "")
    with table.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = {(int(row["layer"]), int(row["expert"])): int(row["count"]) for row in rows}
    assert list(found) == [(layer, expert) for layer in range(30) for expert in range(8)]
    numbers = json.loads(done.stdout)
    assert sum(found[0, expert] for expert in range(8)) == numbers["context_used"] * 2


def test_a_dense_model_has_none(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    table = tmp_path / "picks.csv"
    words = ("run", str(tiny_model("llama-dense")), "Hello", *SHORT)
    done = coterie(*words, "--experts", str(table))
    assert done.returncode == 1
    assert done.stdout.strip(), "the answer came all the same"
    assert done.stderr.splitlines()[-1].startswith(f"{table} was not written: This model is dense")
    assert not table.exists()


def test_a_place_that_cannot_be_written(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    words = ("run", str(tiny_model("olmoe")), "Hello", *SHORT)
    done = coterie(*words, "--experts", str(in_the_way / "picks.csv"))
    assert done.returncode == 1
    assert done.stdout.strip()
    assert str(in_the_way) in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
