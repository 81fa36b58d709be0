"""`coterie list`, `coterie doctor` and `coterie --version`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Completed


def test_list_shows_each_model_in_a_line(coterie: Callable[..., Completed]) -> None:
    done = coterie("list")
    assert done.returncode == 0
    header, model = done.stdout.strip().splitlines()
    assert header.split()[0] == "ID"
    assert "smollm2-135m-moe" in model
    assert "8, 2 at a time" in model
    assert "Q4_1" in model


def test_list_json(coterie: Callable[..., Completed], home: Path) -> None:
    (model,) = json.loads(coterie("list", "--json").stdout)["models"]
    assert model["id"] == "smollm2-135m-moe"
    assert model["path"] == str(home / "data" / "models" / "smollm2-135m-moe.gguf")
    assert model["experts"] == {"total": 8, "active": 2}
    assert (model["architecture"], model["quantisation"]) == ("llama", "Q4_1")
    assert 400_000_000 < model["bytes"] < 500_000_000


def test_a_bad_file_is_named_and_the_others_listed(
    coterie: Callable[..., Completed], home: Path
) -> None:
    (home / "data" / "models" / "broken.gguf").write_bytes(b"GGUF and no more")
    done = coterie("list", "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["models"]) == 1
    assert "broken.gguf" in done.stderr


def test_version(coterie: Callable[..., Completed]) -> None:
    done = coterie("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "coterie")


def test_doctor_json(coterie: Callable[..., Completed]) -> None:
    done = coterie("doctor", "--json")
    report = json.loads(done.stdout)
    assert set(report) >= {"version", "machine", "engine", "checks"}
    statuses = {check["status"] for check in report["checks"]}
    assert statuses <= {"ok", "problem", "info"}
    assert done.returncode == (1 if "problem" in statuses else 0)
    assert report["machine"]["cpu"]["physical_cores"] >= 1
    for check in report["checks"]:
        assert check["advice"] or check["status"] != "problem"
