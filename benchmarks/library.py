"""What listing 500 models costs at the start, and that no model file is opened for it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, listed, median
from runtime.model_records import ModelRecord, RecordedFile, write_record
from tests.gguf import crafted

MODELS = 500
ROUNDS = 9
# As many pieces as a model of 18 GB has: records are what grows with the size of models.
PIECES = 280

# A process of its own each time, as a start is. Everything a window has loaded by then is.
_START = """
import json, sys, time
from pathlib import Path
import ui.composition
from app.local_models import LocalModels
opened = []
def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".gguf"):
        opened.append(arguments[0])
sys.addaudithook(watch)
began_s = time.perf_counter()
count = len(LocalModels(Path(sys.argv[1]), Path(sys.argv[2])).scan())
print(json.dumps([count, 1000 * (time.perf_counter() - began_s), len(opened)]))
"""


def measure(folder: Path) -> Iterator[Figure]:
    """With warm caches: each model in a folder of its own, as downloads lie, and with a record."""
    models_dir, cache = folder / "library", folder / "library-cache" / "model-headers.json"
    _write(models_dir)
    # A folder that has just changed is not relied on: records are looked at one by one till then.
    time.sleep(3)
    _started(models_dir, cache)
    runs = [_started(models_dir, cache) for _ in range(ROUNDS)]
    assert all(count == MODELS for count, _, _ in runs)
    times_ms = [elapsed_ms for _, elapsed_ms, _ in runs]
    yield Figure(
        f"Listing {MODELS} models at the start",
        median(times_ms),
        50,
        "at most",
        unit=" ms",
        detail=f"{listed(times_ms)} ms; each in its own folder, records and headers kept",
    )
    yield Figure("Model files opened for that", max(opened for _, _, opened in runs), 0, "at most")


def _started(models_dir: Path, cache: Path) -> tuple[int, float, int]:
    command = (sys.executable, "-c", _START, str(models_dir), str(cache))
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    count, elapsed_ms, opened = json.loads(done.stdout)
    return int(count), float(elapsed_ms), int(opened)


def _write(models_dir: Path) -> None:
    for number in range(MODELS):
        name = f"Some-Model-{number}-A3B-Instruct"
        path = models_dir / f"owner-{number % 40}" / f"{name}-GGUF" / f"{name}-Q4_K_M.gguf"
        path.parent.mkdir(parents=True)
        pairs = (
            crafted.text_pair("general.name", name),
            crafted.text_pair("general.license", "apache-2.0"),
        )
        path.write_bytes(crafted.gguf((*crafted.MODEL_PAIRS, *pairs)))
        digest = f"{number:064x}"
        recorded = path.relative_to(models_dir).as_posix()
        file = RecordedFile(recorded, path.stat().st_size, digest, (digest,) * PIECES)
        record = ModelRecord((file,), "hub", 1.0, f"owner/{name}-GGUF", "c" * 40, "apache-2.0")
        write_record(models_dir, record)
