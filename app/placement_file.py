"""Reads a placement from a JSON file: a plan of `coterie plan --json`, or the placement alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from runtime.errors import CoterieError, Problem
from runtime.protocol.placement import Placement


def read_placement(path: Path) -> Placement:
    """CoterieError of kind "placement_unreadable" when there is none in it."""
    try:
        found = msgspec.json.decode(path.read_bytes())
        inner = found.get("placement", found) if isinstance(found, dict) else found
        return msgspec.convert(inner, Placement)
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None


def _unreadable(path: Path, why: str) -> CoterieError:
    return CoterieError(
        Problem(
            "placement_unreadable",
            "The placement could not be read",
            f"{path}: {why}",
            "Make one with coterie plan MODEL --json, or say auto, cpu or gpu.",
        )
    )
