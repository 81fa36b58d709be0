"""Has a throw-away process look for a newer version: the window's own process does no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.child_process import Child
from app.updates.finding import Finding, Question
from runtime.own_program import part_command

LOOK_COMMAND = part_command("app.updates.look")
DEADLINE_S = 25.0


def ask(
    question: Question, environment: Mapping[str, str], command: Sequence[str] = LOOK_COMMAND
) -> Finding:
    """What the process found; takes seconds, so not on the window's thread."""
    asked = msgspec.json.encode(question).decode()
    answer = Child((*command, asked), environment).answer(DEADLINE_S)
    try:
        return msgspec.json.decode(answer.stdout, type=Finding)
    except msgspec.MsgspecError:
        return Finding("too_slow" if answer.timed_out else "failed")
