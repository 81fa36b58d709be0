"""Predicted speed of a placement: a roofline with a name for each term (docs/placement.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware
from runtime.placement.model_layout import Layer, ModelLayout
from runtime.placement.quant_cost import (
    DECODE_SHARE,
    bytes_as_read,
    effective_threads,
    product_share,
)
from runtime.placement.residence import HOST, Residence
from runtime.protocol.placement import Placement

# One layer's kernels on a GPU follow each other: launches, and small products that never reach
# the full bandwidth. From published all-on-GPU speeds (docs/placement.md): Qwen3-30B-A3B on an
# RTX 4090, 196 tokens/s, gpt-oss-20b 225.
MOE_LAYER_LAUNCH_S = 50e-6
DENSE_LAYER_LAUNCH_S = 18e-6
# Each time the graph crosses between host and GPU it waits for the other side.
SPLIT_SYNC_S = 80e-6
# Threads meet at a barrier after every node, some twenty in a layer.
HOST_LAYER_SYNC_S = 60e-6
TOKEN_OVERHEAD_S = 250e-6  # sampling, detokenising, the graph's start
# ggml copies weights to the GPU for batches from this size on (GGML_OP_OFFLOAD_MIN_BATCH).
OP_OFFLOAD_MIN_TOKENS = 32
PAGEABLE_SHARE = 0.37  # of the pinned rate: 9 of 25 GB/s


@dataclass(frozen=True)
class Terms:
    """Seconds by cause; their sum is the time. `compute_s` is what computing takes longer than
    the reading that it overlaps with.
    """

    gpu_weights_s: float = 0.0
    host_weights_s: float = 0.0
    disk_s: float = 0.0
    kv_s: float = 0.0
    copy_s: float = 0.0
    compute_s: float = 0.0
    sync_s: float = 0.0
    launch_s: float = 0.0

    @property
    def total_s(self) -> float:
        return (
            self.gpu_weights_s
            + self.host_weights_s
            + self.disk_s
            + self.kv_s
            + self.copy_s
            + self.compute_s
            + self.sync_s
            + self.launch_s
        )


@dataclass(frozen=True)
class Speed:
    """Predicted tokens/s with the range they should stay in, and the terms they come from.

    `decode` is one token at `n_past`; `prompt` one ubatch.
    """

    prompt_tokens_per_s: float
    prompt_low: float
    prompt_high: float
    decode_tokens_per_s: float
    decode_low: float
    decode_high: float
    decode: Terms
    prompt: Terms
    prompt_ubatch: int

    @property
    def raw_decode(self) -> float:
        """tokens/s without calibration."""
        return 1 / self.decode.total_s

    @property
    def raw_prompt(self) -> float:
        """tokens/s without calibration."""
        return self.prompt_ubatch / self.prompt.total_s


def predicted_speed(
    layout: ModelLayout,
    placement: Placement,
    where: Residence,
    hardware: Hardware,
    calibration: Calibration,
    *,
    n_past: int,
    disk_share: float = 0.0,
) -> Speed:
    """Speed with `n_past` tokens in the context. `disk_share` of the host's weights does not fit
    into memory and is read from disk again and again.
    """
    model = _SpeedModel(layout, placement, where, hardware, disk_share)
    decode = model.decode(n_past)
    tokens = min(placement.n_ubatch, max(n_past, 1))
    prompt = model.prompt(tokens, n_past)
    decode_rate = calibration.decode / decode.total_s
    prompt_rate = calibration.prompt * tokens / prompt.total_s
    return Speed(
        prompt_rate,
        prompt_rate / (1 + calibration.prompt_spread),
        prompt_rate * (1 + calibration.prompt_spread),
        decode_rate,
        decode_rate / (1 + calibration.decode_spread),
        decode_rate * (1 + calibration.decode_spread),
        decode,
        prompt,
        tokens,
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """`count` layers of one kind in one place: `gpu` runs them, None is the host. `on_gpu` and
    `on_host` are the bytes of one layer's routed experts there.
    """

    layer: Layer
    count: int
    gpu: Gpu | None
    on_gpu: float
    on_host: float

    @property
    def routed_bytes(self) -> float:
        return self.on_gpu + self.on_host


def _alike(layout: ModelLayout, where: Residence, hardware: Hardware) -> Iterator[_Alike]:
    places = Counter(zip(layout.kinds, where.gpus, where.away, strict=False))
    for (kind, index, away), count in places.items():
        layer = layout.layers[kind]
        if index == HOST:
            yield _Alike(layer, count, None, 0.0, float(layer.routed_bytes))
        else:
            kept = float(layer.routed_bytes - away)
            yield _Alike(layer, count, hardware.gpus[index], kept, float(away))


class _SpeedModel:
    def __init__(
        self,
        layout: ModelLayout,
        placement: Placement,
        where: Residence,
        hardware: Hardware,
        disk_share: float,
    ) -> None:
        self._layout, self._placement, self._where = layout, placement, where
        self._hardware, self._disk_share = hardware, disk_share
        self._all_alike = tuple(_alike(layout, where, hardware))
        host = hardware.host
        threads = placement.n_threads or host.cores
        share = min(1.0, threads / host.cores)
        self._threads = threads
        # A few cores already draw what the memory gives; fewer than half of them do not.
        self._host_rate = host.bandwidth_bytes_per_s * min(1.0, 0.25 + 1.5 * share)
        self._host_flops = host.core_flops_per_s * effective_threads(threads)
        pinned = any(gpu.has_host_buffer for gpu in hardware.gpus) and not placement.no_host
        self._repacks = placement.use_extra_bufts and not pinned
        self._host_sync_s = HOST_LAYER_SYNC_S if threads > 1 else 0.0

    def decode(self, n_past: int) -> Terms:
        """Seconds of one token."""
        gpu_s = host_bytes = host_kv_s = gpu_kv_s = sync_s = launch_s = 0.0
        active = self._layout.active_fraction
        for alike in self._all_alike:
            layer, count, gpu = alike.layer, alike.count, alike.gpu
            kv_bytes = count * layer.kv.read_bytes(n_past, self._placement.kv_type)
            slower = bytes_as_read(layer.routed_types, self._features)
            host_bytes += count * alike.on_host * active * slower
            if gpu is None:
                host_bytes += count * layer.resident_bytes
                host_kv_s += kv_bytes / self._host_rate
                sync_s += count * self._host_sync_s
                continue
            read_bytes = count * (layer.resident_bytes + alike.on_gpu * active)
            gpu_s += read_bytes / gpu.bandwidth_bytes_per_s
            gpu_kv_s += kv_bytes / gpu.bandwidth_bytes_per_s
            launch_s += count * (MOE_LAYER_LAUNCH_S if alike.on_gpu else DENSE_LAYER_LAUNCH_S)
            if alike.on_host:
                sync_s += count * (SPLIT_SYNC_S + self._host_sync_s)
        output = self._gpu(self._layout.n_layer)
        if output is None:
            host_bytes += self._layout.output_bytes
        else:
            gpu_s += self._layout.output_bytes / output.bandwidth_bytes_per_s
            sync_s += SPLIT_SYNC_S
        reading_s = host_bytes / self._host_rate
        return Terms(
            gpu_weights_s=gpu_s,
            host_weights_s=reading_s * (1 - self._disk_share),
            disk_s=host_bytes * self._disk_share / self._hardware.host.disk_read_bytes_per_s,
            kv_s=gpu_kv_s + host_kv_s,
            compute_s=max(0.0, self._host_compute_s(1) - reading_s),
            sync_s=sync_s,
            launch_s=launch_s + TOKEN_OVERHEAD_S,
        )

    def prompt(self, tokens: int, n_past: int) -> Terms:
        """Seconds of one ubatch of `tokens`, in the middle of a prompt of `n_past`."""
        gpu_s = host_s = copy_s = kv_s = sync_s = launch_s = 0.0
        touched = 1 - (1 - self._layout.active_fraction) ** tokens
        rate = self._copy_rate()
        for alike in self._all_alike:
            layer, count, gpu = alike.layer, alike.count, alike.gpu
            resident_bytes, on_host = count * layer.resident_bytes, count * alike.on_host
            attention = 2 * count * self._attention_flops(layer, tokens, n_past / 2)
            if gpu is None:
                kv_s += attention / self._host_flops
                host_s += (resident_bytes + on_host * touched) / self._host_rate
                sync_s += count * self._host_sync_s
                continue
            kv_s += attention / gpu.matmul_flops_per_s
            read_bytes = resident_bytes + count * alike.on_gpu * touched
            gpu_s += read_bytes / gpu.bandwidth_bytes_per_s
            launch_s += count * (MOE_LAYER_LAUNCH_S + DENSE_LAYER_LAUNCH_S)
            if on_host and self._offloads(tokens):
                copy_s += on_host * touched / rate
                gpu_s += on_host * touched / gpu.bandwidth_bytes_per_s
            elif on_host:
                host_s += on_host * touched / self._host_rate
                sync_s += count * (SPLIT_SYNC_S + self._host_sync_s)
        # Reading and computing overlap on one device: only what computing takes longer counts.
        compute_s = max(0.0, self._gpu_compute_s(tokens) - gpu_s)
        compute_s += max(0.0, self._host_compute_s(tokens) - host_s)
        disk = host_s * self._disk_share * self._host_rate
        return Terms(
            gpu_weights_s=gpu_s,
            host_weights_s=host_s * (1 - self._disk_share),
            disk_s=disk / self._hardware.host.disk_read_bytes_per_s,
            kv_s=kv_s,
            copy_s=copy_s,
            compute_s=compute_s,
            sync_s=sync_s,
            launch_s=launch_s + TOKEN_OVERHEAD_S,
        )

    @property
    def _features(self) -> frozenset[str]:
        return self._hardware.host.features

    def _gpu(self, block: int) -> Gpu | None:
        index = self._where.gpus[block]
        return None if index == HOST else self._hardware.gpus[index]

    def _offloads(self, tokens: int) -> bool:
        return self._placement.op_offload and tokens >= OP_OFFLOAD_MIN_TOKENS

    def _copy_rate(self) -> float:
        gpus = self._hardware.gpus
        if not gpus:
            return 1.0
        rate = min(gpu.pcie_bytes_per_s for gpu in gpus)
        pinned = self._placement.load_mode == "none" and not self._placement.no_host
        return rate if pinned else rate * PAGEABLE_SHARE

    def _attention_flops(self, layer: Layer, tokens: int, n_past: float) -> float:
        seen = min(n_past, layer.kv.window) if layer.kv.window else n_past
        width = max(layer.kv.k_elements, self._layout.shape.n_embd)
        return 2.0 * tokens * seen * width

    def _gpu_compute_s(self, tokens: int) -> float:
        seconds = 0.0
        for alike in self._all_alike:
            if alike.gpu is None:
                continue
            layer = alike.layer
            routed = alike.on_gpu + (alike.on_host if self._offloads(tokens) else 0.0)
            share = routed / alike.routed_bytes if alike.routed_bytes else 0.0
            elements = alike.count * (
                layer.resident_elements
                + layer.routed_elements * self._layout.active_fraction * share
            )
            seconds += 2 * elements * tokens / alike.gpu.matmul_flops_per_s
        return seconds

    def _host_compute_s(self, tokens: int) -> float:
        """Products on the processor, which small models are bound by even token by token."""
        work = 0.0
        for alike in self._all_alike:
            layer, share = alike.layer, self._product_share(alike.layer, tokens)
            if alike.gpu is None:
                work += alike.count * layer.resident_elements / share
            elif self._offloads(tokens):
                continue
            here = alike.on_host / alike.routed_bytes if alike.routed_bytes else 0.0
            routed = layer.routed_elements * self._layout.active_fraction * here
            work += alike.count * routed / share
        if self._gpu(self._layout.n_layer) is None:
            work += self._layout.output_elements / tokens / DECODE_SHARE
        return 2 * work * tokens / self._host_flops

    def _product_share(self, layer: Layer, tokens: int) -> float:
        if tokens == 1:
            return DECODE_SHARE
        return product_share(layer.routed_types, self._features, repack=self._repacks)
