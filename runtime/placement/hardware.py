"""The machine as a placement sees it: each GPU and the host with the rates a model really gets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gpu:
    """One device of ggml's list that holds weights. Rates are effective ones, not the datasheet's.

    `name` is ggml's ("CUDA0"), under which its buffers are logged; `label` is for people.
    `pcie_bytes_per_s` is host to device out of pinned memory. `has_host_buffer` says whether the
    back end offers pinned host memory (CUDA does, RPC does not).
    """

    name: str
    label: str
    total_bytes: int
    free_bytes: int
    bandwidth_bytes_per_s: float
    matmul_flops_per_s: float
    pcie_bytes_per_s: float
    has_host_buffer: bool = True


@dataclass(frozen=True)
class Host:
    """The processor and its memory, within a container's limits.

    `bandwidth_bytes_per_s` is what all `cores` reach together reading. `core_flops_per_s` is one
    core's rate in a quantised matrix product of many rows. `features` are llama.cpp's words
    ("AVX2"), which decide what weights it repacks.
    """

    total_bytes: int
    free_bytes: int
    cores: int
    bandwidth_bytes_per_s: float
    core_flops_per_s: float
    disk_read_bytes_per_s: float
    features: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hardware:
    """GPUs in ggml's order, which is the order layers fill them, and the host."""

    gpus: tuple[Gpu, ...]
    host: Host
