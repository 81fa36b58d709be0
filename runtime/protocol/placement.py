"""What a load is told about where things go: plain values in llama.cpp's own words."""

from __future__ import annotations

from typing import Literal

import msgspec

KvType = Literal["f16", "q8_0", "q4_0"]
LoadMode = Literal["auto", "mmap", "none", "direct"]


class Placement(msgspec.Struct, frozen=True):
    """How to load a model.

    `n_gpu_layers` counts as llama.cpp does: the output is a layer, the last ones go first.
    `cpu_expert_layers` are layers whose routed experts stay on the host although the rest of the
    layer is on a GPU; of `split_layer` (-1: none) only the tensors whose stems are in
    `split_stems` ("ffn_down") stay. `layers_by_gpu` says how many of the n_gpu_layers each GPU
    takes, in ggml's order; empty with one GPU. `load_mode` "mmap" maps weights out of the file
    (so does "auto", but for devices that can't), "none" copies them, into pinned memory where a
    GPU offers it and `no_host` is False. `swa_full` keeps the whole context of layers that only
    look back a window.
    """

    n_gpu_layers: int = 0
    cpu_expert_layers: tuple[int, ...] = ()
    split_layer: int = -1
    split_stems: tuple[str, ...] = ()
    layers_by_gpu: tuple[int, ...] = ()
    n_ctx: int = 0
    kv_type: KvType = "f16"
    n_batch: int = 512
    n_ubatch: int = 512
    n_threads: int = 0
    load_mode: LoadMode = "mmap"
    no_host: bool = False
    use_extra_bufts: bool = True
    op_offload: bool = True
    swa_full: bool = False
