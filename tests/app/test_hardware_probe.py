"""Hardware put together from what was asked and measured, supposed, and really gathered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import disk_speed, machine_readings, memory_bandwidth
from app.engine_probe import EngineDevice, EngineFacts
from app.gpu_catalog import DRIVER_BYTES, as_gpu, find_gpu, shipped_catalog
from app.gpu_probe import Gpu as SeenGpu
from app.gpu_probe import Gpus
from app.hardware_probe import gather, gpu_notes, read_hardware, what_if
from app.machine import Machine, Memory
from app.machine_readings import MachineReadings, host_cores, machine_key, numa_nodes, read_readings
from app.paths import Paths
from runtime.cores import Cores
from runtime.placement.hardware import Gpu, Hardware
from tests.app.findings import CPU_ENGINE, GIB, INSTALLED, MACHINE, described
from tests.app.trees import write_tree

CATALOG = shipped_catalog()
READINGS = MachineReadings(50e9, 70e9, 3e9)
RTX_4070 = "NVIDIA GeForce RTX 4070"
RTX_3060 = "NVIDIA GeForce RTX 3060"


def cuda(index: int, description: str, free_gib: float, total_gib: float) -> EngineDevice:
    return EngineDevice(
        f"CUDA{index}", description, "gpu", int(free_gib * GIB), int(total_gib * GIB)
    )


def nvidia(name: str, free_gib: float, total_gib: float, **link: int | None) -> SeenGpu:
    return SeenGpu(
        name, "NVIDIA", "560.35.03", True, int(total_gib * GIB), int(free_gib * GIB), **link
    )


def read(devices: tuple[EngineDevice, ...], seen: tuple[SeenGpu, ...] = ()) -> tuple[Gpu, ...]:
    machine = replace(MACHINE, gpus=Gpus(seen))
    return read_hardware(
        machine, EngineFacts(INSTALLED, described(*devices)), READINGS, CATALOG
    ).gpus


def test_a_gpu_of_both_lists() -> None:
    """ggml's total; of both free ones the smaller; the link it has at work."""
    seen = nvidia(RTX_4070, 10.5, 12, pcie_generation=1, pcie_width=8, pcie_max_generation=4)
    (gpu,) = read((cuda(0, RTX_4070, 11, 11.7),), (seen,))
    assert gpu == Gpu(
        name="CUDA0",
        label=RTX_4070,
        total_bytes=int(11.7 * GIB),
        free_bytes=int(10.5 * GIB),
        bandwidth_bytes_per_s=pytest.approx(504e9 * 0.75),
        matmul_flops_per_s=pytest.approx(116.6e12 * 0.35),
        pcie_bytes_per_s=12.5e9,
        has_host_buffer=True,
    )


@pytest.mark.parametrize(
    ("link", "gb_per_s"),
    [
        ({}, 25.0),
        ({"pcie_max_generation": 3, "pcie_max_width": 16}, 12.5),
        ({"pcie_generation": 4, "pcie_width": 4}, 6.25),
        ({"pcie_generation": 1, "pcie_width": 16, "pcie_max_generation": 4}, 25.0),
    ],
)
def test_the_link(link: dict[str, int], gb_per_s: float) -> None:
    (gpu,) = read((cuda(0, RTX_4070, 11, 12),), (nvidia(RTX_4070, 11, 12, **link),))
    assert gpu.pcie_bytes_per_s == gb_per_s * 1e9


