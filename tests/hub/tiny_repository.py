"""A repository of tiny mixture-of-experts models that the engine really loads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.gguf.model_shape import model_shape
from runtime.gguf.split_files import read_model
from tests.gguf import crafted
from tests.hub.hub import Hub
from tests.hub.repositories import Content
from tests.hub.splitting import split_gguf

TINY_REPO = "coterie-tests/Tiny-MoE-GGUF"
# A tiny model's name and the quantisation its experts have.
_WHOLE = (("olmoe", "Q8_0"), ("qwen3moe", "Q4_0"), ("gpt-oss", "MXFP4"))
_SPLIT = ("granitemoe", "Q4_1", 3)
CARD = """# Tiny MoE

Random weights, for tests. **Never** use them for anything.

<script>alert("not run")</script> ![tracker](https://example.invalid/tracker.png)
"""


def gguf_facts(path: Path) -> dict[str, Any]:
    """What the hub says of a repository with this model, under `gguf`."""
    shape = model_shape(read_model(path))
    return {
        "total": shape.parameters_total,
        "architecture": shape.architecture,
        "context_length": shape.n_ctx_train,
    }


def add_tiny_repository(hub: Hub, tiny_model: Callable[[str], Path], folder: Path) -> str:
    """Three models of one file, one of three files, a projector and an importance matrix.

    Answers the commit of `TINY_REPO`.
    """
    files: dict[str, Content] = {
        f"Tiny-MoE-{quantisation}.gguf": tiny_model(name) for name, quantisation in _WHOLE
    }
    name, quantisation, count = _SPLIT
    parts = split_gguf(tiny_model(name), folder, f"Tiny-MoE-{quantisation}", count)
    files |= {f"{quantisation}/{part.name}": part for part in parts}
    projector = (*crafted.MODEL_PAIRS[1:], crafted.text_pair("general.architecture", "clip"))
    files["mmproj-Tiny-MoE-F16.gguf"] = crafted.gguf(projector)
    files["imatrix.gguf"] = crafted.gguf((crafted.text_pair("general.type", "imatrix"),))
    return hub.add(
        TINY_REPO,
        files,
        tags=("moe", "text-generation", "conversational"),
        downloads=1234,
        likes=56,
        licence="apache-2.0",
        base_model="coterie-tests/Tiny-MoE",
        gguf=gguf_facts(tiny_model("olmoe")),
        card=CARD,
    )
