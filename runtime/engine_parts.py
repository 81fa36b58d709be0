"""What the engine's processes load beside their own libraries, told through their environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

import msgspec

# As runtime/language.py tells the language: the parent decides, every child inherits.
VARIABLE = "COTERIE_ENGINE_PARTS"


class PackPart(msgspec.Struct, frozen=True):
    """A back end's library; `endpoint` is where one that spans machines finds the other."""

    library: str
    endpoint: str = ""


class EngineParts(msgspec.Struct, frozen=True):
    """`proven` and `failed` name processor variants by their test on this machine; `packs` are
    the accepted ones.
    """

    proven: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    packs: tuple[PackPart, ...] = ()


def told_parts(environment: Mapping[str, str] = os.environ) -> EngineParts:
    """What the parent process told; nothing at all when that can't be read."""
    text = environment.get(VARIABLE, "")
    try:
        return msgspec.json.decode(text, type=EngineParts) if text else EngineParts()
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return EngineParts()


def tell_parts(parts: EngineParts, environment: MutableMapping[str, str] = os.environ) -> None:
    """Tell the processes that are started from now on."""
    if parts == EngineParts():
        environment.pop(VARIABLE, None)
    else:
        environment[VARIABLE] = msgspec.json.encode(parts).decode()
