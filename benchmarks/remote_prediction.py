"""What it costs to predict a model that is not here: requests, bytes and memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from app.discover.predicting import PredictingMachine, predicted
from app.hardware_probe import gather
from app.paths import Paths
from benchmarks.figure import Figure
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.hub.frames import Describe, Described, LayoutRead, ReadLayout, Search
from runtime.hub.frames import Found as FoundRepositories
from runtime.placement.calibration import Calibration
from runtime.placement.model_layout import ModelLayout
from tests.hub.hub import Hub
from tests.hub.repositories import Declared
from tests.hub_process.asking import Asking

REPO, SPEC = "bench/Qwen3-30B-A3B-GGUF", "qwen3-30b-a3b"
MIXES = ("Q4_K_M", "Q8_0")
MEGABYTE = 1_000_000
_HASH = "ab" * 32


def measure(folder: Path) -> Iterator[Figure]:
    """One quantisation of a 30B with its vocabulary; a second one of it; and after a search."""
    place = folder / "remote-prediction"
    place.mkdir()
    with Hub() as hub:
        files = {}
        for mix in MIXES:
            path = place / f"{SPEC}-{mix}.gguf"
            write_header(SPECS[SPEC], mix, path, with_vocabulary=True)
            files[path.name] = Declared(path, _HASH)
        hub.add(REPO, files, tags=["gguf"])
        with Asking(hub.endpoint, place) as asking:
            described = asking.ask(Describe, Described, REPO).repository
        home = place / "cold"
        home.mkdir()
        with Asking(hub.endpoint, home) as asking:
            first, second = (
                asking.ask(ReadLayout, LayoutRead, REPO, described.revision, model)
                for model in described.models
            )
            peak_bytes = asking.peak_bytes()
        with Asking(hub.endpoint, home) as asking:
            asking.ask(Search, FoundRepositories, "qwen")
            asking.ask(ReadLayout, LayoutRead, REPO, described.revision, described.models[0])
            after_search_bytes = asking.peak_bytes()
    planning_bytes = _planned_in(first.layout)
    detail = (
        f"header with {first.layout.n_vocab:,} tokens; the second quantisation of the repository: "
        f"{second.requests} requests, {second.read_bytes / MEGABYTE:.2f} MB"
    )
    yield Figure(
        "Remote prediction of one quantisation: requests", first.requests, 4, "at most", "", detail
    )
    yield Figure("… read", first.read_bytes / MEGABYTE, 12, "at most", " MB")
    yield Figure(
        "… peak memory of the process that reads",
        peak_bytes / MEGABYTE,
        40,
        "at most",
        " MB",
        f"with huggingface_hub loaded for a search before: {after_search_bytes / MEGABYTE:.0f} MB; "
        f"the plan itself took {planning_bytes / MEGABYTE:.1f} MB in the window's process",
    )


def _planned_in(layout: ModelLayout) -> int:
    """The most memory that planning held at a time."""
    machine = PredictingMachine(gather(Paths.for_user()).hardware, Calibration(), 0)
    tracemalloc.start()
    predicted(layout, machine)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak_bytes
