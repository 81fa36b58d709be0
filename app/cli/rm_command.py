"""`coterie rm`: deletes a model, or takes a linked one out of the list."""

from __future__ import annotations

import argparse
import json
from typing import TextIO

from app import number_text
from app.local_models import LocalModel, LocalModels, UnusableModel
from app.owned.deleting import Deleted, check_shipped, delete_model
from app.paths import Paths
from runtime.errors import CoterieError, Problem


def run(options: argparse.Namespace, paths: Paths, stdin: TextIO, out: TextIO, err: TextIO) -> int:
    """Ask on a terminal, unless told `--yes`; say what the disk has more now."""
    model = _wanted(LocalModels(paths.models_dir, paths.header_cache), options.model)
    check_shipped(model)
    if not options.yes and not _agreed(model, stdin, err):
        print("Nothing was deleted.", file=err)
        return 1
    deleted = delete_model(model, paths.models_dir, to_trash=options.trash)
    if options.json:
        found = {
            "id": model.id,
            "files": [str(path) for path in deleted.paths],
            "freed_bytes": deleted.freed_bytes,
            "in_trash": deleted.is_in_trash,
            "linked": deleted.is_linked,
        }
        json.dump(found, out, indent=2)
        print(file=out)
    else:
        print(_said(model, deleted), file=out)
    return 0


def _wanted(shelf: LocalModels, name: str) -> LocalModel | UnusableModel:
    """Also a file that can't be used: that is a reason to delete it."""
    shelf.scan()
    unusable = {model.id: model for model in shelf.unusable}
    return unusable.get(name.strip().lower().removesuffix(".gguf")) or shelf.find(name)


def _agreed(model: LocalModel | UnusableModel, stdin: TextIO, err: TextIO) -> bool:
    if not stdin.isatty():
        raise CoterieError(
            Problem(
                "not_confirmed",
                "Nothing was deleted",
                "There is no terminal to ask on",
                "Add --yes to delete without being asked.",
            )
        )
    print(f"{_question(model)} [y/N] ", end="", file=err, flush=True)
    return stdin.readline().strip().lower() in ("y", "yes")


def _question(model: LocalModel | UnusableModel) -> str:
    if model.is_linked:
        return f"Take {model.id} out of the list? Its files stay: they belong to another program."
    if isinstance(model, UnusableModel):
        return f"Delete {model.path}?"
    return f"Delete {model.id} ({number_text.gib_unit(model.file_bytes)})?"


def _said(model: LocalModel | UnusableModel, deleted: Deleted) -> str:
    if deleted.is_linked:
        return f"{model.id} is no longer in the list. Its file stays where it is: {model.path}"
    size = number_text.gib_unit(deleted.size_bytes)
    if deleted.is_in_trash:
        return f"{model.id} is in the trash; emptying it frees {size}."
    if not deleted.freed_bytes:
        return f"Deleted {model.id}. It freed nothing: its data is in use under another name."
    return f"Deleted {model.id}, {number_text.gib_unit(deleted.freed_bytes)} freed."
