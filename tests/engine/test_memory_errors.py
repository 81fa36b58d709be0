"""A load that fails for memory names the buffer, the device and whose limit it was."""

from __future__ import annotations

import pytest

from runtime.engine.memory_errors import memory_problem

CUDA = (
    "alloc_buffer: allocating 8192.00 MiB on device 1: cudaMalloc failed: out of memory",
    "alloc_tensor_range: failed to allocate CUDA1 buffer of size 8589934592",
    "llama_model_load: error loading model: unable to allocate CUDA1 buffer",
)


@pytest.mark.parametrize(
    ("lines", "kind", "title", "says"),
    [
        (CUDA, "gpu_memory", "CUDA1 has too little free memory", "8.0 GiB for its weights"),
        (CUDA[:1], "gpu_memory", "CUDA1 has too little free memory", "8.0 GiB"),
        (
            (
                "alloc_tensor_range: failed to allocate CUDA0 buffer of size 1073741824",
                "llama_init_from_model: failed to allocate buffer for kv cache",
            ),
            "gpu_memory",
            "CUDA0 has too little free memory",
            "1.0 GiB for the KV cache",
        ),
        (
            ("alloc_tensor_range: failed to allocate CUDA_Host buffer of size 68719476736",),
            "pinned_memory",
            "There is not enough RAM to pin",
            "64.0 GiB",
        ),
        (
            ("alloc_tensor_range: failed to allocate CPU_REPACK buffer of size 4294967296",),
            "host_memory",
            "There is not enough RAM",
            "4.0 GiB",
        ),
        (
            (
                "ggml_gallocr_reserve_n_impl: failed to allocate CUDA0 buffer of size 2147483648",
                "graph_reserve: failed to allocate compute buffers",
            ),
            "gpu_memory",
            "CUDA0 has too little free memory",
            "2.0 GiB for its working memory",
        ),
    ],
)
def test_the_buffer_is_named(lines: tuple[str, ...], kind: str, title: str, says: str) -> None:
    problem = memory_problem(lines)
    assert problem is not None
    assert (problem.kind, problem.title) == (kind, title)
    assert says in problem.message
    assert problem.remedy


def test_other_failures_are_not_about_memory() -> None:
    assert memory_problem(("llama_model_load: error loading model: wrong shape",)) is None
    assert memory_problem(()) is None
