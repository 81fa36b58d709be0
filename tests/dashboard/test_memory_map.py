"""The memory map: parts that add up to what is really there, planned beside actual, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace as changed

from app.dashboard.held_devices import LoadedMemory, held_devices, placement_without_plan
from app.dashboard.layer_words import spans
from app.dashboard.machine_reading import MachineReading
from app.dashboard.machine_sample import GpuSample, MachineSample, WorkerMemory
from app.dashboard.memory_map import memory_map, settled
from app.dashboard.own_memory import Weights, held_in_ram, held_on_gpu
from app.dashboard.state import (
    MEMORY_CLASSES,
    DeviceMap,
    MemoryClass,
    MemoryMap,
    MemoryPart,
    MemoryWarning,
)
from runtime.errors import Problem
from runtime.gguf.split_files import read_model
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.protocol.frames import Load, Loaded
from runtime.protocol.messages import DeviceMemory, MemoryUse
from runtime.protocol.placement import Placement
from tests.dashboard import loads
from tests.dashboard.loads import GIB, GPU, MIB
from tests.engine_client import EngineClient

OWN = ("dense", "shared", "routed", "kv", "compute")


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> ModelLayout:
    return loads.qwen(tmp_path_factory.mktemp("shape"))


def sizes(device: DeviceMap) -> dict[str, int]:
    return {part.memory_class: part.actual_bytes for part in device.parts}


def planned(device: DeviceMap) -> dict[str, int | None]:
    return {part.memory_class: part.planned_bytes for part in device.parts}


def own_of(sample: MachineSample, loaded: LoadedMemory) -> int:
    """What the map says is our process's, the engine itself included."""
    devices = memory_map(sample, loaded).devices
    shown = sum(sizes(d)[name] for d in devices if d.kind != "disk" for name in OWN)
    return shown + sum(one.held.itself_bytes for one in held_devices(sample, loaded))


# One device


@pytest.mark.parametrize(
    ("less_bytes", "left"),
    [
        (0, Weights(10, 20, 300)),
        (100, Weights(10, 20, 200)),
        (310, Weights(10, 10, 0)),
        (325, Weights(5, 0, 0)),
        (999, Weights(0, 0, 0)),
    ],
)
def test_what_is_read_least_goes_first(less_bytes: int, left: Weights) -> None:
    assert Weights(10, 20, 300).without(less_bytes) == left


HOST = DeviceMemory("RAM", True, 1000, 90, 100)
WEIGHTS = Weights(200, 100, 700)
MAPPED = WorkerMemory(
    1000 + 90 + 30 + 50,
    anon_bytes=90 + 30 + 40,
    file_bytes=1000 + 10,
    model_mapped_bytes=1000,
    model_resident_bytes=1000,
    buffer_bytes=120,
)
COPIED = WorkerMemory(
    1000 + 90 + 30 + 50,
    anon_bytes=1000 + 90 + 30 + 40,
    file_bytes=10,
    model_mapped_bytes=0,
    model_resident_bytes=0,
    buffer_bytes=1120,
)


@pytest.mark.parametrize(
    ("worker", "weights", "kv", "compute", "itself", "from_disk"),
    [
        # Of the compute buffer's 100 only 30 were ever touched.
        (MAPPED, WEIGHTS, 90, 30, 50, Weights()),
        (COPIED, WEIGHTS, 90, 30, 50, Weights()),
        # A fifth was evicted.
        (
            changed(MAPPED, rss_bytes=970, file_bytes=810, model_resident_bytes=800),
            Weights(200, 100, 500),
            *(90, 30, 50, Weights(0, 0, 200)),
        ),
        # The whole process was swapped out but for a little.
        (
            changed(COPIED, rss_bytes=110, anon_bytes=100, buffer_bytes=60),
            Weights(100, 0, 0),
            *(0, 0, 10, Weights()),
        ),
        # A system that tells nothing but the resident set: what the engine logged, no more.
        (WorkerMemory(1200), WEIGHTS, 90, 100, 10, Weights()),
        (WorkerMemory(1100), WEIGHTS, 90, 10, 0, Weights()),
        # A model in a memory file system counts as shared memory, and libraries do not tell apart.
        (
            changed(MAPPED, file_bytes=10, shared_bytes=1000),
            WEIGHTS,
            *(90, 40, 40, Weights()),
        ),
    ],
)
def test_ram(
    worker: WorkerMemory, weights: Weights, kv: int, compute: int, itself: int, from_disk: Weights
) -> None:
    held = held_in_ram(HOST, WEIGHTS, worker)
    assert (held.weights, held.kv_bytes, held.compute_bytes) == (weights, kv, compute)
    assert (held.itself_bytes, held.from_disk) == (itself, from_disk)
    assert held.total_bytes == worker.rss_bytes


