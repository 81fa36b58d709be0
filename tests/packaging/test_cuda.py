"""CUDA is used with a GPU, a compiler and cuBLAS, and never with less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from setup_steps import cuda
from setup_steps.cuda import CudaFacts, choose, has_cublas, look

from tests.packaging.machine import Programs

GPU = ("NVIDIA GeForce RTX 3060",)
NVCC = "/usr/local/cuda/bin/nvcc"
SMI = "/usr/bin/nvidia-smi"
SMI_TEXT = "GPU 0: NVIDIA GeForce RTX 3060 (UUID: GPU-1b2c)\nGPU 1: Tesla T4 (UUID: GPU-9d)\n"
NVCC_TEXT = "Cuda compilation tools, release 13.0, V13.0.88\n"


@pytest.mark.parametrize(
    ("facts", "use", "reason"),
    [
        (CudaFacts(GPU, NVCC, "13.0", True), True, "NVIDIA GeForce RTX 3060, CUDA 13.0"),
        (CudaFacts(GPU, NVCC, "13.0", False), False, "no cuBLAS"),
        (CudaFacts(GPU, "", "", True), False, "no CUDA toolkit"),
        (CudaFacts(GPU, "", "", False), False, "no CUDA toolkit"),
        (CudaFacts((), NVCC, "13.0", True), False, "no NVIDIA GPU"),
        (CudaFacts((), NVCC, "13.0", False), False, "no NVIDIA GPU"),
        (CudaFacts((), "", "", True), False, "no NVIDIA GPU"),
        (CudaFacts((), "", "", False), False, "no NVIDIA GPU"),
        (CudaFacts(GPU, NVCC, "13.0", True, switched_off=True), False, "COTERIE_CUDA=off"),
    ],
)
def test_decision(facts: CudaFacts, use: bool, reason: str) -> None:
    choice = choose(facts)
    assert choice.use is use
    assert reason in choice.reason
    assert bool(choice.key) is use


def test_the_order_of_the_gpus_does_not_matter() -> None:
    one = choose(CudaFacts(("A", "B", "A"), NVCC, "13.0", True))
    other = choose(CudaFacts(("B", "A"), NVCC, "13.0", True))
    assert one.key == other.key == ("13.0", "A", "B")


@pytest.fixture
def toolkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toolkit in a folder of its own, on a machine whose kernel shows no GPU."""
    monkeypatch.setattr(cuda, "_DEVICES", tmp_path / "dev")
    monkeypatch.setattr(cuda, "_GPUS", tmp_path / "gpus")
    monkeypatch.setattr(cuda, "_USUAL_ROOTS", ())
    root = tmp_path / "cuda"
    for file in ("include/cublas_v2.h", "lib64/libcublas.so", "bin/nvcc"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def which(*there: str) -> Callable[[str], str | None]:
    return lambda name: next((path for path in there if Path(path).name == name), None)


def test_looking_finds_the_gpu_the_tool_lists(toolkit: Path) -> None:
    nvcc = str(toolkit / "bin" / "nvcc")
    programs = Programs({(SMI, "-L"): (0, SMI_TEXT), (nvcc, "--version"): (0, NVCC_TEXT)})
    facts = look({"CUDA_HOME": str(toolkit)}, programs, which(SMI))
    assert facts == CudaFacts(("NVIDIA GeForce RTX 3060", "Tesla T4"), nvcc, "13.0", True)


def test_a_tool_that_fails_lists_nothing(toolkit: Path) -> None:
    programs = Programs({(SMI, "-L"): (9, "NVIDIA-SMI has failed")})
    assert look({"CUDA_HOME": str(toolkit)}, programs, which(SMI)).gpus == ()


def test_the_kernel_is_believed_only_about_gpus_with_a_device(toolkit: Path) -> None:
    information = toolkit.parent / "gpus" / "0000:01:00.0" / "information"
    information.parent.mkdir(parents=True)
    information.write_text("Model: \t\t Tesla T4\nIRQ:   12\n")
    programs = Programs({})
    assert look({}, programs, which()).gpus == ()
    (toolkit.parent / "dev").mkdir()
    (toolkit.parent / "dev" / "nvidia0").touch()
    assert look({}, programs, which()).gpus == ("Tesla T4",)


def test_an_nvcc_that_does_not_start_is_none(toolkit: Path) -> None:
    programs = Programs({(SMI, "-L"): (0, SMI_TEXT)})
    facts = look({"CUDA_HOME": str(toolkit)}, programs, which(SMI))
    assert (facts.nvcc, facts.nvcc_version) == ("", "")


def test_switched_off_asks_nothing() -> None:
    programs = Programs({})
    assert look({"COTERIE_CUDA": "off"}, programs, which(SMI)).switched_off
    assert programs.commands == []


@pytest.mark.parametrize("gone", ["include/cublas_v2.h", "lib64/libcublas.so"])
def test_cublas_is_its_header_and_its_library(toolkit: Path, gone: str) -> None:
    assert has_cublas(toolkit)
    (toolkit / gone).unlink()
    assert not has_cublas(toolkit)