def test_cuda_and_the_driver_count_differently() -> None:
    """CUDA has the fastest first, the driver goes by slots; equal ones keep their order."""
    devices = (
        cuda(0, RTX_4070, 11, 12),
        cuda(1, RTX_3060, 11.5, 12),
        cuda(2, RTX_3060, 11.5, 12),
    )
    seen = (
        nvidia(RTX_3060, 9, 12, pcie_width=16),
        nvidia(RTX_4070, 8, 12, pcie_width=16),
        nvidia(RTX_3060, 7, 12, pcie_width=4),
    )
    gpus = read(devices, seen)
    assert [gpu.name for gpu in gpus] == ["CUDA0", "CUDA1", "CUDA2"]
    assert [gpu.free_bytes // GIB for gpu in gpus] == [8, 9, 7]
    assert [gpu.pcie_bytes_per_s / 1e9 for gpu in gpus] == [25, 25, 6.25]


def test_a_gpu_that_was_hidden_from_cuda_is_not_used() -> None:
    (gpu,) = read((cuda(0, RTX_3060, 11, 12),), (nvidia(RTX_4070, 1, 12), nvidia(RTX_3060, 9, 12)))
    assert (gpu.label, gpu.free_bytes) == (RTX_3060, 9 * GIB)


def test_without_the_driver() -> None:
    device = EngineDevice("Vulkan0", "AMD Radeon RX 7900 XTX (RADV NAVI31)", "gpu", 0, 0)
    (gpu,) = read((device,))
    assert (gpu.total_bytes, gpu.free_bytes) == (24 * GIB, 24 * GIB - DRIVER_BYTES)
    assert gpu.bandwidth_bytes_per_s == 720e9


def test_of_two_sizes_the_one_that_is_there() -> None:
    name = "NVIDIA GeForce RTX 3080"
    assert read((cuda(0, name, 9, 9.8),))[0].bandwidth_bytes_per_s == 760e9 * 0.75
    assert read((cuda(0, name, 9, 11.8),))[0].bandwidth_bytes_per_s == 912e9 * 0.75


def test_a_part_of_a_card_has_a_part_of_its_speed() -> None:
    device = cuda(0, "NVIDIA A100-SXM4-80GB MIG 3g.40gb", 39, 40)
    (gpu,) = read((device,), (nvidia("NVIDIA A100-SXM4-80GB", 79, 80, pcie_width=16),))
    assert (gpu.total_bytes, gpu.free_bytes) == (40 * GIB, 39 * GIB)
    assert gpu.bandwidth_bytes_per_s == 2039e9 * 0.75 / 2


def test_an_unknown_gpu_is_taken_for_a_slow_one() -> None:
    machine = replace(MACHINE, gpus=Gpus())
    engine = EngineFacts(INSTALLED, described(cuda(0, "NVIDIA GeForce GTX 1080 Ti", 10, 11)))
    (gpu,) = read_hardware(machine, engine, READINGS, CATALOG).gpus
    assert gpu.label == "NVIDIA GeForce GTX 1080 Ti"
    assert gpu.total_bytes == 11 * GIB
    assert gpu.bandwidth_bytes_per_s == 288e9 * 0.75
    (note,) = gpu_notes(machine, engine, CATALOG)
    assert note.startswith("NVIDIA GeForce GTX 1080 Ti is not in the list of known GPUs")


def test_graphics_inside_the_processor() -> None:
    device = EngineDevice("Vulkan0", "Intel Iris Xe", "igpu", 30 * GIB, 32 * GIB)
    machine = replace(MACHINE, gpus=Gpus())
    engine = EngineFacts(INSTALLED, described(device))
    hardware = read_hardware(machine, engine, READINGS, CATALOG)
    (gpu,) = hardware.gpus
    assert (gpu.total_bytes, gpu.free_bytes) == (32 * GIB, MACHINE.memory.available_bytes)
    assert gpu.bandwidth_bytes_per_s == hardware.host.bandwidth_bytes_per_s
    assert gpu_notes(machine, engine, CATALOG) == (
        "The speed of Intel Iris Xe is supposed, not known.",
    )
    # llama.cpp leaves it alone beside a card.
    assert [gpu.name for gpu in read((device, cuda(0, RTX_4070, 11, 12)))] == ["CUDA0"]


@pytest.mark.parametrize("engine", [CPU_ENGINE, EngineFacts(INSTALLED, None, "no_answer")])
def test_an_engine_without_gpus(engine: EngineFacts) -> None:
    assert read_hardware(MACHINE, engine, READINGS, CATALOG).gpus == ()
    assert gpu_notes(MACHINE, engine, CATALOG) == (f"The engine does not use {RTX_4070}.",)
    assert gpu_notes(replace(MACHINE, gpus=Gpus()), engine, CATALOG) == ()


def test_the_host() -> None:
    machine = replace(
        MACHINE,
        cores=Cores(physical=16, logical=24, usable=12, performance=8),
        memory=Memory(16 * GIB, 9 * GIB, 64 * GIB, 16 * GIB),
    )
    host = read_hardware(machine, CPU_ENGINE, READINGS, CATALOG).host
    assert (host.total_bytes, host.free_bytes, host.cores) == (16 * GIB, 9 * GIB, 8)
    assert host.bandwidth_bytes_per_s == 50e9
    assert host.core_flops_per_s == 70e9
    assert host.disk_read_bytes_per_s == 3e9
    assert {"AVX2", "REPACK"} <= host.features


def test_features_without_an_engine_are_the_processors() -> None:
    engine = EngineFacts(INSTALLED, None, "no_answer")
    host = read_hardware(MACHINE, engine, READINGS, CATALOG).host
    assert host.features == frozenset(MACHINE.processor.features or ())


@pytest.mark.parametrize(
    ("cores", "expected"),
    [(Cores(8, 16, 8, 8), 8), (Cores(16, 24, 16, 8), 8), (Cores(16, 24, 4, 8), 4)],
)
def test_the_hosts_cores(cores: Cores, expected: int) -> None:
    assert host_cores(replace(MACHINE, cores=cores)) == expected


CPU_ONLY = read_hardware(MACHINE, CPU_ENGINE, READINGS, CATALOG)
TWO_GPUS = Hardware(
    (as_gpu(find_gpu("RTX 3090")), as_gpu(find_gpu("RTX 3060"), "CUDA1")), CPU_ONLY.host
)


@pytest.mark.parametrize("hardware", [CPU_ONLY, TWO_GPUS])
def test_what_if_there_was_another_gpu(hardware: Hardware) -> None:
    sheet = find_gpu("RTX 4090")
    assert what_if(hardware, gpu=sheet).gpus == (as_gpu(sheet),)
    (gpu,) = what_if(hardware, gpu=sheet, vram_bytes=8 * GIB).gpus
    assert (gpu.total_bytes, gpu.free_bytes) == (8 * GIB, 8 * GIB - DRIVER_BYTES)
    assert gpu.bandwidth_bytes_per_s == 756e9
    assert what_if(hardware, gpu=sheet).host == hardware.host


@pytest.mark.parametrize("hardware", [CPU_ONLY, TWO_GPUS])
def test_what_if_there_was_none(hardware: Hardware) -> None:
    assert what_if(hardware, vram_bytes=0) == Hardware((), hardware.host)
    assert what_if(hardware, gpu=find_gpu("RTX 4090"), vram_bytes=0).gpus == ()
    assert what_if(hardware) == hardware


def test_what_if_there_was_other_memory() -> None:
    (gpu,) = what_if(CPU_ONLY, vram_bytes=24 * GIB).gpus
    assert (gpu.name, gpu.label, gpu.total_bytes) == ("CUDA0", "GPU", 24 * GIB)
    smaller = what_if(TWO_GPUS, vram_bytes=6 * GIB)
    assert [gpu.total_bytes for gpu in smaller.gpus] == [6 * GIB, 6 * GIB]
    assert [gpu.label for gpu in smaller.gpus] == ["RTX 3090 24GB", "RTX 3060 12GB"]
    assert what_if(CPU_ONLY, vram_bytes=100).gpus[0].free_bytes == 0
    host = what_if(CPU_ONLY, ram_bytes=512 * GIB).host
    assert (host.total_bytes, host.free_bytes) == (512 * GIB, 512 * GIB - 2_000_000_000)
    assert what_if(CPU_ONLY, ram_bytes=1000).host.free_bytes == 900
    assert host.bandwidth_bytes_per_s == CPU_ONLY.host.bandwidth_bytes_per_s


def test_another_machine_has_another_key() -> None:
    key = machine_key(MACHINE)
    assert machine_key(replace(MACHINE, system="another", gpus=Gpus())) == key
    others: list[Machine] = [
        replace(MACHINE, cores=Cores(8, 16, 4, 8)),
        replace(MACHINE, memory=Memory(16 * GIB, 9 * GIB, 64 * GIB)),
        replace(MACHINE, processor=replace(MACHINE.processor, name="AMD Ryzen 9 7950X")),
    ]
    assert len({key, *(machine_key(other) for other in others)}) == 4


def test_numa_nodes(tmp_path: Path) -> None:
    assert numa_nodes(tmp_path) == 1
    node = "sys/devices/system/node"
    write_tree(
        tmp_path, {f"{node}/node{n}/cpulist": "0" for n in range(2)} | {f"{node}/online": ""}
    )
    assert numa_nodes(tmp_path) == 2


@pytest.mark.parametrize(
    ("speed", "disk", "notes"),
    [
        (memory_bandwidth.HostSpeed(40e9, 60e9), disk_speed.DiskSpeed(1e9, 1, False, 0.0), []),
        (
            memory_bandwidth.HostSpeed(40e9, 60e9, 0.5),
            disk_speed.DiskSpeed(1e9, 1, False, 1.0),
            ["Other programs were busy", "The disk's speed is too high"],
        ),
        (None, None, ["The memory's speed could not", "The disk's speed could not"]),
    ],
)
def test_what_to_doubt(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    speed: memory_bandwidth.HostSpeed | None,
    disk: disk_speed.DiskSpeed | None,
    notes: list[str],
) -> None:
    monkeypatch.setattr(machine_readings, "host_speed", lambda *_: speed)
    monkeypatch.setattr(machine_readings, "disk_speed", lambda *_: disk)
    readings = read_readings(MACHINE, tmp_path, tmp_path, tmp_path)
    assert len(readings.notes) == len(notes)
    assert all(note.startswith(begin) for note, begin in zip(readings.notes, notes, strict=True))
    assert readings.bandwidth_bytes_per_s == (40e9 if speed else 12e9)
    assert readings.core_flops_per_s == (60e9 if speed else 30e9)
    assert readings.disk_read_bytes_per_s == (1e9 if disk else 400e6)
    assert 0 <= readings.swap_free_bytes <= readings.swap_total_bytes


def test_caches_that_hold_the_buffer_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = memory_bandwidth.HostSpeed(400e9, 60e9)
    monkeypatch.setattr(machine_readings, "host_speed", lambda *_: quick)
    monkeypatch.setattr(
        machine_readings, "disk_speed", lambda *_: disk_speed.DiskSpeed(1, 1, False, 0)
    )
    folder = "sys/devices/system/cpu/cpu0/cache/index3"
    write_tree(tmp_path, {f"{folder}/size": "1048576K", f"{folder}/shared_cpu_list": "0"})
    (note,) = read_readings(MACHINE, tmp_path, tmp_path, tmp_path).notes
    assert "may be too high" in note


def test_this_computer(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    found = gather(paths)
    host = found.hardware.host
    assert 0 < host.free_bytes <= host.total_bytes
    assert host.cores >= 1
    assert "REPACK" in host.features
    assert host.bandwidth_bytes_per_s > 0.2e9
    assert all(gpu.free_bytes <= gpu.total_bytes for gpu in found.hardware.gpus)
    assert {path.name for path in paths.cache_dir.iterdir()} == {"machine.json", "disks.json"}
    assert not paths.models_dir.exists()
    # A second time nothing is measured: even a disturbed reading lasts a while.
    quiet = read_readings(found.machine, paths.cache_dir, paths.models_dir)
    assert quiet.bandwidth_bytes_per_s == host.bandwidth_bytes_per_s
    assert quiet.disk_read_bytes_per_s == host.disk_read_bytes_per_s
