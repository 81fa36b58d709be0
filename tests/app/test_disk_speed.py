"""The disk's speed: of a real file, of one written for it, kept, doubted, or not had."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec
import pytest

from app import disk_speed as module
from app.disk_speed import DiskSpeed, disk_speed, measure, measured_in_child

MIB = 1024**2
SURE = DiskSpeed(800e6, 256 * MIB, False, 0.0)
DOUBTFUL = DiskSpeed(5e9, 256 * MIB, False, 1.0)
UNTOLD = DiskSpeed(5e9, 256 * MIB, False)
FAILS = (sys.executable, "-c", "import sys; sys.exit('no such disk')")
WAITS_FOR_EVER = (sys.executable, "-c", "import signal; signal.sigwait([signal.SIGUSR1])")


def says(speed: DiskSpeed) -> tuple[str, ...]:
    """A child that prints `speed`."""
    return (sys.executable, "-c", f"print({msgspec.json.encode(speed).decode()!r})")


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "large.gguf"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.write(os.urandom(MIB) * 64)
        file.flush()
        os.fsync(file.fileno())
    return path


def test_a_file_that_is_there(large_file: Path) -> None:
    began_s = time.monotonic()
    for place in (large_file, large_file.parent, large_file.parent.parent):
        speed = measured_in_child(place)
        assert speed is not None
        assert not speed.temporary
        assert 0 < speed.read_bytes <= 64 * MIB
        assert 1e6 < speed.read_bytes_per_s < 1e12
    assert time.monotonic() - began_s < 15


def test_a_folder_without_large_files(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"1")
    speed = measured_in_child(tmp_path)
    assert speed is not None
    assert speed.temporary
    assert 0 < speed.read_bytes <= 64 * MIB
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_holes_are_not_read(tmp_path: Path) -> None:
    """A header-only model file is as large as the model and has nothing in it."""
    path = tmp_path / "header-only.gguf"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * MIB)
    assert measure(path).temporary


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what it holds in memory")
def test_memory_is_told_from_the_disk(large_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large_file.read_bytes()
    monkeypatch.setattr(module, "_forget", lambda *_: None)
    speed = measure(large_file)
    if speed.cached_share is None:
        pytest.skip("this file system does not tell what it holds in memory")
    assert speed.cached_share > 0.9
    assert "part of the file was read out of memory" in speed.note


@pytest.mark.parametrize(
    ("speed", "note"), [(SURE, ""), (DOUBTFUL, "too high"), (UNTOLD, "may be that of memory")]
)
def test_notes(speed: DiskSpeed, note: str) -> None:
    assert note in speed.note
    assert bool(speed.note) == bool(note)


def test_a_full_disk_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_free_bytes", lambda _: 100 * MIB)
    with pytest.raises(OSError, match="too little is free"):
        measure(tmp_path)


def test_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert measured_in_child(tmp_path, FAILS) is None
    assert "no such disk" in caplog.text
    assert measured_in_child(tmp_path, WAITS_FOR_EVER, deadline_s=0.2) is None
    assert "no answer in time" in caplog.text


def test_measured_once_for_each_disk(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "disks.json"
    assert disk_speed(path, tmp_path / "models", FAILS) is None
    # The folder need not be there yet.
    assert disk_speed(path, tmp_path / "models" / "new", says(SURE)) == SURE
    assert disk_speed(path, tmp_path, FAILS) == SURE
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(("speed", "kept"), [(SURE, True), (DOUBTFUL, False), (UNTOLD, False)])
def test_a_doubtful_figure_is_measured_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speed: DiskSpeed, kept: bool
) -> None:
    path = tmp_path / "disks.json"
    now_s = 1e9
    monkeypatch.setattr(module.time, "time", lambda: now_s)
    assert disk_speed(path, tmp_path, says(speed)) == speed
    now_s += 3600
    assert disk_speed(path, tmp_path, FAILS) == (speed if kept else None)


@pytest.mark.parametrize("text", ["", "{", '{"disks": 3}', '{"format": 99, "disks": {}}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "disks.json"
    path.write_text(text, encoding="utf-8")
    assert disk_speed(path, tmp_path, says(SURE)) == SURE
    assert disk_speed(path, tmp_path, FAILS) == SURE