def test_repacked_weights_are_beside_the_mapped_ones() -> None:
    """The engine logs 1,000 mapped, with holes, and 400 repacked; the model has 1,100 here."""
    logged = changed(HOST, weights_bytes=1400)
    worker = changed(
        MAPPED, rss_bytes=1570, anon_bytes=560, buffer_bytes=520, model_resident_bytes=1000
    )
    held = held_in_ram(logged, Weights(200, 100, 800), worker)
    assert held.weights == Weights(200, 100, 800)
    assert held.mapped_bytes == 700
    # 300 pages of the file lie in memory although their weights were repacked or are elsewhere.
    assert (held.itself_bytes, held.copies_bytes) == (350, 300)
    assert held.total_bytes == worker.rss_bytes


@pytest.mark.parametrize(
    ("sample", "itself"),
    [(None, 0), (GpuSample(GPU), 0), (GpuSample(GPU, worker_bytes=1500), 310)],
)
def test_a_gpu(sample: GpuSample | None, itself: int) -> None:
    held = held_on_gpu(DeviceMemory("CUDA0", False, 1000, 90, 100), WEIGHTS, sample)
    assert held.weights == WEIGHTS
    assert (held.kv_bytes, held.compute_bytes, held.itself_bytes) == (90, 100, itself)


def test_log_and_header_may_differ_a_little() -> None:
    """The log has MiB with two decimals; the difference is no expert's."""
    held = held_on_gpu(DeviceMemory("CUDA0", False, 1004, 0, 0), WEIGHTS, None)
    assert held.weights == Weights(204, 100, 700)
    held = held_on_gpu(DeviceMemory("CUDA0", False, 700, 0, 0), WEIGHTS, None)
    assert held.weights.total == 700


# The whole map


def test_a_gpu_and_ram_as_planned(layout: ModelLayout) -> None:
    loaded, held, plan = loads.mapped(layout)
    taken = loads.sample(loads.worker(loaded, held), loads.card(loaded))
    gpu, ram, disk = memory_map(taken, loaded).devices
    assert (gpu.name, gpu.kind, gpu.total_bytes) == (GPU, "gpu", 12 * GIB)
    assert (ram.name, ram.kind, ram.total_bytes) == ("RAM", "ram", 64 * GIB)
    for device in (gpu, ram):
        assert tuple(sizes(device)) == MEMORY_CLASSES
        assert sum(sizes(device).values()) == device.total_bytes
        for name in OWN:
            assert sizes(device)[name] == planned(device)[name], (device.name, name)
        assert planned(device)["other"] is None
    routed = plan.devices[0].weights.routed_experts
    assert sizes(gpu)["routed"] == routed > GIB
    assert sizes(gpu)["free"] == 600 * MIB
    # What the driver counts beyond: the context is the engine's, the rest other programs'.
    assert sizes(gpu)["other"] == 12 * GIB - 600 * MIB - plan.devices[0].used_bytes
    excess = held.span_bytes - held.mapped_bytes
    assert sizes(ram)["other"] == pytest.approx(6 * GIB + loads.ITSELF_BYTES + excess, abs=9)
    assert disk.kind == "disk"
    assert disk.total_bytes == pytest.approx(held.mapped_bytes, abs=9)
    assert disk.used_bytes == 0


