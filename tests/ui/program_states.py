"""The program itself and what is known of its updates, for tests and for the gallery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.program import Program
from app.updates.finding import Finding, FindingKind
from app.updates.state import UpdateView
from tests.ui import states

DATA = Path("/home/ada/.local/share/coterie")
PROGRAM = Program(
    "0.1.0",
    "llama-cpp-python 0.3.36 (4f1d0c9a77e2)",
    DATA,
    Path("/home/ada/.local/state/coterie/log/crashes"),
    Path("/usr/lib/coterie/_internal/licences"),
)
UNKNOWN = UpdateView()
OFF = UpdateView("coterie.example.org")
ON = replace(OFF, is_on=True, asked_at_s=states.NOON_S)
NEWER = replace(
    ON,
    finding=Finding(
        "newer",
        version="0.2.0",
        released="2026-11-25",
        notes="Prompts are read up to twice as fast on Zen 5.\nA crash with Q4_1 weights is gone.",
        page="https://coterie.example.org/0.2.0",
    ),
)


def found(kind: FindingKind, status: int = 0) -> UpdateView:
    return replace(ON, finding=Finding(kind, status))
