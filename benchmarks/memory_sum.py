"""Whether the memory map adds up: its parts against what the kernel says the processes hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.dashboard.held_devices import LoadedMemory, held_devices
from app.dashboard.machine_reading import MachineReading
from app.dashboard.machine_sample import MachineSample
from app.dashboard.memory_map import memory_map
from benchmarks.figure import Figure, listed
from runtime.gguf.split_files import read_model
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.protocol.frames import Load, Loaded
from runtime.protocol.placement import Placement
from tests.engine_client import EngineClient
from tests.placement.rpc_device import rpc_device

TOKENS = 64
N_CTX = 4096
PROMPTS = (
    "Write a story about a voyage by sea.",
    # Longer than one batch, so that compute buffers are used to their end.
    "Tell me of the sea, of ships and of those who sail them. " * 50,
)
LOWEST, HIGHEST = 0.97, 1.03
OWN = frozenset({"dense", "shared", "routed", "kv", "compute"})
MIB = 1 << 20


@dataclass
class Sums:
    """Map ÷ real of each reading, and how much of the real memory no class explains."""

    ratios: list[float] = field(default_factory=list)
    itself_mib: list[float] = field(default_factory=list)


def measure(model: Path, folder: Path) -> Iterator[Figure]:
    """Mapped and copied, on the processor alone and with all or half on a second device."""
    found = Sums()
    layout = model_layout(read_model(model))
    for mode in ("mmap", "none"):
        _measured(model, layout, Placement(n_ctx=N_CTX, load_mode=mode), folder, found)
    n_all, experts = layout.n_layer + 1, layout.expert_layers
    for on_host in ((), experts[: len(experts) // 2]):
        placement = Placement(n_gpu_layers=n_all, cpu_expert_layers=on_host, n_ctx=N_CTX)
        with rpc_device(folder / "memory-rpc.log") as endpoint:
            _measured(model, layout, placement, folder, found, endpoint)
    detail = (
        f"mapped, copied, on an RPC device, half there, each after two answers of {TOKENS} tokens: "
        f"{listed(found.ratios)}; of it the engine itself {listed(found.itself_mib)} MiB"
    )
    name = "Sum of the memory map ÷ real memory (RSS + device)"
    yield Figure(f"{name}, lowest", min(found.ratios), LOWEST, "at least", detail=detail)
    yield Figure(f"{name}, highest", max(found.ratios), HIGHEST, "at most", detail=detail)


def _measured(
    model: Path,
    layout: ModelLayout,
    placement: Placement,
    folder: Path,
    found: Sums,
    endpoint: str = "",
) -> None:
    device = _device(endpoint) if endpoint else None
    before = _reserved_bytes(device) if device else 0
    client = EngineClient(folder / "memory.log")
    reading = MachineReading()
    servers = (endpoint,) if endpoint else ()
    # A number of its own: the client counts its questions from 1.
    client.send(Load(1_000, str(model), n_threads=1, placement=placement, rpc_servers=servers))
    loaded = LoadedMemory(layout, placement, client.wait(Loaded).memory)
    pid = client.engine.pid
    assert pid is not None
    for prompt in PROMPTS:
        client.answer(prompt, max_tokens=TOKENS)
        sample = reading.read(pid)
        real = _rss_bytes(pid) + (_reserved_bytes(device) - before if device else 0)
        shown, itself = _of_map(sample, loaded)
        found.ratios.append((shown + itself) / real)
        found.itself_mib.append(itself / MIB)
    reading.rest()
    client.stop()


def _of_map(sample: MachineSample, loaded: LoadedMemory) -> tuple[int, int]:
    """What the map shows of our process, and the engine itself, which it shows with others."""
    devices = memory_map(sample, loaded).devices
    parts = [part for device in devices if device.kind != "disk" for part in device.parts]
    shown = sum(part.actual_bytes for part in parts if part.memory_class in OWN)
    return shown, sum(one.held.itself_bytes for one in held_devices(sample, loaded))


def _device(endpoint: str) -> psutil.Process:
    children = psutil.Process().children()
    return next(child for child in children if endpoint in child.cmdline())


def _rss_bytes(pid: int) -> int:
    """Summed over the mappings, not the counters that the sampler reads."""
    return _sized(Path(f"/proc/{pid}/smaps_rollup"), "Rss")


def _reserved_bytes(device: psutil.Process) -> int:
    """Memory of a GPU is gone once it is reserved; this device's counts the same way, although
    its processor touches it only as it is used.
    """
    return _sized(Path(f"/proc/{device.pid}/status"), "VmData")


def _sized(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024
    raise ValueError(f"no {name} in {path}")
