"""How smooth the window stays while a model is downloaded at full speed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.download_client import request_for, write_noise
from benchmarks.figure import Figure, listed, median
from tests.hub.hub import Hub

SIZE_BYTES = 2_000_000_000
ROUNDS = 3
FRAME_MS = 16.0
_REPO, _FILE = "bench/Window-GGUF", "window.gguf"


def measure(
    home: Path, folder: Path, environment: Mapping[str, str], size_bytes: int = SIZE_BYTES
) -> Iterator[Figure]:
    """The Models page with its dock in sight, the real download process, a hub on loopback."""
    with Hub() as hub:
        source = write_noise(folder / "window-download.bin", size_bytes)
        hub.add(_REPO, {_FILE: source})
        request = request_for(hub, _REPO)
        file = request.files[0]
        surroundings = {
            **environment,
            "COTERIE_HOME": str(home),
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(folder / "hf"),
        }
        words = (_REPO, request.revision, file.path, str(file.size_bytes), file.sha256)
        runs = [_run(words, surroundings, home) for _ in range(ROUNDS)]
        source.unlink()
    p95 = [run[0] for run in runs]
    yield Figure(
        "Window while downloading at full speed: 95th percentile from beat to beat",
        median(p95),
        FRAME_MS,
        "at most",
        " ms",
        f"{listed(p95)} ms; longest {listed([run[1] for run in runs])} ms; a beat is due each "
        f"5 ms; {size_bytes / 1e9:g} GB took {listed([run[2] for run in runs])} s",
    )


def _run(words: tuple[str, ...], environment: Mapping[str, str], home: Path) -> tuple[float, ...]:
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.downloading_window", *words),
        check=True,
        capture_output=True,
        text=True,
        env=dict(environment),
        timeout=300,
    )
    phase, p95, longest, _count, elapsed_s = done.stdout.split()[-5:]
    assert phase == "done", done.stdout
    for path in (home / "data" / "models").rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.unlink()
    return float(p95), float(longest), float(elapsed_s)
