"""Warnings before it hurts: each at its level and not below, each with what would help."""

from __future__ import annotations

import pytest
from msgspec.structs import replace as changed

from app.dashboard.held_devices import LoadedMemory
from app.dashboard.machine_sample import GpuSample, MachineSample
from app.dashboard.memory_warnings import (
    KEPT_S,
    MANY_FAULTS_PER_S,
    MUCH_READ_BYTES_PER_S,
    MUCH_SWAPPED_BYTES,
    expert_layers_to_move,
    kept,
    memory_warnings,
    remedy_for,
)
from app.dashboard.state import MemoryWarning
from runtime.placement.memory import HostWeights
from runtime.placement.model_layout import ModelLayout
from tests.dashboard import loads
from tests.dashboard.loads import GIB, MIB

Loaded = tuple[LoadedMemory, HostWeights]


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> ModelLayout:
    return loads.qwen(tmp_path_factory.mktemp("shape"))


@pytest.fixture(scope="module")
def on_gpu(layout: ModelLayout) -> Loaded:
    loaded, held, _plan = loads.mapped(layout)
    return loaded, held


def run(
    on_gpu: Loaded,
    seconds: float = 4.0,
    gpu: dict[str, object] | None = None,
    last_worker: dict[str, object] | None = None,
    last: dict[str, object] | None = None,
    free_bytes: int = 600 * MIB,
) -> tuple[MachineSample, ...]:
    """Samples of `seconds`, four a second; `last...` is what the last one has by then."""
    loaded, held = on_gpu
    card = loads.card(loaded, free_bytes, **(gpu or {}))
    worker = loads.worker(loaded, held)
    count = round(seconds * 4)
    samples = [loads.sample(worker, card, at_s=100 + i / 4, cpu_throttles=3) for i in range(count)]
    end = changed(worker, **(last_worker or {}))
    final = loads.sample(end, card, at_s=100 + seconds, cpu_throttles=3)
    return (*samples, changed(final, **(last or {})))


def kinds(found: tuple[MemoryWarning, ...]) -> list[str]:
    return [warning.problem.kind for warning in found]


def test_all_is_well(on_gpu: Loaded) -> None:
    assert memory_warnings(run(on_gpu), on_gpu[0], 100.0) == ()
    assert memory_warnings((), on_gpu[0], 100.0) == ()
    assert memory_warnings(run(on_gpu), None, 100.0) == ()


@pytest.mark.parametrize(("free_mib", "layers"), [(300, None), (256, None), (255, 2), (0, 3)])
def test_a_gpu_about_to_spill(on_gpu: Loaded, free_mib: int, layers: int | None) -> None:
    """As many layers as `runtime.placement.pressure` moves."""
    found = memory_warnings(run(on_gpu, free_bytes=free_mib * MIB), on_gpu[0], None)
    if layers is None:
        assert found == ()
        return
    assert kinds(found) == ["gpu_spill"]
    assert found[0].remedy == "relieve_gpu"
    assert found[0].button == f"Move {layers} expert layers to RAM"
    assert f"Only {free_mib} MiB" in found[0].problem.message


def test_without_experts_left_to_move_the_cache_gives_way(layout: ModelLayout) -> None:
    loaded, held, _plan = loads.mapped(layout, cpu_expert_layers=layout.expert_layers)
    assert expert_layers_to_move(loaded, 0) == 0
    samples = run((loaded, held), free_bytes=200 * MIB)
    (found,) = memory_warnings(samples, loaded, None)
    assert found.problem.kind == "gpu_spill"
    # 8,192 tokens have 768 MiB of cache; 568 are to be freed.
    assert found.remedy == "plan"


def test_a_gpu_that_the_model_is_not_on_may_be_full(on_gpu: Loaded) -> None:
    loaded, held = on_gpu
    other = GpuSample("Another card", 8 * GIB, 8 * GIB)
    samples = (loads.sample(loads.worker(loaded, held), other, at_s=100),)
    assert memory_warnings(samples, loaded, None) == ()


