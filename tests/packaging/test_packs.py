"""A GPU pack's recipe, the libraries it takes along and the pack.json that Coterie reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from packs.pack_files import find, gather, needed_by, write_manifest
from packs.pack_recipe import ENGINE_FLAGS, PackRecipe, recipe
from setup_steps.processes import Completed, SetupError

from app.engine_packs import file_fault, read_pack

NVCC = "Cuda compilation tools, release {}, V{}.88"


def tools(**outputs: str) -> Callable[[Sequence[str]], Completed]:
    """A `Run` that knows these programs."""

    def run(command: Sequence[str]) -> Completed:
        if command[0] in outputs:
            return Completed(0, outputs[command[0]])
        return Completed(127, f"{command[0]}: not found")

    return run


def cuda(version: str) -> PackRecipe:
    run = tools(nvcc=NVCC.format(version, version))
    return recipe("cuda", run, [Path("/cuda")], is_whole=lambda _root: True)


@pytest.mark.parametrize(
    ("kind", "run", "whole", "said"),
    [
        ("cuda", tools(), True, "There is no nvcc here"),
        ("cuda", tools(nvcc="release 14.0"), True, "CUDA 14.0 is not known"),
        ("cuda", tools(nvcc="release 12.4"), False, "CUDA 12.4 has no cuBLAS"),
        ("vulkan", tools(), True, "There is no glslc here"),
        ("vulkan", tools(glslc=""), True, "headers are missing here or too old"),
    ],
)
def test_what_is_missing_is_said(
    kind: str, run: Callable[[Sequence[str]], Completed], whole: bool, said: str
) -> None:
    with pytest.raises(SetupError, match=said):
        recipe(kind, run, [Path("/cuda")], is_whole=lambda _root: whole)


@pytest.mark.parametrize(
    ("version", "driver", "capability"),
    [("11.8", "450.80.02", "5.0"), ("12.4", "525.60.13", "5.0"), ("13.0", "580.65.06", "7.5")],
)
def test_cuda(version: str, driver: str, capability: str) -> None:
    made = cuda(version)
    assert (made.driver, made.compute_capability) == (driver, capability)
    assert made.library == "libggml-cuda.so"
    assert any("EULA" in licence for licence in made.licences)


def test_the_back_end_is_built_as_the_engine_is() -> None:
    for flag in ("GGML_BACKEND_DL=ON", "GGML_CPU_ALL_VARIANTS=ON", "GGML_NATIVE=OFF"):
        assert f"-D{flag}" in ENGINE_FLAGS


def test_vulkan_needs_new_headers(tmp_path: Path) -> None:
    header = tmp_path / "vulkan_core.h"
    header.write_text("#define VK_HEADER_VERSION 239")
    run = tools(glslc="glslc 2023")
    with pytest.raises(SetupError, match="too old"):
        recipe("vulkan", run, headers=[header])
    header.write_text("#define VK_EXT_layer_settings 1")
    assert recipe("vulkan", run, headers=[header]).flags == ("-DGGML_VULKAN=ON",)


def needed(*names: str) -> str:
    lines = [f" 0x01 (NEEDED)    Shared library: [{name}]" for name in names]
    return "\n".join((*lines, " 0x0e (SONAME)    Library soname: [libggml-cuda.so]"))


def test_a_pack_takes_along_what_may_be_handed_on(tmp_path: Path) -> None:
    toolkit, built = tmp_path / "lib64", tmp_path / "libggml-cuda.so"
    toolkit.mkdir()
    built.write_bytes(b"back end")
    for name in ("libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcuda.so.1"):
        (toolkit / name).write_bytes(name.encode())
    wants = {
        "libggml-cuda.so": (
            "libggml-base.so.0",
            "libcudart.so.13",
            "libcublas.so.13",
            "libcuda.so.1",
        ),
        "libcublas.so.13": ("libcublasLt.so.13", "libc.so.6"),
    }

    def readelf(command: Sequence[str]) -> Completed:
        return Completed(0, needed(*wants.get(Path(command[-1]).name, ())))

    made, target = cuda("13.0"), tmp_path / "pack"
    gather(built, target, made, [toolkit], readelf)
    write_manifest(target, made, "0.3.36")

    pack = read_pack(target)
    assert pack.manifest is not None
    assert [file.name for file in pack.manifest.files] == [
        "libcublas.so.13",
        "libcublasLt.so.13",
        "libcudart.so.13",
        "libggml-cuda.so",
    ]
    assert (pack.manifest.kind, pack.manifest.engine_version) == ("cuda", "0.3.36")
    assert pack.manifest.needs == ("libcuda.so.1",)
    assert file_fault(pack) == ("", "")
    assert msgspec.json.decode((target / "pack.json").read_bytes())["licences"]


def test_a_library_that_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="which the pack needs, was not found"):
        find("libcublas.so.13", [tmp_path])
    with pytest.raises(SetupError, match="readelf could not read"):
        needed_by(tmp_path / "x", tools())
