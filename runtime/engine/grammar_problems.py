"""What is wrong with a grammar or a JSON schema, in the words a person reads."""

from __future__ import annotations

from runtime.errors import Problem

REMEDY = "Mend it in this chat's settings, or switch it off there."


def grammar_problem(why: str) -> Problem:
    return Problem("grammar_invalid", "The grammar of this chat does not work", why, REMEDY)


def schema_problem(why: str) -> Problem:
    return Problem("grammar_invalid", "The JSON schema of this chat does not work", why, REMEDY)
