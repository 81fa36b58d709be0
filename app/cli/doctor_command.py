"""`coterie doctor`: checks this computer, the engine and the user's files."""

from __future__ import annotations

import argparse
import json
import shutil
import textwrap
from collections.abc import Callable, Iterable
from typing import TextIO

from app.check_view import CheckView
from app.cli.doctor_json import as_json, on_one_line
from app.doctor import Findings, checks, examine
from app.number_text import counted
from app.paths import Paths
from app.version import version

EXIT_PROBLEM = 1
# Lines longer than this are hard to read, however wide the terminal is.
WIDEST = 100


def run(
    options: argparse.Namespace,
    paths: Paths,
    out: TextIO,
    look: Callable[[Paths], Findings] = examine,
) -> int:
    """Print what was found; 1 when something is a problem."""
    findings = look(paths)
    found = checks(findings)
    if options.json:
        json.dump(as_json(version(), findings, found), out, indent=2)
        print(file=out)
    else:
        print(f"Coterie {version()} on {findings.machine.system}\n", file=out)
        print(table(found, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)), file=out)
        print(f"\n{summary(found)}", file=out)
    return EXIT_PROBLEM if any(check.status == "problem" for check in found) else 0


def table(found: Iterable[CheckView], width: int) -> str:
    """Status, name and detail in columns; what to do stands beneath the detail."""
    every = tuple(found)
    names = max(len(check.name) for check in every)
    statuses = max(len(check.status) for check in every)
    lines = []
    for check in every:
        start = f"{check.status:<{statuses}}  {check.name:<{names}}  "
        lines += _wrapped(on_one_line(check.detail), start, width)
        if check.advice:
            lines += _wrapped(check.advice, " " * len(start) + "-> ", width)
    return "\n".join(lines)


def _wrapped(text: str, start: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, len(start) + 20),
        initial_indent=start,
        subsequent_indent=" " * len(start),
        # Paths, commands and names of packages stay whole, so that they can be copied.
        break_long_words=False,
        break_on_hyphens=False,
    )


def summary(found: Iterable[CheckView]) -> str:
    """The last line: how many problems, and with what."""
    problems = [check.name for check in found if check.status == "problem"]
    if not problems:
        return "No problems found."
    return f"{counted(len(problems), 'problem')}: {', '.join(dict.fromkeys(problems))}."
