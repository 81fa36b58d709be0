"""The files that `coterie` is started with, as the desktop or a person names them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime.errors import CoterieError, Problem

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")
_ESCAPED = re.compile(rb"%([0-9a-fA-F]{2})")
_LOCAL_HOSTS = ("", "localhost")


def opened_files(arguments: Sequence[str], folder: Path) -> tuple[str, ...] | None:
    """Absolute paths, those that are relative to `folder` too; None where a command is meant.

    A file ends in .gguf, has a folder in its name or is a file:// address; all after "--" are
    files. Raises CoterieError for an address of another kind.
    """
    if not arguments:
        return None
    if arguments[0] == "--":
        return tuple(_path(argument, folder) for argument in arguments[1:] if argument)
    is_any_option = any(argument.startswith("-") for argument in arguments)
    if is_any_option or not _is_file(arguments[0]):
        return None
    return tuple(_path(argument, folder) for argument in arguments if argument)


def _is_file(argument: str) -> bool:
    separators = [separator for separator in (os.sep, os.altsep) if separator]
    return (
        argument.lower().endswith(".gguf")
        or _SCHEME.match(argument) is not None
        or any(separator in argument for separator in separators)
    )


def _path(argument: str, folder: Path) -> str:
    if _SCHEME.match(argument) is None:
        return os.path.abspath(folder / argument)  # noqa: PTH100 - resolve() follows links
    scheme, _, rest = argument.partition(":")
    if scheme.lower() != "file":
        raise CoterieError(_not_local(argument))
    host, slash, path = rest[2:].partition("/") if rest.startswith("//") else ("", "", rest)
    if host.lower() not in _LOCAL_HOSTS or not (slash + path).startswith("/"):
        raise CoterieError(_not_local(argument))
    raw = os.fsencode(slash + path)
    decoded = os.fsdecode(_ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), raw))
    if sys.platform == "win32":
        decoded = decoded.lstrip("/")  # file:///C:/models
    return os.path.abspath(decoded)  # noqa: PTH100 - as above


def _not_local(address: str) -> Problem:
    return Problem(
        kind="not_local",
        title="Only files on this computer can be opened",
        message=os.fsencode(address).decode("utf-8", "replace"),
        remedy="Download the file first, or look for the model under Models in the window.",
    )
