"""JSON files people may edit: read with a clear reason when wrong, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from runtime.errors import CoterieError, Problem

T = TypeVar("T")


class Unreadable(Exception):
    """The file is there and can't be used; the text says why."""


def read_json(path: Path, kind: type[T]) -> T | None:
    """The file as a `kind`, None when there is none. Unknown fields are left out.

    Raises Unreadable.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(error.strerror or "it can't be read") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def write_json(path: Path, value: Any) -> None:
    """Replace the file by `value`: either the old or the new one is there after a power cut.

    Raises CoterieError of kind "not_saved".
    """
    try:
        data = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
        path = path.resolve()  # A linked file stays a link.
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, data)
    except OSError as error:
        raise CoterieError(_not_saved(path, error.strerror or str(error))) from error
    except UnicodeEncodeError as error:
        raise CoterieError(_not_saved(path, "a text in it is not valid Unicode")) from error


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _not_saved(path: Path, reason: str) -> Problem:
    return Problem(
        "not_saved",
        "A change could not be saved",
        f"{path} could not be written ({reason})",
        "Check the free space and the permissions of that folder.",
    )
