"""What a second start tells the window that is open: come forward, with these files. Pure bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_FILES = 16
MOST_PATH_BYTES = 4096
MOST_TOKEN_CHARACTERS = 256
RAISE = b"raise\n"
HEARD = b"ok\n"
_OPEN, _TOKEN, _END = b"open\n", b"token ", b".\n"
_LINE_BYTES = 2 * MOST_PATH_BYTES + 1
_TOKEN_BYTES = len(_TOKEN) + 2 * MOST_TOKEN_CHARACTERS + 1
MOST_BYTES = len(_OPEN) + _TOKEN_BYTES + MOST_FILES * _LINE_BYTES + len(_END)
# A desktop's word of its own making: one line of ASCII, which goes into an environment variable.
_IS_TOKEN = re.compile(rf"[ -~]{{1,{MOST_TOKEN_CHARACTERS}}}")
# Both are written in hexadecimal digits: a file's name may have any bytes, a token end in ".".
_WHOLE = re.compile(
    rb"open\n(?:token ([0-9a-f]{2,%d})\n)?((?:[0-9a-f]{2,%d}\n){0,%d})\.\n"
    % (2 * MOST_TOKEN_CHARACTERS, 2 * MOST_PATH_BYTES, MOST_FILES)
)


@dataclass(frozen=True)
class Call:
    """Come forward, and offer these files. The paths are absolute.

    `token` is what the desktop gave the second start, so that a window may come forward.
    """

    paths: tuple[str, ...] = ()
    token: str = ""


class Refused(Exception):
    """The bytes are no message of ours."""


def message(paths: Sequence[str], token: str = "") -> bytes:
    """The bytes that ask the open window to come forward with `paths`, at most `MOST_FILES`.

    A path or token that is too long, or no token that a desktop makes, is left out.
    """
    lines = [os.fsencode(path) for path in paths]
    lines = [line for line in lines if len(line) <= MOST_PATH_BYTES][:MOST_FILES]
    told = _TOKEN + _line(token.encode("ascii")) if _IS_TOKEN.fullmatch(token) else b""
    if not lines and not told:
        return RAISE
    return _OPEN + told + b"".join(_line(line) for line in lines) + _END


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
    whole = _WHOLE.fullmatch(data)
    if whole is None or not (whole[1] or whole[2]):
        raise Refused
    return Call(tuple(_path(line) for line in whole[2].splitlines()), _token(whole[1] or b""))


def _may_go_on(data: bytes) -> bool:
    beginning = data[: len(_OPEN)]
    return RAISE.startswith(data) or _OPEN.startswith(beginning)


def _line(data: bytes) -> bytes:
    return data.hex().encode("ascii") + b"\n"


def _bytes(line: bytes) -> bytes:
    if len(line) % 2:
        raise Refused
    return bytes.fromhex(line.decode("ascii"))


def _token(line: bytes) -> str:
    token = _bytes(line).decode("latin-1")
    if token and not _IS_TOKEN.fullmatch(token):
        raise Refused
    return token


def _path(line: bytes) -> str:
    path = os.fsdecode(_bytes(line))
    if "\0" in path or not os.path.isabs(path):  # noqa: PTH117 - the text as it came
        raise Refused
    return path
