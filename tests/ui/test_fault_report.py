"""Faults of the window: told at once, logged in full, reported without what a person wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.crash_reports import CrashReports
from runtime.errors import CoterieError, Problem
from tests.engine_client import CHECKOUT
from ui.fault_report import report_faults

PROMPT = "My doctor says I have gallstones"
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def _hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = before


@pytest.fixture
def told(tmp_path: Path) -> list[Problem]:
    told: list[Problem] = []
    reports = CrashReports(tmp_path / "crashes", tmp_path)
    report_faults(tmp_path / "window.log", told.append, reports)
    return told


def test_a_fault_in_a_slot_is_told_and_reported(
    qtbot: QtBot, tmp_path: Path, told: list[Problem]
) -> None:
    def slot() -> None:
        raise ValueError(PROMPT)

    QTimer.singleShot(0, slot)
    qtbot.waitUntil(lambda: bool(told))
    (problem,) = told
    (report,) = (tmp_path / "crashes").iterdir()
    assert problem.kind == "own_fault"
    assert str(report) in problem.message
    assert PROMPT in (tmp_path / "window.log").read_text()
    assert "ValueError" in report.read_text()
    assert PROMPT not in report.read_text()


def test_an_expected_failure_is_told_as_it_is(tmp_path: Path, told: list[Problem]) -> None:
    problem = Problem("full", "The disk is full", "No room", "Make some.")
    sys.excepthook(CoterieError, CoterieError(problem), None)
    assert told == [problem]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_on_a_thread_is_reported(tmp_path: Path, told: list[Problem]) -> None:
    def work() -> None:
        raise KeyError(PROMPT)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    (report,) = (tmp_path / "crashes").iterdir()
    assert "KeyError, on a thread" in report.read_text()
    assert PROMPT not in report.read_text()
    assert told == []


def start(home: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"COTERIE_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    environment.pop("PYTHONFAULTHANDLER", None)
    return subprocess.Popen((sys.executable, "-m", "ui.launch"), env=environment)


def wait_for(process: subprocess.Popen[bytes], folder: Path, pattern: str) -> Path:
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        assert process.poll() is None, "the window ended by itself"
        if found := next(folder.glob(pattern), None):
            return found
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"no {pattern} in {folder}")


def test_the_whole_program_after_a_crash_in_native_code(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text(json.dumps({"first_run_done": True}))
    first = start(tmp_path)
    try:
        wait_for(first, tmp_path, "logs/window-crash.log")
        first.send_signal(signal.SIGSEGV)
        assert first.wait(PATIENCE_S) == -signal.SIGSEGV
    finally:
        first.kill()
    assert not (tmp_path / "logs" / "crashes").exists()
    second = start(tmp_path)
    try:
        report = wait_for(second, tmp_path, "logs/crashes/*-window.txt")
    finally:
        second.kill()
        second.wait()
    text = report.read_text()
    assert "Fatal Python error: Segmentation fault" in text
    assert "ui/application.py:" in text
    assert str(tmp_path) not in text
