"""What a GPU pack of each kind is: its tools, flags, libraries and oldest driver."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from setup_steps.cuda import has_cublas
from setup_steps.processes import Completed, SetupError

# The portable engine's own flags (packaging/bundle): a back end must be built as the engine was.
ENGINE_FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=ON",
    "-DGGML_NATIVE=OFF",
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_CPU_ALL_VARIANTS=ON",
    "-DGGML_OPENMP=ON",
    # Only one library is wanted of all this.
    *(f"-DLLAMA_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "TOOLS", "SERVER", "UI")),
    "-DLLAMA_CURL=OFF",
    # The pack's other libraries lie beside it. An RPATH, not a RUNPATH: it holds for what those
    # need in turn (libcublas needs libcublasLt).
    "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON",
    "-DCMAKE_INSTALL_RPATH=$ORIGIN",
    "-DCMAKE_MODULE_LINKER_FLAGS=-Wl,--disable-new-dtags",
    "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,--disable-new-dtags",
)
# NVIDIA's table of CUDA minor-version compatibility, Linux: the oldest driver of a major version.
CUDA_DRIVERS = {11: "450.80.02", 12: "525.60.13", 13: "580.65.06"}
# Without -virtual code for it, an older GPU can't run the pack at all (ggml-cuda/CMakeLists.txt).
CUDA_OLDEST_GPU = {11: "5.0", 12: "5.0", 13: "7.5"}
# NVIDIA's EULA, attachment A: these may be handed on with a program that needs them; the driver
# (libcuda) may not. Whoever hands a pack on must keep to that licence and pass its terms on.
CUDA_LIBRARIES = re.compile(r"^lib(cudart|cublas|cublasLt)\.so\.\d+$")
CUDA_LICENCE = "NVIDIA CUDA Toolkit EULA (cudart, cublas, cublasLt: attachment A)"
LLAMA_LICENCE = "llama.cpp: MIT"

# ggml-vulkan.cpp of v0.5.0 uses it and does not compile without; Debian 12's 1.3.239 lacks it.
VULKAN_NEWEST_USED = "VK_EXT_layer_settings"
VULKAN_HEADER = "vulkan/vulkan_core.h"
VULKAN_PACKAGES = "Debian 13: apt-get install glslc libvulkan-dev spirv-headers"

Run = Callable[[Sequence[str]], Completed]
Found = Callable[[Path], bool]


@dataclass(frozen=True)
class PackRecipe:
    """`handed_on` says which of the toolkit's libraries go into the pack."""

    kind: str
    name: str
    flags: tuple[str, ...]
    needs: tuple[str, ...]
    handed_on: re.Pattern[str] | None = None
    driver: str = ""
    compute_capability: str = ""
    built_for: str = ""
    licences: tuple[str, ...] = (LLAMA_LICENCE,)

    @property
    def target(self) -> str:
        return f"ggml-{self.kind}"

    @property
    def library(self) -> str:
        return f"lib{self.target}.so"


def recipe(
    kind: str,
    run: Run,
    toolkits: Iterable[Path] = (),
    headers: Iterable[Path] = (),
    is_whole: Found = has_cublas,
) -> PackRecipe:
    """The recipe with this machine's tools. `SetupError` when one is missing.

    `toolkits` are the folders a CUDA toolkit may be in; `is_whole` says whether one has cuBLAS.
    `headers` are the places of Vulkan's.
    """
    if kind == "vulkan":
        return _vulkan(run, headers)
    made = _cuda(run)
    if not any(is_whole(root) for root in toolkits):
        raise SetupError(
            f"The toolkit of {made.name} has no cuBLAS to build with. Install that part of it "
            "(Debian: libcublas-dev of the same version), then run this again."
        )
    return made


def _cuda(run: Run) -> PackRecipe:
    done = run(("nvcc", "--version"))
    found = re.search(r"release (\d+)\.(\d+)", done.output)
    if done.code != 0 or not found:
        raise SetupError(
            "There is no nvcc here, the compiler of NVIDIA's CUDA toolkit. Install the toolkit "
            "with cuBLAS and put its bin folder on the PATH, then run this again. No GPU is "
            "needed for the build."
        )
    major = int(found[1])
    if major not in CUDA_DRIVERS:
        raise SetupError(
            f"CUDA {found[1]}.{found[2]} is not known to this script. It knows CUDA "
            f"{', '.join(map(str, CUDA_DRIVERS))}; add its oldest driver to {__file__}."
        )
    return PackRecipe(
        kind="cuda",
        name=f"CUDA {found[1]}.{found[2]}",
        flags=("-DGGML_CUDA=ON", "-DGGML_CUDA_NCCL=OFF"),
        needs=("libcuda.so.1",),
        handed_on=CUDA_LIBRARIES,
        driver=CUDA_DRIVERS[major],
        compute_capability=CUDA_OLDEST_GPU[major],
        built_for=f"NVIDIA GPUs from compute capability {CUDA_OLDEST_GPU[major]} on",
        licences=(LLAMA_LICENCE, CUDA_LICENCE),
    )


def _vulkan(run: Run, headers: Iterable[Path]) -> PackRecipe:
    if run(("glslc", "--version")).code != 0:
        raise SetupError(
            "There is no glslc here, the compiler of Vulkan's shaders. Install it with the "
            f"headers ({VULKAN_PACKAGES}), then run this again. No GPU is needed for the build."
        )
    if not any(_is_new_enough(header) for header in headers):
        raise SetupError(
            f"Vulkan's headers are missing here or too old for the engine: no {VULKAN_HEADER} "
            f"names {VULKAN_NEWEST_USED}. Install newer ones ({VULKAN_PACKAGES}, or LunarG's "
            "SDK with VULKAN_SDK set), then run this again."
        )
    return PackRecipe(
        kind="vulkan",
        name="Vulkan",
        flags=("-DGGML_VULKAN=ON",),
        needs=("libvulkan.so.1",),
        built_for="GPUs with a driver for Vulkan 1.2",
    )


def _is_new_enough(header: Path) -> bool:
    try:
        return VULKAN_NEWEST_USED in header.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
