"""`coterie verify`: reads a model's files again and compares them with their sha256."""

from __future__ import annotations

import argparse
import json
from typing import TextIO

from app import number_text
from app.cli.file_progress import followed
from app.local_models import LocalModel, LocalModels
from app.owned.verifying import Verification, verify_model
from app.paths import Paths

EXIT_DAMAGED = 1


def run(options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO) -> int:
    """Exit 1 when the files are not what they were."""
    model = LocalModels(paths.models_dir, paths.header_cache).find(options.model)
    result = followed(
        f"Checking {model.id}",
        err,
        lambda progress, cancelled: verify_model(model, paths.models_dir, progress, cancelled),
    )
    if options.json:
        found = {
            "id": model.id,
            "verdict": result.verdict,
            "bytes": result.read_bytes,
            "damage": [
                {"file": str(damage.path), "begin": damage.begin, "end": damage.end}
                for damage in result.damage
            ],
            "can_repair": result.can_repair,
        }
        json.dump(found, out, indent=2)
        print(file=out)
    else:
        for line in _said(model, result):
            print(line, file=out)
    return EXIT_DAMAGED if result.damage else 0


def _said(model: LocalModel, result: Verification) -> list[str]:
    size = number_text.gib_unit(result.read_bytes)
    if result.verdict == "whole":
        return [f"{model.id} is whole: all {size} have the sha256 they should."]
    if result.verdict == "first":
        kept = "; it is kept for next time" if result.is_kept else ""
        return [f"{model.id}: there was no sha256 to compare with{kept}. {size} were read."]
    lines = [f"{model.id} is damaged."]
    lines += [
        f"  {damage.path.name}: bytes {damage.begin:,} to {damage.end - 1:,}"
        for damage in result.damage
    ]
    repair = f"coterie pull {model.repo}" if result.can_repair else "its source"
    return [*lines, f"Get it again from {repair}."]
