"""`coterie list`: the models on this computer."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, TextIO

from app import number_text
from app.local_models import LocalModel, LocalModels
from app.paths import Paths


def run(options: argparse.Namespace, paths: Paths, out: TextIO) -> int:
    """Print the models; files that can't be read are named on stderr."""
    shelf = LocalModels(paths.models_dir, paths.header_cache)
    models = shelf.scan()
    if options.json:
        json.dump({"models": [as_json(model) for model in models]}, out, indent=2)
        print(file=out)
    elif models:
        _print_table(models, out)
    else:
        print(f"No models in {paths.models_dir}", file=out)
    for problem in shelf.problems:
        print(problem.one_line(), file=sys.stderr)
    return 0


def as_json(model: LocalModel) -> dict[str, Any]:
    """One model as other programs read it."""
    return {
        "id": model.id,
        "name": model.name,
        "path": str(model.path),
        "architecture": model.architecture,
        "experts": {"total": model.expert_count, "active": model.expert_used_count},
        "parameters": {"total": model.parameters_total, "active": model.parameters_active},
        "quantisation": model.quantisation,
        "bytes": model.file_bytes,
        "context_train": model.n_ctx_train,
        "note": model.note,
    }


def _print_table(models: tuple[LocalModel, ...], out: TextIO) -> None:
    rows = [("ID", "ARCHITECTURE", "EXPERTS", "QUANTISATION", "SIZE", "")]
    for model in models:
        experts = f"{model.expert_count}, {model.expert_used_count} at a time"
        rows.append(
            (
                model.id,
                model.architecture,
                experts if model.expert_count else "dense",
                model.quantisation,
                number_text.gib_unit(model.file_bytes),
                model.note,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip(), file=out)
