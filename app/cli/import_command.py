"""`coterie import`: takes models on this disk into the list, or shows what other programs have."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any, TextIO

from app import number_text
from app.cli.file_progress import followed
from app.cli.text_table import print_table
from app.local_models import LocalModels
from app.owned.elsewhere import find_elsewhere
from app.owned.found_model import FoundModel
from app.owned.importing import How, Imported, ImportResult, import_model
from app.paths import Paths
from runtime.errors import CoterieError, Problem

_SAID = {"link": "Linked, nothing was copied", "copy": "Copied", "move": "Moved"}


def run(options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO) -> int:
    """Import `options.path`: a file, a folder, or a name that `--find` shows."""
    if options.find:
        return _find(options, paths, out)
    what = _wanted(options.path, paths)
    how: How = options.how
    result = followed(
        f"Importing {what.name}",
        err,
        lambda progress, cancelled: import_model(what, how, paths.models_dir, progress, cancelled),
    )
    ids = _ids(paths)
    if options.json:
        json.dump(_as_json(result, how, ids), out, indent=2)
        print(file=out)
    else:
        for model in result.models:
            print(_said(model, how, ids.get(model.path, str(model.path))), file=out)
    for problem in result.problems:
        print(problem.one_line(), file=err)
    return 0


def _find(options: argparse.Namespace, paths: Paths, out: TextIO) -> int:
    found = _elsewhere(paths)
    if options.json:
        json.dump({"models": [_found_json(model) for model in found]}, out, indent=2)
        print(file=out)
    elif found:
        print_table(("NAME", "PROGRAM", "SIZE", ""), [_found_row(model) for model in found], out)
    else:
        print("No other program's models were found.", file=out)
    return 0


def _elsewhere(paths: Paths) -> tuple[FoundModel, ...]:
    known = LocalModels(paths.models_dir, paths.header_cache).scan()
    return find_elsewhere(Path.home(), os.environ, known)


def _wanted(text: str | None, paths: Paths) -> Path | FoundModel:
    if not text:
        raise CoterieError(_nothing_named())
    path = Path(text)
    if os.path.lexists(path):
        return path
    named = [model for model in _elsewhere(paths) if model.name.lower() == text.lower()]
    if not named:
        raise CoterieError(_unknown(text))
    return named[0]


def _ids(paths: Paths) -> dict[Path, str]:
    models = LocalModels(paths.models_dir, paths.header_cache).scan()
    return {model.path: model.id for model in models}


def _as_json(result: ImportResult, how: How, ids: dict[Path, str]) -> dict[str, Any]:
    models = [
        {
            "id": ids.get(model.path),
            "path": str(model.path),
            "bytes": model.size_bytes,
            "was_known": model.was_known,
        }
        for model in result.models
    ]
    problems = [problem.one_line() for problem in result.problems]
    return {"how": how, "models": models, "problems": problems}


def _said(model: Imported, how: How, name: str) -> str:
    if model.was_known:
        return f"Already in the list: {name}"
    return f"{_SAID[how]}: {name} ({number_text.gib_unit(model.size_bytes)})"


def _found_row(model: FoundModel) -> tuple[str, ...]:
    size = number_text.gib_unit(model.size_bytes)
    return (model.name, model.source, size, "in the list" if model.is_known else "")


def _found_json(model: FoundModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.source,
        "paths": [str(path) for path in model.paths],
        "bytes": model.size_bytes,
        "sha256": list(model.digests),
        "repo": model.repo,
        "known": model.is_known,
    }


def _nothing_named() -> Problem:
    remedy = "Give the path of a .gguf file or a folder; coterie import --find shows more."
    return Problem("nothing_to_import", "Nothing to import", "No file was named", remedy)


def _unknown(text: str) -> Problem:
    return Problem(
        "nothing_to_import",
        "Nothing to import",
        f'There is no file or folder "{text}", and no other program has a model of that name',
        "coterie import --find shows what other programs have.",
    )
