"""`python -m runtime.worker.grammar_trial`: makes and parses a grammar where it may fail.

llama.cpp follows a grammar without a limit on depth or time, and a JSON schema can describe one of
any size. In a process of its own that ends in a sentence, and not with the model.
"""

from __future__ import annotations

import os
import re
from typing import Any

import msgspec

from runtime.language import number, speak_as_told, tr
from runtime.worker.standard_streams import claim_standard_streams

MEMORY_BYTES = 2 << 30
CPU_S = 10
MAX_TIMES = 2000  # llama-grammar.cpp: MAX_REPETITION_THRESHOLD
MAX_GRAMMAR_BYTES = 1 << 20
COUNTS = ("minItems", "maxItems", "minLength", "maxLength")
TIMES = re.compile(r"\{([\d\s,]+)\}")
ROOT = re.compile(r"^[ \t]*root[ \t]*::=", re.MULTILINE)


class Source(msgspec.Struct, frozen=True):
    """A grammar, or with `is_schema` a JSON schema to make one of."""

    text: str
    is_schema: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """The grammar, or why there is none: "" when llama.cpp says it on standard error."""

    grammar: str = ""
    fault: str = ""


def main() -> None:
    frames_in, out = claim_standard_streams()
    speak_as_told()
    _limit_this_process()
    source = msgspec.json.decode(frames_in.read(), type=Source)
    out.write(msgspec.json.encode(verdict(source)))
    out.flush()
    # Nothing to clean up, and what was made on the way may take long to free.
    os._exit(0)


def _limit_this_process() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


def verdict(source: Source) -> Verdict:
    """Try `source` in this process."""
    grammar = source.text
    if source.is_schema:
        try:
            grammar = _from_schema(source.text)
        # A stranger's schema in a library that checks nothing: any wrong turn is one of its own.
        except Exception as error:  # noqa: BLE001
            return Verdict(fault=_said(error))
    if "\0" in grammar:
        return Verdict(fault=tr("It has a zero character in it"))
    if not ROOT.search(grammar):
        return Verdict(fault=tr("It has no rule named root"))
    if len(grammar.encode()) > MAX_GRAMMAR_BYTES:
        return Verdict(fault=tr("It is too long"))
    return Verdict(grammar=grammar if _parses(grammar) else "")


def _said(error: Exception) -> str:
    if isinstance(error, ValueError | AssertionError) and str(error):
        return str(error)
    return tr("The engine can't use it ({error})", error=f"{type(error).__name__} {error}")


def _from_schema(text: str) -> str:
    from runtime.engine.bindings import schema_to_gbnf

    schema = msgspec.json.decode(text)
    if not isinstance(schema, dict):
        raise ValueError(tr("it must be an object, as in {…}"))
    check_schema(schema)
    return schema_to_gbnf(text)


def check_schema(schema: object) -> None:
    """`ValueError` for what would be fetched, or written out too many times."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            _check_part(part)


def _check_part(part: dict[str, Any]) -> None:
    reference = part.get("$ref", "#")
    if isinstance(reference, str) and not reference.startswith("#"):
        raise ValueError(tr("it refers to another document"))
    counts = [part.get(name) for name in COUNTS]
    for times in TIMES.findall(str(part.get("pattern", ""))):
        counts += [int(number) for number in re.findall(r"\d+", times)]
    if any(isinstance(count, int | float) and count > MAX_TIMES for count in counts):
        raise ValueError(tr("it counts to more than {most}", most=number(MAX_TIMES, ",")))


def _parses(grammar: str) -> bool:
    from runtime.engine.bindings import llama

    return bool(llama.llama_sampler_init_grammar(None, grammar.encode(), b"root"))


if __name__ == "__main__":
    main()
