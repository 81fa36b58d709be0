"""JSON files people may edit: read with a clear reason when wrong, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.whole_file import write_whole
from runtime.errors import CoterieError, Problem
from runtime.language import tr

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
        raise Unreadable(error.strerror or tr("it can't be read")) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
    except RecursionError as error:
        raise Unreadable(tr("it is nested too deeply")) from error


def write_json(path: Path, value: Any) -> None:
    """Replace the file by `value`: either the old or the new one is there after a power cut.

    Raises CoterieError of kind "not_saved".
    """
    try:
        data = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
        write_whole(path, data)
    except OSError as error:
        raise CoterieError(_not_saved(path, error.strerror or str(error))) from error
    except UnicodeEncodeError as error:
        raise CoterieError(_not_saved(path, tr("a text in it is not valid Unicode"))) from error


def _not_saved(path: Path, reason: str) -> Problem:
    return Problem(
        "not_saved",
        tr("A change could not be saved"),
        tr("{path} could not be written ({reason})", path=path, reason=reason),
        tr("Check the free space and the permissions of that folder."),
    )
