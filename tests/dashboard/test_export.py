"""All runs in a file: what stands in it, and that it is there whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import msgspec
import pytest

from app.dashboard.export import RunFormat, run_rows, write_runs
from app.dashboard.run import Run, RunFacts
from app.prices import Price
from app.settings import Settings
from runtime.errors import CoterieError
from runtime.protocol.messages import Energy
from tests.app.answers import answer

PRICE = Price("own", "Mine", 2.0, 8.0, 0.5)
SETTINGS = Settings(electricity_usd_per_kwh=0.36)
FACTS = RunFacts("Q4_1", "0.3.36", "n_gpu_layers=3", 4096, True, (10.5, 20.25), True)
# 60 fresh, 40 cached and 7 answer tokens at PRICE, less 3.6 J.
SAVED_USD = (60 * 2.0 + 40 * 0.5 + 7 * 8.0) / 1e6 - 3.6 / 3.6e6 * 0.36
RUN = Run(3, 1_790_000_000.25, "tiny", answer(3.6), 5, 8, FACTS)
BARE = Run(4, 1_790_000_001.0, "", answer(0.0))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_has_all_that_a_saving_is_made_of() -> None:
    (row,) = run_rows([RUN], PRICE, SETTINGS)
    expected = {
        "run_id": 3,
        "ended_at": "2026-09-21T14:13:20.250000+00:00",
        "model": "tiny",
        "quantisation": "Q4_1",
        "engine": "0.3.36",
        "placement": "n_gpu_layers=3",
        "tuned": True,
        "predicted_low_tokens_per_s": 10.5,
        "predicted_high_tokens_per_s": 20.25,
        "experts_captured": True,
        "conversation_id": 5,
        "message_id": 8,
        "prompt_tokens": 100,
        "cached_tokens": 40,
        "completion_tokens": 7,
        "joules": 3.6,
        "estimated_joules": 0.0,
        "counted_joules": 3.6,
        "idle_w": 0.0,
        "price_id": "own",
        "input_usd_per_million": 2.0,
        "cached_input_usd_per_million": 0.5,
        "output_usd_per_million": 8.0,
        "electricity_usd_per_kwh": 0.36,
    }
    assert expected.items() <= row.items()
    assert row["saved_usd"] == pytest.approx(SAVED_USD, abs=1e-15)
    assert row["cloud_usd"] - row["electricity_usd"] == row["saved_usd"]


def test_idle_power_is_in_the_row_where_it_is_taken_off() -> None:
    wanted = Settings(subtract_idle=True, idle_w=1.5)
    (row,) = run_rows([RUN], PRICE, wanted)
    assert (row["idle_w"], row["elapsed_s"], row["counted_joules"]) == (1.5, 1.0, 2.1)


def test_the_same_in_both_formats(tmp_path: Path) -> None:
    for name in ("csv", "json"):
        write_runs(tmp_path / name, name, [RUN, BARE], PRICE, SETTINGS)  # type: ignore[arg-type]
    written = json.loads((tmp_path / "json").read_text("utf-8"))
    assert (written["format"], written["version"]) == ("coterie-runs", 1)
    table = read_csv(tmp_path / "csv")
    assert len(table) == len(written["runs"]) == 2
    for row, known in zip(table, written["runs"], strict=True):
        assert row.keys() == known.keys()
        for name, value in known.items():
            match value:
                case None:
                    assert row[name] == ""
                case bool():
                    assert row[name] == str(value).lower()
                case int() | float():
                    assert float(row[name]) == value, "every digit is there"
                case _:
                    assert row[name] == value


def test_what_is_not_known_is_empty_and_never_zero() -> None:
    (row,) = run_rows([BARE], Price("own", "Mine", output_usd_per_million=8.0), SETTINGS)
    for name in (
        *("n_ctx", "predicted_low_tokens_per_s", "decode_tokens_per_s", "conversation_id"),
        *("message_id", "input_usd_per_million", "cached_input_usd_per_million"),
    ):
        assert row[name] is None, name
    assert row["joules"] == 0.0


def test_amounts_have_no_exponent(tmp_path: Path) -> None:
    tiny = msgspec.structs.replace(
        answer(completion_tokens=1, prompt_tokens=1, cached_tokens=0),
        energy=Energy(1e-7, "measured", ""),
    )
    write_runs(tmp_path / "r.csv", "csv", [Run(1, 1.0, "m", tiny)], PRICE, SETTINGS)
    (row,) = read_csv(tmp_path / "r.csv")
    assert row["joules"] == "0.0000001"
    assert row["electricity_usd"].startswith("0.00000000000001")
    assert "e" not in row["saved_usd"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("tiny, the first", "tiny, the first"),
        ('a "quoted"\nname', 'a "quoted"\nname'),
        ("模型", "模型"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("half \ud83d", "half ?"),
    ],
)
def test_names_that_files_and_spreadsheets_take_amiss(tmp_path: Path, name: str, cell: str) -> None:
    run = msgspec.structs.replace(RUN, model_id=name)
    for file_format in ("csv", "json"):
        path = tmp_path / file_format
        write_runs(path, file_format, [run], PRICE, SETTINGS)  # type: ignore[arg-type]
    assert read_csv(tmp_path / "csv")[0]["model"] == cell
    written = json.loads((tmp_path / "json").read_text("utf-8"))["runs"][0]
    assert written["model"] == cell.removeprefix("'")


def test_a_negative_saving_is_a_number(tmp_path: Path) -> None:
    costly = Run(1, 1.0, "m", answer(3.6e9))
    write_runs(tmp_path / "r.csv", "csv", [costly], PRICE, SETTINGS)
    assert float(read_csv(tmp_path / "r.csv")[0]["saved_usd"]) < -300


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_what_can_not_be_written_leaves_the_old_file(
    tmp_path: Path, file_format: RunFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CoterieError) as caught:
        write_runs(path, file_format, [RUN], PRICE, SETTINGS)
    assert caught.value.problem.kind == "not_exported"
    assert "No space left on device" in caught.value.problem.message
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["file/runs.csv", "zero\0byte"])
def test_where_no_file_can_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CoterieError) as caught:
        write_runs(tmp_path / name, "csv", [RUN], PRICE, SETTINGS)
    assert caught.value.problem.kind == "not_exported"


def test_without_a_run_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CoterieError) as caught:
        write_runs(tmp_path / "r.csv", "csv", [], PRICE, SETTINGS)
    assert caught.value.problem.kind == "export_empty"
    assert list(tmp_path.iterdir()) == []
