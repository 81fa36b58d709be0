"""What a second start tells the window that is open: come forward, with these files. Pure bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_FILES = 16
MOST_PATH_BYTES = 4096
RAISE = b"raise\n"
HEARD = b"ok\n"
_OPEN, _END = b"open\n", b".\n"
_LINE_BYTES = 2 * MOST_PATH_BYTES + 1
MOST_BYTES = len(_OPEN) + MOST_FILES * _LINE_BYTES + len(_END)
# Paths are written in hexadecimal digits: any bytes that a file's name may have, a line each.
_PATHS = re.compile(rb"open\n((?:[0-9a-f]{2,%d}\n){1,%d})\.\n" % (2 * MOST_PATH_BYTES, MOST_FILES))


@dataclass(frozen=True)
class Call:
    """Come forward, and offer these files. The paths are absolute."""

    paths: tuple[str, ...] = ()


class Refused(Exception):
    """The bytes are no message of ours."""


def message(paths: Sequence[str]) -> bytes:
    """The bytes that ask the open window to come forward with `paths`, at most `MOST_FILES`."""
    lines = [os.fsencode(path) for path in paths]
    lines = [line for line in lines if len(line) <= MOST_PATH_BYTES][:MOST_FILES]
    if not lines:
        return RAISE
    return _OPEN + b"".join(line.hex().encode("ascii") + b"\n" for line in lines) + _END


def read(data: bytes) -> Call | None:
    """The call in `data`; None while its end is still to come. Raises Refused for anything else."""
    if data == RAISE:
        return Call()
    if len(data) > MOST_BYTES:
        raise Refused
    if not data.endswith(_END):
        if _may_go_on(data):
            return None
        raise Refused
    whole = _PATHS.fullmatch(data)
    if whole is None:
        raise Refused
    return Call(tuple(_path(line) for line in whole[1].splitlines()))


def _may_go_on(data: bytes) -> bool:
    beginning = data[: len(_OPEN)]
    return RAISE.startswith(data) or _OPEN.startswith(beginning)


def _path(line: bytes) -> str:
    if len(line) % 2:
        raise Refused
    path = os.fsdecode(bytes.fromhex(line.decode("ascii")))
    if "\0" in path or not os.path.isabs(path):  # noqa: PTH117 - the text as it came
        raise Refused
    return path
