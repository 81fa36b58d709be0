"""Sparse upcycling: a small dense model becomes a mixture of experts with the same answers.

Each feed-forward tensor is repeated along a new expert axis and a random router is added. The
router's selected weights are normalised to sum to 1, so identical experts give the dense model's
output whatever the routing (Komatsuzaki et al. 2023, "Sparse Upcycling").
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

FEED_FORWARD = re.compile(r"^(blk\.(\d+)\.ffn_(?:gate|up|down))\.weight$")
# The writer makes these itself.
WRITER_OWN_KEYS = {"GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.architecture"}
# True of the dense model only.
STALE_KEYS = {"general.size_label", "general.basename"}


@dataclass(frozen=True)
class UpcyclePlan:
    """What the new model is: its name and note for people, and its expert counts."""

    name: str
    note: str
    expert_count: int = 8
    expert_used_count: int = 2
    router_seed: int = 20261124


def upcycle(
    source: Path, target: Path, plan: UpcyclePlan, progress: Callable[[float], None]
) -> None:
    """Write the mixture of experts made from dense `source` to `target`, whole or not at all."""
    reader = gguf.GGUFReader(source)
    partial = target.with_name(target.name + ".partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(partial, arch="llama")
    try:
        _copy_metadata(reader, writer, plan)
        for name, data, kind in _tensors(reader, plan):
            writer.add_tensor(name, data, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        _write_tensors(writer, progress)
    finally:
        writer.close()
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(target)


def _write_tensors(writer: gguf.GGUFWriter, progress: Callable[[float], None]) -> None:
    writer.write_ti_data_to_file()
    tensors = [info.tensor for shard in writer.tensors for info in shard.values()]
    total_bytes = sum(tensor.nbytes for tensor in tensors)
    written_bytes = 0
    output = writer.fout[0]
    writer.write_padding(output, output.tell())
    for tensor in tensors:
        tensor.tofile(output)
        writer.write_padding(output, tensor.nbytes)
        written_bytes += tensor.nbytes
        progress(written_bytes / total_bytes)
    output.flush()


def _copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter, plan: UpcyclePlan) -> None:
    replaced = {
        "general.name": plan.name,
        "coterie.note": plan.note,
    }
    for key, value in replaced.items():
        writer.add_string(key, value)
    writer.add_expert_count(plan.expert_count)
    writer.add_expert_used_count(plan.expert_used_count)
    for key, field in reader.fields.items():
        if key in WRITER_OWN_KEYS | STALE_KEYS or key in replaced:
            continue
        element = field.types[1] if field.types[0] is gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), field.types[0], sub_type=element)


def _tensors(
    reader: gguf.GGUFReader, plan: UpcyclePlan
) -> Iterator[tuple[str, np.ndarray, gguf.GGMLQuantizationType]]:
    random = np.random.default_rng(plan.router_seed)
    n_embd = int(reader.fields["llama.embedding_length"].contents())
    for tensor in reader.tensors:
        feed_forward = FEED_FORWARD.match(tensor.name)
        if feed_forward is None:
            yield tensor.name, tensor.data, tensor.tensor_type
            continue
        stem, layer = feed_forward.groups()
        if stem.endswith("ffn_gate"):
            router = random.standard_normal((plan.expert_count, n_embd)).astype(np.float32)
            name = f"blk.{layer}.ffn_gate_inp.weight"
            yield name, router, gguf.GGMLQuantizationType.F32
        experts = np.broadcast_to(tensor.data, (plan.expert_count, *tensor.data.shape))
        yield f"{stem}_exps.weight", np.ascontiguousarray(experts), tensor.tensor_type