@pytest.mark.parametrize(
    ("faults", "read_bytes", "warns"),
    [
        (0, 0, False),
        (MANY_FAULTS_PER_S * 4, 0, True),
        (MANY_FAULTS_PER_S * 4 - 1, 0, False),
        (1, MUCH_READ_BYTES_PER_S * 4, True),
        (1, MUCH_READ_BYTES_PER_S * 4 - 1, False),
        # What it read without having waited was no weight.
        (0, MUCH_READ_BYTES_PER_S * 4, False),
    ],
)
def test_evicted_weights(on_gpu: Loaded, faults: float, read_bytes: float, warns: bool) -> None:
    worker: dict[str, object] = {"major_faults": int(faults), "read_bytes": int(read_bytes)}
    samples = run(on_gpu, last_worker=worker)
    assert kinds(memory_warnings(samples, on_gpu[0], 100.0)) == ["weights_evicted"] * warns
    # Reading while nothing answers, or before it did, is a load.
    assert memory_warnings(samples, on_gpu[0], None) == ()
    assert memory_warnings(samples, on_gpu[0], 103.5) == ()


def test_copied_weights_are_never_evicted(layout: ModelLayout, on_gpu: Loaded) -> None:
    worker: dict[str, object] = {"major_faults": 9999}
    loaded, held = on_gpu
    samples = run((loaded, held), last_worker=worker | {"model_mapped_bytes": 0})
    assert memory_warnings(samples, loaded, 100.0) == ()


@pytest.mark.parametrize(
    ("swapped", "warns"), [(0, False), (MUCH_SWAPPED_BYTES - 1, False), (MUCH_SWAPPED_BYTES, True)]
)
def test_swap(on_gpu: Loaded, swapped: int, warns: bool) -> None:
    samples = run(on_gpu, last_worker={"swapped_bytes": swapped})
    for since in (None, 100.0):
        assert kinds(memory_warnings(samples, on_gpu[0], since)) == ["engine_swapped"] * warns


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({"is_hot": True}, ["gpu_hot"]),
        ({"is_power_held": True}, ["gpu_power_held"]),
        ({"is_hot": True, "is_power_held": True}, ["gpu_hot"]),
        ({}, []),
    ],
)
def test_throttling(on_gpu: Loaded, flags: dict[str, object], kind: list[str]) -> None:
    told = flags | {"temperature_c": 87.4, "power_w": 199.6}
    samples = run(on_gpu, gpu=told)
    found = memory_warnings(samples, on_gpu[0], 100.0)
    assert kinds(found) == kind
    assert all((warning.remedy, warning.button) == ("", "") for warning in found)
    assert memory_warnings(samples, on_gpu[0], None) == ()
    cooled = [changed(s, gpus=(loads.card(on_gpu[0]),)) for s in samples]
    # Once in a while is no trouble.
    assert memory_warnings((*cooled[:12], *samples[12:]), on_gpu[0], 100.0) == ()


def test_the_processor_is_hot(on_gpu: Loaded) -> None:
    samples = run(on_gpu, last={"cpu_throttles": 4})
    assert kinds(memory_warnings(samples, on_gpu[0], 100.0)) == ["cpu_hot"]
    assert memory_warnings(samples, on_gpu[0], None) == ()


@pytest.mark.parametrize(
    ("kv_type", "n_ctx", "kv_mib", "short_mib", "remedy"),
    [
        ("f16", 8192, 768, 300, "q8_kv"),
        ("f16", 8192, 768, 360, "q8_kv"),
        ("f16", 8192, 768, 370, "smaller_context"),
        ("f16", 8192, 768, 400, "plan"),
        ("q8_0", 16384, 768, 300, "smaller_context"),
        ("q8_0", 4096, 768, 300, "plan"),
        ("f16", 8192, 0, 100, "plan"),
    ],
)
def test_the_smallest_change_that_helps(
    on_gpu: Loaded, kv_type: str, n_ctx: int, kv_mib: int, short_mib: int, remedy: str
) -> None:
    loaded = on_gpu[0]
    placement = changed(loaded.placement, kv_type=kv_type, n_ctx=n_ctx)
    loaded = LoadedMemory(loaded.layout, placement, loaded.memory)
    assert remedy_for(loaded, kv_mib * MIB, short_mib * MIB) == remedy


def test_only_the_last_seconds_are_kept(on_gpu: Loaded) -> None:
    samples: tuple[MachineSample, ...] = ()
    for sample in run(on_gpu, seconds=30):
        samples = kept(samples, sample)
    assert samples[-1].at_s - samples[0].at_s == KEPT_S
