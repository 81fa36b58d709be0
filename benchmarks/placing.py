"""How exact planned memory is on a second device, and how long planning takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.dry_run import DryRuns
from app.gpu_catalog import as_gpu, find_gpu
from app.planner import Planner
from benchmarks.figure import Figure, listed, median
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware, Host
from runtime.placement.memory import RAM, host_weights
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.search import Wishes
from runtime.protocol.frames import Load, Loaded
from runtime.protocol.placement import Placement
from tests.engine_client import Ended, EngineClient
from tests.models.tiny import TINY_NAMES, write_tiny
from tests.placement.rpc_device import rpc_device

ROUNDS = 5
AVX2 = frozenset({"AVX2"})
HOST = Host(512 << 30, 460 << 30, 32, 200e9, 60e9, 2e9, AVX2)
N_CTX = 1024


@dataclass
class Differences:
    """Planned and actual bytes of each device of each load, and loads refused for memory."""

    devices: int = 0
    loads: int = 0
    refused: int = 0
    worst: float = 0.0
    worst_bytes: int = 0

    def add(self, planned_bytes: int, actual_bytes: int) -> None:
        self.devices += 1
        off_bytes = abs(planned_bytes - actual_bytes)
        self.worst_bytes = max(self.worst_bytes, off_bytes)
        # The engine logs MiB with two decimals: tiny buffers differ by that alone.
        if off_bytes > 16_384:
            self.worst = max(self.worst, off_bytes / max(actual_bytes, 1))


def measure(starter: Path, folder: Path) -> Iterator[Figure]:
    """Every test model on an RPC device and the host; then times for 671 billion parameters."""
    found = Differences()
    with rpc_device(folder / "rpc.log") as endpoint:
        for path in (starter, *(write_tiny(folder, name) for name in TINY_NAMES)):
            _compare(path, endpoint, folder / "placing.log", found)
    counted = f"{found.devices} buffers of {found.loads} loads, {len(TINY_NAMES) + 1} models"
    furthest = f"furthest {found.worst_bytes / 1024:.0f} KiB"
    yield Figure(
        "Planned ÷ actual bytes per device, furthest from 1",
        found.worst,
        0.01,
        "at most",
        detail=f"{counted}; {furthest}",
    )
    yield Figure(
        "Accepted plans refused for memory",
        found.refused,
        0,
        "at most",
        detail=f"{found.loads} loads on the RPC device and the host; none on a GPU",
    )
    yield from _times(folder)


def _compare(path: Path, endpoint: str, log: Path, found: Differences) -> None:
    layout = model_layout(read_model(path))
    device = Gpu(
        f"RPC0[{endpoint}]", "RPC", 8 << 30, 8 << 30, 20e9, 1e12, 1e9, has_host_buffer=False
    )
    hardware = Hardware((device,), HOST)
    planner = Planner(
        layout, hardware, OBJECTIVES["chat"], Calibration(), DryRuns(path, (endpoint,))
    )
    # Before the worker is there: an RPC server serves one process at a time.
    planner.ask_about(*placements(layout))
    client = EngineClient(log)
    for placement in placements(layout):
        plan = planner.of(placement)
        found.loads += 1
        number = 1_000 + found.loads
        client.send(Load(number, str(path), placement=placement, rpc_servers=(endpoint,)))
        try:
            loaded = client.wait(Loaded)
        except Ended:
            found.refused += plan.fits
            continue
        actual = {use.name: use for use in loaded.memory.devices}
        for use in plan.devices:
            weights = use.weights.total
            if use.name == RAM:
                weights = host_weights(layout, placement, hardware).logged_bytes
            real = actual.get(use.name)
            taken = real.weights_bytes + real.kv_bytes + real.compute_bytes if real else 0
            found.add(weights + use.kv_bytes + use.compute_bytes, taken)
    client.stop()


def placements(layout: ModelLayout) -> tuple[Placement, ...]:
    """All here, all there, and six ways between."""
    n_all, experts = layout.n_layer + 1, layout.expert_layers
    half = experts[: len(experts) // 2]
    last = experts[-1] if experts else -1
    return (
        Placement(n_ctx=N_CTX),
        Placement(n_gpu_layers=n_all, n_ctx=N_CTX),
        Placement(n_gpu_layers=n_all, cpu_expert_layers=experts, n_ctx=N_CTX),
        Placement(n_gpu_layers=n_all, cpu_expert_layers=half, n_ctx=N_CTX, load_mode="none"),
        Placement(n_gpu_layers=n_all, split_layer=last, split_stems=("ffn_down",), n_ctx=N_CTX),
        Placement(n_gpu_layers=2, n_ctx=N_CTX, kv_type="q8_0"),
        Placement(n_gpu_layers=n_all, n_ctx=N_CTX, n_ubatch=64, use_extra_bufts=False),
        Placement(n_ctx=N_CTX, load_mode="none", n_ubatch=1024, n_batch=1024),
    )


def _times(folder: Path) -> Iterator[Figure]:
    path = folder / "deepseek-v3.gguf"
    write_header(SPECS["deepseek-v3"], "Q4_K_M", path)
    hardware = Hardware((as_gpu(find_gpu("A100 80GB")),), HOST)

    def planner() -> Planner:
        layout = model_layout(read_model(path))
        return Planner(layout, hardware, OBJECTIVES["chat"], Calibration())

    whole = [_timed(lambda: planner().ranked(Wishes(8192))) for _ in range(ROUNDS)]
    yield Figure(
        "Plan of a 671B model from its header",
        median(whole),
        0.5,
        "at most",
        unit=" s",
        detail=f"{listed(whole)} s; reading the header included, the engine's dry run not",
    )
    ready = planner()
    moved = [
        1000 * _timed(lambda: ready.quick(Wishes(8192, expert_layers=count)))  # noqa: B023
        for count in range(48, 58)
    ]
    yield Figure(
        "Slider update of that plan",
        max(moved),
        50,
        "at most",
        unit=" ms",
        detail=f"the longest of {listed(moved)} ms",
    )


def _timed(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return time.perf_counter() - began_s
