"""The models on this machine, read from their file headers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LocalModel:
    """A GGUF on this disk. `parameters_active` counts what one token uses; 0 experts is dense.

    `note` is a short honest line for people ("a 135M model, for trying things out").
    """

    id: str
    name: str
    path: Path
    architecture: str
    quantisation: str
    file_bytes: int
    parameters_total: int
    parameters_active: int
    expert_count: int
    expert_used_count: int
    n_ctx_train: int
    note: str = ""
