"""The memory's speed: measured in a real child, kept, and not had when that child fails."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import pytest

from app import memory_bandwidth
from app.memory_bandwidth import (
    HostSpeed,
    buffer_bytes_for,
    host_speed,
    last_level_cache_bytes,
    measured_in_child,
)
from tests.app.trees import write_tree

MIB = 1024**2
GIB = 1024**3
QUIET = HostSpeed(40e9, 60e9, 0.99)
BUSY = HostSpeed(9e9, 20e9, 0.5)
FAILS = (sys.executable, "-c", "import sys; sys.exit('no NumPy here')")
WAITS_FOR_EVER = (sys.executable, "-c", "import signal; signal.sigwait([signal.SIGUSR1])")


def says(speed: HostSpeed) -> tuple[str, ...]:
    """A child that prints `speed`."""
    return (sys.executable, "-c", f"print({msgspec.json.encode(speed).decode()!r})")


@pytest.mark.parametrize("threads", [1, 2])
def test_measured_on_this_machine(threads: int) -> None:
    began_s = time.monotonic()
    speed = measured_in_child(threads, 64 * MIB)
    assert speed is not None
    assert 0.2e9 < speed.bandwidth_bytes_per_s < 2e12
    assert 0.5e9 < speed.core_flops_per_s < 1e12
    assert 0 < speed.cpu_share <= 1
    assert time.monotonic() - began_s < 10


def test_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    assert measured_in_child(1, MIB, FAILS) is None
    assert "no NumPy here" in caplog.text
    assert measured_in_child(1, MIB, WAITS_FOR_EVER, deadline_s=0.2) is None
    assert "no answer in time" in caplog.text


def test_measured_once(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "machine.json"
    assert host_speed(path, "a", 2, MIB, says(QUIET)) == QUIET
    assert host_speed(path, "a", 2, MIB, FAILS) == QUIET
    # Another machine's are kept beside it.
    assert host_speed(path, "b", 2, MIB, FAILS) is None
    assert host_speed(path, "b", 2, MIB, says(BUSY)) == BUSY
    assert host_speed(path, "a", 2, MIB, FAILS) == QUIET


def test_a_busy_machine_is_measured_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "machine.json"
    now_s = 1e9
    monkeypatch.setattr(memory_bandwidth.time, "time", lambda: now_s)
    assert host_speed(path, "a", 2, MIB, says(BUSY)) == BUSY
    assert host_speed(path, "a", 2, MIB, FAILS) == BUSY
    now_s += 3600
    assert host_speed(path, "a", 2, MIB, says(QUIET)) == QUIET
    now_s += 3600
    assert host_speed(path, "a", 2, MIB, FAILS) == QUIET


def test_old_figures_of_a_quiet_machine_outweigh_new_ones_of_a_busy_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "machine.json"
    now_s = 1e9
    monkeypatch.setattr(memory_bandwidth.time, "time", lambda: now_s)
    assert host_speed(path, "a", 2, MIB, says(QUIET)) == QUIET
    now_s += 60 * 86_400
    assert host_speed(path, "a", 2, MIB, says(BUSY)) == QUIET
    assert host_speed(path, "a", 2, MIB, FAILS) == QUIET
    faster = msgspec.structs.replace(QUIET, bandwidth_bytes_per_s=50e9)
    assert host_speed(path, "a", 2, MIB, says(faster)) == faster


@pytest.mark.parametrize("text", ["", "{", '{"machines": 3}', '{"format": 99, "machines": {}}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "machine.json"
    path.write_text(text, encoding="utf-8")
    assert host_speed(path, "a", 2, MIB, says(QUIET)) == QUIET
    assert host_speed(path, "a", 2, MIB, FAILS) == QUIET


def test_a_file_that_can_not_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "machine.json"
    assert host_speed(path, "a", 2, MIB, says(QUIET)) == QUIET


@pytest.mark.parametrize(
    ("free_bytes", "cache_bytes", "expected"),
    [
        (16 * GIB, 0, 128 * MIB),
        (16 * GIB, 32 * MIB, 128 * MIB),
        (16 * GIB, 96 * MIB, 384 * MIB),
        (16 * GIB, 1024 * MIB, 512 * MIB),
        (512 * MIB, 96 * MIB, 64 * MIB),
        (0, 0, MIB),
    ],
)
def test_the_buffer(free_bytes: int, cache_bytes: int, expected: int) -> None:
    assert buffer_bytes_for(free_bytes, cache_bytes) == expected


def test_all_level_3_caches(tmp_path: Path) -> None:
    tree = {}
    for core, (sharers, size) in enumerate([("0-1", "32768K"), ("0-1", "32768K"), ("2", "16384K")]):
        folder = f"sys/devices/system/cpu/cpu{core}/cache/index3"
        tree |= {f"{folder}/size": f"{size}\n", f"{folder}/shared_cpu_list": f"{sharers}\n"}
    write_tree(tmp_path, tree | {"sys/devices/system/cpu/cpufreq/boost": "1"})
    assert last_level_cache_bytes(tmp_path) == 48 * MIB
    assert last_level_cache_bytes(tmp_path / "none") == 0
