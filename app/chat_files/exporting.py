"""Writes chats to files: all of them, or none when the disk refuses."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.chat_files.file_names import file_names
from app.chat_files.json_chats import as_json
from app.chat_files.markdown_writing import as_markdown
from app.chat_tree import ChatTree
from app.session_state import ExportFormat
from app.whole_file import write_whole
from runtime.errors import CoterieError, Problem
from runtime.language import tr


def write_export(trees: Sequence[ChatTree], path: Path, file_format: ExportFormat) -> None:
    """JSON is one file at `path`, and so is the Markdown of one chat. Of several, or where `path`
    is a folder, each chat is a file in it under its title; no file that is there is replaced.

    Raises CoterieError of kind "export_empty" or "not_exported".
    """
    if not trees:
        raise CoterieError(_nothing())
    try:
        if file_format == "json":
            write_whole(path, as_json(trees))
        elif len(trees) == 1 and not path.is_dir():
            write_whole(path, as_markdown(trees[0]).encode())
        else:
            _write_all(path, trees)
    except OSError as error:
        raise CoterieError(_not_exported(path, error.strerror or str(error))) from error
    except UnicodeEncodeError as error:
        reason = tr("a text in a chat is not valid Unicode")
        raise CoterieError(_not_exported(path, reason)) from error
    except ValueError as error:  # a zero byte in the path
        reason = tr("there can be no file of this name")
        raise CoterieError(_not_exported(path, reason)) from error


def _write_all(folder: Path, trees: Sequence[ChatTree]) -> None:
    was_there = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder, prefix=".coterie-"))
    placed: list[Path] = []
    try:
        names = file_names((tree.title for tree in trees), (one.name for one in folder.iterdir()))
        for name, tree in zip(names, trees, strict=True):
            (beside / name).write_bytes(as_markdown(tree).encode())
        for name in names:
            (beside / name).rename(folder / name)
            placed.append(folder / name)
    except (OSError, UnicodeEncodeError):
        for path in placed:
            path.unlink(missing_ok=True)
        shutil.rmtree(folder if not was_there else beside, ignore_errors=True)
        raise
    beside.rmdir()


def _nothing() -> Problem:
    return Problem(
        "export_empty",
        tr("There is nothing to export"),
        tr("No chat is saved yet"),
        tr("Send a message first."),
    )


def _not_exported(path: Path, reason: str) -> Problem:
    return Problem(
        "not_exported",
        tr("The chats were not exported"),
        tr("{path} could not be written ({reason})", path=path, reason=reason),
        tr("Choose another place, or check its free space and permissions."),
    )
