"""The grammar that an answer is to follow, tried in a process of its own before it is used."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
import time
from typing import IO

import msgspec

from runtime.engine.bindings import AbortFlag
from runtime.engine.grammar_problems import grammar_problem, schema_problem
from runtime.engine.kv_sequence import DecodeAborted
from runtime.errors import CoterieError
from runtime.language import tr
from runtime.own_program import part_command
from runtime.protocol.messages import Sampling
from runtime.whole_text import whole_text
from runtime.worker.grammar_trial import Source, Verdict

TRIAL_COMMAND = part_command("runtime.worker.grammar_trial")
PATIENCE_S = 5.0
LOOK_S = 0.05
MAX_BYTES = 256 * 1024
MAX_FAULT_CHARACTERS = 200
KEPT = 8

# parse: error parsing grammar: expecting newline or end at …
PARSE_ERROR = re.compile(r"error parsing grammar: (?P<why>.+)")
NUMBER_ERRORS = frozenset({"stoul", "stoull"})
LEFT_RECURSION = "left recursion"
# The trial has no vocabulary for <token>; the model's own will say whether it knows that one.
NEEDS_VOCABULARY = "no vocab to parse token"


class GrammarSource:
    """Remembers the last grammars that worked: a chat asks for the same one with each answer."""

    def __init__(self, abort: AbortFlag) -> None:
        self._abort = abort
        self._known: dict[Source, str] = {}

    def wanted(self, sampling: Sampling) -> str:
        """GBNF, "" for none. `CoterieError` when it or the schema does not work.

        `DecodeAborted` when the person stopped the answer meanwhile.
        """
        text = sampling.json_schema or sampling.grammar
        if not text.strip():
            return ""
        source = Source(whole_text(text), is_schema=bool(sampling.json_schema))
        if source not in self._known:
            grammar = self._tried(source)
            if len(self._known) == KEPT:
                del self._known[next(iter(self._known))]
            self._known[source] = grammar
        return self._known[source]

    def _tried(self, source: Source) -> str:
        problem = schema_problem if source.is_schema else grammar_problem
        if len(source.text.encode()) > MAX_BYTES:
            raise CoterieError(problem(tr("It is too long")))
        out, said = self._run(source)
        try:
            verdict = msgspec.json.decode(out, type=Verdict)
        except msgspec.DecodeError as error:
            raise CoterieError(problem(tr("It is too complex for the engine"))) from error
        if not verdict.grammar and NEEDS_VOCABULARY in said:
            return source.text
        if not verdict.grammar:
            raise CoterieError(problem(fault(verdict.fault or said)))
        return verdict.grammar

    def _run(self, source: Source) -> tuple[bytes, str]:
        """What the trial wrote on its two outputs; nothing when it was too slow."""
        trial = subprocess.Popen(
            TRIAL_COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert trial.stdin is not None
        _feed(trial.stdin, msgspec.json.encode(source))
        trial.stdin = None
        give_up_s = time.monotonic() + PATIENCE_S
        with trial:
            while time.monotonic() < give_up_s and not self._abort.is_set:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    out, said = trial.communicate(timeout=LOOK_S)
                    return out, said.decode("utf-8", "replace")
            trial.kill()
        if self._abort.is_set:
            raise DecodeAborted
        return b"", ""


def _feed(pipe: IO[bytes], data: bytes) -> None:
    """Write `data` on a thread of its own: a pipe takes less than a long grammar at once.

    `communicate` would, but forgets what is left to write after its first timeout (Python 3.11).
    """

    def feed() -> None:
        with contextlib.suppress(OSError), pipe:
            pipe.write(data)

    threading.Thread(target=feed, name="grammar-trial", daemon=True).start()


def fault(said: str) -> str:
    """One line of why, from our own words or from llama.cpp's."""
    if LEFT_RECURSION in said:
        return tr("A rule of it begins with itself, which the engine can't follow")
    found = PARSE_ERROR.search(said)
    line = " ".join((found["why"] if found else said).split())
    if line in NUMBER_ERRORS:
        return tr("A number in it is too large")
    return line[:MAX_FAULT_CHARACTERS] or tr("The engine can't read it")
