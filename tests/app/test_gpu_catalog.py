"""GPUs by loosely written names, their data sheets, and the rates that are made of those."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.gpu_catalog import (
    DRIVER_BYTES,
    GpuSheet,
    as_gpu,
    bandwidth_bytes_per_s,
    find_gpu,
    has_host_buffer,
    load_catalog,
    matmul_flops_per_s,
    pcie_bytes_per_s,
    shipped_catalog,
)
from runtime.errors import CoterieError

GIB = 1024**3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RTX 3060", "RTX 3060 12GB"),
        ("rtx3060", "RTX 3060 12GB"),
        ("3060", "RTX 3060 12GB"),
        ("NVIDIA GeForce RTX 3060", "RTX 3060 12GB"),
        ("rtx 3060 12 GB", "RTX 3060 12GB"),
        ("RTX 3060 12GiB", "RTX 3060 12GB"),
        ("RTX3060Ti", "RTX 3060 Ti 8GB"),
        ("rtx-3060-ti", "RTX 3060 Ti 8GB"),
        ("2070s", "RTX 2070 Super 8GB"),
        ("RTX 2080 SUPER", "RTX 2080 Super 8GB"),
        ("4070 Ti S", "RTX 4070 Ti Super 16GB"),
        ("RTX 4080S", "RTX 4080 Super 16GB"),
        ("RTX 3080", "RTX 3080 12GB"),
        ("RTX 3080 10", "RTX 3080 10GB"),
        ("RTX 4060 Ti", "RTX 4060 Ti 16GB"),
        ("rtx4060ti8gb", "RTX 4060 Ti 8GB"),
        ("A100", "A100 80GB PCIe"),
        ("A100 40", "A100 40GB PCIe"),
        ("A100 80GB", "A100 80GB PCIe"),
        ("a100 sxm", "A100 80GB SXM"),
        ("NVIDIA A100-SXM4-40GB", "A100 40GB SXM"),
        ("NVIDIA A100-SXM4-80GB", "A100 80GB SXM"),
        ("NVIDIA A100 80GB PCIe", "A100 80GB PCIe"),
        ("NVIDIA A100-PCIE-40GB", "A100 40GB PCIe"),
        ("H100", "H100 80GB PCIe"),
        ("NVIDIA H100 80GB HBM3", "H100 80GB SXM"),
        ("NVIDIA H100 Tensor Core GPU", "H100 80GB PCIe"),
        ("NVIDIA H100 PCIe", "H100 80GB PCIe"),
        ("h200", "H200 141GB"),
        ("H200 SXM", "H200 141GB"),
        ("NVIDIA L4", "L4 24GB"),
        ("L40S", "L40S 48GB"),
        ("7900 XTX", "RX 7900 XTX 24GB"),
        ("AMD Radeon RX 7900 XTX", "RX 7900 XTX 24GB"),
        ("RTX 5060 Ti 16G", "RTX 5060 Ti 16GB"),
        ("RTX 5090", "RTX 5090 32GB"),
    ],
)
def test_found(text: str, name: str) -> None:
    assert find_gpu(text).name == name


@pytest.mark.parametrize("sheet", shipped_catalog().sheets, ids=lambda sheet: sheet.name)
def test_every_name_finds_itself(sheet: GpuSheet) -> None:
    assert find_gpu(sheet.name) is sheet


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("RTX 3065", "RTX 3060 12GB"),
        ("RTX 3060 8GB", "RTX 3060 12GB"),
        ("A100 96GB", "A100 80GB PCIe"),
        ("NVIDIA GeForce RTX 3070 Laptop GPU", "RTX 3070 8GB"),
        ("L40", "L40S 48GB"),
        ("RTX 4090 D", "RTX 4090 24GB"),
        ("", ""),
        ("GPU", ""),
        ("80", ""),
        ("Voodoo", ""),
    ],
)
def test_unknown(text: str, near: str) -> None:
    with pytest.raises(CoterieError) as raised:
        find_gpu(text)
    problem = raised.value.problem
    assert problem.kind == "gpu_unknown"
    assert f'"{text}" is not in the list' in problem.message
    assert near in problem.message
    assert ("near it" in problem.message) == bool(near)


@pytest.mark.parametrize(
    ("text", "memory_bytes", "name"),
    [
        ("NVIDIA GeForce RTX 4060 Ti", 8 * GIB - 200_000_000, "RTX 4060 Ti 8GB"),
        ("NVIDIA GeForce RTX 4060 Ti", 16 * GIB - 200_000_000, "RTX 4060 Ti 16GB"),
        ("NVIDIA GeForce RTX 3080", 10 * GIB, "RTX 3080 10GB"),
        ("NVIDIA L4", 22_563 * 1024**2, "L4 24GB"),
        ("NVIDIA L40S", 45_457 * 1024**2, "L40S 48GB"),
        # The name says it already.
        ("NVIDIA A100-SXM4-80GB", 10 * GIB, "A100 80GB SXM"),
        # A variant of the same name with less memory and a slower one.
        ("NVIDIA GeForce RTX 3060", 8 * GIB, None),
        ("NVIDIA GeForce RTX 3050", 6 * GIB, None),
    ],
)
def test_the_drivers_memory_tells_variants_apart(
    text: str, memory_bytes: int, name: str | None
) -> None:
    catalog = shipped_catalog()
    if name is None:
        with pytest.raises(CoterieError):
            catalog.find(text, memory_bytes)
    else:
        assert catalog.find(text, memory_bytes).name == name


@pytest.mark.parametrize(
    ("text", "gib", "gb_per_s", "pcie"),
    [
        ("A100 40", 40, 1555, (4, 16)),
        ("A100 80 PCIe", 80, 1935, (4, 16)),
        ("A100 80 SXM", 80, 2039, (4, 16)),
        ("H200", 141, 4800, (5, 16)),
        ("RTX 3060", 12, 360, (4, 16)),
        ("RTX 4060 Ti 16GB", 16, 288, (4, 8)),
        ("RTX 3090", 24, 936, (4, 16)),
        ("RTX 4070", 12, 504, (4, 16)),
        ("RTX 4090", 24, 1008, (4, 16)),
        ("RTX 5090", 32, 1792, (5, 16)),
    ],
)
def test_data_sheets(text: str, gib: int, gb_per_s: float, pcie: tuple[int, int]) -> None:
    """The table of published figures that the project was given."""
    sheet = find_gpu(text)
    assert sheet.memory_bytes == gib * GIB
    assert sheet.bandwidth_gb_per_s == gb_per_s
    assert (sheet.pcie_generation, sheet.pcie_width) == pcie


def test_all_data_sheets_are_possible() -> None:
    for sheet in shipped_catalog().sheets:
        assert 6 * GIB <= sheet.memory_bytes <= 141 * GIB
        assert 0.9 * sheet.memory_bytes < sheet.usable_bytes <= sheet.memory_bytes
        assert f" {sheet.memory_bytes // GIB}GB" in sheet.name
        assert 200 <= sheet.bandwidth_gb_per_s <= 4800
        assert 30 <= sheet.fp16_tensor_tflops <= 1000
        assert sheet.pcie_generation in (3, 4, 5)
        assert sheet.pcie_width in (8, 16)
        assert sheet.source


@pytest.mark.parametrize(
    ("generation", "width", "gb_per_s"),
    [(4, 16, 25.0), (4, 8, 12.5), (5, 16, 50.0), (3, 16, 12.5), (3, 4, 3.125), (1, 16, 3.125)],
)
def test_pcie(generation: int, width: int, gb_per_s: float) -> None:
    assert pcie_bytes_per_s(generation, width) == gb_per_s * 1e9


def test_as_a_gpu() -> None:
    sheet = find_gpu("RTX 3060")
    gpu = as_gpu(sheet)
    assert (gpu.name, gpu.label, gpu.has_host_buffer) == ("CUDA0", "RTX 3060 12GB", True)
    assert (gpu.total_bytes, gpu.free_bytes) == (12 * GIB, 12 * GIB - DRIVER_BYTES)
    assert gpu.bandwidth_bytes_per_s == bandwidth_bytes_per_s(sheet) == pytest.approx(270e9)
    assert gpu.matmul_flops_per_s == matmul_flops_per_s(sheet) == pytest.approx(17.85e12)
    assert gpu.pcie_bytes_per_s == 25e9


def test_as_a_gpu_with_told_memory() -> None:
    gpu = as_gpu(find_gpu("L40S"), "RPC0", 10 * GIB, 3 * GIB)
    assert (gpu.name, gpu.total_bytes, gpu.free_bytes) == ("RPC0", 10 * GIB, 3 * GIB)
    assert not gpu.has_host_buffer
    assert as_gpu(find_gpu("L40S"), total_bytes=100).free_bytes == 0
    assert as_gpu(find_gpu("L40S")).total_bytes == 46_068 * 1024**2


@pytest.mark.parametrize(
    ("device", "expected"),
    [("CUDA1", True), ("ROCm0", True), ("Vulkan0", True), ("RPC0", False), ("Metal", False)],
)
def test_pinned_memory(device: str, expected: bool) -> None:
    assert has_host_buffer(device) is expected


@pytest.mark.parametrize(
    ("gib", "gb_per_s"),
    [(0, 224), (8, 224), (12, 288), (24, 300), (48, 864), (80, 1935), (141, 4800), (500, 4800)],
)
def test_a_supposed_gpu_is_a_slow_one(gib: int, gb_per_s: float) -> None:
    sheet = shipped_catalog().generic(gib * GIB)
    assert (sheet.name, sheet.memory_bytes) == ("GPU", gib * GIB)
    assert sheet.usable_bytes == gib * GIB
    assert sheet.bandwidth_gb_per_s == gb_per_s


@pytest.mark.parametrize("text", [None, "", "{}", '{"gpus": []}', '{"gpus": [{"name": "A"}]}'])
def test_a_damaged_list(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "gpus.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CoterieError) as raised:
        load_catalog(path)
    assert raised.value.problem.kind == "gpus_missing"
