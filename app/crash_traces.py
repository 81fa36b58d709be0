"""What may be told of an exception: its type and where in our code, never the message it carries.

A message may hold what a person typed; only the system's own words for an errno are repeated.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "runtime", "ui")
MOST_FRAMES = 60
_MOST_LINKED = 8


def trace_lines(fault: BaseException) -> tuple[str, ...]:
    """The exception and those it came from, the first one first."""
    lines: list[str] = []
    for number, one in enumerate(_linked(fault)):
        if number:
            lines.append("then, while that was dealt with:")
        lines.append(kind_of(one))
        lines.extend(f"  {frame}" for frame in _frames(one))
    return tuple(lines)


def kind_of(fault: BaseException) -> str:
    """Its type, and the system's words where it is the system's."""
    kind = type(fault)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    if isinstance(fault, OSError) and isinstance(fault.errno, int):
        return f"{name}: [Errno {fault.errno}] {os.strerror(fault.errno)}"
    return name


def own_file(path: str) -> str:
    """Where in our code `path` is ("ui/chat_view.py"), "" for a file that is not ours.

    In a bundle the paths of code begin with the package.
    """
    name = Path(os.path.normpath(path))
    if name.is_absolute():
        if not name.is_relative_to(ROOT):
            return ""
        name = name.relative_to(ROOT)
    parts = name.parts
    return "/".join(parts) if parts and parts[0] in PACKAGES and name.suffix == ".py" else ""


def _linked(fault: BaseException) -> list[BaseException]:
    """The exception, and before it those it was raised from or while handling."""
    found: list[BaseException] = []
    one: BaseException | None = fault
    while one is not None and one not in found and len(found) < _MOST_LINKED:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found[::-1]


def _frames(fault: BaseException) -> Iterator[str]:
    """Our own frames, and how many of other people's lie between them."""
    others = 0
    for frame in traceback.StackSummary.extract(
        traceback.walk_tb(fault.__traceback__), limit=-MOST_FRAMES, lookup_lines=False
    ):
        own = own_file(frame.filename)
        if not own:
            others += 1
            continue
        if others:
            yield f"({others} of other libraries)"
            others = 0
        yield f"{own}:{frame.lineno} in {frame.name}"
    if others:
        yield f"({others} of other libraries)"
