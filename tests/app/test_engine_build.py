"""Which engine is installed, from its package and the set-up's report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import engine_build
from app.engine_build import BuildReport, InstalledEngine, engine, installed_engine, read_report

REPORT = BuildReport("0.3.36", "a8a5aa49858516d7fd8c", ("-DGGML_NATIVE=ON",), cuda=False)


def test_a_report_on_this_version_counts() -> None:
    assert engine("0.3.36", "files", REPORT) == InstalledEngine("0.3.36", REPORT.key, REPORT)


@pytest.mark.parametrize("report", [None, BuildReport("0.3.35", "old")])
def test_without_a_report_the_files_name_the_build(report: BuildReport | None) -> None:
    one, other = engine("0.3.36", "a.so,sha256=1", report), engine("0.3.36", "a.so,2", report)
    assert one.report is None
    assert one.build_key != other.build_key
    assert len(one.build_key) == 20
    assert one == engine("0.3.36", "a.so,sha256=1", report)


def test_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_build, "PACKAGE", "coterie-has-no-such-package")
    assert installed_engine() == InstalledEngine(None)


def test_the_report_is_read_with_what_it_may_hold_later(tmp_path: Path) -> None:
    file = tmp_path / "coterie-engine.json"
    file.write_text(
        json.dumps(
            {
                "version": "0.3.36",
                "key": "k",
                "flags": ["-DGGML_CUDA=ON"],
                "cpu": {"machine": "x86_64", "model": "m", "features": ["avx2"]},
                "compiler": "c++ 12.2.0",
                "openmp": True,
                "cuda": True,
                "cuda_reason": "NVIDIA GeForce RTX 4070, CUDA 12.6",
                "built_at": "2026-11-24T14:42:20Z",
                "later": [1],
            }
        )
    )
    assert read_report(file) == BuildReport(
        "0.3.36",
        "k",
        ("-DGGML_CUDA=ON",),
        "c++ 12.2.0",
        True,
        True,
        "NVIDIA GeForce RTX 4070, CUDA 12.6",
        "2026-11-24T14:42:20Z",
    )


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 3}', '{"version": "1"}'])
def test_a_damaged_report_is_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "coterie-engine.json"
    file.write_text(content)
    assert read_report(file) is None
    assert read_report(tmp_path / "none.json") is None


def test_the_real_engine_has_a_version_and_a_key(tmp_path: Path) -> None:
    found = installed_engine(tmp_path / "none.json")
    assert found.version is not None
    assert found.build_key
    assert found.report is None
