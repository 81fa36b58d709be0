"""A disk that is too small or fills up: the download waits for room and loses nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.downloads.downloader import Downloader, offer, sha256, some_bytes
from tests.hub.hub import Hub

DISK = 16 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_what_does_not_fit_is_not_begun_and_says_what_to_free(
    hub: Hub, new_downloader: Callable[..., Downloader], small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (DISK // 2))
    request = offer(hub, {"m.gguf": some_bytes(12_000_000)})
    downloader = new_downloader(models_dir=small_disk / "models")
    downloader.add(request)
    paused = downloader.wait_phase("paused")
    assert paused.paused_by == "disk"
    assert paused.problem is not None
    assert " MB more are needed" in paused.problem.message
    assert hub.requests == []
    ballast.unlink()
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256


def test_a_disk_that_fills_up_meanwhile_loses_nothing(
    hub: Hub, new_downloader: Callable[..., Downloader], small_disk: Path
) -> None:
    size = 12_000_000
    request = offer(hub, {"m.gguf": some_bytes(size)})
    hub.limit_speed(4_000_000)
    downloader = new_downloader(models_dir=small_disk / "models")
    downloader.add(request)
    hub.wait_for_bytes(3_000_000)
    ballast = small_disk / "ballast"
    fill(ballast, leave_bytes=1 << 20)
    paused = downloader.wait_phase("paused")
    assert paused.paused_by == "disk"
    assert paused.problem is not None
    assert paused.problem.kind == "disk_full"
    assert paused.done_bytes > 3_000_000
    ballast.unlink()
    hub.limit_speed(0)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert hub.bytes_sent() < size + 6_000_000


def fill(path: Path, leave_bytes: int) -> None:
    """Take all room of its disk but `leave_bytes`."""
    free = os.statvfs(path.parent)
    with path.open("wb") as file:
        file.write(b"x" * max(0, free.f_bavail * free.f_frsize - leave_bytes))
