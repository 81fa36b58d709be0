"""Writes tiny models with random weights, the same ones each time."""

from __future__ import annotations

import zlib
from pathlib import Path

import gguf
import numpy as np

from tests.models.tiny_architectures import ARCHITECTURES, Architecture
from tests.models.tiny_tokenizer import TinyTokenizer, add_tokenizer

TINY_MODELS = {architecture.name: architecture for architecture in ARCHITECTURES}
TINY_NAMES = tuple(TINY_MODELS)
MAX_BYTES = 5_000_000
_FILE_TYPES = {"Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "MXFP4": 38}  # enum llama_ftype


def write_tiny(folder: Path, name: str, seed: int = 1) -> Path:
    """Write the tiny model `name` (one of TINY_NAMES) into `folder` as `tiny-NAME.gguf`.

    It never ends an answer by itself, and its greedy answers are printable ASCII, one character a
    token: the rows of all other tokens in its output matrix are zero.
    """
    model = TINY_MODELS[name]
    tokenizer = model.tokenizer()
    path = folder / f"tiny-{name}.gguf"
    writer = gguf.GGUFWriter(path, arch=model.architecture)
    writer.add_name(f"Tiny {name}")
    writer.add_license("cc0-1.0")
    writer.add_file_type(_FILE_TYPES[model.expert_type])
    _add_metadata(writer, model)
    add_tokenizer(writer, tokenizer, model.chat_template)
    for tensor, shape in model.tensors(len(tokenizer.tokens)):
        _add_tensor(writer, model, tensor, _weights(f"{name} {tensor} {seed}", shape, tokenizer))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_metadata(writer: gguf.GGUFWriter, model: Architecture) -> None:
    for key, value in model.metadata().items():
        full = f"{model.architecture}.{key}"
        if isinstance(value, bool):
            writer.add_bool(full, value)
        elif isinstance(value, int):
            writer.add_uint32(full, value)
        else:
            writer.add_float32(full, value)


def _weights(seed: str, shape: tuple[int, ...], tokenizer: TinyTokenizer) -> np.ndarray:
    """Random weights, in numpy's order of dimensions; a norm is near 1."""
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    values = random.standard_normal(shape[::-1], dtype=np.float32)
    if "_norm." in seed or "norm.weight" in seed:
        return 1 + values / 10
    if " output.weight " in seed:
        answers = np.zeros((shape[1], 1), dtype=np.float32)
        answers[list(tokenizer.answer_ids)] = 1
        return values * answers / 4
    if len(shape) == 1 or seed.split()[1].endswith(".bias"):
        return values / 10
    return values if " token_embd.weight " in seed else values / np.sqrt(shape[0])


def _add_tensor(
    writer: gguf.GGUFWriter, model: Architecture, name: str, weights: np.ndarray
) -> None:
    if weights.ndim == 1 or name.endswith(".bias") or "ffn_gate_inp" in name:
        writer.add_tensor(name, weights.astype(np.float32))
    elif "_exps." in name:
        kind = gguf.GGMLQuantizationType[model.expert_type]
        writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
    else:
        writer.add_tensor(name, weights.astype(np.float16))
