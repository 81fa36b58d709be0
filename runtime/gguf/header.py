"""What a GGUF header says: metadata, the table of tensors, and where their data lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.gguf.tensor_types import TensorType
from runtime.gguf.values import Value


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor. `shape` is in ggml's order: the first number is the length of a row.

    `offset` is in bytes from the data offset of the file that holds it; `part` is that file's
    index in a split model, else 0.
    """

    name: str
    shape: tuple[int, ...]
    type: TensorType
    offset: int
    bytes: int
    part: int = 0

    @property
    def elements(self) -> int:
        count = 1
        for length in self.shape:
            count *= length
        return count


@dataclass(frozen=True)
class GgufHeader:
    """The header of one file, or those of all files of a split model taken together.

    `data_offset` is where tensor data begins in the (first) file; `file_bytes` is the size of all
    files together. `split_index` and `split_count` are 0 and 1 for a model in one file.
    """

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[TensorInfo, ...]
    data_offset: int
    file_bytes: int
    split_index: int = 0
    split_count: int = 1

    def text(self, key: str, default: str = "") -> str:
        """The text under `key`; `default` when it is missing or not a text."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else default
