"""What is wrong with a grammar or a JSON schema, in the words a person reads."""

from __future__ import annotations

from runtime.errors import Problem
from runtime.language import marked, tr

REMEDY = marked("Mend it in this chat's settings, or switch it off there.")


def grammar_problem(why: str) -> Problem:
    return _problem(tr("The grammar of this chat does not work"), why)


def schema_problem(why: str) -> Problem:
    return _problem(tr("The JSON schema of this chat does not work"), why)


def _problem(title: str, why: str) -> Problem:
    return Problem("grammar_invalid", title, why, tr(REMEDY))
