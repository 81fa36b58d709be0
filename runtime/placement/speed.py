"""Predicted speed of a placement: a roofline with a name for each term (docs/placement.md)."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware
from runtime.placement.model_layout import Layer, ModelLayout
from runtime.placement.quant_cost import bytes_as_read
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
        host = hardware.host
        threads = placement.n_threads or host.cores
        share = min(1.0, threads / host.cores)
        self._threads = threads
        # A few cores already draw what the memory gives; fewer than half of them do not.
        self._host_rate = host.bandwidth_bytes_per_s * min(1.0, 0.25 + 1.5 * share)
        self._host_flops = host.core_flops_per_s * threads
        self._host_sync_s = HOST_LAYER_SYNC_S if threads > 1 else 0.0

    def decode(self, n_past: int) -> Terms:
        """Seconds of one token."""
        gpu_s = host_bytes = host_kv_s = gpu_kv_s = sync_s = launch_s = 0.0
        active = self._layout.active_fraction
        for layer in self._layout.layers:
            gpu = self._gpu(layer.index)
            on_gpu, on_host = self._routed(layer)
            kv_bytes = layer.kv.read_bytes(n_past, self._placement.kv_type)
            host_bytes += on_host * active * bytes_as_read(layer.routed_types, self._features)
            if gpu is None:
                host_bytes += layer.resident_bytes
                host_kv_s += kv_bytes / self._host_rate
                sync_s += self._host_sync_s
                continue
            gpu_s += (layer.resident_bytes + on_gpu * active) / gpu.bandwidth_bytes_per_s
            gpu_kv_s += kv_bytes / gpu.bandwidth_bytes_per_s
            launch_s += MOE_LAYER_LAUNCH_S if on_gpu else DENSE_LAYER_LAUNCH_S
            if on_host:
                sync_s += SPLIT_SYNC_S + self._host_sync_s
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
        for layer in self._layout.layers:
            gpu = self._gpu(layer.index)
            on_gpu, on_host = self._routed(layer)
            attention = 2 * self._attention_flops(layer, tokens, n_past / 2)
            if gpu is None:
                kv_s += attention / self._host_flops
                host_s += (layer.resident_bytes + on_host * touched) / self._host_rate
                sync_s += self._host_sync_s
                continue
            kv_s += attention / gpu.matmul_flops_per_s
            gpu_s += (layer.resident_bytes + on_gpu * touched) / gpu.bandwidth_bytes_per_s
            launch_s += MOE_LAYER_LAUNCH_S + DENSE_LAYER_LAUNCH_S
            if on_host and self._offloads(tokens):
                copy_s += on_host * touched / rate
                gpu_s += on_host * touched / gpu.bandwidth_bytes_per_s
            elif on_host:
                host_s += on_host * touched / self._host_rate
                sync_s += SPLIT_SYNC_S + self._host_sync_s
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

    def _routed(self, layer: Layer) -> tuple[float, float]:
        """Bytes of the layer's routed experts on its GPU and on the host."""
        if self._gpu(layer.index) is None:
            return 0.0, float(layer.routed_bytes)
        stays = self._where.away[layer.index]
        return float(layer.routed_bytes - stays), float(stays)

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
        elements: dict[int, float] = {}
        for layer in self._layout.layers:
            index = self._where.gpus[layer.index]
            if index == HOST:
                continue
            on_gpu, on_host = self._routed(layer)
            routed = on_gpu + (on_host if self._offloads(tokens) else 0.0)
            share = routed / layer.routed_bytes if layer.routed_bytes else 0.0
            elements[index] = elements.get(index, 0.0) + (
                layer.resident_elements
                + layer.routed_elements * self._layout.active_fraction * share
            )
        return sum(
            2 * count * tokens / self._hardware.gpus[index].matmul_flops_per_s
            for index, count in elements.items()
        )

    def _host_compute_s(self, tokens: int) -> float:
        """Products on the processor, which small models are bound by even token by token."""
        elements = 0.0
        for layer in self._layout.layers:
            _, on_host = self._routed(layer)
            if self._gpu(layer.index) is None:
                elements += layer.resident_elements
            elif self._offloads(tokens):
                continue
            share = on_host / layer.routed_bytes if layer.routed_bytes else 0.0
            elements += layer.routed_elements * self._layout.active_fraction * share
        if self._gpu(self._layout.n_layer) is None:
            elements += self._layout.output_elements / tokens
        return 2 * elements * tokens / self._host_flops
