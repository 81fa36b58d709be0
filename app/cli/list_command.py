"""`coterie list`: the models on this computer."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, TextIO

from app import number_text
from app.cli.text_table import print_table
from app.local_models import LocalModel, LocalModels
from app.paths import Paths

_HEADINGS = ("ID", "ARCHITECTURE", "EXPERTS", "QUANTISATION", "SIZE", "LICENCE", "SOURCE", "")


def run(options: argparse.Namespace, paths: Paths, out: TextIO) -> int:
    """Print the models; files that can't be read are named on stderr."""
    shelf = LocalModels(paths.models_dir, paths.header_cache)
    models = shelf.scan()
    if options.json:
        json.dump({"models": [as_json(model) for model in models]}, out, indent=2)
        print(file=out)
    elif models:
        print_table(_HEADINGS, [_row(model) for model in models], out)
    else:
        print(f"No models in {paths.models_dir}", file=out)
        print("coterie search finds models, coterie pull downloads one.", file=out)
    for problem in shelf.problems:
        print(problem.one_line(), file=sys.stderr)
    return 0


def as_json(model: LocalModel) -> dict[str, Any]:
    """One model as other programs read it. Its sha256 are those of its files, where known."""
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
        "licence": model.licence,
        "source": model.source,
        "repo": model.repo,
        "linked": model.is_linked,
        "sha256": list(model.digests),
        "verified_at": model.verified_at_s or None,
    }


def source_text(model: LocalModel) -> str:
    """Where it came from: a repository, or the program that keeps it; an en dash if unknown."""
    source = model.repo or (model.source if model.source != "hub" else "")
    return f"{source} (linked)" if model.is_linked else source or number_text.EN_DASH


def _row(model: LocalModel) -> tuple[str, ...]:
    return (
        model.id,
        model.architecture,
        number_text.experts(model.expert_count, model.expert_used_count),
        model.quantisation,
        number_text.gib_unit(model.file_bytes),
        model.licence or number_text.EN_DASH,
        source_text(model),
        model.note,
    )
