"""How fast and how unbreakable downloads are, against the tests' hub on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import download_canary, download_faults, download_kills
from benchmarks.download_client import DownloadClient, request_for, write_noise
from benchmarks.figure import Figure, listed, median
from tests.hub.hub import Hub

SIZE_BYTES = 2_000_000_000
ROUNDS = 3
_REPO, _FILE = "bench/Speed-GGUF", "speed.gguf"


def measure(folder: Path) -> Iterator[Figure]:
    """Speed beside curl, then kills, then a hostile server, then a canary token."""
    yield from speed(folder)
    yield from download_kills.measure(folder)
    yield from download_faults.measure(folder)
    yield from download_canary.measure(folder)


def speed(folder: Path, size_bytes: int = SIZE_BYTES, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Ours and curl's take turns; each begins with nothing left to write to the disk."""
    place = folder / "download-speed"
    place.mkdir()
    curl, synced, ours, started = [], [], [], []
    with Hub() as hub:
        hub.add(_REPO, {_FILE: write_noise(place / "source.bin", size_bytes)})
        request_for(hub, _REPO)  # The hub works out the hash now and not within a turn.
        for number in range(rounds):
            fetched_s, synced_s = _curl(hub, place / "curl.gguf")
            curl.append(fetched_s)
            synced.append(synced_s)
            added_s, start_s = _ours(hub, place / f"models-{number}")
            ours.append(added_s)
            started.append(start_s)
    shutil.rmtree(place)
    gigabytes = size_bytes / 1e9
    yield Figure(
        f"{gigabytes:g} GB from loopback to disk, verified: its speed ÷ curl + sha256sum",
        median(curl) / median(ours),
        0.9,
        "at least",
        detail=f"{listed(ours)} s against {listed(curl)} s; ours is on the disk for good (fsync), "
        f"curl + sha256sum + sync took {listed(synced)} s; the process runs already, its start "
        f"took {listed(started)} s",
    )


def _curl(hub: Hub, target: Path) -> tuple[float, float]:
    """Seconds of curl and sha256sum; and with a sync of the file after them."""
    os.sync()
    began_s = time.monotonic()
    address = f"{hub.endpoint}/{_REPO}/resolve/main/{_FILE}"
    subprocess.run(("curl", "-sSfL", "-o", target, address), check=True)
    subprocess.run(("sha256sum", target), check=True, stdout=subprocess.DEVNULL)
    fetched_s = time.monotonic() - began_s
    subprocess.run(("sync", target), check=True)
    synced_s = time.monotonic() - began_s
    target.unlink()
    return fetched_s, synced_s


def _ours(hub: Hub, models_dir: Path) -> tuple[float, float]:
    """Seconds from the order until the verified file has its name; and of the process's start."""
    models_dir.mkdir()
    os.sync()
    began_s = time.monotonic()
    with DownloadClient(hub, models_dir, models_dir.parent / "speed.log") as client:
        client.wait_until_ready()
        ready_s = time.monotonic()
        client.add(request_for(hub, _REPO))
        client.wait_for("done")
        done_s = time.monotonic()
    shutil.rmtree(models_dir)
    return done_s - ready_s, ready_s - began_s