def test_our_parts_are_the_processes_memory(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    worker, card = loads.worker(loaded, held), loads.card(loaded)
    taken = loads.sample(worker, card)
    assert own_of(taken, loaded) == worker.rss_bytes + (card.worker_bytes or 0)


def test_evicted_weights_are_on_disk(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    whole = loads.worker(loaded, held)
    gone = held.span_bytes - held.mapped_bytes + 2 * GIB
    worker = changed(
        whole,
        rss_bytes=whole.rss_bytes - gone,
        file_bytes=(whole.file_bytes or 0) - gone,
        model_resident_bytes=held.mapped_bytes - 2 * GIB,
    )
    taken = loads.sample(worker, loads.card(loaded))
    _, ram, disk = memory_map(taken, loaded).devices
    assert sizes(disk)["routed"] == pytest.approx(2 * GIB, abs=9)
    assert sizes(disk)["dense"] == 0
    before = memory_map(loads.sample(whole, loads.card(loaded)), loaded).devices[1]
    assert sizes(before)["routed"] - sizes(ram)["routed"] == sizes(disk)["routed"]
    assert sum(sizes(ram).values()) == ram.total_bytes


def test_planned_beyond_memory_is_planned_on_disk(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    loaded = LoadedMemory(layout, loaded.placement, loaded.memory, loaded.planned, disk_share=0.5)
    taken = loads.sample(loads.worker(loaded, held), loads.card(loaded))
    _, ram, disk = memory_map(taken, loaded).devices
    weights = loaded.planned[-1].weights.total
    on_disk = sum(size or 0 for size in planned(disk).values())
    assert on_disk == pytest.approx(weights / 2, abs=1)
    in_ram = sum(planned(ram)[name] or 0 for name in ("dense", "shared", "routed"))
    assert in_ram + on_disk == weights


def test_a_container_counts_mapped_files_as_used(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    worker = loads.worker(loaded, held)
    total = worker.rss_bytes + 4 * GIB
    taken = loads.sample(worker, total_bytes=total, available_bytes=3 * GIB, is_container=True)
    ram = next(d for d in memory_map(taken, loaded).devices if d.kind == "ram")
    itself = held_devices(taken, loaded)[-1].held.itself_bytes
    assert sizes(ram)["other"] == GIB + itself
    assert sizes(ram)["free"] == 3 * GIB


def test_more_used_than_there_is_never_overflows(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    taken = loads.sample(loads.worker(loaded, held), total_bytes=8 * GIB, available_bytes=0)
    ram = next(d for d in memory_map(taken, loaded).devices if d.kind == "ram")
    assert sizes(ram)["free"] == 0
    assert min(sizes(ram).values()) >= 0


@pytest.mark.parametrize(
    ("names", "label", "found"),
    [
        ((GPU,), GPU, 0),
        ((GPU + " Ti", GPU), GPU, 1),
        ((GPU + " Ti",), GPU, None),
        ((GPU,), GPU + " MIG 3g.40gb", None),
        (("Radeon RX 7900",), "Radeon RX 7900 (RADV NAVI31)", 0),
        # The kernel may know no more of a card than who made it.
        (("AMD",), "AMD Radeon RX 7900 XTX (RADV NAVI31)", 0),
        (("AMD",), GPU, None),
    ],
)
def test_the_drivers_gpu_is_found_by_name(
    layout: ModelLayout, names: tuple[str, ...], label: str, found: int | None
) -> None:
    loaded, held, _plan = loads.mapped(layout)
    gpu, ram = loaded.planned
    use = type(gpu)(gpu.name, label, *_rest(gpu))
    loaded = LoadedMemory(layout, loaded.placement, loaded.memory, (use, ram))
    gpus = tuple(GpuSample(name, 9 * GIB, GIB) for name in names)
    device = held_devices(loads.sample(loads.worker(loaded, held), *gpus), loaded)[0]
    assert device.sample == (None if found is None else gpus[found])


@pytest.mark.parametrize(("name", "is_found"), [("CUDA0", True), ("RPC0[127.0.0.1:5]", False)])
def test_without_a_plan_the_order_must_do(layout: ModelLayout, name: str, is_found: bool) -> None:
    memory = MemoryUse((DeviceMemory(name, False, layout.file_bytes, 90, 100),), 0)
    loaded = LoadedMemory(layout, placement_without_plan(memory, 8192), memory)
    card = GpuSample(GPU, 24 * GIB, 20 * GIB)
    device = held_devices(loads.sample(WorkerMemory(GIB), card), loaded)[0]
    assert device.sample == (card if is_found else None)
    assert device.held.weights.routed > 10 * GIB


def _rest(use: object) -> tuple[object, ...]:
    names = ("total_bytes", "free_bytes", "weights", "kv_bytes", "compute_bytes")
    return tuple(getattr(use, name) for name in names)


def test_without_a_model_there_are_other_programs_and_free() -> None:
    taken = loads.sample(WorkerMemory(100 * MIB, anon_bytes=80 * MIB), GpuSample(GPU, 12, 5))
    gpu, ram = memory_map(taken).devices
    assert sizes(gpu) == dict.fromkeys(MEMORY_CLASSES, 0) | {"other": 5, "free": 7}
    assert sizes(ram)["other"] == 6 * GIB + 100 * MIB
    assert memory_map(loads.sample(None)).devices[0].used_bytes == 6 * GIB


def test_nothing_planned_is_said_to_be_not_planned(layout: ModelLayout) -> None:
    memory = MemoryUse((DeviceMemory("RAM", True, layout.file_bytes, 90, 100),), 0)
    placement = placement_without_plan(memory, 8192)
    loaded = LoadedMemory(layout, placement, memory)
    taken = loads.sample(WorkerMemory(layout.file_bytes + GIB))
    (ram,) = memory_map(taken, loaded).devices
    assert set(planned(ram).values()) == {None}
    assert sizes(ram)["routed"] > 10 * GIB


# Words


@pytest.mark.parametrize(
    ("layers", "text"),
    [((7,), "7"), ((0, 1, 2), "0 to 2"), ((0, 1, 5, 8, 9), "0 to 1, 5, 8 to 9"), ((), "")],
)
def test_spans(layers: tuple[int, ...], text: str) -> None:
    assert spans(layers) == text


def test_which_layers_are_where(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(
        layout,
        n_gpu_layers=49,
        cpu_expert_layers=tuple(range(10, 30)),
        split_layer=-1,
        split_stems=(),
    )
    taken = loads.sample(loads.worker(loaded, held), loads.card(loaded))
    gpu, ram, _disk = memory_map(taken, loaded).devices
    assert gpu.layers == (
        "Layers 0 to 47: attention, norms and routers",
        "Layers 0 to 9, 30 to 47: routed experts",
        "Layers 0 to 47: KV cache",
        "The output layer",
    )
    assert ram.layers == ("The token embeddings", "Layers 10 to 29: routed experts")


def test_a_split_layer_is_in_both(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(
        layout, n_gpu_layers=49, cpu_expert_layers=(0,), split_layer=1, split_stems=("ffn_down",)
    )
    taken = loads.sample(loads.worker(loaded, held), loads.card(loaded))
    gpu, ram, _disk = memory_map(taken, loaded).devices
    assert "Layer 1: some of the routed experts" in gpu.layers
    assert "Layers 2 to 47: routed experts" in gpu.layers
    assert ram.layers[1:] == (
        "Layer 0: routed experts",
        "Layer 1: some of the routed experts",
    )


def test_it_tells_how(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout)
    taken = loads.sample(loads.worker(loaded, held), loads.card(loaded))
    explained = memory_map(taken, loaded).explained
    assert explained is not None
    inputs = dict(explained.inputs)
    assert inputs["Files that the system keeps in memory"] == "20.0 GiB"
    assert "The engine's process in RAM" in inputs
    hidden = loads.sample(
        loads.worker(loaded, held), changed(loads.card(loaded), worker_bytes=None)
    )
    sources = memory_map(hidden, loaded).explained
    assert sources is not None
    assert any("counts as another program's" in text for text in sources.sources)


# The real engine


@pytest.mark.parametrize("mode", ["mmap", "none"])
def test_the_real_worker(mode: str, starter_model: Path, tmp_path: Path) -> None:
    layout = model_layout(read_model(starter_model))
    client = EngineClient(tmp_path / "worker.log")
    try:
        placement = Placement(n_ctx=512, load_mode=mode)
        client.send(Load(1_000, str(starter_model), n_threads=1, placement=placement))
        loaded = LoadedMemory(layout, placement, client.wait(Loaded).memory)
        client.answer("Say hello.", max_tokens=4)
        pid = client.engine.pid
        assert pid is not None
        taken = MachineReading().read(pid)
        rss_bytes = psutil.Process(pid).memory_info().rss
    finally:
        client.stop()
    assert 0.97 <= own_of(taken, loaded) / rss_bytes <= 1.03
    ram = sizes(memory_map(taken, loaded).devices[0])
    routed = sum(layer.routed_bytes for layer in layout.layers)
    # A busy machine may have evicted some of it.
    assert 0.9 * routed < ram["routed"] <= routed
    assert ram["kv"] == loaded.memory.kv_bytes
    itself = held_devices(taken, loaded)[-1].held.itself_bytes
    assert 20 * MIB < itself < 0.25 * rss_bytes


def mapped(*used: int, free: int = 8 * GIB, name: str = "RAM") -> MemoryMap:
    """One device with these bytes of its first classes."""
    classes: tuple[MemoryClass, ...] = ("dense", "kv")
    parts = [MemoryPart(kind, size) for kind, size in zip(classes, used, strict=False)]
    return MemoryMap((DeviceMap(name, "ram", 16 * GIB, (*parts, MemoryPart("free", free))),))


@pytest.mark.parametrize(
    ("now", "is_new"),
    [
        (mapped(3 * GIB, GIB), False),
        (mapped(3 * GIB + 15 * MIB, GIB, free=8 * GIB - 15 * MIB), False),
        (mapped(3 * GIB + 16 * MIB, GIB), True),
        (mapped(3 * GIB, GIB, free=8 * GIB - 16 * MIB), True),
        (mapped(3 * GIB), True),
        (mapped(3 * GIB, GIB, name="other"), True),
        (MemoryMap(), True),
        (replace(mapped(3 * GIB, GIB), warnings=(MemoryWarning(Problem("", "", "")),)), True),
    ],
)
def test_a_map_stands_while_no_difference_shows(now: MemoryMap, is_new: bool) -> None:
    before = mapped(3 * GIB, GIB)
    assert settled(before, now) is (now if is_new else before)
