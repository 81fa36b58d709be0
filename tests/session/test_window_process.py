"""The program as it is started: a window process and its worker, ended from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine_client import CHECKOUT

GONE_WITHIN_S = 2.0
PATIENCE_S = 30.0


def _worker_of(window: subprocess.Popen[bytes]) -> psutil.Process:
    """The worker, once its model is loaded (it maps the weights then)."""
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        assert window.returncode is None, "the window ended by itself"
        for child in psutil.Process(window.pid).children():
            if "runtime.worker" in child.cmdline() and child.memory_info().rss > 300 << 20:
                return child
        with contextlib.suppress(subprocess.TimeoutExpired):
            window.wait(0.05)
    raise AssertionError("no worker was started")


@pytest.fixture
def window(tmp_path: Path, starter_model: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The window's process, on a home of its own that holds the starter model."""
    models, config = tmp_path / "data" / "models", tmp_path / "config"
    models.mkdir(parents=True)
    config.mkdir()
    (models / starter_model.name).symlink_to(starter_model)
    (config / "settings.json").write_text(json.dumps({"first_run_done": True}))
    environment = os.environ | {
        "COTERIE_HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(CHECKOUT),
    }
    process = subprocess.Popen((sys.executable, "-m", "ui.launch"), env=environment)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_the_window(
    window: subprocess.Popen[bytes], how: signal.Signals
) -> None:
    worker = _worker_of(window)
    window.send_signal(how)
    window.wait(10)
    gone, alive = psutil.wait_procs([worker], timeout=GONE_WITHIN_S)
    assert gone == [worker]
    assert alive == []


def test_the_window_process_never_loads_the_engine(window: subprocess.Popen[bytes]) -> None:
    _worker_of(window)
    mapped = {Path(region.path).name for region in psutil.Process(window.pid).memory_maps()}
    assert any("QtWidgets" in name for name in mapped)
    assert not [name for name in mapped if "llama" in name or "ggml" in name]


def _started_without_screen(**variables: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        (sys.executable, "-m", "ui.launch"),
        env=environment | {"PYTHONPATH": str(CHECKOUT)} | variables,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.mark.parametrize("variables", [{}, {"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "none"}])
def test_without_a_screen_it_says_so_in_a_sentence(variables: dict[str, str]) -> None:
    done = _started_without_screen(**variables)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    for words in ("coterie doctor", "coterie list", "coterie run"):
        assert words in done.stderr
