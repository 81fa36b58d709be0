"""What each layer keeps of the context: keys and values, a window of them, or a fixed state."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.gguf.header import GgufHeader
from runtime.gguf.model_shape import ModelShape
from runtime.protocol.placement import Placement

# llama.cpp pads the context (llama-context.cpp) and a window's cells (llama-kv-cache-iswa.cpp).
CELL_PADDING = 256
F32_BYTES = 4
# Bytes of 32 elements; a row is always whole blocks of 32.
KV_BLOCK_BYTES = {"f16": 64, "q8_0": 34, "q4_0": 18}

# Every how many layers one sees the whole context, where the header does not say it
# (load_swa_pattern in src/models of v0.5.0); "first" when that one leads its group.
_PATTERNS = {
    "gpt-oss": (2, False),
    "gemma2": (2, False),
    "gemma3": (6, False),
    "gemma3n": (5, False),
    "cohere2": (4, False),
    "cohere2moe": (4, True),
    "exaone4": (4, False),
    "exaone-moe": (4, False),
    "olmo2": (4, False),
    "llama4": (4, False),
    "afmoe": (4, False),
    "mellum": (4, False),
    "muse-glimmer": (4, False),
    "plamo3": (8, False),
    "smallthinker": (4, True),
    "laguna": (4, True),
}
# A window that the engine sets itself, whatever the header says.
_WINDOWS = {"llama4": 8192, "smallthinker": 4096}
# Architectures whose layers are linear attention but for every n-th.
_INTERVAL = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "qwen4exp": 4}


@dataclass(frozen=True, slots=True)
class KvLayer:
    """Elements of one token's key and value rows, or the bytes of a state that does not grow.

    `window` is how far back the layer looks, 0 for the whole context.
    """

    k_elements: int = 0
    v_elements: int = 0
    window: int = 0
    state_bytes: int = 0

    def cells(self, placement: Placement) -> int:
        """Places for tokens that the engine reserves."""
        whole = padded(placement.n_ctx)
        if not self.window or placement.swa_full:
            return whole
        return padded(min(whole, self.window + placement.n_ubatch))

    def bytes(self, placement: Placement) -> int:
        """Bytes of this layer's cache; 0 elements cost nothing."""
        return self.row_bytes(placement.kv_type) * self.cells(placement) + self.state_bytes

    def row_bytes(self, kv_type: str) -> int:
        """Keys and values of one token."""
        return _row_bytes(self.k_elements, kv_type) + _row_bytes(self.v_elements, kv_type)

    def read_bytes(self, n_past: int, kv_type: str) -> int:
        """What decoding one token after `n_past` others reads of it."""
        seen = min(n_past, self.window) if self.window else n_past
        return self.row_bytes(kv_type) * seen + 2 * self.state_bytes


def padded(n_cells: int) -> int:
    """Up to the next multiple of what llama.cpp pads to."""
    return -(-n_cells // CELL_PADDING) * CELL_PADDING


def _row_bytes(elements: int, kv_type: str) -> int:
    return elements // 32 * KV_BLOCK_BYTES[kv_type] if elements % 32 == 0 else elements * 2


def kv_layers(header: GgufHeader, shape: ModelShape) -> tuple[KvLayer, ...]:
    """One entry for each block that the engine runs."""
    facts = _Facts(header, shape)
    count = shape.n_layer - shape.n_layer_nextn
    return tuple(facts.layer(index, count) for index in range(count))


class _Facts:
    def __init__(self, header: GgufHeader, shape: ModelShape) -> None:
        self._metadata = header.metadata
        self._shape = shape
        self._architecture = shape.architecture

    def layer(self, index: int, count: int) -> KvLayer:
        heads = self._of_layer("attention.head_count", index)
        if self._recurrent(index):
            return KvLayer(state_bytes=self._state_bytes(heads))
        kv_heads = self._of_layer("attention.head_count_kv", index, heads)
        window = self._window(index, count)
        suffix = "_swa" if window else ""
        each = self._shape.n_embd // heads if heads else 0
        k_length = self._one("attention.key_length", each)
        v_length = self._one("attention.value_length", each)
        k_length = self._one(f"attention.key_length{suffix}", k_length)
        v_length = self._one(f"attention.value_length{suffix}", v_length)
        # Compressed attention (MLA) keeps one row for keys and values together.
        compressed = bool(self._one("attention.key_length_mla"))
        return KvLayer(k_length * kv_heads, 0 if compressed else v_length * kv_heads, window=window)

    def _window(self, index: int, count: int) -> int:
        window = self._one("attention.sliding_window")
        if not window:
            return 0
        pattern = self._value("attention.sliding_window_pattern")
        if isinstance(pattern, tuple):
            return window if index < len(pattern) and pattern[index] else 0
        every, leads = _PATTERNS.get(self._architecture, (0, False))
        if isinstance(pattern, int):
            every = int(pattern)
        if not every or index >= count:
            return 0
        is_whole = index % every == (0 if leads else every - 1)
        return 0 if is_whole else _WINDOWS.get(self._architecture, window)

    def _recurrent(self, index: int) -> bool:
        listed = self._value("attention.recurrent_layers")
        if isinstance(listed, tuple):
            return index < len(listed) and bool(listed[index])
        if self._architecture in _INTERVAL:
            every = self._one("full_attention_interval", _INTERVAL[self._architecture])
            return (index + 1) % every != 0
        kv_heads = self._value("attention.head_count_kv")
        return isinstance(kv_heads, tuple) and self._of_layer("attention.head_count_kv", index) == 0

    def _state_bytes(self, heads: int) -> int:
        """n_embd_r + n_embd_s of llama-hparams.cpp, both kept as F32."""
        if cache := self._one("shortconv.l_cache"):
            return self._shape.n_embd * (cache - 1) * F32_BYTES
        kernel = max(self._one("ssm.conv_kernel") - 1, 0)
        if head := self._one("kda.head_dim"):
            return (3 * (kernel or 3) * heads * head + head * head * heads) * F32_BYTES
        inner, state = self._one("ssm.inner_size"), self._one("ssm.state_size")
        rows = kernel * (inner + 2 * self._one("ssm.group_count") * state)
        return (rows + state * inner) * F32_BYTES

    def _value(self, key: str) -> object:
        return self._metadata.get(f"{self._architecture}.{key}")

    def _one(self, key: str, default: int = 0) -> int:
        value = self._value(key)
        return int(value) if isinstance(value, int) else default

    def _of_layer(self, key: str, index: int, default: int = 0) -> int:
        value = self._value(key)
        if isinstance(value, tuple):
            element = value[index] if index < len(value) else 0
            return int(element) if isinstance(element, int) else 0
        return int(value) if isinstance(value, int) else default
