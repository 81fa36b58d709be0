"""Which buffer did not fit and where, from llama.cpp's last words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runtime.errors import Problem
from runtime.language import marked, number, tr

MIB = 1 << 20
# alloc_tensor_range: failed to allocate CUDA0 buffer of size 8589934592
# ggml_gallocr_reserve_n_impl: failed to allocate CUDA_Host buffer of size 104857600
_REFUSED = re.compile(r"failed to allocate (?P<buffer>\S+) buffer of size (?P<size>\d+)")
# ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed
_CUDA = re.compile(r"allocating (?P<mib>[\d.]+) MiB on device (?P<device>\d+): cudaMalloc failed")
# llama_kv_cache_init: failed to allocate buffer for kv cache
_PARTS = (
    ("kv cache", marked("{size} GiB for the KV cache")),
    ("compute", marked("{size} GiB for its working memory")),
    ("output", marked("{size} GiB for its output")),
)
_WEIGHTS = marked("{size} GiB for its weights")


def memory_problem(lines: Iterable[str]) -> Problem | None:
    """Why there was not enough memory, None when that was not the reason.

    Kinds: "gpu_memory", "pinned_memory" (host memory that the GPU reads directly; a limit of RAM,
    not of the GPU) and "host_memory".
    """
    found = tuple(lines)
    part = _part(found)
    for line in reversed(found):
        if match := _REFUSED.search(line):
            return _of_buffer(match["buffer"], int(match["size"]), part)
        if match := _CUDA.search(line):
            return _of_buffer(f"CUDA{match['device']}", int(float(match["mib"]) * MIB), part)
    return None


def _part(lines: tuple[str, ...]) -> str:
    for line in reversed(lines):
        for sign, name in _PARTS:
            if "failed to allocate" in line and sign in line:
                return name
    return _WEIGHTS


def _of_buffer(buffer: str, size_bytes: int, part: str) -> Problem:
    wanted = tr(part, size=number(size_bytes / (1 << 30), ".1f"))
    if buffer.endswith("_Host"):
        return Problem(
            "pinned_memory",
            tr("There is not enough RAM to pin"),
            tr(
                "The system refused {wanted} of memory that the GPU may read directly",
                wanted=wanted,
            ),
            tr("Close other programs, or load the model mapped from its file."),
        )
    if buffer.startswith("CPU"):
        return Problem(
            "host_memory",
            tr("There is not enough RAM"),
            tr("The system refused {wanted}", wanted=wanted),
            tr("Close other programs, or choose a smaller quantisation or context."),
        )
    return Problem(
        "gpu_memory",
        tr("{device} has too little free memory", device=buffer),
        tr("It refused {wanted}", wanted=wanted),
        tr("Move expert layers to the CPU, choose a smaller context, or close other programs."),
    )
