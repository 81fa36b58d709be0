"""What went wrong, in the words a person reads: a title, a message and what to try."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One failure as every surface shows it.

    `kind` is a stable machine word ("model_unreadable", "context_full", ...), for decisions in
    code; the other three are for people. `remedy` is empty only when nothing can be done.
    """

    kind: str
    title: str
    message: str
    remedy: str = ""

    def one_line(self) -> str:
        """The command line's form: `title: message. what to try`."""
        text = f"{self.title}: {self.message.rstrip('.')}."
        return f"{text} {self.remedy}" if self.remedy else text


class CoterieError(Exception):
    """An expected failure that carries its `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.one_line())
        self.problem = problem
