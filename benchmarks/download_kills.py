"""Kills the download process at random moments, loses what was not fsynced, and starts it again."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.download_client import DownloadClient, request_for, sha256_of, write_noise
from benchmarks.figure import Figure, rounded
from runtime.downloads.journal import FileJournalKeeper
from runtime.model_records import DOWNLOADS
from tests.hub.hub import Hub

KILLS = 100
SIZE_BYTES = 300_000_000
# A download then lasts about a second and a half, and a kill comes anywhere within it.
BYTES_PER_S = 250e6
LATEST_S = 2.2
SEED = 4
_REPO, _FILE = "bench/Kills-GGUF", "kills.gguf"
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class _Trial:
    """One kill: what it came after and what followed."""

    killed_at_s: float
    bytes_before: int
    right: bool
    unverified_names: int
    fetched_twice_bytes: int


def measure(folder: Path, kills: int = KILLS, size_bytes: int = SIZE_BYTES) -> Iterator[Figure]:
    """Every kill meets a fresh download; the part of its file beyond the journal is garbled."""
    moments = random.Random(SEED)
    place = folder / "download-kills"
    place.mkdir()
    source = write_noise(place / "source.bin", size_bytes)
    with Hub() as hub:
        hub.add(_REPO, {_FILE: source})
        request_for(hub, _REPO)
        hub.limit_speed(BYTES_PER_S)
        latest_s = LATEST_S * size_bytes / SIZE_BYTES
        trials = [_trial(hub, place, moments.uniform(0, latest_s)) for _ in range(kills)]
    shutil.rmtree(place)
    right = sum(trial.right for trial in trials)
    twice = [trial.fetched_twice_bytes / _MEBIBYTE for trial in trials]
    during = sum(0 < trial.bytes_before < size_bytes for trial in trials)
    yield Figure(
        f"Hash right after kill -9, of {kills} random moments",
        right,
        kills,
        "at least",
        detail=f"{size_bytes / 1e6:g} MB at {BYTES_PER_S / 1e6:g} MB/s, killed up to "
        f"{latest_s:.1f} s after the start (seed {SEED}), {during} while bytes came; what the "
        "journal does not vouch for was overwritten with noise",
    )
    yield Figure(
        "… most bytes fetched twice for one kill",
        max(twice),
        64,
        "at most",
        " MiB",
        detail=f"mean {rounded(sum(twice) / len(twice)):g} MiB, counted by the server: what it "
        "had sent and nobody read is in it",
    )
    yield Figure(
        "… final names of files that were not verified",
        sum(trial.unverified_names for trial in trials),
        0,
        "at most",
        detail="looked at after each kill",
    )


def _trial(hub: Hub, place: Path, moment_s: float) -> _Trial:
    models_dir = place / "models"
    models_dir.mkdir()
    hub.forget_requests()
    request = request_for(hub, _REPO)
    (file,) = request.files
    with DownloadClient(hub, models_dir, place / "first.log") as client:
        client.add(request)
        time.sleep(moment_s)
        client.kill()
    bytes_before = hub.bytes_sent()
    unverified = sum(
        sha256_of(path) != file.sha256 for path in models_dir.rglob(_FILE) if path.is_file()
    )
    lose_what_was_not_synced(models_dir)
    with DownloadClient(hub, models_dir, place / "second.log") as client:
        client.add(request)
        done = client.wait_for("done")
    right = [sha256_of(Path(path)) for path in done.paths] == [file.sha256]
    shutil.rmtree(models_dir)
    twice = max(0, hub.bytes_sent() - file.size_bytes)
    return _Trial(moment_s, bytes_before, right, unverified, twice)


def lose_what_was_not_synced(models_dir: Path) -> None:
    """Overwrite with noise whatever of a part file its journal does not vouch for.

    A lost machine may leave anything there: old bytes, zeros, or what was being written.
    """
    for slot in (models_dir / DOWNLOADS).rglob("*.a"):
        stem = slot.with_suffix("")
        part = stem.with_suffix(".part")
        journal = FileJournalKeeper(stem).read()
        if journal is None or not part.exists():
            continue
        with part.open("r+b") as file:
            for index, done in enumerate(journal.done):
                begin = index * journal.piece_bytes + done
                end = min((index + 1) * journal.piece_bytes, journal.size_bytes)
                file.seek(begin)
                file.write(os.urandom(end - begin))
