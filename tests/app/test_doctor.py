"""`coterie doctor`: all checks together, its table, its JSON, its exit code."""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from app import doctor
from app.check_view import CheckView
from app.cli import doctor_command
from app.doctor import Findings, checks, examine, quick_checks, read_files
from app.doctor_files import UserFiles, file_checks
from app.engine_build import InstalledEngine
from app.engine_probe import EngineFacts, EngineProbe
from app.gpu_probe import GpuProbe, Gpus
from app.paths import Paths
from app.prices import Price, PriceBook
from app.settings import Settings
from runtime.errors import Problem
from tests.app.findings import FILES, HEALTHY, INSTALLED, MACHINE, MODEL

NAMES = [
    *("Processor", "Memory", "Graphics", "Disk", "Engine", "Engine test", "Weight repacking"),
    *("Models", "Settings", "Prices", "Display"),
]
QUICK_NAMES = NAMES[:5]
DAMAGED = Problem("model_unreadable", "The model can't be read", "x.gguf: no tensors", "Get it.")
BROKEN = replace(
    HEALTHY,
    engine=EngineFacts(INSTALLED, trouble="not_loaded", detail="it was ended by SIGILL"),
    trial=None,
    files=replace(FILES, models=(), model_problems=(DAMAGED,)),
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.beneath(tmp_path / "home")


def printed(findings: Findings, paths: Paths, *, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    options = argparse.Namespace(json=as_json)
    code = doctor_command.run(options, paths, out, look=lambda _paths: findings)
    return code, out.getvalue()


def test_a_healthy_computer_has_nothing_to_do() -> None:
    found = checks(HEALTHY)
    assert [check.name for check in found] == NAMES
    assert {check.status for check in found} == {"ok"}
    assert not any(check.advice for check in found)


def test_every_problem_says_what_to_do() -> None:
    found = checks(BROKEN)
    problems = [check for check in found if check.status == "problem"]
    assert [check.name for check in problems] == ["Engine", "Models", "Model file"]
    assert all(check.advice for check in problems)
    # Of an engine that does not load nothing more is said.
    assert not {"Engine test", "Weight repacking"} & {check.name for check in found}


@pytest.mark.parametrize(
    ("changes", "name", "status", "said"),
    [
        ({}, "Models", "ok", "1 model, 0.4 GiB, 1 with experts\n/models"),
        ({"models": ()}, "Models", "problem", "None\n/models"),
        ({"model_problems": (DAMAGED,)}, "Model file", "problem", "x.gguf: no tensors"),
        ({}, "Settings", "ok", "Readable"),
        (
            {"settings": Settings(reference_price="gone")},
            "Settings",
            "info",
            'The chosen price "gone" is no longer in the list\nA is used',
        ),
        ({"settings_problem": DAMAGED}, "Settings", "problem", "x.gguf"),
        ({"prices_problem": DAMAGED}, "Prices", "problem", "x.gguf"),
        ({"prices_problem": DAMAGED, "prices": None}, "Prices", "problem", "x.gguf"),
        ({"prices_problem": DAMAGED, "prices": None}, "Settings", "ok", "Readable"),
        (
            {"prices": PriceBook((*FILES.prices.prices, Price("b", "B", 1.0)))},  # type: ignore[union-attr]
            "Prices",
            "ok",
            "1 price built in, 1 of your own",
        ),
    ],
)
def test_files(changes: dict[str, Any], name: str, status: str, said: str) -> None:
    files: UserFiles = replace(FILES, **changes)
    (check,) = (check for check in file_checks(files) if check.name == name)
    assert check.status == status
    assert said in check.detail
    assert bool(check.advice) == (status != "ok")


def test_the_table_of_a_broken_engine(paths: Paths) -> None:
    code, text = printed(BROKEN, paths)
    assert code == 1
    lines = text.splitlines()
    assert lines[0].endswith("on Debian GNU/Linux 12 (6.1, x86_64)")
    assert "problem  Engine      llama-cpp-python 0.3.36. It does not load: it was ended by" in text
    assert "                     -> Run make clean run in Coterie's folder" in text
    assert lines[-1] == "3 problems: Engine, Models, Model file."
    assert max(map(len, lines)) <= doctor_command.WIDEST
    starts = [line.index("-> ") for line in lines if line.strip().startswith("-> ")]
    assert len(set(starts)) == 1


def test_the_table_of_a_healthy_computer(paths: Paths) -> None:
    code, text = printed(HEALTHY, paths)
    assert code == 0
    assert text.splitlines()[-1] == "No problems found."
    assert "->" not in text


def test_nothing_that_is_copied_is_broken_by_a_line_end() -> None:
    path = "/home/ada/" + "long-folder-name/" * 8 + "models"
    text = doctor_command.table([CheckView("Disk", "info", f"3 GiB\n{path}", "Use -DX=1")], 40)
    assert path in text
    assert "-DX=1" in text


def test_the_json_is_one_object_with_stable_keys(paths: Paths) -> None:
    code, text = printed(HEALTHY, paths, as_json=True)
    found = json.loads(text)
    assert code == 0
    assert set(found) == {"version", "machine", "engine", "checks"}
    machine, engine = found["machine"], found["engine"]
    assert set(machine) == {"system", "cpu", "memory", "gpus", "disk", "display"}
    assert machine["cpu"]["physical_cores"] == 8
    assert machine["memory"]["total_bytes"] == 32 * 1024**3
    assert machine["gpus"][0]["compute_capability"] == "8.9"
    assert machine["disk"] == {
        "path": "/models",
        "total_bytes": 1000 * 1024**3,
        "free_bytes": 412 * 1024**3,
    }
    assert engine["version"] == "0.3.36"
    assert "AVX2" in engine["features"]
    assert engine["gpu_offload"] is True
    assert engine["build"]["flags"] == ["-DGGML_NATIVE=ON"]
    assert engine["error"] is None
    assert [set(check) for check in found["checks"]] == [
        {"name", "status", "detail", "advice"}
    ] * len(NAMES)
    assert not any("\n" in check["detail"] for check in found["checks"])


@pytest.mark.parametrize(
    "engine",
    [
        EngineFacts(InstalledEngine(None), trouble="not_installed"),
        EngineFacts(InstalledEngine("0.3.36", "abc"), trouble="no_answer"),
        BROKEN.engine,
    ],
)
def test_the_json_has_the_same_keys_whatever_is_broken(paths: Paths, engine: EngineFacts) -> None:
    unknown = replace(MACHINE, processor=replace(MACHINE.processor, features=None), gpus=Gpus())
    findings = replace(BROKEN, engine=engine, machine=unknown)
    code, text = printed(findings, paths, as_json=True)
    found = json.loads(text)
    healthy = json.loads(printed(HEALTHY, paths, as_json=True)[1])
    assert code == 1
    assert set(found["engine"]) == set(healthy["engine"])
    assert set(found["engine"]["build"]) == set(healthy["engine"]["build"])
    assert found["engine"]["features"] is None
    assert found["engine"]["error"]
    assert found["machine"]["cpu"]["features"] is None


def test_damaged_files_are_told_and_stay(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.models_dir.mkdir(parents=True)
    paths.settings_file.write_text("{")
    paths.prices_file.write_text("[]")
    (paths.models_dir / "broken.gguf").write_text("no model")
    files = read_files(paths)
    found = {check.name: check for check in file_checks(files)}
    assert {name for name, check in found.items() if check.status == "problem"} == {
        *("Models", "Model file", "Settings", "Prices"),
    }
    assert "broken.gguf" in found["Model file"].detail
    assert str(paths.settings_file) in found["Settings"].detail
    assert sorted(path.name for path in paths.config_dir.iterdir()) == [
        "prices.json",
        "settings.json",
    ]


def test_a_damaged_installation_is_one_more_problem(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SHIPPED_PRICES", paths.config_dir / "none.json")
    files = read_files(paths)
    assert files.prices is None
    assert files.prices_problem is not None


def test_this_computer_for_real(paths: Paths, tiny_model: Callable[[str], Path]) -> None:
    paths.models_dir.mkdir(parents=True)
    (paths.models_dir / "tiny.gguf").symlink_to(tiny_model("qwen3moe"))
    findings = examine(paths)
    found = {check.name: check for check in checks(findings)}
    assert list(found) == NAMES
    assert found["Engine test"].status == "ok"
    assert found["Engine"].status in ("ok", "info")
    assert findings.trial is not None
    assert findings.trial.model_id == "tiny"


def test_without_a_model_the_engine_is_not_tried(paths: Paths) -> None:
    findings = examine(paths)
    assert findings.trial is None
    found = {check.name: check for check in checks(findings)}
    assert (found["Engine test"].status, found["Models"].status) == ("info", "problem")


def test_the_first_page_has_its_checks_in_two_seconds(paths: Paths) -> None:
    quick_checks(paths)
    began_s = time.monotonic()
    found = quick_checks(paths)
    assert time.monotonic() - began_s < 2
    assert [check.name for check in found] == QUICK_NAMES
    assert not paths.data_dir.exists()


def test_the_first_page_has_them_even_when_everything_hangs(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = ("/bin/sh", "-c", "exec tail -f /dev/null")
    monkeypatch.setattr(doctor, "EngineProbe", lambda: EngineProbe(waits))
    monkeypatch.setattr(doctor, "GpuProbe", lambda: GpuProbe(nvml_command=waits))
    began_s = time.monotonic()
    found = quick_checks(paths)
    # 1.5 s here; the rest is for a machine that does other things as well.
    assert time.monotonic() - began_s < 5
    assert [check.name for check in found] == QUICK_NAMES
    assert {check.name for check in found if check.status == "info"} >= {"Graphics", "Engine"}


@pytest.mark.parametrize("error", [OSError(5, "I/O error"), psutil.AccessDenied(1), ValueError()])
def test_the_first_page_never_gets_an_error(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(doctor, "read_machine", fail)
    (check,) = quick_checks(paths)
    assert (check.name, check.status) == ("Machine", "info")


def test_the_small_model_is_named(paths: Paths) -> None:
    _, text = printed(HEALTHY, paths)
    assert f"{MODEL.id} answered. 0.62 s after the start of the engine" in text
