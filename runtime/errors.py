"""What went wrong, in the words a person reads: a title, a message and what to try."""

from __future__ import annotations

import msgspec

from runtime.language import tr


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
        """In one paragraph: `title: message. what to try`."""
        title, message = self.title, self.message.rstrip(".\N{IDEOGRAPHIC FULL STOP}")
        if not self.remedy:
            return tr("{title}: {message}.", title=title, message=message)
        return tr("{title}: {message}. {remedy}", title=title, message=message, remedy=self.remedy)


class CoterieError(Exception):
    """An expected failure that carries its `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.one_line())
        self.problem = problem
